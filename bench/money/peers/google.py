"""google-genai in its platform mode: in the other one it makes no videos."""

from google import genai
from google.genai import types


def submit(base_url, key, timeout):
    """Submit once; gives the job's id."""
    options = {"timeout": int(timeout * 1000)} if timeout else {}
    where = types.HttpOptions(base_url=base_url, **options)
    client = genai.Client(vertexai=True, api_key=key, http_options=where)
    source = types.GenerateVideosSource(prompt="a kitten")
    return client.models.generate_videos(model="veo-3.1-generate-001", source=source).name
