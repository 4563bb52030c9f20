"""Mail into a folder: the inbox of a machine on which nobody sends any. One `.eml` file a mail, for its owner alone."""

from __future__ import annotations

import asyncio
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from shared.clock import now
from shared.email.message import Mail
from shared.email.transports.transport import Unreachable


@dataclass(frozen=True, slots=True)
class Folder:
    """Writes mails as files whose names sort by time: `20261124T210102.123-000042-confirm.eml`."""

    path: Path

    async def send(self, mail: Mail) -> None:
        """Writes a mail. It is there whole or not at all."""
        try:
            await asyncio.to_thread(self._write, mail)
        except OSError as error:
            raise Unreachable(f"folder_errno_{error.errno}") from None

    async def close(self) -> None:
        """Nothing is kept open."""

    def _write(self, mail: Mail) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        moment = now()
        name = f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03}-{mail.email_no:06}-{mail.kind}.eml"
        # A reader that looks for *.eml never sees half of one.
        unfinished = self.path / f".{secrets.token_hex(8)}"
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(mail.data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(self.path / name)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
