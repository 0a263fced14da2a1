"""Types that several resources use."""

from __future__ import annotations

from .._runtime import models as runtime
from .._runtime.models import UNSET, UnsetType


class Problem(runtime.Model, kw_only=True):
    """Problem."""

    code: str | UnsetType = UNSET
    message: str | UnsetType = UNSET


class Failure(runtime.Model, kw_only=True):
    """Failure."""

    error: Problem | UnsetType = UNSET
