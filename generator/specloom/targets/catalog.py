"""What is woven from an API: each target is a function from the model, and a memory, to files in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from specloom.memory import Memory
from specloom.model.api import Api
from specloom.output import File
from specloom.targets.client.render import render_client
from specloom.targets.docs.render import render_docs

Target = Callable[[Api, Memory], list[File]]

TARGETS: Mapping[str, Target] = {"client": render_client, "docs": render_docs}
