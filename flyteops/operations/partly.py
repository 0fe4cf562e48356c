"""A plan of a large project by its parts: only what a change can touch is compiled, a part at a time.

Whatever is not exactly as expected (a fault, a file that was read without being named, an entity that no file
declares) gives no plan here, and the project is compiled whole: this is never the only way to a plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields, replace

from flyteops.model.diagnostics import Diagnostic, Place, in_order
from flyteops.model.entities import called, calls_in
from flyteops.model.errors import InvalidProject, OutsideFailed, Refused
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId, Kind
from flyteops.model.program import Program
from flyteops.model.state import EntityRecord, Snapshot
from flyteops.model.wire import record_of
from flyteops.operations.kept import Kept, KeptFile, written
from flyteops.operations.sources import Readings, Sources, load_program, load_with_readings
from flyteops.operations.surveying import EVERY_FILE, IGNORED, LEAST, Survey, digest_beside, name_of, survey
from flyteops.plan import stands_out
from flyteops.ports.parse_cache import ParseCache
from flyteops.ports.registry import Snapshots
from flyteops.ports.trees import Tree
from flyteops.source.mentions import fold

AT_ONCE = 256
"""Declaration files that are compiled together, besides what they need: bounds the memory of a plan."""
_WORTH_KEEPING = 16
"""As many files compiled anew are not kept: the next plan compiles them as fast as it would write."""


@frozen
class Partial:
    """What a plan needs of a project: the part that something changed in, and the digests of the rest."""

    program: Program
    records: Mapping[EntityId, EntityRecord]
    unchanged: Mapping[EntityId, str]
    snapshot: Snapshot
    digests: Mapping[str, str]
    """Of the declaration files."""


def load_partly(
    tree: Tree, sources: Sources, *, domain: str, registry: Snapshots, cache: ParseCache, least: int = LEAST
) -> Partial | Snapshot | None:
    """What a plan needs; else the project has to be compiled whole, against the snapshot if that was read already."""
    surveyed = survey(tree, sources, domain=domain, cache=cache, least=least)
    if surveyed is None:
        return None
    try:
        snapshot = registry.snapshot(domain)
    except (InvalidProject, Refused, OutsideFailed):
        return None  # compiled whole, it asks again: faults of the project are told before those of the registry
    compiling = _Compiling(tree=tree, sources=sources, domain=domain, survey=surveyed, snapshot=snapshot)
    applied = {str(entity): entity for entity in snapshot.entities}
    files = surveyed.touched([*surveyed.stale, *_pending(surveyed, snapshot, applied)]) | surveyed.loud
    if not compiling.compile(files) or not (
        compiling.explains_warnings() or compiling.compile(surveyed.digests.keys())
    ):
        return snapshot
    if len(compiling.files) > _WORTH_KEEPING:
        kept = compiling.kept()
        if kept is not None and kept != surveyed.kept:
            cache.save(name_of(domain), written(kept))
    return Partial(
        program=compiling.program(),
        records=compiling.records,
        unchanged=_unchanged(surveyed, compiling.compiled, applied),
        snapshot=snapshot,
        digests=surveyed.digests,
    )


def _pending(surveyed: Survey, snapshot: Snapshot, applied: Mapping[str, EntityId]) -> Iterator[str]:
    """Files that are as they were, with an entity that is not as it was applied."""
    entities = snapshot.entities
    for path, each in surveyed.kept.files.items():
        if path in surveyed.stale or path not in surveyed.digests:
            continue
        for address, digest in each.entities:
            entity = applied.get(address)
            if entity is None or entities[entity].digest != digest:
                yield path
                break


def _unchanged(surveyed: Survey, compiled: set[str], applied: Mapping[str, EntityId]) -> dict[EntityId, str]:
    """Digests of what was not compiled, all of which is as it was applied."""
    return {
        applied[address]: digest
        for path, each in surveyed.kept.files.items()
        if path in surveyed.digests and path not in compiled
        for address, digest in each.entities
    }


# ---------------------------------------------------------------------------------------------- compiling


class _Traced:
    """The tree, with a note of how often each file is read, and of how often the list of all is asked for."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.reads: Counter[str] = Counter()
        self.listed = 0
        self.asked: set[str] = set()
        """Paths of which it was asked whether git ignores them."""

    @property
    def commit(self) -> str | None:
        return self._tree.commit

    def paths(self) -> tuple[str, ...]:
        self.listed += 1
        return self._tree.paths()

    def irregular(self) -> tuple[str, ...]:
        return self._tree.irregular()

    def ignored(self, paths: Iterable[str]) -> frozenset[str]:
        asked = tuple(paths)
        self.asked.update(asked)
        return self._tree.ignored(asked)

    def read(self, path: str) -> bytes | None:
        self.reads[path] += 1
        return self._tree.read(path)

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        asked = tuple(paths)
        self.reads.update(asked)
        return self._tree.digests(asked)

    def uncommitted(self) -> tuple[str, ...]:
        return self._tree.uncommitted()


