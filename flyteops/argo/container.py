"""The pod of a raw container: our runner puts inputs into a folder, the program runs, our runner stores outputs.

The three are steps of one pod: two init containers and the main one. An image that is not ours needs nothing of ours,
and what it asks for counts once, since steps do not run at the same time.
"""

from __future__ import annotations

from flyteops.argo.faults import Findings
from flyteops.argo.images import checked_reference
from flyteops.argo.pod import CONTROL_RESOURCES, INVOCATION, task_pod
from flyteops.argo.retry import retry_strategy
from flyteops.argo.target import Target
from flyteops.model.digest import Json, JsonObject
from flyteops.model.entities import Task, TaskSettings
from flyteops.model.works import Argument, ContainerWork, InputArgument, OutputFolder

PROGRAM = "program"
INPUTS, OUTPUTS = "flyteops-inputs", "flyteops-outputs"
INPUTS_FOLDER, OUTPUTS_FOLDER = "/flyteops/inputs", "/flyteops/outputs"
_RUNNERS_VARIABLE = "FLYTEOPS_ATTEMPT"
_PLAIN_VARIABLES = (_RUNNERS_VARIABLE, "HOME", "TMPDIR")
_BROUGHT_FOR_CODE, _BROUGHT = "flyteops-code", ("flyteops-runner", "flyteops-code")


def container_pod(
    task: Task, work: ContainerWork, settings: TaskSettings, *, verb: str, target: Target, found: Findings
) -> JsonObject:
    """The template of a container task, without a name; `verb` is `task` or `map-item`.

    What the settings ask of a task's container is the program's; ours beside it are small.
    """
    body = task_pod(task, settings, verb=verb, target=target, found=found)
    asked = _map(body["container"])
    brought = [each for each in _maps(body.get("initContainers", [])) if each["name"] != _BROUGHT_FOR_CODE]
    program = _program(task, work, asked, found=found)
    before = {"name": INPUTS, **_ours(asked, "container-inputs", volume=INPUTS, folder=INPUTS_FOLDER)}
    body["initContainers"] = [*brought, before, program]
    body["container"] = _ours(asked, "container-outputs", volume=OUTPUTS, folder=OUTPUTS_FOLDER)
    volumes = [each for each in _maps(body["volumes"]) if each["name"] != _BROUGHT_FOR_CODE]
    body["volumes"] = [*volumes, *({"name": name, "emptyDir": {}} for name in (INPUTS, OUTPUTS))]
    body["retryStrategy"] = retry_strategy(settings.retries, code_known=False)
    found.note(f"task/{task.name} is a container of its own: its log is that of the pod's init container {PROGRAM}")
    return body


def _ours(asked: JsonObject, verb: str, *, volume: str, folder: str) -> JsonObject:
    """A step of our runner: its folder is the volume that it shares with the program."""
    args = [str(each) for each in _list(asked["args"])]
    codes = {at for at, each in enumerate(args) if "--code" in (each, args[at - 1])}
    options = [each for at, each in enumerate(args[:-1]) if at and at not in codes]
    mounts = [each for each in _maps(asked["volumeMounts"]) if each["name"] in ("flyteops-work", "flyteops-runner")]
    return {
        **asked,
        "args": [verb, *options, "--folder", folder, INVOCATION],
        "env": [each for each in _maps(asked["env"]) if each["name"] in _PLAIN_VARIABLES],
        "volumeMounts": [*mounts, {"name": volume, "mountPath": folder}],
        "resources": CONTROL_RESOURCES,
    }


def _program(task: Task, work: ContainerWork, asked: JsonObject, *, found: Findings) -> JsonObject:
    at = f"task/{task.name}"
    mounts = [each for each in _maps(asked["volumeMounts"]) if each["name"] not in _BROUGHT]
    container: JsonObject = {
        "name": PROGRAM,
        "image": checked_reference(work.image, name=work.image, at=(at, "container.image"), found=found),
        "env": [each for each in _maps(asked["env"]) if each["name"] != _RUNNERS_VARIABLE],
        "securityContext": asked["securityContext"],
        "volumeMounts": [
            *mounts,
            {"name": INPUTS, "mountPath": found.plain(work.input_dir, at=(at, "container.input_dir"), what="a folder")},
            {
                "name": OUTPUTS,
                "mountPath": found.plain(work.output_dir, at=(at, "container.output_dir"), what="a folder"),
            },
        ],
    }
    if work.command:
        container["command"] = [_argument(task, each, work, found=found) for each in work.command]
    if "resources" in asked:
        container["resources"] = asked["resources"]
    return container


def _mount(name: str, folder: str, *, at: tuple[str, str], found: Findings) -> JsonObject:
    return {"name": name, "mountPath": found.plain(folder, at=at, what="a folder")}


def _argument(task: Task, argument: Argument, work: ContainerWork, *, found: Findings) -> str:
    at = (f"task/{task.name}", "container.command")
    if isinstance(argument, InputArgument):
        found.refuse(
            "FO810",
            f'the command of task/{task.name} has the value of the input "{argument.name}" as an argument',
            at=at,
            label="known only when it runs",
            way_out=f"Let the program read {work.input_dir}/{argument.name}: an argument would pass the engine, "
            "which gets no value of a user, and nothing of ours is in the image to put it in.",
        )
        return ""
    text = work.output_dir if isinstance(argument, OutputFolder) else argument
    # The kubelet reads $(…) in a command.
    return found.plain(text, at=at, what="an item of the command").replace("$", "$$")


def _map(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise TypeError(f"a map of the template is {type(value).__name__}")
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError(f"a list of the template is {type(value).__name__}")
    return value


def _maps(value: Json) -> list[JsonObject]:
    return [_map(each) for each in _list(value)]
