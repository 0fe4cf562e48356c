from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from flyteops.adapters.store_file import FileStore
from flyteops.ports.store import BlobStore, StoreFailed
from tests.contract.memory_store import MemoryStore


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return FileStore(tmp_path / "store") if request.param == "file" else MemoryStore()


def test_what_is_not_there_is_none(store: BlobStore) -> None:
    assert store.get("a/b") is None
    assert store.size("a/b") is None
    assert store.list("") == []


def test_an_object_is_created_once(store: BlobStore) -> None:
    assert store.create("runs/r1/commit.json", b"one")
    assert not store.create("runs/r1/commit.json", b"two")
    assert store.get("runs/r1/commit.json") == b"one"
    assert store.size("runs/r1/commit.json") == 3


def test_an_empty_object_is_an_object(store: BlobStore) -> None:
    assert store.create("empty", b"")
    assert store.get("empty") == b""
    assert store.size("empty") == 0


def test_replace_compares_the_content(store: BlobStore) -> None:
    assert not store.replace("k", b"b", expected=b"a")
    assert store.replace("k", b"a", expected=None)
    assert not store.replace("k", b"b", expected=None)
    assert not store.replace("k", b"b", expected=b"x")
    assert store.replace("k", b"b", expected=b"a")
    assert store.get("k") == b"b"


def test_a_file_goes_in_and_out(store: BlobStore, tmp_path: Path) -> None:
    source = tmp_path / "x.bin"
    source.write_bytes(os.urandom(3 << 20))
    key = f"data/ab/{hashlib.sha256(source.read_bytes()).hexdigest()}"
    store.put_file(key, str(source))
    store.put_file(key, str(source))
    store.fetch_file(key, str(tmp_path / "y.bin"))
    assert (tmp_path / "y.bin").read_bytes() == source.read_bytes()
    assert store.size(key) == 3 << 20


def test_a_missing_file_is_an_error(store: BlobStore, tmp_path: Path) -> None:
    with pytest.raises(StoreFailed):
        store.fetch_file("data/ab/abc", str(tmp_path / "y"))
    with pytest.raises(StoreFailed):
        store.put_file("data/ab/abc", str(tmp_path / "nothing"))
    assert store.list("") == []
    assert not (tmp_path / "y").exists()


def test_keys_are_listed_by_prefix_and_sorted(store: BlobStore) -> None:
    for key in ("b/2", "a/1", "b/10", "bc"):
        store.create(key, b"")
    assert store.list("") == ["a/1", "b/10", "b/2", "bc"]
    assert store.list("b/") == ["b/10", "b/2"]
    assert store.list("b") == ["b/10", "b/2", "bc"]
    assert store.list("nothing/") == []


@pytest.mark.parametrize("key", ["", "/a", "a/", "a//b", "../a", "a/../../b", ".", "a/."])
def test_a_key_cannot_leave_the_store(store: BlobStore, key: str) -> None:
    with pytest.raises(StoreFailed):
        store.create(key, b"x")
    with pytest.raises(StoreFailed):
        store.get(key)


def test_of_many_callers_one_wins(store: BlobStore) -> None:
    won: list[int] = []
    barrier = threading.Barrier(8)

    def race(number: int) -> None:
        barrier.wait()
        if store.create("one", b"%d" % number):
            won.append(number)

    threads = [threading.Thread(target=race, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get("one") == b"%d" % won[0]
    assert len(won) == 1


class TestFileStore:
    def test_nothing_half_written_stays_behind(self, tmp_path: Path) -> None:
        store = FileStore(tmp_path)
        source = tmp_path / "x"
        source.write_bytes(b"x")
        with pytest.raises(StoreFailed, match="changed while it was stored") as found:
            store.put_file("data/ab/" + "0" * 64, str(source))
        assert found.value.retryable
        assert list((tmp_path / ".tmp").iterdir()) == []
        assert not (tmp_path / "data").exists()

    def test_its_own_files_are_no_objects(self, tmp_path: Path) -> None:
        store = FileStore(tmp_path)
        store.create("a", b"1")
        store.replace("a", b"2", expected=b"1")
        assert store.list("") == ["a"]
        with pytest.raises(StoreFailed):
            store.get(".tmp/x")

    def test_a_folder_that_is_no_folder_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "store").write_text("")
        with pytest.raises(StoreFailed) as found:
            FileStore(tmp_path / "store").create("a/b", b"")
        assert str(found.value) == f"cannot write a/b in the store {tmp_path}/store: File exists" or (
            "Not a directory" in str(found.value)
        )
        assert not found.value.retryable

    def test_the_address_is_quoted(self, tmp_path: Path) -> None:
        store = FileStore(tmp_path / "with space")
        assert store.uri("a/b") == f"file://{tmp_path}/with%20space/a/b"
