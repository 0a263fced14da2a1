"""`python -m wan26`: make one, and save it."""

from __future__ import annotations

import sys

from ._client import Wan26
from ._runtime.command import Argument, Command, main

COMMAND = Command(
    operation="videos.generate",
    submit="videos.submit",
    program="python -m wan26",
    description="Makes a short video from a text, on request and for money.",
    positional="prompt",
    positional_help=(
        "What the video shows and how it looks, in Chinese or English. A "
        "Chinese character and a letter count as one each. What is beyond "
        "1500 characters is cut off."
    ),
    arguments=(
        Argument(
            name="audio_url",
            kind="string",
            help=(
                "The address (HTTP or HTTPS) of a sound file from which the video "
                "is made: wav or mp3, 3 to 30 seconds, at most 15 MB. A sound "
                "longer than the video is cut to the video's length (said of 5 and "
                "10 seconds; nothing is said of 15). A shorter one leaves the rest "
                "of the video silent. The vendor gives temporary addresses to "
                "uploaded local files, but its page does not say by which "
                "operation."
            ),
        ),
        Argument(
            name="reference_video_urls",
            kind="strings",
            help=(
                "The addresses of one or two videos to go by. With them `audio` "
                "must be false and `duration` 5 or 10."
            ),
        ),
        Argument(
            name="size",
            kind="string",
            choices=(
                "1280*720",
                "720*1280",
                "960*960",
                "1088*832",
                "832*1088",
                "1920*1080",
                "1080*1920",
                "1440*1440",
                "1632*1248",
                "1248*1632",
            ),
            help=(
                "Width and height in pixels, as one of ten pairs; never an aspect "
                "ratio such as `1:1` or a tier such as `480P`. It sets the unit "
                "price: for the same model 1080P costs more than 720P, and 720P "
                "more than 480P."
            ),
            default="1920*1080",
        ),
        Argument(
            name="duration",
            kind="integer",
            help=(
                "Length in whole seconds. 5, 10 and 15 are the listed options. The "
                "price grows with it: a video costs its seconds times the unit "
                "price of its size. From 2 to 15."
            ),
            default=5,
        ),
        Argument(
            name="prompt_extend",
            kind="boolean",
            help=(
                "Let a language model rewrite the prompt first. Short prompts gain "
                "much from it; it takes longer."
            ),
            default=True,
        ),
        Argument(
            name="watermark",
            kind="boolean",
            help='Write "AI Generated" into the lower right corner.',
            default=False,
        ),
        Argument(
            name="audio",
            kind="boolean",
            help=(
                "Give the video a sound track. Must be false together with "
                "`reference_video_urls`."
            ),
            default=True,
        ),
        Argument(
            name="shot_type",
            kind="string",
            choices=("single", "multi"),
            help=(
                "One continuous shot, or several with cuts between them. It has an "
                "effect only while `prompt_extend` is true, and then it wins over "
                "what the prompt says. Worth giving where the way of telling is "
                "not to be left to chance: `single` to show a product, say, and "
                "`multi` for a short story."
            ),
            default="single",
        ),
        Argument(
            name="seed",
            kind="integer",
            help=(
                "The start of the random numbers; drawn by the server when left "
                "out. A fixed seed makes results more alike, but even the same "
                "seed need not give the same video again. From 0 to 2147483647."
            ),
        ),
    ),
)

if __name__ == "__main__":
    sys.exit(main(COMMAND, Wan26))
