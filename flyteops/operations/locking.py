"""flyteops.lock: what names were pinned to that may come to mean something else. Written by `flyteops lock` alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from flyteops.compile import locked_as
from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.digest import Json, JsonObject
from flyteops.model.entities import Image
from flyteops.model.errors import InvalidProject, OutsideFailed
from flyteops.model.locking import LOCK_FILE, Locked, Pins, Relocked
from flyteops.model.program import Program
from flyteops.model.wire import image_identity
from flyteops.model.works import ContainerWork, RefWork
from flyteops.ports.images import ImageRegistry
from flyteops.ports.trees import Tree
from flyteops.source.reader import read_yaml
from flyteops.source.suggest import did_you_mean
from flyteops.source.tree import Mapping as TreeMapping
from flyteops.source.tree import Scalar, TreeNode

DIGEST = r"sha256:[0-9a-f]{64}"
_HEAD = """\
# What names were pinned to that may come to mean something else. Written by `flyteops lock`; commit it.
# An image is named by its reference, or, when it is built, by its name and what it is built from.
apiVersion: flyteops/v1
"""
USERS_TOLD = 4


def lock_schema() -> JsonObject:
    """The published schema of the lock, schemas/lock.v1.json."""
    image: JsonObject = {"type": "string", "pattern": f"^{DIGEST}$"}
    entity: JsonObject = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "flyteops lock",
        "type": "object",
        "properties": {
            "apiVersion": {"const": "flyteops/v1"},
            "images": {"type": "object", "additionalProperties": image},
            "entities": {"type": "object", "additionalProperties": entity},
        },
        "required": ["apiVersion"],
        "additionalProperties": False,
    }


def read_pins(tree: Tree) -> Pins:
    """What the lock of a tree says, nothing when there is none; InvalidProject (FO531) with every fault of it."""
    data = tree.read(LOCK_FILE)
    if data is None:
        return Pins()
    from jsonschema import Draft202012Validator

    root, faults = read_yaml(LOCK_FILE, data)
    if root is None or faults:
        raise InvalidProject([*faults] or [_fault(None, "it says nothing")])
    found = sorted(
        Draft202012Validator(lock_schema()).iter_errors(_plain(root)), key=lambda each: list(map(str, each.path))
    )
    if found:
        raise InvalidProject([_fault(_place(root, each.absolute_path), each.message) for each in found])
    return Pins(images=_texts(root.get("images")), entities=_texts(root.get("entities")))


def _plain(node: TreeNode) -> Json:
    match node:
        case Scalar(text=text):
            return text
        case TreeMapping():
            return {name: _plain(value) for name, value in node.items()}
        case _:
            return [_plain(item) for item in node.items]


def _texts(node: TreeNode | None) -> dict[str, str]:
    if not isinstance(node, TreeMapping):
        return {}
    return {name: value.text for name, value in node.items() if isinstance(value, Scalar)}


def _place(node: TreeNode, path: Iterable[str | int]) -> Place:
    for step in path:
        inner = node.get(str(step)) if isinstance(node, TreeMapping) else None
        if inner is None:
            break
        node = inner
    return node.place


def _fault(at: Place | None, why: str) -> Diagnostic:
    way_out = "write it anew: delete the file, and run flyteops lock"
    return Diagnostic(code="FO531", message=f"{LOCK_FILE} is not understood: {why[:200]}", place=at, help=way_out)


# ---------------------------------------------------------------------------------------------- locking

Applied = Callable[[str, str, str], tuple[str | None, str]]
"""The digest of a task (project, domain, name) as it is applied in its own project; or none, and why."""


def read_given(texts: Iterable[str], programs: Iterable[Program]) -> dict[str, str]:
    """Digests of the command line by the name of their image, `NAME=sha256:…` or `REFERENCE@sha256:…`; InvalidProject
    when one is none (FO533), or nothing uses such an image (FO532)."""
    known = {name for program in programs for image in program.images for name in (image.name, image.reference) if name}
    found: dict[str, str] = {}
    faults: list[Diagnostic] = []
    for text in texts:
        name, _, digest = text.rpartition("=") if "=" in text else text.partition("@")
        if not name or not re.fullmatch(DIGEST, digest):
            way_out = "write NAME=sha256:<64 hex digits>, or REFERENCE@sha256:<64 hex digits>"
            faults.append(
                Diagnostic(code="FO533", message=f"--image {text[:200]}: no digest", place=None, help=way_out)
            )
        elif name not in known:
            near = did_you_mean(name, known) or f"images: {', '.join(sorted(known)) or 'none'}"
            message = f"--image {name}: no task uses such an image"
            faults.append(Diagnostic(code="FO532", message=message, place=None, help=near))
        found[name] = digest
    if faults:
        raise InvalidProject(faults)
    return found


def relock(
    programs: Iterable[Program],
    pins: Pins,
    *,
    given: Mapping[str, str],
    registry: ImageRegistry | None,
    tasks: Applied | None,
    update: bool = False,
) -> Relocked:
    """Pins every image and every task of another project: by what is given, what the lock has (unless `update`), or a
    registry asked. What an image is built on comes first, since it is a part of what the image is."""
    programs = tuple(programs)
    images = {locked_as(image): image for program in programs for image in program.images}
    locker = _Locker(pins, given, registry, update)
    for image in sorted(images.values(), key=lambda image: (image.reference is None, image.name)):
        locker.lock(image)
    referred = {_entity_key(work): work for program in programs for work in _referred(program)}
    entities = [_entity(key, referred[key], pins, tasks, update=update) for key in sorted(referred)]
    names = (*(locker.done[key] for key in sorted(locker.done)), *entities)
    new = Pins(
        images={each.key: each.digest for each in names if each.of == "image" and each.digest is not None},
        entities={each.key: each.digest for each in entities if each.digest is not None},
    )
    had = pins.images.keys() | pins.entities.keys()
    return Relocked(
        text=lock_text(new, users=_users(programs)),
        names=names,
        dropped=tuple(sorted(had - {each.key for each in names})),
    )


def _referred(program: Program) -> Iterable[RefWork]:
    return (task.work for task in program.tasks.values() if isinstance(task.work, RefWork))


def _entity_key(work: RefWork) -> str:
    return f"{work.project}/{work.domain}/{work.task}@{work.version}"


def _entity(key: str, work: RefWork, pins: Pins, tasks: Applied | None, *, update: bool) -> Locked:
    known = pins.entities.get(key)
    if known is not None and not update:
        return Locked(key=key, of="task", state="kept", digest=known)
    digest, why = tasks(work.project, work.domain, work.task) if tasks is not None else (None, "--offline")
    if digest is not None and work.version not in ("active", digest) and not digest.startswith(work.version):
        digest, why = None, f"version {work.version} is not the one that is applied there"
    if digest is not None:
        return Locked(key=key, of="task", state="found", digest=digest)
    return Locked(key=key, of="task", state="kept" if known else "missing", digest=known, why=why)


class _Locker:
    def __init__(self, pins: Pins, given: Mapping[str, str], registry: ImageRegistry | None, update: bool) -> None:
        self.pins = pins
        self.given = given
        self.registry = registry
        self.update = update
        self.done: dict[str, Locked] = {}

    def lock(self, image: Image) -> None:
        if image.reference and "@sha256:" in image.reference:
            return  # it says so itself
        base = self.done.get(image.base) if image.base else None
        if base is not None:
            image = replace(image, base_digest=base.digest)
        key = locked_as(image)
        self.done[key] = self._locked(image, key)

    def _locked(self, image: Image, key: str) -> Locked:
        digest = self.given.get(image.name) or self.given.get(image.reference or "")
        if digest is not None:
            return Locked(key=key, state="given", digest=digest)
        known = self.pins.images.get(key)
        if known is not None and not self.update:
            return Locked(key=key, state="kept", digest=known)
        found = self._asked(image, key)
        if found.digest is None and known is not None:
            return Locked(key=key, state="kept", digest=known, why=found.why)
        return found

    def _asked(self, image: Image, key: str) -> Locked:
        built = image.reference is None
        if built and not image.registry:
            return Locked(key=key, state="missing", why="it is built, and says no registry: that it is pushed to")
        reference = image.reference or built_reference(image)
        if self.registry is None:
            return Locked(key=key, state="missing", why="no registry was asked (--offline)")
        try:
            digest = self.registry.digest(reference)
        except OutsideFailed as error:
            return Locked(key=key, state="missing", why=f"{error.service}: {error.message}")
        if digest is None:
            return Locked(key=key, state="missing", why=f"there is no {reference}" + (": not built yet" * built))
        return Locked(key=key, state="found", digest=digest)


def built_reference(image: Image) -> str:
    """Where an image that is built is pushed: its tag is what it is built from."""
    return f"{image.registry}/{image.name}:fo-{image_identity(image)[:16]}"


def _users(programs: tuple[Program, ...]) -> dict[str, list[str]]:
    """Tasks by what they run, as the lock names it."""
    found: dict[str, set[str]] = {}
    for program in programs:
        for name, task in program.tasks.items():
            work = task.work
            if isinstance(work, ContainerWork):
                found.setdefault(work.image.partition("@")[0], set()).add(f"task/{name}")
            elif isinstance(work, RefWork):
                found.setdefault(_entity_key(work), set()).add(f"task/{name}")
            elif task.settings.image is not None:
                found.setdefault(task.settings.image.name, set()).add(f"task/{name}")
    return {key: sorted(names) for key, names in found.items()}


def lock_text(pins: Pins, *, users: Mapping[str, list[str]]) -> str:
    """The file: sorted, commented, the same for the same pins."""
    lines: list[str] = []
    for title, entries in (("images", pins.images), ("entities", pins.entities)):
        if entries:
            lines.append(f"{title}:")
        for key in sorted(entries):
            named = users.get(key) or users.get(key.rpartition(":")[0], [])
            more = f" and {len(named) - USERS_TOLD} more" if len(named) > USERS_TOLD else ""
            if named:
                lines.append(f"  # {', '.join(named[:USERS_TOLD])}{more}")
            lines.append(f"  {json.dumps(key)}: {entries[key]}")
    return _HEAD + "".join(f"{line}\n" for line in lines)
