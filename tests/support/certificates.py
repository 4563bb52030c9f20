"""Certificates for tests, each its own authority."""

from __future__ import annotations

import subprocess
from pathlib import Path

from infra.local.certificate import Certificate


def self_signed(folder: Path, name: str = "localhost", *, password: str | None = None) -> Certificate:
    """A certificate for one host name, valid for two days, in a folder of its own below `folder`; by openssl."""
    home = folder / f"{name}-{len(list(folder.iterdir()))}"
    home.mkdir()
    made = Certificate(home / "certificate.pem", home / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2"]
    command += ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    command += ["-nodes"] if password is None else ["-passout", f"pass:{password}"]
    subprocess.run([*command, "-keyout", made.key, "-out", made.chain], check=True, capture_output=True)
    return made
