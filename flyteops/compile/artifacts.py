"""Artifacts: which output of which workflow, its partitions, its time. Needs the workflows."""

from __future__ import annotations

from flyteops.compile.faults import suggestion
from flyteops.compile.fields import map_in, text_in
from flyteops.compile.known import Known
from flyteops.compile.layers import Declared
from flyteops.compile.whole import is_whole
from flyteops.model.artifacts import MAX_PARTITIONS, Artifact, Granularity, Partition, TimePartition
from flyteops.model.entities import Variable, Workflow
from flyteops.model.types import DATE, DATETIME, STR, EnumOf, LiteralType, optional, spelling
from flyteops.source.tree import Entry, Mapping, Scalar


def compile_artifacts(known: Known) -> None:
    """Every declared artifact with the type of its versions, None for one with a fault, into `known.artifacts`."""
    for name, declared in known.declared("artifacts").items():
        known.bodies[f"artifact/{name}"] = (declared.place, declared.body)
        known.artifacts[name] = _artifact(known, declared)


def _artifact(known: Known, declared: Declared) -> tuple[Artifact, LiteralType] | None:
    source = declared.body.get("from")
    if not is_whole(declared, faults=known.faults) or not isinstance(source, Scalar):
        return None
    found = _output(known, source)
    if found is None:
        return None
    workflow, output = found
    before = len(known.faults.found)
    inputs = {each.name: each for each in workflow.interface.inputs}
    partitions = _partitions(known, declared.body, inputs, workflow=workflow.name)
    time = _time(known, declared.body, inputs, workflow=workflow.name)
    if len(known.faults.found) > before:
        return None
    artifact = Artifact(
        name=declared.name,
        workflow=workflow.name,
        output=output.name,
        partitions=partitions,
        time=time,
        description=text_in(declared.body, "description") or "",
    )
    return artifact, output.type


def _output(known: Known, source: Scalar) -> tuple[Workflow, Variable] | None:
    name, _, output = source.text.removeprefix("workflow/").partition(".")
    if name not in known.declared("workflows"):
        known.faults.add(
            "FO297",
            f'there is no workflow "{name}"',
            at=source.place,
            help=suggestion(name, known.declared("workflows"), kinds="workflows"),
        )
        return None
    workflow = known.workflows.get(name)
    if workflow is None:
        return None
    outputs = {each.name: each for each in workflow.interface.outputs}
    if not output and len(outputs) == 1:
        return workflow, next(iter(outputs.values()))
    if output in outputs:
        return workflow, outputs[output]
    named = sorted(outputs)
    way_out = f"write workflow/{name}.{named[0]}" if named else f"add outputs: to the workflow {name}"
    known.faults.add(
        "FO297",
        f"the workflow {name} has " + (f'no output "{output}"' if output else f"{len(named)} outputs"),
        at=source.place,
        help=suggestion(output, named, kinds="outputs") if output and named else way_out,
    )
    return None


def _partitions(known: Known, body: Mapping, inputs: dict[str, Variable], *, workflow: str) -> tuple[Partition, ...]:
    written = map_in(body, "partitions")
    if written is None:
        return ()
    if len(written.entries) > MAX_PARTITIONS:
        eleventh = written.entries[MAX_PARTITIONS].key
        known.faults.add(
            "FO298",
            f"an artifact has at most {MAX_PARTITIONS} partitions, not {len(written.entries)}",
            at=eleventh.place,
            label="the first one too many",
            help="leave out what nobody asks for",
        )
    found = [_partition(known, entry, inputs, workflow=workflow) for entry in written.entries]
    return tuple(sorted((each for each in found if each is not None), key=lambda each: each.key))


def _partition(known: Known, entry: Entry, inputs: dict[str, Variable], *, workflow: str) -> Partition | None:
    key, node = entry.key.text, entry.value
    if not isinstance(node, Scalar):
        return None
    if not node.text.startswith("$") or node.text.startswith("$$"):
        return Partition(key=key, value=node.text.removeprefix("$") if node.text.startswith("$$") else node.text)
    variable = _input(known, node, inputs, workflow=workflow)
    if variable is None:
        return None
    if variable.type not in (STR, DATE) and not _of_words(variable.type):
        known.faults.add(
            "FO298",
            f'the partition "{key}" is text, and the input {variable.name} is {spelling(variable.type)}',
            at=node.place,
            label="no text",
            help="name an input of type str, date or an enum of text, or write a constant",
        )
        return None
    return Partition(key=key, input=variable.name)


def _of_words(of: LiteralType) -> bool:
    return isinstance(of, EnumOf) and all(isinstance(each, str) for each in of.values)


def _input(known: Known, node: Scalar, inputs: dict[str, Variable], *, workflow: str) -> Variable | None:
    name = node.text.removeprefix("$inputs.")
    if name != node.text and name in inputs:
        return inputs[name]
    said = f'the workflow {workflow} has no input "{name}"' if name != node.text else f"{node.text} is no input"
    known.faults.add(
        "FO298",
        said,
        at=node.place,
        help=suggestion(name, inputs, kinds="inputs") if name != node.text else "write $inputs.NAME, or a constant",
    )
    return None


def _time(known: Known, body: Mapping, inputs: dict[str, Variable], *, workflow: str) -> TimePartition | None:
    written = map_in(body, "time_partition")
    granularity = _granularity(text_in(written, "granularity")) if written is not None else None
    if written is None or granularity is None:
        return None
    node = written.get("of")
    if not isinstance(node, Scalar):
        return TimePartition(granularity=granularity)
    variable = _input(known, node, inputs, workflow=workflow)
    if variable is None:
        return None
    if variable.type not in (DATETIME, DATE, optional(DATETIME), optional(DATE)):
        known.faults.add(
            "FO298",
            f"the time of a version cannot come from {variable.name}: {spelling(variable.type)}",
            at=node.place,
            label="no time",
            help="name an input of type datetime or date",
        )
        return None
    return TimePartition(granularity=granularity, input=variable.name)


def _granularity(text: str | None) -> Granularity | None:
    match text:
        case "minute" | "hour" | "day" | "month":
            return text
        case _:
            return None
