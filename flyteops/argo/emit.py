"""The emitter's door: launch plans and tasks to objects, all faults of all of them told at once."""

from __future__ import annotations

from dataclasses import replace

from flyteops.argo.dag import MAX_TASKS, Canvas, draw, draw_exit
from flyteops.argo.faults import Findings
from flyteops.argo.launch_options import check_options
from flyteops.argo.names import MAX_OBJECT_NAME, label_value, object_name
from flyteops.argo.schedule import cron_body, cron_name
from flyteops.argo.shelf import Shelf
from flyteops.argo.target import CodeBundle, CodeInImage, Target
from flyteops.execution.artifacts import queries_of, query_invocation
from flyteops.execution.graph import graph_of_task, graph_of_workflow
from flyteops.execution.steps import RunGraph
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.digest import Json, JsonObject, canonical, digest_of
from flyteops.model.entities import LaunchPlan, Task
from flyteops.model.errors import InvalidProject
from flyteops.model.literals import Literal
from flyteops.model.objects import ClusterObject
from flyteops.model.program import Program
from flyteops.model.types import type_wire

API = "argoproj.io/v1alpha1"
MAX_BYTES = 1024 * 1024
REFUSED_ABOVE = 0.8
WARNED_ABOVE = 0.5


def emit(program: Program, *, target: Target, plans: tuple[LaunchPlan, ...]) -> tuple[ClusterObject, ...]:
    """The objects of launch plans: a WorkflowTemplate each, and a CronWorkflow for a schedule."""
    objects: list[ClusterObject] = []
    faults: list[Diagnostic] = []
    for plan in plans:
        found = Findings(program=program, address=_address(program, plan))
        _check_target(target, found=found)
        objects.extend(_plan_objects(program, plan, target=target, found=found))
        faults.extend(found.diagnostics)
    if faults:
        raise InvalidProject(faults)
    return tuple(objects)


def emit_task(program: Program, task: Task, *, target: Target) -> tuple[ClusterObject, ...]:
    """The WorkflowTemplate that runs one task by itself."""
    found = Findings(program=program, address=f"task/{task.name}")
    _check_target(target, found=found)
    plan = LaunchPlan(name=task.name, workflow=task.name)
    emitted = _template_object(program, plan, graph_of_task(task), fail_fast=True, target=target, found=found)
    if found.diagnostics:
        raise InvalidProject(found.diagnostics)
    return (emitted,)


def _address(program: Program, plan: LaunchPlan) -> str:
    declared = plan.name in program.launch_plans
    return f"launch_plan/{plan.name}" if declared else f"workflow/{plan.workflow}"


def _plan_objects(program: Program, plan: LaunchPlan, *, target: Target, found: Findings) -> list[ClusterObject]:
    workflow = program.workflows[plan.workflow]
    immediately = workflow.failure_policy == "immediately"
    if immediately:
        found.note("failure_policy immediately: Argo starts nothing more after a failure, and lets running pods finish")
    graph = graph_of_workflow(program, workflow)
    target = replace(target, cache="overwrite" if plan.overwrite_cache else "on", raw_data=plan.raw_data or "")
    check_options(plan, found=found)
    template = _template_object(program, plan, graph, fail_fast=immediately, target=target, found=found)
    if plan.schedule is None:
        return [template]
    name = cron_name(program.project, program.domain, plan.name)
    spec = cron_body(plan, plan.schedule, template=template.name, labels=_labels(program, found), found=found)
    body = _object("CronWorkflow", name, spec, plan=plan, program=program, target=target, found=found)
    cron = ClusterObject(
        api_version=API, kind="CronWorkflow", name=name, body=body, address=found.address, notes=tuple(found.notes)
    )
    return [template, cron]


def _template_object(
    program: Program, plan: LaunchPlan, graph: RunGraph, *, fail_fast: bool, target: Target, found: Findings
) -> ClusterObject:
    shelf = Shelf()
    begin = _begin(program, graph, plan) if graph.inputs else None
    canvas = Canvas(
        project=program.project, graph=graph, begin=begin, fail_fast=fail_fast, shelf=shelf, target=target, found=found
    )
    entrypoint, at_exit = draw(canvas), draw_exit(canvas)
    shelf.keep_called(entrypoint, *([at_exit] if at_exit else []))
    spec = _spec(program, plan, shelf, entrypoint=entrypoint, begins=begin is not None, target=target, found=found)
    if at_exit:
        spec["onExit"] = at_exit
    body = _object("WorkflowTemplate", "", spec, plan=plan, program=program, target=target, found=found)
    name = object_name(plan.name, digest_of("flyteops.argo.object.v1", body), longest=MAX_OBJECT_NAME)
    body["metadata"] = {**_dict(body["metadata"]), "name": name}
    _check_size(body, shelf, found=found)
    return ClusterObject(
        api_version=API, kind="WorkflowTemplate", name=name, body=body, address=found.address, notes=tuple(found.notes)
    )


