"""Base and overlays to one body per entity: duplicates, `like:` chains, defaults. Knows no field but these."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import texts_in, without
from flyteops.compile.long_forms import with_long_variables
from flyteops.compile.merged import merged_faults
from flyteops.model.diagnostics import Place, Related
from flyteops.model.frozen import frozen
from flyteops.source.fields import ENTITIES
from flyteops.source.fields.tasks import KINDS
from flyteops.source.manifests import EntityManifest, FileManifest
from flyteops.source.merging import VALUES, null_over_nothing
from flyteops.source.scalars import is_null
from flyteops.source.tree import Entry, Mapping, Scalar, TreeNode

SECTIONS = tuple(ENTITIES)
_DEFAULTS_OF = {"tasks": "task", "workflows": "workflow", "launch_plans": "launch_plan"}
_PROFILED = frozenset({"resources", "image"})
"""Fields where a name may stand: a map over a name is laid over the profile of that name."""
_AMOUNTS = {"cpu": ("request",), "memory": ("request", "limit"), "ephemeral_storage": ("request", "limit")}
"""Fields whose plain value says these: a map over it is laid over them."""
_IDENTITY = {"tasks": KINDS, "workflows": ("nodes",), "launch_plans": ("workflow",)}
"""What an entity cannot be without: a declaration in an overlay that lacks it changes something of the base."""


@frozen
class Declared:
    """One entity of a domain with its effective body: overlays and `like:` laid, defaults filled in."""

    section: str
    name: str
    place: Place
    body: Mapping
    sound: bool = True
    own: frozenset[str] = frozenset()
    """The fields that no default gave."""


@frozen
class Layers:
    """All declarations of one domain, by section and name; and the moves. `task_defaults` are the project's."""

    sections: Dict[str, Dict[str, Declared]]
    task_defaults: tuple[Entry, ...] = ()
    moved: tuple[tuple[Scalar, Scalar], ...] = ()
    pickles: tuple[str, ...] = ()
    """Classes of the whole domain that may travel as pickles, as patterns."""
    file_pickles: Dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The same for the entities of one file, which its own defaults name."""

    def section(self, name: str) -> Dict[str, Declared]:
        """The entities of a section."""
        return self.sections.get(name, {})

    def pickles_of(self, path: str) -> tuple[str, ...]:
        """The patterns of classes that entities of a file may carry as pickles; its own list replaces the domain's."""
        return self.file_pickles.get(path, self.pickles)


@dataclass(slots=True)
class _Stack:
    """What is known of an entity while layers are laid."""

    manifest: EntityManifest
    body: Mapping
    file_defaults: Mapping | None
    sound: bool = True
    layered: bool = False
    """Whether an overlay has a hand in it."""
    liked: Mapping | None = field(default=None)


def layers_of(
    manifests: Iterable[FileManifest],
    *,
    domain: str,
    project_defaults: Mapping | None,
    faults: Faults,
) -> Layers:
    """The declarations of a domain."""
    base = [manifest for manifest in manifests if manifest.domain is None]
    overlays = [manifest for manifest in manifests if domain_of(manifest) == domain]
    stacks: dict[str, dict[str, _Stack]] = {section: {} for section in SECTIONS}
    for manifest in base:
        for section, entities in manifest.sections.items():
            if section in stacks:
                _add(stacks[section], entities, manifest, faults)
    for section in SECTIONS:
        _refuse_twins(section, stacks[section], faults)
    over: dict[str, dict[str, _Stack]] = {section: {} for section in SECTIONS}
    for manifest in overlays:
        for section, entities in manifest.sections.items():
            if section in over:
                _add(over[section], entities, manifest, faults)
    for section in SECTIONS:
        if over[section]:
            _overlay(section, stacks[section], over[section], faults)
    defaults = _Defaults(project_defaults, overlays, faults)
    sections = {section: _declared(section, stacks[section], defaults, faults) for section in SECTIONS}
    moved = tuple(pair for manifest in (*base, *overlays) for pair in manifest.moved)
    task_defaults = defaults.project["task"]
    return Layers(
        sections=sections,
        moved=moved,
        task_defaults=task_defaults.entries if task_defaults is not None else (),
        pickles=_pickles((project_defaults, *(manifest.defaults for manifest in overlays))),
        file_pickles={
            manifest.path: texts_in(manifest.defaults, "pickle")
            for manifest in base
            if manifest.defaults is not None and manifest.defaults.get("pickle") is not None
        },
    )


def _pickles(defaults: Iterable[Mapping | None]) -> tuple[str, ...]:
    """The last list counts, as lists replace; null takes it away."""
    found: tuple[str, ...] = ()
    for each in defaults:
        if each is not None and each.get("pickle") is not None:
            found = texts_in(each, "pickle")
    return found


