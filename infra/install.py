"""Makes a virtual environment hold what a lock file says; does nothing where it does so already.

    python -I infra/install.py <environment> <lock file> [<lock file that the first one includes> ...]

It runs before anything is installed, so it uses the standard library only. What was done is remembered by content and
not by time (a checkout changes times): the interpreter in `<environment>/.made-with`, each lock's hash beside it. A
lock is complete, so pip resolves nothing (--no-deps) and takes no file whose hash it does not know (--require-hashes).

An install that is cut off (Ctrl-C, kill -9, a full disk) may leave packages that pip takes for whole: `.made-with` is
away meanwhile, and the next run makes the environment anew, from what pip keeps in its cache.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import venv
from contextlib import suppress
from pathlib import Path
from typing import IO

SAY_EVERY_S = 3.0
PIP_STOP_S = 10.0


def say(line: str) -> None:
    """One line for the person at the terminal."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


class NothingInstalled(SystemExit):
    """pip failed before it changed the environment."""


def ensure(environment: Path, lock: Path, *included: Path) -> None:
    """Creates or repairs the environment and installs the lock's packages; raises SystemExit with one sentence.

    `included` locks are parts of `lock` at the same versions: they count as installed with it.
    """
    interpreter = f"{sys.version_info[0]}.{sys.version_info[1]} {sys.base_prefix}\n"
    made_with = environment / ".made-with"
    if not _is(made_with, interpreter) or not (environment / "bin" / "python").exists():
        say(f"Making {environment.name} with Python {sys.version.split()[0]} ...")
        made_with.unlink(missing_ok=True)
        if environment.exists():
            shutil.rmtree(environment)
        try:
            venv.create(environment, with_pip=True, symlinks=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise SystemExit(f"{environment} could not be made: {error}") from error
        made_with.write_text(interpreter, encoding="utf-8")
    if _is(_stamp(environment, lock), _digest(lock)):
        return
    _stamp(environment, lock).unlink(missing_ok=True)
    made_with.unlink()
    try:
        _install(environment, lock)
    except NothingInstalled:
        made_with.write_text(interpreter, encoding="utf-8")
        raise
    made_with.write_text(interpreter, encoding="utf-8")
    for done in (lock, *included):
        _stamp(environment, done).write_text(_digest(done), encoding="utf-8")


def _stamp(environment: Path, lock: Path) -> Path:
    return environment / f".installed-{lock.stem}"


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest() + "\n"


def _install(environment: Path, lock: Path) -> None:
    count = len(re.findall(r"^\S+==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    say(f"Installing {lock} into {environment.name}: up to {count} packages, once ...")
    started = time.monotonic()
    command = [str(environment / "bin" / "python"), "-u", "-m", "pip", "install", "--require-hashes", "--no-deps"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--requirement", str(lock)]
    # A process group of its own: Ctrl-C is ours to hear, and to hand on once.
    with subprocess.Popen(  # noqa: S603  # our own interpreter
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as pip:
        assert pip.stdout is not None
        assert pip.stderr is not None
        is_stopped = threading.Event()
        relay = threading.Thread(target=_relay, args=(pip.stderr, is_stopped), daemon=True)
        relay.start()
        try:
            is_unpacking = _follow(pip.stdout, count)
            pip.wait()
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # pip gets the time to remove its temporary files
            is_stopped.set()
            _stop(pip)
            relay.join()
            raise
        relay.join()
    if pip.returncode:
        message = f"Installing {lock} failed; pip's own message is above."
        raise SystemExit(message) if is_unpacking else NothingInstalled(message)
    say(f"  done in {time.monotonic() - started:.0f} s")


def _follow(lines: IO[str], count: int) -> bool:
    """Says how far pip is, until it ends; whether it began to change the environment."""
    done, said, is_unpacking = 0, time.monotonic(), False
    for line in lines:
        done += line.startswith(("Collecting ", "Requirement already satisfied: "))
        if line.startswith("Installing collected packages"):
            say("  unpacking ...")
            is_unpacking = True
        elif not is_unpacking and done < count and time.monotonic() - said > SAY_EVERY_S:
            said = time.monotonic()
            say(f"  {done} of {count} ...")
    return is_unpacking


def _relay(lines: IO[str], is_stopped: threading.Event) -> None:
    """What pip has to say, but not that it was interrupted."""
    for line in lines:
        if not is_stopped.is_set():
            sys.stderr.write(line)


def _stop(pip: subprocess.Popen[str]) -> None:
    """As a terminal does it: pip and what it started hear Ctrl-C."""
    with suppress(ProcessLookupError):
        os.killpg(pip.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            pip.wait(PIP_STOP_S)
        os.killpg(pip.pid, signal.SIGKILL)
    pip.wait()


def _is(path: Path, content: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == content
    except OSError:
        return False


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit("Usage: python -I infra/install.py <environment> <lock file> [<included lock file> ...]")
    try:
        ensure(*map(Path, sys.argv[1:]))
    except KeyboardInterrupt:
        say(("\n" if sys.stderr.isatty() else "") + "Stopped; run it again to go on.")
        raise SystemExit(130) from None
