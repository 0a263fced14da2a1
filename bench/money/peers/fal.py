"""fal-client; its address is a constant with https, so the constant is set."""

import fal_client
import fal_client.client


def submit(base_url, key, timeout):
    """Submit once; gives the job's id."""
    fal_client.client.QUEUE_URL_FORMAT = base_url + "/"
    client = fal_client.SyncClient(key=key, **({"default_timeout": timeout} if timeout else {}))
    handle = client.submit("fal-ai/wan/v2.2-a14b/text-to-video", arguments={"prompt": "a kitten"})
    return handle.request_id
