"""Proves that a function of the database reads and writes rows of one account only, statement by statement.

A variable is the account's number where it is a CONSTANT that is made so, or where nothing sets it but statements with
INTO, and each of them sets it so. An argument never is: whoever calls the function could have any.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pgparse

from tests.support.migrated import Function
from tests.support.sql_texts import Texts, Unknown
from tests.support.sql_tree import Node, find, parse
from tests.support.tenant_proof import Gap, Known, prove

_ASSIGNMENT = re.compile(r"\s*([\w.]+)[^:=]*:?=(.*)", re.DOTALL)
_QUERIES = ("SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt")
# libpg_query's numbers for what an expression of plpgsql is; any other is an assignment.
_STATEMENT, _EXPRESSION = 0, 2


def prove_function(function: Function, known: Known, fixed: Mapping[str, str]) -> list[Gap]:
    """What is missing in a function in SQL or plpgsql; `fixed` as sql_texts.Texts takes it."""
    known = replace(known, function=function.name, declared=frozenset(function.parameters))
    if function.language == "plpgsql":
        return _prove_plpgsql(function, known, fixed)
    if function.language != "sql":
        return [Gap("?", f"{function.language} is not understood")]
    statements = parse(function.body) + [{kind: node} for kind, node in find(function.node.get("sql_body"), *_QUERIES)]
    return [gap for statement in statements for gap in prove(statement, known).gaps]


class _Executed(NamedTuple):
    """An EXECUTE: the expressions of its text and of its parameters."""

    text: str
    parameters: list[str]


@dataclass(frozen=True)
class _Body:
    """A function's body, taken apart."""

    # Its variables' types, and the expressions that are assigned to each (those of SELECT INTO and loops are not).
    types: dict[str, str]
    values: dict[str, list[str]]
    constants: dict[str, str]
    # How often each is set in any way.
    times_set: Counter[str]
    # SELECT and the names of the variables that it sets.
    intos: list[tuple[str, list[str]]]
    statements: list[str]
    executed: list[_Executed]


def _prove_plpgsql(function: Function, known: Known, fixed: Mapping[str, str]) -> list[Gap]:
    body = _body(function)
    known = replace(known, declared=frozenset(body.types))
    known = replace(known, variables=_accounts(body, known))
    gaps = [gap for sql in body.statements for statement in parse(sql) for gap in prove(statement, known).gaps]
    types = {name: _plain(type_) for name, type_ in body.types.items()}
    # What is also set otherwise may be anything.
    values = {name: texts for name, texts in body.values.items() if body.times_set[name] == len(texts)}
    texts = Texts(types, values, fixed)
    for text, parameters in body.executed:
        numbers = [n for n, each in enumerate(parameters, 1) if _columns(f"SELECT {each}", known) == [True]]
        # A text sees no variable, only what USING hands it.
        inside = replace(known, parameters=frozenset(numbers), variables=frozenset(), declared=frozenset(), function="")
        try:
            for sql in texts.of(text):
                gaps += [gap for statement in parse(sql) for gap in prove(statement, inside).gaps]
        except Unknown as unknown:
            gaps.append(Gap("?", f"EXECUTE of what is not known: {unknown}"))
    return gaps


def _accounts(body: _Body, known: Known) -> frozenset[str]:
    """The variables that are the account's number."""
    found: set[str] = set()
    while True:
        now = replace(known, variables=frozenset(found))
        more = {name for name, value in body.constants.items() if _columns(f"SELECT {value}", now) == [True]}
        times_set_so: Counter[str] = Counter()
        for select, names in body.intos:
            pairs = zip(names, _columns(select, now), strict=False)
            times_set_so.update(name for name, is_account in pairs if is_account)
        more |= {name for name, times in times_set_so.items() if body.times_set[name] == times}
        if more <= found:
            return frozenset(found)
        found |= more


def _columns(sql: str, known: Known) -> list[bool]:
    [statement] = parse(sql)
    return prove(statement, known).columns


def _body(function: Function) -> _Body:
    [parsed] = pgparse.parse_pgsql(function.declaration)
    inner = parsed["PLpgSQL_function"]
    body = _Body({}, {}, {}, Counter(), [], [], [])
    for _, variable in find(inner["datums"], "PLpgSQL_var"):
        name = variable["refname"].lower()
        # Two of one name, in blocks of their own, are not told apart.
        body.times_set[name] += name in body.types
        body.types[name] = variable["datatype"]["PLpgSQL_type"]["typname"]
        if "default_val" in variable:
            value = variable["default_val"]["PLpgSQL_expr"]["query"]
            body.values.setdefault(name, []).append(value)
            body.times_set[name] += 1
            if variable.get("isconst"):
                body.constants[name] = value
    body.constants.update({name: "NULL" for name in body.constants if body.times_set[name] > 1})
    for kind, node in _nodes(inner["action"]):
        _take(kind, node, body)
    for _, expression in find(inner, "PLpgSQL_expr"):
        body.statements.append(_sql(expression))
    return body


def _take(kind: str, node: Node, body: _Body) -> None:
    if kind == "PLpgSQL_row":
        names = [each["name"].lower() for each in node.get("fields", [])]
        body.times_set.update(names)
    elif kind == "PLpgSQL_var":  # a loop's own, or a cursor
        body.times_set[node["refname"].lower()] += 1
    elif kind == "PLpgSQL_stmt_assign":
        found = _ASSIGNMENT.fullmatch(node["expr"]["PLpgSQL_expr"]["query"])
        assert found is not None
        name = found[1].lower().rpartition(".")[2]
        body.times_set[name] += 1
        body.values.setdefault(name, []).append(found[2])
    elif kind == "PLpgSQL_stmt_execsql" and "PLpgSQL_row" in node.get("target", {}):
        names = [each["name"].lower() for each in node["target"]["PLpgSQL_row"]["fields"]]
        body.intos.append((node["sqlstmt"]["PLpgSQL_expr"]["query"], names))
    text = node.get("dynquery") or (
        node.get("query") if kind in ("PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors") else None
    )
    if text is not None:
        parameters = [each["PLpgSQL_expr"]["query"] for each in node.get("params", [])]
        body.executed.append(_Executed(text["PLpgSQL_expr"]["query"], parameters))


def _nodes(tree: Any) -> Iterator[tuple[str, Node]]:
    """Every node of plpgsql in a tree."""
    if isinstance(tree, list):
        for each in tree:
            yield from _nodes(each)
    elif isinstance(tree, dict):
        for kind, inner in tree.items():
            if kind.startswith("PLpgSQL_") and isinstance(inner, dict):
                yield kind, inner
            yield from _nodes(inner)


def _sql(expression: Node) -> str:
    query = str(expression["query"])
    if expression["parseMode"] == _STATEMENT:
        return query
    if expression["parseMode"] == _EXPRESSION:
        return f"SELECT {query}"
    found = _ASSIGNMENT.fullmatch(query)
    assert found is not None
    return f"SELECT {found[2]}"


def _plain(type_: str) -> str:
    return type_.strip().rpartition(".")[2].strip('"')
