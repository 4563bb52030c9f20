"""What the fake refuses, and what a test has it do wrong."""

from __future__ import annotations

from collections import deque
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


@dataclass(slots=True)
class Faults:
    """`script` is what befalls the next requests, one each (None: nothing); afterwards `always` does."""

    script: deque[Fault | None] = field(default_factory=deque)
    always: Fault | None = None

    def take(self) -> Fault | None:
        """What befalls this request."""
        return self.script.popleft() if self.script else self.always


def error_of(status: int) -> Refusal:
    """Stripe's word for having failed, or for being asked too often."""
    kind = "rate_limit_error" if status == 429 else "api_error"
    return Refusal(status, {"type": kind, "message": f"The fake was told to fail with {status}."})
