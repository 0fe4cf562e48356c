"""An object store behind obstore: S3 and what speaks it, Google Cloud Storage, Azure. The only door of obstore.

Ships in every pod: nothing but the standard library is imported before the first store is opened. Credentials come from
the environment as the clouds' own tools read it; they are never an argument, and no message holds one.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from flyteops.ports.store import StoreFailed

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Library

_CHUNK = 8 << 20
_SLICE_S = 0.2
"""How long an interrupt waits at most: the library looks for one only when its call has ended."""
_TIMEOUT = "30s"
_CONNECT_TIMEOUT = "5s"
_RETRIES = 4
_RETRY_S = 40
_MARK = "flyteopswrite"
"""The name of the nonce that each conditional write carries; Azure takes letters and digits only."""
_NO_CREDENTIALS = "169.254.169.254"
_QUERY = re.compile(r"\?\S+")
_TRIES = re.compile(r" in [0-9.]+\S*s, after (\d+) retries, max_retries: \d+, retry_timeout: \S+\s+-")
_WORDS = 300
_Answer = TypeVar("_Answer")
_opened_in: list[int] = []


class ObjectStore:
    """Objects below `scheme://bucket/prefix`."""

    def __init__(self, uri: str) -> None:
        scheme, _, rest = uri.partition("://")
        bucket, _, prefix = rest.partition("/")
        self._uri = uri.rstrip("/")
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._library = _opened(scheme, bucket, self._uri)

    def get(self, key: str) -> bytes | None:
        """The object's bytes, or None when there is none."""
        found = self._read(key)
        return None if found is None else found[0]

    def create(self, key: str, data: bytes) -> bool:
        """Writes the object if there is none: `If-None-Match: *`."""
        return self._conditional(key, data, mode="create")

    def replace(self, key: str, data: bytes, *, expected: bytes | None) -> bool:
        """Compare-and-swap on the content, by the tag of what was read: `If-Match`."""
        if expected is None:
            return self.create(key, data)
        found = self._read(key)
        if found is None or found[0] != expected:
            return False
        return self._conditional(key, data, mode=found[1])

    def put_file(self, key: str, path: str) -> None:
        """Stores a file under a key whose last part is its SHA-256; where it differs, nothing is stored."""
        if self.size(key) is not None:
            return
        wanted = key.rpartition("/")[2]
        self._ask("write", key, lambda at: _library().put(self._library, at, _checked(path, wanted)))

    def fetch_file(self, key: str, path: str) -> None:
        """Copies the object into a new file at `path`, a range at a time."""
        size = self.size(key)
        if size is None:
            raise StoreFailed(f"no object {key} in the store {self._uri}", retryable=False)
        partial = f"{path}.part{os.getpid()}"
        try:
            with open(partial, "xb") as file:  # noqa: PTH123 - pathlib costs 10 ms in every pod
                file.writelines(self._range(key, start, min(start + _CHUNK, size)) for start in range(0, size, _CHUNK))
            os.replace(partial, path)  # noqa: PTH105
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreFailed(f"cannot keep {key} at {path}: {reason}", retryable=False) from error
        finally:
            if os.path.exists(partial):  # noqa: PTH110
                os.unlink(partial)  # noqa: PTH108

    def size(self, key: str) -> int | None:
        """Bytes of the object, or None when there is none."""

        def measure(at: str) -> int | None:
            try:
                return int(_library().head(self._library, at)["size"])
            except FileNotFoundError:
                return None

        return self._ask("read", key, measure)

    def list(self, prefix: str) -> list[str]:
        """All keys that begin with `prefix`, sorted; every page or a failure."""
        folder = prefix.rpartition("/")[0]
        at = f"{self._prefix}{folder}".rstrip("/") or None

        def keys(_: str) -> list[str]:
            pages = _library().list(self._library, at)
            names = [meta["path"].removeprefix(self._prefix) for page in pages for meta in page]
            return sorted(name for name in names if name.startswith(prefix))

        return self._ask("list", prefix.rstrip("/") or "everything", keys)

    def delete(self, key: str) -> None:
        """Takes the object away; silent when there is none."""

        def forget(at: str) -> None:
            try:
                _library().delete(self._library, at)
            except FileNotFoundError:
                return

        self._ask("delete", key, forget)

    def uri(self, key: str) -> str:
        """The object's URI, such as `s3://bucket/prefix/key`."""
        _check(key)
        return f"{self._uri}/{key}"

    def faults_in_conditions(self, key: str) -> str:
        """Why the server's conditional writes cannot be relied on; empty when they hold. Writes and deletes `key`."""
        try:
            self.delete(key)
            if not self.create(key, b"first"):
                return "a new object could not be created on condition that there is none"
            if self.create(key, b"second"):
                return "it writes over an object that shall only be created (If-None-Match is ignored)"
            before = self._read(key)
            if before is None or before[0] != b"first":
                return "what was written is not read back"
            if not self._conditional(key, b"third", mode=before[1]):
                return "it does not replace the object that was expected (If-Match)"
            if self._conditional(key, b"fourth", mode=before[1]):
                return "it replaces an object that is not the expected one (If-Match is ignored)"
        finally:
            self.delete(key)
        return ""

    def _read(self, key: str) -> tuple[bytes, dict[str, str]] | None:
        """The bytes and the tag by which a write may name them."""

        def read(at: str) -> tuple[bytes, dict[str, str]] | None:
            try:
                found = _library().get(self._library, at)
            except FileNotFoundError:
                return None
            tag = {"e_tag": found.meta["e_tag"] or "", "version": found.meta["version"] or ""}
            # A part that is None is refused by the library.
            return bytes(found.bytes()), {name: value for name, value in tag.items() if value}

        return self._ask("read", key, read)

    def _range(self, key: str, start: int, end: int) -> bytes:
        return self._ask("read", key, lambda at: bytes(_library().get_range(self._library, at, start=start, end=end)))

    def _conditional(self, key: str, data: bytes, *, mode: str | dict[str, str]) -> bool:
        """One conditional write. A refusal or a broken connection may follow a write that was made and whose answer was
        lost (the library tries again, some servers answer before the body was sent): the nonce in it settles that."""
        nonce = os.urandom(16).hex()

        def write(at: str) -> bool:
            from obstore import exceptions

            options: dict[str, Any] = {"mode": mode, "attributes": {_MARK: nonce}, "use_multipart": False}
            try:
                _library().put(self._library, at, data, **options)
            except (exceptions.AlreadyExistsError, exceptions.PreconditionError, FileNotFoundError):
                return self._mark_at(at) == nonce
            except exceptions.GenericError:
                mark = self._mark_at(at)
                if mark == nonce:
                    return True
                if mark is not None and mode == "create":
                    return False
                raise
            return True

        return self._ask("write", key, write)

    def _mark_at(self, at: str) -> str | None:
        """The nonce of the write that made an object; empty without one, None when there is no object."""
        try:
            return str(_library().get(self._library, at).attributes.get(_MARK, ""))
        except FileNotFoundError:
            return None

    def _ask(self, verb: str, key: str, act: Callable[[str], _Answer]) -> _Answer:
        """Calls the library on a thread, and names every failure."""
        _check(key)
        from obstore.exceptions import BaseError

        try:
            return _interruptible(lambda: act(self._prefix + key))
        except (BaseError, OSError, ValueError) as error:
            raise self._failed(verb, key, error) from error

    def _failed(self, verb: str, key: str, error: Exception) -> StoreFailed:
        from obstore import exceptions

        what = f"cannot {verb} {key} in the store {self._uri}"
        match error:
            case exceptions.UnauthenticatedError() | exceptions.PermissionDeniedError():
                why, retryable = "the server does not permit it to these credentials", False
            case FileNotFoundError():
                why, retryable = "there is no such bucket", False
            case exceptions.GenericError() if _NO_CREDENTIALS in str(error):
                why, retryable = (
                    "no credentials were found: export those of the cloud, such as AWS_ACCESS_KEY_ID",
                    False,
                )
            case exceptions.GenericError():
                why, retryable = _said(error), True
            case _:
                why, retryable = _said(error), False
        return StoreFailed(f"{what}: {why}", retryable=retryable)


