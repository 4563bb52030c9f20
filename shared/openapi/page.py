"""The OpenAPI document as one page of HTML: no script, no cookie, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

import msgspec

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8888; border-radius: .25rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9rem; overflow-wrap: anywhere; }
pre code { overflow-wrap: normal; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .5rem 0 .25rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884; }
article { border-top: 2px solid #8888; margin-top: 2rem; }
nav ul { columns: 20rem; padding-left: 1.25rem; }
summary { cursor: pointer; font-weight: 600; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_METHODS = ("get", "post", "put", "patch", "delete")


def page(document: Mapping[str, Any]) -> str:
    """The page; whatever the document holds is escaped."""
    return "\n".join(_Page(document).lines())


class _Page:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._calls = [
            (method, path, item[method])
            for path, item in document["paths"].items()
            for method in _METHODS
            if method in item
        ]

    def lines(self) -> Iterator[str]:
        title = escape(self._document["info"]["title"])
        yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{title} API</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title} API</h1>"
        yield _text(self._document["info"]["description"])
        yield '<p>For programs: <a href="openapi.json">openapi.json</a>.</p>\n</header>'
        yield from self._contents()
        yield "<main>"
        for tag in self._document["tags"]:
            anchor = _anchor("tag", tag["name"])
            yield f'<section aria-labelledby="{anchor}">\n<h2 id="{anchor}">{_title(tag["name"])}</h2>'
            for method, path, operation in self._calls_of(tag["name"]):
                yield from self._call(method, path, operation)
            yield "</section>"
        yield '<section aria-labelledby="shapes">\n<h2 id="shapes">Shapes</h2>'
        for name, schema in self._document["components"]["schemas"].items():
            yield from self._shape(name, schema)
        yield "</section>\n</main>\n</body>\n</html>"

    def _calls_of(self, tag: str) -> list[tuple[str, str, dict[str, Any]]]:
        return [call for call in self._calls if tag in call[2]["tags"]]

    def _contents(self) -> Iterator[str]:
        yield '<nav aria-label="Calls">\n<ul>'
        for tag in self._document["tags"]:
            for method, path, operation in self._calls_of(tag["name"]):
                anchor = _anchor("call", operation["operationId"])
                yield f'<li><a href="#{anchor}">{method.upper()} {escape(path)}</a></li>'
        yield '<li><a href="#shapes">Shapes</a></li>\n</ul>\n</nav>'

    def _call(self, method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
        anchor = _anchor("call", operation["operationId"])
        route = escape(f"{method.upper()} {path}")
        yield f'<article aria-labelledby="{anchor}">\n<h3 id="{anchor}"><code>{route}</code></h3>'
        yield f"<p><strong>{escape(operation['summary'])}.</strong></p>"
        yield _text(operation["description"])
        yield from self._parameters(operation.get("parameters", []))
        if body := operation.get("requestBody"):
            yield from self._content("Body" if body["required"] else "Body, optional", body["content"])
        yield from self._content("Answer", operation["responses"]["200"]["content"])
        yield from self._errors(operation["responses"])
        yield "</article>"

    def _parameters(self, parameters: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        rows = [
            (
                f"<code>{escape(one['name'])}</code>",
                escape(one["in"]),
                _type(one["schema"]),
                "required" if one["required"] else "",
                _notes(one["schema"], one.get("description", "")),
            )
            for one in parameters
        ]
        yield from _table("Parameters", ("Name", "In", "Type", "", "Notes"), rows)

    def _content(self, title: str, content: Mapping[str, Any]) -> Iterator[str]:
        for media_type, told in content.items():
            shape = told.get("x-line-schema")
            of = f"each line {_type(shape)}" if shape else _type(told["schema"])
            yield f"<h4>{title}</h4>\n<p>{of}, <code>{escape(media_type)}</code></p>"
            if "example" in told:
                yield _example(told["example"])

    def _errors(self, responses: Mapping[str, Any]) -> Iterator[str]:
        yield "<details>\n<summary>Errors</summary>"
        rows = []
        for status, reference in responses.items():
            if status == "200":
                continue
            told = self._document["components"]["responses"][reference["$ref"].rpartition("/")[2]]
            codes = next(iter(told["content"].values()))["examples"]
            named = ", ".join(f"<code>{escape(code)}</code>" for code in codes)
            rows.append((escape(status), named, escape(told["description"])))
        yield from _table("Errors", ("Status", "Code", "Meaning"), rows)
        yield "</details>"

    def _shape(self, name: str, schema: Mapping[str, Any]) -> Iterator[str]:
        yield f'<article aria-labelledby="{_anchor("shape", name)}">'
        yield f'<h3 id="{_anchor("shape", name)}"><code>{escape(name)}</code></h3>'
        yield _text(schema.get("description", ""))
        required = schema.get("required", [])
        rows = [
            (
                f"<code>{escape(field)}</code>",
                _type(told),
                "required" if field in required else "",
                _notes(told, told.get("description", "")),
            )
            for field, told in schema.get("properties", {}).items()
        ]
        yield from _table(f"Fields of {name}", ("Name", "Type", "", "Notes"), rows)
        yield "</article>"


def _table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table of cells that are HTML already; nothing where there is no row."""
    rows = list(rows)
    if not rows:
        return
    named = "".join(f'<th scope="col">{escape(head)}</th>' if head else "<td></td>" for head in heads)
    yield f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{named}</tr></thead>\n<tbody>"
    for first, *others in rows:
        yield f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'
    yield "</tbody>\n</table>"


def _type(schema: Mapping[str, Any]) -> str:
    """What a value is, in a word or a few; a shape is a link to it."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f'<a href="#{_anchor("shape", name)}">{escape(name)}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"array of {_type(schema.get('items', {}))}"
    return escape(str(schema.get("format") or schema.get("type") or "any value"))


_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "minLength": "characters, at least",
    "maxLength": "characters, at most",
    "minItems": "items, at least",
    "maxItems": "items, at most",
    "pattern": "matches",
    "default": "default",
}


def _notes(schema: Mapping[str, Any], description: str) -> str:
    """The bounds and the default of a value, and what is said of it."""
    notes = [escape(description)] if description else []
    for one in (schema, *schema.get("anyOf", [])):
        for name, words in _BOUNDS.items():
            if name in one and one[name] is not None:
                notes.append(f"{words} <code>{escape(msgspec.json.encode(one[name]).decode())}</code>")
    return "; ".join(notes)


def _example(example: Any) -> str:
    text = example if isinstance(example, str) else msgspec.json.format(msgspec.json.encode(example)).decode()
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>'


def _text(text: str) -> str:
    """Paragraphs, with `code` in backquotes."""
    paragraphs = (re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(part)) for part in text.split("\n\n") if part)
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _title(tag: str) -> str:
    return escape(tag.replace("_", " ").capitalize())


def _anchor(kind: str, name: str) -> str:
    """An id that any name can be made of."""
    return f"{kind}-{re.sub(r'[^A-Za-z0-9_.-]', '-', name)}"
