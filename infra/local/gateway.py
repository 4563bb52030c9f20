"""The gateway: what API Gateway is in AWS, on this machine. One process with every function in it.

It only chooses the function: the route table is template.yaml's, the ASGI scope is passed on as it came, and each
function does its own authentication, limits, errors and log line, as it does in Lambda.

    python -m infra.local.gateway      (FLUXVECTOR_HOST, FLUXVECTOR_PORT, FLUXVECTOR_TLS_CERT, FLUXVECTOR_TLS_KEY;
                                        started by `python -m infra.local`)
"""

from __future__ import annotations

import importlib
import re
import resource
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from granian import Granian
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra import template
from infra.local.certificate import Certificate
from infra.local.config import LocalSettings, is_set_to_exit_with_parent
from infra.local.console import say
from infra.local.failure import StartFailure
from infra.local.net import Address, free_address
from infra.local.parent import exit_with_parent
from infra.template import Function, TemplateError
from shared.config import ConfigurationError
from shared.config import settings as functions_settings
from shared.errors import MethodNotAllowed
from shared.web.app import Call, NoRequest, endpoint_app
from shared.web.context import database

HEADER_READ_TIMEOUT_MS = 30_000
"""How long a connection may take to send its headers, and how long it may idle between two requests (measured)."""

MAX_CONNECTIONS = 4_096
"""Open connections, idle ones too (so granian counts its backpressure, measured); further ones wait in the backlog."""

STOP_S = 5
"""How long requests in progress may take to end after SIGTERM."""

Refuse = Callable[[Sequence[str]], ASGIApp]
Close = Callable[[], Awaitable[None]]


class Endpoints(NamedTuple):
    """What one path offers: an app for each method, and the one that refuses every other method."""

    apps: Mapping[str, ASGIApp]
    refusal: ASGIApp


class Gateway:
    """An ASGI app that hands each request to the function whose route it matches.

    `apps` holds the app of each function by its name in the template, `refuse` makes the app that answers 405 naming
    the given methods, `close` is awaited when the server stops. Raises TemplateError without a `$default` function.
    """

    def __init__(
        self, functions: Iterable[Function], apps: Mapping[str, ASGIApp], refuse: Refuse, close: Close | None = None
    ) -> None:
        self._close = close
        default: ASGIApp | None = None
        paths: dict[str, dict[str, ASGIApp]] = {}
        for function in functions:
            app = apps[function.name]
            if function.is_default:
                default = app
            for route in function.routes:
                paths.setdefault(route.path, {})[route.method] = app
        if default is None:
            raise TemplateError("No function takes the $default route: an unknown path would have no answer.")
        self._default = default
        endpoints = {path: _endpoints(by_method, refuse) for path, by_method in paths.items()}
        self._plain = {path: found for path, found in endpoints.items() if "{" not in path}
        # Every path with parameters is one group of one expression: the number of the group that matched is the path's.
        # "{" sorts behind every letter, so a fixed segment is tried before a parameter in its place.
        parametrized = sorted(endpoints.keys() - self._plain.keys())
        self._parametrized = [endpoints[path] for path in parametrized]
        self._pattern = re.compile("|".join(f"({_expression(path)})" for path in parametrized) or "(?!)")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self.app_for(scope["method"], scope["path"])(scope, receive, send)

    def app_for(self, method: str, path: str) -> ASGIApp:
        """The app that answers this request, be it with an error."""
        endpoints = self._plain.get(path)
        if endpoints is None:
            match = self._pattern.fullmatch(path)
            if match is None or match.lastindex is None:
                return self._default
            endpoints = self._parametrized[match.lastindex - 1]
        return endpoints.apps.get(method, endpoints.refusal)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._close is not None:
                    await self._close()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _endpoints(by_method: Mapping[str, ASGIApp], refuse: Refuse) -> Endpoints:
    apps = dict(by_method)
    if "GET" in apps:
        apps.setdefault("HEAD", _head(apps["GET"]))
    return Endpoints(apps, refuse(sorted(apps)))


def _head(get: ASGIApp) -> ASGIApp:
    """GET, with the headers that GET has and no body."""

    async def head(scope: Scope, receive: Receive, send: Send) -> None:
        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await get({**scope, "method": "GET"}, receive, without_body)

    return head


def _expression(path: str) -> str:
    return "".join(
        "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[a-z_]+\})", path) if part
    )


def _refusal(allow: Sequence[str]) -> ASGIApp:
    """405 in the API's error shape, with its headers and its log line."""
    message = f"This path takes {', '.join(allow)} only."

    async def refuse(_: Call[NoRequest]) -> None:
        raise MethodNotAllowed(message, allow=allow)

    return endpoint_app(None, refuse, request=NoRequest, scope=None)


async def _close_database() -> None:
    if database.cache_info().currsize:
        await database().close()


def create() -> Gateway:
    """The gateway with every function imported: what granian's worker serves. Ends the process where one cannot be."""
    if is_set_to_exit_with_parent():
        exit_with_parent()
    functions = [function for function in template.load() if function.schedule is None]
    apps: dict[str, ASGIApp] = {}
    for function in functions:
        try:
            apps[function.name] = importlib.import_module(function.module).app
        except Exception as error:
            # Half an API would answer 404 for what exists: rather none.
            traceback.print_exc()
            say(f"The gateway cannot start: {function.module} could not be imported ({type(error).__name__}: {error}).")
            raise SystemExit(1) from error
    return Gateway(functions, apps, _refusal, _close_database)


def _raise_file_limit() -> None:
    """Each connection is an open file, and many systems allow 1,024 unless a process asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + 512
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )


def serve(address: Address, certificate: Certificate | None = None) -> None:
    """Serves until SIGTERM or SIGINT, then lets requests in progress end; a worker's end ends the process with 1.

    With a certificate it is HTTPS, by TLS 1.2 or 1.3.
    """
    _raise_file_limit()
    Granian(
        "infra.local.gateway:create",
        factory=True,
        address=address.bind,
        port=address.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        backpressure=MAX_CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_READ_TIMEOUT_MS),
        workers_kill_timeout=STOP_S,
        ssl_cert=None if certificate is None else certificate.chain,
        ssl_key=None if certificate is None else certificate.key,
        ssl_protocol_min=SSLProtocols.tls12,
    ).serve()


def main() -> None:
    """Checks what can be wrong before anything listens, then serves."""
    if is_set_to_exit_with_parent():
        exit_with_parent()
    try:
        settings = LocalSettings.from_env()
        functions_settings()
        template.load()
        if settings.certificate is not None:
            settings.certificate.check()
        address = free_address(settings.host, settings.port, is_tls=settings.certificate is not None)
    except (StartFailure, TemplateError, ConfigurationError) as error:
        say(f"The gateway cannot start: {error}")
        raise SystemExit(1) from None
    serve(address, settings.certificate)


if __name__ == "__main__":
    main()
