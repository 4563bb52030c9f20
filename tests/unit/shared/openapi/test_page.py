from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

from shared.openapi.page import CONTENT_SECURITY_POLICY, page

EVIL = '<script>alert("x")</script>&'
VOID = {"meta"}


class Nesting(HTMLParser):
    """Checks that every element is closed where it should be, and keeps the elements and the links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found["href"] or ""] if "href" in found else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def document(text: str) -> dict[str, Any]:
    """A document that says `text` wherever words can stand."""
    shape = {"$ref": f"#/components/schemas/{text}"}
    field = {"anyOf": [{"enum": [text]}, {"type": "array", "items": shape}], "default": text, "description": text}
    error = {"description": text, "content": {"application/json": {"examples": {text: {"value": text}}}}}
    return {
        "info": {"title": text, "description": text},
        "tags": [{"name": text}],
        "paths": {
            f"/{text}": {
                "post": {
                    "operationId": text,
                    "tags": [text],
                    "summary": text,
                    "description": f"`{text}`",
                    "parameters": [{"name": text, "in": text, "required": True, "schema": field, "description": text}],
                    "requestBody": {"required": True, "content": {text: {"schema": shape, "example": text}}},
                    "responses": {
                        "200": {"content": {text: {"schema": {}, "x-line-schema": shape, "example": {text: text}}}},
                        text: {"$ref": "#/components/responses/error"},
                    },
                }
            }
        },
        "components": {
            "responses": {"error": error},
            "schemas": {text: {"description": text, "required": [text], "properties": {text: field}}},
        },
    }


def test_everything_is_escaped() -> None:
    written = page(document(EVIL))
    assert "<script" not in written
    assert 'alert("x")' not in written
    Nesting(written)


def test_links_lead_to_where_something_stands() -> None:
    parsed = Nesting(page(document("word")))
    assert {link for link in parsed.links if not link.startswith("#")} == {"openapi.json"}
    assert {link[1:] for link in parsed.links if link.startswith("#")} <= set(parsed.ids)
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {"main", "nav", "header", "h1"} <= parsed.tags
    assert not parsed.tags & {"script", "img", "link", "iframe", "form"}


def test_the_policy_allows_the_page_its_own_style_and_nothing_else() -> None:
    [style] = re.findall("<style>(.*?)</style>", page(document("word")), re.DOTALL)
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert CONTENT_SECURITY_POLICY.startswith(f"default-src 'none'; style-src 'sha256-{allowed}';")
