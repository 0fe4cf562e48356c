"""Why a step has another cache key than before: one reason per ingredient, strongest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal as OneOf

from flyteops.execution.steps import RunMap, RunTask
from flyteops.model.digest import Json, canonical
from flyteops.model.entities import CachePolicy, Task, TaskSettings
from flyteops.model.frozen import frozen
from flyteops.model.literals import without_places
from flyteops.model.references import (
    Binding,
    Bound,
    InputRef,
    ListBinding,
    MapBinding,
    Referred,
    Static,
    reference_text,
)
from flyteops.model.wire import interface_key
from flyteops.model.works import ContainerWork, ManifestWork, RefWork, ScriptWork
from flyteops.plan.calls import Side, steps_read
from flyteops.plan.readable import short_text

Strength = OneOf["yes", "maybe", "outputs"]
"""`yes`: this step computes again · `maybe`: it depends on a value not known yet · `outputs`: nothing is computed,
but what it hands on differs."""


@frozen(kw_only=False)
class Cause:
    """One changed ingredient."""

    strength: Strength
    reason: str


Call = RunTask | RunMap
FILES_TOLD = 5


def call_causes(task: Task, settings: TaskSettings, *, old_task: Task, old_settings: TaskSettings) -> list[Cause]:
    """What changed of the call itself, inputs apart."""
    if task.key_name != old_task.key_name:
        return [Cause("yes", f"task {old_task.name} -> {task.name}")]
    causes: list[Cause] = []
    new, old = settings.cache, old_settings.cache
    if new is not None and old is None:
        causes.append(Cause("yes", "switched on caching"))
    version, before = _version(settings), _version(old_settings)
    if version is None and before is None:
        if task.code != old_task.code:
            causes.append(Cause("yes", f"{_what_runs(task)} of task/{task.name} changed"))
    elif version != before:
        shown = [f'"{each}"' if each is not None else "by code" for each in (before, version)]
        causes.append(Cause("yes", f"cache version {shown[0]} -> {shown[1]}"))
    if interface_key(task.interface) != interface_key(old_task.interface):
        causes.append(Cause("yes", f"interface of task/{task.name} changed"))
    if new is not None and old is not None:
        if sorted(new.ignore) != sorted(old.ignore):
            before_text, after_text = (f"[{', '.join(sorted(each.ignore))}]" for each in (old, new))
            causes.append(Cause("yes", f"cache ignore {before_text} -> {after_text}"))
        causes.extend(_included_causes(new, old))
        if new.max_age_s is not None and (old.max_age_s is None or new.max_age_s < old.max_age_s):
            causes.append(Cause("maybe", f"results older than {new.max_age_s:g}s are not taken any more"))
    return causes


def _what_runs(task: Task) -> str:
    """The word for what a task's code digest is taken of."""
    match task.work:
        case ScriptWork():
            return "script"
        case ContainerWork():
            return "image or command"
        case ManifestWork():
            return "manifest"
        case RefWork():
            return "pinned version"
        case _:
            return "code"


def _included_causes(new: CachePolicy, old: CachePolicy) -> Iterator[Cause]:
    """What of `include` differs: another list, or other content."""
    after, before = ({(each.what, each.name): each.digest for each in policy.include} for policy in (new, old))
    kinds = [sorted({what for what, _ in each}) for each in (before, after)]
    if kinds[0] != kinds[1]:
        yield Cause("yes", f"cache include [{', '.join(kinds[0])}] -> [{', '.join(kinds[1])}]")
        return
    told = [
        f"{what} {name} {'added' if key not in before else 'removed' if key not in after else 'changed'}"
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
        for what, name in [key]
        if what == "file"
    ]
    if len(told) > FILES_TOLD:
        told = [*told[:FILES_TOLD], f"{len(told) - FILES_TOLD} more files"]
    for what, words in (("image", "the image changed"), ("lock", "the locked packages changed")):
        digests = [{digest for (kind, _), digest in each.items() if kind == what} for each in (before, after)]
        if digests[0] != digests[1]:
            told.append(words)
    yield from (Cause("yes", each) for each in told)


def _version(settings: TaskSettings) -> str | None:
    """The version as written; None is the digest of the code."""
    return settings.cache.version if settings.cache else None


def input_causes(new: Call, old: Call, *, side: Side, old_side: Side) -> list[Cause]:
    """What changed of the inputs, those that the policy ignores apart."""
    ignored = new.settings.cache.ignore if new.settings.cache else ()
    before = {bound.name: bound for bound in old.inputs if bound.name not in ignored}
    after = {bound.name: bound for bound in new.inputs if bound.name not in ignored}
    causes: list[Cause] = []
    for name in sorted(before.keys() | after.keys()):
        causes.extend(_input_cause(name, before.get(name), after.get(name), side=side, old_side=old_side))
    match new, old:
        case RunMap(), RunMap():
            causes.extend(_over_causes(new, old, side=side, old_side=old_side))
        case RunMap(), _:
            causes.append(Cause("yes", "mapped over a list now"))
        case RunTask(), RunMap():
            causes.append(Cause("yes", "not mapped any more"))
        case _:
            pass
    return causes


