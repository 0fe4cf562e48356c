"""`when:` as written, to a syntax tree with positions. Knows nothing of types or nodes.

condition = both { "or" both }
both      = inverse { "and" inverse }
inverse   = "not" inverse | test
test      = "(" condition ")" | operand [ relation ]
relation  = ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) operand
          | [ "not" ] "in" "[" [ literal { "," literal } ] "]"
          | "is" [ "not" ] "none"
operand   = reference | literal
literal   = number | text | "true" | "false" | "none"          (True, False, None, null too)
text      = in either quotes, with the escapes of Python
reference = "$" name { "." name | "." digits | "[" text "]" }
"""

from __future__ import annotations

import ast
import math
import re
from typing import Union

from flyteops.model.expressions import CompareOperator
from flyteops.model.frozen import frozen

MAX_BYTES = 4096
MAX_DEPTH = 32


class Unparsed(Exception):
    """The text is no condition: why, the range of the token at fault, and the way out."""

    def __init__(self, message: str, *, start: int, end: int, way_out: str) -> None:
        self.message = message
        self.start = start
        self.end = end
        self.way_out = way_out
        super().__init__(message)


@frozen(kw_only=False)
class ReferenceTerm:
    """A reference; its text is read elsewhere."""

    text: str
    start: int
    end: int


@frozen(kw_only=False)
class LiteralTerm:
    """A number, text, bool or none."""

    value: bool | int | float | str | None
    start: int
    end: int


Term = Union[ReferenceTerm, LiteralTerm]


@frozen(kw_only=False)
class CompareTerm:
    """`left op right`."""

    operator: CompareOperator
    left: Term
    right: Term
    start: int
    end: int


@frozen(kw_only=False)
class InTerm:
    """`operand in [..]`."""

    operand: Term
    values: tuple[LiteralTerm, ...]
    negated: bool


@frozen(kw_only=False)
class NoneTerm:
    """`operand is none`."""

    operand: Term
    negated: bool


@frozen(kw_only=False)
class BareTerm:
    """An operand alone."""

    operand: Term


@frozen(kw_only=False)
class NotTerm:
    """`not condition`."""

    condition: ConditionTerm


@frozen(kw_only=False)
class AndTerm:
    """`left and right`."""

    left: ConditionTerm
    right: ConditionTerm


@frozen(kw_only=False)
class OrTerm:
    """`left or right`."""

    left: ConditionTerm
    right: ConditionTerm


ConditionTerm = Union[CompareTerm, InTerm, NoneTerm, BareTerm, NotTerm, AndTerm, OrTerm]


@frozen(kw_only=False)
class _Token:
    kind: str
    text: str
    start: int
    end: int


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<reference>\$[A-Za-z_]\w*(?:\.(?:[A-Za-z_]\w*|[0-9]+)|\[(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\])*)
    | (?P<number>-?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?(?![\w.]))
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<word>[A-Za-z_]\w*)
    | (?P<operator>==|!=|<=|>=|<|>)
    | (?P<mark>[()\[\],])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = frozenset("\\'\"abfnrtv0123xuUN\n")
_OPERATORS: dict[str, CompareOperator] = {"==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_CONSTANTS = {
    "true": True, "True": True, "false": False, "False": False, "none": None, "None": None, "null": None,
}  # fmt: skip
_FOREIGN = {"&&": "and", "||": "or", "=": "==", "!": "not", "&": "and", "|": "or", "<>": "!="}


