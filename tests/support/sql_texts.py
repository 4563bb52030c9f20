"""Which texts a function of the database may EXECUTE.

The expression of the text is worked out with every choice that it has: a CASE gives the results of all its branches, a
text variable all that is ever assigned to it, a call of a function that answers a text all that it may answer, format()
what it makes of all of those. A number, which can change no meaning, is 1. What cannot be worked out is refused, but
for what format() quotes (%I, %L).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

from tests.support.migrated import Function, functions
from tests.support.sql_tree import Node, last_name, only, parse

_NUMBERS = {"int2", "int4", "int8", "float4", "float8", "smallint", "integer", "bigint", "real", "numeric"}
_SPECIFIER = re.compile(r"%(?:(\d+)\$)?([sIL%])")


class Unknown(Exception):
    """A text that cannot be worked out."""


class Texts:
    """The texts of the expressions of one function."""

    def __init__(
        self,
        types: Mapping[str, str],
        values: Mapping[str, Sequence[str]],
        fixed: Mapping[str, str],
        calls: tuple[str, ...] = (),
    ) -> None:
        """`types` and `values` are the variables' types and the expressions that are assigned to them; `fixed` are
        functions whose text is taken as given."""
        self._types = types
        self._values = values
        self._fixed = fixed
        self._calls = calls

    def of(self, expression: str) -> list[str]:
        """All texts that an expression may have. Raises Unknown."""
        [(_, select)] = [only(each) for each in parse(f"SELECT {expression}")]
        return sorted(set(self._texts(select["targetList"][0]["ResTarget"]["val"])))

    def _texts(self, node: Node) -> list[str]:
        kind, inner = only(node)
        if kind == "A_Const" and "sval" in inner:
            return [inner["sval"].get("sval", "")]
        if kind == "TypeCast":
            return self._texts(inner["arg"])
        if kind == "CaseExpr":
            branches = [each["CaseWhen"]["result"] for each in inner["args"]]
            branches += [inner["defresult"]] if "defresult" in inner else []
            return [text for branch in branches for text in self._texts(branch)]
        if kind == "A_Expr" and last_name(inner["name"]) == "||":
            left, right = self._texts(inner["lexpr"]), self._texts(inner["rexpr"])
            return ["".join(pair) for pair in itertools.product(left, right)]
        if kind == "FuncCall":
            return self._call(last_name(inner["funcname"]), inner.get("args", []))
        if kind == "ColumnRef":
            return self._variable(last_name(inner["fields"]))
        if self._is_number(node):
            return ["1"]
        raise Unknown(f"a text of {kind or 'nothing'}")

    def _is_number(self, node: Node) -> bool:
        kind, inner = only(node)
        if kind == "A_Const":
            return "ival" in inner or "fval" in inner
        if kind == "ColumnRef":
            return self._types.get(last_name(inner["fields"])) in _NUMBERS
        is_sum = kind == "A_Expr" and last_name(inner["name"]) in ("+", "-", "*", "/") and "lexpr" in inner
        return is_sum and self._is_number(inner["lexpr"]) and self._is_number(inner["rexpr"])

    def _variable(self, name: str) -> list[str]:
        if self._types.get(name) in _NUMBERS:
            return ["1"]
        place = f"variable {name}"
        if not self._values.get(name) or place in self._calls:
            raise Unknown(place)
        deeper = Texts(self._types, self._values, self._fixed, (*self._calls, place))
        return [text for value in self._values[name] for text in deeper.of(value)]

    def _call(self, name: str, arguments: list[Node]) -> list[str]:
        if name in self._fixed:
            return [self._fixed[name]]
        if name == "format":
            return self._format(arguments[0], arguments[1:])
        called = [each for each in functions() if each.name == name and each.language == "sql"]
        if len(called) != 1 or name in self._calls:
            raise Unknown(f"a text of {name}()")
        return Texts({}, {}, self._fixed, (*self._calls, name)).of_function(called[0])

    def of_function(self, function: Function) -> list[str]:
        """All texts that a function in SQL may answer, whose body is one SELECT of one expression. Raises Unknown."""
        [(kind, select), *others] = [only(each) for each in parse(function.body)] or [("", {})]
        targets = select.get("targetList", [])
        if others or kind != "SelectStmt" or len(targets) != 1:
            raise Unknown(f"a text of {function.name}()")
        return self._texts(targets[0]["ResTarget"]["val"])

    def _format(self, template: Node, arguments: list[Node]) -> list[str]:
        choices: list[list[str | None]] = []
        for argument in arguments:
            try:
                choices.append([*self._texts(argument)])
            except Unknown:
                choices.append([None])
        made = itertools.product(self._texts(template), itertools.product(*choices))
        return [_formatted(text, chosen) for text, chosen in made]


def _formatted(template: str, arguments: Sequence[str | None]) -> str:
    position = 0

    def replaced(found: re.Match[str]) -> str:
        nonlocal position
        if found[2] == "%":
            return "%"
        position = int(found[1]) if found[1] else position + 1
        text = arguments[position - 1]
        if found[2] == "I":
            return '"' + (text or "?").replace('"', '""') + '"'
        if found[2] == "L":
            return "'" + (text or "?").replace("'", "''") + "'"
        if text is None:
            raise Unknown(f"what %s number {position} puts into {template!r}")
        return text

    return _SPECIFIER.sub(replaced, template)
