"""What all migrations together make, as far as tenants are concerned: tables and functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pgparse

from infra.migrations.runner import FOLDER
from tests.support.sql_tree import Node, last_name, only
from tests.support.tenant_proof import ACCOUNT


@dataclass(frozen=True)
class Function:
    """A function, as CREATE FUNCTION says it."""

    name: str
    language: str
    declaration: str
    node: Node

    @property
    def body(self) -> str:
        """What stands between the $$; "" for one whose body is SQL itself (RETURN …)."""
        return str(
            self._option("as", {"List": {"items": [{"String": {"sval": ""}}]}})["List"]["items"][0]["String"]["sval"]
        )

    @property
    def is_definer(self) -> bool:
        """Whether it runs as its owner, whom row-level security does not hold."""
        return "boolval" in self._option("security", {"Boolean": {}})["Boolean"]

    @property
    def parameters(self) -> list[str]:
        """The names of its parameters, those of its answer included."""
        return [each["FunctionParameter"].get("name", "") for each in self.node.get("parameters", [])]

    def _option(self, name: str, default: Node) -> Node:
        options = {each["DefElem"]["defname"]: each["DefElem"]["arg"] for each in self.node["options"]}
        found: Node = options.get(name, default)
        return found


@cache
def tables() -> tuple[frozenset[str], frozenset[str]]:
    """The tables that migrations make with a column account_no, partitions of such included, and those without."""
    tenants: set[str] = set()
    free: set[str] = set()
    for kind, node, _ in _statements():
        if kind == "CreateStmt":
            columns = [each["ColumnDef"]["colname"] for each in node.get("tableElts", []) if "ColumnDef" in each]
            parents = [each["RangeVar"]["relname"] for each in node.get("inhRelations", [])]
            is_tenants = ACCOUNT in columns or any(parent in tenants for parent in parents)
            (tenants if is_tenants else free).add(node["relation"]["relname"])
    return frozenset(tenants), frozenset(free)


@cache
def functions() -> tuple[Function, ...]:
    """The functions that are left when all migrations have run; what a later one replaced or dropped is gone."""
    found: dict[tuple[str, ...], Function] = {}
    for kind, node, text in _statements():
        if kind == "CreateFunctionStmt":
            language = next(e["DefElem"]["arg"] for e in node["options"] if e["DefElem"]["defname"] == "language")
            function = Function(last_name(node["funcname"]), language["String"]["sval"], text, node)
            found[_signature(node)] = function
        elif kind == "DropStmt" and node["removeType"] == "OBJECT_FUNCTION":
            for each in node["objects"]:
                dropped = each["ObjectWithArgs"]
                types = tuple(_type(argument["TypeName"]) for argument in dropped.get("objargs", []))
                del found[(last_name(dropped["objname"]), *types)]
    return tuple(found.values())


def triggered() -> frozenset[str]:
    """The names of the functions that triggers run."""
    return frozenset(last_name(node["funcname"]) for kind, node, _ in _statements() if kind == "CreateTrigStmt")


def kinds() -> frozenset[str]:
    """The kinds of the statements of all migrations."""
    return frozenset(kind for kind, _, _ in _statements())


def _statements() -> Iterator[tuple[str, Node, str]]:
    """Each statement of each migration: its kind, its tree and its text."""
    for path in sorted(FOLDER.glob("*.sql")):
        raw = path.read_bytes()
        for each in pgparse.parse(raw.decode()):
            start = each.get("stmt_location", 0)
            end = start + each["stmt_len"] if "stmt_len" in each else len(raw)
            yield (*only(each["stmt"]), raw[start:end].decode())


def _signature(node: Node) -> tuple[str, ...]:
    inputs = [each["FunctionParameter"] for each in node.get("parameters", [])]
    inputs = [each for each in inputs if each["mode"] not in ("FUNC_PARAM_OUT", "FUNC_PARAM_TABLE")]
    return (last_name(node["funcname"]), *(_type(each["argType"]) for each in inputs))


def _type(name: Node) -> str:
    return last_name(name["names"]) + "[]" * len(name.get("arrayBounds", []))
