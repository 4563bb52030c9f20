"""Proves that a statement reads and writes rows of one account only.

Every place where a tree names a table must have its account_no pinned: by an equality that always holds for the rows
that come through (in the ANDs of a WHERE, or of a join's ON for the sides that it filters) with a value that is the
account's number, or with a column that is pinned itself; or, for INSERT, by what is inserted. What is not understood
counts as not pinned, so a correct statement may be refused until it says plainly what it means.

A value is the account's where it is a parameter or variable that is known to be, a call of current_account_no(), or a
column that is pinned. The rules `this is pinned where all of those are` are gathered from the whole tree first, then
applied until nothing more follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.support.sql_tree import Node, count_tables, find, last_name, only, string_of

ACCOUNT = "account_no"
# What stands for the table of a DROP, whatever its name.
DROP = "DROP"
# Statements that have no rows.
_WITHOUT_ROWS = ("CreateStmt", "IndexStmt")
_QUERIES = ("SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt")


class Gap(NamedTuple):
    """A table whose account is not pinned, and where."""

    table: str
    place: str


@dataclass(frozen=True)
class Known:
    """What holds before a statement runs."""

    # Numbers of parameters, and names of a function's variables, that are the account's number.
    parameters: frozenset[int] = frozenset()
    variables: frozenset[str] = frozenset()
    # All variables of the function, and its name, by which they may be qualified.
    declared: frozenset[str] = frozenset()
    function: str = ""
    # Tables that hold no tenants' rows.
    free: frozenset[str] = frozenset()
    # Tables that the statement may read of any account: each row counts as its own account's.
    trusted: frozenset[str] = frozenset()


class Proven(NamedTuple):
    """What is missing, and which columns of the answer are the account's number."""

    gaps: list[Gap]
    columns: list[bool]


def prove(statement: Node, known: Known) -> Proven:
    """Looks at one statement, as sql_tree.parse answers it."""
    kind, body = only(statement)
    if kind in _WITHOUT_ROWS:
        return Proven([], [])
    if kind == "DropStmt":  # with the rows of everybody
        return Proven([] if DROP in known.trusted else [Gap(DROP, "a statement")], [])
    if kind not in _QUERIES:
        return Proven([Gap("?", f"{kind} is not understood")], [])
    proof = _Proof(known)
    output = proof.query(kind, body, None, {})
    proof.settle()
    gaps = [gap for slot, gap in proof.needed if not slot.is_account]
    if proof.seen != count_tables(statement):
        gaps.append(Gap("?", "a part of the statement is not understood"))
    return Proven(gaps, [slot.is_account for _, slot in output.columns] if output.is_complete else [])


@dataclass(eq=False, slots=True)
class _Slot:
    """A value of a row: whether it is known to be the account's number."""

    is_account: bool = False


@dataclass(frozen=True)
class _Output:
    """The columns of an answer, in their order; of an incomplete one some are missing."""

    columns: list[tuple[str, _Slot]]
    is_complete: bool = True


@dataclass(frozen=True)
class _Relation:
    """What a FROM names. A table has any column that is asked for; an open one may have others than are known."""

    name: str
    columns: dict[str, _Slot]
    is_table: bool = False
    is_open: bool = False

    def owns(self, slot: _Slot) -> bool:
        return any(slot is own for own in self.columns.values())


@dataclass
class _Scope:
    """The names that an expression sees."""

    outer: _Scope | None
    relations: list[_Relation] = field(default_factory=list)
    variables: dict[str, _Slot] = field(default_factory=dict)


_Ctes = Mapping[str, _Output]


