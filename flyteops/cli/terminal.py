"""The terminal as a run's gates see it: questions on stderr, one line typed for each answer."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from flyteops.cli.output import Output

if TYPE_CHECKING:
    from flyteops.model.literals import Literal
    from flyteops.model.types import LiteralType


class AskingTerminal:
    """Reads whole lines from stdin; `descriptor` is what is waited for."""

    def __init__(self, output: Output) -> None:
        self.descriptor = sys.stdin.fileno()
        self._output = output
        self._typed = b""

    def say(self, text: str) -> None:
        """Shows a question, or what is wrong with an answer; -q does not silence it."""
        from flyteops.views.escape import safe

        self._output.insist("\n".join(safe(line) for line in text.split("\n")))

    def read(self) -> str | None:
        """The line that was typed; None at the end of the input."""
        while b"\n" not in self._typed:
            data = os.read(self.descriptor, 4096)
            if not data:
                return None
            self._typed += data
        line, _, self._typed = self._typed.partition(b"\n")
        return line.decode("utf-8", "replace")

    def parse(self, of: LiteralType, text: str) -> Literal | str:
        """The typed text as a value of the type, or what is wrong with it."""
        from flyteops.compile.faults import Faults
        from flyteops.operations.answering import typed

        faults = Faults()
        literal = typed(of, "it", text, faults)
        if literal is not None:
            return literal
        first = faults.found[0]
        return f"{first.message}; {first.help}" if first.help else first.message
