"""A session with the service: by a token that is there already, or by e-mail and password."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping

from infra.client.failure import ClientFailure, Refused
from infra.client.service import Service

TOKEN_VARIABLE = "FLUXVECTOR_SESSION_TOKEN"  # noqa: S105  # the name of one


class Session:
    """Calls as whoever signed in; the tokens stay in memory, out of the repr."""

    def __init__(self, service: Service, access_token: str, refresh_token: str | None) -> None:
        self._service = service
        self._access_token = access_token
        self._refresh_token = refresh_token

    @classmethod
    def signed_in(cls, service: Service, email: str, password: str) -> Session:
        """A new session. Raises ClientFailure."""
        answer = service.post("/v1/auth/login", {"email": email, "password": password})
        return cls(service, *_tokens(answer))

    def get(self, path: str, query: Mapping[str, str]) -> bytes:
        """As the service's, with new tokens where those that were used have ended meanwhile."""
        try:
            return self._service.get(path, query, token=self._access_token)
        except Refused as refused:
            if refused.status != 401:
                raise
        self._renew()
        return self._service.get(path, query, token=self._access_token)

    def end(self) -> None:
        """Ends a session that was opened here; one that was there already is its owner's."""
        if self._refresh_token is None:
            return
        try:
            self._service.post("/v1/auth/logout", {}, token=self._access_token)
        except Refused as refused:
            if refused.status != 401:  # it has ended already
                raise

    def _renew(self) -> None:
        if self._refresh_token is None:
            raise ClientFailure(f"The session has ended, or {TOKEN_VARIABLE} is no session's token. Sign in again.")
        # A refresh token works once; sent twice, it ends the session: a try that may have worked is the last.
        answer = self._service.post("/v1/auth/refresh", {"refresh_token": self._refresh_token}, is_repeatable=False)
        self._access_token, self._refresh_token = _tokens(answer)


def session_of_the_caller(service: Service) -> Session:
    """By the token in the environment, else by what is asked at the terminal. Raises ClientFailure."""
    if token := os.environ.get(TOKEN_VARIABLE, "").strip():
        if not (token.isascii() and token.isprintable() and " " not in token):
            raise ClientFailure(f"{TOKEN_VARIABLE} is not a token.")
        return Session(service, token, None)
    if not sys.stdin.isatty():
        raise ClientFailure(f"There is no terminal to ask at: set {TOKEN_VARIABLE} to the token of a session.")
    sys.stderr.write("E-mail: ")
    sys.stderr.flush()
    email = sys.stdin.readline().strip()
    try:
        password = getpass.getpass("Password: ")
    except EOFError:
        raise ClientFailure("There was no password.") from None
    return Session.signed_in(service, email, password)


def _tokens(answer: Mapping[str, object]) -> tuple[str, str]:
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not (isinstance(access, str) and isinstance(refresh, str)):
        raise ClientFailure("What answers there is not the service: it sends no tokens.")
    return access, refresh
