"""The one shape of every error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SECURITY_HEADERS = {
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "content-security-policy",
    "cache-control",
}


def assert_error_shape(status: int, headers: Mapping[str, str], body: Any) -> None:
    """Asserts everything that the contract says of an error."""
    assert 400 <= status < 600
    assert headers["content-type"].startswith("application/json")
    assert set(body) in ({"error", "code", "request_id"}, {"error", "code", "request_id", "details"})
    assert isinstance(body["error"], str)
    assert body["error"].strip()
    assert body["code"].isidentifier()
    assert body["code"] == body["code"].lower()
    assert body["request_id"] == headers["x-request-id"]
    for detail in body.get("details", []):
        assert set(detail) == {"field", "error"}
    if status == 401:
        assert headers["www-authenticate"] == "Bearer"
    if status in (429, 503):
        assert 1 <= int(headers["retry-after"]) <= 60
    assert set(headers) >= SECURITY_HEADERS
    assert "set-cookie" not in headers
