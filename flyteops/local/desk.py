"""Gates that are closed: sleeps that end by themselves, and questions that somebody must answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flyteops.execution.children import without_items
from flyteops.local.answers import failure, late
from flyteops.local.jobs import NodeRecord, Owner
from flyteops.local.requests import Said, Terminal
from flyteops.model.digest import Json
from flyteops.model.entities import Gate, Sleep, WaitForInput
from flyteops.model.literals import Literal
from flyteops.model.types import LiteralType, spelling, type_wire
from flyteops.model.value_text import value_text
from flyteops.runtime.endings import NEVER
from flyteops.runtime.verbs import Answer, held

SHOWN = 400
"""Characters of a value that consent is asked for."""
Keep = Callable[[Json, Json, str], Json]
"""Takes the files of a value (with its type, and whose it is) into the store."""
_YES, _NO = ("y", "yes"), ("n", "no")


@dataclass(slots=True, kw_only=True, eq=False)
class Closed:
    """A gate nobody has opened yet; `due_s` is when it opens by itself or is given up."""

    run: Owner
    node: NodeRecord
    gate: Gate
    due_s: float | None
    question: str = ""
    of: LiteralType | None = None

    @property
    def path(self) -> str:
        """How the gate is told."""
        return self.run.label + self.node.step.path


class Desk:
    """Opens gates by time, by the answers given with the command, and by what is typed on the terminal."""

    def __init__(self, answers: Mapping[str, Said], terminal: Terminal | None, *, keep: Keep) -> None:
        self._answers = answers
        self._keep = keep
        self._terminal = terminal
        self._closed: list[Closed] = []
        self._asked: Closed | None = None

    # ---------------------------------------------------------------------------------------- arrivals

    def put(self, run: Owner, node: NodeRecord, gate: Gate, *, now_s: float, shown: Json = None) -> None:
        """A gate that was reached; `shown` is the value that consent is asked for."""
        if isinstance(gate, Sleep):
            self._closed.append(Closed(run=run, node=node, gate=gate, due_s=now_s + gate.duration_s))
            return
        limit = gate.timeout_s
        closed = Closed(run=run, node=node, gate=gate, due_s=None if limit is None else now_s + limit)
        said = self.said(closed.path)
        if said is not None:
            self._end(closed, self._answer(closed, said))
            return
        if self._terminal is None:
            self._end(closed, failure(NEVER, "gate", nobody(closed.path, gate)))
            return
        closed.question = _question(closed.path, gate, shown)
        closed.of = gate.type if isinstance(gate, WaitForInput) else None
        self._closed.append(closed)

    def said(self, path: str) -> Said | None:
        """The answer given with the command, for this very item or for all of them."""
        found = self._answers.get(path)
        return found if found is not None else self._answers.get(without_items(path))

    def take_away(self, run: Owner) -> list[NodeRecord]:
        """The gates of a run that is stopped."""
        gone = [each for each in self._closed if each.run is run]
        self._closed = [each for each in self._closed if each.run is not run]
        if self._asked in gone:
            self._asked = None
            self._say("(no longer needed)")
        return [each.node for each in gone]

    # -------------------------------------------------------------------------------------------- time

    @property
    def descriptor(self) -> int | None:
        """The descriptor that is readable when an answer was typed; None while nothing is asked."""
        return self._terminal.descriptor if self._terminal is not None and self._asked is not None else None

    def due_s(self) -> float | None:
        """When the next gate opens or is given up."""
        return min((each.due_s for each in self._closed if each.due_s is not None), default=None)

    def look(self, now_s: float) -> None:
        """Opens or gives up what is due, and asks the next question when none is open."""
        for each in [each for each in self._closed if each.due_s is not None and each.due_s <= now_s]:
            self._closed.remove(each)
            if each is self._asked:
                self._asked = None
                self._say("(too late)")
            self._end(each, self._opened(each, None) if isinstance(each.gate, Sleep) else _too_late(each))
        if self._asked is None:
            self._asked = next((each for each in self._closed if each.question), None)
            if self._asked is not None:
                self._say(self._asked.question)

    def hear(self) -> None:
        """Takes what was typed; a wrong answer is told and asked for again, a closed terminal gives the gate up."""
        asked, terminal = self._asked, self._terminal
        if asked is None or terminal is None:
            return
        line = terminal.read()
        if line is None:
            # Nobody is there any more: no question will be answered, the next ones neither.
            self._terminal = self._asked = None
            unanswered = [each for each in self._closed if each.question]
            self._closed = [each for each in self._closed if not each.question]
            for each in unanswered:
                self._end(each, failure(NEVER, "gate", nobody(each.path, each.gate)))
            return
        said = _yes_or_no(line) if asked.of is None else terminal.parse(asked.of, line)
        if isinstance(said, str):
            self._say(said)
            return
        self._closed.remove(asked)
        self._asked = None
        self._end(asked, self._answer(asked, said))

    # --------------------------------------------------------------------------------------------- ends

    def _say(self, text: str) -> None:
        if self._terminal is not None:
            self._terminal.say(text)

    def _answer(self, closed: Closed, said: Said) -> Answer:
        if said is False:
            return failure(NEVER, "refused", f"{closed.path} was refused")
        if said is True:
            return self._opened(closed, None)
        return self._opened(closed, said)

    def _opened(self, closed: Closed, said: Said | None) -> Answer:
        given: tuple[Json, Json] | None = None
        if isinstance(said, Literal):
            of = type_wire(said.type)
            given = of, self._keep(said.value, of, closed.path)
        return held(closed.run.session, closed.node.invocation, given)

    def _end(self, closed: Closed, answer: Answer) -> None:
        closed.run.gate_ended(closed.node, answer)


def nobody(path: str, gate: Gate) -> str:
    """Why a gate that nobody can be asked about fails, and the way out."""
    waits, way_out = unasked(path, gate)
    return f"{waits}: {way_out}"


def unasked(path: str, gate: Gate) -> tuple[str, str]:
    """What a gate waits for that nobody can be asked here, and the option that gives it."""
    if isinstance(gate, WaitForInput):
        return (
            f"{path} waits for {spelling(gate.type)}, and nobody can be asked here",
            f"give it with --answer {path}=…",
        )
    return f"{path} waits for consent, and nobody can be asked here", f"give it with --approve {path}"


def _too_late(closed: Closed) -> Answer:
    limit = closed.gate.timeout_s if not isinstance(closed.gate, Sleep) else None
    return late(f"nobody answered {closed.path} within {limit:g} s (timeout)")


def _question(path: str, gate: Gate, shown: Json) -> str:
    prompt = f": {gate.prompt}" if not isinstance(gate, Sleep) and gate.prompt else ""
    text = value_text(shown)
    value = f"\n  value: {text[:SHOWN]}{'…' if len(text) > SHOWN else ''}" if shown is not None else ""
    if isinstance(gate, WaitForInput):
        return f"{path}{prompt}\n  a value of {spelling(gate.type)}, then Enter:"
    return f"{path}{prompt}{value}\n  approve? [y/n]"


def _yes_or_no(line: str) -> bool | str:
    word = line.strip().lower()
    if word in _YES:
        return True
    return False if word in _NO else "answer y or n:"
