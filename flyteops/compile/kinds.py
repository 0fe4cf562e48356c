"""The kinds of tasks: what each does, and the whole interface of it, from one body."""

from __future__ import annotations

import re
from dataclasses import replace

from flyteops.compile.clusters import read_cluster
from flyteops.compile.containers import read_container
from flyteops.compile.declared import declared_interface, declared_outputs
from flyteops.compile.fields import text_in
from flyteops.compile.interfaces import task_interface
from flyteops.compile.known import Known
from flyteops.compile.kubernetes_objects import read_object
from flyteops.compile.pickles import Classes
from flyteops.compile.scripts import refuse_paths, script_paths
from flyteops.model.diagnostics import Place
from flyteops.model.entities import Interface
from flyteops.model.frozen import frozen
from flyteops.model.types import pickles_in
from flyteops.model.works import ContainerWork, DynamicWork, FunctionRef, FunctionWork, RefWork, ScriptWork, TaskWork
from flyteops.source.fields.tasks import KINDS
from flyteops.source.python import Signature
from flyteops.source.tree import Mapping, Scalar, TreeNode

_DIGEST = re.compile(r"[0-9a-f]{64}")
"""A version that is named by its digest needs no pin."""


@frozen
class Made:
    """What a task does, with every input that it takes, those among them that it fixes itself."""

    work: TaskWork
    interface: Interface
    description: str = ""
    signature: Signature | None = None
    """That of the user's function, when there is one."""


def kind_in(body: Mapping) -> tuple[str, TreeNode] | None:
    """The kind that a body says, and what it says of it."""
    return next(((kind, node) for kind in KINDS if (node := body.get(kind)) is not None), None)


def made_of(known: Known, body: Mapping, kind: str, node: TreeNode, *, classes: Classes) -> Made | None:
    """The work of a task and its interface; None with the faults noted."""
    match kind:
        case "function" if isinstance(node, Scalar):
            return function_made(known, body, node.text, node.place, classes=classes)
        case "dynamic" if isinstance(node, Scalar):
            return _dynamic(known, body, node, classes)
    interface = declared_interface(body, classes=classes, faults=known.faults)
    if kind != "script":
        refuse_paths(body, faults=known.faults)
    if interface is None or (kind != "ref" and _holds_pickles(kind, body, interface, known)):
        return None
    work = _work(known, body, kind, node, interface=interface)
    return None if work is None else Made(work=work, interface=interface)


def _holds_pickles(kind: str, body: Mapping, interface: Interface, known: Known) -> bool:
    """Whether a program that is no Python would get or give objects of Python; told of each."""
    found = False
    for section, variables in (("inputs", interface.inputs), ("outputs", interface.outputs)):
        declared = body.get(section)
        for variable in variables:
            name = next(iter(pickles_in(variable.type)), None)
            key = declared.key(variable.name) if isinstance(declared, Mapping) else None
            if name is None or key is None:
                continue
            found = True
            known.faults.add(
                "FO429",
                f'"{variable.name}" holds objects of {name}, which only Python reads',
                at=key.place,
                label=f"a {kind} is no function of Python",
                help="hand it over as a File in a format of its own, or use function:",
            )
    return found


def _work(known: Known, body: Mapping, kind: str, node: TreeNode, *, interface: Interface) -> TaskWork | None:
    match kind:
        case "script" if isinstance(node, Scalar):
            paths = script_paths(body, interface, faults=known.faults)
            return None if paths is None else ScriptWork(script=node.text, paths=paths)
        case "container" if isinstance(node, Mapping):
            return _pinned(known, read_container(node, interface, faults=known.faults), node)
        case "manifest" if isinstance(node, Scalar):
            return read_object(node, body, interface, repository=known.repository, faults=known.faults)
        case "ref" if isinstance(node, Mapping):
            return _reference(known, node)
    return None


def function_made(known: Known, body: Mapping, path: str, at: Place, *, classes: Classes) -> Made | None:
    """A Python function, on one host or on many."""
    refuse_paths(body, faults=known.faults)
    signature = signature_of(known, path, at)
    cluster = body.get("cluster")
    many = read_cluster(cluster, faults=known.faults) if isinstance(cluster, Mapping) else None
    if signature is None or (isinstance(cluster, Mapping) and many is None):
        return None
    found = task_interface(body, signature, at=at, classes=classes, faults=known.faults)
    if found is None:
        return None
    work = FunctionWork(function=signature.function, returns=found.returns, code=signature.code, cluster=many)
    return Made(work=work, interface=found.interface, description=signature.description, signature=signature)


def _dynamic(known: Known, body: Mapping, node: Scalar, classes: Classes) -> Made | None:
    """A function whose inputs its signature tells. It returns a graph: what that gives is declared in YAML alone."""
    refuse_paths(body, faults=known.faults)
    signature = signature_of(known, node.text, node.place)
    outputs = declared_outputs(body, classes=classes, faults=known.faults)
    if signature is None or outputs is None:
        return None
    silent = replace(signature, returns="none", outputs=())
    inputs = Mapping(entries=tuple(each for each in body.entries if each.key.text == "inputs"), place=body.place)
    found = task_interface(inputs, silent, at=node.place, classes=classes, faults=known.faults)
    if found is None:
        return None
    return Made(
        work=DynamicWork(function=signature.function, code=signature.code),
        interface=Interface(inputs=found.interface.inputs, outputs=outputs),
        description=signature.description,
        signature=signature,
    )


def _pinned(known: Known, work: ContainerWork | None, node: Mapping) -> ContainerWork | None:
    """A container whose image says its digest, when the lock knows it."""
    if work is None:
        return None
    at = node.get("image")
    digest = known.profiles.images.digest_of(work.image, at=at.place if at else node.place, faults=known.faults)
    return work if digest is None or "@" in work.image else replace(work, image=f"{work.image}@{digest}")


def signature_of(known: Known, path: str, at: Place) -> Signature | None:
    """The signature of `module:function`; None with the faults noted."""
    module, _, function = path.partition(":")
    signature = known.python.signature(FunctionRef(module=module, name=function), at)
    if isinstance(signature, tuple):
        known.faults.found.extend(signature)
        return None
    known.faults.found.extend(signature.warnings)
    return signature


def _reference(known: Known, node: Mapping) -> RefWork | None:
    project, domain, task = (text_in(node, name) for name in ("project", "domain", "task"))
    if project is None or domain is None or task is None:
        return None  # told where it was read
    version = text_in(node, "version") or "active"
    key = f"{project}/{domain}/{task}@{version}"
    digest = version if _DIGEST.fullmatch(version) else known.repository.entities.get(key)
    if digest is None:
        known.faults.warn(
            "FO351",
            f"the task {task} of {project}/{domain} is not pinned",
            at=node.place,
            label=f"flyteops.lock has no {key}",
            way_out="run flyteops lock; until then what it does may change without a change here",
        )
    return RefWork(project=project, domain=domain, task=task, version=version, digest=digest)
