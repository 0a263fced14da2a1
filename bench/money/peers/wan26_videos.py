"""The client that is woven here, on the same server as its peers."""

from wan26 import Wan26


def submit(base_url, key, timeout):
    """Submit once; gives the job's id."""
    options = {"timeout": timeout} if timeout else {}
    with Wan26(api_key=key, base_url=base_url, **options) as client:
        return client.videos.submit(prompt="a kitten").id