def _begin(program: Program, graph: RunGraph, plan: LaunchPlan) -> JsonObject:
    """What the first pod is told: inputs as the plan gives them, and which of them a launch may not change."""
    fixed, given = dict(plan.fixed_inputs), dict(plan.default_inputs)
    kickoff = plan.schedule.kickoff_time_input if plan.schedule else None
    workflow = program.workflows.get(plan.workflow)
    queries = dict(queries_of(plan, workflow)) if workflow is not None else {}
    inputs: list[Json] = [
        {
            "name": each.name,
            "type": type_wire(each.type),
            "required": each.required,
            "fixed": each.name in fixed,
            "given": _given(fixed.get(each.name) or given.get(each.name) or each.default),
            **({"query": query_invocation(program, queries[each.name])} if each.name in queries else {}),
        }
        for each in graph.inputs
    ]
    return {"v": 1, "do": "begin", "step": "", "inputs": inputs, "kickoff": kickoff}


def _given(literal: Literal | None) -> Json:
    return {"type": type_wire(literal.type), "value": literal.value} if literal else None


def _spec(
    program: Program,
    plan: LaunchPlan,
    shelf: Shelf,
    *,
    entrypoint: str,
    begins: bool,
    target: Target,
    found: Findings,
) -> JsonObject:
    labels = _labels(program, found)
    account = target.service_account
    if plan.service_account:
        account = found.object_name(plan.service_account, at=(found.address, "service_account"), what="service account")
    spec: JsonObject = {
        "entrypoint": entrypoint,
        "templates": shelf.listed(),
        "serviceAccountName": account,
        "automountServiceAccountToken": False,
        "executor": {"serviceAccountName": target.executor_account},
        "podMetadata": {"labels": labels},
        "workflowMetadata": {"labels": {**_user_pairs(plan, "labels", found=found), **labels}},
    }
    if begins:
        # Empty unless the clock or a launch fills them: a time of the engine's, the key of a document in the store.
        parameters: list[Json] = [{"name": "kickoff", "value": ""}, {"name": "inputs", "value": ""}]
        spec["arguments"] = {"parameters": parameters}
    if plan.max_parallelism is not None:
        spec["parallelism"] = plan.max_parallelism
    if plan.concurrency is not None and plan.concurrency.when_full == "queue":
        # By the plan's name: runs of all its versions wait for one another.
        mutexes: list[Json] = [{"name": cron_name(program.project, program.domain, plan.name)}]
        spec["synchronization"] = {"mutexes": mutexes}
    return spec


def _object(
    kind: str,
    name: str,
    spec: JsonObject,
    *,
    plan: LaunchPlan,
    program: Program,
    target: Target,
    found: Findings,
) -> JsonObject:
    metadata: JsonObject = {
        "name": name,
        "namespace": target.namespace,
        "labels": {**_user_pairs(plan, "labels", found=found), **_labels(program, found)},
        "annotations": {**_user_pairs(plan, "annotations", found=found), "flyteops/address": found.address},
    }
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}


def _labels(program: Program, found: Findings) -> JsonObject:
    kind, _, name = found.address.partition("/")
    return {
        "app.kubernetes.io/managed-by": "flyteops",
        "flyteops/project": label_value(program.project),
        "flyteops/domain": label_value(program.domain),
        "flyteops/kind": label_value(kind),
        "flyteops/name": label_value(name),
    }


def _user_pairs(plan: LaunchPlan, field: str, *, found: Findings) -> JsonObject:
    for key, _ in plan.labels if field == "labels" else plan.annotations:
        found.key(key, at=(found.address, f"{field}.{key}"), what=field)
    if field == "annotations":
        # Annotations of the object itself: the engine does not hand them on to a run.
        return {key: found.carried(text, at=(found.address, field), what=f'"{key}"') for key, text in plan.annotations}
    return {key: found.plain(text, at=(found.address, field), what=f'"{key}"') for key, text in plan.labels}


def _check_size(body: JsonObject, shelf: Shelf, *, found: Findings) -> None:
    if len(shelf.templates) > MAX_TASKS:
        _refuse_size(f"{len(shelf.templates)} templates (distinct shapes of pods)", found=found)
    size = len(canonical(body))
    if size > MAX_BYTES * REFUSED_ABOVE:
        _refuse_size(f"{size // 1024} KiB", found=found, code="FO803")
    elif size > MAX_BYTES * WARNED_ABOVE:
        found.note(f"{found.address} takes {size // 1024} KiB of the 1024 KiB that one object may have")


def _refuse_size(what: str, *, found: Findings, code: str = "FO801") -> None:
    found.refuse(
        code,
        f"{found.address} has {what}, more than one object of Argo can hold",
        at=(found.address, ""),
        label=what,
        way_out="Use a map instead of many nodes, or split the workflow.",
    )


def _check_target(target: Target, *, found: Findings) -> None:
    texts = [
        target.namespace,
        target.store,
        target.cache_scope,
        target.service_account,
        target.executor_account,
        target.accelerator_label,
        target.partition_label,
    ]
    match target.code:
        case CodeBundle(uri=uri, command=command, roots=roots):
            texts.extend((uri, *command, *roots))
        case CodeInImage(roots=roots):
            texts.extend(roots)
    if target.runner is not None:
        texts.extend(target.runner.command)
    for text in texts:
        found.plain(text, at=("", ""), what=f'the setting "{text}"')
    for what, name in (("namespace", target.namespace), ("service account", target.service_account)):
        found.object_name(name, at=("", ""), what=what)


def _dict(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise TypeError(f"a map of the object is {type(value).__name__}")
    return value