def parse_condition(text: str) -> ConditionTerm:
    """The syntax tree of a condition; raises Unparsed."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Unparsed(
            f"a condition is at most {MAX_BYTES} bytes long",
            start=0,
            end=len(text),
            way_out="let a task compute it and return a bool",
        )
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def whole(self) -> ConditionTerm:
        found = self._or()
        if self.token.kind != "end":
            raise self._unexpected("and, or or the end")
        return found

    def _or(self) -> ConditionTerm:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._refuse(f"a condition is nested at most {MAX_DEPTH} deep", "let a task compute it")
        parts = [self._and()]
        while self._takes("or"):
            parts.append(self._and())
        self.depth -= 1
        return _balanced(parts, OrTerm)

    def _and(self) -> ConditionTerm:
        parts = [self._not()]
        while self._takes("and"):
            parts.append(self._not())
        return _balanced(parts, AndTerm)

    def _not(self) -> ConditionTerm:
        if not self._takes("not"):
            return self._test()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._refuse(f"a condition is nested at most {MAX_DEPTH} deep", "let a task compute it")
        inner = self._not()
        self.depth -= 1
        return NotTerm(inner)

    def _test(self) -> ConditionTerm:
        if self._takes("("):
            found = self._or()
            self._expect(")")
            return found
        operand = self._operand()
        token = self.token
        if token.kind == "operator":
            return self._compare(operand)
        if self._takes("is"):
            negated = self._takes("not")
            if self.token.text not in ("none", "None", "null") or self.token.kind != "word":
                raise self._refuse(
                    "is serves only for none", "write is none or is not none; values are compared with =="
                )
            self.at += 1
            return NoneTerm(operand, negated)
        if self._takes("in"):
            return InTerm(operand, self._list(), negated=False)
        if token.text == "not" and self.tokens[self.at + 1].text == "in":
            self.at += 2
            return InTerm(operand, self._list(), negated=True)
        return BareTerm(operand)

    def _compare(self, left: Term) -> ConditionTerm:
        operator = _OPERATORS[self.token.text]
        self.at += 1
        right = self._operand()
        if self.token.kind == "operator" or self.token.text in ("in", "is"):
            raise self._refuse("comparisons are not chained", "write a < b and b < c")
        return CompareTerm(operator, left, right, left.start, right.end)

    def _operand(self) -> Term:
        token = self.token
        if token.kind == "reference":
            self.at += 1
            return ReferenceTerm(token.text, token.start, token.end)
        literal = self._literal()
        if literal is None:
            raise self._unexpected("a reference or a literal")
        return literal

    def _literal(self) -> LiteralTerm | None:
        token = self.token
        value: bool | int | float | str | None
        match token.kind:
            case "number":
                integral = re.fullmatch(r"-?[0-9]+", token.text) is not None
                value = int(token.text) if integral else float(token.text)
                if not -(2**63) <= value < 2**63 and (integral or not math.isfinite(value)):
                    raise self._refuse("the number is too large", "whole numbers are 64-bit, others fit a float")
            case "text":
                value = self._text(token)
            case "word" if token.text in _CONSTANTS:
                value = _CONSTANTS[token.text]
            case _:
                return None
        self.at += 1
        return LiteralTerm(value, token.start, token.end)

    def _text(self, token: _Token) -> str:
        unknown = next((each for each in _ESCAPE.findall(token.text[1:-1]) if each not in _ESCAPES), None)
        try:
            if unknown is None:
                found = str(ast.literal_eval(token.text.replace("\n", "\\n")))
                found.encode("utf-8")  # a lone surrogate has no bytes
                return found
        except (SyntaxError, ValueError):
            pass
        raise self._refuse("an escape in this text is not one of Python's", r"write \\ for a backslash")

    def _list(self) -> tuple[LiteralTerm, ...]:
        if not self._takes("["):
            raise self._refuse("after in a list of literals is expected", 'for example in ["eu", "us"]')
        values: list[LiteralTerm] = []
        while not self._takes("]"):
            literal = self._literal()
            if literal is None:
                raise self._unexpected("a literal")
            values.append(literal)
            if self.token.text != "]":
                self._expect(",")
        return tuple(values)

    def _takes(self, text: str) -> bool:
        token = self.token
        if token.text == text and token.kind in ("word", "mark"):
            self.at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._takes(text):
            raise self._unexpected(f'"{text}"')

    def _unexpected(self, wanted: str) -> Unparsed:
        token = self.token
        if token.kind == "end":
            return self._refuse(f"{wanted} is expected where the condition ends", "finish the condition")
        before = self.tokens[self.at - 1] if self.at else token
        if token.text == "[" and before.kind == "reference":
            return self._refuse("an index is written with a dot", f"write {before.text}.0")
        if token.kind == "word" and self.tokens[self.at + 1].text == "(":
            way_out = "conditions call no functions: let a task compute it and compare its output"
        elif token.kind == "word" and token.text not in ("and", "or", "not", "in", "is", "if"):
            way_out = f'text is written in quotes: "{token.text}"; a value of a node is written ${token.text}'
        else:
            way_out = "conditions know == != < <= > >= and or not in, is none, parentheses"
        return self._refuse(f'{wanted} is expected, found "{token.text}"', way_out)

    def _refuse(self, message: str, way_out: str) -> Unparsed:
        return Unparsed(message, start=self.token.start, end=self.token.end, way_out=way_out)


def _balanced(parts: list[ConditionTerm], join: type[AndTerm | OrTerm]) -> ConditionTerm:
    """A chain as a tree of little depth, so that a long condition needs no deep recursion; both are associative."""
    if len(parts) == 1:
        return parts[0]
    middle = (len(parts) + 1) // 2
    return join(_balanced(parts[:middle], join), _balanced(parts[middle:], join))


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    position = 0
    while True:
        matched = _TOKEN.match(text, position)
        if matched is None:
            break
        kind = matched.lastgroup or ""
        found.append(_Token(kind, matched.group(kind), matched.start(kind), matched.end(kind)))
        position = matched.end()
    rest = len(text) - len(text[position:].lstrip())
    if rest < len(text):
        raise _no_token(text, rest)
    found.append(_Token("end", "", len(text), len(text)))
    return found


def _no_token(text: str, at: int) -> Unparsed:
    for foreign, ours in _FOREIGN.items():
        if text.startswith(foreign, at):
            return Unparsed(
                f'"{foreign}" is not a word of conditions', start=at, end=at + len(foreign), way_out=f"write {ours}"
            )
    if text[at] in "\"'":
        return Unparsed("the text is not closed", start=at, end=len(text), way_out=f"write {text[at]} at its end")
    if text[at] in "+-*/%":
        return Unparsed(
            "nothing is computed in a condition",
            start=at,
            end=at + 1,
            way_out="let a task compute it and compare its output",
        )
    number = re.match(r"-?[\d.]\w*", text[at:])
    end = at + (number.end() if number else 1)
    return Unparsed(
        f'"{text[at:end]}" has no meaning in a condition',
        start=at,
        end=end,
        way_out="conditions know == != < <= > >= and or not in, is none, parentheses",
    )
