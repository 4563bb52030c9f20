"""The data directory of `make run`: one run at a time, room on its disk, its secrets and its logs."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO

from infra.local.failure import StartFailure
from infra.local.files import make_private_folder, write_private_json

FIRST_START_BYTES = 200 << 20
"""An empty database is 40 MB, its write-ahead log 32 to 80, and something should fit in."""
LATER_START_BYTES = 48 << 20
"""Three segments of write-ahead log: with less, a start ends in the middle of a write."""

MAX_LOG_BYTES = 32 << 20


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Generated once and kept: passwords of the database's roles, pepper of accounts' passwords, key of sessions."""

    postgres: str
    fluxvector_owner: str
    fluxvector_api: str
    fluxvector_jobs: str
    password_pepper: str
    session_key: str


_NAMES = frozenset(field.name for field in fields(Secrets))
_ADDED = frozenset({"session_key"})


class DataDir:
    """The folder, locked for this process. Raises StartFailure where it cannot be had."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.credentials = path / "credentials.json"
        self.logs = path / "logs"
        self.mail = path / "mail"
        try:
            make_private_folder(path)
            self._lock = self._take_lock(path / "lock")
            make_private_folder(self.logs)
            make_private_folder(self.mail)
        except OSError as error:
            raise StartFailure(f"The data directory {path} cannot be used: {error.strerror or error}.") from error

    def close(self) -> None:
        """Let the next run in."""
        self._lock.close()

    @property
    def is_new(self) -> bool:
        """Whether no database was made here yet."""
        return not (self.path / "postgres" / "PG_VERSION").exists()

    def check_room(self) -> None:
        """Raise StartFailure where the disk is (nearly) full."""
        needed = FIRST_START_BYTES if self.is_new else LATER_START_BYTES
        free = shutil.disk_usage(self.path).free
        if free < needed:
            raise StartFailure(
                f"The disk that holds {self.path} is full: {free >> 20} MB are free and {needed >> 20} MB are needed."
            )

    def secrets(self) -> Secrets:
        """The secrets of this directory, made on the first start."""
        file = self.path / "secrets.json"
        if not file.exists():
            if not self.is_new:
                raise StartFailure(
                    f"{file} is missing and without it the database there stays shut: restore the file, or move "
                    f"{self.path / 'postgres'} away to begin anew."
                )
            return self._made(file, {})
        try:
            known = json.loads(file.read_text(encoding="utf-8"))
            # A directory of an earlier version lacks what has been added since.
            return self._made(file, known) if known.keys() == _NAMES - _ADDED else Secrets(**known)
        except (ValueError, TypeError, AttributeError) as error:
            raise StartFailure(f"{file} is damaged: restore it.") from error

    def _made(self, file: Path, known: dict[str, str]) -> Secrets:
        made = Secrets(**{name: secrets.token_urlsafe(32) for name in _NAMES} | known)
        write_private_json(file, asdict(made))
        return made

    def log(self, name: str) -> Path:
        """The log file of a process, empty; what the former run wrote is kept beside it."""
        path = self.logs / f"{name}.log"
        if path.exists():
            path.replace(path.with_suffix(".log.1"))
        path.touch(mode=0o600)
        return path

    def bound_logs(self) -> None:
        """Keep each log under MAX_LOG_BYTES: its content moves beside and it begins anew.

        The processes append to the file they hold open, so it is emptied and not replaced.
        """
        for path in self.logs.glob("*.log"):
            if path.stat().st_size > MAX_LOG_BYTES:
                shutil.copyfile(path, path.with_suffix(".log.1"))
                os.truncate(path, 0)

    def _take_lock(self, path: Path) -> IO[str]:
        file = path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise StartFailure(
                f"Another `make run` uses the data directory {self.path}: stop it, or choose another by "
                "FLUXVECTOR_DATA_DIR."
            ) from None
        return file
