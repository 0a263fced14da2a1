"""`make demo`: the whole way once, offline. A sandbox, the woven client, a video on disk."""

from __future__ import annotations

from pathlib import Path

from wan26 import Size, Wan26
from wan26.sandbox import Sandbox

OUT = Path("demo")


def main() -> None:
    """Make one video and say where it lies and what it would have cost."""
    OUT.mkdir(exist_ok=True)
    with Sandbox(speed=1) as sandbox, Wan26("sandbox", base_url=sandbox.url) as client:
        print(f"sandbox at {sandbox.url}: no network, no account, play money")
        job = client.videos.submit(
            prompt="A kitten running in the moonlight",
            size=Size.LANDSCAPE_720P,
            duration=5,
            watermark=True,
            seed=12345,
        )
        video = job.wait(on_update=print)
        path = video.save(OUT / "kitten.mp4", overwrite=True)
        print(f"video: {path} ({path.stat().st_size:,} bytes)")
        print(
            f"it would have cost {video.usage.cost} {video.currency}, at the sandbox's made-up prices"
        )


if __name__ == "__main__":
    main()
