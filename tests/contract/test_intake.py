"""What is given by its address in a bucket is taken in by content, as a file of this machine is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flyteops.adapters.store_object import ObjectStore
from flyteops.local.launching import Intake
from flyteops.model.errors import InvalidProject
from tests import s3
from tests.contract.memory_store import MemoryStore


def taken(value: dict[str, Any], of: Any, root: Path) -> dict[str, Any]:
    intake = Intake(MemoryStore(), str(root))
    found = intake.value(value, of, label="input data")
    intake.check()
    assert isinstance(found, dict)
    return dict(next(iter(found.values())))  # type: ignore[arg-type]


def test_files_and_folders_of_a_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = s3.required(s3.seaweed())
    for name, text in server.environment.items():
        monkeypatch.setenv(name, text)
    store = ObjectStore(server.uri("intake"))
    (tmp_path / "raw" / "deep").mkdir(parents=True)
    for name, text in (("raw/a.csv", "1,2\n"), ("raw/deep/b.csv", "3\n")):
        (tmp_path / name).write_text(text)
        store.create(name, text.encode())
    for of, mark, name in (({"file": ""}, "$blob", "raw/a.csv"), ({"directory": ""}, "$blob", "raw")):
        there = taken({mark: {"uri": server.uri(f"intake/{name}")}}, of, tmp_path)
        assert there == taken({mark: {"uri": name}}, of, tmp_path)
    with pytest.raises(InvalidProject) as refused:
        taken({"$blob": {"uri": server.uri("intake/none.csv")}}, {"file": ""}, tmp_path)
    assert [each.code for each in refused.value.diagnostics] == ["FO606"]
