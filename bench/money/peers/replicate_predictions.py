"""replicate; its read timeout follows from `wait` (half a second more), else there is none."""

from replicate.client import Client

VERSION = "5797a99edc939ea0e9242d5e8c9cb3bc7d125b1eac21bda852e5cb79ede2cd9b"


def submit(base_url, key, timeout):
    """Submit once; gives the job's id."""
    options = {"wait": int(timeout)} if timeout else {}
    client = Client(api_token=key, base_url=base_url)
    order = {"version": VERSION, "input": {"prompt": "a kitten"}}
    return client.predictions.create(**order, **options).id
