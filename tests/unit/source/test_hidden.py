"""Imports of files that git ignores: told at their line, wherever they stand in code that runs."""

from __future__ import annotations

import pytest

from flyteops.model.works import FunctionRef
from flyteops.source.python import Signature
from tests.unit.source.python_project import AT, source

IGNORED = frozenset({"src/hidden.py", "src/pkg/secret.py", "src/pkg/made/__init__.py", "src/pkg/made/deep.py"})
FILES = {
    "src/pkg/__init__.py": "",
    "src/pkg/plain.py": "named = 1\n",
    "src/pkg/beside.py": "from pkg.secret import key\n",
    "src/pkg/folder/inside.py": "",
}


def told(head: str, body: str = "return 1") -> list[str]:
    text = f"{head}\ndef f() -> int:\n    {body}\n"
    project = source({**FILES, "src/pkg/m.py": text}, roots=("src",), ignored=IGNORED)
    found = project.signature(FunctionRef(module="pkg.m", name="f"), AT)
    assert isinstance(found, Signature), found
    assert {each.code for each in found.warnings} <= {"FO470"}
    return [f"{each.place} {each.message.split()[2]} {each.message.split()[-1]}" for each in found.warnings]


TOLD = [
    ("import hidden", "return hidden.n", ['src/pkg/m.py:1:1 "hidden" src/hidden.py']),
    ("import hidden as h, numpy", "return 1", ['src/pkg/m.py:1:1 "hidden" src/hidden.py']),
    ("from hidden import n", "return n", ['src/pkg/m.py:1:1 "hidden" src/hidden.py']),
    ("", "import hidden", ['src/pkg/m.py:3:5 "hidden" src/hidden.py']),
    ("from pkg import secret, plain", "return 1", ['src/pkg/m.py:1:1 "pkg.secret" src/pkg/secret.py']),
    ("from . import secret", "return 1", ['src/pkg/m.py:1:1 "pkg.secret" src/pkg/secret.py']),
    ("from .secret import *", "return 1", ['src/pkg/m.py:1:1 "pkg.secret" src/pkg/secret.py']),
    ("from pkg import beside", "return beside.key", ['src/pkg/beside.py:1:1 "pkg.secret" src/pkg/secret.py']),
    (
        "import pkg.made.deep",
        "return 1",
        [
            'src/pkg/m.py:1:1 "pkg.made" src/pkg/made/__init__.py',
            'src/pkg/m.py:1:1 "pkg.made.deep" src/pkg/made/deep.py',
        ],
    ),
    ("try:\n    import hidden\nexcept ImportError:\n    hidden = None", "return 1",
     ['src/pkg/m.py:2:5 "hidden" src/hidden.py']),
]  # fmt: skip
SILENT = [
    ("import numpy, os.path, pkg.plain", "return 1"),
    ("from pkg.plain import named", "return named"),
    ("from pkg.folder import inside, gone", "return 1"),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import hidden", "return 1"),
    ("from ... import hidden", "return 1"),
    ("text = 'import hidden'", "return 1"),
]


@pytest.mark.parametrize(("head", "body", "wanted"), TOLD, ids=[each[0] or each[1] for each in TOLD])
def test_an_import_of_an_ignored_file_is_told(head: str, body: str, wanted: list[str]) -> None:
    assert told(head, body) == wanted


@pytest.mark.parametrize(("head", "body"), SILENT, ids=[each[0] for each in SILENT])
def test_other_imports_are_not(head: str, body: str) -> None:
    assert told(head, body) == []


@pytest.mark.parametrize(("roots", "wanted"), [(("a", "b"), ["a/m.py:1:1"]), (("b", "a"), [])])
def test_the_first_root_wins_as_in_python(roots: tuple[str, ...], wanted: list[str]) -> None:
    files: dict[str, str | bytes] = {
        "a/m.py": "import hidden\ndef f() -> int:\n    return 1\n",
        "b/hidden.py": "n = 1\n",
    }
    project = source(files, roots=roots, ignored=frozenset({"a/hidden.py"}))
    found = project.signature(FunctionRef(module="m", name="f"), AT)
    assert isinstance(found, Signature)
    assert [str(each.place) for each in found.warnings] == wanted