def _input_cause(name: str, old: Bound | None, new: Bound | None, *, side: Side, old_side: Side) -> Iterator[Cause]:
    if old is None or new is None:
        shown = [
            binding_text(each.binding, given) if each else "(left out)"
            for each, given in ((old, old_side), (new, side))
        ]
        yield Cause("yes", f"input {name}: {shown[0]} -> {shown[1]}")
    elif _differs(old.binding, new.binding, side=side, old_side=old_side):
        yield from _binding_cause(f"input {name}", old.binding, new.binding, side=side, old_side=old_side)


def _differs(old: Binding, new: Binding, *, side: Side, old_side: Side) -> bool:
    return canonical(side.value(new)) != canonical(old_side.value(old))


def _binding_cause(what: str, old: Binding, new: Binding, *, side: Side, old_side: Side) -> Iterator[Cause]:
    """Why two bindings differ; nothing when only a step that both read differs, which the caller tells."""
    before, after = binding_text(old, old_side), binding_text(new, side)
    run_input = _same_run_input(old, new, side, old_side)
    if run_input is not None:
        source = side.given[run_input][1]
        yield Cause("yes", f"run input {run_input}: {before} -> {after} ({source})")
    elif before != after:
        same_steps = _step_names(old) == _step_names(new)
        yield Cause("yes" if same_steps else "maybe", f"{what}: {before} -> {after}")


def _step_names(binding: Binding) -> list[str]:
    return sorted(reference_text(to) for to in steps_read(binding))


def _same_run_input(old: Binding, new: Binding, side: Side, old_side: Side) -> str | None:
    match old, new:
        case Referred(to=InputRef(name=before)), Referred(to=InputRef(name=after)):
            if before == after and after in side.given and before in old_side.given:
                return after
        case _:
            pass
    return None


def binding_text(binding: Binding, side: Side) -> str:
    """A binding on one line, with known run inputs as their values."""
    literal = side.literal(binding)
    if literal is not None:
        return short_text(literal.value)
    match binding:
        case Referred(to=to):
            return reference_text(to)
        case ListBinding(items=items):
            return "[" + ", ".join(binding_text(each, side) for each in items) + "]"
        case MapBinding(entries=entries):
            # By name, since what was applied has no other order: one text for one binding.
            named = sorted((name, binding_text(each, side)) for name, each in entries)
            return "{" + ", ".join(f"{name}: {text}" for name, text in named) + "}"
        case Static(literal=written):
            return short_text(written.value)


def _over_causes(new: RunMap, old: RunMap, *, side: Side, old_side: Side) -> Iterator[Cause]:
    was = {bound.name: bound.binding for bound in old.over}
    names = tuple(b.name for b in new.over if b.name in was and _both_known(was[b.name], b.binding, side, old_side))
    items, before = _items(new, names, side), _items(old, names, old_side)
    whole = len(names) == len(new.over) == len(old.over)
    if items != before:
        fresh, listed = [item for item in items if item not in before], ", ".join(names)
        if fresh:
            yield Cause("yes", f"over {listed}: {len(fresh)} of {len(items)} items new")
        elif whole:
            yield Cause("outputs", f"over {listed}: {len(items)} items, all of them known")
        else:
            # Each of them was there before, but what walks beside it is not known.
            yield Cause("maybe", f"over {listed}: other items than before, or in another order")
    for bound in new.over:
        if bound.name not in was:
            yield Cause("yes", f"maps over {bound.name} now")
        elif bound.name not in names and _differs(was[bound.name], bound.binding, side=side, old_side=old_side):
            yield from _binding_cause(
                f"over {bound.name}", was[bound.name], bound.binding, side=side, old_side=old_side
            )


def _both_known(old: Binding, new: Binding, side: Side, old_side: Side) -> bool:
    return _list(old, old_side) is not None and _list(new, side) is not None


def _list(binding: Binding, side: Side) -> list[Json] | None:
    literal = side.literal(binding)
    return list(literal.value) if literal is not None and isinstance(literal.value, list | tuple) else None


def _items(work: RunMap, names: tuple[str, ...], side: Side) -> list[bytes]:
    """The items of a map as bytes to compare, as far as these lists make them."""
    lists = [(b.name, _list(b.binding, side) or []) for b in work.over if b.name in names]
    length = min((len(values) for _, values in lists), default=0)
    return [canonical({name: without_places(values[number]) for name, values in lists}) for number in range(length)]


__all__ = ["Call", "Cause", "binding_text", "call_causes", "input_causes"]
