"""SQL as PostgreSQL's own parser reads it: trees of dicts with one key, the kind of the node (libpg_query's JSON)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pgparse

Node = dict[str, Any]

_PARAMETER = re.compile(r"%\((\w+)\)[sb]")


def parse(sql: str) -> list[Node]:
    """The statements of `sql`. Raises pgparse.PGQueryError where PostgreSQL would see a syntax error."""
    return [each["stmt"] for each in pgparse.parse(sql)]


def parse_with_parameters(sql: str) -> tuple[list[Node], dict[str, int]]:
    """The statements of what psycopg takes, and the number that each `%(name)s` or `%(name)b` has as a ParamRef."""
    numbers: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        return f"${numbers.setdefault(found[1], len(numbers) + 1)}"

    return parse(_PARAMETER.sub(numbered, sql)), numbers


def only(node: Node) -> tuple[str, Node]:
    """The kind of a node and what it holds; ("", {}) for an empty one."""
    return next(iter(node.items()), ("", {}))


def find(tree: Any, *kinds: str) -> Iterator[tuple[str, Node]]:
    """The outermost nodes of these kinds in a tree."""
    if isinstance(tree, list):
        for each in tree:
            yield from find(each, *kinds)
    elif isinstance(tree, dict):
        for kind, inner in tree.items():
            if kind in kinds:
                yield kind, inner
            else:
                yield from find(inner, *kinds)


def count_tables(tree: Any) -> int:
    """How often a tree names a relation that it reads or writes; what FOR UPDATE OF names was named before."""
    if isinstance(tree, list):
        return sum(map(count_tables, tree))
    if isinstance(tree, dict):
        inside = sum(count_tables(inner) for kind, inner in tree.items() if kind != "lockingClause")
        return inside + ("relname" in tree)
    return 0


def tables_of(tree: Any) -> set[str]:
    """The relations that a tree names."""
    if isinstance(tree, list):
        return {name for inner in tree for name in tables_of(inner)}
    if isinstance(tree, dict):
        inside = {name for inner in tree.values() for name in tables_of(inner)}
        return inside | {tree["relname"]} if isinstance(tree.get("relname"), str) else inside
    return set()


def string_of(node: Node) -> str:
    """What a String node holds."""
    return str(node["String"]["sval"])


def last_name(names: list[Node]) -> str:
    """The name itself of one that may be qualified."""
    return string_of(names[-1])
