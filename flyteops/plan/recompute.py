"""The recompute axis of a run: for every task step whether it computes again, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flyteops.execution.steps import Decide, Hold, RunMap, RunTask, Step
from flyteops.model.digest import Json
from flyteops.model.entities import WaitForInput
from flyteops.model.expressions import Constant, Operand, condition_wire
from flyteops.model.frozen import frozen
from flyteops.model.plan import RecomputeClass
from flyteops.model.references import Bound, reference_text
from flyteops.plan.calls import Side, steps_in_order, steps_read
from flyteops.plan.causes import Cause, call_causes, input_causes


@frozen
class StepOutcome:
    """What happens to a task step. `standing` is said of what would happen without any change as well, such as a
    step that is not cached, and what reads from it."""

    path: str
    task: str
    outcome: RecomputeClass
    reasons: tuple[str, ...]
    standing: bool = False


@frozen
class Known:
    """Signatures of the steps whose results a cache holds after a run; `guarded` only if a switch took their case."""

    plain: frozenset[str] = frozenset()
    guarded: frozenset[str] = frozenset()

    def __or__(self, other: Known) -> Known:
        return Known(plain=self.plain | other.plain, guarded=self.guarded | other.guarded)


@dataclass(slots=True)
class Comparison:
    """Walks the new run graph against the old one; `known` are cached results of what was applied."""

    new: Side
    old: Side
    known: Known
    outcomes: dict[str, StepOutcome] = field(default_factory=dict)
    _uncertain: dict[str, bool] = field(default_factory=dict)

    def uncertain(self, path: str) -> bool:
        """Whether the outputs of the step may differ from those of the version applied before."""
        if path not in self._uncertain:
            self._uncertain[path] = self._look(self.new.graph.steps[path])
        return self._uncertain[path]

    def _look(self, step: Step) -> bool:
        work = step.work
        if isinstance(work, RunTask | RunMap):
            return self._look_at_call(step, work)
        if isinstance(work, Hold) and isinstance(work.gate, WaitForInput):
            return True  # somebody may answer anything
        same = step.path in self.old.graph.steps and self._same_signature(step.path)
        return any(self.uncertain(need) for need in step.needs) or not same

    def _same_signature(self, path: str) -> bool:
        return self.new.signature(path) == self.old.signature(path)

    def _look_at_call(self, step: Step, work: RunTask | RunMap) -> bool:
        causes = list(self._causes(step, work))
        outcome, differs = self._judge(step, work, causes)
        # What is certain needs no "if" beside it.
        told = [each for each in causes if outcome == "maybe" or each.strength == "yes"]
        reasons = tuple(dict.fromkeys(each.reason for each in told)) if outcome != "none" else ()
        if outcome in ("yes", "new", "always") and step.guard is not None:
            reasons = (*reasons, f"only if {_switch(step.guard.decide)} takes this case")
        self.outcomes[step.path] = StepOutcome(
            path=step.path,
            task=work.task.name,
            outcome=outcome,
            reasons=reasons,
            standing=outcome in ("always", "maybe") and self._as_before(step, work),
        )
        return differs

    def _as_before(self, step: Step, work: RunTask | RunMap) -> bool:
        """Whether all that the step depends on, and whether it is cached, is as it was applied."""
        before = self.old.graph.steps.get(step.path)
        if before is None or not isinstance(before.work, RunTask | RunMap) or self._needs_newer(step, work):
            return False
        if (before.work.settings.cache is None) is not (work.settings.cache is None) or step.guard != before.guard:
            return False
        same_case = step.guard is None or self._same_signature(step.guard.decide)
        return same_case and self._same_signature(step.path)

    def _judge(self, step: Step, work: RunTask | RunMap, causes: list[Cause]) -> tuple[RecomputeClass, bool]:
        """The outcome, and whether the outputs may differ."""
        strengths = {cause.strength for cause in causes}
        if work.settings.cache is None:
            if step.path not in self.old.graph.steps:
                return "new", True
            causes.insert(0, Cause("yes", "not cached"))
            return "always", True
        if not strengths:
            return "none", False
        if "new step" in {cause.reason for cause in causes}:
            return "new", True
        if "yes" in strengths:
            return "yes", True
        return ("maybe", True) if "maybe" in strengths else ("none", True)

    def _causes(self, step: Step, work: RunTask | RunMap) -> Iterator[Cause]:
        before = self.old.graph.steps.get(step.path)
        if self._already_computed(step, work):
            yield from self._upstream(step, work)
            if self._behind_switch_before(step):
                yield Cause("maybe", "before, it ran only where a switch took its case")
            return
        if before is None or not isinstance(before.work, RunTask | RunMap):
            yield Cause("yes", "new step")
            return
        yield from call_causes(work.task, work.settings, old_task=before.work.task, old_settings=before.work.settings)
        if before.work.task.key_name == work.task.key_name:
            yield from input_causes(work, before.work, side=self.new, old_side=self.old)
        yield from self._upstream(step, work)

    def _already_computed(self, step: Step, work: RunTask | RunMap) -> bool:
        """Whether the same call, under whatever name, is part of what was applied."""
        if work.settings.cache is None or self._needs_newer(step, work):
            return False
        signature = self.new.signature(step.path)
        return signature in self.known.plain or signature in self.known.guarded

    def _behind_switch_before(self, step: Step) -> bool:
        return step.guard is None and self.new.signature(step.path) not in self.known.plain

    def _needs_newer(self, step: Step, work: RunTask | RunMap) -> bool:
        before = self.old.graph.steps.get(step.path)
        if before is None or not isinstance(before.work, RunTask | RunMap):
            return False
        age = work.settings.cache.max_age_s if work.settings.cache else None
        old = before.work.settings.cache
        return age is not None and (old is None or old.max_age_s is None or age < old.max_age_s)

    def _upstream(self, step: Step, work: RunTask | RunMap) -> Iterator[Cause]:
        """What an upstream step may bring: another value, or another case of a switch."""
        if step.guard is not None and self.uncertain(step.guard.decide):
            yield Cause("maybe", self._guard_reason(step.guard.decide))
        ignored = work.settings.cache.ignore if work.settings.cache else ()
        bounds: tuple[Bound, ...] = (*work.inputs, *(work.over if isinstance(work, RunMap) else ()))
        read = {to.node for bound in bounds if bound.name not in ignored for to in steps_read(bound.binding)}
        for path in sorted(read):
            if self.uncertain(path):
                yield Cause("maybe", f"if the output of {path} differs")

    def _guard_reason(self, decide: str) -> str:
        switch, before = _switch(decide), self.old.graph.steps.get(decide)
        now = self.new.graph.steps[decide].work
        if before is None or not isinstance(before.work, Decide) or not isinstance(now, Decide):
            return f"{switch} is a new switch"
        if _texts(now) != _texts(before.work):
            return f"condition of {switch} changed"
        return f"if {switch} takes another case"


def _texts(work: Decide) -> list[str]:
    return [repr(condition_wire(each, _operand_text)) for each in work.conditions]


def _operand_text(operand: Operand) -> Json:
    return operand.literal.value if isinstance(operand, Constant) else reference_text(operand.to)


def _switch(decide: str) -> str:
    return decide.removesuffix(".when")


def compare_runs(new: Side, old: Side, *, known: Known) -> tuple[StepOutcome, ...]:
    """The outcome of every task step of the new graph, by path."""
    comparison = Comparison(new, old, known)
    for path in steps_in_order(new.graph):
        comparison.uncertain(path)
    return tuple(comparison.outcomes[path] for path in sorted(comparison.outcomes))


def known_results(side: Side) -> Known:
    """What the cache holds after a run of this side."""
    plain: set[str] = set()
    guarded: set[str] = set()
    for path in steps_in_order(side.graph):
        step = side.graph.steps[path]
        signature = side.signature(path)
        if isinstance(step.work, RunTask | RunMap) and step.work.settings.cache is not None:
            (guarded if step.guard else plain).add(signature)
    return Known(plain=frozenset(plain), guarded=frozenset(guarded))
