# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

import pytest

from flyteops.model.works import FunctionRef
from flyteops.source.python import Signature
from tests.unit.source.python_project import AT, source

MAIN = '''
"""About the module."""
import math
import numpy as np
from pkg import tools
from pkg.shapes import Shape as S, area

LIMIT = 3
UNUSED = 4


def helper(n):
    """Adds."""
    return n + LIMIT  # the limit


def other(n):
    return n


@tools.wrapped
def f(x: "S", n: int = 2) -> float:
    """Does it.

    Args:
        n: how many
    """
    return math.sqrt(helper(n)) * area(x)
'''
TOOLS = """
import functools
def wrapped(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner
def unused(): ...
"""
SHAPES = """
from dataclasses import dataclass
from ._inner import PI
@dataclass
class Shape:
    r: float
    def double(self): return self.r * 2
def area(shape): return shape.r ** 2 * PI
def volume(shape): return 0
"""
PROJECT = {
    "src/m.py": MAIN,
    "src/pkg/__init__.py": '"""A package."""\nVERSION = "1"\n',
    "src/pkg/tools.py": TOOLS,
    "src/pkg/shapes.py": SHAPES,
    "src/pkg/_inner.py": "PI = 3.14\nE = 2.7\n",
}


def covered(files: dict[str, str], name: str = "f") -> Signature:
    found = source(dict(files), roots=("src",)).signature(FunctionRef(module="m", name=name), AT)
    assert isinstance(found, Signature), found
    return found


def code(files: dict[str, str], name: str = "f") -> str:
    return covered(files, name).code


def edited(path: str, before: str, after: str) -> dict[str, str]:
    assert before in PROJECT[path]
    return {**PROJECT, path: PROJECT[path].replace(before, after)}


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("src/m.py", "  # the limit", ""),
        ("src/m.py", '"""Adds."""', '"""Adds the limit."""'),
        ("src/m.py", '"""About the module."""', ""),
        ("src/m.py", "n: how many", "n: so many"),
        ("src/m.py", "return n + LIMIT", "return (\n        n\n        + LIMIT\n    )"),
        ("src/m.py", "UNUSED = 4", "UNUSED = 5"),
        ("src/m.py", "def other(n):\n    return n", "def another(n):\n    return n + 1"),
        ("src/m.py", "import math\nimport numpy as np\n", "import numpy as np, math\n"),
        ("src/m.py", "import numpy as np\n", ""),
        ("src/m.py", '"S", n: int = 2', "S, n: int = 2,"),
        ("src/pkg/__init__.py", '"1"', '"2"'),
        ("src/pkg/tools.py", "def unused(): ...", "def unused(): return 1"),
        ("src/pkg/shapes.py", "return 0", "return 1"),
        ("src/pkg/_inner.py", "2.7", "2.71"),
    ],
)
def test_what_the_function_does_not_reach_changes_nothing(path: str, before: str, after: str) -> None:
    if before.startswith('"S"'):
        # Quotes around an annotation are text like any other: the one thing here that does change the digest.
        assert code(edited(path, before, after)) != code(PROJECT)
        return
    assert code(edited(path, before, after)) == code(PROJECT)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("src/m.py", "math.sqrt", "math.cbrt"),
        ("src/m.py", "import math", "import cmath as math"),
        ("src/m.py", "n: int = 2", "n: int = 3"),
        ("src/m.py", "n + LIMIT", "n - LIMIT"),
        ("src/m.py", "LIMIT = 3", "LIMIT = 4"),
        ("src/m.py", "@tools.wrapped\n", ""),
        ("src/pkg/tools.py", "return function(*args", "return 1 + function(*args"),
        ("src/pkg/shapes.py", "self.r * 2", "self.r * 3"),
        ("src/pkg/shapes.py", "** 2", "** 3"),
        ("src/pkg/_inner.py", "3.14", "3.142"),
        ("src/pkg/__init__.py", 'VERSION = "1"', "print()"),
        ("src/pkg/_inner.py", "E = 2.7", "register()"),
    ],
)
def test_what_the_function_reaches_changes_its_digest(path: str, before: str, after: str) -> None:
    assert code(edited(path, before, after)) != code(PROJECT)


def test_the_files_covered_are_named() -> None:
    assert covered(PROJECT).files == ("src/m.py", "src/pkg/_inner.py", "src/pkg/shapes.py", "src/pkg/tools.py")


def test_the_order_of_definitions_has_no_meaning() -> None:
    ring = "def a(n): return b(n)\ndef b(n): return c(n)\ndef c(n): return a(n)\n"
    turned = "def c(n): return a(n)\ndef b(n): return c(n)\ndef a(n): return b(n)\n"
    for name in "abc":
        assert code({"src/m.py": ring}, name) == code({"src/m.py": turned}, name)
    assert len({code({"src/m.py": ring}, name) for name in "abc"}) == 3


def test_a_ring_gives_the_same_digest_from_whichever_end_it_is_entered() -> None:
    files = {"src/m.py": "from n import g\ndef f(): return g()\n", "src/n.py": "import m\ndef g(): return m.f()\n"}
    first, second = source(dict(files), roots=("src",)), source(dict(files), roots=("src",))
    f, g = FunctionRef(module="m", name="f"), FunctionRef(module="n", name="g")
    one = [first.signature(ref, AT) for ref in (f, g)]
    two = [second.signature(ref, AT) for ref in (g, f)]
    assert one == two[::-1]


def test_golden_digests() -> None:
    assert code({"src/m.py": "def f(): ...\n"}) == GOLDEN_SMALL
    assert code(PROJECT) == GOLDEN


