"""runwayml."""

from runwayml import RunwayML


def submit(base_url, key, timeout):
    """Submit once; gives the job's id."""
    options = {"timeout": timeout} if timeout else {}
    client = RunwayML(api_key=key, base_url=base_url, **options)
    task = client.image_to_video.create(
        model="gen4_turbo",
        prompt_image="https://example.com/assets/bunny.jpg",
        ratio="1280:720",
        prompt_text="The bunny is eating a carrot",
    )
    return task.id
