"""A filter in a query string: JSON text."""

from __future__ import annotations

from typing import Any

from shared.errors import Detail, InvalidRequest, ValidationFailed
from shared.web.body import decode_json


def filter_of_text(text: str) -> dict[str, Any] | None:
    """The document of a filter; None for no text. Raises ValidationFailed for what is not a JSON object."""
    if not text:
        return None
    try:
        document: dict[str, Any] = decode_json(text.encode(), dict[str, Any])
    except InvalidRequest:
        raise ValidationFailed.of("filter", "is not JSON") from None
    except ValidationFailed as refused:
        details = [Detail(".".join(filter(None, ("filter", one.field))), one.error) for one in refused.details]
        raise ValidationFailed.all(details) from None
    return document
