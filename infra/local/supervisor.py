"""`make run`: starts the database, embedder, gateway, scheduler and indexer, watches them, stops them in order."""

from __future__ import annotations

import secrets
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from types import FrameType

from infra.local.children import Child
from infra.local.config import LocalSettings
from infra.local.console import say
from infra.local.datadir import DataDir, Secrets
from infra.local.demo import COLLECTION, EMAIL, Demo, credentials_line, ensure_demo, lines_to_copy, set_plan
from infra.local.failure import StartFailure
from infra.local.fake_stripe import FakeStripe
from infra.local.files import write_private_json
from infra.local.model import Model, read_model
from infra.local.net import Address, free_address, free_loopback_port, request
from infra.local.postgres import Postgres, tail
from infra.local.said import last_line
from infra.migrations.bootstrap import bootstrap
from infra.migrations.partitions import ensure_usage_partitions
from infra.migrations.plans import seed_plans
from infra.migrations.roles import API, DATABASE, JOBS, OWNER, Passwords
from infra.migrations.runner import migrate
from shared.secret_keys import SecretKey

READY_SECONDS = 120.0
GATEWAY_POOL_SIZE = "16"
KEY_ID = "local"
"""Of the one pepper and the one key of sessions here."""
# The model's weights and arenas in pages of 2 MB where the kernel has any to give: 5 to 8 % faster, measured.
HUGE_PAGES = "glibc.malloc.hugetlb=1"