def _opened(scheme: str, bucket: str, uri: str) -> Library:
    """The library's store for a bucket; `StoreFailed` where it is not installed, or says no to the settings."""
    try:
        _import_beside()
        from obstore import exceptions, store
    except ImportError as missing:
        raise StoreFailed(
            f"the store {uri} needs obstore, which is not installed here: pip install 'flyteops[store]'",
            retryable=False,
        ) from missing
    _check_process()
    shared: dict[str, Any] = {
        "client_options": {"timeout": _TIMEOUT, "connect_timeout": _CONNECT_TIMEOUT, "allow_http": _plain_http()},
        "retry_config": {"max_retries": _RETRIES, "retry_timeout": _timeout()},
    }
    try:
        match scheme:
            case "s3":
                return store.S3Store(bucket, region=_region(), **shared)
            case "gs":
                return store.GCSStore(bucket, **shared)
            case "az":
                return store.AzureStore(bucket, **shared)
            case _:
                raise StoreFailed(f"the store {uri} is none of s3:, gs:, az:", retryable=False)
    except (exceptions.BaseError, ValueError) as error:
        raise StoreFailed(f"the store {uri} cannot be opened: {_said(error)}", retryable=False) from error


def _import_beside() -> None:
    """Imports the library, which a user's interpreter may lack, from where our own package lies: it fits any Python."""
    try:
        import obstore.store
    except ImportError:
        folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
        sys.path.append(folder)
        try:
            import obstore.store  # noqa: F401
        finally:
            sys.path.remove(folder)


