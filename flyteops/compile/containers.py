"""Raw containers: the command's items, and the folders where files stand."""

from __future__ import annotations

import posixpath

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import text_in
from flyteops.compile.references import Unreadable, read_whole_reference
from flyteops.compile.spots import within
from flyteops.model.entities import Interface
from flyteops.model.types import UnionOf, spelling
from flyteops.model.works import Argument, ContainerWork, InputArgument, OutputFolder
from flyteops.source.suggest import shown
from flyteops.source.tree import Mapping, Scalar, Sequence

_FOLDERS = {"input_dir": "/var/inputs", "output_dir": "/var/outputs"}
_TAKEN = ("/", "/bin", "/dev", "/etc", "/flyteops", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr", "/var/run/argo")
"""Folders that the image, the kernel or the engine fills."""


def read_container(node: Mapping, interface: Interface, *, faults: Faults) -> ContainerWork | None:
    """The container; None with the faults noted."""
    image = text_in(node, "image")
    command = node.get("command")
    items = command.items if isinstance(command, Sequence) else ()
    arguments = [_argument(item, interface, faults) for item in items if isinstance(item, Scalar)]
    folders = _folders(node, faults)
    if image is None or folders is None or any(each is None for each in arguments):
        return None
    return ContainerWork(
        image=image,
        command=tuple(each for each in arguments if each is not None),
        input_dir=folders["input_dir"],
        output_dir=folders["output_dir"],
    )


def _argument(item: Scalar, interface: Interface, faults: Faults) -> Argument | None:
    text = item.text
    if not text.startswith("$"):
        return text
    if text.startswith("$$"):
        return text[1:]
    if text == "$output_dir":
        return OutputFolder()
    written = read_whole_reference(text)
    if isinstance(written, Unreadable):
        _refuse(item, "an item that begins with $ is one reference and nothing else", faults)
        return None
    if written.head != "inputs" or len(written.segments) != 1:
        _refuse(item, f"{shown(text)} cannot stand in a command", faults)
        return None
    return _input(item, written.segments[0].text, interface, faults)


def _refuse(item: Scalar, message: str, faults: Faults) -> None:
    faults.add(
        "FO341",
        message,
        at=item.place,
        help="$inputs.NAME and $output_dir are replaced, as whole items; text that begins with $ is written $$",
    )


def _input(item: Scalar, name: str, interface: Interface, faults: Faults) -> InputArgument | None:
    of = next((each.type for each in interface.inputs if each.name == name), None)
    at = within(item, len("$inputs."), len(item.text))
    if of is None:
        names = [each.name for each in interface.inputs]
        faults.add("FO203", f'the task has no input "{name}"', at=at, help=suggestion(name, names, kinds="inputs"))
        return None
    if isinstance(of, UnionOf):
        faults.add(
            "FO341",
            f'the argument "{name}" is {spelling(of)}, and an argument has one form',
            at=at,
            help=f"let the input be of one type, or let the program read its file in input_dir: {name}",
        )
        return None
    return InputArgument(name=name)


def _folders(node: Mapping, faults: Faults) -> dict[str, str] | None:
    found = {name: text_in(node, name) or default for name, default in _FOLDERS.items()}
    whole = True
    for name, path in found.items():
        why = _fault_of(path, next(other for key, other in found.items() if key != name))
        written = node.get(name)
        if why and written is not None:
            whole = False
            faults.add(
                "FO342",
                f"{name} cannot be {shown(path)}: {why}",
                at=written.place,
                help=f"name an empty folder of its own, such as {_FOLDERS[name]}",
            )
    return found if whole else None


def _fault_of(path: str, other: str) -> str:
    if not path.startswith("/") or posixpath.normpath(path) != path or "\x00" in path or ":" in path:
        return "it is no absolute path, written plainly"
    if any(path == taken or (taken != "/" and path.startswith(taken + "/")) for taken in _TAKEN):
        return "what stands there is the image's, the kernel's or the engine's"
    if path == other or path.startswith(other + "/") or other.startswith(path + "/"):
        return "inputs and outputs need folders apart"
    return ""