class _Proof:
    def __init__(self, known: Known) -> None:
        self._known = known
        self._rules: list[tuple[_Slot, list[_Slot]]] = []
        self.needed: list[tuple[_Slot, Gap]] = []
        self.seen = 0

    def settle(self) -> None:
        """Applies the rules until nothing more follows."""
        changed = True
        while changed:
            changed = False
            for slot, sources in self._rules:
                if not slot.is_account and all(source.is_account for source in sources):
                    slot.is_account = changed = True

    def query(self, kind: str, node: Node, outer: _Scope | None, ctes: _Ctes) -> _Output:
        ctes = self._with(node, outer, ctes)
        if kind == "InsertStmt":
            return self._insert(node, outer, ctes)
        if kind == "UpdateStmt":
            return self._change(node, node.get("fromClause", []), outer, ctes)
        if kind == "DeleteStmt":
            return self._change(node, node.get("usingClause", []), outer, ctes)
        if "larg" in node:
            return self._set_operation(node, outer, ctes)
        if "valuesLists" in node:
            return self._values(node, outer, ctes)
        return self._select(node, outer, ctes)

    def _with(self, node: Node, outer: _Scope | None, ctes: _Ctes) -> _Ctes:
        clause = node.get("withClause", {})
        known = dict(ctes)
        for each in clause.get("ctes", []):
            cte = each["CommonTableExpr"]
            if clause.get("recursive"):
                known[cte["ctename"]] = _Output([], is_complete=False)
            output = self.query(*only(cte["ctequery"]), outer, known)
            known[cte["ctename"]] = _renamed(output, cte.get("aliascolnames", []))
        return known

    def _select(self, node: Node, outer: _Scope | None, ctes: _Ctes) -> _Output:
        scope = _Scope(outer)
        later: list[Any] = []
        for item in node.get("fromClause", []):
            self._from(item, scope, ctes, later)
        self._conditions(node.get("whereClause"), scope, scope.relations, binds_variables=True)
        output = self._targets(node.get("targetList", []), scope)
        rest = [inner for name, inner in node.items() if name not in ("fromClause", "withClause", "lockingClause")]
        self._subqueries([*later, *rest], scope, ctes)
        # Whoever reads a query through which rows come one by one pins its tables by pinning what it answers.
        shares = _is_transparent(node)
        columns = []
        for name, slot in output.columns:
            is_own = shares and any(relation.owns(slot) for relation in scope.relations)
            columns.append((name, slot if is_own else self._copy(slot)))
        return _Output(columns, output.is_complete)

    def _set_operation(self, node: Node, outer: _Scope | None, ctes: _Ctes) -> _Output:
        left = self.query("SelectStmt", node["larg"], outer, ctes)
        right = self.query("SelectStmt", node["rarg"], outer, ctes)
        rest = [inner for name, inner in node.items() if name not in ("larg", "rarg", "withClause", "lockingClause")]
        self._subqueries(rest, _Scope(outer), ctes)
        if not (left.is_complete and right.is_complete and len(left.columns) == len(right.columns)):
            return _Output([], is_complete=False)
        pairs = zip(left.columns, right.columns, strict=True)
        return _Output([(name, self._copy(slot, other)) for (name, slot), (_, other) in pairs])

    def _values(self, node: Node, outer: _Scope | None, ctes: _Ctes) -> _Output:
        scope = _Scope(outer)
        rest = [inner for name, inner in node.items() if name != "withClause"]
        self._subqueries(rest, scope, ctes)
        rows = [[self._value(value, scope) for value in row["List"]["items"]] for row in node["valuesLists"]]
        columns = zip(*rows, strict=True)
        return _Output([(f"column{n}", self._copy(*slots)) for n, slots in enumerate(columns, 1)])

    def _insert(self, node: Node, outer: _Scope | None, ctes: _Ctes) -> _Output:
        scope = _Scope(outer)
        target = self._table(node["relation"])
        scope.relations.append(target)
        self._insertion(node, target.columns[ACCOUNT], outer, ctes)
        conflict = node.get("onConflictClause", {})
        if conflict.get("action") == "ONCONFLICT_UPDATE":
            # The row that stands there is of the account that its key says, or else of one that WHERE says.
            standing = _Relation(target.name, {ACCOUNT: _Slot()}, is_table=True)
            keys = [each["IndexElem"].get("name") for each in conflict.get("infer", {}).get("indexElems", [])]
            if ACCOUNT in keys:
                self._rules.append((standing.columns[ACCOUNT], [target.columns[ACCOUNT]]))
            self._need(standing, node["relation"], "ON CONFLICT")
            sent = _Relation("excluded", {ACCOUNT: self._copy(target.columns[ACCOUNT])}, is_table=True)
            both = _Scope(outer, [standing, sent])
            self._conditions(conflict.get("whereClause"), both, [standing], binds_variables=False)
            self._assignments(conflict.get("targetList", []), both, node["relation"])
            self._subqueries(conflict, both, ctes)
        returning = node.get("returningList", [])
        self._subqueries(returning, scope, ctes)
        return self._returned(returning, scope)

    def _insertion(self, node: Node, account: _Slot, outer: _Scope | None, ctes: _Ctes) -> None:
        if "selectStmt" not in node:
            return
        source = self.query(*only(node["selectStmt"]), outer, ctes)
        names = [each["ResTarget"]["name"] for each in node.get("cols", [])]
        if ACCOUNT in names and source.is_complete and len(source.columns) == len(names):
            self._rules.append((account, [source.columns[names.index(ACCOUNT)][1]]))

    def _change(self, node: Node, items: list[Node], outer: _Scope | None, ctes: _Ctes) -> _Output:
        scope = _Scope(outer)
        scope.relations.append(self._table(node["relation"]))
        later: list[Any] = []
        for item in items:
            self._from(item, scope, ctes, later)
        self._conditions(node.get("whereClause"), scope, scope.relations, binds_variables=True)
        self._assignments(node.get("targetList", []), scope, node["relation"])
        structure = ("relation", "fromClause", "usingClause", "withClause")
        rest = [inner for name, inner in node.items() if name not in structure]
        self._subqueries([*later, *rest], scope, ctes)
        return self._returned(node.get("returningList", []), scope)

    def _assignments(self, targets: list[Node], scope: _Scope, table: Node) -> None:
        """No row may be moved to another account."""
        for each in targets:
            if each["ResTarget"]["name"] == ACCOUNT:
                self.needed.append(
                    (self._value(each["ResTarget"]["val"], scope), Gap(table["relname"], "SET account_no"))
                )

    def _returned(self, targets: list[Node], scope: _Scope) -> _Output:
        output = self._targets(targets, scope)
        return _Output([(name, self._copy(slot)) for name, slot in output.columns], output.is_complete)

    def _from(self, item: Node, scope: _Scope, ctes: _Ctes, later: list[Any]) -> list[_Relation]:
        """Adds what an item of FROM names to the scope, and to `later` the expressions that see the whole scope."""
        kind, node = only(item)
        if kind == "JoinExpr":
            left = self._from(node["larg"], scope, ctes, later)
            right = self._from(node["rarg"], scope, ctes, later)
            # An outer join's ON lets every row of its other side through.
            filtered = {"JOIN_INNER": left + right, "JOIN_LEFT": right, "JOIN_RIGHT": left}.get(node["jointype"], [])
            self._conditions(node.get("quals"), scope, filtered, binds_variables=False)
            later.append(node.get("quals"))
            return left + right
        alias = node.get("alias", {})
        if kind == "RangeVar" and "schemaname" not in node and node["relname"] in ctes:
            self.seen += 1
            output = ctes[node["relname"]]
            # A copy each time: a CTE that is read twice must be pinned by itself.
            copies = _Output([(name, self._copy(slot)) for name, slot in output.columns], output.is_complete)
            relation = _relation(alias.get("aliasname", node["relname"]), copies, alias)
        elif kind == "RangeVar":
            relation = self._table(node)
        elif kind == "RangeSubselect":
            sees = _Scope(scope.outer, scope.relations[:]) if node.get("lateral") else scope.outer
            output = self.query(*only(node["subquery"]), sees, ctes)
            relation = _relation(alias.get("aliasname", ""), output, alias)
        else:
            later.append(node)
            names = [string_of(name) for name in alias.get("colnames", [])]
            relation = _Relation(alias.get("aliasname", ""), {name: _Slot() for name in names}, is_open=not names)
        scope.relations.append(relation)
        return [relation]

    def _table(self, node: Node) -> _Relation:
        self.seen += 1
        name = node.get("alias", {}).get("aliasname", node["relname"])
        relation = _Relation(name, {ACCOUNT: _Slot()}, is_table=True)
        if node["relname"] in self._known.free or node.get("schemaname", "public") != "public":
            return relation
        if node["relname"] in self._known.trusted:
            relation.columns[ACCOUNT].is_account = True
        self._need(relation, node, f"as {name}")
        return relation

    def _need(self, relation: _Relation, table: Node, place: str) -> None:
        if table["relname"] not in self._known.trusted | self._known.free:
            self.needed.append((relation.columns[ACCOUNT], Gap(table["relname"], place)))

    def _targets(self, targets: list[Node], scope: _Scope) -> _Output:
        columns: list[tuple[str, _Slot]] = []
        is_complete = True
        for each in targets:
            value = each["ResTarget"].get("val", {})
            fields = value.get("ColumnRef", {}).get("fields", [])
            if fields and "A_Star" in fields[-1]:
                for relation in scope.relations:
                    if len(fields) == 1 or relation.name == string_of(fields[-2]):
                        columns += relation.columns.items()
                        is_complete = is_complete and not relation.is_table and not relation.is_open
            else:
                name = each["ResTarget"].get("name") or (last_name(fields) if fields else "")
                columns.append((name, self._value(value, scope)))
        return _Output(columns, is_complete)

    def _subqueries(self, nodes: Any, scope: _Scope, ctes: _Ctes) -> None:
        for kind, node in find(nodes, "SelectStmt"):
            self.query(kind, node, scope, ctes)

    def _conditions(
        self, node: Node | None, scope: _Scope, filtered: Iterable[_Relation], *, binds_variables: bool
    ) -> None:
        """Takes the equalities that hold for every row of `filtered` that comes through."""
        kind, inner = only(node or {})
        if kind == "BoolExpr" and inner["boolop"] == "AND_EXPR":
            for each in inner["args"]:
                self._conditions(each, scope, filtered, binds_variables=binds_variables)
        elif kind == "A_Expr" and inner["kind"] == "AEXPR_OP" and last_name(inner["name"]) == "=" and "lexpr" in inner:
            left, right = inner["lexpr"], inner["rexpr"]
            for target, source in ((left, right), (right, left)):
                slot = self._pinned(target, scope, filtered, binds_variables)
                if slot is not None:
                    self._rules.append((slot, [self._value(source, scope)]))

    def _pinned(self, node: Node, scope: _Scope, filtered: Iterable[_Relation], binds_variables: bool) -> _Slot | None:
        fields = node.get("ColumnRef", {}).get("fields", [])
        if not fields:
            return None
        slot = self._column(fields, scope)
        if any(relation.owns(slot) for relation in filtered):
            return slot
        name = last_name(fields)
        if binds_variables and len(fields) == 1 and name in self._known.declared and name != ACCOUNT:
            return scope.variables.setdefault(name, _Slot())
        return None

    def _value(self, node: Node, scope: _Scope) -> _Slot:
        kind, inner = only(node)
        if kind == "TypeCast":
            return self._value(inner["arg"], scope)
        if kind == "ColumnRef":
            return self._column(inner["fields"], scope)
        is_account = (kind == "ParamRef" and inner.get("number") in self._known.parameters) or (
            kind == "FuncCall" and last_name(inner["funcname"]) == "current_account_no" and "args" not in inner
        )
        return _Slot(is_account)

    def _column(self, fields: list[Node], scope: _Scope) -> _Slot:
        """What a name means: the nearest column of that name, else the function's variable."""
        if not all("String" in each for each in fields):
            return _Slot()
        name = last_name(fields)
        level: _Scope | None = scope
        while level is not None:
            if len(fields) > 1:
                named = [relation for relation in level.relations if relation.name == string_of(fields[-2])]
                if named:
                    return _column_of(named[0], name)
            else:
                owners = [relation for relation in level.relations if name in relation.columns]
                if owners:
                    return owners[0].columns[name] if len(owners) == 1 else _Slot()
                if name in level.variables:
                    return level.variables[name]
                if name == ACCOUNT and any(relation.is_open for relation in level.relations):
                    return _Slot()
            level = level.outer
        is_variable = len(fields) == 1 or string_of(fields[-2]) == self._known.function
        return _Slot(is_variable and name in self._known.variables)

    def _copy(self, *sources: _Slot) -> _Slot:
        """What is the account's number where all sources are, and says nothing about them itself."""
        copy = _Slot()
        self._rules.append((copy, list(sources)))
        return copy


