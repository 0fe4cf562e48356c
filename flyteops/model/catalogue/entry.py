"""One entry of the catalogue of errors."""

from __future__ import annotations

from flyteops.model.frozen import frozen


@frozen(kw_only=False)
class Entry:
    """A permanent code with a title, the rule behind it, and how one gets out of it."""

    code: str
    title: str
    rule: str
    way_out: str
