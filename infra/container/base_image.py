"""`make base-image`: the base image of the embedder's container, for machines that reach no container registry.

It has the public image's name and what is in that one: the suite's essential packages and apt (`debootstrap`), without
manuals and translations. Where a registry answers, leave it alone: the build fetches the public one. Needs root, podman
and debootstrap; does nothing where an image of that name is there.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.container.containerfile import base_name
from infra.container.tools import need

SLIM = ("doc", "groff", "info", "linda", "lintian", "locale", "man")
"""Folders of /usr/share that the slim images leave out; licences (`copyright`) stay."""

_SOURCES = """\
Types: deb
URIs: {mirror}
Suites: {suite} {suite}-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.{key}

Types: deb
URIs: {mirror}-security
Suites: {suite}-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.{key}
"""


def suite_of(name: str) -> str:
    """The Debian suite of a base image's name; raises SystemExit for a name that is not one of Debian's slim images."""
    found = re.fullmatch(r"docker\.io/library/debian:([a-z]+)-slim", name)
    if found is None:
        raise SystemExit(f"{name} cannot be made here: only Debian's slim images can.")
    return found[1]


def apt_mirror() -> str:
    """The Debian mirror of this machine's apt; raises SystemExit where there is none."""
    if shutil.which("apt-get") is not None:
        command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
        lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()  # noqa: S603
        for line in lines:
            if line.rstrip("/").endswith("/debian"):
                return line.rstrip("/")
    raise SystemExit("No Debian mirror is known here: name one, python -m infra.container.base_image --mirror URL")


def make_root(root: Path, suite: str, mirror: str) -> None:
    """Fill `root` with the suite's essential packages, as the slim images have them."""
    command = ["debootstrap", "--variant=minbase", suite, str(root), mirror]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - the suite is the Containerfile's
    for folder in SLIM:
        _empty(root / "usr/share" / folder)
    for used in ("var/cache/apt", "var/lib/apt/lists", "var/log"):
        shutil.rmtree(root / used, ignore_errors=True)
        (root / used).mkdir()
    for used in ("etc/hostname", "etc/resolv.conf", "etc/apt/sources.list"):
        (root / used).unlink(missing_ok=True)
    excludes = "".join(f"path-exclude /usr/share/{folder}/*\n" for folder in SLIM)
    (root / "etc/dpkg/dpkg.cfg.d/docker").write_text(
        f"{excludes}path-include /usr/share/doc/*/copyright\n", encoding="utf-8"
    )
    key = "pgp" if (root / "usr/share/keyrings/debian-archive-keyring.pgp").exists() else "gpg"
    (root / "etc/apt/sources.list.d").mkdir(exist_ok=True)
    (root / "etc/apt/sources.list.d/debian.sources").write_text(
        _SOURCES.format(mirror=mirror, suite=suite, key=key), encoding="utf-8"
    )


def _empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.name != "copyright":
            path.unlink()


def import_root(root: Path, name: str) -> None:
    """Make podman's image `name` of the folder."""
    packed = ["tar", "--create", "--numeric-owner", "--directory", str(root), "--exclude=./dev/*", "."]
    with subprocess.Popen(packed, stdout=subprocess.PIPE) as tar:  # noqa: S603
        command = ["podman", "import", "--quiet", "--change", "CMD bash", "-", name]
        subprocess.run(command, stdin=tar.stdout, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
    if tar.returncode:
        raise SystemExit("The base image could not be packed.")


def main() -> None:
    """Make the image, or find that it is there."""
    parser = argparse.ArgumentParser(prog="infra.container.base_image")
    parser.add_argument(
        "--mirror", help="where Debian's packages come from (default: where this machine's apt gets them)"
    )
    given: str | None = parser.parse_args().mirror
    need("podman", "debootstrap")
    mirror = given or apt_mirror()
    name = base_name()
    suite = suite_of(name)
    if subprocess.run(["podman", "image", "exists", name], check=False).returncode == 0:  # noqa: S603, S607
        sys.stdout.write(f"{name} is there.\n")
        return
    sys.stdout.write(f"Making {name} from Debian's packages ...\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="base-image-") as folder:
        root = Path(folder) / "root"
        try:
            make_root(root, suite, mirror)
            import_root(root, name)
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"{name} could not be made: {error.cmd[0]} failed.") from error


if __name__ == "__main__":
    main()
