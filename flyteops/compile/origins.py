"""Where each effective value was written, found when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict

from flyteops.model.diagnostics import Place
from flyteops.source.tree import Mapping


class Origins(Dict[str, Place]):
    """Addresses and fields (`task/prep`, `task/prep.resources.gpu`) to places; the trees are walked on demand."""

    __slots__ = ("_bodies",)

    def __init__(self, bodies: Dict[str, tuple[Place, Mapping]]) -> None:
        self._bodies = bodies

    def __getitem__(self, key: str) -> Place:
        if key in self._bodies:
            return self._bodies[key][0]
        address, _, rest = _split(key, self._bodies)
        body: Mapping | None = self._bodies[address][1]
        while rest and body is not None:
            entry = next((each for each in body.entries if _begins(rest, each.key.text)), None)
            if entry is None:
                break
            if rest == entry.key.text:
                return entry.value.place
            rest = rest[len(entry.key.text) + 1 :]
            body = entry.value if isinstance(entry.value, Mapping) else None
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        for address, (_, body) in self._bodies.items():
            yield address
            yield from _paths(address, body)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _split(key: str, bodies: Dict[str, tuple[Place, Mapping]]) -> tuple[str, str, str]:
    """The address and the path; the name of a task may have dots itself."""
    at = key.find(".")
    while at >= 0:
        if key[:at] in bodies:
            return key[:at], ".", key[at + 1 :]
        at = key.find(".", at + 1)
    raise KeyError(key)


def _begins(path: str, name: str) -> bool:
    return path == name or path.startswith(name + ".")


def _paths(prefix: str, body: Mapping) -> Iterator[str]:
    for entry in body.entries:
        path = f"{prefix}.{entry.key.text}"
        yield path
        if isinstance(entry.value, Mapping):
            yield from _paths(path, entry.value)
