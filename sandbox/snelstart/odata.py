"""The OData subset that SnelStart understands: parse `$filter` against a field list and compile it to a test.

Names are case-sensitive UpperCamelCase; literals are of OData v3.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.snelstart import errors
from sandbox.snelstart.fields import Field, Table
from sandbox.snelstart.literals import compare, datetime_text, fits, tokens

Test = Callable[[dict[str, Any]], bool]
Getter = Callable[[dict[str, Any]], Any]

OPERATORS = ("eq", "ne", "gt", "ge", "lt", "le")
PARTS = {"year": slice(0, 4), "month": slice(5, 7), "day": slice(8, 10)}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Keep one `path operator literal`, which a store can answer from an index."""

    path: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Node:
    """Hold a compiled part of a filter; `kind` is and, or, compare or test."""

    kind: str
    test: Test
    parts: "tuple[Node, ...]" = ()
    comparison: Comparison | None = None


def upper(name: str) -> str:
    """Return the name under which `$filter` knows a JSON field."""
    return name[0].upper() + name[1:]


def resolve(path: str, table: Table, model: str) -> tuple[Field, Getter]:
    """Find the field behind a filter path; raise the vendor's 400 when there is none."""
    field, names = Field("object", members=table), []
    for part in path.split("/"):
        name = part[0].lower() + part[1:]
        if part[0].islower() or name not in field.members or name.lower().endswith("uri"):
            raise errors.odata(f"Could not find a property named '{part}' on type 'SnelStart.{model}'.")
        field = field.members[name]
        names.append(name)
    return field, _getter(names)


def _getter(names: list[str]) -> Getter:
    if len(names) == 1:
        only = names[0]
        return lambda record: record.get(only)

    def nested(record: dict[str, Any]) -> Any:
        value: Any = record
        for name in names:
            value = value.get(name) if value else None
        return value

    return nested


class Parser:
    """Parse one filter by recursive descent."""

    def __init__(self, source: str, table: Table, model: str) -> None:
        self.table, self.model = table, model
        self.tokens = list(tokens(source))
        self.at = 0

    def parse(self) -> Node:
        """Return the compiled filter; raise Refused when it is not one."""
        node = self._or()
        if self.at != len(self.tokens):
            raise errors.rules(["ALG-0104"])
        return node

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _next(self, *wanted: str) -> tuple[str, str]:
        """Take a token; when words are given it must be one of them."""
        token = self._peek()
        if token[0] == "end" or (wanted and token[1] not in wanted):
            raise errors.rules(["ALG-0104"])
        self.at += 1
        return token

    def _or(self) -> Node:
        return self._chain("or", self._and, any)

    def _and(self) -> Node:
        return self._chain("and", self._term, all)

    def _chain(self, word: str, inner: Callable[[], Node], fold: Callable[[Any], bool]) -> Node:
        parts = [inner()]
        while self._peek() == ("name", word):
            self._next()
            parts.append(inner())
        if len(parts) == 1:
            return parts[0]
        tests = [part.test for part in parts]
        return Node(word, lambda record: fold(test(record) for test in tests), tuple(parts))

    def _term(self) -> Node:
        kind, word = self._peek()
        if word == "(":
            self._next()
            node = self._or()
            self._next(")")
            return node
        if kind == "name" and self._after() == "(":
            return self._function()
        return self._comparison()

    def _after(self) -> str:
        return self.tokens[self.at + 1][1] if self.at + 1 < len(self.tokens) else ""

    def _function(self) -> Node:
        """Parse substringof, startswith, any, or a part of a date."""
        name = self._next()[1]
        self._next("(")
        if name.endswith("/any"):
            return self._any(name.removesuffix("/any"))
        if name in PARTS:
            return self._date_part(name)
        if name not in ("substringof", "startswith"):
            raise errors.odata(f"An unknown function with name '{name}' was found.")
        first = self._operand()
        self._next(",")
        second = self._operand()
        self._next(")")
        return self._boolean(_text_test(name, first, second))

    def _boolean(self, test: Test) -> Node:
        """Read the `eq true` that may follow a function."""
        if self._peek()[1] not in ("eq", "ne"):
            return Node("test", test)
        negated = (self._next()[1] == "ne") != (self._next("true", "false")[1] == "false")
        return Node("test", (lambda record: not test(record)) if negated else test)

    def _any(self, path: str) -> Node:
        """Parse `List/any(x:condition)`, in which x or x/Member stands for an item."""
        field, get = resolve(path, self.table, self.model)
        if field.kind not in ("list", "words"):
            raise errors.rules(["ALG-0104"])
        variable = self._next()[1]
        self._next(":")
        members = field.members or {"it": Field("str")}
        inner = Parser("", {"item": Field("object", members=members)}, self.model)
        inner.tokens, inner.at = [_rename(token, variable) for token in self.tokens], self.at
        test = inner._or().test
        self.at = inner.at
        self._next(")")
        if field.members:
            return Node("test", lambda record: any(test({"item": item}) for item in get(record) or ()))
        return Node("test", lambda record: any(test({"item": {"it": item}}) for item in get(record) or ()))

    def _date_part(self, name: str) -> Node:
        field, get = resolve(self._next()[1], self.table, self.model)
        self._next(")")
        operator, value = self._next(*OPERATORS)[1], self._literal()
        if field.kind != "datetime" or not isinstance(value, (int, float)):
            raise errors.rules(["ALG-0104"])
        cut = PARTS[name]
        return Node("test", lambda record: bool(get(record)) and compare(operator, int(get(record)[cut]), value))

    def _operand(self) -> Getter:
        """Parse an argument of a text function: a text or a text field."""
        kind, word = self._peek()
        if kind == "name":
            self._next()
            return resolve(word, self.table, self.model)[1]
        value = self._literal()
        return lambda record: value

    def _comparison(self) -> Node:
        kind, path = self._next()
        if kind != "name" or path in ("true", "false", "null"):
            raise errors.rules(["ALG-0104"])
        field, get = resolve(path, self.table, self.model)
        if field.kind == "bool" and self._peek()[1] not in OPERATORS:
            return Node("test", lambda record: bool(get(record)))
        operator, value = self._next(*OPERATORS)[1], self._literal()
        if not fits(field, value):
            raise errors.odata("A binary operator with incompatible types was detected.")
        test: Test = lambda record: compare(operator, get(record), value)  # noqa: E731
        return Node("compare", test, comparison=Comparison(path, operator, value))

    def _literal(self) -> Any:
        """Parse a literal into the form in which records hold such a value."""
        kind, word = self._next()
        if kind == "string":
            return word[1:-1].replace("''", "'")
        if kind == "guid":
            return word[5:-1].lower()
        if kind == "datetime":
            return datetime_text(word[9:-1])
        if kind == "number":
            number = float(word.rstrip("MmLlDdFf"))
            return int(number) if number.is_integer() else number
        words = {"true": True, "false": False, "null": None}
        if word not in words:
            raise errors.rules(["ALG-0104"])
        return words[word]


def _rename(token: tuple[str, str], variable: str) -> tuple[str, str]:
    """Let the variable of `any` stand for the item, and a bare variable for a plain item's only value."""
    kind, word = token
    if kind != "name" or word.split("/")[0] != variable:
        return token
    return kind, "Item/It" if word == variable else "Item" + word.removeprefix(variable)


def _text_test(name: str, first: Getter, second: Getter) -> Test:
    """Compile a text function; substringof has the needle first, startswith the field first."""
    if name == "substringof":
        return lambda record: str(first(record)) in (second(record) or "")
    return lambda record: str(first(record) or "").startswith(str(second(record)))
