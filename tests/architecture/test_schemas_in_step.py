"""The published schemas are what the language's tables of fields make."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]


def test_every_schema_is_what_the_tables_make() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "schemas").glob("*.json")}
    made: dict[str, str] = runpy.run_path(str(ROOT / "tools" / "schemas.py"))["schemas"]()
    assert there == made


def test_every_schema_is_one() -> None:
    for path in (ROOT / "schemas").glob("*.json"):
        Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))
