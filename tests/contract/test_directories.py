"""Folders by content: one digest wherever they lie, looked into without fetching, read back whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from flyteops.runtime.directories import directory_present, keep_directory, keep_returned_directory, open_directory
from flyteops.runtime.endings import Ended, Mismatch
from flyteops.runtime.stored import data_key
from flyteops.types import Directory
from tests.contract.memory_store import MemoryStore


class Counting(MemoryStore):
    """A store that counts what is fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def fetch_file(self, key: str, path: str) -> None:
        self.fetched.append(key)
        super().fetch_file(key, path)


def filled(folder: Path) -> Path:
    (folder / "b" / "deep").mkdir(parents=True)
    (folder / "b" / "empty").mkdir()
    (folder / "a.csv").write_text("1,2\n")
    (folder / "b" / "same name").write_text("x")
    (folder / "b" / "deep" / "é.sh").write_text("exit\n")
    (folder / "b" / "deep" / "é.sh").chmod(0o755)
    return folder


def kept(store: MemoryStore, folder: Path) -> dict[str, Any]:
    wire = keep_directory(store, str(folder), "")
    assert isinstance(wire, dict)
    return dict(wire["$blob"])  # type: ignore[arg-type]


def test_the_listing_is_the_content(tmp_path: Path) -> None:
    store = MemoryStore()
    blob = kept(store, filled(tmp_path / "one"))
    lines = store.objects[data_key(blob["sha256"])].decode().splitlines()
    assert [(mode, path) for mode, _, _, path in (line.split(" ", 3) for line in lines)] == [
        ("644", "b/same name"),
        ("644", "a.csv"),
        ("755", "b/deep/é.sh"),
        ("dir", "b/empty"),
    ]
    assert (blob["parts"], blob["size"]) == (3, 10)
    assert kept(MemoryStore(), filled(tmp_path / "two"))["sha256"] == blob["sha256"]


def test_one_changed_mode_is_other_content(tmp_path: Path) -> None:
    folder = filled(tmp_path / "one")
    before = kept(MemoryStore(), folder)["sha256"]
    (folder / "a.csv").chmod(0o744)
    assert kept(MemoryStore(), folder)["sha256"] != before


def test_looked_into_without_fetching(tmp_path: Path) -> None:
    store = Counting()
    found = open_directory(store, kept(store, filled(tmp_path / "one")), str(tmp_path / "attempt"))
    assert [(file.name, file.size) for file in found] == [("a.csv", 4), ("b/deep/é.sh", 5), ("b/same name", 1)]
    assert (len(found), store.fetched) == (3, [])
    with found["b/same name"].open("r") as file:
        assert file.read() == "x"
    assert len(store.fetched) == 1
    with pytest.raises(KeyError):
        found["nothing"]


def test_fetched_whole(tmp_path: Path) -> None:
    store = Counting()
    found = open_directory(store, kept(store, filled(tmp_path / "one")), str(tmp_path / "attempt"))
    assert sorted(os.listdir(found)) == ["a.csv", "b"]  # noqa: PTH208
    place = Path(found.download())
    assert (place / "b" / "empty").is_dir()
    assert os.access(place / "b" / "deep" / "é.sh", os.X_OK)
    assert not os.access(place / "a.csv", os.X_OK)
    assert len(store.fetched) == 3
    assert keep_directory(store, str(place), "") == keep_directory(store, str(tmp_path / "one"), "")


def test_below_a_prefix_all_of_it_lies_there(tmp_path: Path) -> None:
    store = Counting()
    wire = keep_directory(store, str(filled(tmp_path / "one")), "", below="teams/churn")
    assert isinstance(wire, dict)
    blob: dict[str, Any] = dict(wire["$blob"])  # type: ignore[arg-type]
    assert {key[:17] for key in store.objects} == {"teams/churn/data/"}
    assert directory_present(store, blob)
    assert len(list(Path(open_directory(store, blob, str(tmp_path / "attempt")).download()).iterdir())) == 2


def test_a_stored_one_is_passed_on(tmp_path: Path) -> None:
    store = Counting()
    blob = kept(store, filled(tmp_path / "one"))
    found = open_directory(store, blob, str(tmp_path / "attempt"))
    assert keep_returned_directory(store, found, "") == {"$blob": blob}
    assert store.fetched == []


def test_one_made_by_a_function_lists_its_files(tmp_path: Path) -> None:
    assert [file.name for file in Directory(filled(tmp_path / "one"))] == ["a.csv", "b/deep/é.sh", "b/same name"]


def test_a_link_is_followed_and_a_ring_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (tmp_path / "model.bin").write_text("m")
    (folder / "model.bin").symlink_to(tmp_path / "model.bin")
    assert kept(MemoryStore(), folder)["parts"] == 1
    (folder / "up").symlink_to(folder)
    with pytest.raises(Mismatch, match="leads to a folder that it lies in"):
        kept(MemoryStore(), folder)
    (folder / "up").unlink()
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    with pytest.raises(Mismatch, match="gone leads nowhere: a Directory holds files"):
        kept(MemoryStore(), folder)
    (folder / "gone").unlink()
    os.mkfifo(folder / "pipe")
    with pytest.raises(Mismatch, match="pipe is neither a file nor a folder"):
        kept(MemoryStore(), folder)
    (folder / "pipe").unlink()
    (folder / "two\nlines").write_text("")
    with pytest.raises(Mismatch, match="a control character in its name"):
        kept(MemoryStore(), folder)


def test_what_is_returned_must_be_a_folder(tmp_path: Path) -> None:
    store = MemoryStore()
    (tmp_path / "file").write_text("")
    for value, told in (
        ("text", "the function returned str: return a pathlib.Path or a Directory"),
        (tmp_path / "file", "file is a file: declare File, or return the folder it lies in"),
        (tmp_path / "none", "there is no folder"),
    ):
        with pytest.raises(Mismatch, match=told):
            keep_returned_directory(store, value, "")


def test_damage_is_told(tmp_path: Path) -> None:
    store = MemoryStore()
    blob = kept(store, filled(tmp_path / "one"))
    assert directory_present(store, blob)
    inner = next(key for key in store.objects if store.objects[key] == b"x")
    store.objects[inner] = b"y"
    with pytest.raises(Ended, match="is damaged"):
        open_directory(store, blob, str(tmp_path / "attempt")).download()
    del store.objects[inner]
    assert not directory_present(store, blob)
    store.objects[data_key(blob["sha256"])] = b"644 1 0 ../../etc/passwd\n"
    with pytest.raises(Ended, match="is missing or damaged"):
        list(open_directory(store, blob, str(tmp_path / "attempt")))
