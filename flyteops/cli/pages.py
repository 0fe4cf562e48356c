"""The pages of codes: a wheel carries docs/errors/ beside this module, a checkout has it at its root."""

from __future__ import annotations

from pathlib import Path

from flyteops.cli.exits import Exit
from flyteops.cli.session import Session

_SHIPPED = Path(__file__).parent / "error_pages"
_IN_A_CHECKOUT = Path(__file__).parents[2] / "docs" / "errors"


def show_page(session: Session, code: str) -> int:
    """Prints the page of a code; without it, what the catalogue says. Raises InvalidProject for an unknown code."""
    from flyteops.model.catalogue import CATALOGUE
    from flyteops.views.json import render_document

    entry = CATALOGUE.get(code)
    if entry is None:
        raise _unknown(code)
    text = page_of(code)
    if session.output.form == "json":
        document = {"code": code, "title": entry.title, "rule": entry.rule, "way_out": entry.way_out, "page": text}
        session.output.result(render_document(document))
    else:
        session.output.result(text or f"# {code}: {entry.title}\n\n{entry.rule}\n\n## The way out\n\n{entry.way_out}\n")
    return Exit.OK


def page_of(code: str) -> str | None:
    """The text of a code's page; None where this installation has none."""
    for folder in (_SHIPPED, _IN_A_CHECKOUT):
        try:
            return (folder / f"{code}.md").read_text(encoding="utf-8")
        except OSError:
            continue
    return None


def _unknown(code: str) -> Exception:
    from flyteops.model.catalogue import CATALOGUE
    from flyteops.model.diagnostics import Diagnostic
    from flyteops.model.errors import InvalidProject
    from flyteops.source.suggest import nearest

    near = nearest(code, CATALOGUE)
    way_out = f"nearest: {', '.join(near)}" if near else "a code is written as FO217 or FO-I101"
    return InvalidProject([Diagnostic(code="FO615", message=f"there is no code {code}", place=None, help=way_out)])
