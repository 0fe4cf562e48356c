"""An object store in a folder: standard library only, since it ships in every pod."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeVar

from flyteops.ports.store import StoreFailed

_CHUNK = 1 << 20
_TEMPORARY = ".tmp"
_LOCK = ".lock"
_LEFT_S = 86_400
"""A day without a write: no process is still filling that file."""
_RETRYABLE = frozenset(
    {errno.EINTR, errno.EAGAIN, errno.EIO, errno.ETIMEDOUT, errno.ESTALE, errno.EMFILE, errno.ENFILE}
)
_Answer = TypeVar("_Answer")


class FileStore:
    """Objects are files below `root`, written aside, flushed, then linked in place: whole or not there at all."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = os.path.abspath(os.fspath(root))  # noqa: PTH100 - pathlib costs 10 ms in every pod
        self._made: set[str] = set()
        self._count = 0

    def get(self, key: str) -> bytes | None:
        """The object's bytes, or None when there is none."""
        path = self._path(key)

        def read() -> bytes | None:
            try:
                with open(path, "rb") as file:  # noqa: PTH123
                    return file.read()
            except FileNotFoundError:
                return None

        return self._guarded("read", key, read)

    def create(self, key: str, data: bytes) -> bool:
        """Writes the object if there is none; of many callers the one whose link succeeds wins."""
        path = self._path(key)
        return self._guarded("write", key, lambda: self._link(path, lambda file: _write_all(file, data)))

    def replace(self, key: str, data: bytes, *, expected: bytes | None) -> bool:
        """Compare-and-swap on the content, under one lock for the whole store."""
        if expected is None:
            return self.create(key, data)
        path = self._path(key)

        def swap() -> bool:
            self._make_folder(self.root)
            with open(os.path.join(self.root, _LOCK), "ab") as lock:  # noqa: PTH118, PTH123
                fcntl.flock(lock, fcntl.LOCK_EX)
                if self.get(key) != expected:
                    return False
                temporary = self._written_aside(lambda file: _write_all(file, data))
                os.replace(temporary, path)  # noqa: PTH105
                _flush_folder(os.path.dirname(path))  # noqa: PTH120
                return True

        return self._guarded("write", key, swap)

    def put_file(self, key: str, path: str) -> None:
        """Stores a file under a content-addressed key whose last part is its SHA-256; checked while copying."""
        target = self._path(key)
        if self.size(key) is not None:
            return

        def fill(file: BinaryIO) -> None:
            found = _copy_into(path, file)
            wanted = key.rpartition("/")[2]
            if found != wanted:
                raise StoreFailed(f"{path} changed while it was stored: expected {wanted}, got {found}", retryable=True)

        self._guarded("write", key, lambda: self._link(target, fill))

    def fetch_file(self, key: str, path: str) -> None:
        """Copies the object into a new file at `path`."""
        source = self._path(key)

        def copy() -> None:
            partial = f"{path}.part{os.getpid()}"
            try:
                with open(partial, "xb") as file:  # noqa: PTH123
                    _copy_into(source, file)
                os.replace(partial, path)  # noqa: PTH105
            except FileNotFoundError:
                _unlink(partial)
                raise StoreFailed(f"no object {key} in the store {self.root}", retryable=False) from None
            except BaseException:
                _unlink(partial)
                raise

        self._guarded("read", key, copy)

    def size(self, key: str) -> int | None:
        """Bytes of the object, or None when there is none."""
        path = self._path(key)

        def measure() -> int | None:
            try:
                return os.stat(path).st_size  # noqa: PTH116
            except FileNotFoundError:
                return None

        return self._guarded("read", key, measure)

    def list(self, prefix: str) -> list[str]:
        """All keys that begin with `prefix`, sorted."""
        if prefix:
            self._path(prefix.rstrip("/") or "/")
        return self._guarded("list", prefix, lambda: sorted(self._keys(prefix)))

    def delete(self, key: str) -> None:
        """Takes the object away; silent when there is none."""
        path = self._path(key)
        self._guarded("delete", key, lambda: _unlink(path))

    def uri(self, key: str) -> str:
        """The object's `file:///` URI."""
        # Imported here: urllib.parse costs 5 ms and most attempts store no file.
        from urllib.parse import quote

        return f"file://{quote(self._path(key))}"

    def _path(self, key: str) -> str:
        parts = key.split("/")
        if any(part in ("", ".", "..") or "\0" in part for part in parts) or parts[0] in (_TEMPORARY, _LOCK):
            raise StoreFailed(f"{key!r} is no key: parts between slashes, without '.', '..' or empty", retryable=False)
        return os.path.join(self.root, *parts)  # noqa: PTH118

    def _keys(self, prefix: str) -> Iterator[str]:
        folder = prefix.rpartition("/")[0]
        top = os.path.join(self.root, folder) if folder else self.root  # noqa: PTH118
        for at, folders, files in os.walk(top):
            if at == self.root:
                folders[:] = [name for name in folders if name != _TEMPORARY]
            inside = os.path.relpath(at, self.root)
            for name in files:
                key = name if inside == "." else f"{inside}/{name}"
                if key.startswith(prefix) and key != _LOCK:
                    yield key

    def _link(self, path: str, fill: Callable[[BinaryIO], None]) -> bool:
        if os.path.exists(path):  # noqa: PTH110
            return False
        temporary = self._written_aside(fill)
        folder = os.path.dirname(path)  # noqa: PTH120
        try:
            self._make_folder(folder)
            os.link(temporary, path)
        except FileExistsError:
            return False
        finally:
            _unlink(temporary)
        _flush_folder(folder)
        return True

    def _written_aside(self, fill: Callable[[BinaryIO], None]) -> str:
        folder = os.path.join(self.root, _TEMPORARY)  # noqa: PTH118
        self._make_folder(folder)
        self._count += 1
        temporary = os.path.join(folder, f"{os.getpid()}-{id(self):x}-{self._count}-{os.urandom(6).hex()}")  # noqa: PTH118
        try:
            with open(temporary, "xb") as file:  # noqa: PTH123
                fill(file)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            _unlink(temporary)
            raise
        if self._count == 1:
            _sweep(folder, now_s=os.stat(temporary).st_mtime)  # noqa: PTH116
        return temporary

    def _make_folder(self, folder: str) -> None:
        if folder not in self._made:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103
            self._made.add(folder)

    def _guarded(self, verb: str, key: str, act: Callable[[], _Answer]) -> _Answer:
        try:
            return act()
        except OSError as error:
            reason = error.strerror or str(error)
            message = f"cannot {verb} {key} in the store {self.root}: {reason}"
            raise StoreFailed(message, retryable=error.errno in _RETRYABLE) from error


def _write_all(file: BinaryIO, data: bytes) -> None:
    file.write(data)


def _copy_into(path: str, file: BinaryIO) -> str:
    """Copies a file's bytes and returns their SHA-256."""
    hasher = hashlib.sha256()
    with open(path, "rb") as source:  # noqa: PTH123
        while chunk := source.read(_CHUNK):
            hasher.update(chunk)
            file.write(chunk)
    return hasher.hexdigest()


def _flush_folder(folder: str) -> None:
    """Makes a new name survive a power loss."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: str, *, now_s: float) -> None:
    """Takes away what killed processes left half written; by the file system's own clock, which dates them all."""
    for name in os.listdir(folder):  # noqa: PTH208
        path = os.path.join(folder, name)  # noqa: PTH118
        try:
            if now_s - os.stat(path).st_mtime > _LEFT_S:  # noqa: PTH116
                os.unlink(path)  # noqa: PTH108
        except OSError:
            continue  # somebody else sweeps too, or it is not ours to delete


def _unlink(path: str) -> None:
    try:
        os.unlink(path)  # noqa: PTH108
    except FileNotFoundError:
        return