GOLDEN_SMALL = "fe149518ea114ca8e73c8aabcfe052ba9ef45dfb765d854e2c65300379b088e8"
GOLDEN = "ad9e4818b227f5989be70d33481a956acc3add674a8482c56693d1dade00a1b8"


@pytest.mark.parametrize(
    ("main", "other"),
    [
        ("def f():\n from n import g\n return g()", "def g(): return {}"),
        ("def f():\n import n as k\n return k.g()", "def g(): return {}"),
        ("def f():\n import n\n return getattr(n, 'g' + '')()", "def g(): return {}"),
        ("import n\ndef f(): return use(n)", "def g(): return {}"),
        ("try:\n from n import g\nexcept ImportError:\n g = None\ndef f(): return g()", "def g(): return {}"),
        ("from n import *\ndef f(): return g()", "def g(): return {}"),
        ("import importlib\ndef f(): return importlib.import_module('n').g()", "def g(): return {}"),
        ("import importlib\ndef f(k): return importlib.import_module(k).g()", "def g(): return {}"),
        ("import n\nclass C:\n h = n.g\ndef f(): return C.h()", "def g(): return {}"),
        ("import n\ndef f(k=n.X): return k", "X = {}"),
        ("import n\ndef f(): return n.X", "X: int = {}"),
        ("import n\ndef f(): return n.X", "X = 0\nX += {}"),
        ("from n import X\ndef f(): return X", "if cond:\n X = {}\nelse:\n X = 0"),
        ("from n import A\ndef f(): return A()", "class B:\n x = {}\nclass A(B): ..."),
        ("import n\ndef f(): return n.LOOKUP['a']()", "def g(): return {}\nLOOKUP = {{'a': g}}"),
        ("import n\ndef f(): ...", "for i in range({}): ..."),
        ("import n\ndef f(): ...", "import logging\nlogging.x.y = {}"),
        ("import n\ndef f(): ...", "def register(g): ALL.append(g)\n@register\ndef g(): return {}"),
        ("from n import h\ndef f(): h()", "def g(): return {}\ndef h(): return globals()['g']()"),
        ("from n import h\ndef f(): h()", "def g(): return {}\ndef h(): return eval('g()')"),
        ("from __future__ import annotations\nfrom n import T\ndef f(x: T): ...", "class T:\n x = {}"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n from n import T\ndef f(x: 'T'): ...", "class T:\n x = {}"),
        ("import n\ndef f(): return [n for n in n.X]", "X = [{}]"),
        ("import n\ndef f():\n def g(): return n.X\n return g", "X = {}"),
        ("import n\nf2 = lambda: n.X\ndef f(): return f2()", "X = {}"),
    ],
)  # fmt: skip
def test_every_way_to_reach_a_module_counts(main: str, other: str) -> None:
    digests = {code({"src/m.py": main, "src/n.py": other.format(value)}) for value in (1, 2)}
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("main", "other"),
    [
        ("import n\ndef f(): return n.g()", "def g(): ...\nX = {}"),
        ("import n\ndef f(): return n.g()", "def g(X): return X\nX = {}"),
        ("import n\ndef f(): return n.g()", "def g():\n X = 1\n return X\nX = {}"),
        ("import n\ndef f(): return n.g()", "def g(): return [X for X in ()]\nX = {}"),
        ("import n\ndef f(): return n.g()", "def g(): return (lambda X: X)(1)\nX = {}"),
        ("import n\ndef f(n): return n.X", "X = {}"),
        ("import n\ndef f(): return n.g()", "def g(): ...\nif __name__ == '__main__':\n print({})"),
        ("import n\ndef f(): ...", "import logging, re\nlog = logging.getLogger(str({}))\nR = re.compile('x')"),
        ("import n\ndef f(): ...", "from pathlib import Path\nHERE = Path(__file__).resolve().parent / str({})"),
        ("import n\ndef f(): ...", "import lib\n@lib.decorator\ndef g(): return {}"),
        ("import n\ndef f(): ...", "from dataclasses import dataclass\n@dataclass\nclass C:\n a: int\nD = C({})"),
        ("def f(): ...", "print({})"),
    ],
)
def test_what_is_beside_it_does_not_count(main: str, other: str) -> None:
    digests = {code({"src/m.py": main, "src/n.py": other.format(value)}) for value in (1, 2)}
    assert len(digests) == 1


def test_computed_code_is_warned_about_with_its_place() -> None:
    text = "from importlib import import_module\ndef f(k):\n    exec(k)\n    return import_module(k)\n"
    found = covered({"src/m.py": text, "src/n.py": "", "src/pkg/o.py": ""})
    assert found.files == ("src/m.py", "src/n.py")
    assert [(w.code, w.message, w.label, str(w.place)) for w in found.warnings] == [
        (
            "FO419",
            "code is made from text while it runs",
            "all of src/m.py counts for the cache",
            "src/m.py:3:5",
        ),
        (
            "FO419",
            "an import is computed while it runs",
            "every module of this folder counts for the cache",
            "src/m.py:4:12",
        ),
    ]


def test_a_reached_file_that_cannot_be_parsed_is_a_fault() -> None:
    found = source({"m.py": "import n\ndef f(): ...", "n.py": "def"}).signature(FunctionRef(module="m", name="f"), AT)
    assert not isinstance(found, Signature)
    assert [(fault.code, str(fault.place), fault.related) for fault in found] == [("FO404", "n.py:1:4", ())]


def test_installed_packages_and_missing_modules_are_left_alone() -> None:
    text = "import not_installed.at_all as x\nfrom . import nothing\nfrom .. import more\ndef f(): return x.y, nothing, more"
    assert covered({"src/m.py": text}).files == ("src/m.py",)
