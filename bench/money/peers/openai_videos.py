"""openai: the videos of its API."""

from openai import OpenAI


def submit(base_url, key, timeout):
    """Submit once; gives the job's id."""
    options = {"timeout": timeout} if timeout else {}
    client = OpenAI(api_key=key, base_url=base_url, **options)
    return client.videos.create(model="sora-2", prompt="a kitten").id
