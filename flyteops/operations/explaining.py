"""Everything about one entity or node: its effective values with where each was written, its cache key, its neighbours.

Reads a program and the manifests that it was compiled from; changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from flyteops.execution.artifacts import queries_of
from flyteops.model.artifacts import Artifact
from flyteops.model.declarations import INERT, Declaration
from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.entities import (
    CachePolicy,
    Entity,
    LaunchPlan,
    MapCall,
    Node,
    Task,
    TaskCall,
    Variable,
    Workflow,
    called,
    calls_of,
    upstream_of,
)
from flyteops.model.errors import InvalidProject
from flyteops.model.explained import Explained, Link, Part, Value
from flyteops.model.ids import EntityId, Kind
from flyteops.model.program import Program
from flyteops.model.types import pickles_in, spelling
from flyteops.model.value_text import value_text
from flyteops.model.wire import entity_digest, interface_key
from flyteops.operations.effective import (
    Rows,
    artifact_rows,
    code_row,
    declaration_rows,
    launch_plan_rows,
    node_rows,
    settings_rows,
    task_rows,
    workflow_rows,
)
from flyteops.operations.running import find, launched_plan
from flyteops.operations.sources import Readings
from flyteops.operations.written_where import Places, Writers
from flyteops.source.python import Signature
from flyteops.source.suggest import did_you_mean


def explain(
    program: Program, readings: Readings, address: str, *, settings_file: str, image_at: Place | None = None
) -> Explained:
    """Everything about an address: an entity, or a node as `workflow/train.fit`; InvalidProject when it is neither.

    `image_at` is where the settings give the domain a default image.
    """
    writers = Writers(readings.manifests, settings_file=settings_file)
    explainer = _Explainer(program, readings, writers, image_at)
    node = _node_at(program, address)
    return explainer.node(*node) if node is not None else explainer.entity(find(program, address))


def _node_at(program: Program, address: str) -> tuple[Workflow, Node] | None:
    """The node of `workflow/train.fit` or `workflow/train.nodes.fit`; None when the address has another form."""
    head, dot, name = address.partition(".")
    if not dot or ":" in address or not head.startswith("workflow/"):
        return None
    workflow = program.workflows[find(program, head).name]
    name = name.removeprefix("nodes.")
    found = next((node for node in workflow.nodes if node.name == name), None)
    if found is None:
        names = [node.name for node in workflow.nodes]
        way_out = did_you_mean(name, names) or f"nodes: {', '.join(names[:10])}"
        message = f'the workflow {workflow.name} has no node "{name}"'
        raise InvalidProject([Diagnostic(code="FO614", message=message, place=None, help=way_out)])
    return workflow, found


class _Explainer:
    def __init__(self, program: Program, readings: Readings, writers: Writers, image_at: Place | None) -> None:
        self.program = program
        self.image_at = image_at
        self.readings = readings
        self.writers = writers
        self.places = Places(program.origins)

    def entity(self, target: EntityId) -> Explained:
        entity: Entity = dict(self.program.entities()).get(target) or launched_plan(self.program, target)
        inputs: Iterable[Value] = ()
        outputs: Iterable[Value] = ()
        notes: list[str] = []
        match entity:
            case Task():
                rows, uses = task_rows(entity), self._uses_of_task(entity)
                inputs, outputs = self._task_variables(target, entity)
            case Workflow():
                rows, uses = workflow_rows(entity), self._calls(entity)
                inputs = [self._variable(target, "inputs", each, None) for each in entity.interface.inputs]
            case LaunchPlan():
                rows = launch_plan_rows(entity)
                at = self.places.get(f"{target}.workflow")
                uses = iter([Link(address=f"workflow/{entity.workflow}", how="launches", place=at)])
                if self.places.get(str(target)) is None:
                    notes.append("nobody declared it: each workflow has a launch plan of its own name")
                uses = chain(uses, self._artifacts_of(target, entity))
            case Artifact():
                rows = artifact_rows(entity)
                at = self.places.get(f"{target}.from")
                uses = iter([Link(address=f"workflow/{entity.workflow}", how="is published by", place=at)])
                notes.append(
                    "a run publishes a version once it has succeeded; a node of another workflow publishes nothing"
                )
            case Declaration():
                rows, uses = declaration_rows(entity), iter(())
                notes.append(INERT[entity.kind])
        return Explained(
            address=str(target),
            digest=entity_digest(entity),
            place=self.places.get(str(target)),
            values=tuple(self._values(target, rows)),
            inputs=tuple(inputs),
            outputs=tuple(outputs),
            cache=tuple(_cache_parts(entity, entity.settings.cache)) if isinstance(entity, Task) else (),
            uses=tuple(dict.fromkeys(uses)),
            used_by=tuple(dict.fromkeys(self._used_by(target))),
            reached_by=tuple(self._reached_by(target)),
            notes=tuple(notes),
        )

    def node(self, workflow: Workflow, node: Node) -> Explained:
        owner = EntityId(Kind.WORKFLOW, workflow.name)
        base = f"{owner}.nodes.{node.name}"
        settings: tuple[Value, ...] = ()
        cache: tuple[Part, ...] = ()
        body = node.body
        if isinstance(body, TaskCall) or (isinstance(body, MapCall) and body.kind == "task"):
            task = self.program.tasks[body.task if isinstance(body, TaskCall) else body.callee]
            effective = body.settings or task.settings
            settings = tuple(self._overridden(base, task, settings_rows(effective)))
            cache = tuple(_cache_parts(task, effective.cache))
        users = [each for each in workflow.nodes if node.name in upstream_of(each)]
        return Explained(
            address=f"{owner}.{node.name}",
            digest="",
            place=self.places.get(base),
            values=tuple(self._values(owner, node_rows(workflow, node), base=base)),
            settings=settings,
            outputs=tuple(Value(path=each.name, text=spelling(each.type)) for each in node.outputs),
            cache=cache,
            uses=(*self._waits(owner, node), *self._calls_of_node(owner, node)),
            used_by=tuple(
                Link(address=f"{owner}.{each.name}", how="waits for it", place=self._node_place(owner, each))
                for each in users
            ),
        )

    # ------------------------------------------------------------------------------------------- values

    def _values(self, owner: EntityId, rows: Rows, *, base: str = "") -> Iterator[Value]:
        for path, text in rows:
            place = self.places.of(base or str(owner), path)
            if place is None and ".overrides." in path:
                continue  # not overridden: it is the task's
            yield self._value(owner, path, text, place)

    def _overridden(self, base: str, task: Task, rows: Rows) -> Iterator[Value]:
        own = EntityId(Kind.TASK, task.name)
        for path, text in rows:
            here = self.places.of(f"{base}.overrides", path)
            place = here or self.places.of(str(own), path)
            if here is not None:
                yield Value(path=path, text=text, place=here, writer="the node's overrides")
                continue
            value = self._value(own, path, text, place)
            yield value if value.place is None or value.writer else replace(value, writer=str(own))

    def _value(self, owner: EntityId, path: str, text: str | None, place: Place | None) -> Value:
        """A value with its writer; two are written where no declaration is, and a pool is chosen."""
        if path == "node_pool" and text is not None:
            at = self.places.get(f"node_pool/{text.partition(' ')[0]}")
            return Value(path=path, text=text, place=at, writer="the cheapest that fits")
        if place is None and text is not None and owner.kind is Kind.TASK:
            if path == "image" and self.image_at is not None:
                return Value(path=path, text=text, place=self.image_at, writer="the domain's default_image")
            if path == "description":
                signature = self._signature(self.program.tasks[owner.name])
                return Value(path=path, text=text, place=signature.place if signature else None, writer="the docstring")
        return Value(path=path, text=text, place=place, writer=self._writer(place, owner))

    def _signature(self, task: Task) -> Signature | None:
        at = self.places.get(f"task/{task.name}")
        if task.function is None or at is None:
            return None
        found = self.readings.python.signature(task.function, at)
        return None if isinstance(found, tuple) else found

    def _writer(self, place: Place | None, owner: EntityId) -> str:
        return self.writers.writer(place, owner) if place is not None else ""

    def _task_variables(self, owner: EntityId, task: Task) -> tuple[list[Value], list[Value]]:
        """Inputs and outputs, each at the parameter or annotation it was read from, or where YAML declares it."""
        signature = self._signature(task)
        parameters = {each.name: each.place for each in signature.parameters} if signature else {}
        returned = [each.place for each in signature.outputs] if signature else []
        places = [*returned, *[None] * len(task.interface.outputs)]
        return (
            [self._variable(owner, "inputs", each, parameters.get(each.name)) for each in task.interface.inputs],
            [self._variable(owner, "outputs", each, places[at]) for at, each in enumerate(task.interface.outputs)],
        )

    def _variable(self, owner: EntityId, side: str, variable: Variable, source: Place | None) -> Value:
        place = self.places.of(str(owner), f"{side}.{variable.name}") or self.places.get(
            f"{owner}.{side}.{variable.name}"
        )
        place = place or source
        text = spelling(variable.type)
        inside = [name for name in dict.fromkeys(pickles_in(variable.type)) if f"{name} (pickle)" not in text]
        if inside:
            text += f" (holds pickles of {', '.join(inside)})"
        if variable.default is not None:
            text += f" = {value_text(variable.default.value)}"
        elif not variable.required:
            text += f" = the newest {variable.query}" if variable.query else ""
            text += "" if variable.query else " (optional; its default is decided in the pod)"
        return Value(path=variable.name, text=text, place=place, writer=self._writer(place, owner))

    # --------------------------------------------------------------------------------------- neighbours

    def _node_place(self, owner: EntityId, node: Node) -> Place | None:
        return self.places.get(f"{owner}.nodes.{node.name}")

    def _uses_of_task(self, task: Task) -> Iterator[Link]:
        signature = self._signature(task)
        if signature is not None:
            yield Link(address=str(task.function), how="calls", place=signature.place)
            for path in signature.files:
                yield Link(address=path, how="reads code of")
        for use in task.secrets:
            yield Link(address=use.secret, how="is given the secret")

    def _calls(self, workflow: Workflow) -> Iterator[Link]:
        owner = EntityId(Kind.WORKFLOW, workflow.name)
        for node in workflow.nodes:
            for link in self._calls_of_node(owner, node):
                yield Link(address=link.address, how=f"node {node.name} {link.how}", place=link.place)
        if workflow.on_failure is not None:
            kind, name = called(workflow.on_failure)
            place = self.places.get(f"{owner}.on_failure")
            yield Link(address=f"{kind}/{name}", how="after a failure runs", place=place)

    def _calls_of_node(self, owner: EntityId, node: Node) -> Iterator[Link]:
        for call in calls_of(node.body):
            kind, name = called(call)
            how = "runs for each item" if isinstance(call, MapCall) else "runs"
            yield Link(address=f"{kind}/{name}", how=how, place=self._node_place(owner, node))

    def _waits(self, owner: EntityId, node: Node) -> Iterator[Link]:
        for name in sorted(upstream_of(node)):
            how = "waits for" + (" (after)" if name in node.after else "")
            yield Link(address=f"{owner}.{name}", how=how, place=self.places.get(f"{owner}.nodes.{name}"))

    def _artifacts_of(self, owner: EntityId, plan: LaunchPlan) -> Iterator[Link]:
        """The artifacts that a launch of the plan looks among, and the channels that it tells."""
        for name, query in queries_of(plan, self.program.workflows[plan.workflow]):
            at = self.places.get(f"{owner}.default_inputs.{name}") or self.places.get(f"{owner}.trigger.bind.{name}")
            yield Link(address=f"artifact/{query.artifact}", how=f"{name} is the newest", place=at)

    def _artifact_users(self, target: EntityId) -> Iterator[Link]:
        """Who publishes, looks for or waits for an artifact; what a workflow publishes."""
        for name, artifact in sorted(self.program.artifacts.items()):
            if str(target) == f"workflow/{artifact.workflow}":
                how = f"its output {artifact.output} is a version of it"
                yield Link(address=f"artifact/{name}", how=how, place=self.places.get(f"artifact/{name}.from"))
        if target.kind is not Kind.ARTIFACT:
            return
        for name, workflow in sorted(self.program.workflows.items()):
            for each in workflow.interface.inputs:
                if each.query is not None and each.query.artifact == target.name:
                    place = self.places.get(f"workflow/{name}.inputs.{each.name}")
                    yield Link(address=f"workflow/{name}", how=f"its input {each.name} looks for it", place=place)
        for name, plan in sorted(self.program.launch_plans.items()):
            for given, query in plan.queries:
                if query.artifact == target.name:
                    place = self.places.get(f"launch_plan/{name}.default_inputs.{given}")
                    yield Link(address=f"launch_plan/{name}", how=f"its input {given} looks for it", place=place)
            if plan.trigger is not None and plan.trigger.query.artifact == target.name:
                place = self.places.get(f"launch_plan/{name}.trigger")
                yield Link(address=f"launch_plan/{name}", how="starts on it", place=place)

    def _used_by(self, target: EntityId) -> Iterator[Link]:
        yield from self._artifact_users(target)
        for name, plan in sorted(self.program.launch_plans.items()):
            if target == EntityId(Kind.WORKFLOW, plan.workflow):
                place = self.places.get(f"launch_plan/{name}.workflow")
                yield Link(address=f"launch_plan/{name}", how="launches it", place=place)
        for name, workflow in sorted(self.program.workflows.items()):
            owner = EntityId(Kind.WORKFLOW, name)
            for node in workflow.nodes:
                for link in self._calls_of_node(owner, node):
                    if link.address == str(target):
                        yield Link(
                            address=f"{owner}.{node.name}",
                            how=f"{link.how.replace('runs', 'runs it')}",
                            place=link.place,
                        )
            if workflow.on_failure is not None and called(workflow.on_failure) == (str(target.kind), target.name):
                yield Link(
                    address=str(owner), how="runs it after a failure", place=self.places.get(f"{owner}.on_failure")
                )

    def _reached_by(self, target: EntityId) -> Iterator[Link]:
        """Launch plans that reach the target through workflows that it is a part of."""
        reached: set[str] = set()
        waiting = [str(target)]
        direct = {link.address for link in self._used_by(target)}
        users = _users(self.program)
        while waiting:
            for user in users.get(waiting.pop(), ()):
                if user not in reached:
                    reached.add(user)
                    waiting.append(user)
        for address in sorted(reached - direct):
            if address.startswith("launch_plan/"):
                yield Link(address=address, how="reaches it", place=self.places.get(address))


def _users(program: Program) -> dict[str, set[str]]:
    """Who calls whom, by address."""
    users: dict[str, set[str]] = {}
    for name, plan in program.launch_plans.items():
        users.setdefault(f"workflow/{plan.workflow}", set()).add(f"launch_plan/{name}")
    for name, workflow in program.workflows.items():
        for node in workflow.nodes:
            for call in calls_of(node.body):
                kind, callee = called(call)
                users.setdefault(f"{kind}/{callee}", set()).add(f"workflow/{name}")
        if workflow.on_failure is not None:
            kind, callee = called(workflow.on_failure)
            users.setdefault(f"{kind}/{callee}", set()).add(f"workflow/{name}")
    return users


def _cache_parts(task: Task, cache: CachePolicy | None) -> Iterator[Part]:
    if cache is None:
        return
    kept = f", kept from {task.name}'s former name" if task.keyed_as else ""
    yield Part(name="name", text=f"{task.key_name}{kept}")
    written = f'"{cache.version}", as written: change it when a result must change'
    yield Part(name="version", text=written if cache.version is not None else f"code {code_row(task)}")
    yield Part(name="interface", text=f"{interface_key(task.interface)[:12]} (names and types, no descriptions)")
    counted = [each.name for each in task.interface.inputs if each.name not in cache.ignore]
    yield Part(name="inputs", text=", ".join(counted) + " (by content)" if counted else "none")
    if cache.ignore:
        yield Part(name="ignored", text=", ".join(cache.ignore))
    if cache.include:
        yield Part(name="included", text=", ".join(each.name or each.what for each in cache.include))
    included = {each.what for each in cache.include}
    free = [*(["the image"] if "image" not in included else []), *(["the lock"] if "lock" not in included else [])]
    free += ["resources", "retries", "timeouts", "env", "descriptions", "comments and formatting"]
    yield Part(name="not counted", text=", ".join(free))