def domain_of(manifest: FileManifest) -> str | None:
    """The domain a file is an overlay for; None for the base."""
    return manifest.domain


def _add(known: dict[str, _Stack], entities: Iterable[EntityManifest], manifest: FileManifest, faults: Faults) -> None:
    for entity in entities:
        name = entity.name.text
        earlier = known.get(name)
        if earlier is None:
            own_defaults = manifest.defaults if manifest.domain is None else None
            layered = manifest.domain is not None
            known[name] = _Stack(entity, entity.body, own_defaults, sound=entity.sound, layered=layered)
            continue
        faults.add(
            "FO269",
            f'"{name}" is declared twice in {entity.section}',
            at=entity.name.place,
            help="a name is declared once in the project: delete one, or give it another name",
            related=(Related(place=earlier.manifest.name.place, label="first declared here"),),
        )


def _refuse_twins(section: str, known: Dict[str, _Stack], faults: Faults) -> None:
    by_shape: dict[str, str] = {}
    for name in sorted(known):
        if ":" in name:
            continue
        other = by_shape.setdefault(name.lower().replace("-", "_"), name)
        # Twins within one file were told when it was read.
        one_file = known[name].manifest.name.place.path == known[other].manifest.name.place.path
        if other != name and not one_file:
            faults.add(
                "FO270",
                f'"{name}" and "{other}" in {section} differ only in case, or in - against _',
                at=known[name].manifest.name.place,
                help="give one of them another name",
                related=(Related(place=known[other].manifest.name.place, label="the other one"),),
            )


def _overlay(section: str, base: dict[str, _Stack], over: Dict[str, _Stack], faults: Faults) -> None:
    for name, stack in over.items():
        known = base.get(name)
        if known is not None:
            if stack.manifest.removed:
                del base[name]
                continue
            known.body = _over(section, known.body, stack.body, faults)
            known.sound = known.sound and stack.manifest.sound
            continue
        if stack.manifest.removed:
            faults.found.append(null_over_nothing(stack.manifest.name, None))
            continue
        identity = _IDENTITY.get(section, ())
        given = any(stack.body.get(each) is not None for each in identity)
        if identity and ":" not in name and not given and not _is_like(stack):
            if not stack.manifest.sound:
                continue
            faults.add(
                "FO271",
                f'{section[:-1]} "{name}" is not in the base',
                at=stack.manifest.name.place,
                label=f"nothing to lay this over, and it has no {identity[0]}:",
                help=suggestion(name, base, kinds=section),
            )
            continue
        base[name] = stack


def _over(section: str, below: Mapping, above: Mapping, faults: Faults) -> Mapping:
    """One layer of an entity laid over another."""
    long = with_long_variables(section, below, beside=above)
    return lay_over(long, with_long_variables(section, above, beside=below), faults=faults)


def lay_over(base: Mapping, over: Mapping, *, faults: Faults, values: bool = False) -> Mapping:
    """The maps merged as `source.merging` does, and a map over a profile's name says `like:` that name."""
    merged: dict[str, Entry] = {entry.key.text: entry for entry in base.entries}
    for entry in over.entries:
        name = entry.key.text
        below = merged.get(name)
        if below is None:
            if values or not is_null(entry.value):
                merged[name] = entry if values else _fresh(entry, faults)
            else:
                faults.found.append(null_over_nothing(entry.key, entry.value))
        elif is_null(entry.value):
            del merged[name]
        else:
            laid = _laid(name, below.value, entry.value, faults, values)
            # The key of the base keeps the place where the map was begun; a replaced value is the overlay's.
            merged[name] = Entry(key=entry.key if laid is entry.value else below.key, value=laid)
    return Mapping(entries=tuple(merged.values()), place=base.place, flow=base.flow)


def _fresh(entry: Entry, faults: Faults) -> Entry:
    """An entry with nothing below it: a null inside it removes nothing either, unless it is a value."""
    node = entry.value
    if not isinstance(node, Mapping) or entry.key.text in VALUES:
        return entry
    if not any(is_null(inner.value) or isinstance(inner.value, Mapping) for inner in node.entries):
        return entry
    empty = Mapping(entries=(), place=node.place, flow=node.flow)
    return Entry(key=entry.key, value=lay_over(empty, node, faults=faults))


