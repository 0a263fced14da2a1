"""How servers are verified: by the certificates of the system, or by those that the user names."""

from __future__ import annotations

import os
import ssl
import sys
from pathlib import Path

__all__ = ["trusting"]


def trusting() -> ssl.SSLContext:
    """A TLS context as httpx2 makes it; httpx2 itself is loaded only where the system is odd."""
    named = os.environ.get("SSL_CERT_FILE")
    if named:
        return ssl.create_default_context(cafile=named)
    paths = ssl.get_default_verify_paths()
    file, folder = Path(paths.openssl_cafile), Path(paths.openssl_capath)
    if sys.platform != "linux" or os.environ.get("SSL_CERT_DIR") or not file.is_file():
        import httpx2

        return httpx2.create_ssl_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(file, folder if folder.is_dir() else None)
    return context
