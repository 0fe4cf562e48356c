"""The steps that a plan touches as a mermaid drawing: what runs again, what may, and boxes that count the rest."""

from __future__ import annotations

from flyteops.model.frozen import frozen
from flyteops.model.plan import NodeRecompute, Plan
from flyteops.views.escape import safe

MOST_NODES = 60
"""GitHub draws at most 500 edges and 50,000 characters; a reader sees far less."""
_MARK = {"yes": "↻", "new": "+", "always": "∞", "maybe": "?"}
_CLASS = {"yes": "recompute", "new": "added", "always": "recompute", "maybe": "maybe"}


@frozen(kw_only=False)
class Drawing:
    """The text of a drawing, and what it says in words."""

    title: str
    text: str


def recompute_graph(plan: Plan) -> Drawing | None:
    """A box a run, a node a step that changes; None when nothing runs again."""
    runs: dict[str, list[NodeRecompute]] = {}
    for node in plan.nodes:
        runs.setdefault(
            f"launch_plan/{node.launch_plan}" if node.launch_plan else f"workflow/{node.workflow}", []
        ).append(node)
    changed = [node for node in plan.nodes if node.outcome != "none"]
    if not changed:
        return None
    lines = ["flowchart LR"]
    left = MOST_NODES
    for number, (run, nodes) in enumerate(runs.items()):
        told = [node for node in nodes if node.outcome != "none"]
        if not told:
            continue
        shown = told[: max(left - 1, 0)]
        if left <= 1:
            break
        left -= len(shown) + 1
        lines.append(f"  subgraph r{number}[{_label(run)}]")
        for place, node in enumerate(shown):
            lines.append(
                f"    r{number}n{place}[{_label(f'{node.node} {_MARK[node.outcome]}')}]:::{_CLASS[node.outcome]}"
            )
        rest, unchanged = len(told) - len(shown), len(nodes) - len(told)
        if rest or unchanged:
            words = [f"{unchanged} unchanged"] * bool(unchanged) + [f"{rest} more"] * bool(rest)
            lines.append(f"    r{number}rest([{_label(', '.join(words))}]):::same")
        lines.append("  end")
    lines += [
        "  classDef recompute fill:#bcd4f6,color:#000",
        "  classDef added fill:#b7e1c0,color:#000",
        "  classDef maybe fill:#f9e8a8,color:#000,stroke-dasharray: 4",
        "  classDef same fill:#eeeeee,color:#000",
    ]
    again = sum(node.outcome != "maybe" for node in changed)
    title = f"{again} run again, {len(changed) - again} maybe, {len(plan.nodes) - len(changed)} keep their results"
    return Drawing(title, "\n".join(lines))


def _label(text: str) -> str:
    """A quoted label; what would end it, or speak mermaid or HTML, is written as its number."""
    shown = "".join(each if each.isalnum() or each in " ./_-,+?↻∞" else f"#{ord(each)};" for each in safe(text))
    return f'"{shown}"'
