"""A finished run as a person reads it, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.local import NodeResult, RunResult
from flyteops.model.digest import Json, JsonObject
from flyteops.model.value_text import value_text
from flyteops.views.escape import columns, safe

TRACEBACK_LINES = 20
"""Lines of a failure that are shown; the log has all of it."""
OUTPUT_CHARACTERS = 1000
"""Of an output that are shown: a screen is no place for a table of a million rows."""


def render_run(result: RunResult, *, again: str = "") -> str:
    """Outputs, what ran and what came from the cache; on failure why, the log and the command that runs it again."""
    shown = [node for node in result.nodes if node.kind != "switch"]
    sections = [_table(shown)] if shown else []
    if result.outputs:
        sections.append("\n".join(["Outputs", *_outputs(result)]))
    decks = [f"  {safe(node.path)}  {safe(_place(uri))}" for node in result.nodes for uri in node.decks]
    if decks:
        sections.append("\n".join(["Decks", *decks]))
    failed = [node for node in result.nodes if node.phase == "failed"]
    if result.phase != "succeeded":
        sections += [_failure(node) for node in failed]
        if result.error is not None and not failed:
            sections.append(f"error: {safe(result.error.message)}")
        if again:
            sections.append(f"run only this again: {safe(again)}")
    sections.append(run_summary(result))
    return "\n\n".join(sections) + "\n"


def run_summary(result: RunResult) -> str:
    """`Run r-1: succeeded. 2 of 5 steps ran, 3 came from the cache.`"""
    tasks = [node for node in result.nodes if node.task]
    cached = sum(node.cached for node in tasks)
    ran = sum(node.phase in ("succeeded", "failed") and not node.cached for node in tasks)
    skipped = sum(node.phase in ("skipped", "not_run") for node in tasks)
    if tasks and cached == len(tasks) - skipped and cached:
        counts = f"all {cached} came from the cache" if cached > 1 else "1 came from the cache"
    else:
        steps = "step" if len(tasks) == 1 else "steps"
        counts = f"{ran} of {len(tasks)} {steps} ran, {cached} came from the cache"
    left = f", {skipped} did not run" if skipped else ""
    return f"Run {safe(result.execution)}: {result.phase}. {counts[0].upper()}{counts[1:]}{left}."


def _table(shown: list[NodeResult]) -> str:
    width = max(columns(safe(node.path)) for node in shown)
    lines = []
    for node in shown:
        name = safe(node.path)
        pad = " " * (width - columns(name))
        lines.append(f"  {_phase(node):<9}  {name}{pad}  {_extent(node)}".rstrip())
    return "\n".join(["Steps", *lines])


def _place(uri: str) -> str:
    """A file's path, which a terminal and a browser both take; another store's URI as it is."""
    from urllib.parse import unquote

    return unquote(uri.removeprefix("file://")) if uri.startswith("file:///") else uri


def _phase(node: NodeResult) -> str:
    return "cached" if node.cached else node.phase.replace("_", " ")


def _extent(node: NodeResult) -> str:
    parts = []
    if node.items is not None:
        parts.append(f"{node.items} item" + ("s" if node.items != 1 else ""))
    if node.attempts > (node.items or 1):
        parts.append(f"{node.attempts} attempts")
    if node.run:
        parts.append(f"run {node.run}")
    if node.attempts and not node.cached:
        parts.append(f"{node.duration_s:.1f}s")
    return ", ".join(parts)


def _outputs(result: RunResult) -> Iterator[str]:
    for name in sorted(result.outputs):
        text = value_text(result.outputs[name]["value"])
        if len(text) > OUTPUT_CHARACTERS:
            text = f"{text[:OUTPUT_CHARACTERS]}… ({len(text):,} characters; all of them with -o json)"
        yield f"  {safe(name)} = {safe(text)}"


def _failure(node: NodeResult) -> str:
    lines = [f"failed: {safe(node.path)} (task {safe(node.task)})" if node.task else f"failed: {safe(node.path)}"]
    if node.error is not None:
        kind, message = node.error.type, node.error.message
        # An exception's message begins with its type already: `ValueError: no rows`.
        told_already = not kind or message.startswith(kind.rpartition(".")[2])
        lines.append(f"  {safe(message if told_already else f'{kind}: {message}')}")
        told = node.error.traceback.rstrip("\n").split("\n") if node.error.traceback else []
        lines += [f"    {safe(line)}" for line in told[-TRACEBACK_LINES:]]
    if node.log:
        lines.append(f"  log: {safe(node.log)}")
    return "\n".join(lines)


def plain_value(value: Json) -> Json:
    """A wire value without its marks: a union's member as it is, a file as `{uri, sha256, size, format}`."""
    match value:
        case {"$u": _, "value": inner}:
            return plain_value(inner)
        case {"$blob": blob} | {"$data": blob} | {"$f": blob} | {"$us": blob}:
            return blob
        case dict():
            return {key: plain_value(inner) for key, inner in value.items()}
        case list() | tuple():
            return [plain_value(inner) for inner in value]
        case _:
            return value


def run_wire(result: RunResult, *, again: str = "") -> JsonObject:
    """The run as a JSON document: outputs by name as plain values, and as literals with their types; the command that
    runs what is missing when it did not succeed.
    """
    return {
        "execution": result.execution,
        "phase": result.phase,
        "outputs": {name: plain_value(document["value"]) for name, document in result.outputs.items()},
        "literals": dict(result.outputs),
        "nodes": [_node(each) for each in result.nodes],
        "error": _error(result),
        "again": again or None,
    }


def _error(result: RunResult) -> Json:
    if result.error is None:
        return None
    return {"code": result.error.code, "cause": result.error.cause, "message": result.error.message}


def _node(node: NodeResult) -> JsonObject:
    error: Json = None
    if node.error is not None:
        error = {
            "code": node.error.code,
            "cause": node.error.cause,
            "type": node.error.type,
            "message": node.error.message,
        }
    return {
        "path": node.path,
        "task": node.task or None,
        "kind": node.kind,
        "run": node.run or None,
        "phase": node.phase,
        "cached": node.cached,
        "attempts": node.attempts,
        "duration_s": round(node.duration_s, 3),
        "items": node.items,
        "log": node.log,
        "decks": list(node.decks),
        "error": error,
    }
