"""`python -m tests.support.stripe_fake --port P --webhook URL`: the fake by itself, for `make run` and for a person.

It delivers webhooks at once, to the URL and, thin events, to URL/meters. The environment names the key that it answers
and the secrets that it signs by: STRIPE_FAKE_KEY, STRIPE_FAKE_WEBHOOK_SECRET and STRIPE_FAKE_METER_WEBHOOK_SECRET. Its
clock is this machine's until it is advanced; `--clock still` stops it. Who calls it lives by this machine's clock even
then, so times that callers send are moved as far as the clock was.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.stripe_fake.app import KEY, StripeFake
from tests.support.stripe_fake.meters import ERROR_REPORT
from tests.support.stripe_fake.server import served
from tests.support.stripe_fake.state import Store

SECRET = "whsec_of_the_fake"


def main(arguments: Sequence[str] | None = None, env: Mapping[str, str] | None = None) -> int:
    """Serves until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.stripe_fake", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--webhook", help="where events are sent")
    parser.add_argument("--clock", choices=("real", "still"), default="real")
    parser.add_argument("--state", type=Path, help="a file in which the account outlives the process")
    parser.add_argument("--rights", help="makes the key a restricted one, as `Customers write, Prices read`")
    given = parser.parse_args(arguments)
    asyncio.run(_serve(given, os.environ if env is None else env))
    return 0


async def _serve(given: argparse.Namespace, env: Mapping[str, str]) -> None:
    fake = StripeFake(key=env.get("STRIPE_FAKE_KEY", KEY), is_automatic=True)
    fake.store = None if given.state is None else Store(given.state)
    if fake.store is not None:
        fake.load()
    if given.rights is not None:
        fake.allow(*(right.strip() for right in given.rights.split(",")))
    fake.account.books.callers_stay = True
    if given.clock == "still":
        fake.account.books.still_at = time.time()
    fake.account.webhooks.forget_endpoints()
    if given.webhook:
        secret = env.get("STRIPE_FAKE_WEBHOOK_SECRET", SECRET)
        fake.account.webhooks.add_endpoint(given.webhook, secret=secret)
        fake.account.webhooks.add_endpoint(
            f"{given.webhook}/meters",
            secret=env.get("STRIPE_FAKE_METER_WEBHOOK_SECRET", SECRET),
            enabled_events=[ERROR_REPORT],
            is_thin=True,
        )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with served(fake, given.port):
        sys.stdout.write(f"A fake of Stripe answers at {fake.url}\n")
        sys.stdout.flush()
        await stop.wait()
    fake.save()


if __name__ == "__main__":
    raise SystemExit(main())
