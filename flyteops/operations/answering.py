"""Answers to gates, given with the command: which gate each is for, and whether its value is one of the gate's type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.values import read_literal
from flyteops.execution.children import INSIDE, without_items
from flyteops.execution.steps import Hold, RunEach, RunGraph, RunLaunch
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.entities import Gate, Sleep, WaitForInput
from flyteops.model.errors import InvalidProject
from flyteops.model.literals import Literal
from flyteops.model.types import LiteralType, spelling
from flyteops.operations.given import word_value

Said = bool | Literal
"""Consent, refusal, or a value."""
FLAG = "--answer "


def gates_of(graph: RunGraph, *, prefix: str = "") -> Iterator[tuple[str, Gate]]:
    """The gates of a run and of the runs that it launches, by path; a sleep is none: nobody answers it."""
    for path, step in sorted(graph.steps.items()):
        work = step.work
        if isinstance(work, Hold) and not isinstance(work.gate, Sleep):
            yield prefix + path, work.gate
        if isinstance(work, RunLaunch | RunEach):
            yield from gates_of(work.graph, prefix=f"{prefix}{path}{INSIDE}")


def read_answers(
    graph: RunGraph, *, approved: tuple[str, ...], refused: tuple[str, ...], values: tuple[str, ...]
) -> dict[str, Said]:
    """Answers by the path of the gate; InvalidAnswers with every fault.

    `each/publish` answers for every item of the map `each`, `each.3/publish` for one."""
    reader = _Reader(dict(gates_of(graph)))
    for path in approved:
        reader.consent(path, said=True, flag="--approve")
    for path in refused:
        reader.consent(path, said=False, flag="--refuse")
    for word in values:
        reader.value(word)
    if reader.faults.has_errors():
        raise InvalidAnswers(reader.faults.found, reader.texts)
    return reader.found


class InvalidAnswers(InvalidProject):
    """Answers that cannot be taken; `texts` are what the faults are in."""

    def __init__(self, faults: list[Diagnostic], texts: Mapping[str, str]) -> None:
        self.texts = texts
        super().__init__(faults)


class _Reader:
    def __init__(self, gates: Mapping[str, Gate]) -> None:
        self.gates = gates
        self.faults = Faults()
        self.found: dict[str, Said] = {}
        self.texts: dict[str, str] = {}

    def consent(self, path: str, *, said: bool, flag: str) -> None:
        gate = self._gate(path, flag)
        if gate is None:
            return
        if isinstance(gate, WaitForInput) and said:
            self.faults.add(
                "FO619",
                f"{path} waits for a value, not for consent",
                at=None,
                help=f"give a value of {spelling(gate.type)} with --answer {path}=…",
            )
            return
        self._keep(path, said)

    def value(self, word: str) -> None:
        path, equals, text = word.partition("=")
        if not equals or not path:
            self.faults.add("FO620", f'--answer "{word}" is not NODE=VALUE', at=None, help="write --answer rows=100")
            return
        gate = self._gate(path, FLAG.strip())
        if gate is None:
            return
        if not isinstance(gate, WaitForInput):
            self.faults.add(
                "FO619",
                f"{path} waits for consent, not for a value",
                at=None,
                help=f"write --approve {path} or --refuse {path}",
            )
            return
        self.texts[FLAG + path] = word
        literal = typed(gate.type, path, text, self.faults)
        if literal is not None:
            self._keep(path, literal)

    def _gate(self, path: str, flag: str) -> Gate | None:
        gate = self.gates.get(without_items(path))
        if gate is None:
            way_out = suggestion(path, self.gates, kinds="gates") if self.gates else "leave the option out"
            message = f'there is no gate "{path}" in this run' if self.gates else "this run has no gates"
            self.faults.add("FO618", f"{flag} {path}: {message}", at=None, help=way_out)
        return gate

    def _keep(self, path: str, said: Said) -> None:
        if path in self.found:
            self.faults.add("FO621", f"{path} is answered twice", at=None, help="keep one of the answers")
        self.found[path] = said


def typed(of: LiteralType, path: str, text: str, faults: Faults) -> Literal | None:
    """What was typed as a value of the gate's type; None with the fault noted."""
    node = word_value(FLAG + path, text, after=len(path) + 1, faults=faults.found)
    return None if node is None else read_literal(node, of, faults=faults, subject=f"the answer to {path}")
