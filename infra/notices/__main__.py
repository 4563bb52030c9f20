"""What an operator tells the people whose data this is.

    python -m infra.notices breach --id 2026-01 --aware-at 2026-11-24T10:00:00Z \\
        --happened "what happened" --what "which data" --when "when" \\
        [--record | --all | --accounts FILE | --nobody] [--send]
    python -m infra.notices policy --version 2027-01-15 [--send]
    python -m infra.notices status

Nothing is written and nobody is told without --send (--record alone starts the clock of a breach). Reads
FLUXVECTOR_OWNER_DATABASE_URL, FLUXVECTOR_PUBLIC_URL and FLUXVECTOR_PRIVACY_CONTACT.
"""

from __future__ import annotations

import argparse
import re
import sys
from datetime import datetime
from pathlib import Path

import psycopg

from infra.notices.breach import Affected, Breach, record_breach, tell_of_breach
from infra.notices.config import NoticeSettings
from infra.notices.failure import NoticeFailure
from infra.notices.policy import announce_policy
from infra.notices.status import say_status
from shared.clock import fault_of, now
from shared.config import ConfigurationError

DEFAULT_PER_MINUTE = 300
MAX_PER_MINUTE = 1_000_000
MAX_CHARACTERS = 2_000

_BREACH_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def main(arguments: list[str] | None = None) -> int:
    """Runs one command: 0 when done, 1 with one sentence on stderr, or where `status` finds something urgent."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = NoticeSettings.from_env(writes_mail=chosen.command != "status")
        if chosen.command == "status":
            return 0 if say_status(settings) else 1
        if chosen.command == "policy":
            announce_policy(settings, chosen.version, per_minute=chosen.per_minute, send=chosen.send)
        else:
            _breach(settings, chosen)
    except (NoticeFailure, ConfigurationError, ValueError) as error:
        return _fail(str(error))
    except psycopg.Error as error:
        # The rest of a server's message may quote a row.
        return _fail(error.diag.message_primary or str(error).strip() or type(error).__name__)
    return 0


def _breach(settings: NoticeSettings, chosen: argparse.Namespace) -> None:
    breach = Breach(chosen.id, chosen.aware_at, chosen.happened, chosen.what, chosen.when)
    if chosen.record:
        if chosen.send:
            raise NoticeFailure("--record tells nobody: leave out --send, or say who is affected.")
        record_breach(settings, breach)
        return
    affected: Affected | Path = chosen.accounts or ("all" if chosen.all else "nobody")
    tell_of_breach(settings, breach, affected, per_minute=chosen.per_minute, send=chosen.send)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.notices")
    commands = parser.add_subparsers(dest="command", required=True)

    breach = commands.add_parser("breach", help="record a breach of personal data and tell whoever is affected")
    breach.add_argument("--id", type=_breach_id, required=True, help="a name of yours for it, as 2026-01")
    breach.add_argument("--aware-at", type=_moment, required=True, help="since when you know: 2026-11-24T10:00:00Z")
    breach.add_argument("--happened", type=_text, required=True, help="what happened, as people will read it")
    breach.add_argument("--what", type=_text, required=True, help="which data")
    breach.add_argument("--when", type=_text, required=True, help="when it was")
    who = breach.add_mutually_exclusive_group(required=True)
    who.add_argument("--record", action="store_true", help="start the clock; who is affected is not known yet")
    who.add_argument("--all", action="store_true", help="every account is affected")
    who.add_argument("--accounts", type=Path, help="a file of accounts, an id or an e-mail address a line")
    who.add_argument("--nobody", action="store_true", help="nobody is affected: ends the clock")

    policy = commands.add_parser("policy", help="announce a version of the privacy policy, 30 days ahead at least")
    policy.add_argument("--version", required=True, help="its date: shared/legal/privacy/<version>.txt")

    for command in (breach, policy):
        command.add_argument("--send", action="store_true", help="do it; without it you see what would be done")
        command.add_argument(
            "--per-minute",
            type=_per_minute,
            default=DEFAULT_PER_MINUTE,
            help=f"how many mails have their turn in a minute ({DEFAULT_PER_MINUTE}); other mail goes in between",
        )
    commands.add_parser("status", help="list breaches and announcements; exits with 1 where one is urgent or wrong")
    return parser


def _breach_id(raw: str) -> str:
    if not _BREACH_ID.fullmatch(raw):
        raise argparse.ArgumentTypeError("is not 1 to 64 letters, digits, dots, dashes and underscores")
    return raw


def _moment(raw: str) -> datetime:
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        raise argparse.ArgumentTypeError("is not a time like 2026-11-24T10:00:00Z") from None
    if fault := fault_of(moment):
        raise argparse.ArgumentTypeError(fault)
    if moment > now():
        raise argparse.ArgumentTypeError("lies in the future")
    return moment


def _text(raw: str) -> str:
    text = " ".join(raw.split())
    if not text or not text.isprintable() or len(text) > MAX_CHARACTERS:
        raise argparse.ArgumentTypeError(f"is empty, unprintable or longer than {MAX_CHARACTERS} characters")
    return text


def _per_minute(raw: str) -> int:
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw) <= MAX_PER_MINUTE:
        raise argparse.ArgumentTypeError(f"is not a number from 1 to {MAX_PER_MINUTE}")
    return int(raw)


def _fail(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
