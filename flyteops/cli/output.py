"""Where words go: results on stdout, everything else on stderr; colour only where it helps."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable

from flyteops.model.diagnostics import Diagnostic
from flyteops.model.frozen import frozen


@frozen
class Output:
    """How to speak: `form` of results, colour, how much."""

    form: str = "text"
    color: bool = False
    color_results: bool = False
    quiet: bool = False
    verbose: bool = False
    interactive: bool = False

    @staticmethod
    def plain() -> Output:
        """For words before the options are known."""
        return Output(color=wants_color("auto", sys.stderr))

    def result(self, text: str) -> None:
        """A result, to stdout as it is."""
        sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
        sys.stdout.flush()

    def say(self, text: str) -> None:
        """Anything that is not the result, to stderr; silent with -q."""
        if not self.quiet:
            self.insist(text)

    def insist(self, text: str) -> None:
        """Words for stderr that -q does not silence."""
        sys.stderr.write(text if text.endswith("\n") else text + "\n")
        sys.stderr.flush()

    def diagnostics(self, found: Iterable[Diagnostic], *, lines_of: Callable[[str], list[str] | None]) -> None:
        """Diagnostics with their source lines, to stderr."""
        from flyteops.views.text import render_diagnostics

        self.insist(render_diagnostics(tuple(found), lines_of=lines_of, color=self.color))


def wants_color(choice: str, stream: object) -> bool:
    """`--color`, then NO_COLOR and FORCE_COLOR, then whether the stream is a terminal."""
    if choice in ("always", "never"):
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty()) and os.environ.get("TERM") != "dumb"
