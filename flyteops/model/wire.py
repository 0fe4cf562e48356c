"""The declared wire form of each entity kind: what is hashed, stored and compared. Version 1.

Written out field by field, so that renaming a class or adding a field with an empty default changes no digest:
a field that is None, empty or at its neutral value is left out. Golden digests in the tests pin every byte.
"""

from __future__ import annotations

from typing import assert_never

from flyteops.model.artifacts import Artifact, artifact_wire, query_wire, trigger_wire
from flyteops.model.declarations import Declaration, declaration_wire
from flyteops.model.digest import Json, JsonObject, canonical, digest_of, digest_of_canonical
from flyteops.model.entities import (
    Amount,
    Approve,
    Backoff,
    CachePolicy,
    CaseBody,
    Entity,
    Fail,
    GiveValue,
    Image,
    Included,
    Interface,
    LaunchPlan,
    LaunchPlanCall,
    MapCall,
    Node,
    Placement,
    Resources,
    Retries,
    Schedule,
    Sleep,
    Switch,
    Task,
    TaskCall,
    TaskSettings,
    Timeout,
    Toleration,
    Variable,
    WaitForInput,
    Workflow,
    WorkflowCall,
)
from flyteops.model.expressions import condition_wire
from flyteops.model.ids import Kind
from flyteops.model.launching import concurrency_wire, notification_wire
from flyteops.model.literals import Literal
from flyteops.model.references import Bound, binding_wire
from flyteops.model.state import EntityRecord
from flyteops.model.surroundings import actor_wire, pod_template_wire, secret_wire
from flyteops.model.types import type_wire
from flyteops.model.works import work_wire

ENTITY_WIRE: dict[str, str] = {kind.value: f"flyteops.{kind}.v1" for kind in Kind}


def sparse(fields: dict[str, Json]) -> JsonObject:
    """The fields that say something: None, empty text, empty lists and empty maps are left out."""
    return {key: value for key, value in fields.items() if value is not None and value not in ("", [], {})}


def entity_wire(entity: Entity) -> JsonObject:
    """The JSON form of an entity."""
    match entity:
        case Task():
            return task_wire(entity)
        case Workflow():
            return workflow_wire(entity)
        case LaunchPlan():
            return launch_plan_wire(entity)
        case Artifact():
            return artifact_wire(entity)
        case Declaration():
            return declaration_wire(entity)
        case _:
            assert_never(entity)


def entity_digest(entity: Entity) -> str:
    """Hex digest of an entity over its wire form, in the domain of its kind."""
    return record_of(entity).digest


def record_of(entity: Entity) -> EntityRecord:
    """What a registry holds of an entity; its wire form is kept as text."""
    match entity:
        case Task():
            kind = "task"
        case Workflow():
            kind = "workflow"
        case LaunchPlan():
            kind = "launch_plan"
        case Artifact():
            kind = "artifact"
        case Declaration():
            kind = entity.kind.value
        case _:
            assert_never(entity)
    text = canonical(entity_wire(entity))
    return EntityRecord(digest=digest_of_canonical(ENTITY_WIRE[kind], text), text=text)


def variable_wire(variable: Variable) -> JsonObject:
    """A variable with its description: part of the entity, not of a cache key."""
    fields: dict[str, Json] = {"type": type_wire(variable.type), "description": variable.description}
    wire = sparse(fields)
    if not variable.required:
        wire["required"] = False
    if variable.default is not None:
        wire["default"] = {"type": type_wire(variable.default.type), "value": variable.default.value}
    if variable.query is not None:
        wire["query"] = query_wire(variable.query)
    return wire


def interface_wire(interface: Interface) -> JsonObject:
    """Inputs and outputs as ordered pairs of name and variable."""
    inputs: list[Json] = [[variable.name, variable_wire(variable)] for variable in interface.inputs]
    outputs: list[Json] = [[variable.name, variable_wire(variable)] for variable in interface.outputs]
    return sparse({"inputs": inputs, "outputs": outputs})


def interface_key(interface: Interface) -> str:
    """Digest of names and types alone, sorted by name: what of an interface enters a cache key."""
    inputs: dict[str, Json] = {variable.name: type_wire(variable.type) for variable in interface.inputs}
    outputs: dict[str, Json] = {variable.name: type_wire(variable.type) for variable in interface.outputs}
    return digest_of("flyteops.interface.v1", inputs, outputs)


def task_wire(task: Task) -> JsonObject:
    """A task: its work with the digest of its code, interface, effective settings."""
    return sparse(
        {
            "name": task.name,
            **work_wire(task.work),
            "interface": interface_wire(task.interface),
            "fixed_inputs": _given_wire(task.fixed_inputs),
            "local": work_wire(task.local) if task.local else None,
            "secrets": {each.target or each.secret: secret_wire(each) for each in task.secrets},
            "pod_template": pod_template_wire(task.pod_template) if task.pod_template else None,
            "actor": actor_wire(task.actor) if task.actor else None,
            "deck": task.deck or None,
            "checkpoint": task.checkpoint or None,
            "batch": task.batch,
            "settings": settings_wire(task.settings),
            "description": task.description,
            "labels": dict(task.labels),
            "annotations": dict(task.annotations),
            "service_account": task.service_account,
            "deprecated": task.deprecated,
            "expect_s": task.expect_s,
            "keyed_as": task.keyed_as,
        }
    )


