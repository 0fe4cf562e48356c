"""What a task has around it, laid open into the task: secrets, the template of its pod, the actor it runs on."""

from __future__ import annotations

from typing import Literal as OneOf
from typing import Union, assert_never

from flyteops.model.digest import Json, JsonObject
from flyteops.model.frozen import frozen
from flyteops.model.works import FunctionRef


@frozen
class KubernetesSecret:
    """A key of a Secret that is in the pods' namespace already."""

    name: str
    key: str


@frozen
class ExternalSecret:
    """What the External Secrets Operator brings: `store` is the name of a store of its own; `refresh_s` is None when
    it is read once an hour, as the operator does by itself."""

    store: str
    key: str
    property: str = ""
    refresh_s: float | None = None
    scope: OneOf["project", "domain", "organization"] = "project"


@frozen
class SopsSecret:
    """A value of an encrypted file of the repository; `sha256` is the digest of the ciphertext, when it was read."""

    file: str
    key: str
    sha256: str = ""


SecretSource = Union[KubernetesSecret, ExternalSecret, SopsSecret]
SecretKind = OneOf["variable", "file", "context"]


@frozen
class SecretUse:
    """A declared secret as a task sees it: the variable `target`, the file at `target`, or by asking the context."""

    secret: str
    kind: SecretKind
    source: SecretSource
    target: str = ""


@frozen
class PodTemplate:
    """What is laid around the task's own container, which `primary` names in the spec. `spec` has Kubernetes' form
    and only fields that were permitted when it was read."""

    name: str
    primary: str
    spec: Json


@frozen
class WarmFunction:
    """A function that a worker calls once and whose result it keeps; `code` is the digest of its code."""

    function: FunctionRef
    code: str


@frozen
class ActorUse:
    """The actor a task runs on: at most `replicas` workers, each waiting `idle_s` for the next task. Image and
    resources of the actor stand in the task's own settings."""

    name: str
    replicas: int = 1
    idle_s: float | None = None
    warm: tuple[WarmFunction, ...] = ()


def secret_wire(use: SecretUse) -> JsonObject:
    """How a task sees a secret, and where it comes from; never a value."""
    wire: JsonObject = {"secret": use.secret, "kind": use.kind, "from": source_wire(use.source)}
    return {**wire, "target": use.target} if use.target else wire


def source_wire(source: SecretSource) -> JsonObject:
    """Where a secret comes from."""
    match source:
        case KubernetesSecret():
            return {"kubernetes": {"name": source.name, "key": source.key}}
        case ExternalSecret():
            told: JsonObject = {"store": source.store, "key": source.key}
            if source.property:
                told["property"] = source.property
            if source.refresh_s is not None:
                told["refresh_s"] = source.refresh_s
            if source.scope != "project":
                told["scope"] = source.scope
            return {"external": told}
        case SopsSecret():
            file: JsonObject = {"file": source.file, "key": source.key}
            return {"sops": {**file, "sha256": source.sha256} if source.sha256 else file}
        case _:
            assert_never(source)


def source_text(source: SecretSource) -> str:
    """Where a secret comes from, in one line."""
    match source:
        case KubernetesSecret():
            return f"kubernetes {source.name}, key {source.key}"
        case ExternalSecret():
            inside = f", property {source.property}" if source.property else ""
            shared = "" if source.scope == "project" else f", scope {source.scope}"
            return f"external {source.store}, key {source.key}{inside}{shared}"
        case SopsSecret():
            return f"sops {source.file}, key {source.key}"
        case _:
            assert_never(source)


def pod_template_wire(template: PodTemplate) -> JsonObject:
    """A pod template with its whole spec."""
    return {"name": template.name, "primary": template.primary, "spec": template.spec}


def actor_wire(actor: ActorUse) -> JsonObject:
    """The actor, its image and resources apart."""
    wire: JsonObject = {"name": actor.name, "replicas": actor.replicas}
    if actor.idle_s is not None:
        wire["idle_s"] = actor.idle_s
    if actor.warm:
        wire["warm"] = {str(each.function): each.code for each in actor.warm}
    return wire
