"""Answers imports of `flytekit` and `union` where nobody else does."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from flyteops.model.flyte_names import SERVED


class FlyteFinder:
    """Comes after every other finder, so that an installed package is never hidden; what is in one is left to it."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        """The stand-in for a module, if there is one and the package around it is a stand-in too."""
        del path, target
        top = name.partition(".")[0]
        if name not in SERVED or (name != top and not isinstance(sys.modules.get(top), StandIn)):
            return None
        return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty stand-in."""
        return StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Fills it; of `union` with flytekit's own where only flytekit is installed."""
        from flyteops.runtime.flyte import standin

        real = sys.modules.get("flytekit") if module.__name__ != "flytekit" else None
        for name in SERVED[module.__name__]:
            own = getattr(real, name, None) if real is not None and not isinstance(real, StandIn) else None
            setattr(module, name, own or standin.served(name))


class StandIn(ModuleType):
    """A module in the place of one of Flyte's. What it does not have may be imported, but not used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or self.__name__ not in SERVED:
            raise AttributeError(name)
        from flyteops.runtime.flyte.standin import Unserved

        return Unserved(f"{self.__name__}.{name}")


def serve_flyte() -> None:
    """Puts the finder behind all others, once."""
    if not any(isinstance(each, FlyteFinder) for each in sys.meta_path):
        sys.meta_path.append(FlyteFinder())


def forget_flyte() -> None:
    """For a process that goes on without the user's code: no finder any more, and no stand-in."""
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, FlyteFinder)]
    for name in [name for name, module in sys.modules.items() if isinstance(module, StandIn)]:
        del sys.modules[name]
