"""What the fake refuses, and what a test has it do wrong."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


class Refusal(Exception):
    """An answer that is an error, in Stripe's form."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.status = status
        self.body = {"error": error}

    @classmethod
    def of(cls, message: str, *, status: int = 400, code: str | None = None, param: str | None = None) -> Refusal:
        """An invalid_request_error; code and param stand there only where they are given, as at Stripe."""
        error = {"type": "invalid_request_error", "message": message, "code": code, "param": param}
        return cls(status, {name: value for name, value in error.items() if value is not None})

    @classmethod
    def unknown_parameter(cls, name: str) -> Refusal:
        return cls.of(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)

    @classmethod
    def missing(cls, kind: str, id_: str, *, status: int = 404, param: str = "id") -> Refusal:
        return cls.of(f"No such {kind}: '{id_}'", status=status, code="resource_missing", param=param)


When = Literal["before", "after"]
What = Literal[429, 500, "silence"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Instead of the answer: a status, or none until the caller gives up; before the effect of the call or after it."""

    what: What
    when: When = "before"


# All that can befall a write: a request that is limited never had an effect.
ALL = (Fault(429), Fault(500), Fault(500, "after"), Fault("silence"), Fault("silence", "after"))


@dataclass(slots=True)
class Rule:
    """Befalls requests to paths that begin with `path`: from the `nth` on, counted from 1, as many as `times`."""

    fault: Fault
    path: str = "/"
    method: str = ""
    nth: int = 1
    times: int = 1
    _met: int = 0

    def takes(self, method: str, path: str) -> bool:
        """Whether it befalls this request."""
        if not path.startswith(self.path) or self.method not in ("", method):
            return False
        self._met += 1
        return self.nth <= self._met < self.nth + self.times


@dataclass(slots=True)
class Chance:
    """Befalls a share of all requests, drawn by a seed."""

    seed: int
    share: float
    faults: Sequence[Fault] = ALL
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def draw(self) -> Fault | None:
        """What befalls this request."""
        return self._random.choice(self.faults) if self._random.random() < self.share else None


@dataclass(slots=True)
class Faults:
    """`script` is what befalls the next requests, one each (None: nothing); then rules, chance and `always` do."""

    script: deque[Fault | None] = field(default_factory=deque)
    rules: list[Rule] = field(default_factory=list)
    chance: Chance | None = None
    always: Fault | None = None

    def take(self, method: str, path: str) -> Fault | None:
        """What befalls this request."""
        if self.script:
            return self.script.popleft()
        taken = [rule.fault for rule in self.rules if rule.takes(method, path)]
        if taken:
            return taken[0]
        return (self.chance.draw() if self.chance is not None else None) or self.always

    def clear(self) -> None:
        """From now on nothing befalls anybody."""
        self.script.clear()
        self.rules.clear()
        self.chance = self.always = None


def error_of(status: int) -> Refusal:
    """Stripe's word for having failed, or for being asked too often."""
    kind = "rate_limit_error" if status == 429 else "api_error"
    return Refusal(status, {"type": kind, "message": f"The fake was told to fail with {status}."})
