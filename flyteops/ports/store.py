"""An object store: keys to bytes, with the two conditional writes that commits and cache entries rest on."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


class BlobStore(Protocol):
    """Keys are `/`-separated, relative, without `.`, `..` or empty parts. A failure raises `StoreFailed`."""

    def get(self, key: str) -> bytes | None:
        """The object's bytes, or None when there is none."""

    def create(self, key: str, data: bytes) -> bool:
        """Writes the object if there is none; False when one exists. Exactly one of many callers wins."""

    def replace(self, key: str, data: bytes, *, expected: bytes | None) -> bool:
        """Compare-and-swap on the content (None: must not exist); False when it is another one now."""

    def put_file(self, key: str, path: str) -> None:
        """Stores a file under a content-addressed key; a key that exists is left alone."""

    def fetch_file(self, key: str, path: str) -> None:
        """Copies the object into a new file at `path`; raises `StoreFailed` when there is none."""

    def size(self, key: str) -> int | None:
        """Bytes of the object, or None when there is none."""

    def list(self, prefix: str) -> list[str]:
        """All keys below a prefix, sorted."""

    def uri(self, key: str) -> str:
        """The object's URI, such as `file:///…`."""


class CleanableStore(BlobStore, Protocol):
    """A store that can also forget: for what nothing names any more, never for what somebody may be reading."""

    def delete(self, key: str) -> None:
        """Takes the object away; silent when there is none."""


@runtime_checkable
class ConditionalStore(Protocol):
    """A store whose conditions of writes are kept by a server, which may accept and ignore them."""

    def faults_in_conditions(self, key: str) -> str:
        """Why they cannot be relied on; empty when they hold. Writes and deletes `key`, which is the caller's alone."""


class StoreFailed(Exception):
    """The store could not be used: `retryable` says whether another try may help."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        self.retryable = retryable
        super().__init__(message)
