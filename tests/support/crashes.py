"""A process that ends at any statement to the database or any call to Stripe, before it or after it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from shared.billing.client import Stripe
from shared.db.connection import Database, Row, Statement


class Crashed(BaseException):
    """The process ended."""


@dataclass(slots=True)
class Crash:
    """Ends the process at a statement or a call, counted from 0; from then on it does nothing any more."""

    step: int
    when: str
    steps: int = 0
    is_over: bool = False

    def before(self) -> None:
        """Whatever is about to be done."""
        self._end("before")

    def after(self) -> None:
        """Whatever was done, and nobody learns of it where the process ends."""
        self._end("after")
        self.steps += 1

    def _end(self, when: str) -> None:
        self.is_over = self.is_over or (self.steps, when) == (self.step, self.when)
        if self.is_over:
            raise Crashed


class CrashingDatabase(Database):
    """The database of a process that ends, while it has a `crash`."""

    crash: Crash | None = None

    async def execute(self, statement: Statement) -> list[Row]:
        crash = self.crash
        if crash is None:
            return await super().execute(statement)
        crash.before()
        rows = await super().execute(statement)
        crash.after()
        return rows


def crashing(stripe: Stripe, crash: Crash) -> Stripe:
    """Stripe as asked by a process that ends: at any call of it or of its parts."""

    def with_crash(call: Callable[..., object]) -> Callable[..., object]:
        async def called(*args: object, **kwargs: object) -> object:
            crash.before()
            answer = await call(*args, **kwargs)  # type: ignore[misc]  # each of them is a coroutine function
            crash.after()
            return answer

        return called

    made = Stripe(stripe.sdk)
    for part in (made, *(part for name, part in vars(made).items() if not name.startswith("_"))):
        for name, call in inspect.getmembers(part, inspect.iscoroutinefunction):
            if not name.startswith("_"):
                setattr(part, name, with_crash(call))
    return made
