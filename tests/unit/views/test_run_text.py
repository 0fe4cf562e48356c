"""A run as text and JSON, and its progress."""

from __future__ import annotations

from flyteops.local import NodeError, NodeResult, RunEvent, RunResult
from flyteops.views.progress import Board, progress_line
from flyteops.views.run import render_run, run_summary, run_wire

FIT = NodeResult(path="fit", task="fit", phase="succeeded", attempts=2, duration_s=3.21)
PREP = NodeResult(path="prep", task="prep", phase="succeeded", cached=True)
ROUTE = NodeResult(path="route", task="", kind="switch", phase="succeeded")
SCORES = NodeResult(path="scores", task="score", phase="succeeded", attempts=1, duration_s=1.0, items=3)


def ended(*nodes: NodeResult, phase: str = "succeeded", outputs: dict[str, object] | None = None) -> RunResult:
    documents = {name: {"v": 1, "type": "float", "value": value} for name, value in (outputs or {}).items()}
    return RunResult(execution="r-1", phase=phase, outputs=documents, nodes=nodes)  # type: ignore[arg-type]


def test_a_run_that_succeeded() -> None:
    assert render_run(ended(FIT, PREP, ROUTE, SCORES, outputs={"b": 0.5, "a": "x\x1b"})) == (
        "Steps\n"
        "  succeeded  fit     2 attempts, 3.2s\n"
        "  cached     prep\n"
        "  succeeded  scores  3 items, 1.0s\n"
        "\n"
        "Outputs\n"
        '  a = "x\\x1b"\n'
        "  b = 0.5\n"
        "\n"
        "Run r-1: succeeded. 2 of 3 steps ran, 1 came from the cache.\n"
    )


def test_a_run_from_the_cache() -> None:
    assert run_summary(ended(PREP, PREP)) == "Run r-1: succeeded. All 2 came from the cache."


def test_a_run_that_failed() -> None:
    error = NodeError(
        code=6, cause="user", type="ValueError", message="no rows", traceback="Traceback:\n  app.py, line 3\n"
    )
    failed = NodeResult(
        path="fit", task="fit", phase="failed", attempts=1, duration_s=0.1, log="/x/fit.log", error=error
    )
    left = NodeResult(path="scores", task="score", phase="not_run")
    result = ended(failed, left, phase="failed")
    assert render_run(result, again="flyteops run workflow/train --execution r-1") == (
        "Steps\n"
        "  failed     fit     0.1s\n"
        "  not run    scores\n"
        "\n"
        "failed: fit (task fit)\n"
        "  ValueError: no rows\n"
        "    Traceback:\n"
        "      app.py, line 3\n"
        "  log: /x/fit.log\n"
        "\n"
        "run only this again: flyteops run workflow/train --execution r-1\n"
        "\n"
        "Run r-1: failed. 1 of 2 steps ran, 0 came from the cache, 1 did not run.\n"
    )
    document = run_wire(result)
    assert document["nodes"] == [
        {
            "path": "fit", "task": "fit", "kind": "task", "run": None,
            "phase": "failed", "cached": False, "attempts": 1, "duration_s": 0.1,
            "items": None, "log": "/x/fit.log", "decks": [],
            "error": {"code": 6, "cause": "user", "type": "ValueError", "message": "no rows"},
        },
        {
            "path": "scores", "task": "score", "kind": "task", "run": None,
            "phase": "not_run", "cached": False, "attempts": 0, "duration_s": 0.0,
            "items": None, "log": None, "decks": [], "error": None,
        },
    ]  # fmt: skip


def test_progress_lines() -> None:
    def event(kind: str, **more: object) -> RunEvent:
        return RunEvent(kind=kind, path="fit", at_s=1.25, **more)  # type: ignore[arg-type]

    assert progress_line(event("started")) is None
    assert progress_line(event("succeeded", item=3)) is None
    assert progress_line(event("succeeded", duration_s=1.5)) == "    1.2s  done     fit  (1.5s)"
    assert progress_line(event("cached")) == "    1.2s  cached   fit"
    assert progress_line(event("failed", item=2, message="no\x1b rows")) == "    1.2s  failed   fit.2  no\\x1b rows"
    assert progress_line(event("retrying", attempt=1, wait_s=2.0)) == (
        "    1.2s  retry    fit  attempt 1 failed, again in 2.0s"
    )


def test_board_counts_items() -> None:
    board = Board()
    for kind, item in (("started", None), ("started", 0), ("started", 1), ("succeeded", 0), ("cached", 1)):
        board.hear(RunEvent(kind=kind, path="scores", at_s=0.0, item=item))  # type: ignore[arg-type]
    assert board.lines() == [("started", "scores", "2 items done")]
    board.hear(RunEvent(kind="succeeded", path="scores", at_s=2.0, duration_s=2.0))
    assert board.lines() == [("done", "scores", "2 items done  2.0s")]
