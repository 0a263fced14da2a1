"""together: the videos of its API."""

from together import Together


def submit(base_url, key, timeout):
    """Submit once; gives the job's id."""
    options = {"timeout": timeout} if timeout else {}
    client = Together(api_key=key, base_url=base_url, **options)
    return client.videos.create(model="minimax/video-01-director", prompt="a kitten").id
