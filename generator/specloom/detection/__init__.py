"""Finding job APIs in documents that do not say that they are, and proposing overlays that would."""

from specloom.detection.overlays import render_overlay
from specloom.detection.proposals import detect

__all__ = ["detect", "render_overlay"]
