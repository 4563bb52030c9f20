"""Where the time of a request goes."""

from __future__ import annotations

import asyncio

from shared import timing


def test_without_a_request_nothing_is_collected() -> None:
    with timing.timed("alone"):
        pass


def test_parts_add_up_and_requests_are_apart() -> None:
    async def request(times: int) -> dict[str, float]:
        parts = timing.collect()
        for _ in range(times):
            with timing.timed("work"):
                await asyncio.sleep(0.002)
        return dict(parts)

    async def both() -> tuple[dict[str, float], dict[str, float]]:
        return await asyncio.gather(request(1), request(5))

    one, five = asyncio.run(both())
    assert set(one) == set(five) == {"work"}
    assert five["work"] > one["work"] >= 1.5
