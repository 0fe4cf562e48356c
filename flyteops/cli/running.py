"""A local run as the command line sees it: adapters in, progress out, one summary at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flyteops.cli.exits import Exit
from flyteops.cli.session import Session

if TYPE_CHECKING:
    from flyteops.operations.running import Launch
    from flyteops.wiring import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to run; what to run is the launch."""

    inline: bool
    interpreter: str | None
    parallel: int | None
    cache: str
    execution: str | None
