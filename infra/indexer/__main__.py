"""The index worker: `python -m infra.indexer` builds the indexes of large collections, until SIGTERM or SIGINT.

It runs for as long as the service does, once for a database; a second one waits and takes over. Its database is
FLUXVECTOR_OWNER_DATABASE_URL; what else may be set is in infra/indexer/config.py.
"""

from __future__ import annotations

import asyncio
import signal

from infra.indexer.config import IndexerSettings
from infra.indexer.failure import IndexerFailure
from infra.indexer.worker import IndexWorker
from infra.local.config import is_set_to_exit_with_parent
from infra.local.console import say
from infra.local.parent import exit_with_parent
from shared.config import ConfigurationError


async def _run_until_stopped(worker: IndexWorker) -> None:
    """Works until SIGTERM or SIGINT. Raises IndexerFailure."""
    work = asyncio.ensure_future(worker.run())
    loop = asyncio.get_running_loop()
    for stop in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop, work.cancel)
    await asyncio.wait([work])
    if not work.cancelled():
        work.result()


def main() -> None:
    """Works until it is stopped; exits with 1 and one sentence where it cannot."""
    if is_set_to_exit_with_parent():
        exit_with_parent()
    try:
        asyncio.run(_run_until_stopped(IndexWorker(IndexerSettings.from_env())))
    except (IndexerFailure, ConfigurationError) as error:
        say(f"The indexer cannot start: {error}")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
