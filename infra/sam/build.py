"""`make sam-build`: validates template.yaml and builds functions and layers into .aws-sam/build, if anything changed.

    make sam-build [RUNTIME=python3.13] [ARCHITECTURE=arm64]

The Makefile sets what sam reads from the environment: no telemetry, a region (any: nothing is asked of AWS), and a PATH
on which the runtime's own Python, with pip, comes first.
Needs no AWS account, no credentials, and the network only for the dependency layer's packages. By default it builds for
this interpreter and this processor, so that the tests can run the result; a deployment names runtime and architecture.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".aws-sam" / "build"
SAM = ROOT / ".venv-sam" / "bin" / "sam"
# Everything that ends in the build, and what decides how it is made.
INPUTS = ("template.yaml", "functions", "shared", "infra/layers", "infra/locks/sam.txt", "infra/sam")


def files() -> Iterator[Path]:
    """The build's input files, in a stable order."""
    for name in INPUTS:
        path = ROOT / name
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in found if file.is_file() and "__pycache__" not in file.parts)


def digest(for_runtime: str, for_architecture: str) -> str:
    """A hash of all inputs, names and contents."""
    total = hashlib.sha256(f"{for_runtime} {for_architecture}\n".encode())
    for file in files():
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{file.relative_to(ROOT)} {content}\n".encode())
    return total.hexdigest()


def runtime() -> str:
    """Lambda's name for this interpreter's version."""
    return f"python{sys.version_info[0]}.{sys.version_info[1]}"


def architecture() -> str:
    """Lambda's name for this machine's processor."""
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def sam(*arguments: str) -> None:
    """Runs sam; its output is shown only where it fails, which ends this process with sam's status."""
    done = subprocess.run(  # noqa: S603  # our own sam, our own arguments
        [str(SAM), *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stdout)
        raise SystemExit(done.returncode)


def main() -> None:
    """Builds, or finds that the build is what these inputs give."""
    parser = argparse.ArgumentParser(prog="infra.sam.build")
    parser.add_argument("--runtime", default=runtime())
    parser.add_argument("--architecture", default=architecture())
    chosen = parser.parse_args()
    wanted = digest(chosen.runtime, chosen.architecture)
    stamp = BUILD / ".inputs"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        sys.stdout.write("The SAM build is up to date.\n")
        return
    sys.stdout.write(f"Building for {chosen.runtime} on {chosen.architecture} with SAM ...\n")
    sys.stdout.flush()
    sam("validate", "--lint")
    sam(
        *("build", "--cached", "--parameter-overrides"),
        *(f"PythonRuntime={chosen.runtime}", f"Architecture={chosen.architecture}"),
    )
    stamp.write_text(wanted, encoding="utf-8")


if __name__ == "__main__":
    main()
