"""Finding flyteops.yaml on a disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from flyteops.model.errors import InvalidProject, OutsideFailed
from flyteops.settings import load_settings


def load(start, **flags):
    return load_settings(start, environ={}, flags=flags)


def fault(start):
    with pytest.raises(InvalidProject) as invalid:
        load(start)
    (only,) = invalid.value.diagnostics
    return only.code, only.message


def test_the_nearest_one_upwards(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "flyteops.yaml").write_text("project: outer")
    assert (load(inner).project, load(inner).root) == ("outer", tmp_path)
    (tmp_path / "a" / "flyteops.yaml").write_text("project: inner")
    assert (load(inner).project, load(inner).root) == ("inner", tmp_path / "a")


def test_never_beyond_the_repository(tmp_path):
    (tmp_path / "flyteops.yaml").write_text("project: outer")
    top = tmp_path / "repository"
    (top / "a").mkdir(parents=True)
    (top / ".git").write_text("gitdir: elsewhere")
    assert fault(top / "a") == (
        "FO520",
        f"no flyteops.yaml for {top / 'a'}: none up to {top}, the top of the git repository",
    )


def test_the_other_ending_is_named(tmp_path):
    (tmp_path / "flyteops.yml").write_text("project: x")
    assert fault(tmp_path) == (
        "FO520",
        f"no flyteops.yaml for {tmp_path}: {tmp_path / 'flyteops.yml'} is not read: rename it to .yaml",
    )


def test_a_relative_start(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "flyteops.yaml").write_text("project: x")
    monkeypatch.chdir(tmp_path / "a")
    assert load(Path()).root == tmp_path
    assert load(Path("..")).root.resolve() == tmp_path


def test_a_file_that_cannot_be_read(tmp_path, monkeypatch):
    (tmp_path / "flyteops.yaml").write_text("project: x")

    def failing(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", failing)
    with pytest.raises(OutsideFailed) as failed:
        load(tmp_path)
    assert failed.value.message == f"{tmp_path / 'flyteops.yaml'} cannot be read: Permission denied"
