"""What a node of a workflow may refer to, and the type found at the end of a reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flyteops.compile.faults import Faults, nearest, suggestion
from flyteops.compile.references import Segment, Unreadable, Written, read_whole_reference
from flyteops.compile.spots import within
from flyteops.model.diagnostics import Place
from flyteops.model.entities import Variable
from flyteops.model.failure import FAILURE
from flyteops.model.frozen import frozen
from flyteops.model.references import ErrorRef, InputRef, NodeRef, Path, Reference
from flyteops.model.types import (
    JSON,
    STR,
    BlobOf,
    DatasetOf,
    DictOf,
    ListOf,
    LiteralType,
    PickleOf,
    RecordOf,
    UnionOf,
    accepts_none,
    spelling,
)
from flyteops.source.tree import Scalar

RESERVED = {
    "error": "$error is legal in on_failure only",
    "schedule": "$schedule.time is legal in launch plans only",
    "run": "run is reserved",
    "output_dir": "$output_dir is legal in containers only",
}


@frozen(kw_only=False)
class Outputs:
    """The outputs of a node; `why` says why there are not more, as for a switch whose cases disagree."""

    variables: tuple[Variable, ...]
    why: str = ""


@frozen(kw_only=False)
class Resolved:
    """A reference with the type at its end."""

    to: Reference
    type: LiteralType


@dataclass(slots=True)
class Scope:
    """The inputs and nodes of one workflow. `outputs_of` is None for a node whose outputs a fault hides;
    `edges` gathers, per node that is being read, which nodes it refers to and where."""

    inputs: dict[str, Variable | None]
    nodes: frozenset[str]
    outputs_of: Callable[[str], Outputs | None]
    faults: Faults
    edges: dict[str, dict[str, Place]] = field(default_factory=dict)
    reading: str = ""
    task_of: Callable[[str], str | None] = lambda _: None
    """The declared task behind a node, whose outputs can be named."""
    handler: bool = False
    """Of an on_failure: `$error` is known, and no node may be referred to."""

    def resolve(self, scalar: Scalar) -> Resolved | None:
        """The reference that a scalar is; None with the fault noted."""
        written = read_whole_reference(scalar.text)
        if isinstance(written, Unreadable):
            self.faults.add("FO204", written.message, at=within(scalar, written.start, written.end), help=written.help)
            return None
        return self.find(written, scalar)

    def find(self, written: Written, scalar: Scalar) -> Resolved | None:
        """What a reference inside a scalar leads to; None with the fault noted, or when another fault hides it."""
        if written.head == "inputs":
            return self._input(written, scalar)
        if written.head == "error" and self.handler:
            walked = self._walk(FAILURE, written.segments, written, scalar)
            return None if walked is None else Resolved(ErrorRef(walked[0]), walked[1])
        if written.head in RESERVED:
            self.faults.add(
                "FO205",
                f"${written.head} cannot stand here",
                at=within(scalar, written.start, written.end),
                help=RESERVED[written.head],
            )
            return None
        return self._node(written, scalar)

    def _input(self, written: Written, scalar: Scalar) -> Resolved | None:
        known = sorted(self.inputs)
        if not written.segments:
            self.faults.add(
                "FO204",
                "$inputs alone is not a value",
                at=within(scalar, written.start, written.end),
                help="name one: "
                + (", ".join(f"$inputs.{name}" for name in known[:5]) or "the workflow has no inputs"),
            )
            return None
        first = written.segments[0]
        if first.text not in self.inputs:
            self.faults.add(
                "FO203",
                f'the workflow has no input "{first.text}"',
                at=within(scalar, written.start, first.end),
                help=suggestion(first.text, known, kinds="inputs"),
            )
            return None
        variable = self.inputs[first.text]
        if variable is None:
            return None
        walked = self._walk(variable.type, written.segments[1:], written, scalar)
        return None if walked is None else Resolved(InputRef(first.text, walked[0]), walked[1])

    def _node(self, written: Written, scalar: Scalar) -> Resolved | None:
        name = written.head
        if name not in self.nodes:
            way_out = suggestion(name, self.nodes, kinds="nodes")
            if name in self.inputs:
                way_out = f"did you mean $inputs.{name}?"
            self.faults.add(
                "FO202",
                f'there is no node "{name}"',
                at=within(scalar, written.start, written.head_end),
                help=way_out,
            )
            return None
        if self.handler:
            self.faults.add(
                "FO239",
                f'on_failure cannot refer to the node "{name}"',
                at=within(scalar, written.start, written.end),
                label="after a failure it may never have run",
                help="refer to $inputs or $error; $error.node names the node that failed",
            )
            return None
        self.edges.setdefault(self.reading, {}).setdefault(name, within(scalar, written.start, written.end))
        outputs = self.outputs_of(name)
        if outputs is None:
            return None
        by_name = {variable.name: variable for variable in outputs.variables}
        segments = written.segments
        if segments and segments[0].text in by_name:
            variable, rest = by_name[segments[0].text], segments[1:]
        elif len(by_name) == 1 and (not segments or _may_enter(outputs.variables[0].type, segments[0])):
            variable, rest = outputs.variables[0], segments
        else:
            self._no_output(written, scalar, outputs)
            return None
        walked = self._walk(variable.type, rest, written, scalar)
        return None if walked is None else Resolved(NodeRef(name, variable.name, walked[0]), walked[1])

    def _no_output(self, written: Written, scalar: Scalar, outputs: Outputs) -> None:
        name = written.head
        variables = outputs.variables
        at = within(scalar, written.start, written.end)
        if not variables:
            why = outputs.why or "what it runs returns nothing"
            self.faults.add(
                "FO218", f'node "{name}" has no output', at=at, label=why, help=f"to wait for it, write after: [{name}]"
            )
            return
        listed = ", ".join(f"{each.name}: {spelling(each.type)}" for each in variables)
        if not written.segments:
            self.faults.add(
                "FO218",
                f'node "{name}" has {len(variables)} outputs',
                at=at,
                label=f"{name} returns {listed}",
                help="name one: " + ", ".join(f"${name}.{each.name}" for each in variables),
            )
            return
        wanted = written.segments[0].text
        self.faults.add(
            "FO217",
            f'output "{wanted}" does not exist on node "{name}"',
            at=at,
            label=f"{name} returns {listed}",
            help=_output_help(name, wanted, variables, self.task_of(name))
            + (f"; {outputs.why}" if outputs.why else ""),
        )

    def _walk(
        self, of: LiteralType, segments: tuple[Segment, ...], written: Written, scalar: Scalar
    ) -> tuple[Path, LiteralType] | None:
        path: list[str | int] = []
        for segment in segments:
            step = into(of, segment)
            if isinstance(step, str):
                self.faults.add(
                    "FO216",
                    f"{scalar.text[written.start : segment.start].rstrip('.')} {step}",
                    at=within(scalar, segment.start, segment.end),
                    label=f"of type {spelling(of)}",
                    help=_path_help(of, segment),
                )
                return None
            path.append(step[0])
            of = step[1]
        return tuple(path), of


def _output_help(node: str, wanted: str, variables: tuple[Variable, ...], task: str | None) -> str:
    if len(variables) == 1:
        name_it = f", or name the output: tasks.{task}.outputs: [{wanted}]" if task else ""
        return f"write ${node}{name_it}"
    close = nearest(wanted, [each.name for each in variables])
    if close:
        return f"did you mean ${node}.{close}?"
    return "write " + " or ".join(f"${node}.{each.name}" for each in variables)


def _may_enter(of: LiteralType, segment: Segment) -> bool:
    """Whether a first segment that is no output's name can begin a path into the only output."""
    return isinstance(of, RecordOf | DictOf | UnionOf) or of == JSON or (isinstance(of, ListOf) and segment.digits)


