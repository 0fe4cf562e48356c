"""YAML text: quoted, sorted, and read back as it was."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flyteops.argo import object_text

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
BODIES = st.dictionaries(
    TEXT,
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXT,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=10,
    ),
    min_size=1,
)


@given(BODIES)
def test_whatever_is_written_is_read_back(body: dict[str, Any]) -> None:
    assert yaml.safe_load(object_text(body)) == body


@given(BODIES)
def test_the_c_reader_agrees(body: dict[str, Any]) -> None:
    assert yaml.load(object_text(body), Loader=yaml.CSafeLoader) == body


def test_the_form() -> None:
    body = {"y": "no", "b": {"a/b": 1, "list": [{"z": [], "a": {}}, ["x", {"k": True}], None]}, "on": "1:30"}
    assert object_text(body) == (  # type: ignore[arg-type]
        'b:\n  "a/b": 1\n  list:\n    - a: {}\n      z: []\n    -\n      - "x"\n      - k: true\n    - null\n'
        '"on": "1:30"\n"y": "no"\n'
    )


@pytest.mark.parametrize("word", ["y", "n", "Yes", "NO", "on", "Off", "true", "Null", "none"])
def test_keys_that_yaml_takes_for_something_else_are_quoted(word: str) -> None:
    assert object_text({word: 1}) == f'"{word}": 1\n'