def _region() -> str:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


def _plain_http() -> bool:
    """Only where the environment names such an endpoint itself."""
    names = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT", "AZURE_STORAGE_ENDPOINT")
    return any(os.environ.get(name, "").startswith("http://") for name in names)


def _timeout() -> Any:
    from datetime import timedelta

    return timedelta(seconds=_RETRY_S)


def _library() -> Any:
    import obstore

    _check_process()
    return obstore


def _check_process() -> None:
    """The library hangs in a process forked after its first use: that is refused, whatever was forked and why."""
    if not _opened_in:
        _opened_in.append(os.getpid())
    elif _opened_in[0] != os.getpid():
        raise StoreFailed(
            "the store was used before this process was forked, and its client does not survive that: start the "
            "process by spawn, or read the files before forking",
            retryable=False,
        )


def _interruptible(act: Callable[[], _Answer]) -> _Answer:
    """Runs a call on a thread while the main one looks for interrupts; elsewhere as it is."""
    if threading.current_thread() is not threading.main_thread():
        return act()
    answers: list[_Answer] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(act())
        except BaseException as error:  # noqa: BLE001 - raised again where it was asked for
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_SLICE_S)
    if failures:
        raise failures[0]
    return answers[0]


def _checked(path: str, wanted: str) -> Iterator[bytes]:
    """A file's bytes; its SHA-256 is compared before the last of them is handed out: a wrong file never ends."""
    hasher = hashlib.sha256()
    with open(path, "rb") as source:  # noqa: PTH123
        held = source.read(_CHUNK)
        hasher.update(held)
        while chunk := source.read(_CHUNK):
            hasher.update(chunk)
            yield held
            held = chunk
    if hasher.hexdigest() != wanted:
        found = hasher.hexdigest()
        raise StoreFailed(f"{path} changed while it was stored: expected {wanted}, got {found}", retryable=True)
    yield held


def _check(key: str) -> None:
    if any(part in ("", ".", "..") or "\0" in part for part in key.split("/")):
        raise StoreFailed(f"{key!r} is no key: parts between slashes, without '.', '..' or empty", retryable=False)


def _said(error: Exception) -> str:
    """The first line of what the library says, without the query of a URL, which may be signed."""
    first = next(iter(str(error).strip().splitlines()), type(error).__name__)
    first = _TRIES.sub(r", tried again \1 times:", first.partition(": Error performing ")[2] or first)
    return _QUERY.sub("?…", first)[:_WORDS]
