"""What a task did when it was applied, read back from its payload: as much as its code digest and a plan need."""

from __future__ import annotations

from collections.abc import Mapping

from flyteops.model.digest import Json
from flyteops.model.works import (
    Argument,
    ContainerWork,
    DynamicWork,
    FunctionRef,
    FunctionWork,
    InputArgument,
    ManifestWork,
    OutputFolder,
    RefWork,
    ScriptWork,
    TaskWork,
)
from flyteops.plan.stored_types import as_list, as_map


def stored_work(payload: Mapping[str, Json]) -> TaskWork:
    """The work of a task's payload; KeyError when it is of no kind that this version knows."""
    if "function" in payload:
        return FunctionWork(function=_function(payload["function"]), returns="value", code=str(payload["code"]))
    if "dynamic" in payload:
        return DynamicWork(function=_function(payload["dynamic"]), code=str(payload["code"]))
    if "script" in payload:
        paths = tuple(sorted((name, str(path)) for name, path in as_map(payload.get("paths")).items()))
        return ScriptWork(script=str(payload["script"]), paths=paths)
    if "container" in payload:
        return _container(as_map(payload["container"]))
    if "manifest" in payload:
        said = as_map(payload["manifest"])
        done, failed = str(said["done"]), str(said["failed"])
        return ManifestWork(path="", sha256=str(said["sha256"]), document=None, done=done, failed=failed)
    named = as_map(payload["ref"])
    digest = named.get("digest")
    return RefWork(
        project=str(named["project"]),
        domain=str(named["domain"]),
        task=str(named["task"]),
        version=str(named["version"]),
        digest=digest if isinstance(digest, str) else None,
    )


def _function(wire: Json) -> FunctionRef:
    module, _, name = str(wire).partition(":")
    return FunctionRef(module=module, name=name)


def _container(wire: Mapping[str, Json]) -> ContainerWork:
    return ContainerWork(
        image=str(wire["image"]),
        command=tuple(_argument(each) for each in as_list(wire["command"])),
        input_dir=str(wire["input_dir"]),
        output_dir=str(wire["output_dir"]),
    )


def _argument(wire: Json) -> Argument:
    if isinstance(wire, str):
        return wire
    name = as_map(wire).get("input")
    return OutputFolder() if name is None else InputArgument(name=str(name))
