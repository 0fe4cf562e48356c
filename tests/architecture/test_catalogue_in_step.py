"""Every code has a case and a page, and the page is what the case makes."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from flyteops.model.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"FO(?:-I)?\d{3}")
FORM = re.compile(rf"({CODE.pattern})-[a-z0-9]+(-[a-z0-9]+)*")


def generator() -> ModuleType:
    """The tool that writes the pages."""
    spec = importlib.util.spec_from_file_location("error_pages", ROOT / "tools" / "error_pages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def folders() -> list[str]:
    return sorted(path.name for path in (ROOT / "tests" / "rejects").iterdir() if path.name.startswith("FO"))


def code_of(folder: str) -> str:
    """The code that a case begins with."""
    found = CODE.match(folder)
    return found[0] if found else ""


def test_every_code_has_a_case() -> None:
    assert sorted(CATALOGUE.keys() - {code_of(name) for name in folders()}) == []


def test_every_case_is_of_a_code() -> None:
    assert [name for name in folders() if not FORM.fullmatch(name) or code_of(name) not in CATALOGUE] == []


def test_every_page_is_what_its_case_makes() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "errors").glob("*.md")}
    made = generator().pages()
    assert sorted(there.keys() ^ made.keys()) == []
    assert [name for name, text in made.items() if there[name] != text] == []


def test_every_code_is_used_once_defined() -> None:
    sources = [p.read_text(encoding="utf-8") for p in (ROOT / "flyteops").rglob("*.py") if "catalogue" not in p.parts]
    used = set(CODE.findall("\n".join(sources)))
    assert sorted(used - CATALOGUE.keys()) == []
    assert sorted(CATALOGUE.keys() - used) == []