def into(of: LiteralType, segment: Segment) -> tuple[str | int, LiteralType] | str:
    """One step into a type: the step and the type found; else why there is none."""
    match of:
        case ListOf(item):
            return (int(segment.text), item) if segment.digits else f'is a list and has no "{segment.text}"'
        case DictOf(key, value):
            return (segment.text, value) if key == STR else "has keys that are not text, which no path can name"
        case RecordOf(fields):
            for each in fields:
                if each.name == segment.text:
                    return (segment.text, each.type)
            return f'has no field "{segment.text}"'
        case _ if of == JSON:
            return (segment.text, JSON)
        case UnionOf():
            return "may be none" if accepts_none(of) else "may be one of several types, and has no parts of its own"
        case PickleOf():
            return "is an object, which only a task can look into"
        case DatasetOf():
            return "is a dataset, whose rows only a task can look into"
        case BlobOf(kind):
            return f"is a {kind}, which only a task can look into"
        case _:
            return "has no parts"


def _path_help(of: LiteralType, segment: Segment) -> str:
    match of:
        case ListOf():
            return "an item of a list is written with its number: .0"
        case RecordOf(fields):
            return suggestion(segment.text, [each.name for each in fields], kinds="fields")
        case UnionOf() if accepts_none(of):
            return "let a task take the whole value and decide"
        case _:
            return "refer to the whole value"
