"""A store in memory: the hand-written fake of the port."""

from __future__ import annotations

from pathlib import Path

from flyteops.ports.store import StoreFailed


class MemoryStore:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        self._check(key)
        return self.objects.get(key)

    def create(self, key: str, data: bytes) -> bool:
        self._check(key)
        if key in self.objects:
            return False
        self.objects[key] = data
        return True

    def replace(self, key: str, data: bytes, *, expected: bytes | None) -> bool:
        self._check(key)
        if self.objects.get(key) != expected:
            return False
        self.objects[key] = data
        return True

    def put_file(self, key: str, path: str) -> None:
        self._check(key)
        try:
            self.objects.setdefault(key, Path(path).read_bytes())
        except OSError as error:
            raise StoreFailed(str(error), retryable=False) from error

    def fetch_file(self, key: str, path: str) -> None:
        self._check(key)
        if key not in self.objects:
            raise StoreFailed(f"no object {key}", retryable=False)
        Path(path).write_bytes(self.objects[key])

    def size(self, key: str) -> int | None:
        self._check(key)
        return len(self.objects[key]) if key in self.objects else None

    def list(self, prefix: str) -> list[str]:
        return sorted(key for key in self.objects if key.startswith(prefix))

    def delete(self, key: str) -> None:
        self._check(key)
        self.objects.pop(key, None)

    def uri(self, key: str) -> str:
        self._check(key)
        return f"memory:///{key}"

    @staticmethod
    def _check(key: str) -> None:
        if any(part in ("", ".", "..") for part in key.split("/")):
            raise StoreFailed(f"{key!r} is no key", retryable=False)
