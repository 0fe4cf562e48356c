"""What may start now: states of the steps of a run graph, advanced one result at a time. No I/O, no clock."""

from __future__ import annotations

from typing import Literal as OneOf

from flyteops.execution.steps import Join, RunGraph

StepState = OneOf["waiting", "ready", "succeeded", "failed", "skipped", "not_run"]
Result = OneOf["succeeded", "failed"]
_OVER = ("succeeded", "failed", "skipped", "not_run")


class Frontier:
    """The run graph's progress. Each edge is looked at once, so that a run of n steps costs O(steps + edges)."""

    __slots__ = ("_branch", "_fresh", "_graph", "_missing", "_readers", "states")

    def __init__(self, graph: RunGraph) -> None:
        self._graph = graph
        self.states: dict[str, StepState] = dict.fromkeys(graph.steps, "waiting")
        self._missing = {path: len(step.needs) for path, step in graph.steps.items()}
        self._readers: dict[str, list[str]] = {path: [] for path in graph.steps}
        for path, step in graph.steps.items():
            for need in step.needs:
                self._readers[need].append(path)
        self._branch: dict[str, int] = {}
        self._fresh: list[str] = []
        for path, missing in self._missing.items():
            if not missing:
                self._become(path, "ready")

    def take_ready(self) -> tuple[str, ...]:
        """Steps that became ready since the last call, by path."""
        fresh, self._fresh = self._fresh, []
        return tuple(sorted(fresh))

    def finish(self, path: str, result: Result, *, branch: int | None = None) -> tuple[str, ...]:
        """Notes a step's end (with the branch taken, for a decision); returns the steps now skipped or not run."""
        if self.states[path] in _OVER:
            raise ValueError(f"{path} is over already")
        if branch is not None:
            self._branch[path] = branch
        self.states[path] = result
        return self._spread([path])

    @property
    def over(self) -> bool:
        """Whether no step is waiting or ready."""
        return all(state in _OVER for state in self.states.values())

    def _spread(self, ended: list[str]) -> tuple[str, ...]:
        """Follows what ended to what that lets start, skips or keeps from running."""
        touched: list[str] = []
        while ended:
            for reader in self._readers[ended.pop()]:
                self._missing[reader] -= 1
                if self.states[reader] != "waiting" or self._missing[reader]:
                    continue
                state = self._verdict(reader)
                self._become(reader, state)
                if state != "ready":
                    touched.append(reader)
                    ended.append(reader)
        return tuple(sorted(touched))

    def _become(self, path: str, state: StepState) -> None:
        self.states[path] = state
        if state == "ready":
            self._fresh.append(path)

    def _verdict(self, path: str) -> StepState:
        """The state of a step whose needs are all over."""
        step = self._graph.steps[path]
        needs = [self.states[need] for need in step.needs]
        if step.guard is not None:
            decided = self.states[step.guard.decide]
            if decided == "skipped" or (
                decided == "succeeded" and self._branch[step.guard.decide] != step.guard.branch
            ):
                return "skipped"
        if "failed" in needs or "not_run" in needs:
            return "not_run"
        if isinstance(step.work, Join):
            return "skipped" if self.states[step.work.decide] == "skipped" else "ready"
        return "skipped" if "skipped" in needs else "ready"
