"""dashscope; it raises nothing for a refusal, so the status is looked at as its README does."""

import dashscope
from dashscope import VideoSynthesis


def submit(base_url, key, timeout):
    """Submit once; gives the job's id."""
    dashscope.base_http_api_url = base_url + "/api/v1"
    options = {"request_timeout": timeout} if timeout else {}
    told = VideoSynthesis.async_call(
        api_key=key, model="wan2.2-t2v-plus", prompt="a kitten", **options
    )
    return told.output.task_id if told.status_code == 200 else None
