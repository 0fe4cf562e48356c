"""`${FLYTEOPS_…}` in registry, store and cluster; nowhere else, and no other variable."""

from __future__ import annotations

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_OURS = re.compile(r"FLYTEOPS_[A-Z0-9_]{1,100}")


def expanded(text: str, environ: Mapping[str, str]) -> str:
    """The text with every variable that is set put in; the others stay, and are told when the text is used."""
    return _VARIABLE.sub(lambda found: environ.get(found[1]) or found[0], text)


def foreign_variable(text: str) -> str:
    """The first `${…}` that is not one of ours, or nothing."""
    return next((found[0] for found in _VARIABLE.finditer(text) if not _OURS.fullmatch(found[1])), "")


def unset_variable(text: str) -> str:
    """The first variable that was not put in, or nothing."""
    found = _VARIABLE.search(text)
    return found[1] if found else ""
