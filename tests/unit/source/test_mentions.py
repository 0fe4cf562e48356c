"""What a text may declare and mean: never less than the truth."""

from __future__ import annotations

import pytest

from flyteops.source.imports import FirstParty, imported_files
from flyteops.source.mentions import dotted_in, fold, last_word, may_mention, outline, words_of

NAMED = {"tasks", "workflows"}

OUTLINES = {
    "plain": (
        "apiVersion: v1\ntasks:\n  a: {x: 1}\n  b-c:\n    x: 1\nworkflows:\n    d:\n      e: 1\n",
        {"a", "b_c", "d"},
        None,
    ),
    "comments and a mark": ("---\n# top\ntasks: # here\n  # there\n  a: 1\n", {"a"}, None),
    "a map in one line": ("tasks: {a: {b: 1}, 'c': 2}\n", {"a", "c"}, None),
    "quoted names": ('tasks:\n  "a b": 1\n  c: 2\n', {"a b", "c"}, None),
    "a name with an escape": ('tasks:\n  "pr\\u0065p": 1\n', {"prep"}, None),
    "an alias": ("workflows: &x\n  a: 1\ntasks: *x\n", {"a"}, None),
    "a text that looks like a section": (
        "tasks:\n  a:\n    x: |\n      tasks:\n        no: 1\n  b: 1\n",
        {"a", "b"},
        None,
    ),
    "another section": ("defaults:\n  task: {retries: 1}\ntasks:\n  a: 1\n", {"a"}, None),
    "an overlay": ("domain: production\ntasks:\n  a: 1\n", {"a"}, "production"),
    "an overlay in quotes": ('domain: "production"  # live\ntasks:\n  a: 1\n', {"a"}, "production"),
    "windows": ("tasks:\r\n  a: 1\r\n  b: 2\r\n", {"a", "b"}, None),
    "a list in the first column": ("moved:\n- {from: task/a, to: task/b}\ntasks:\n  b: 1\n", {"b"}, None),
    "a path": ("tasks:\n  lib.report:tell: {retries: 1}\n", {"lib.report:tell"}, None),
}


@pytest.mark.parametrize("name", OUTLINES)
def test_outline(name: str) -> None:
    text, names, domain = OUTLINES[name]
    found = outline("x.yaml", text.encode(), NAMED)
    assert found is not None
    assert (found.names, found.domain) == (names, domain)


def test_a_continued_text_in_a_name_s_column_hides_no_name() -> None:
    found = outline("x.yaml", b'tasks:\n  a: {d: "one\n b: two\n  c: three"}\n  e: 1\n', NAMED)
    assert found is not None
    assert {"a", "e"} <= found.names


def test_what_cannot_be_read_has_no_outline() -> None:
    assert outline("x.yaml", b"\xff", NAMED) is None
    assert outline("x.yaml", b"tasks: {a: [", NAMED) is None


def test_words_are_folded_and_escapes_are_read() -> None:
    data = b'a: $prep.rows\nb: "\\nread-me"  # Sum-Up\nc: lib.report:tell\n'
    assert {"prep", "rows", "read_me", "sum_up", "lib", "report", "tell"} <= words_of("x.yaml", data)
    assert "lib.report" in dotted_in("x.yaml", data)
    assert (fold("Read-Me"), last_word("lib.report:tell-it")) == ("read_me", "tell_it")


def test_a_file_with_escapes_may_mention_anything() -> None:
    assert may_mention(b'x: "\\u0061"', {b"prep"})
    assert may_mention(b"x: prep", {b"prep"})
    assert not may_mention(b"x: prop", {b"prep"})


MODULES = FirstParty(
    ["src/a/__init__.py", "src/a/b.py", "src/a/c/__init__.py", "src/a/c/d.py", "src/e.py", "data/x.csv"], ("src",)
)
A, B, C, D, E = "src/a/__init__.py", "src/a/b.py", "src/a/c/__init__.py", "src/a/c/d.py", "src/e.py"
IMPORTS = {
    "import e": {E},
    "x = 1; import e as f": {E},
    "import a.b": {A, B, C, D},
    "import a.b as ab": {A, B},
    "import os, e": {E},
    "from a import b": {A, B},
    "from a.c import d": {A, C, D},
    "from a import c": {A, C, D},
    "from a import (  # one )\n    b,  # two\n    c as cc,\n)": {A, B, C, D},
    "from a.b import *": {A, B},
    "from a import *": {A, B, C, D},
    "from a \\\n  import b": {A, B},
    "def f():\n    from a.b import x": {A, B},
    "load('a.c.d')": {A, C, D},
    "import importlib\nimportlib.import_module(name)": {A, B, C, D},
    "x = 'no import here'": set(),
    "import os": set(),
}


@pytest.mark.parametrize("text", IMPORTS)
def test_imports(text: str) -> None:
    assert imported_files(E, text.encode(), MODULES) == IMPORTS[text] - {E}


RELATIVE = {
    "from . import b": {A, B, C},
    "from .. import b": {A, B, C},
    "from ..b import x": {A, B, C},
    "from .d import x": {A, C},
    "from ... import e": {A, C, E},
}


@pytest.mark.parametrize("text", RELATIVE)
def test_imports_with_dots(text: str) -> None:
    found = imported_files(D, text.encode(), MODULES)
    assert found <= RELATIVE[text] | {E}
    assert {A, C} <= found
