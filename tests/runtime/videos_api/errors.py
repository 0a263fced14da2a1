from __future__ import annotations

from specloom.targets.client.runtime.errors import VendorError


class TooManyReferencesError(VendorError):
    """There are too many references (001)."""

    code = "001"
    kind = "request"


class GenerationError(VendorError):
    """The generation broke (095)."""

    code = "095"
    kind = "server"
