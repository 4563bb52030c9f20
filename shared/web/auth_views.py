"""Shapes that several answers about accounts and sessions share."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from shared.accounts import Account
from shared.clock import rfc3339
from shared.sessions import SessionTokens


class TokensView(Struct):
    """What whoever signed in keeps: `access_token` goes with each call, `refresh_token` fetches the next two."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str
    session_id: str

    @classmethod
    def of(cls, tokens: SessionTokens) -> TokensView:
        return cls(tokens.access_token, "Bearer", tokens.expires_in_s, tokens.refresh_token, tokens.session_id)

    def __repr__(self) -> str:
        return "TokensView(…)"


class AcceptedPolicy(Struct):
    """The version of the privacy policy that was accepted at sign-up, with its age condition."""

    version: str
    accepted_at: str


class AccountView(Struct):
    """An account on the wire. `pending_email` is an address that waits to be confirmed before it replaces `email`."""

    id: str
    email: str
    email_confirmed: bool
    pending_email: str | None
    plan: str
    status: str
    created_at: str
    password_changed_at: str
    accepted_policy: AcceptedPolicy | None

    @classmethod
    def of(cls, account: Account) -> AccountView:
        accepted = None
        if account.accepted_policy is not None and account.accepted_at is not None:
            accepted = AcceptedPolicy(account.accepted_policy, rfc3339(account.accepted_at))
        return cls(
            id=account.account_id,
            email=account.email,
            email_confirmed=account.confirmed_at is not None,
            pending_email=account.pending_email,
            plan=account.plan,
            status=account.status,
            created_at=rfc3339(account.created_at),
            password_changed_at=rfc3339(account.password_changed_at),
            accepted_policy=accepted,
        )


class MailSent(Struct):
    """The answer that is the same for every address."""

    status: Literal["mail_sent"] = "mail_sent"


TOKENS_EXAMPLE: dict[str, Any] = {
    "access_token": "<a token of 15 minutes>",
    "token_type": "Bearer",
    "expires_in": 900,
    "refresh_token": "<used once>",
    "session_id": "ses_4fJ2kPq8Rt6Z",
}
ACCOUNT_EXAMPLE: dict[str, Any] = {
    "id": "acc_2xQb7LwZ8sVt",
    "email": "ada@example.com",
    "email_confirmed": True,
    "pending_email": None,
    "plan": "free",
    "status": "active",
    "created_at": "2026-03-01T09:30:00Z",
    "password_changed_at": "2026-03-01T09:30:00Z",
    "accepted_policy": {"version": "2026-11-24", "accepted_at": "2026-03-01T09:30:00Z"},
}
