"""`make image`: the embedder's container image, by buildah, and how large it is.

    make image [EXTRA=openvino] [IMAGE=name] [IMAGE_BUILD_ARGS="..."]

`IMAGE_BUILD_ARGS` goes to `buildah bud` as it is: what this machine needs to reach a package index, which is not the
image's to keep. An index and certificates of your own are two secrets, seen by pip alone:
`IMAGE_BUILD_ARGS="--secret id=pip.conf,src=/etc/pip.conf --secret id=certificates,src=/etc/ssl/our-ca.pem"`.

Layers are kept, Debian's packages among them: `IMAGE_BUILD_ARGS=--no-cache` takes the newest.

The isolation is chroot's, so that it works inside a container or a virtual machine too; `podman build` and
`docker build` make the same image (`docker build -f embedder/Containerfile .`).
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from infra.container.containerfile import CONTAINERFILE, ROOT
from infra.container.tools import need


def build(image: str, extra: str, more: list[str]) -> None:
    """Build the image; raises SystemExit with buildah's status after buildah's own message."""
    # Docker's format, because the OCI's has no health check.
    command = ["buildah", "bud", "--isolation", "chroot", "--format", "docker", "--layers"]
    command += ["--build-arg", f"EXTRA={extra}", *more, "--file", str(CONTAINERFILE), "--tag", image, str(ROOT)]
    done = subprocess.run(command, check=False)  # noqa: S603 - our own arguments, and the operator's
    if done.returncode:
        raise SystemExit(done.returncode)


def size(image: str) -> int:
    """Bytes of the image on disk, unpacked."""
    command = ["podman", "image", "inspect", "--format", "{{.Size}}", image]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603


def main() -> None:
    """Build the image and say its size."""
    parser = argparse.ArgumentParser(prog="infra.container.image")
    parser.add_argument("--image", default="fluxvector-embedder", help="the name to give it")
    parser.add_argument("--extra", default="", help="openvino: with that engine")
    parser.add_argument("more", nargs="*", help="after --, for buildah")
    chosen = parser.parse_args()
    need("buildah", "podman")
    build(chosen.image, chosen.extra, chosen.more)
    sys.stdout.write(f"{chosen.image}: {size(chosen.image) / 1e6:.0f} MB\n")


if __name__ == "__main__":
    main()
