"""Names that people give to their keys."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from shared.web.faults import described

KeyName = Annotated[
    str,
    Meta(min_length=1, max_length=100, pattern=described(r"^[^\x00-\x1f\x7f]*\Z", "holds a control character")),
]
