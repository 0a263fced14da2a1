"""lumaai."""

from lumaai import LumaAI


def submit(base_url, key, timeout):
    """Submit once; gives the job's id."""
    options = {"timeout": timeout} if timeout else {}
    client = LumaAI(auth_token=key, base_url=base_url, **options)
    return client.generations.create(model="ray-2", aspect_ratio="16:9", prompt="a kitten").id