def settings_wire(settings: TaskSettings) -> JsonObject:
    """Effective settings; cache is an object when on (`{}` for all defaults) and absent when off."""
    wire = sparse(
        {
            "resources": resources_wire(settings.resources),
            "image": image_wire(settings.image) if settings.image else None,
            "retries": retries_wire(settings.retries),
            "timeout": timeout_wire(settings.timeout),
            "interruptible": settings.interruptible or None,
            "env": dict(settings.env),
            "node_pool": placement_wire(settings.placement) if settings.placement else None,
        }
    )
    if settings.cache is not None:
        wire["cache"] = cache_wire(settings.cache)
    return wire


def amount_wire(amount: Amount | None) -> Json:
    """`{"request", "limit"}`."""
    return sparse({"request": amount.request, "limit": amount.limit}) if amount else None


def resources_wire(resources: Resources) -> JsonObject:
    """What a pod asks for."""
    return sparse(
        {
            "cpu": amount_wire(resources.cpu),
            "memory": amount_wire(resources.memory),
            "gpu": resources.gpu,
            "accelerator": resources.accelerator,
            "ephemeral_storage": amount_wire(resources.ephemeral_storage),
            "shared_memory": resources.shared_memory,
            "node_selector": dict(resources.node_selector),
            "tolerations": [toleration_wire(each) for each in resources.tolerations],
            "priority": resources.priority,
            "partition": resources.partition,
            "queue": resources.queue,
        }
    )


def placement_wire(placement: Placement) -> JsonObject:
    """The pool that a pod goes to, as far as it changes the pod."""
    return sparse(
        {
            "name": placement.pool,
            "selector": dict(placement.selector),
            "tolerations": [toleration_wire(each) for each in placement.tolerations],
            "spot": placement.spot or None,
            "mixed": placement.mixed or None,
        }
    )


def toleration_wire(toleration: Toleration) -> JsonObject:
    """A toleration by its given fields."""
    return sparse(
        {
            "key": toleration.key,
            "operator": toleration.operator,
            "value": toleration.value,
            "effect": toleration.effect,
            "seconds": toleration.seconds,
        }
    )


def image_wire(image: Image) -> JsonObject:
    """An image as declared and, when the lock pins it, its digest."""
    return sparse(
        {
            "name": image.name,
            "reference": image.reference,
            "python": image.python,
            "requirements": image.requirements,
            "requirements_digest": image.requirements_digest,
            "packages": list(image.packages),
            "apt": list(image.apt),
            "base": image.base,
            "base_digest": image.base_digest,
            "registry": image.registry,
            "digest": image.digest,
        }
    )


def image_identity(image: Image) -> str:
    """What is in an image, as far as it can be told without building or pulling it: for a reference its digest, else
    what it says; for one that is built all that it is built from. Its name and where it is pushed do not count."""
    if image.reference is not None:
        return digest_of("flyteops.image.v1", image.digest or image.reference)
    built: JsonObject = {
        key: value for key, value in image_wire(image).items() if key not in ("name", "registry", "digest")
    }
    for of, digest in (("requirements", "requirements_digest"), ("base", "base_digest")):
        if digest in built:
            del built[of]  # by content, not by path or tag
    return digest_of("flyteops.image.v1", built)


def retries_wire(retries: Retries) -> JsonObject:
    """Limit, back-off and the exceptions that are never retried."""
    return sparse(
        {
            "limit": retries.limit or None,
            "backoff": backoff_wire(retries.backoff) if retries.backoff else None,
            "never": list(retries.never),
        }
    )


def backoff_wire(backoff: Backoff) -> JsonObject:
    """Seconds."""
    return sparse({"initial_s": backoff.initial_s, "factor": backoff.factor, "max_s": backoff.max_s})


def timeout_wire(timeout: Timeout) -> JsonObject:
    """Seconds."""
    return sparse({"run_s": timeout.run_s, "queued_s": timeout.queued_s, "total_s": timeout.total_s})


def cache_wire(cache: CachePolicy) -> JsonObject:
    """The policy; the digest of the code stands beside it in the task."""
    return sparse(
        {
            "version": cache.version,
            "ignore": sorted(cache.ignore),
            "max_age_s": cache.max_age_s,
            "serialize": cache.serialize or None,
            "include": [_included_wire(each) for each in cache.include],
            "scope": cache.scope,
        }
    )


