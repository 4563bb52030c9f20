"""What the embedded PostgreSQL is told at its start."""

from __future__ import annotations

import os
from collections.abc import Mapping

_MB = 1 << 20


def _memory() -> int:
    """Bytes of this machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def memory_settings(memory: int) -> Mapping[str, str]:
    """How a server that shares a machine of so many bytes uses them.

    An index is fast where its pages stay in shared_buffers: 20,000 vectors of 1,024 values and their index are 110 MB.
    What is not used of them is never touched, and so takes no memory.
    """
    shared = min(max(memory // 16, 128 * _MB), 1024 * _MB)
    return {
        "shared_buffers": f"{shared // _MB}MB",
        "effective_cache_size": f"{max(memory // 2, 512 * _MB) // _MB}MB",
    }


SETTINGS: Mapping[str, str] = {
    **memory_settings(_memory()),
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "64",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "password_encryption": "scram-sha-256",
    # What was acknowledged survives kill -9 and a power cut: these three are PostgreSQL's defaults and stay so.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Texts of customers never reach a log. An ERROR may quote a value in its message, so errors are not logged at all
    # (LOG ranks above ERROR here); DETAIL lines quote keys and, after a crash, whole statements: terse leaves them out.
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "logging_collector": "off",
}
