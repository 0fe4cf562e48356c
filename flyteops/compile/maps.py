"""Map nodes: the lists walked in step, what is the same for all items, and how many must succeed."""

from __future__ import annotations

from typing import Literal as OneOf

from flyteops.compile.bindings import read_binding
from flyteops.compile.callees import Callee, refuse_fixed
from flyteops.compile.fields import int_of, number_of, written_together
from flyteops.compile.reading import Reader, mapped_name
from flyteops.compile.values import is_reference
from flyteops.model.diagnostics import Related
from flyteops.model.entities import MapCall, Mapped, Variable
from flyteops.model.references import Binding, Bound, ListBinding, Static
from flyteops.model.types import ListOf, LiteralType, UnionOf, spelling
from flyteops.model.works import DynamicWork
from flyteops.source.tree import Entry, Mapping, Scalar, Sequence, TreeNode

COUNTED = "_"
"""`over: {_: $list}` only counts: no input gets the items."""


def map_call(reader: Reader, body: Mapping, *, value: TreeNode | None, key: Scalar) -> MapCall | None:
    """A task, workflow or launch plan once per item of the lists in over."""
    name = mapped_name(value)
    callee = reader.callee(*name) if name else None
    if callee is None:
        return None
    settings = reader.overrides(body, callee.task) if callee.task else _no_overrides(reader, body, callee)
    bounds_ok = _check_bounds(reader, body) and not _grows(reader, callee, name)
    told = refuse_fixed(reader.known, callee, (*_entries(body.get("over")), *_entries(body.get("inputs"))))
    over = _over(reader, body.get("over"), callee, key, told)
    taken = frozenset(entry.key.text for entry in _entries(body.get("over")))
    if not taken:
        told |= {variable.name for variable in callee.inputs}  # what is missing only follows from lists that are
    inputs = reader.bound(body.get("inputs"), callee.inputs, key, callee.words, taken=taken, told=told)
    if over is None or inputs is None or not bounds_ok or settings is False:
        return None
    return MapCall(
        callee=callee.name,
        kind=callee.kind,
        over=over,
        inputs=inputs,
        concurrency=int_of(body.get("concurrency")),
        min_success_ratio=number_of(body.get("min_success_ratio")),
        min_successes=int_of(body.get("min_successes")),
        settings=settings or None,
        title=reader.title(body) if callee.task else "",
    )


def _grows(reader: Reader, callee: Callee, name: tuple[Mapped, Scalar] | None) -> bool:
    """Whether each item would return a graph of its own, which is told."""
    if callee.task is None or not isinstance(callee.task.work, DynamicWork) or name is None:
        return False
    reader.faults.add(
        "FO354",
        f"the {callee.words} is dynamic, and a map walks plain tasks",
        at=name[1].place,
        help="put it into a workflow of one node, and map that: map: {workflow: NAME}",
    )
    return True


def _no_overrides(reader: Reader, body: Mapping, callee: Callee) -> OneOf[False] | None:
    """None when there are none; False with the fault noted."""
    key = body.key("overrides")
    if key is None:
        return None
    reader.faults.add(
        "FO235",
        f"overrides are those of a task, and this maps the {callee.words}",
        at=key.place,
        help="write them at the nodes inside the workflow, or at its tasks",
    )
    return False


def _check_bounds(reader: Reader, body: Mapping) -> bool:
    """Two bounds that came together by layers; one map that has both was refused where it was read."""
    ratio, successes = body.get("min_success_ratio"), body.get("min_successes")
    if ratio is None or successes is None or written_together(body, ratio, successes):
        return True
    reader.faults.add(
        "FO234",
        "min_success_ratio and min_successes do not go together",
        at=ratio.place,
        help="keep one of them; null in an overlay removes the other",
        related=(Related(place=successes.place, label="the other one"),),
    )
    return False