@dataclass(slots=True, kw_only=True)
class _Compiling:
    """Compiles parts and gathers what comes out; what a part took in is let go with it."""

    tree: Tree
    sources: Sources
    domain: str
    survey: Survey
    snapshot: Snapshot
    records: dict[EntityId, EntityRecord] = field(default_factory=dict)
    compiled: set[str] = field(default_factory=set)
    files: dict[str, KeptFile] = field(default_factory=dict)
    _program: Program | None = None
    _origins: list[Mapping[str, Place]] = field(default_factory=list)
    _warnings: dict[Diagnostic, tuple[str, ...]] = field(default_factory=dict)
    """Each with files of which at least one is its cause."""
    _beside: dict[str, str] = field(default_factory=dict)

    def compile(self, files: AbstractSet[str]) -> bool:
        """Compiles the files that are not yet, with all that they need; False when something is not as expected, and
        when the parts are together much more than the whole."""
        parts = [(part, self.survey.part(part)) for part in _parts(files - self.files.keys())]
        if sum(len(needed) for _, needed in parts) > 2 * len(self.survey.digests):
            return False
        return all(self._part(wanted, needed) for wanted, needed in parts)

    def explains_warnings(self) -> bool:
        """Whether each warning of before is told again, or follows of a file that is as it was."""
        return all(
            warning in self._warnings or self._holds(witness) for warning, witness in self.survey.kept.warnings.items()
        )

    def _holds(self, witness: str) -> bool:
        if not witness:  # it follows of what every part has in it
            return self.survey.part(()).isdisjoint(self.files)
        return witness in self.survey.digests and witness not in self.files

    def program(self) -> Program:
        """What was compiled, as one program, with the warnings of all files."""
        program = self._program or Program(project=self.sources.project, domain=self.domain)
        before = self.survey.kept.warnings if len(self.files) < len(self.survey.digests) else {}
        warnings = in_order([*before, *self._warnings])
        return replace(program, origins=_Origins(self._origins), warnings=warnings)

    def kept(self) -> Kept | None:
        """What is known now of all files; None when a warning follows of none of them."""
        survey = self.survey
        files = {path: self.files.get(path) or survey.kept.files[path] for path in survey.digests}
        beside = {**survey.kept.beside, **self._beside}
        warnings = {warning: witness for warning, witness in survey.kept.warnings.items() if self._holds(witness)}
        for warning in self._warnings:
            if warning not in warnings:
                witness = self._witness(warning, warnings)
                if witness is None:
                    return None
                warnings[warning] = witness
        return replace(
            survey.kept,
            for_all=survey.for_all_digest,
            files=files,
            modules=survey.modules,
            beside=beside,
            warnings=warnings,
        )

    def _witness(self, warning: Diagnostic, known: dict[Diagnostic, str]) -> str | None:
        """A file that is warned of when it is compiled with nothing but what it needs; empty when none is needed."""
        files = self._warnings[warning]
        place = warning.place.path if warning.place else ""
        if place in files:
            files = (place,) if warning in self._told_alone((place,), known) else files
        while len(files) > 1:
            half = files[: len(files) // 2]
            files = half if warning in self._told_alone(half, known) else files[len(half) :]
        if warning in self._told_alone((), known):
            return ""
        return files[0] if warning in self._told_alone(files, known) else None

    def _told_alone(self, files: tuple[str, ...], known: dict[Diagnostic, str]) -> tuple[Diagnostic, ...]:
        """The warnings of a part; those of one file have a witness in it."""
        try:
            program = load_program(self.tree, self.sources, domain=self.domain, part=self.survey.part(files))
        except InvalidProject:
            return ()
        if len(files) < 2:
            for warning in program.warnings:
                known.setdefault(warning, files[0] if files else "")
        return program.warnings

    def _part(self, wanted: tuple[str, ...], part: set[str]) -> bool:
        traced = _Traced(self.tree)
        try:
            program, readings = load_with_readings(traced, self.sources, domain=self.domain, part=part)
        except InvalidProject:
            return False
        readings.python.close()
        owned = _owned(program, part, self.survey)
        if owned is None or program.moves or not _is_outlined(readings, self.survey, self.domain):
            return False
        reach = self.survey.python(part)
        seen = {path for path, times in traced.reads.items() if path not in part or times > 1}
        if any(path.endswith(".py") and path not in reach for path in seen):
            return False
        if traced.listed > 1:  # once for the Python of the part
            seen.add(EVERY_FILE)
        self._beside.update(
            {f"{IGNORED}{path}": digest_beside(self.tree, f"{IGNORED}{path}", ()) for path in traced.asked}
        )
        self._gather(program, wanted)
        self.compiled |= part
        beside = self._beside_of(wanted, {path for path in seen if path not in reach})
        loud = _loud(program, wanted, self.survey)
        for path in wanted:
            self.files[path] = KeptFile(
                digest=self.survey.digests[path],
                links=self.survey.links[path],
                beside=beside.get(path, {}),
                entities=tuple((str(each), self.records[each].digest) for each in sorted(owned[path])),
                loud=path in loud,
            )
        return True

    def _gather(self, program: Program, wanted: tuple[str, ...]) -> None:
        differs = False
        for entity, value in program.entities():
            record = self.records[entity] = record_of(value)
            before = self.snapshot.entities.get(entity)
            differs = differs or (before is not None and before.digest != record.digest)
        if differs:  # only of what changes, the places are shown
            self._origins.append(program.origins)
        for warning in program.warnings:
            self._warnings.setdefault(warning, wanted)
        self._program = _joined(self._program, replace(program, origins={}, warnings=()))

    def _beside_of(self, wanted: tuple[str, ...], seen: set[str]) -> dict[str, dict[str, str]]:
        """Digests of other files that were read, by the files that name them; what nobody names counts for all."""
        found: dict[str, dict[str, str]] = {}
        for other in sorted(seen):
            digest = digest_beside(self.tree, other, self.survey.digests)
            naming = [path for path in wanted if other.encode() in (self.tree.read(path) or b"")]
            if other == EVERY_FILE or not naming:
                self._beside[other] = digest
            else:
                for path in naming:
                    found.setdefault(path, {})[other] = digest
        return found


def _joined(one: Program | None, other: Program) -> Program:
    """Two programs of one tree as one, field by field, whatever fields there are."""
    if one is None:
        return other
    found: dict[str, object] = {}
    for each in fields(Program):
        before, after = getattr(one, each.name), getattr(other, each.name)
        if isinstance(before, Mapping):
            found[each.name] = {**before, **after}
        elif isinstance(before, tuple):
            found[each.name] = tuple(dict.fromkeys((*before, *after)))
    return replace(one, **found)  # type: ignore[arg-type]


def _parts(files: Collection[str]) -> Iterator[tuple[str, ...]]:
    ordered = sorted(files)
    for at in range(0, len(ordered), AT_ONCE):
        yield tuple(ordered[at : at + AT_ONCE])


def _owned(program: Program, part: set[str], survey: Survey) -> dict[str, set[EntityId]] | None:
    """The entities that each file declares, or uses by their path alone; None when one has no file."""
    declaring: dict[str, list[str]] = {}
    for path in part:
        for name in survey.links[path].names:
            declaring.setdefault(name, []).append(path)
    found: dict[str, set[EntityId]] = {path: set() for path in part}
    owned: set[EntityId] = set()
    for entity, _ in program.entities():
        for path in declaring.get(fold(entity.name), ()):
            found[path].add(entity)
            owned.add(entity)
    for workflow in program.workflows.values():
        for kind, name in map(called, calls_in(workflow)):
            callee = EntityId(Kind(kind), name)
            if callee.kind is Kind.TASK and fold(name) not in declaring:
                for path in declaring.get(fold(workflow.name), ()):
                    found[path].add(callee)
                    owned.add(callee)
    return found if all(entity in owned for entity, _ in program.entities()) else None


def _is_outlined(readings: Readings, survey: Survey, domain: str) -> bool:
    """Whether the outlines, read from the texts, have every name that is declared."""
    return all(
        fold(entity.name.text) in survey.links[manifest.path].names
        for manifest in readings.manifests
        if manifest.domain in (None, domain)
        for entities in manifest.sections.values()
        for entity in entities
    )


def _loud(program: Program, wanted: Iterable[str], survey: Survey) -> set[str]:
    """Files with an entity that a plan tells something of, changed or not."""
    names = {fold(name) for name, workflow in program.workflows.items() if stands_out(workflow, program)}
    return {path for path in wanted if not names.isdisjoint(survey.links[path].names)}


class _Origins(Mapping[str, Place]):
    """The places of several parts."""

    def __init__(self, parts: list[Mapping[str, Place]]) -> None:
        self._parts = parts

    def __getitem__(self, key: str) -> Place:
        for part in self._parts:
            if key in part:
                return part[key]
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter({key: None for part in self._parts for key in part})

    def __len__(self) -> int:
        return sum(1 for _ in self)
