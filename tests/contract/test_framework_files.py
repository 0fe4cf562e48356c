"""Tensors, modules, checkpoints, models, records: states, never pickles. Each test runs where its library is."""

from __future__ import annotations

import pickle
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import pytest

from flyteops.codecs.faults import Unfit
from flyteops.codecs.table import BLOBS, codec
from flyteops.types import PyTorchCheckpoint
from tests.libraries import library

NETS = """
    import torch

    class Net(torch.nn.Module):
        def __init__(self, width=3):
            super().__init__()
            self.hparams = {"width": width}
            self.body = torch.nn.Sequential(torch.nn.Linear(2, width), torch.nn.BatchNorm1d(width))

        def forward(self, x):
            return self.body(x)

    class Forgetful(torch.nn.Module):
        def __init__(self, width=3):
            super().__init__()
            self.body = torch.nn.Linear(2, width)
"""


@pytest.fixture
def nets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    library("torch")
    (tmp_path / "nets_of_a_test.py").write_text(dedent(NETS))
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("nets_of_a_test", None)
    import nets_of_a_test  # type: ignore[import-not-found]

    return nets_of_a_test


def kept(form: str, value: Any, folder: Path, of: Any = None) -> Any:
    """The value after it was written and read."""
    module = codec(BLOBS[form], purpose="a test")
    path = str(folder / f"value{module.SUFFIX}")
    module.write(value, path, form.partition("/")[2])
    return module.read(path, form.partition("/")[2], of)


def refused(form: str, value: Any, folder: Path) -> str:
    with pytest.raises(Unfit) as found:
        kept(form, value, folder)
    return str(found.value)


def test_a_tensor_comes_back_without_what_it_is_a_view_of(tmp_path: Path) -> None:
    torch = library("torch")
    whole = torch.arange(1_000_000, dtype=torch.float32)
    found = kept("torch/tensor", whole[5:8], tmp_path)
    assert torch.equal(found, torch.tensor([5.0, 6.0, 7.0]))
    assert found.device.type == ("cuda" if torch.cuda.is_available() else "cpu")
    size = (tmp_path / "value.pt").stat().st_size
    assert size < 4_000
    first = (tmp_path / "value.pt").read_bytes()
    kept("torch/tensor", whole[5:8].clone().requires_grad_(), tmp_path)
    assert (tmp_path / "value.pt").read_bytes() == first
    assert refused("torch/tensor", [1, 2], tmp_path) == "Tensor was declared, the function returned list"


def test_a_module_is_built_again_from_its_class_and_state(tmp_path: Path, nets: Any) -> None:
    torch = library("torch")
    torch.manual_seed(7)
    net = nets.Net(width=5).eval()
    chance = torch.get_rng_state()
    found = kept("torch/module", net, tmp_path, nets.Net)
    assert torch.equal(torch.get_rng_state(), chance), "the user's own random numbers go on as they were"
    assert type(found) is nets.Net
    assert not found.training
    x = torch.ones(4, 2, device=next(found.parameters()).device)
    assert torch.allclose(found(x).cpu(), net(x.cpu()))
    with pytest.raises(Unfit, match="is a nets_of_a_test:Net, the function takes a nets_of_a_test:Forgetful"):
        kept("torch/module", net, tmp_path, nets.Forgetful)


def test_a_module_that_cannot_be_built_again_is_refused_where_it_is_made(tmp_path: Path, nets: Any) -> None:
    torch = library("torch")
    assert refused("torch/module", nets.Forgetful(width=9), tmp_path) == (
        "nets_of_a_test:Forgetful builds another module than the one returned (other: body.bias): keep the keyword "
        "arguments of __init__ in `self.hparams`, or return a PyTorchCheckpoint"
    )
    assert "missing 2 required positional arguments" in refused("torch/module", torch.nn.Linear(1, 2), tmp_path)

    class Local(torch.nn.Module):  # type: ignore[misc, name-defined]
        pass

    assert "cannot be built again elsewhere" in refused("torch/module", Local(), tmp_path)
    net = nets.Net()
    net.hparams = {"width": object()}
    assert refused("torch/module", net, tmp_path).startswith("hparams['width'] is of type object")


class Rates(NamedTuple):
    lr: float
    steps: int


@dataclass
class Settings:
    lr: float
    layers: list[int]


