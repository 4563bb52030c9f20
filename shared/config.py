"""Settings of functions and jobs, read once from the environment; nothing else under functions/ or shared/ reads it."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar
from urllib.parse import urlsplit

from shared.secret_keys import SecretKey, secret_keys
from shared.sub_processors import SubProcessor, parse_sub_processors
from shared.transport_rules import fault_of_database_url, fault_of_embedder_url

T = TypeVar("T")

# What text needs: every embedding is served with this many values, whatever the model's own width.
TEXT_DIMENSION = 1024
# About 0.2 s a password on a processor of 2025.
DEFAULT_BCRYPT_COST = 12


class ConfigurationError(Exception):
    """The environment is not usable; the message lists every fault, one a line, and no value of a secret."""


@dataclass(frozen=True, slots=True)
class Model:
    """The embedding model that this deployment runs.

    `unrelated_cosine` is the mean cosine of unrelated texts, measured as the model was built: the zero of `confidence`.
    """

    name: str
    revision: str
    unrelated_cosine: float


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a deployment may set. Secrets stay out of the repr."""

    database_url: str = field(repr=False)
    database_pool_size: int
    # One or more embedders, all of the same model; a name may have several addresses.
    embedder_urls: tuple[str, ...]
    embedder_token: str = field(repr=False)
    # Certificates (PEM) by which https is verified; None is the system's.
    embedder_ca_file: str | None
    model: Model
    max_body_bytes: int
    # How long an upsert embeds before it leaves the rest to the job; below the published client's 30 s timeout.
    upsert_embed_budget_s: float
    # How long a text query waits for its embedding.
    query_embed_budget_s: float
    # Where callers reach the service: what sessions are issued by, and what links in mails begin with.
    public_url: str
    # Keys that sign sessions, and peppers of passwords; the first of each is used, the others are still understood.
    session_keys: tuple[SecretKey, ...] = field(repr=False)
    password_peppers: tuple[SecretKey, ...] = field(repr=False)
    bcrypt_cost: int
    # Multiplies what strangers may try in a time (shared.attempts): above 1 where one address stands for many people.
    attempts_factor: int
    # How mail leaves (file://, smtp://, smtps://, ses://), and from whom; "" is for processes that send none.
    email_url: str = field(repr=False)
    email_from: str
    # Whom people write to about their data.
    privacy_contact: str
    sub_processors: tuple[SubProcessor, ...]
    # "" where nobody pays.
    stripe_api_key: str = field(repr=False)
    stripe_api_base: str
    # By which Stripe signs what it sends; two while one takes the place of the other, none where nothing is taken.
    stripe_webhook_secrets: tuple[str, ...] = field(repr=False)
    stripe_meter_webhook_secrets: tuple[str, ...] = field(repr=False)
    # Networks of the proxies in front of this service, whose X-Forwarded-For is believed.
    trusted_proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Reads FLUXVECTOR_* settings; raises ConfigurationError with all faults together."""
        reader = EnvReader(os.environ if env is None else env)
        settings = cls(
            database_url=reader.get("FLUXVECTOR_DATABASE_URL", _database_url),
            database_pool_size=reader.get("FLUXVECTOR_DATABASE_POOL_SIZE", _between(int, 1, 1_000), "1"),
            embedder_urls=reader.get("FLUXVECTOR_EMBEDDER_URL", _http_urls),
            embedder_token=reader.get("FLUXVECTOR_EMBEDDER_TOKEN", str, ""),
            embedder_ca_file=reader.get("FLUXVECTOR_EMBEDDER_CA_FILE", _file_or_none, ""),
            model=Model(
                *reader.get("FLUXVECTOR_MODEL", _name_and_revision, fallback=("", "")),
                unrelated_cosine=reader.get(
                    "FLUXVECTOR_MODEL_UNRELATED_COSINE", _between(float, 0.0, 0.99), fallback=0.0
                ),
            ),
            max_body_bytes=reader.get("FLUXVECTOR_MAX_BODY_BYTES", _between(int, 1, 1 << 30), str(32 << 20)),
            upsert_embed_budget_s=reader.get("FLUXVECTOR_UPSERT_EMBED_BUDGET_S", _between(float, 0.0, 25.0), "20"),
            query_embed_budget_s=reader.get("FLUXVECTOR_QUERY_EMBED_BUDGET_S", _between(float, 0.1, 25.0), "10"),
            public_url=reader.get("FLUXVECTOR_PUBLIC_URL", _http_url),
            session_keys=reader.get("FLUXVECTOR_SESSION_KEYS", secret_keys),
            password_peppers=reader.get("FLUXVECTOR_PASSWORD_PEPPERS", secret_keys),
            bcrypt_cost=reader.get("FLUXVECTOR_BCRYPT_COST", _between(int, 4, 16), str(DEFAULT_BCRYPT_COST)),
            attempts_factor=reader.get("FLUXVECTOR_ATTEMPTS_FACTOR", _between(int, 1, 1_000), "1"),
            email_url=reader.get("FLUXVECTOR_EMAIL_URL", str, ""),
            email_from=reader.get("FLUXVECTOR_EMAIL_FROM", str, ""),
            privacy_contact=reader.get("FLUXVECTOR_PRIVACY_CONTACT", _not_empty),
            sub_processors=reader.get("FLUXVECTOR_SUB_PROCESSORS", parse_sub_processors, ""),
            stripe_api_key=reader.get("FLUXVECTOR_STRIPE_API_KEY", str, ""),
            stripe_api_base=reader.get("FLUXVECTOR_STRIPE_API_BASE", _http_url, "https://api.stripe.com"),
            stripe_webhook_secrets=reader.get("FLUXVECTOR_STRIPE_WEBHOOK_SECRETS", _words, ""),
            stripe_meter_webhook_secrets=reader.get("FLUXVECTOR_STRIPE_METER_WEBHOOK_SECRETS", _words, ""),
            trusted_proxies=reader.get("FLUXVECTOR_TRUSTED_PROXIES", _networks, ""),
        )
        reader.raise_faults()
        return settings


@cache
def settings() -> Settings:
    """The settings of this process, read at first use (after a Lambda's restore, never at import)."""
    return Settings.from_env()


class EnvReader:
    """Parses variables and collects every fault, so that a person mends them all at once."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._faults: list[str] = []

    def get(self, name: str, parse: Callable[[str], T], default: str | None = None, fallback: T | None = None) -> T:
        """The parsed variable; a fault is noted, and `fallback` (or what parsing "" would give) is never used."""
        raw = self._env.get(name, default)
        if raw is None:
            self._faults.append(f"{name} is not set.")
        else:
            try:
                return parse(raw)
            except ValueError as error:
                self._faults.append(f"{name} {error}.")
        return fallback  # type: ignore[return-value]  # raise_faults() ends the reading before anyone sees it

    def raise_faults(self) -> None:
        """Raises ConfigurationError when any variable was missing or wrong."""
        if self._faults:
            raise ConfigurationError("\n".join(self._faults))


def _not_empty(raw: str) -> str:
    if not raw.strip():
        raise ValueError("is empty")
    return raw


def _database_url(raw: str) -> str:
    if fault := fault_of_database_url(_not_empty(raw)):
        raise ValueError(fault)
    return raw


def _http_urls(raw: str) -> tuple[str, ...]:
    """URLs of embedders separated by commas, each once."""
    urls = tuple(dict.fromkeys(_http_url(url.strip()) for url in raw.split(",")))
    for url in urls:
        if fault := fault_of_embedder_url(url):
            raise ValueError(fault)
    return urls


def _http_url(raw: str) -> str:
    try:
        parts = urlsplit(raw)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, or half of an IPv6 address
        is_url = False
    if not is_url or not raw.isascii() or not raw.isprintable() or " " in raw:
        raise ValueError("is not an http:// or https:// URL")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("holds a user, a query or a fragment, none of which is sent")
    return raw.rstrip("/")


def _words(raw: str) -> tuple[str, ...]:
    return tuple(word for word in (each.strip() for each in raw.split(",")) if word)


def _networks(raw: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(word) for word in _words(raw))
    except ValueError:
        raise ValueError("is not a list of networks such as 10.0.0.0/8, separated by commas") from None


def _file_or_none(raw: str) -> str | None:
    if raw and not os.path.isfile(raw):
        raise ValueError(f"names {raw}, which is not a file")
    return raw or None


def _name_and_revision(raw: str) -> tuple[str, str]:
    name, at, revision = raw.partition("@")
    if not (name and at and revision):
        raise ValueError("is not <name>@<revision>")
    return name, revision


def _between(kind: Callable[[str], T], low: float, high: float) -> Callable[[str], T]:
    def parse(raw: str) -> T:
        try:
            value = kind(raw)
        except ValueError:
            raise ValueError(f"is not a number from {low} to {high}") from None
        if not low <= value <= high:  # type: ignore[operator]  # int or float, by the callers above
            raise ValueError(f"is not a number from {low} to {high}")
        return value

    return parse
