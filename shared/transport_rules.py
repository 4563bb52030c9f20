"""Where a connection leaves this machine it is TLS with a checked name (privacy policy, section 10).

A Unix socket and a loopback address need none: nobody else is on the way.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from urllib.parse import urlsplit

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

_TLS_VERSIONS = frozenset({"TLSv1.2", "TLSv1.3"})


def fault_of_database_url(url: str) -> str | None:
    """What is wrong with a libpq URL or conninfo, to follow the setting's name; None where nothing is.

    Any host that is no Unix socket and no loopback address needs `sslmode=verify-full` and TLS 1.2 or newer. What the
    URL leaves out libpq takes from PGHOST, PGSSLMODE and so on, and so does this. No part of the URL is repeated.
    """
    try:
        said = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.ProgrammingError:  # its message quotes the URL, the password perhaps
        return "is no libpq URL and no conninfo"
    # A service file is read where the connection is opened and may name any host: only the URL's own words count then.
    effective = said if said.get("service") else {**_defaults(), **said}
    if not effective.get("service") and all(map(_is_local, _destinations(effective))):
        return None
    if effective.get("sslmode") != "verify-full":
        return "names a host that is not this machine, and so needs sslmode=verify-full"
    if effective.get("ssl_min_protocol_version", "TLSv1.2") not in _TLS_VERSIONS:
        return "allows TLS older than 1.2: leave ssl_min_protocol_version out"
    return None


def fault_of_embedder_url(url: str) -> str | None:
    """What is wrong with the URL of an embedder, to follow the setting's name: texts leave this machine by https only.

    None where nothing is; the URL is known to be one of http or https.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" or _is_loopback(parts.hostname or ""):
        return None
    return "names a host that is not this machine, and so needs https://"


def _defaults() -> Mapping[str, str]:
    """What libpq takes for parameters that are left out, as it reads the environment itself."""
    return {
        option.keyword.decode(): option.val.decode() for option in pq.Conninfo.get_defaults() if option.val is not None
    }


def _destinations(parameters: Mapping[str, str]) -> Iterator[str]:
    """What libpq would connect to: of each pair its hostaddr, else its host; "" is the default socket."""
    hosts = parameters.get("host", "").split(",")
    addresses = parameters.get("hostaddr", "").split(",")
    for host, address in zip_longest(hosts, addresses, fillvalue=""):
        yield address or host


def _is_local(destination: str) -> bool:
    return destination[:1] in ("", "/", "@") or _is_loopback(destination)


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, or an address in a spelling that only some resolvers take for loopback
        return False
