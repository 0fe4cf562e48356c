"""The effective values of entities by the names that YAML has for them; None where nothing is set. Places are found
elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flyteops.execution.schedule import spelled
from flyteops.model.artifacts import Artifact
from flyteops.model.declarations import Declaration
from flyteops.model.digest import Json, JsonObject, canonical
from flyteops.model.entities import (
    Amount,
    Backoff,
    LaunchPlan,
    MapCall,
    Node,
    Schedule,
    Task,
    TaskCall,
    TaskSettings,
    Toleration,
    Workflow,
)
from flyteops.model.ids import Kind
from flyteops.model.surroundings import pod_template_wire, source_text
from flyteops.model.value_text import value_text
from flyteops.model.wire import launch_plan_wire, workflow_wire
from flyteops.model.works import FunctionWork, work_wire
from flyteops.plan.readable import readable
from flyteops.plan.stored_types import as_map

Rows = Iterator[tuple[str, str | None]]
"""Path and value as text."""


def task_rows(task: Task) -> Rows:
    """A task: its work, its settings, its other options."""
    shown = readable(Kind.TASK, work_wire(task.work))
    for path, value in _leaves({name: value for name, value in shown.items() if name != "interface"}, ""):
        if path not in ("code", "returns"):
            yield path, value
    yield from settings_rows(task.settings)
    yield from ((f"fixed_inputs.{name}", value_text(each.value)) for name, each in task.fixed_inputs)
    yield "local", str(task.local.function) if task.local else None
    yield from surrounding_rows(task)
    yield "deck", _flag(task.deck)
    yield "checkpoint", _flag(task.checkpoint)
    yield "batch", _number(task.batch)
    yield "description", task.description or None
    yield "service_account", task.service_account
    yield from _pairs("labels", task.labels)
    yield from _pairs("annotations", task.annotations)
    yield "deprecated", task.deprecated
    yield "expect", _seconds(task.expect_s)


def surrounding_rows(task: Task) -> Rows:
    """Secrets, pod template and actor, laid open."""
    for use in task.secrets:
        yield f"secrets.{use.target or use.secret}", f"{use.secret}, as {use.kind} ({source_text(use.source)})"
    template, actor = task.pod_template, task.actor
    yield "pod_template", template.name if template else None
    if template is not None:
        yield from _leaves(pod_template_wire(template)["spec"], "pod_template.spec")
    yield "actor", actor.name if actor else None
    if actor is not None:
        yield "actor.replicas", str(actor.replicas)
        yield "actor.idle", _seconds(actor.idle_s)
        yield "actor.warm", ", ".join(str(each.function) for each in actor.warm) or None


def settings_rows(settings: TaskSettings) -> Rows:
    """What a node may override."""
    resources, image = settings.resources, settings.image
    for name in ("cpu", "memory", "ephemeral_storage"):
        yield f"resources.{name}", _amount(getattr(resources, name))
    for name in ("gpu", "accelerator", "partition", "shared_memory", "priority", "queue"):
        value = getattr(resources, name)
        yield f"resources.{name}", None if value is None else str(value)
    yield from _pairs("resources.node_selector", resources.node_selector)
    if resources.tolerations:
        yield "resources.tolerations", "; ".join(map(_toleration, resources.tolerations))
    if settings.placement is not None:
        yield "node_pool", settings.placement.pool + (" (spot)" if settings.placement.spot else "")
    yield "image", None if image is None else (image.reference or image.name) + _pinned(image.digest)
    yield "retries.limit", str(settings.retries.limit)
    yield "retries.backoff", _backoff(settings.retries.backoff)
    yield "retries.never", ", ".join(settings.retries.never) or None
    for name in ("run", "queued", "total"):
        yield f"timeout.{name}", _seconds(getattr(settings.timeout, f"{name}_s"))
    yield "interruptible", _flag(settings.interruptible)
    yield from _cache_rows(settings)
    yield from _pairs("env", settings.env)


def _cache_rows(settings: TaskSettings) -> Rows:
    cache = settings.cache
    yield "cache", "off" if cache is None else "on"
    if cache is None:
        return
    yield "cache.version", cache.version
    yield "cache.ignore", ", ".join(cache.ignore) or None
    yield "cache.include", ", ".join(each.name or each.what for each in cache.include) or None
    yield "cache.max_age", _seconds(cache.max_age_s)
    yield "cache.serialize", _flag(cache.serialize)
    yield "cache.scope", cache.scope


def workflow_rows(workflow: Workflow) -> Rows:
    """A workflow: its nodes and outputs, references as written."""
    shown = readable(Kind.WORKFLOW, workflow_wire(workflow))
    yield "description", workflow.description or None
    yield "failure_policy", workflow.failure_policy
    for node in workflow.nodes:
        told = _node_rows(as_map(as_map(shown["nodes"])[node.name]), node)
        yield from ((f"nodes.{node.name}.{path}", value) for path, value in told if value)
        body = node.body
        if isinstance(body, TaskCall | MapCall) and body.settings is not None:
            yield from ((f"nodes.{node.name}.overrides.{path}", value) for path, value in settings_rows(body.settings))
    yield from _leaves(shown.get("outputs"), "outputs")
    handler = as_map(shown.get("on_failure"))
    yield from _leaves({key: each for key, each in handler.items() if key != "overrides"}, "on_failure")
    if isinstance(workflow.on_failure, TaskCall) and workflow.on_failure.settings is not None:
        told = settings_rows(workflow.on_failure.settings)
        yield from ((f"on_failure.overrides.{path}", value) for path, value in told)


def node_rows(workflow: Workflow, node: Node) -> Rows:
    """One node; its overrides are among the settings."""
    yield from _node_rows(as_map(as_map(readable(Kind.WORKFLOW, workflow_wire(workflow))["nodes"])[node.name]), node)


def _node_rows(shown: Mapping[str, Json], node: Node) -> Rows:
    body = {name: value for name, value in shown.items() if name not in ("overrides", "after")}
    yield from _leaves(_body(body), "")
    if isinstance(node.body, TaskCall | MapCall) and node.body.title:
        yield "overrides.name", node.body.title
    yield "after", ", ".join(node.after) or None


def _body(body: Mapping[str, Json]) -> JsonObject:
    """The body of a node or a case with its keys where YAML has them."""
    if "switch" in body:
        cases = {name: as_map(case) for name, case in as_map(body["switch"]).items()}
        told: JsonObject = {
            name: {"when": case["when"], "then": _body(as_map(case["then"]))} for name, case in cases.items()
        }
        return {"switch": {**told, "else": _body(as_map(body["else"]))}}
    # A gate that only waits for consent has nothing to say of itself.
    return {**body, "approve": body["approve"] or {"prompt": ""}} if "approve" in body else dict(body)


def launch_plan_rows(plan: LaunchPlan) -> Rows:
    """A launch plan with its schedule."""
    shown = readable(Kind.LAUNCH_PLAN, launch_plan_wire(plan))
    yield "workflow", plan.workflow
    yield from _leaves({name: shown[name] for name in ("default_inputs", "fixed_inputs") if shown[name]}, "")
    yield from ((f"default_inputs.{name}", f"the newest {query}") for name, query in plan.queries)
    if plan.schedule is not None:
        yield from _schedule_rows(plan.schedule)
    else:
        yield "schedule", None
    yield "active", _flag(plan.active)
    yield "max_parallelism", _number(plan.max_parallelism)
    yield "description", plan.description or None
    yield "service_account", plan.service_account
    yield from _plan_option_rows(plan)
    yield from _pairs("labels", plan.labels)
    yield from _pairs("annotations", plan.annotations)


def artifact_rows(artifact: Artifact) -> Rows:
    """An artifact: what publishes it, what its versions are told apart by."""
    yield "from", f"workflow/{artifact.workflow}.{artifact.output}"
    for each in artifact.partitions:
        yield f"partitions.{each.key}", f"$inputs.{each.input}" if each.input is not None else each.value
    time = artifact.time
    yield "time_partition", None if time is None else time.granularity
    if time is not None:
        yield "time_partition.of", f"$inputs.{time.input}" if time.input else "when it was published"
    yield "description", artifact.description or None


def declaration_rows(declaration: Declaration) -> Rows:
    """A workspace, role, policy or quota by its fields."""
    yield from _leaves(dict(readable(declaration.kind, declaration.fields)), "")


def _plan_option_rows(plan: LaunchPlan) -> Rows:
    yield "trigger", None if plan.trigger is None else f"a new version of {plan.trigger.query}"
    if plan.trigger is not None:
        yield from ((f"trigger.bind.{name}", "$artifact") for name in plan.trigger.binds)
    told = [f"{each.channel.name} ({each.channel.kind}) on {', '.join(each.phases)}" for each in plan.notifications]
    yield "notifications", "; ".join(told) or None
    yield "concurrency.limit", None if plan.concurrency is None else str(plan.concurrency.limit)
    yield "concurrency.when_full", None if plan.concurrency is None else plan.concurrency.when_full
    yield "overwrite_cache", _flag(plan.overwrite_cache)
    yield "raw_data", plan.raw_data


def _schedule_rows(schedule: Schedule) -> Rows:
    for name in ("cron", "every", "timezone", "catchup", "overlap", "dst", "start", "end", "kickoff_time_input"):
        value = getattr(schedule, name)
        if name not in ("cron", "every") or value is not None:
            yield f"schedule.{name}", value
    yield "schedule.jitter", _seconds(schedule.jitter_s)


def code_row(task: Task) -> str:
    """The digest of what the task computes, and of what."""
    what = (
        "of the function and the first-party code it reaches" if isinstance(task.work, FunctionWork) else "of its work"
    )
    return f"{task.code[:12]} ({what})"


def _leaves(value: Json, path: str) -> Rows:
    if isinstance(value, dict) and not value:
        return
    if isinstance(value, dict) and not {"$u", "$blob", "$us", "$f", "$data"} & set(value):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, str):
        yield path, value
    else:
        yield path, value_text(value) if not isinstance(value, list) else canonical(value).decode("utf-8")


def _pairs(path: str, pairs: tuple[tuple[str, str], ...]) -> Rows:
    yield from ((f"{path}.{name}", value) for name, value in pairs)


def _toleration(toleration: Toleration) -> str:
    """`gpu=a100:NoSchedule`, as a taint is written; a key alone bears every value."""
    value = f"={toleration.value}" if toleration.value else ""
    effect = f":{toleration.effect}" if toleration.effect else ""
    seconds = f" for {toleration.seconds}s" if toleration.seconds is not None else ""
    return f"{toleration.key or 'every taint'}{value}{effect}{seconds}"


def _amount(amount: Amount | None) -> str | None:
    if amount is None:
        return None
    if amount.request == amount.limit:
        return amount.request
    told = [f"{word} {each}" for word, each in (("request", amount.request), ("limit", amount.limit)) if each]
    return ", ".join(told)


def _seconds(value: float | None) -> str | None:
    if value is None:
        return None
    return spelled(int(value)) if value == int(value) and value > 0 else f"{value:g}s"


def _backoff(value: Backoff | None) -> str | None:
    if value is None:
        return None
    most = _seconds(value.max_s)
    return f"from {_seconds(value.initial_s)}, times {value.factor:g}" + (f", at most {most}" if most else "")


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _pinned(digest: str | None) -> str:
    return f" @ {digest[:19]}" if digest else ""
