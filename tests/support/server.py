"""`python -m tests.support.server HOME`: keeps the test server, and ends it and removes HOME when the run has ended."""

from __future__ import annotations

import fcntl
import json
import secrets
import shutil
import signal
import sys
import time
from pathlib import Path

from infra.local.postgres import Postgres
from infra.migrations.bootstrap import bootstrap
from infra.migrations.plans import seed_plans
from infra.migrations.roles import API, JOBS, OWNER, Passwords
from infra.migrations.runner import migrate
from tests.support.database import EMPTY_TEMPLATE, TEMPLATE

# Nothing here outlives the run; tests about durability start servers of their own, with the real settings.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


def main(home: Path) -> None:
    """Start, describe the server in HOME/server.json, wait for the run's lock, stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends pytest, and pytest's end ends this
    password = secrets.token_urlsafe(16)
    passwords = Passwords(*(secrets.token_urlsafe(16) for _ in range(3)))
    server = Postgres(home, log=home / "postgres.log", admin_password=password, settings=FAST)
    try:
        server.start()
        for template in (EMPTY_TEMPLATE, TEMPLATE):
            bootstrap(server.admin_url, passwords, database=template)
        migrate(server.url(OWNER, passwords.owner, TEMPLATE))
        seed_plans(server.url(OWNER, passwords.owner, TEMPLATE))
        urls = {
            role: server.url(role, word, "postgres")
            for role, word in ((OWNER, passwords.owner), (API, passwords.api), (JOBS, passwords.jobs))
        }
        fresh = home / "server.json.new"
        fresh.write_text(json.dumps({"admin_url": server.admin_url, "urls": urls}))
        fresh.rename(home / "server.json")
        with (home / "alive").open("w") as alive:
            while True:
                try:
                    fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    time.sleep(0.05)
    finally:
        server.stop()
    shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
