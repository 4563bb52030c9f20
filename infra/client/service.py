"""The service as its callers see it, over HTTP: certificates are verified, credentials go to this one address alone."""

from __future__ import annotations

import http.client
import ipaddress
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from infra.client.failure import ClientFailure, Refused

TIMEOUT_S = 60.0
"""How long a connection may be silent."""
TRIES = 8
LONGEST_WAIT_S = 60.0
MAX_ANSWER_BYTES = 64 << 20
_AGAIN = frozenset({429, 500, 502, 503, 504})

Wait = Callable[[float], None]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: urllib would send the credential along, wherever it leads."""

    def redirect_request(self, *args: Any, **named: Any) -> None:
        return None


class _NotNow(Exception):
    """The try failed, and another one may not; `wait_s` is how long the service wants it to wait."""

    def __init__(self, failure: ClientFailure, wait_s: float | None = None) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.wait_s = wait_s

    @property
    def did_nothing(self) -> bool:
        """Whether it was turned away before it was begun."""
        return isinstance(self.failure, Refused) and self.failure.status == 429


class Service:
    """A deployment at `base_url`. Raises ClientFailure unless that is https, or http on this machine."""

    def __init__(self, base_url: str, *, wait: Wait = time.sleep) -> None:
        self._base_url = _checked(base_url)
        self._wait = wait
        handlers: list[urllib.request.BaseHandler] = [_NoRedirects()]
        if self._base_url.startswith("https:"):
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            handlers.append(urllib.request.HTTPSHandler(context=context))
        else:
            handlers.append(urllib.request.ProxyHandler({}))  # what stays on this machine goes through no proxy
        self._opener = urllib.request.build_opener(*handlers)

    def get(self, path: str, query: Mapping[str, str], *, token: str) -> bytes:
        """The body of a good answer. Tries again while the service is busy or away. Raises Refused or ClientFailure."""
        target = f"{path}?{urlencode(query)}" if query else path
        return self._trying(self._request("GET", target, None, token), is_repeatable=True)

    def post(
        self, path: str, body: Mapping[str, str], *, token: str | None = None, is_repeatable: bool = True
    ) -> dict[str, Any]:
        """The good answer; what is not repeatable is tried again only where it was turned away before it was begun."""
        raw = self._trying(self._request("POST", path, json.dumps(body).encode(), token), is_repeatable=is_repeatable)
        try:
            answer = json.loads(raw)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise ClientFailure(f"What answers at {self._base_url} is not the service.")
        return answer

    def _request(self, method: str, target: str, body: bytes | None, token: str | None) -> urllib.request.Request:
        headers = {"Accept": "*/*", "User-Agent": "fluxvector-export"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return urllib.request.Request(  # noqa: S310  # the scheme was checked
            self._base_url + target, data=body, headers=headers, method=method
        )

    def _trying(self, request: urllib.request.Request, *, is_repeatable: bool) -> bytes:
        for done in range(1, TRIES + 1):
            try:
                return self._once(request)
            except _NotNow as error:
                if done == TRIES or not (is_repeatable or error.did_nothing):
                    raise error.failure from None
                chosen = 2.0 ** (done - 1) if error.wait_s is None else error.wait_s
                self._wait(min(chosen, LONGEST_WAIT_S))
        raise AssertionError("unreachable: the last try returns or raises")

    def _once(self, request: urllib.request.Request) -> bytes:
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                body: bytes = answer.read(MAX_ANSWER_BYTES + 1)
                if len(body) <= MAX_ANSWER_BYTES and answer.length:  # bounded, a read does not tell of an early end
                    raise http.client.IncompleteRead(body, answer.length)
        except urllib.error.HTTPError as error:
            with error:
                raise self._told(error) from None
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            if isinstance(reason, ssl.SSLCertVerificationError):
                raise ClientFailure(f"The certificate of {self._base_url} cannot be verified.") from None
            failure = ClientFailure(f"{self._base_url} does not answer: {type(reason).__name__}.")
            raise _NotNow(failure) from None
        if len(body) > MAX_ANSWER_BYTES:
            raise ClientFailure(f"{self._base_url} answers more than {MAX_ANSWER_BYTES} bytes at once.")
        return body

    def _told(self, error: urllib.error.HTTPError) -> Exception:
        refused = Refused(error.code, _sentence(error))
        return _NotNow(refused, _retry_after(error)) if error.code in _AGAIN else refused


def _retry_after(error: urllib.error.HTTPError) -> float | None:
    said = error.headers.get("Retry-After", "")
    return float(said) if said.isascii() and said.isdigit() and len(said) < 6 else None


def _sentence(error: urllib.error.HTTPError) -> str:
    """The service's own sentence, made fit for a terminal; or the status, where something else answered."""
    try:
        said = json.loads(error.read(100_000))["error"]
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
        said = None
    if not isinstance(said, str):
        return f"The answer was {error.code}."
    return "".join(char if char.isprintable() else " " for char in said)[:500]


def _checked(base_url: str) -> str:
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if not host or "@" in parts.netloc or parts.query or parts.fragment or not base_url.isascii():
        raise ClientFailure("The base URL is not one of the form https://host or https://host:port.")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(host)):
        raise ClientFailure("The base URL is not https: a credential would go over the network for everyone to read.")
    return base_url.rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
