"""The published schemas are what the language's tables of fields make, and every file of ours fits them."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flyteops.source.reader import read_yaml
from flyteops.source.scalars import core_value
from flyteops.source.tree import Mapping, Scalar, TreeNode

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "schemas").glob("*.json")}
FILES = sorted(
    path
    for folder in ("pipelines", "tests/golden", "flyteops/cli/templates")
    for path in (ROOT / folder).rglob("*.yaml")
    if not {"manifests", ".flyteops", "k8s"} & set(path.parts)
)


def test_every_schema_is_what_the_tables_make() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "schemas").glob("*.json")}
    made: dict[str, str] = runpy.run_path(str(ROOT / "tools" / "schemas.py"))["schemas"]()
    assert there == made, "run: python tools/schemas.py"


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_schema_is_one_with_an_example_that_fits(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"]
    assert schema["description"]
    assert [found.message for found in Draft202012Validator(schema).iter_errors(schema["examples"][0])] == []


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_key_is_described_and_no_other_is_taken(name: str) -> None:
    for table in tables(SCHEMAS[name]):
        assert table["additionalProperties"] is False
        assert [key for key, field in table["properties"].items() if not field.get("description")] == []


def tables(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object of a schema that names its keys."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield schema
        for each in schema.values():
            yield from tables(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from tables(each)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_of_the_examples_fits_its_schema(path: Path) -> None:
    name = "project.v1.json" if path.name == "flyteops.yaml" else "declarations.v1.json"
    text = path.read_bytes().replace(b"PROJECT_NAME", b"name")
    root, faults = read_yaml(str(path), text)
    assert not faults
    assert root is not None
    assert [found.message for found in Draft202012Validator(SCHEMAS[name]).iter_errors(plain(root))] == []


def plain(node: TreeNode) -> Any:
    """The document as an editor sees it."""
    match node:
        case Scalar():
            return core_value(node)
        case Mapping():
            return {name: plain(value) for name, value in node.items()}
    return [plain(item) for item in node.items]
