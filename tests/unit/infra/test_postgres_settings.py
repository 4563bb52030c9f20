"""The embedded server's share of the machine's memory."""

from __future__ import annotations

import pytest

from infra.local.postgres_settings import SETTINGS, memory_settings

GB = 1 << 30


@pytest.mark.parametrize(
    ("memory", "shared", "cache"),
    [
        (GB, "128MB", "512MB"),
        (8 * GB, "512MB", "4096MB"),
        (24 * GB, "1024MB", "12288MB"),
        (256 * GB, "1024MB", "131072MB"),
    ],
)
def test_a_small_machine_keeps_its_memory_and_a_large_one_lends_a_gigabyte(
    memory: int, shared: str, cache: str
) -> None:
    assert memory_settings(memory) == {"shared_buffers": shared, "effective_cache_size": cache}


def test_nothing_of_a_customer_is_logged() -> None:
    wanted = {"log_min_messages": "log", "log_error_verbosity": "terse", "log_min_error_statement": "panic"}
    assert wanted.items() <= SETTINGS.items()