def _over(
    reader: Reader, node: TreeNode | None, callee: Callee, key: Scalar, told: frozenset[str]
) -> tuple[Bound, ...] | None:
    entries = _entries(node)
    if node is None:
        return None  # told where it was read
    if not entries:
        reader.faults.add(
            "FO236",
            f'map node "{key.text}" has no lists to walk',
            at=node.place,
            help=f"write over: {{{_first_input(callee)}: $inputs.LIST}}; over: {{_: $list}} only counts",
        )
        return None
    by_name = {variable.name: variable for variable in callee.inputs}
    bounds: list[Bound] = []
    for entry in entries:
        name = entry.key.text
        if name == COUNTED and COUNTED not in by_name:
            bound = _counted(reader, entry)
        elif name not in by_name:
            if name not in told:
                reader.no_input(entry.key, callee.words, by_name, frozenset())
            bound = None
        else:
            bound = _walked(reader, entry, by_name[name])
        if bound is not None:
            bounds.append(bound)
    if len(bounds) < len(entries):
        return None
    return tuple(bounds) if _same_length(reader, bounds, entries) else None


def _walked(reader: Reader, entry: Entry, variable: Variable) -> Bound | None:
    of = ListOf(variable.type)
    value = entry.value
    if isinstance(value, Scalar) and is_reference(value):
        found = reader.scope.resolve(value)
        if found is None:
            return None
        if not isinstance(found.type, ListOf):
            _not_a_list(reader, value, found.type, variable)
            return None
    binding = read_binding(value, of, scope=reader.scope, subject=f'over "{variable.name}"')
    return None if binding is None else Bound(name=variable.name, type=of, binding=binding)


def _not_a_list(reader: Reader, value: Scalar, of: LiteralType, variable: Variable) -> None:
    may_be = isinstance(of, UnionOf) and any(isinstance(member, ListOf) for member in of.members)
    reader.faults.add(
        "FO232",
        f"map walks lists, but {value.text} {'may be none' if may_be else 'is ' + spelling(of)}",
        at=value.place,
        label=f"it is {spelling(of)}",
        help="let the node before return a list, always"
        if may_be
        else f"what is the same for all items stands in inputs: {{{variable.name}: {value.text}}}",
    )


def _counted(reader: Reader, entry: Entry) -> Bound | None:
    inferred = reader.inferred(entry.value, reader.scope.reading)
    if inferred is None:
        return None
    binding, of = inferred
    if not isinstance(of, ListOf) and not (isinstance(entry.value, Sequence)):
        reader.faults.add(
            "FO232",
            f"map walks lists, but this is {spelling(of)}",
            at=entry.value.place,
            label=f"it is {spelling(of)}",
            help="give a list, whose items are counted",
        )
        return None
    return Bound(name=COUNTED, type=of, binding=binding)


def _same_length(reader: Reader, bounds: list[Bound], entries: tuple[Entry, ...]) -> bool:
    known = [
        (length, entry)
        for bound, entry in zip(bounds, entries, strict=True)
        if (length := _length(bound.binding)) is not None
    ]
    if len({length for length, _ in known}) <= 1:
        return True
    (first, first_entry), (second, entry) = known[0], next(each for each in known if each[0] != known[0][0])
    reader.faults.add(
        "FO233",
        f"the lists of over are walked in step, but {first_entry.key.text} has {first} items and "
        f"{entry.key.text} has {second}",
        at=entry.value.place,
        label=f"{second} items",
        help="make them equally long",
        related=(Related(place=first_entry.value.place, label=f"{first} items"),),
    )
    return False


def _entries(node: TreeNode | None) -> tuple[Entry, ...]:
    return node.entries if isinstance(node, Mapping) else ()


def _first_input(callee: Callee) -> str:
    return callee.inputs[0].name if callee.inputs else COUNTED


def _length(binding: Binding) -> int | None:
    if isinstance(binding, ListBinding):
        return len(binding.items)
    if isinstance(binding, Static) and isinstance(binding.literal.value, list):
        return len(binding.literal.value)
    return None
