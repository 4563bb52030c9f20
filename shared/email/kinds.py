"""The kinds of mail: what each is about, whether it carries a link, and how long it is worth being tried.

What a mail says stands in `templates/<kind>.txt` and `.html`; which parameters it takes is what its templates name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Purpose = Literal["confirm", "reset", "change_email"]

GIVES_UP_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mail."""

    # What its link is for; None: it has none.
    purpose: Purpose | None = None
    # How long a link works; the mail is not tried for longer either.
    valid_for: timedelta = GIVES_UP_AFTER
    # Whether it goes to an address that is not the account's yet, which the row must name.
    names_address: bool = False


_NOTICE = Kind()

KINDS: Mapping[str, Kind] = {
    # Somebody signed up: to be confirmed.
    "confirm": Kind("confirm", timedelta(hours=48)),
    # Somebody signed up with the address of an account.
    "signed_up_again": _NOTICE,
    # A password was forgotten.
    "reset": Kind("reset", timedelta(hours=1)),
    # Another address was chosen: to the new one, to be confirmed, and to the one that still holds.
    "change_email": Kind("change_email", timedelta(hours=24), names_address=True),
    "change_email_requested": _NOTICE,
    # To both, once it is done.
    "email_changed": _NOTICE,
    "new_sign_in": _NOTICE,
    "password_changed": _NOTICE,
    "refresh_token_reused": _NOTICE,
    "key_created": _NOTICE,
    "key_rotated": _NOTICE,
    "key_revoked": _NOTICE,
    "receipt": _NOTICE,
    "payment_failed": _NOTICE,
    "quota_80": _NOTICE,
    "quota_100": _NOTICE,
    "cap_80": _NOTICE,
    "cap_100": _NOTICE,
    "policy_change": _NOTICE,
    "breach_notice": _NOTICE,
    # The last one, when the account is gone.
    "account_deleted": _NOTICE,
}
FAREWELL = "account_deleted"
