"""PyTorch: tensors, modules and checkpoints as states, read with `weights_only=True`. The one door to torch."""

from __future__ import annotations

import importlib
from typing import Any, assert_never
from typing import Literal as OneOf

import torch

from flyteops.codecs.checkpoint import PyTorchCheckpoint
from flyteops.codecs.faults import Unfit

SUFFIX = ".pt"
_FORM = "flyteops"
_PLAIN = (str, int, float, bool, type(None), torch.Tensor)
Kind = OneOf["tensor", "module", "checkpoint"]


def write(value: Any, path: str, kind: Kind) -> None:
    """Writes the state of a value. A module must be one that can be built again."""
    match kind:
        case "tensor":
            if not isinstance(value, torch.Tensor):
                raise Unfit(f"Tensor was declared, the function returned {type(value).__name__}")
            torch.save(_seen(value.detach().cpu()), path)
        case "module":
            if not isinstance(value, torch.nn.Module):
                raise Unfit(f"Module was declared, the function returned {type(value).__name__}")
            torch.save(_module_document(value), path)
        case "checkpoint":
            if not isinstance(value, PyTorchCheckpoint):
                raise Unfit(
                    f"Checkpoint was declared, the function returned {type(value).__name__}: "
                    "return a flyteops.types.PyTorchCheckpoint"
                )
            torch.save(_checkpoint_document(value), path)
        case _:
            assert_never(kind)


def read(path: str, kind: Kind, of: Any) -> Any:
    """The value, on the GPU if there is one, else on the CPU."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        found = torch.load(path, map_location=device, weights_only=True)
    except Exception as error:  # noqa: BLE001 - torch raises anything for a file that is none of its own
        text = str(error).strip().partition("\n")[0]
        raise Unfit(f"the file holds no plain torch state: {text[:300]}") from None
    match kind:
        case "tensor":
            if not isinstance(found, torch.Tensor):
                raise Unfit(f"the file holds a {type(found).__name__}, not a tensor")
            return found
        case "module":
            return _module(_document(found, "module"), of, device)
        case "checkpoint":
            document = _document(found, "checkpoint")
            parts = {name: document.get(name) for name in ("module", "optimizer", "hyperparameters")}
            return PyTorchCheckpoint.loaded(**parts)
        case _:
            assert_never(kind)


def _seen(value: torch.Tensor) -> torch.Tensor:
    """The tensor with no more storage than is seen of it: a view would bring the whole along."""
    whole = value.layout == torch.strided and value.untyped_storage().nbytes() > value.nbytes
    return value.clone() if whole else value


def _document(found: Any, kind: str) -> dict[str, Any]:
    if isinstance(found, dict) and found.get(_FORM) == kind:
        return found
    raise Unfit(f"the file was not stored as a {kind} by flyteops: take it as a File and load it yourself")


def _module_document(module: torch.nn.Module) -> dict[str, Any]:
    of = type(module)
    name = f"{of.__module__}:{of.__qualname__}"
    if _class_named(name) is not of:
        raise Unfit(
            f"a module of the class {name} cannot be built again elsewhere: define it at the top of a module "
            "that can be imported, or return a PyTorchCheckpoint"
        )
    arguments = _arguments(module)
    state = module.state_dict()
    _refuse_unlike(_built(of, arguments, name), module, name)
    return {_FORM: "module", "class": name, "arguments": arguments, "state": state, "training": module.training}


def _arguments(module: torch.nn.Module) -> dict[str, Any]:
    """Its `hparams`: the keyword arguments that build it again, as PyTorch Lightning names them."""
    given = getattr(module, "hparams", None)
    arguments = dict(given) if given is not None else {}
    for name, value in arguments.items():
        _plain(value, f"hparams[{name!r}]")
    return arguments


def _plain(value: Any, at: str) -> None:
    """Only values that `weights_only=True` reads back."""
    match value:
        case list() | tuple():
            for place, each in enumerate(value):
                _plain(each, f"{at}[{place}]")
        case dict():
            for key, each in value.items():
                _plain(each, f"{at}[{key!r}]")
        case _ if type(value) not in _PLAIN:
            raise Unfit(
                f"{at} is of type {type(value).__name__}: "
                "only numbers, text, bools, None, tensors, lists and dicts are kept"
            )


def _built(of: type[torch.nn.Module], arguments: dict[str, Any], name: str) -> torch.nn.Module:
    state = torch.get_rng_state()
    try:
        return of(**arguments)
    except Exception as error:  # noqa: BLE001 - a user's __init__ may raise anything
        raise Unfit(
            f"a module of the class {name} cannot be built again: {type(error).__name__}: {error}; let __init__ work "
            "without arguments, keep its keyword arguments in `self.hparams`, or return a PyTorchCheckpoint"
        ) from None
    finally:
        # Building one draws its first weights: the user's own chance is left as it was.
        torch.set_rng_state(state)


def _refuse_unlike(built: torch.nn.Module, module: torch.nn.Module, name: str) -> None:
    """What is built from class and arguments has the same parameters in the same shapes, or the state is of no use."""

    def shapes(of: torch.nn.Module) -> dict[str, Any]:
        return {key: getattr(each, "shape", None) for key, each in of.state_dict().items()}

    if shapes(built) != shapes(module):
        other = sorted(str(key) for key, _ in set(shapes(built).items()) ^ set(shapes(module).items()))
        raise Unfit(
            f"{name} builds another module than the one returned (other: {other[0]}): keep the keyword arguments of "
            "__init__ in `self.hparams`, or return a PyTorchCheckpoint"
        )


def _module(document: dict[str, Any], of: Any, device: str) -> torch.nn.Module:
    name = str(document["class"])
    found = _class_named(name)
    if found is None:
        raise Unfit(f"the class {name} of the stored module cannot be imported, or is no torch.nn.Module")
    if isinstance(of, type) and not issubclass(found, of):
        raise Unfit(f"the stored module is a {name}, the function takes a {of.__module__}:{of.__qualname__}")
    module = _built(found, dict(document["arguments"]), name).to(device)
    try:
        module.load_state_dict(document["state"], strict=True)
    except RuntimeError as error:
        raise Unfit(f"the stored state does not fit the class {name} as it is now: {error}") from None
    return module.train(bool(document["training"]))


def _class_named(name: str) -> type[torch.nn.Module] | None:
    """The class `module:Name`, if it is one of modules: nothing else that is named in a file is ever called."""
    module_name, _, path = name.partition(":")
    if not path or "<" in path or module_name == "__main__":
        return None
    try:
        found: Any = importlib.import_module(module_name)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return None
    return found if isinstance(found, type) and issubclass(found, torch.nn.Module) else None


def _checkpoint_document(checkpoint: PyTorchCheckpoint) -> dict[str, Any]:
    for name, value in (checkpoint.hyperparameters or {}).items():
        _plain(value, f"hyperparameters[{name!r}]")
    return {
        _FORM: "checkpoint",
        "module": checkpoint.module_state_dict,
        "optimizer": checkpoint.optimizer_state_dict,
        "hyperparameters": checkpoint.hyperparameters,
    }
