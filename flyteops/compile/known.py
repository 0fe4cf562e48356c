"""What one compilation knows: the layers, the signatures, and the entities lowered so far."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field

from flyteops.compile.faults import Faults
from flyteops.compile.layers import Declared, Layers
from flyteops.compile.pickles import Classes, Python, said_classes
from flyteops.compile.settings import Profiles
from flyteops.compile.surroundings import Surroundings
from flyteops.model.artifacts import Artifact, ArtifactQuery
from flyteops.model.diagnostics import Place
from flyteops.model.entities import LaunchPlan, Task, Variable, Workflow
from flyteops.model.frozen import frozen
from flyteops.model.launching import Channel
from flyteops.model.types import LiteralType
from flyteops.source.credentials import Allowed
from flyteops.source.tree import Mapping

__all__ = ["Known", "Python"]


@frozen
class Repository:
    """What is read beside declarations and code: files by path, and what the lock pins: images by reference, entities
    of other projects by `project/domain/name@version`."""

    read: Callable[[str], bytes | None] = lambda _: None
    paths: Callable[[], tuple[str, ...]] | None = None
    """Every file; None when there is no tree to look into, and then no file is missed."""
    images: Dict[str, str] = field(default_factory=dict)
    entities: Dict[str, str] = field(default_factory=dict)
    allowed: tuple[Allowed, ...] = ()
    """Values that look like credentials and are none."""


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
    surroundings: Surroundings
    tasks: dict[str, Task | None] = field(default_factory=dict)
    workflows: dict[str, Workflow | None] = field(default_factory=dict)
    launch_plans: dict[str, LaunchPlan | None] = field(default_factory=dict)
    """Those looked at so far, None for a broken one: a node may launch a plan before all of them are compiled."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Steps of a run of each workflow, with all that it calls."""
    bodies: dict[str, tuple[Place, Mapping]] = field(default_factory=dict)
    """Effective bodies by address, profiles laid open: where each effective value was written."""
    task_bodies: dict[str, Mapping] = field(default_factory=dict)
    """Bodies of tasks with the names of profiles still in them: what a node's overrides are laid over."""
    channels: dict[str, Channel | None] = field(default_factory=dict)
    artifacts: dict[str, tuple[Artifact, LiteralType] | None] = field(default_factory=dict)
    """With the type of their versions."""
    asked: list[tuple[ArtifactQuery, Mapping, tuple[Variable, ...]]] = field(default_factory=list)
    """Queries of launch plans with the inputs that they fill: held against the artifacts when those are known."""
    implicit: dict[str, Place] = field(default_factory=dict)
    """Tasks used by their path: where first."""
    _said: frozenset[str] | None = None

    def classes(self, at: Place | None) -> Classes:
        """The classes that the entity declared at a place may name; None for a task without an entry."""
        if self._said is None:
            self._said = said_classes(self.layers, self.python)
        layers = self.layers
        # A task without an entry is of no file: what any file lets travel may come to it.
        anywhere = (*layers.pickles, *(each for file in layers.file_pickles.values() for each in file))
        patterns = layers.pickles_of(at.path) if at is not None else anywhere
        return Classes(python=self.python, patterns=patterns, said=self._said)

    def declared(self, section: str) -> Dict[str, Declared]:
        """The entities of a section."""
        return self.layers.section(section)
