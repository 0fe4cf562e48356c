"""`PyTorchCheckpoint`: how far a training has come. Importing it does not import torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class PyTorchCheckpoint(Mapping[str, Any]):
    """A module's state, an optimizer's state and hyperparameters; at least one of them.

        return PyTorchCheckpoint(module=net, optimizer=adam, hyperparameters={"lr": 0.1})

    Hyperparameters are a dict, a NamedTuple or a dataclass of plain values. Whoever takes it gets the states, on the
    GPU if there is one, to load into a module and an optimizer of their own:

        net.load_state_dict(checkpoint.module_state_dict)
        adam.load_state_dict(checkpoint["optimizer_state_dict"])        # as in Flyte, by key
        checkpoint["lr"], checkpoint.hyperparameters
    """

    __slots__ = ("hyperparameters", "module", "module_state_dict", "optimizer", "optimizer_state_dict")

    def __init__(self, module: Any = None, optimizer: Any = None, hyperparameters: Any = None) -> None:
        if module is None and optimizer is None and hyperparameters is None:
            raise ValueError("a checkpoint needs a module, an optimizer or hyperparameters")
        self.module = module
        self.optimizer = optimizer
        self.module_state_dict: Any = None if module is None else module.state_dict()
        self.optimizer_state_dict: Any = None if optimizer is None else optimizer.state_dict()
        self.hyperparameters = _as_dict(hyperparameters)

    @classmethod
    def loaded(cls, *, module: Any, optimizer: Any, hyperparameters: Any) -> PyTorchCheckpoint:
        """One of the store: states, not objects."""
        made = cls(hyperparameters=hyperparameters if hyperparameters is not None else {})
        made.module_state_dict, made.optimizer_state_dict = module, optimizer
        made.hyperparameters = hyperparameters
        return made

    def _entries(self) -> dict[str, Any]:
        states = {"module_state_dict": self.module_state_dict, "optimizer_state_dict": self.optimizer_state_dict}
        return {**{key: state for key, state in states.items() if state is not None}, **(self.hyperparameters or {})}

    def __getitem__(self, key: str) -> Any:
        return self._entries()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries())

    def __len__(self) -> int:
        return len(self._entries())

    def __repr__(self) -> str:
        return f"PyTorchCheckpoint({', '.join(self)})"


def _as_dict(given: Any) -> dict[str, Any] | None:
    if given is None:
        return None
    if isinstance(given, Mapping):
        found = dict(given)
    elif isinstance(given, tuple) and hasattr(given, "_asdict"):
        found = given._asdict()
    elif hasattr(given, "__dataclass_fields__") and not isinstance(given, type):
        import dataclasses

        found = dataclasses.asdict(given)
    else:
        raise TypeError(f"hyperparameters are a dict, a NamedTuple or a dataclass, not {type(given).__name__}")
    taken = [key for key in found if key in ("module_state_dict", "optimizer_state_dict") or not isinstance(key, str)]
    if taken:
        raise ValueError(f"a hyperparameter cannot be called {taken[0]!r}")
    return found
