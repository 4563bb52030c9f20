"""The Stripe account that a deployment is paid by.

    python -m infra.stripe setup [--webhooks]
    python -m infra.stripe replay --since 2026-11-24T10:00:00Z

`setup` makes products, prices and meters from shared/plans.py, and the portal's configuration; run it again after a
plan was added. Prices of a plan that was sold never change: another price is another plan. With --webhooks it also has
Stripe send events to FLUXVECTOR_PUBLIC_URL, and prints the secret of each endpoint that it makes, once, for
FLUXVECTOR_STRIPE_WEBHOOK_SECRETS and FLUXVECTOR_STRIPE_METER_WEBHOOK_SECRETS. It warns where Stripe Tax is not active.
`replay` enters events that were missed; the service does so by itself for what it missed while it was running.

Reads FLUXVECTOR_STRIPE_API_KEY, FLUXVECTOR_STRIPE_API_BASE and FLUXVECTOR_PUBLIC_URL; `replay` reads
FLUXVECTOR_OWNER_DATABASE_URL instead of the last.

The key of `setup` is best a restricted one, made for it and deleted afterwards, with: Products write, Prices write,
Billing meters write, Customer portal write, Tax settings read, Webhook endpoints write, Event destinations write. The
service's own restricted key needs: Customers write, Checkout sessions write, Customer portal write, Subscriptions write
(with their schedules), Prices read, Invoices read, Events read, Billing meters read, Billing meter events write, and
nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime

from infra.stripe.config import StripeSettings
from infra.stripe.failure import SetupFailure
from infra.stripe.replay import replay
from infra.stripe.setup import set_up, warnings_of
from infra.stripe.webhooks import PATHS, set_up_webhooks, where_it_is
from shared.billing.client import stripe_account
from shared.billing.faults import StripeFault, StripeUnavailable
from shared.clock import fault_of
from shared.config import ConfigurationError
from shared.errors import FluxVectorError


def main(arguments: list[str] | None = None) -> int:
    """Runs one command: 0 when done, 1 with one sentence on stderr."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = StripeSettings.from_env(writes_events=chosen.command == "replay")
        asyncio.run(_run(settings, chosen))
    except (SetupFailure, ConfigurationError, FluxVectorError) as error:
        return _fail(str(error))
    except StripeUnavailable as fault:
        return _fail(f"Stripe does not answer ({fault}): run this again, it goes on where it stopped.")
    except StripeFault as fault:
        return _fail(f"Stripe refuses ({fault}): is it the right key, and has it the rights that --help lists?")
    return 0


async def _run(settings: StripeSettings, chosen: argparse.Namespace) -> None:
    async with stripe_account(api_key=settings.api_key, api_base=settings.api_base) as account:
        if chosen.command == "replay":
            count = await replay(account, settings.owner_url, chosen.since)
            _say(f"{count} events were missing; the job process_webhooks handles them within minutes.")
            return
        for line in await set_up(account, public_url=settings.public_url) or ["everything was there"]:
            _say(line)
        if chosen.webhooks:
            secrets = await set_up_webhooks(account, public_url=settings.public_url)
            for name in PATHS:
                _say(f"{name}={secrets[name]}" if name in secrets else where_it_is(name, settings.public_url))
        for line in await warnings_of(account):
            _say(line)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.stripe", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    setup = commands.add_parser("setup", help="make products, prices, meters and the portal's configuration")
    setup.add_argument("--webhooks", action="store_true", help="make webhook endpoints too, and print their secrets")
    again = commands.add_parser("replay", help="enter events that were missed")
    again.add_argument("--since", type=_moment, required=True, help="from when on: 2026-11-24T10:00:00Z")
    return parser


def _moment(raw: str) -> datetime:
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        raise argparse.ArgumentTypeError("is not a time like 2026-11-24T10:00:00Z") from None
    if fault := fault_of(moment):
        raise argparse.ArgumentTypeError(fault)
    return moment


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _fail(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
