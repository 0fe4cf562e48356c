"""The doctor's findings: what was looked at, what was found, where it came from."""

from __future__ import annotations

from itertools import groupby
from typing import Literal as OneOf

from flyteops.model.digest import Json
from flyteops.model.frozen import frozen

Health = OneOf["good", "note", "bad"]
_MARKS: dict[Health, tuple[str, str]] = {"good": ("ok", "32"), "note": ("--", "33"), "bad": ("!!", "31")}


@frozen
class Finding:
    """One thing looked at; `help` is the way out when it is not good."""

    group: str
    name: str
    value: str
    origin: str = ""
    health: Health = "good"
    help: str = ""


def worst(findings: tuple[Finding, ...]) -> Health:
    """The worst health among findings."""
    order: tuple[Health, ...] = ("bad", "note", "good")
    return next((health for health in order if any(each.health == health for each in findings)), "good")


def render_findings(findings: tuple[Finding, ...], *, color: bool) -> str:
    """A table for people, by group."""
    lines: list[str] = []
    for group, members in groupby(findings, key=lambda each: each.group):
        lines.append(group)
        listed = list(members)
        names = max(len(each.name) for each in listed)
        values = min(48, max(len(each.value) for each in listed))
        for each in listed:
            mark, shade = _MARKS[each.health]
            shown = f"\x1b[{shade}m{mark}\x1b[0m" if color else mark
            row = f"  {shown}  {each.name:<{names}}  {each.value:<{values}}  {each.origin}".rstrip()
            lines.append(row)
            if each.help:
                lines.append(f"      {'':<{names}}= help: {each.help}")
    return "\n".join(lines) + "\n"


def findings_wire(findings: tuple[Finding, ...]) -> Json:
    """The same as JSON."""
    return [
        {
            "group": each.group,
            "name": each.name,
            "value": each.value,
            "origin": each.origin,
            "health": each.health,
            "help": each.help,
        }
        for each in findings
    ]
