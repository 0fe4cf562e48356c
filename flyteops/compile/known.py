"""What one compilation knows: the layers, the signatures, and the entities lowered so far."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from typing import Protocol

from flyteops.compile.faults import Faults
from flyteops.compile.layers import Declared, Layers
from flyteops.compile.settings import Profiles
from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.entities import LaunchPlan, Task, Workflow
from flyteops.model.launching import Channel
from flyteops.model.types import LiteralType
from flyteops.model.works import FunctionRef
from flyteops.source.python import Signature
from flyteops.source.tree import Mapping


class Python(Protocol):
    """The user's code, read and never run."""

    def signature(self, function: FunctionRef, at: Place) -> Signature | tuple[Diagnostic, ...]:
        """What is known of a function, or why it cannot be a task."""

    def named_type(self, module: str, name: str, at: Place) -> LiteralType | tuple[Diagnostic, ...]:
        """The type of a class named `module:name`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What is read beside declarations and code: files by path, and what the lock pins: images by reference, entities
    of other projects by `project/domain/name@version`."""

    read: Callable[[str], bytes | None] = lambda _: None
    paths: Callable[[], tuple[str, ...]] | None = None
    """Every file; None when there is no tree to look into, and then no file is missed."""
    images: Dict[str, str] = field(default_factory=dict)
    entities: Dict[str, str] = field(default_factory=dict)


NOTHING_BESIDE = Repository()
"""No file and no lock."""


@dataclass(slots=True)
class Known:
    """`tasks` and `workflows` hold None for what is declared and broken: its own fault was told."""

    layers: Layers
    python: Python
    profiles: Profiles
    faults: Faults
    repository: Repository
    tasks: dict[str, Task | None] = field(default_factory=dict)
    workflows: dict[str, Workflow | None] = field(default_factory=dict)
    launch_plans: dict[str, LaunchPlan | None] = field(default_factory=dict)
    """Those looked at so far, None for a broken one: a node may launch a plan before all of them are compiled."""
    bodies: dict[str, tuple[Place, Mapping]] = field(default_factory=dict)
    """Effective bodies by address, profiles laid open: where each effective value was written."""
    task_bodies: dict[str, Mapping] = field(default_factory=dict)
    """Bodies of tasks with the names of profiles still in them: what a node's overrides are laid over."""
    channels: dict[str, Channel | None] = field(default_factory=dict)
    implicit: dict[str, Place] = field(default_factory=dict)
    """Tasks used by their path: where first."""

    def declared(self, section: str) -> Dict[str, Declared]:
        """The entities of a section."""
        return self.layers.section(section)
