"""Functions that carry Flyte's decorators: what YAML does not say of them, and whether they run without Flyte."""

from __future__ import annotations

import re

from flyteops.compile.known import Known
from flyteops.model.diagnostics import Related
from flyteops.model.entities import Image, TaskSettings
from flyteops.model.works import FunctionRef
from flyteops.source.flyte_options import Option
from flyteops.source.python import Signature
from flyteops.source.tree import Mapping

_PARTS = re.compile(rb"""["',\[\]]""")
_NAMES_FLYTE = re.compile(rb"(?:flytekit|union|unionai)[ \t]*(?:[<>=~!;@]|$)")
"""What begins a part of a line that requires one of Flyte's packages, as requirements and a pyproject.toml have it."""
_OF_PROJECT = ("requirements.txt", "pyproject.toml")


def tell_of_flyte(known: Known, name: str, body: Mapping, signature: Signature, settings: TaskSettings) -> None:
    """Warns of options that only a decorator says and of a fan-out that is none here; refuses what is not served."""
    _tell_options(known, name, body, signature)
    _tell_fan_out(known, body, signature)
    if signature.flyte and not _has_flyte(known, settings.image):
        _refuse_uses(known, signature)


def _tell_options(known: Known, name: str, body: Mapping, signature: Signature) -> None:
    """One warning, at the decorator: what Flyte would do and a run here does not."""
    for decorator in signature.decorators:
        left = [option for option in decorator.options if not _is_said(option, body)]
        if not left:
            continue
        names = ", ".join(option.name for option in left)
        yaml = ", ".join(option.yaml for option in left)
        entry = f"{_short(signature.function)}: {{function: {signature.function}, {yaml}}}"
        known.faults.warn(
            "FO451",
            f"@{decorator.written} says {names} of {signature.function.name}, and YAML does not",
            at=decorator.place,
            label="options of the decorator are not read",
            way_out=f"under tasks: {entry}" if ":" in name else f"say it under tasks.{name}: {yaml}",
        )


def _is_said(option: Option, body: Mapping) -> bool:
    """Whether YAML has a word for all of it; a profile's name stands for a whole map."""
    said = body.get(option.key)
    if isinstance(said, Mapping):
        return all(said.get(field) is not None for field in option.fields)
    return said is not None


def _short(function: FunctionRef) -> str:
    return function.name.strip("_").replace("_", "-").lower()


def _tell_fan_out(known: Known, body: Mapping, signature: Signature) -> None:
    for decorator in signature.decorators:
        if decorator.kind in ("dynamic", "eager") and body.get("dynamic") is None:
            known.faults.warn(
                "FO452",
                f'"{signature.function.name}" runs as one task, with every task that it calls',
                at=decorator.place,
                label="calls of tasks in its body are plain calls, one after the other",
                way_out="to run them side by side, walk a list with map: in a workflow, or return a graph and say "
                f"dynamic: {signature.function}",
            )


def _refuse_uses(known: Known, signature: Signature) -> None:
    related = (Related(place=signature.place, label="reached from this task"),) if signature.place is not None else ()
    told = {each.place for each in known.faults.found if each.code == "FO453"}
    for use in signature.flyte:
        if use.place in told:
            continue  # another task reaches it too
        known.faults.add(
            "FO453",
            f"{use.name} is there only where flytekit is installed",
            at=use.place,
            label="nothing says that it is",
            help=_way_out(use.name),
            related=related,
        )


def _way_out(name: str) -> str:
    called = name.removeprefix("flytekit.").removeprefix("union.").partition(".")[0]
    instead = {
        "map_task": "use map: in a workflow", "conditional": "use switch: in a workflow",
        "LaunchPlan": "declare it under launch_plans: and move this line to a module that no task imports",
        "Artifact": "declare it under artifacts: and move this line to a module that no task imports",
        "approve": "use approve: in a workflow", "sleep": "use sleep: in a workflow",
        "wait_for_input": "use wait_for_input: in a workflow",
        "ShellTask": "use script:", "ContainerTask": "use container:",
    }.get(called, "do without it")  # fmt: skip
    return f"{instead}; or name flytekit in the requirements of the task's image"


def _has_flyte(known: Known, image: Image | None) -> bool:
    """Whether what the task runs in is said to have Flyte's packages: the image that is built, else the project."""
    built = image is not None and image.reference is None
    lines = "\n".join(image.packages).encode() if image is not None else b""
    files = _OF_PROJECT if image is None or not built else (image.requirements,) if image.requirements else ()
    texts = (lines, *(known.repository.read(path) or b"" for path in files))
    return any(requires_flyte(text) for text in texts)


def requires_flyte(text: bytes) -> bool:
    """Whether a list of requirements, or a pyproject.toml, names flytekit or union."""
    code = (line.partition(b"#")[0] for line in text.splitlines())
    return any(_NAMES_FLYTE.match(part.strip()) for line in code for part in _PARTS.split(line))
