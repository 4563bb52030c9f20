"""Settings of `make run`: the only reader of the environment in local mode."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from infra.local.certificate import Certificate
from shared.config import EnvReader
from shared.plans import PLANS

REPOSITORY = Path(__file__).resolve().parents[2]

# What a child process inherits: where programs and temporary files are and in which language; nothing else, so that no
# secret and no setting of ours reaches a process that it was not given to.
INHERITED = (
    *("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
)

OVERRIDES = ("EMBEDDER_THREADS", "EMBEDDER_ENGINE", "EMBEDDER_QUERY_CACHE_BYTES", "GLIBC_TUNABLES")
INDEXER_SETTINGS = "FLUXVECTOR_INDEX_"
"""What a person may set for the embedder alone."""
FUNCTIONS_OVERRIDES = (
    *("FLUXVECTOR_PUBLIC_URL", "FLUXVECTOR_BCRYPT_COST", "FLUXVECTOR_ATTEMPTS_FACTOR", "FLUXVECTOR_EMAIL_URL"),
    *("FLUXVECTOR_EMAIL_FROM", "FLUXVECTOR_PRIVACY_CONTACT", "FLUXVECTOR_SUB_PROCESSORS"),
    *("FLUXVECTOR_STRIPE_API_KEY", "FLUXVECTOR_STRIPE_API_BASE"),
    *("FLUXVECTOR_STRIPE_WEBHOOK_SECRETS", "FLUXVECTOR_STRIPE_METER_WEBHOOK_SECRETS", "FLUXVECTOR_TRUSTED_PROXIES"),
)
"""What a person may set for functions and jobs; secrets and the rest are made here."""

STRIPE_SETTINGS = tuple(name for name in FUNCTIONS_OVERRIDES if name.startswith("FLUXVECTOR_STRIPE_"))
"""What names an account of Stripe's; for the fake it is made here."""

MAX_SHOWN = 80
"""Characters of a wrong value that a message shows."""


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """What a person may set for `make run`; paths are absolute."""

    host: str
    port: int
    data_dir: Path
    model_dir: Path
    # Whether FLUXVECTOR_MODEL_DIR chose it; `make model` makes the default one only.
    is_model_dir_chosen: bool
    # Inherited by every child, by the embedder alone, and by the indexer alone.
    inherited: Mapping[str, str]
    embedder_overrides: Mapping[str, str]
    indexer_settings: Mapping[str, str]
    functions_settings: Mapping[str, str]
    # What the demo account may use.
    demo_plan: str
    # Whether a fake of Stripe runs beside the rest, so that a person can walk through an upgrade.
    is_stripe_fake: bool
    # With it the gateway serves HTTPS, and HTTP is not served.
    certificate: Certificate | None

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> LocalSettings:
        """Read FLUXVECTOR_HOST, _PORT, _DATA_DIR (from the working directory), _MODEL_DIR, _DEMO_PLAN, _STRIPE, TLS's.

        Raises shared.config.ConfigurationError with all faults together.
        """
        env = os.environ if env is None else env
        reader = EnvReader(env)
        settings = cls(
            host=reader.get("FLUXVECTOR_HOST", _host, "127.0.0.1"),
            port=reader.get("FLUXVECTOR_PORT", _port, "8080"),
            data_dir=reader.get("FLUXVECTOR_DATA_DIR", _path, ".local"),
            model_dir=reader.get(
                "FLUXVECTOR_MODEL_DIR", _path, str(REPOSITORY / ".local" / "models" / "multilingual-e5-small")
            ),
            is_model_dir_chosen="FLUXVECTOR_MODEL_DIR" in env,
            inherited={name: env[name] for name in INHERITED if name in env},
            embedder_overrides={name: env[name] for name in OVERRIDES if name in env},
            functions_settings={name: env[name] for name in FUNCTIONS_OVERRIDES if name in env},
            demo_plan=reader.get("FLUXVECTOR_DEMO_PLAN", _plan, "scale"),
            indexer_settings={name: env[name] for name in env if name.startswith(INDEXER_SETTINGS)},
            is_stripe_fake=reader.get("FLUXVECTOR_STRIPE", partial(_is_stripe_fake, env), ""),
            certificate=reader.get("FLUXVECTOR_TLS_CERT", partial(_certificate, env.get("FLUXVECTOR_TLS_KEY", "")), ""),
        )
        reader.raise_faults()
        return settings

    @property
    def gateway_settings(self) -> Mapping[str, str]:
        """What the gateway alone is told of these settings, besides its address."""
        if self.certificate is None:
            return {}
        return {"FLUXVECTOR_TLS_CERT": str(self.certificate.chain), "FLUXVECTOR_TLS_KEY": str(self.certificate.key)}


def is_set_to_exit_with_parent(env: Mapping[str, str] | None = None) -> bool:
    """Whether FLUXVECTOR_EXIT_WITH_PARENT asks a gateway or scheduler to end with the process that started it."""
    return (os.environ if env is None else env).get("FLUXVECTOR_EXIT_WITH_PARENT") == "1"


def _plan(raw: str) -> str:
    if raw not in PLANS:
        raise ValueError(f"is none of {', '.join(PLANS)}: {_shown(raw)}")
    return raw


def _host(raw: str) -> str:
    host = raw.strip().removeprefix("[").removesuffix("]")
    if not host:
        raise ValueError("is empty")
    return host


def _port(raw: str) -> int:
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 5 and 1 <= int(raw) <= 65_535):
        raise ValueError(f"is not a port from 1 to 65535: {_shown(raw)}")
    return int(raw)


def _path(raw: str) -> Path:
    if not raw.strip():
        raise ValueError("is empty")
    if "\0" in raw or "\n" in raw:
        raise ValueError(f"is not a path: {_shown(raw)}")
    return Path(raw).expanduser().absolute()


def _certificate(key: str, chain: str) -> Certificate | None:
    if not (key or chain):
        return None
    if not (key and chain):
        raise ValueError("and FLUXVECTOR_TLS_KEY are set together or not at all")
    return Certificate(_path(chain), _path(key))


def _is_stripe_fake(env: Mapping[str, str], raw: str) -> bool:
    if raw not in ("", "fake"):
        raise ValueError(f'is neither "fake" nor empty: {_shown(raw)}')
    if raw == "fake" and any(env.get(name) for name in STRIPE_SETTINGS):
        raise ValueError("is fake, which cannot be together with an account of FLUXVECTOR_STRIPE_API_KEY")
    return raw == "fake"


def _shown(raw: str) -> str:
    """A wrong value on one line, for settings that are no secret."""
    return repr(raw if len(raw) <= MAX_SHOWN else raw[:MAX_SHOWN] + "…")
