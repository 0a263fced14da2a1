"""Servers are verified as httpx2 verifies them, and httpx2 is not waited for."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx2
import pytest

from specloom.targets.client.runtime.trust import trusting

if TYPE_CHECKING:
    from pathlib import Path


def facts(context: ssl.SSLContext) -> tuple[object, ...]:
    return (
        *(context.verify_mode, context.check_hostname, context.options, context.verify_flags),
        *(context.minimum_version, context.maximum_version, context.protocol),
        *(context.cert_store_stats(), context.get_ca_certs(), context.get_ciphers()),
    )


@pytest.fixture(autouse=True)
def _no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_a_context_is_that_of_httpx2() -> None:
    assert facts(trusting()) == facts(httpx2.create_ssl_context())
    assert trusting().verify_mode is ssl.CERT_REQUIRED
    assert trusting().check_hostname


def test_a_file_of_certificates_is_all_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "none.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(FileNotFoundError):
        trusting()
    file.write_text(ssl.DER_cert_to_PEM_cert(b"none"), "ascii")
    with pytest.raises(ssl.SSLError):
        trusting()


def test_a_folder_of_certificates_is_all_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert facts(trusting()) == facts(httpx2.create_ssl_context())
    assert trusting().cert_store_stats()["x509_ca"] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system is asked in other ways")
def test_httpx2_is_not_loaded_for_it(tmp_path: Path) -> None:
    # The system's own certificates may stand elsewhere; then httpx2 looks for them.
    script = (
        "import ssl, sys\n"
        "from pathlib import Path\n"
        "from specloom.targets.client.runtime.trust import trusting\n"
        "trusting()\n"
        "known = Path(ssl.get_default_verify_paths().openssl_cafile).is_file()\n"
        "print(known, 'httpx2' in sys.modules)\n"
    )
    environment = {name: one for name, one in os.environ.items() if "SSL_CERT" not in name}
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=tmp_path,
    )
    assert done.stdout.split() in (["True", "False"], ["False", "True"])
