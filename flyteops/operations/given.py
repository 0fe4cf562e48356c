"""What somebody gives to a launch: a file, words of the command line, a slot. One value a name, each with its place."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from flyteops.model.diagnostics import Diagnostic, Place, Severity
from flyteops.model.entities import LaunchPlan
from flyteops.model.errors import InvalidProject
from flyteops.model.frozen import frozen
from flyteops.source.json_tree import read_json
from flyteops.source.reader import read_node
from flyteops.source.tree import Entry, Scalar, TreeNode
from flyteops.source.tree import Mapping as Tree

STDIN = "<stdin>"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)")
_FLAG = "--input "


@frozen
class Given:
    """The values that count, the places of their names, and what the command line was laid over, by name."""

    values: Mapping[str, TreeNode] = field(default_factory=dict)
    names: Mapping[str, Place] = field(default_factory=dict)
    overlaid: Mapping[str, Place] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    """What stood at places that are no files, for showing a fault there."""


def given_inputs(words: tuple[str, ...], document: tuple[str, bytes] | None) -> Given:
    """Inputs of a file with those of `--input name=value` laid over them; InvalidProject when they cannot be read."""
    faults: list[Diagnostic] = []
    entries: dict[str, Entry] = {}
    overlaid: dict[str, Place] = {}
    texts: dict[str, str] = {}
    for entry in _document(document, faults):
        entries[entry.key.text] = entry
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name:
            faults.append(_fault("FO691", f'--input "{word}" is not NAME=VALUE', help_text="write --input rows=100"))
            continue
        known = entries.get(name)
        if known is not None:
            overlaid[name] = known.key.place
        texts[_FLAG + name] = f"{name}={text}"
        node = word_value(_FLAG + name, text, after=len(name) + 1, faults=faults)
        if node is not None:
            entries[name] = Entry(key=_scalar(_FLAG + name, name), value=node)
    if document is not None and document[0] == STDIN:
        texts[STDIN] = document[1].decode("utf-8", "replace")
    given = Given(
        values={name: entry.value for name, entry in entries.items()},
        names={name: entry.key.place for name, entry in entries.items()},
        overlaid=overlaid,
        texts=texts,
    )
    if any(each.severity is Severity.ERROR for each in faults):
        raise InvalidInputs(faults, given)
    return given


class InvalidInputs(InvalidProject):
    """Inputs that cannot be read; `given` has the texts that the faults are in."""

    def __init__(self, faults: list[Diagnostic], given: Given) -> None:
        self.given = given
        super().__init__(faults)


def with_slot(given: Given, plan: LaunchPlan, slot: str) -> tuple[Given, list[Diagnostic]]:
    """The inputs with the slot as the plan's kick-off time, or why that cannot be."""
    wanted = plan.schedule.kickoff_time_input if plan.schedule else None
    if wanted is None:
        return given, [_no_kickoff(plan)]
    before = given.names.get(wanted)
    if before is not None and before.path.startswith("--"):
        way_out = f"leave --input {wanted} out, or --slot"
        return given, [_fault("FO612", f'--slot and --input both give "{wanted}"', help_text=way_out, place=before)]
    return replace(
        given,
        values={**given.values, wanted: _scalar("--slot", slot)},
        names={**given.names, wanted: _scalar("--slot", slot).place},
        overlaid={**given.overlaid, **({wanted: before} if before else {})},
        texts={**given.texts, "--slot": slot},
    ), []


def read_moment(text: str, option: str) -> dt.datetime:
    """A moment of the command line with its zone; raises InvalidProject (FO611)."""
    try:
        if _MOMENT.fullmatch(text):
            return dt.datetime.fromisoformat(text.upper())
    except ValueError:
        pass
    zone = re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d)?", text)
    way_out = f"write {text}Z, or an offset such as +01:00" if zone else "write it as 2026-01-31T02:00:00Z"
    raise InvalidProject([_fault("FO611", f'{option} "{text}" is no moment with a zone', help_text=way_out)])


def _no_kickoff(plan: LaunchPlan) -> Diagnostic:
    why = "its schedule names no kickoff_time_input" if plan.schedule else "it has no schedule"
    return _fault(
        "FO610",
        f"the launch plan {plan.name} takes no slot: {why}",
        help_text="leave --slot out, or name a datetime input in schedule.kickoff_time_input",
    )


def _document(document: tuple[str, bytes] | None, faults: list[Diagnostic]) -> Iterator[Entry]:
    if document is None:
        return
    path, content = document
    root, found = _read(path, content)
    if isinstance(root, Tree):
        faults.extend(found)
        yield from root.entries
        return
    faults.extend(each for each in found if each.code != "FO118")  # an empty file gives no inputs
    if root is not None:
        faults.append(
            _fault(
                "FO613",
                "inputs are a map of values by name",
                help_text="write them as rows: 100, one a line, or as {rows: 100}",
                place=root.place,
            )
        )


def _read(path: str, content: bytes) -> tuple[TreeNode | None, tuple[Diagnostic, ...]]:
    """JSON by the name, or, where nothing has a name, when it reads as such."""
    if path.endswith(".json"):
        return read_json(path, content)
    if path == STDIN and content.lstrip()[:1] == b"{":
        root, found = read_json(path, content)
        if root is not None:
            return root, found
    return read_node(path, content)


def word_value(where: str, text: str, *, after: int, faults: list[Diagnostic]) -> TreeNode | None:
    """A value of the command line, which stands `after` characters into the text of `where`: YAML when it begins like
    a list, a map or a quoted text, else as it stands."""
    if text[:1] not in ("[", "{", '"', "'"):
        return _scalar(where, text, after=after)
    # What stands before it is part of the text, so that columns count from the same place as for plain values.
    root, found = read_node(where, b" " * after + text.encode())
    faults.extend(found)
    return root


def _scalar(path: str, text: str, *, after: int = 0) -> Scalar:
    place = Place(path=path, line=1, column=after + 1, end_line=1, end_column=after + len(text) + 1)
    return Scalar(text=text, style="plain", place=place)


def _fault(code: str, message: str, *, help_text: str, place: Place | None = None) -> Diagnostic:
    return Diagnostic(code=code, message=message, place=place, help=help_text)
