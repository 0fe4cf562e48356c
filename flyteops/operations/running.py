"""Run on this machine: what an address means, and which values its inputs get."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal as OneOf

from flyteops.compile import read_inputs, read_task_inputs
from flyteops.execution.graph import RunGraph, graph_of_task, graph_of_workflow
from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.errors import InvalidProject
from flyteops.model.ids import EntityId, Kind, entity_id
from flyteops.model.literals import Literal
from flyteops.model.program import Program
from flyteops.source.reader import read_yaml
from flyteops.source.tree import Scalar, TreeNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What shall run: its graph, and every input's value."""

    target: EntityId
    graph: RunGraph
    inputs: Mapping[str, Literal]
    failure_policy: OneOf["immediately", "after_executable_nodes"] = "immediately"


def launch(program: Program, address: str, given: Mapping[str, TreeNode]) -> Launch:
    """The run of an address with the given inputs; InvalidProject with every fault of address and inputs."""
    target = find(program, address)
    if target.kind is Kind.TASK:
        task = program.tasks[target.name]
        return Launch(target=target, graph=graph_of_task(task), inputs=read_task_inputs(program, task, given))
    plan = program.launch_plan(target.name)
    assert plan is not None  # noqa: S101 - find() has seen it
    workflow = program.workflows[plan.workflow]
    return Launch(
        target=target,
        graph=graph_of_workflow(program, workflow),
        inputs=read_inputs(program, plan, given),
        failure_policy=workflow.failure_policy,
    )


def find(program: Program, address: str) -> EntityId:
    """The entity of an address; a bare name serves when only one entity has it."""
    known = [entity for entity, _ in program.entities()]
    plans = {EntityId(Kind.LAUNCH_PLAN, name) for name in program.workflows}
    wanted = entity_id(address.replace("launchplan/", "launch_plan/", 1))
    if wanted in known or wanted in plans:
        assert wanted is not None  # noqa: S101 - None is in neither
        return wanted
    named = [entity for entity in known if entity.name == address]
    if len(named) == 1:
        return named[0]
    if len(named) > 1:
        choices = " or ".join(str(entity) for entity in named)
        raise InvalidProject([_fault("FO690", f'"{address}" may mean several things', help_text=f"write {choices}")])
    near = difflib.get_close_matches(address, [text for each in known for text in (str(each), each.name)], n=3)
    help_text = "nearest: " + ", ".join(near) if near else "what there is: " + ", ".join(map(str, known[:10]))
    raise InvalidProject([_fault("FO690", f'there is no "{address}" in this project', help_text=help_text)])


def given_inputs(words: tuple[str, ...], document: tuple[str, bytes] | None) -> dict[str, TreeNode]:
    """Inputs of `--inputs-file` with those of `--input name=value` laid over them, as trees with places."""
    values: dict[str, TreeNode] = {}
    faults: list[Diagnostic] = []
    if document is not None:
        root, found = read_yaml(*document)
        faults.extend(found)
        if root is not None:
            values.update(root.items())
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name:
            faults.append(_fault("FO691", f'--input "{word}" is not NAME=VALUE', help_text="write --input rows=100"))
            continue
        node, found = _value(name, text)
        faults.extend(found)
        if node is not None:
            values[name] = node
    if faults:
        raise InvalidProject(faults)
    return values


def _value(name: str, text: str) -> tuple[TreeNode | None, tuple[Diagnostic, ...]]:
    """A value of the command line: YAML when it begins like a list, a map or a quoted text, else as it stands."""
    where = f"--input {name}"
    if text[:1] in ("[", "{", '"', "'"):
        root, found = read_yaml(where, f"value: {text}".encode())
        return (root.get("value") if root else None), found
    place = Place(path=where, line=1, column=1, end_line=1, end_column=len(text) + 1)
    return Scalar(text=text, style="plain", place=place), ()


def _fault(code: str, message: str, *, help_text: str) -> Diagnostic:
    return Diagnostic(code=code, message=message, place=None, help=help_text)
