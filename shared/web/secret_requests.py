"""Requests that hold a secret: nothing that prints one shows it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class SecretRequest(Struct, forbid_unknown_fields=True):
    """A request whose repr is its name alone."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


# Bounds of what is read at all; which passwords and addresses are good, the services say.
Email = Annotated[str, Meta(min_length=1, max_length=512, description="An e-mail address.")]
Password = Annotated[str, Meta(min_length=1, max_length=1_024)]
NewPassword = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1_024,
        description="15 to 256 characters, whichever you like; not one of the commonest, not made of the address.",
    ),
]
Token = Annotated[str, Meta(min_length=1, max_length=4_096)]
