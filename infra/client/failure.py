"""Why a command of the client could not do its work."""

from __future__ import annotations


class ClientFailure(Exception):
    """The command cannot go on; the message is a sentence for whoever started it, without a secret."""


class Refused(ClientFailure):
    """The service answered with an error; `status` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