def _laid(name: str, below: TreeNode, over: TreeNode, faults: Faults, values: bool) -> TreeNode:
    if not isinstance(over, Mapping):
        return over
    if name in _PROFILED:
        if over.get("like") is not None:
            return over
        if isinstance(below, Scalar) and not is_null(below):
            like = Entry(key=Scalar(text="like", style="plain", place=below.place), value=below)
            return Mapping(entries=(like, *over.entries), place=over.place, flow=over.flow)
    if name in _AMOUNTS and not values and isinstance(below, Scalar):
        said = (Scalar(text=each, style="plain", place=below.place) for each in _AMOUNTS[name])
        below = Mapping(entries=tuple(Entry(key=each, value=below) for each in said), place=below.place)
    if isinstance(below, Mapping):
        return lay_over(below, over, faults=faults, values=values or name in VALUES)
    return over


# ------------------------------------------------------------------------------------------ like, defaults


class _Defaults:
    """The defaults of a domain by kind of entity: fields that an entity gets when it does not have them."""

    def __init__(self, project: Mapping | None, overlays: Iterable[FileManifest], faults: Faults) -> None:
        self.project = {kind: _of_kind(project, kind) for kind in _DEFAULTS_OF.values()}
        for manifest in overlays:
            for kind in _DEFAULTS_OF.values():
                over = _of_kind(manifest.defaults, kind)
                below = self.project[kind]
                if over is not None:
                    self.project[kind] = over if below is None else lay_over(below, over, faults=faults)

    def fill(self, section: str, stack: _Stack, body: Mapping) -> Mapping:
        """The body with the fields that only defaults give."""
        kind = _DEFAULTS_OF.get(section)
        if kind is None:
            return body
        for defaults in (_of_kind(stack.file_defaults, kind), self.project[kind]):
            if defaults is None:
                continue
            has = {entry.key.text for entry in body.entries}
            added = tuple(entry for entry in defaults.entries if entry.key.text not in has)
            if added:
                body = Mapping(entries=(*body.entries, *added), place=body.place, flow=body.flow)
        return body


def _of_kind(defaults: Mapping | None, kind: str) -> Mapping | None:
    found = defaults.get(kind) if defaults is not None else None
    return found if isinstance(found, Mapping) else None


def _declared(section: str, stacks: dict[str, _Stack], defaults: _Defaults, faults: Faults) -> dict[str, Declared]:
    found: dict[str, Declared] = {}
    for name, stack in stacks.items():
        body = stack.body
        if body.get("like") is not None:
            body = _liked(section, name, stacks, faults)
        if stack.sound and (stack.layered or body is not stack.manifest.body):
            faults.found.extend(merged_faults(section, stack.manifest.name, body))
        own = frozenset(entry.key.text for entry in body.entries)
        body = _without_nulls(defaults.fill(section, stack, body))
        place = stack.manifest.name.place
        found[name] = Declared(section=section, name=name, place=place, body=body, sound=stack.sound, own=own)
    return found


def _liked(section: str, name: str, stacks: dict[str, _Stack], faults: Faults) -> Mapping:
    """The body with what it is like laid under it; chains may be long, so none of this is recursive."""
    chain = [name]
    while (following := _follow(section, chain, stacks, faults)) is not None:
        chain.append(following)
    below: _Stack | None = None
    for each in reversed(chain):
        stack = stacks[each]
        if stack.liked is None:
            stack.liked = without(stack.body, "like")
            if below is not None and below.liked is not None:
                laid = _over(section, below.liked, stack.liked, faults)
                stack.liked = replace(laid, place=stack.body.place)
                stack.sound = stack.sound and below.sound
        below = stack
    return stacks[name].liked or stacks[name].body


def _follow(section: str, chain: list[str], stacks: dict[str, _Stack], faults: Faults) -> str | None:
    """What the last of a chain is like, when that is still to be laid."""
    stack = stacks[chain[-1]]
    like = stack.body.get("like")
    if stack.liked is not None or not isinstance(like, Scalar):
        return None
    if like.text in chain:
        ring = chain[chain.index(like.text) :]
        told = " → ".join((*ring, like.text))
        way_out = "let one of them say its fields itself"
        for each in ring:
            stacks[each].sound = False
        faults.add("FO268", f"like: goes in a ring: {told}", at=like.place, help=way_out)
        return None
    if like.text not in stacks:
        stack.sound = False
        faults.add(
            "FO267",
            f'like: there is no "{like.text}" in {section}',
            at=like.place,
            help=suggestion(like.text, stacks, kinds=section),
        )
        return None
    return like.text


def _is_like(stack: _Stack) -> bool:
    return stack.body.get("like") is not None


def _without_nulls(body: Mapping) -> Mapping:
    """A null field is as good as absent, now that no default can reach it."""
    if not any(is_null(entry.value) for entry in body.entries):
        return body
    entries = tuple(entry for entry in body.entries if not is_null(entry.value))
    return Mapping(entries=entries, place=body.place, flow=body.flow)
