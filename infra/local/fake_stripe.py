"""The fake of Stripe beside `make run` (FLUXVECTOR_STRIPE=fake): its address, its secrets, its start."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from infra.local.children import Child
from infra.local.config import REPOSITORY
from infra.local.failure import StartFailure
from infra.local.net import Address, free_loopback_port, request
from infra.local.parent import start_bound
from infra.local.postgres import tail
from infra.local.said import last_line

MODULE = "tests.support.stripe_fake"
READY_SECONDS = 30.0
SETUP_SECONDS = 120.0
STATE = "stripe_fake.state"
"""In the data directory: what was bought stays bought."""


class FakeStripe:
    """One fake of Stripe on a port of this machine that is free at this moment. Its secrets last as long as the run."""

    def __init__(self, data_dir: Path, *, base_url: str) -> None:
        if not (REPOSITORY / MODULE.replace(".", "/") / "__main__.py").is_file():
            raise StartFailure(
                "FLUXVECTOR_STRIPE=fake needs the folder tests/ of the repository, which is not here: unset it."
            )
        self._address = Address("127.0.0.1", "127.0.0.1", free_loopback_port())
        self._webhook = f"{base_url}/v1/billing/webhook"
        self._state = data_dir / STATE
        self._key = f"rk_test_{secrets.token_urlsafe(24)}"
        self._secret, self._meter_secret = (f"whsec_{secrets.token_hex(16)}" for _ in range(2))

    @property
    def url(self) -> str:
        """Where its API answers, and its pages."""
        return self._address.base_url

    @property
    def settings(self) -> Mapping[str, str]:
        """What functions and jobs are told of it."""
        return {
            "FLUXVECTOR_STRIPE_API_KEY": self._key,
            "FLUXVECTOR_STRIPE_API_BASE": self.url,
            "FLUXVECTOR_STRIPE_WEBHOOK_SECRETS": self._secret,
            "FLUXVECTOR_STRIPE_METER_WEBHOOK_SECRETS": self._meter_secret,
        }

    def child(self, inherited: Mapping[str, str], log: Path) -> Child:
        """The process that serves it."""
        environment = {
            **inherited,
            "STRIPE_FAKE_KEY": self._key,
            "STRIPE_FAKE_WEBHOOK_SECRET": self._secret,
            "STRIPE_FAKE_METER_WEBHOOK_SECRET": self._meter_secret,
        }
        arguments = ["--port", str(self._address.port), "--webhook", self._webhook, "--clock", "real"]
        command = [sys.executable, "-m", MODULE, *arguments, "--state", str(self._state)]
        return Child("stripe", command, environment=environment, log=log)

    def wait(self, child: Child, pause: Callable[[float], None]) -> None:
        """Returns when it answers. Raises StartFailure."""
        end = time.monotonic() + READY_SECONDS
        while request(self._address, "GET", "/_fake/now", timeout_s=1.0) != 200:
            if child.died() is not None or time.monotonic() > end:
                raise StartFailure(
                    f"The fake of Stripe does not answer: {last_line(tail(child.log))} (see {child.log})."
                )
            pause(0.05)

    def set_up(self, environment: Mapping[str, str], log: Path, pause: Callable[[float], None]) -> None:
        """Has `infra.stripe` make products, prices, meters and the portal. Raises StartFailure."""
        with log.open("ab") as output:
            process = start_bound(
                [sys.executable, "-m", "infra.stripe", "setup"],
                cwd=REPOSITORY,
                env={**environment, **self.settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            end = time.monotonic() + SETUP_SECONDS
            while (status := process.poll()) is None and time.monotonic() < end:
                pause(0.05)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()
        if status != 0:
            raise StartFailure(
                f"The fake of Stripe could not be set up: {last_line(tail(log)).rstrip('.')} (see {log})."
            )
