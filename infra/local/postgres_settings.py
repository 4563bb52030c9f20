"""What the embedded PostgreSQL is told at its start."""

from __future__ import annotations

from collections.abc import Mapping

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "64",
    "shared_buffers": "128MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "512MB",
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