def _column_of(relation: _Relation, name: str) -> _Slot:
    return relation.columns.setdefault(name, _Slot()) if relation.is_table else relation.columns.get(name, _Slot())


def _relation(name: str, output: _Output, alias: Node) -> _Relation:
    output = _renamed(output, alias.get("colnames", []))
    columns: dict[str, _Slot] = {}
    for each, slot in output.columns:
        # Of two columns of one name none can be asked for.
        columns[each] = _Slot() if each in columns else slot
    return _Relation(name, columns, is_open=not output.is_complete or len(columns) < len(output.columns))


def _renamed(output: _Output, names: list[Node]) -> _Output:
    if not names:
        return output
    if not output.is_complete or len(names) > len(output.columns):
        return _Output([(string_of(name), _Slot()) for name in names], is_complete=False)
    renamed = [(string_of(name), slot) for name, (_, slot) in zip(names, output.columns, strict=False)]
    return _Output(renamed + output.columns[len(names) :])


def _is_transparent(node: Node) -> bool:
    """Whether rows come through a SELECT one by one: what it answers for a row depends on no other row."""
    clauses = ("groupClause", "havingClause", "windowClause", "distinctClause", "limitCount", "lockingClause")
    offset = node.get("limitOffset", {"A_Const": {"ival": {}}})  # OFFSET 0: the parser writes 0 as nothing
    is_windowed = next(find(node.get("targetList", []), "over"), None) is not None
    return (
        not any(clause in node for clause in clauses)
        and offset.get("A_Const", {}).get("ival") == {}
        and not is_windowed
    )
