"""All requests of all calls, a canary in every place: derived from the route table and the structs of endpoints."""

from __future__ import annotations

import importlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from infra import template
from shared.web.app import EndpointApp
from tests.support.api import MODEL, PASSWORD
from tests.support.canaries import Canary, Flock, Kind, Planter

ROUTES = [(route.key, function.module) for function in template.load() for route in function.routes]
ERASURE = "DELETE /v1/auth/account"
# Where the tenant's texts and values are.
TEXTS, VALUES = "text", "values"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, and whether it is sent by session."""

    route: str
    path: str
    query: str = ""
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    is_signed_in: bool = False

    @property
    def everything(self) -> str:
        """All that its sender said."""
        said = [self.path, self.query, self.content.decode("latin-1"), *self.headers, *self.headers.values()]
        return " ".join(said)

    def may_be_told(self, canary: Canary) -> bool:
        """Whether an error of this request may tell it: a name that the request itself said."""
        return canary.kind is Kind.NAME and canary.text in self.everything


class Requests:
    """All requests of all calls, derived from the route table and from the structs of the endpoints."""

    def __init__(self, flock: Flock, collections: Mapping[str, str], key_id: str) -> None:
        self.flock = flock
        self.collections = collections
        self._key_id = key_id
        # A password that is asked for is the right one, so that what comes behind it is reached.
        known = {"collection": lambda: collections[TEXTS], "current_password": lambda: PASSWORD}
        self.planter = Planter(flock, known | {"model": lambda: MODEL.split("@")[0]})

    def good(self, *, together: int = 1) -> Iterator[Sent]:
        """Those whose types are right."""
        for route, app in apps():
            for request in self.planter.good(app.shape, route, together=together):
                yield self._sent(route, app, self._fitted(request))

    def bad(self) -> Iterator[Sent]:
        """Those that are wrong in one place."""
        word = self.flock.word
        for route, app in apps():
            for request in self.planter.bad(app.shape, route):
                yield self._sent(route, app, request)
            sent = self._sent(route, app, {})
            broken = f"{{{word(Kind.CONTENT, route)}: {word(Kind.CONTENT, route)}".encode()
            yield replace(sent, content=broken)
            yield replace(sent, content=sent.content + b"\n" + json.dumps({word(Kind.NAME, route): 1}).encode())
            yield replace(sent, headers=sent.headers | {"Content-Type": f"text/{word(Kind.NAME, route)}"})
            yield replace(sent, content=broken + b" " * 200_001)
            for credential in ("Bearer fv_live_{}", "Bearer {}.{}.{}", "Basic {}", "{}"):
                secret = credential.format(*(word(Kind.SECRET, f"{route}, Authorization") for _ in range(3)))
                yield replace(sent, headers=sent.headers | {"Authorization": secret})
            for path in (sent.path + "/" + word(Kind.SECRET, route), "/" + word(Kind.SECRET, route)):
                yield replace(sent, path=path)

    def _fitted(self, request: dict[str, Any]) -> dict[str, Any]:
        """With a collection that its values fit, and records that have a text or values."""
        records = request.get("vectors", [])
        for record in records:
            del record["text" if secrets.randbelow(2) else "values"], record["ttl_seconds"]
        if "collection" in request and any("values" in each or "vector" in each for each in [request, *records]):
            request["collection"] = self.collections[VALUES]
        return request

    def _sent(self, route: str, app: EndpointApp[Any], request: dict[str, Any]) -> Sent:
        word = self.flock.word
        method, path = route.split(" ")
        # What is there, or what is not; only the latter is deleted.
        is_there = method != "DELETE" and secrets.randbelow(2)
        named = {"/v1/collections/{name}": self.collections[TEXTS], "/v1/api-keys/{id}": self._key_id}
        for template_path, name in named.items():
            if is_there and path.startswith(template_path):
                path = path.replace(template_path, re.sub(r"\{.*\}", name, template_path))
        path = re.sub(r"\{(.*)\}", lambda found: word(Kind.NAME, f"{route}, {found[1]}"), path)
        headers = {
            "User-Agent": word(Kind.SECRET, f"{route}, User-Agent"),
            "Cookie": f"session={word(Kind.SECRET, f'{route}, Cookie')}",
            "Idempotency-Key": word(Kind.SECRET, f"{route}, Idempotency-Key"),
            "X-Forwarded-For": word(Kind.SECRET, f"{route}, X-Forwarded-For"),
            f"X-{word(Kind.SECRET, f'{route}, a name of a header')}": word(Kind.SECRET, f"{route}, a header"),
        }
        query, content = "", b""
        if app.takes_lines or not app.has_body:
            query = urlencode({name: _plain(value) for name, value in request.items()}, doseq=True)
        if app.takes_lines:
            headers["Content-Type"] = "application/x-ndjson"
            line = {"id": word(Kind.NAME, f"{route}, id"), "text": word(Kind.CONTENT, f"{route}, text")}
            content = json.dumps(line).encode()
        elif app.has_body:
            headers["Content-Type"] = "application/json"
            content = json.dumps(request).encode()
        return Sent(route, path, query, content, headers, app.scope == "session")


def apps() -> Iterator[tuple[str, EndpointApp[Any]]]:
    """All routes with their apps; what ends the account comes last."""
    for route, module in sorted(ROUTES, key=lambda each: each[0] == ERASURE):
        yield route, importlib.import_module(module).app


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | bool) else value
