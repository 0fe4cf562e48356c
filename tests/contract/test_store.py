from __future__ import annotations

import hashlib
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from flyteops.adapters.store_file import FileStore
from flyteops.adapters.store_object import ObjectStore
from flyteops.ports.store import BlobStore, StoreFailed
from tests import s3
from tests.contract.memory_store import MemoryStore


@pytest.fixture(params=["file", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BlobStore:
    match request.param:
        case "file":
            return FileStore(tmp_path / "store")
        case "memory":
            return MemoryStore()
        case _:
            return in_bucket(s3.required(s3.seaweed()), monkeypatch)


def in_bucket(server: s3.Server, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """A prefix of its own in the bucket of a real server."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return ObjectStore(server.uri(f"t-{os.urandom(6).hex()}/inner"))


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

    def test_what_killed_processes_left_goes_after_a_day(self, tmp_path: Path) -> None:
        FileStore(tmp_path).create("a", b"1")
        old, young = tmp_path / ".tmp" / "1-a-1-ffff", tmp_path / ".tmp" / "1-a-2-ffff"
        for path, age_s in ((old, 90_000), (young, 80_000)):
            path.write_bytes(b"half")
            os.utime(path, (now := time.time() - age_s, now))
        (tmp_path / ".tmp" / "folder").mkdir()
        store = FileStore(tmp_path)
        assert store.get("a") == b"1"
        assert old.exists()  # reading sweeps nothing
        store.create("b", b"2")
        assert sorted(path.name for path in (tmp_path / ".tmp").iterdir()) == ["1-a-2-ffff", "folder"]
        assert store.list("") == ["a", "b"]

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


class TestObjectStore:
    @pytest.fixture
    def bucket(self, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
        return in_bucket(s3.required(s3.seaweed()), monkeypatch)

    def test_of_many_writers_one_replaces(self, bucket: ObjectStore) -> None:
        bucket.create("head", b"0")
        barrier, won = threading.Barrier(8), []

        def race(number: int) -> None:
            barrier.wait()
            if bucket.replace("head", b"n%d" % number, expected=b"0"):
                won.append(number)

        threads = [threading.Thread(target=race, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert bucket.get("head") == b"n%d" % won[0]
        assert len(won) == 1

    def test_a_file_that_changed_is_not_stored(self, bucket: ObjectStore, tmp_path: Path) -> None:
        source = tmp_path / "x"
        source.write_bytes(os.urandom(20 << 20))
        with pytest.raises(StoreFailed, match="changed while it was stored") as found:
            bucket.put_file("data/ab/" + "0" * 64, str(source))
        assert found.value.retryable
        assert bucket.list("") == []

    def test_odd_letters_in_keys(self, bucket: ObjectStore) -> None:
        keys = ["a b", "map[0]/%41/x", "ü/~,=@:&+$"]
        for key in keys:
            assert bucket.create(key, key.encode())
        assert bucket.list("") == keys
        assert [bucket.get(key) for key in keys] == [key.encode() for key in keys]

    def test_a_deleted_object_is_gone(self, bucket: ObjectStore) -> None:
        bucket.create("a", b"1")
        bucket.delete("a")
        bucket.delete("a")
        assert bucket.get("a") is None

    def test_the_server_keeps_the_conditions(self, bucket: ObjectStore) -> None:
        assert bucket.faults_in_conditions("probe/x") == ""
        assert bucket.list("") == []

    def test_a_server_that_ignores_them_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        store = in_bucket(s3.required(s3.rclone()), monkeypatch)
        assert store.faults_in_conditions("probe/xx") == (
            "it writes over an object that shall only be created (If-None-Match is ignored)"
        )

    def test_a_refused_write_whose_mark_is_ours_was_made(
        self, bucket: ObjectStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The client sent it again after the answer was lost, and the server says that there is one already."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, GenericError

        put = obstore.put
        for told in (AlreadyExistsError, GenericError):

            def lossy(*given: object, told: type[Exception] = told, **options: object) -> object:
                put(*given, **options)
                raise told("the answer was lost")

            monkeypatch.setattr(obstore, "put", lossy)
            assert bucket.create(told.__name__, b"1")
            assert bucket.replace(told.__name__, b"2", expected=b"1")
            monkeypatch.setattr(obstore, "put", put)
            assert bucket.get(told.__name__) == b"2"
            assert not bucket.create(told.__name__, b"3")

    def test_a_wrong_secret_is_told_without_it(self, bucket: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-and-never-shown")
        with pytest.raises(StoreFailed) as found:
            ObjectStore("s3://bucket/x").get("a")
        assert (str(found.value), found.value.retryable) == (
            "cannot read a in the store s3://bucket/x: the server does not permit it to these credentials",
            False,
        )

    def test_a_server_that_is_not_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in s3.Server("http://127.0.0.1:9").environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("flyteops.adapters.store_object._RETRIES", 0)
        with pytest.raises(StoreFailed) as found:
            ObjectStore("s3://bucket/x").create("a", b"1")
        assert found.value.retryable
        assert str(found.value).startswith(
            "cannot write a in the store s3://bucket/x: GET http://127.0.0.1:9/bucket/x/a"
        )
        assert s3.SECRET not in str(found.value)

    def test_without_its_library_the_way_out_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "obstore.store", None)
        with pytest.raises(StoreFailed) as found:
            ObjectStore("s3://bucket/x")
        assert str(found.value) == (
            "the store s3://bucket/x needs obstore, which is not installed here: pip install 'flyteops[store]'"
        )

    def test_a_forked_process_is_told_and_does_not_hang(self, bucket: ObjectStore) -> None:
        bucket.create("a", b"1")
        child = os.fork()
        if child == 0:
            try:
                bucket.get("a")
            except StoreFailed as failed:
                os._exit(7 if "forked" in str(failed) else 1)
            os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7

    def test_its_address(self, bucket: ObjectStore) -> None:
        assert bucket.uri("runs/x").startswith(f"s3://{s3.BUCKET}/t-")
        assert bucket.uri("runs/x").endswith("/inner/runs/x")
