# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

import ast

import pytest

from flyteops.source.normal_form import normal_form


def form(text: str) -> str:
    return normal_form(ast.parse(text))


def test_the_form_is_pinned() -> None:
    text = '"""doc"""\n@d\ndef f(a: int, *, b=-1, c=None) -> "x":\n    """doc"""\n    return {**a, "é": 1.5, 2: b"\\x00"}, ...\n'
    assert form(text) == (
        '(Module body=[(FunctionDef name="f" args=(arguments args=[(arg arg="a" annotation=(Name id="int'
        '")),] kwonlyargs=[(arg arg="b"),(arg arg="c"),] kw_defaults=[(UnaryOp op=(USub) operand=1),None'
        ',]) body=[(Return value=(Tuple elts=[(Dict keys=[-,"\\u00e9",2,] values=[(Name id="a"),f0x1.8000'
        '000000000p+0,b00,]),Ellipsis,])),] decorator_list=[(Name id="d"),] returns="x"),])'
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x  =  1  # one"),
        ("x = 'a'", 'x = "a"'),
        ("x = 'a' 'b'", "x = 'ab'"),
        ("x = 0x10", "x = 16"),
        ("x = (1)", "x = 1"),
        ("f'a' f'{b}'", "f'a{b}'"),
        ("f'{b}' ''", "f'{b}'"),
        ("f'{b:}'", "f'{b}'"),
        ("def f():\n  'doc'\n  return 1", "def f():\n  return 1"),
        ("class A:\n  'doc'\n  x = 1", "class A:\n  x = 1"),
        ("a = 1; b = 2", "a = 1\n\n\nb = 2"),
    ],
)
def test_layout_comments_and_docstrings_leave_no_trace(one: str, other: str) -> None:
    assert form(one) == form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 'a'", "x = b'a'"),
        ("x = 0.0", "x = -0.0"),
        ("x = 'None'", "x = None"),
        ("x = 'é'", "x = 'e\u0301'"),
        ("[1, 2]", "[12]"),
        ("f(a)", "f(*a)"),
        ("{**a}", "{None: a}"),
        ("def f(a, b): ...", "def f(a, *, b): ..."),
        ("from . import a", "from .. import a"),
        ("global a", "nonlocal a"),
        ("f'{a!r}'", "f'{a!s}'"),
        ("f'{a:x}'", "f'{a}'"),
        ("[1, [2], 3]", "[1, [2, 3]]"),
        ("x = ['a', 'b']", "x = ['a\" \"b']"),
        ("def f():\n  x = 1\n  'doc'", "def f():\n  x = 1"),
    ],
)
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert form(one) != form(other)


def test_deep_code_needs_no_stack() -> None:
    chain = "if x:\n  pass\n" + "elif x:\n  pass\n" * 900
    assert form(chain).count("(If") == 901


def test_huge_numbers_are_not_turned_into_decimals() -> None:
    assert form("x = 0x1" + "0" * 5000).endswith("value=0x1" + "0" * 5000 + "),])")
