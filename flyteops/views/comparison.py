"""Two sides as a person reads them: what only one has, and what differs."""

from __future__ import annotations

from flyteops.model.plan import Change
from flyteops.plan.comparing import Side
from flyteops.views.escape import safe
from flyteops.views.plan import change_lines


def render_comparison(before: Side, after: Side, changes: tuple[Change, ...], *, color: bool = False) -> str:
    """`+` is only in the second, `-` only in the first, `~` in both and different."""
    head = f"{safe(before.name)} -> {safe(after.name)}"
    if not changes:
        return f"{head}: no difference ({len(before.entities)} entities)\n"
    count = {action: sum(each.action == action for each in changes) for action in ("create", "update", "retire")}
    foot = (
        f"Diff: {count['retire']} only in {safe(before.name)}, {count['create']} only in {safe(after.name)}, "
        f"{count['update']} differ."
    )
    return (
        "\n".join([head, "", *(line for each in changes for line in change_lines(each, color=color)), "", foot]) + "\n"
    )
