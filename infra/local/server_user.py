"""Who runs the embedded PostgreSQL, which refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from infra.local.failure import StartFailure

SERVER_USER = "pgserver"
"""The system user that runs the server when we are root (PostgreSQL refuses root); the wheel's own name for it."""


class ServerUser(NamedTuple):
    """Who runs the server's processes; all None when we are not root and it is simply us."""

    name: str | None
    uid: int | None
    gid: int | None


def server_user() -> ServerUser:
    """The user that runs the server, made where there is none and we are root. Raises StartFailure."""
    if os.geteuid() != 0:
        return ServerUser(None, None, None)
    try:
        entry = pwd.getpwnam(SERVER_USER)
    except KeyError:
        try:
            command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", SERVER_USER]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603
            entry = pwd.getpwnam(SERVER_USER)
        except (OSError, subprocess.CalledProcessError, KeyError) as error:
            raise StartFailure(
                f"PostgreSQL refuses to run as root and the user {SERVER_USER!r} could not be made: "
                "run as another user, or add that user."
            ) from error
    return ServerUser(SERVER_USER, entry.pw_uid, entry.pw_gid)


def open_the_way(path: Path, announce: Callable[[str], None]) -> None:
    """Let the server's user pass through the parents of `path`: search permission only, where it is missing."""
    opened = []
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            try:
                folder.chmod(mode | 0o001)
            except OSError as error:
                raise StartFailure(
                    f"The user {SERVER_USER!r}, who runs PostgreSQL for root, cannot pass through {folder}: "
                    "run as another user, or choose another folder."
                ) from error
            opened.append(str(folder))
    if opened:
        announce(f"chmod o+x {' '.join(opened)} (for {SERVER_USER}, who runs PostgreSQL for root)")
