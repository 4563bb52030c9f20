"""Credentials: an API key or the token of a session, told apart by their form, checked without a statement."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared import keys
from shared.config import Settings
from shared.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class Credential:
    """What admission looks up: the hash of a key, or the id of a session."""

    key_hash: bytes | None = field(default=None, repr=False)
    session_id: str | None = None

    @property
    def refusal(self) -> str:
        """What whoever sent it is told where it is none (any more)."""
        if self.key_hash is not None:
            return "The API key is not valid."
        return "The session has ended: sign in again."


def credential_of(text: str, settings: Settings) -> Credential:
    """The credential that a text is. Raises Unauthenticated for what cannot be one; this costs no statement."""
    if text.count(".") == 2:
        # Who brings a key does not wait for the reader of tokens to be imported.
        from shared.session_tokens import session_of  # noqa: PLC0415
        from shared.sessions import issuer_of  # noqa: PLC0415

        return Credential(session_id=session_of(issuer_of(settings), text))
    if not keys.is_well_formed(text):
        raise Unauthenticated("The API key is not valid.")
    return Credential(key_hash=keys.key_hash(text))
