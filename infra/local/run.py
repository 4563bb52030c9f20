"""One run of the whole service on this machine, until Ctrl-C; each fault is one sentence."""

from __future__ import annotations

import errno
import os
import signal
import sys
from pathlib import Path

import psycopg

from infra import template
from infra.local.config import LocalSettings, is_set_to_exit_with_parent
from infra.local.console import say
from infra.local.failure import StartFailure
from infra.local.parent import exit_with_parent
from infra.local.scheduler import interval_s
from infra.local.supervisor import Supervisor
from infra.migrations.failure import MigrationFailure
from infra.template import TemplateError
from shared.config import ConfigurationError
from shared.errors import FluxVectorError


def run() -> int:
    """Run until stopped: 0 after Ctrl-C or SIGTERM, 1 with one sentence on stderr after a failure."""
    os.umask(0o077)  # what is written here is its owner's alone
    try:
        settings = LocalSettings.from_env()
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if is_set_to_exit_with_parent():
        exit_with_parent(signal.SIGTERM)  # an orderly stop when `make` is killed
    try:
        _check_template()
        Supervisor(settings).run()
    except (TemplateError, StartFailure, MigrationFailure, FluxVectorError, psycopg.Error, OSError) as error:
        sys.stderr.write(f"{_sentence(error, settings.data_dir)}\n")
        return 1
    say("stopped")
    return 0


def _check_template() -> None:
    """Raise TemplateError for what would keep the gateway or the scheduler from starting, before anything starts."""
    functions = template.load()
    for function in functions:
        if function.schedule is not None:
            interval_s(function.schedule)
    if not any(function.is_default for function in functions):
        raise TemplateError("No function takes the $default route: an unknown path would have no answer.")


def _sentence(error: Exception, data_dir: Path) -> str:
    if isinstance(error, psycopg.errors.DiskFull) or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk that holds {data_dir} is full: free some space and start again."
    if isinstance(error, FluxVectorError):  # of the shared services that make the demo account
        return f"The demo account could not be made: {error}"
    if isinstance(error, psycopg.Error):
        reason = (error.diag.message_primary or str(error)).strip().splitlines()[0]
        return f"The database refused to be set up: {reason} (see {data_dir / 'logs'})."
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"The service could not be started: {where}{error.strerror or error}."
    if isinstance(error, TemplateError):
        return f"template.yaml cannot be used: {' '.join(str(error).split())}"
    return str(error)
