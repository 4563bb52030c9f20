"""Makes a virtual environment hold what a lock file says; does nothing where it does so already.

    python -I infra/install.py <environment> <lock file> [<lock file that the first one includes> ...]

It runs before anything is installed, so it uses the standard library only. What was done is remembered by content and
not by time (a checkout changes times): the interpreter in `<environment>/.made-with`, each lock's hash beside it. A
lock is complete, so pip resolves nothing (--no-deps) and takes no file whose hash it does not know (--require-hashes).
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

SAY_EVERY_S = 3.0


def say(line: str) -> None:
    """One line for the person at the terminal."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


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
    _install(environment, lock)
    for done in (lock, *included):
        _stamp(environment, done).write_text(_digest(done), encoding="utf-8")


def _stamp(environment: Path, lock: Path) -> Path:
    return environment / f".installed-{lock.stem}"


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest() + "\n"


def _install(environment: Path, lock: Path) -> None:
    count = len(re.findall(r"^\S+==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    say(f"Installing {lock} into {environment.name}: up to {count} packages, once ...")
    started = said = time.monotonic()
    command = [str(environment / "bin" / "python"), "-u", "-m", "pip", "install", "--require-hashes", "--no-deps"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--requirement", str(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as pip:  # noqa: S603  # our own interpreter
        assert pip.stdout is not None
        done = 0
        for line in pip.stdout:
            done += line.startswith(("Collecting ", "Requirement already satisfied: "))
            if line.startswith("Installing collected packages"):
                say("  unpacking ...")
                done = count
            elif done < count and time.monotonic() - said > SAY_EVERY_S:
                said = time.monotonic()
                say(f"  {done} of {count} ...")
    if pip.returncode:
        raise SystemExit(f"Installing {lock} failed; pip's own message is above.")
    say(f"  done in {time.monotonic() - started:.0f} s")


def _is(path: Path, content: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == content
    except OSError:
        return False


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit("Usage: python -I infra/install.py <environment> <lock file> [<included lock file> ...]")
    ensure(*map(Path, sys.argv[1:]))