def _included_wire(included: Included) -> JsonObject:
    return sparse({"what": included.what, "name": included.name, "digest": included.digest})


def workflow_wire(workflow: Workflow) -> JsonObject:
    """A workflow: nodes by name, so that their order in the file has no meaning."""
    outputs: list[Json] = [[bound.name, binding_wire(bound.binding)] for bound in workflow.outputs]
    return sparse(
        {
            "name": workflow.name,
            "interface": interface_wire(workflow.interface),
            "nodes": {node.name: node_wire(node) for node in workflow.nodes},
            "outputs": outputs,
            "description": workflow.description,
            "failure_policy": None if workflow.failure_policy == "immediately" else workflow.failure_policy,
            "on_failure": body_wire(workflow.on_failure) if workflow.on_failure else None,
        }
    )


def node_wire(node: Node) -> JsonObject:
    """One node: its body, and the nodes it waits for beyond its references."""
    return sparse({**body_wire(node.body), "after": sorted(node.after)})


def bounds_wire(bounds: tuple[Bound, ...]) -> JsonObject:
    """Bindings by the name of the variable they feed."""
    return {bound.name: binding_wire(bound.binding) for bound in sorted(bounds, key=lambda each: each.name)}


def body_wire(body: CaseBody) -> JsonObject:
    """A body by its kind."""
    match body:
        case TaskCall():
            return sparse(
                {
                    "task": body.task,
                    "inputs": bounds_wire(body.inputs),
                    "settings": settings_wire(body.settings) if body.settings else None,
                    "title": body.title,
                }
            )
        case WorkflowCall():
            return sparse({"workflow": body.workflow, "inputs": bounds_wire(body.inputs)})
        case LaunchPlanCall():
            return sparse({"launch_plan": body.launch_plan, "inputs": bounds_wire(body.inputs)})
        case MapCall():
            return sparse(
                {
                    "map": body.callee if body.kind == "task" else {body.kind: body.callee},
                    "over": bounds_wire(body.over),
                    "inputs": bounds_wire(body.inputs),
                    "concurrency": body.concurrency,
                    "min_success_ratio": body.min_success_ratio,
                    "min_successes": body.min_successes,
                    "settings": settings_wire(body.settings) if body.settings else None,
                    "title": body.title,
                }
            )
        case Sleep():
            return {"sleep_s": body.duration_s}
        case Approve():
            given: JsonObject = {} if body.bound is None else {"value": binding_wire(body.bound.binding)}
            return {"approve": {**given, **_prompt_wire(body)}}
        case WaitForInput():
            return {"wait_for_input": {"type": type_wire(body.type), **_prompt_wire(body)}}
        case GiveValue():
            return {"value": binding_wire(body.bound.binding)}
        case Fail():
            return {"fail": body.message}
        case Switch():
            cases: list[Json] = [
                {"when": condition_wire(case.when), "then": body_wire(case.then)} for case in body.cases
            ]
            return {"switch": cases, "else": body_wire(body.otherwise)}
        case _:
            assert_never(body)


def _prompt_wire(gate: Approve | WaitForInput) -> JsonObject:
    return sparse({"prompt": gate.prompt, "timeout_s": gate.timeout_s})


def _given_wire(given: tuple[tuple[str, Literal], ...]) -> JsonObject:
    return {name: {"type": type_wire(each.type), "value": each.value} for name, each in given}


def launch_plan_wire(plan: LaunchPlan) -> JsonObject:
    """A launch plan; `active` is written only when false."""
    return sparse(
        {
            "name": plan.name,
            "workflow": plan.workflow,
            "default_inputs": _given_wire(plan.default_inputs),
            "fixed_inputs": _given_wire(plan.fixed_inputs),
            "schedule": schedule_wire(plan.schedule) if plan.schedule else None,
            "active": None if plan.active else False,
            "max_parallelism": plan.max_parallelism,
            "description": plan.description,
            "labels": dict(plan.labels),
            "annotations": dict(plan.annotations),
            "service_account": plan.service_account,
            "notifications": [notification_wire(each) for each in plan.notifications],
            "concurrency": concurrency_wire(plan.concurrency) if plan.concurrency else None,
            "overwrite_cache": plan.overwrite_cache or None,
            "raw_data": plan.raw_data,
            "queries": {name: query_wire(query) for name, query in plan.queries},
            "trigger": trigger_wire(plan.trigger) if plan.trigger else None,
        }
    )


def schedule_wire(schedule: Schedule) -> JsonObject:
    """A schedule as written."""
    return sparse(
        {
            "cron": schedule.cron,
            "every": schedule.every,
            "timezone": schedule.timezone,
            "catchup": schedule.catchup,
            "overlap": schedule.overlap,
            "start": schedule.start,
            "end": schedule.end,
            "kickoff_time_input": schedule.kickoff_time_input,
            "jitter_s": schedule.jitter_s,
            "dst": None if schedule.dst == "once" else schedule.dst,
        }
    )
