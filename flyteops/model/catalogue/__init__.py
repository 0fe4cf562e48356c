"""Every code of the product, once. Each has a case under `tests/rejects/` from which its page is made."""

from __future__ import annotations

from flyteops.model.catalogue import (
    asking,
    declaring,
    engine,
    from_flyte,
    interfaces,
    kinds,
    launching,
    locking,
    nodes,
    project,
    reading,
    registry,
    running,
    signatures,
    surroundings,
    wiring,
)
from flyteops.model.catalogue.entry import Entry

_ALL = (
    *reading.ENTRIES,
    *wiring.ENTRIES,
    *launching.ENTRIES,
    *nodes.ENTRIES,
    *declaring.ENTRIES,
    *signatures.ENTRIES,
    *from_flyte.ENTRIES,
    *surroundings.ENTRIES,
    *project.ENTRIES,
    *locking.ENTRIES,
    *running.ENTRIES,
    *asking.ENTRIES,
    *registry.ENTRIES,
    *engine.ENTRIES,
    *interfaces.ENTRIES,
    *kinds.ENTRIES,
)
CATALOGUE: dict[str, Entry] = {entry.code: entry for entry in _ALL}
if len(CATALOGUE) != len(_ALL):
    raise AssertionError("a code of the catalogue is given twice")

__all__ = ["CATALOGUE", "Entry"]
