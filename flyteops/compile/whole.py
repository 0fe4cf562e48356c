"""Whether what the layers made of an entry has all that its table asks for: no single file could be told that."""

from __future__ import annotations

from flyteops.compile.faults import Faults
from flyteops.compile.layers import Declared
from flyteops.source.checking import Checker
from flyteops.source.fields import ENTITIES
from flyteops.source.tree import Scalar


def is_whole(declared: Declared, *, faults: Faults) -> bool:
    """Whether the body fits its table; what is missing is told, unless something of it was refused before."""
    checker = Checker(removes=True)
    name = Scalar(text=declared.name, style="plain", place=declared.place)
    checker.value(name, declared.body, ENTITIES[declared.section][0].shape)
    if declared.sound:
        known = {(each.code, each.place, each.message) for each in faults.found}
        faults.found.extend(each for each in checker.faults if (each.code, each.place, each.message) not in known)
    return declared.sound and not checker.faults