def test_a_checkpoint_holds_states_and_hyperparameters(tmp_path: Path, nets: Any) -> None:
    torch = library("torch")
    net = nets.Net()
    adam = torch.optim.Adam(net.parameters(), lr=0.5)
    net(torch.ones(4, 2)).sum().backward()
    adam.step()
    found = kept("torch/checkpoint", PyTorchCheckpoint(net, adam, {"lr": 0.5}), tmp_path)
    other = nets.Net()
    other.load_state_dict(found["module_state_dict"])
    assert all(torch.equal(one, two) for one, two in zip(net.parameters(), other.parameters(), strict=True))
    again = torch.optim.Adam(other.parameters())
    again.load_state_dict(found.optimizer_state_dict)
    assert again.param_groups[0]["lr"] == 0.5
    assert (found["lr"], sorted(found)) == (0.5, ["lr", "module_state_dict", "optimizer_state_dict"])
    only = kept("torch/checkpoint", PyTorchCheckpoint(hyperparameters=Rates(0.1, 3)), tmp_path)
    assert (only.hyperparameters, only.module_state_dict) == ({"lr": 0.1, "steps": 3}, None)
    only = kept("torch/checkpoint", PyTorchCheckpoint(hyperparameters=Settings(0.1, [1, 2])), tmp_path)
    assert only["layers"] == [1, 2]
    assert "hyperparameters['f'] is of type function" in refused(
        "torch/checkpoint", PyTorchCheckpoint(hyperparameters={"f": lambda: 1}), tmp_path
    )


def test_a_checkpoint_holds_something() -> None:
    with pytest.raises(ValueError, match="a checkpoint needs a module, an optimizer or hyperparameters"):
        PyTorchCheckpoint()
    with pytest.raises(TypeError, match="hyperparameters are a dict, a NamedTuple or a dataclass, not list"):
        PyTorchCheckpoint(hyperparameters=[1])
    assert dict(PyTorchCheckpoint(hyperparameters={"lr": 1})) == {"lr": 1}


class Planted:
    """What runs code when it is unpickled."""

    def __reduce__(self) -> Any:
        return exec, ("raise AssertionError('a pickle was run')",)


@pytest.mark.parametrize("form", ["torch/tensor", "torch/module", "torch/checkpoint", "numpy/array", "keras/model"])
def test_code_in_a_stored_file_is_not_run(tmp_path: Path, form: str) -> None:
    library(form.partition("/")[0])
    module = codec(BLOBS[form], purpose="a test")
    path = tmp_path / f"value{module.SUFFIX}"
    files = [pickle.dumps(Planted()), b"", b"\x93NUMPY\x01\x00", b"PK\x03\x04"]
    if form.startswith("torch"):
        torch = library("torch")
        torch.save(Planted(), path)
        files += [path.read_bytes()]
        torch.save({"flyteops": "module", "class": "os:system", "arguments": {}, "state": {}, "training": 1}, path)
        files += [path.read_bytes()] if form == "torch/module" else []
    if form == "numpy/array":
        numpy = library("numpy")
        with path.open("wb") as file:
            numpy.save(file, numpy.array([Planted()], dtype=object), allow_pickle=True)
        files += [path.read_bytes()]
    for data in files:
        path.write_bytes(data)
        with pytest.raises(Unfit):
            module.read(str(path), form.partition("/")[2], None)


def test_arrays_of_every_shape_come_back(tmp_path: Path) -> None:
    np = library("numpy")
    for array in (
        np.zeros((0, 3)), np.array(5), np.arange(6).reshape(2, 3).T, np.array(["é", "b"]),
        np.array([("a", 1)], dtype=[("s", "U3"), ("n", "i4")]), np.array(["2026-01-31"], dtype="M8[D]"),
    ):  # fmt: skip
        found = kept("numpy/array", array, tmp_path)
        assert type(found) is np.ndarray
        assert found.dtype == array.dtype
        assert np.array_equal(found, array)
    assert "masked" in refused("numpy/array", np.ma.array([1], mask=[True]), tmp_path)
    assert refused("numpy/array", 1.0, tmp_path).startswith("Array was declared, the function returned float")


@pytest.mark.filterwarnings("default")  # keras warns of itself and of numpy
def test_a_keras_model_comes_back(tmp_path: Path) -> None:
    keras = library("keras")
    np = library("numpy")
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(3)])
    model.compile(optimizer="sgd", loss="mse")
    found = kept("keras/model", model, tmp_path)
    x = np.ones((1, 2))
    assert np.allclose(found.predict(x, verbose=0), model.predict(x, verbose=0))
    plain = tmp_path / "stored"
    plain.write_bytes((tmp_path / "value.keras").read_bytes())
    assert codec("keras", purpose="a test").read(str(plain), "model", None).count_params() == 9
    assert refused("keras/model", 1, tmp_path) == "KerasModel was declared, the function returned int"
