"""Where a value was written: its place, and in words by whom (itself, a default, a profile, an overlay, `like:`)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping

from flyteops.model.diagnostics import Place
from flyteops.model.frozen import frozen
from flyteops.model.ids import SECTIONS, EntityId
from flyteops.source.manifests import FileManifest

_PROFILES = {
    "resources": "profile",
    "images": "image",
    "node_pools": "node pool",
    "actors": "actor",
    "pod_templates": "pod template",
    "secrets": "secret",
}


@frozen(kw_only=False)
class _Region:
    """A part of a file: an entry of a section, or its `defaults` (then the section is empty)."""

    section: str = ""
    name: str = ""


class Writers:
    """Who wrote what stands at a place."""

    def __init__(self, manifests: Iterable[FileManifest], *, settings_file: str) -> None:
        self._settings_file = settings_file
        self._files: dict[str, tuple[list[tuple[int, int]], list[_Region], str | None]] = {}
        for manifest in manifests:
            marks = sorted(_marks(manifest), key=lambda mark: mark[0])
            self._files[manifest.path] = [at for at, _ in marks], [region for _, region in marks], manifest.domain

    def writer(self, place: Place, entity: EntityId) -> str:
        """`` for the entity's own declaration, else who wrote the value that the entity has."""
        if place.path == self._settings_file:
            return "the project's defaults"
        known = self._files.get(place.path)
        if known is None:
            return "the function" if place.path.endswith(".py") else ""
        starts, regions, domain = known
        at = bisect_right(starts, (place.line, place.column)) - 1
        region = regions[at] if at >= 0 else _Region(entity.kind, entity.name)
        overlay = f"overlay {domain}" if domain else ""
        if not region.section:
            return f"defaults of the {overlay}" if domain else "the file's defaults"
        if region.section in _PROFILES:
            own = f"{_PROFILES[region.section]} {region.name}"
        elif region.section != SECTIONS[entity.kind] or region.name == entity.name:
            own = ""
        else:
            own = f"like {region.name}"
        return ", ".join(word for word in (own, overlay) if word)


def _marks(manifest: FileManifest) -> Iterable[tuple[tuple[int, int], _Region]]:
    for section, entities in manifest.sections.items():
        for entity in entities:
            yield (entity.name.place.line, entity.name.place.column), _Region(section, entity.name.text)
    if manifest.defaults is not None:
        yield (manifest.defaults.place.line, manifest.defaults.place.column), _Region()


class Places:
    """The places of a program's values, looked up by the owner's address and a dotted path."""

    def __init__(self, origins: Mapping[str, Place]) -> None:
        self._known = dict(origins)
        self._maps = {key.rpartition(".")[0] for key in self._known}

    def get(self, key: str) -> Place | None:
        """The place of exactly this key."""
        return self._known.get(key)

    def of(self, owner: str, path: str) -> Place | None:
        """The place of a value, or of the short form (`retries: 3`) or list that gave it; None when nobody wrote it."""
        key = exact = f"{owner}.{path}"
        for side in ("limit", "request"):
            # An amount is shown as one value; laid over, its map still stands where the lowest layer wrote it.
            if f"{exact}.{side}" in self._known:
                return self._known[f"{exact}.{side}"]
        while len(key) > len(owner):
            if key in self._known:
                # A map that says other things says nothing of this one; `cache: true` is an empty one.
                apart = key in self._maps or key.endswith(".cache")
                return None if key != exact and apart else self._known[key]
            key = key.rpartition(".")[0]
        return None