class StopRequested(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


class Supervisor:
    """One `make run`. `run` returns when it was asked to stop; every process is gone by then, whatever happened."""

    def __init__(self, settings: LocalSettings) -> None:
        self._settings = settings
        self._stop_requested: int | None = None
        self._began = time.monotonic()
        self._postgres: Postgres | None = None
        self._stripe: FakeStripe | None = None
        self._jobs_environment: Mapping[str, str] = {}
        # In the order in which they stop: who uses a service stops before it.
        self._children: dict[str, Child] = {}

    def run(self) -> None:
        """Start everything, say so, watch until SIGINT or SIGTERM. Raises StartFailure, OSError, psycopg.Error."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup's wish is kept: it ignores SIGHUP for us.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._request_stop)
        data_dir = DataDir(self._settings.data_dir)
        try:
            self._start(data_dir)
            self._watch(data_dir)
        except StopRequested:
            if self._stop_requested == signal.SIGINT and sys.stdout.isatty():
                say()  # below the terminal's ^C
            say("stopping")
        finally:
            self._stop()
            data_dir.close()

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop_requested = number

    def _pause(self, seconds: float) -> None:
        """Sleep, but no longer than until somebody asks for a stop, which raises StopRequested."""
        end = time.monotonic() + seconds
        while self._stop_requested is None:
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.05))
        raise StopRequested

    # --- start

    def _start(self, data_dir: DataDir) -> None:
        settings = self._settings
        data_dir.check_room()
        if settings.certificate is not None:
            settings.certificate.check()
        address = free_address(settings.host, settings.port, is_tls=settings.certificate is not None)
        model = read_model(settings.model_dir, is_chosen=settings.is_model_dir_chosen)
        kept = data_dir.secrets()
        self._step(f"data in {data_dir.path}, model {model.name}")

        postgres = Postgres(
            data_dir.path,
            log=data_dir.log("postgres"),
            admin_password=kept.postgres,
            pause=self._pause,
            announce=self._step,
        )
        if settings.is_stripe_fake:
            self._stripe = FakeStripe(data_dir.path, base_url=address.base_url)
        self._make_children(data_dir, address, model, postgres, kept)
        # The model takes longest to load and needs nobody; the gateway waits for the schema that its code expects.
        self._step("starting the embedder and the database")
        self._children["embedder"].start()
        if self._stripe is not None:
            self._children["stripe"].start()
        self._postgres = postgres
        postgres.start()
        owner_url = postgres.url(OWNER, kept.fluxvector_owner, DATABASE)
        bootstrap(postgres.admin_url, Passwords(kept.fluxvector_owner, kept.fluxvector_api, kept.fluxvector_jobs))
        migrate(owner_url, on_applied=lambda migration: self._step(f"migration {migration.file_name}"))
        ensure_usage_partitions(owner_url)
        if self._stripe is not None:
            self._step("setting up the fake of Stripe")
            self._stripe.wait(self._children["stripe"], self._pause)
            self._stripe.set_up(self._jobs_environment, data_dir.log("stripe"), self._pause)
        seed_plans(owner_url)
        self._step("starting the gateway, the scheduler and the indexer")
        self._children["gateway"].start()
        self._children["scheduler"].start()
        self._children["indexer"].start()
        demo = ensure_demo(owner_url, data_dir.credentials, SecretKey(KEY_ID, kept.password_pepper.encode()))
        set_plan(owner_url, self._settings.demo_plan)
        self._wait_until_ready(address)
        # The lines to copy need it; made again it is the same one, and one that its owner changed stays theirs.
        made = request(address, "POST", "/v1/collections", body={"name": COLLECTION}, token=demo.api_key)
        if made not in (200, 201, 409):
            raise StartFailure(f"The collection {COLLECTION!r} could not be made (status {made}): see {data_dir.logs}.")
        write_private_json(
            data_dir.credentials,
            {
                "base_url": address.base_url,
                "api_key": demo.api_key,
                "email": demo.email,
                "password": demo.password,
                "database_url": owner_url,
            },
        )
        self._welcome(address, demo, data_dir)

    def _make_children(
        self, data_dir: DataDir, address: Address, model: Model, postgres: Postgres, kept: Secrets
    ) -> None:
        inherited = self._settings.inherited
        embedder_port = str(free_loopback_port())
        token = secrets.token_urlsafe(32)
        shared = {
            **inherited,
            "FLUXVECTOR_EMBEDDER_URL": f"http://127.0.0.1:{embedder_port}",
            "FLUXVECTOR_EMBEDDER_TOKEN": token,
            "FLUXVECTOR_MODEL": f"{model.name}@{model.revision}",
            "FLUXVECTOR_MODEL_UNRELATED_COSINE": repr(model.unrelated_cosine),
            "FLUXVECTOR_PUBLIC_URL": address.base_url,
            "FLUXVECTOR_SESSION_KEYS": f"{KEY_ID}:{kept.session_key}",
            "FLUXVECTOR_PASSWORD_PEPPERS": f"{KEY_ID}:{kept.password_pepper}",
            "FLUXVECTOR_PRIVACY_CONTACT": EMAIL,
            **self._settings.functions_settings,
            **(self._stripe.settings if self._stripe is not None else {}),
            "FLUXVECTOR_EXIT_WITH_PARENT": "1",
        }
        environments: dict[str, tuple[str, Mapping[str, str]]] = {
            "gateway": (
                "infra.local.gateway",
                {
                    **shared,
                    **self._settings.gateway_settings,
                    "FLUXVECTOR_HOST": address.bind,
                    "FLUXVECTOR_PORT": str(address.port),
                    "FLUXVECTOR_DATABASE_URL": postgres.url(API, kept.fluxvector_api, DATABASE),
                    "FLUXVECTOR_DATABASE_POOL_SIZE": GATEWAY_POOL_SIZE,
                },
            ),
            "scheduler": (
                "infra.local.scheduler",
                {
                    "FLUXVECTOR_EMAIL_URL": data_dir.mail.as_uri(),
                    "FLUXVECTOR_EMAIL_FROM": EMAIL,
                    **shared,
                    "FLUXVECTOR_DATABASE_URL": postgres.url(JOBS, kept.fluxvector_jobs, DATABASE),
                },
            ),
            "indexer": (
                "infra.indexer",
                {
                    **inherited,
                    **self._settings.indexer_settings,
                    "FLUXVECTOR_OWNER_DATABASE_URL": postgres.url(OWNER, kept.fluxvector_owner, DATABASE),
                    "FLUXVECTOR_EXIT_WITH_PARENT": "1",
                },
            ),
            "embedder": (
                "embedder",
                {
                    **inherited,
                    "GLIBC_TUNABLES": HUGE_PAGES,
                    **self._settings.embedder_overrides,
                    "EMBEDDER_MODEL_DIR": str(self._settings.model_dir),
                    "EMBEDDER_HOST": "127.0.0.1",
                    "EMBEDDER_PORT": embedder_port,
                    "EMBEDDER_TOKEN": token,
                    "EMBEDDER_EXIT_WITH_PARENT": "1",
                },
            ),
        }
        self._jobs_environment = environments["scheduler"][1]
        for name, (module, environment) in environments.items():
            command = [sys.executable, "-m", module]
            self._children[name] = Child(name, command, environment=environment, log=data_dir.log(name))
        if self._stripe is not None:
            self._children["stripe"] = self._stripe.child(inherited, data_dir.log("stripe"))

    def _wait_until_ready(self, address: Address) -> None:
        """Return when GET /ready is 200. A child that dies before has met something that a restart does not mend."""
        started = time.monotonic()
        announced = started
        while request(address, "GET", "/ready", timeout_s=5.0) != 200:
            for child in self._children.values():
                status = child.died()
                if status is not None:
                    raise StartFailure(_ending(child, f"ended with status {status} while starting"))
            now = time.monotonic()
            if now - started > READY_SECONDS:
                logs = self._settings.data_dir / "logs"
                raise StartFailure(f"The service was not ready after {READY_SECONDS:.0f} s: see {logs}.")
            if now - announced > 5:
                announced = now
                self._step("waiting for all to answer")
            self._pause(0.03)

    def _step(self, line: str) -> None:
        say(f"[{time.monotonic() - self._began:5.1f} s] {line}")

    def _welcome(self, address: Address, demo: Demo, data_dir: DataDir) -> None:
        self._step("ready")
        upsert, search, client = lines_to_copy(address, demo.api_key)
        say()
        say(f"  Base URL  {address.base_url}")
        say(f"  API key   {demo.api_key}")
        say(f"  {credentials_line(demo.made, data_dir.credentials)}")
        say(f"  Mail arrives in {data_dir.mail}")
        say(f"  Logs are in {data_dir.logs}")
        if self._stripe is not None:
            say(f"  Stripe is a fake at {self._stripe.url}: a checkout takes no card, and no money moves")
        if address.reach is not None and not address.is_tls:
            say(
                f"  Listens on {address.reach}, without TLS: others can reach this API, and whoever is on the way can "
                "read the key and the texts."
            )
        for title, line in (
            ("Store three texts:", upsert),
            ("Search them by meaning:", search),
            ("The same by the Python client:", client),
        ):
            say(f"\n{title}\n{line}")
        say("\nCtrl-C stops everything.")

    # --- watch

    def _watch(self, data_dir: DataDir) -> None:
        """Start again what dies, until somebody asks for a stop; too many quick deaths raise StartFailure."""
        next_look_at_logs = time.monotonic()
        while True:
            self._pause(0.25)
            self._watch_postgres()
            for child in self._children.values():
                status = child.died()
                if status is not None:
                    if not child.schedule_restart():
                        raise StartFailure(_ending(child, f"keeps ending (status {status})"))
                    self._step(f"the {child.name} ended with status {status} and is started again, see {child.log}")
                child.restart_if_due()
            if time.monotonic() >= next_look_at_logs:
                next_look_at_logs = time.monotonic() + 30
                data_dir.bound_logs()

    def _watch_postgres(self) -> None:
        postgres = self._postgres
        if postgres is not None and postgres.process is not None and postgres.process.poll() is not None:
            self._step(f"the database ended and is started again, see {postgres.log}")
            postgres.start()
            self._step("the database is back")

    # --- stop

    def _stop(self) -> None:
        with ExitStack() as stack:  # last in, first out, and each of them whatever the others do
            if self._postgres is not None:
                stack.callback(self._postgres.stop)
            for child in reversed(self._children.values()):
                stack.callback(child.stop)


def _ending(child: Child, what: str) -> str:
    """One sentence on a child that ended: what it said last, and where all of it is."""
    telling = last_line(tail(child.log), f"The {child.name} cannot start: ").rstrip(".")
    return f"The {child.name} {what}: {telling} (see {child.log})."
