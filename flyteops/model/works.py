"""What a task does when it runs: one closed sum of kinds. Nothing here says where it runs."""

from __future__ import annotations

from typing import Literal as OneOf
from typing import Union, assert_never

from flyteops.model.digest import Json, digest_of
from flyteops.model.frozen import frozen


@frozen
class FunctionRef:
    """`module:name`, a function at the top level of a first-party module."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"


@frozen
class Distributed:
    """The same function on many hosts at once. `framework` is torchrun, mpi, ray, spark, dask or jobset; `options`
    are that framework's own, as written and checked."""

    framework: str
    hosts: int
    per_host: int = 1
    min_hosts: int | None = None
    restarts: int = 0
    options: tuple[tuple[str, str], ...] = ()


@frozen
class FunctionWork:
    """Calls a Python function. `returns` says how its value becomes outputs; `code` is the digest of the function
    and of the first-party code it reaches."""

    function: FunctionRef
    returns: OneOf["none", "value", "tuple"]
    code: str
    cluster: Distributed | None = None


@frozen
class DynamicWork:
    """Calls a Python function that returns a graph: nodes and outputs in the shape of the YAML."""

    function: FunctionRef
    code: str


@frozen
class ScriptWork:
    """Runs bash with `set -euo pipefail`; inputs and outputs are variables. `paths` are the declared places of
    outputs below the attempt's folder, by output."""

    script: str
    paths: tuple[tuple[str, str], ...] = ()


@frozen
class InputArgument:
    """A command's item that is exactly `$inputs.x`: one argument, parsed by nobody."""

    name: str


@frozen
class OutputFolder:
    """A command's item that is exactly `$output_dir`."""


Argument = Union[str, InputArgument, OutputFolder]


@frozen
class ContainerWork:
    """A raw container: image and program are not ours. Every input is a file in `input_dir`, every output one in
    `output_dir`."""

    image: str
    command: tuple[Argument, ...] = ()
    input_dir: str = "/var/inputs"
    output_dir: str = "/var/outputs"


@frozen
class ManifestWork:
    """Applies a Kubernetes object with typed holes and waits until `done` or `failed` holds on it. `sha256` is the
    digest of the file's content; `document` is that content, read."""

    path: str
    sha256: str
    document: Json
    done: str
    failed: str = ""


@frozen
class RefWork:
    """A task of another project, pinned by `flyteops.lock` to `digest` when it is."""

    project: str
    domain: str
    task: str
    version: str
    digest: str | None = None


TaskWork = Union[FunctionWork, DynamicWork, ScriptWork, ContainerWork, ManifestWork, RefWork]


def work_function(work: TaskWork) -> FunctionRef | None:
    """The user's function that the work calls; None for a kind that calls none."""
    return work.function if isinstance(work, FunctionWork | DynamicWork) else None


def work_code(work: TaskWork) -> str:
    """Digest of what the work computes, in the place of a function's code."""
    if isinstance(work, FunctionWork | DynamicWork):
        return work.code
    return digest_of("flyteops.work.v1", work_wire(work))


def argument_wire(argument: Argument) -> Json:
    """A command's item as it is hashed: text, or what it stands for."""
    match argument:
        case str():
            return argument
        case InputArgument(name=name):
            return {"input": name}
        case OutputFolder():
            return {"output_dir": True}
        case _:
            assert_never(argument)


def work_wire(work: TaskWork) -> dict[str, Json]:
    """The JSON form of a work, laid flat into its task's."""
    match work:
        case FunctionWork():
            wire: dict[str, Json] = {"function": str(work.function), "returns": work.returns, "code": work.code}
            if work.cluster is not None:
                wire["cluster"] = _cluster_wire(work.cluster)
            return wire
        case DynamicWork():
            return {"dynamic": str(work.function), "code": work.code}
        case ScriptWork():
            return {"script": work.script, **({"paths": dict(work.paths)} if work.paths else {})}
        case ContainerWork():
            folders: dict[str, Json] = {"input_dir": work.input_dir, "output_dir": work.output_dir}
            return {"container": {"image": work.image, "command": list(map(argument_wire, work.command)), **folders}}
        case ManifestWork():
            return {"manifest": {"sha256": work.sha256, "done": work.done, "failed": work.failed}}
        case RefWork():
            named: dict[str, Json] = {"project": work.project, "domain": work.domain, "task": work.task}
            pinned: dict[str, Json] = {"digest": work.digest} if work.digest else {}
            return {"ref": {**named, "version": work.version, **pinned}}
        case _:
            assert_never(work)


def _cluster_wire(cluster: Distributed) -> Json:
    wire: dict[str, Json] = {"framework": cluster.framework, "hosts": cluster.hosts, "per_host": cluster.per_host}
    if cluster.min_hosts is not None:
        wire["min_hosts"] = cluster.min_hosts
    if cluster.restarts:
        wire["restarts"] = cluster.restarts
    if cluster.options:
        wire["options"] = dict(cluster.options)
    return wire
