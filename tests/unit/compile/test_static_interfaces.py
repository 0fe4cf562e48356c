# ruff: noqa: E501  # a row of a table stays on its line
"""What is read of a signature without importing it, and what YAML must say where it cannot: one row a kind."""

from __future__ import annotations

from textwrap import indent

import pytest

from flyteops.compile import compile_program
from flyteops.model.errors import InvalidProject
from flyteops.model.program import Program
from flyteops.model.types import NONE, member_key, spelling
from tests.unit.compile.project import manifests
from tests.unit.source.python_project import source

IMPORTS = """
from __future__ import annotations
import datetime as dt, enum, functools, pathlib, typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Any, Generic, Literal, NamedTuple, NotRequired, Optional, TYPE_CHECKING, TypedDict, TypeVar, Union
import keras, lib, numpy as np, pandas as pd, polars as pl, pyarrow as pa, torch
from numpy.typing import NDArray
from flytekit import HashMethod, kwtypes
from flytekit.types.directory import FlyteDirectory
from flytekit.types.structured import StructuredDataset
from lib.shapes import Installed, Options
from pydantic import BaseModel
from flyteops.types import Dataset, Directory, File
if TYPE_CHECKING:
    from decimal import Decimal
    from kinds import Region
T = TypeVar("T")
@dataclass
class Base:
    rows: int
@dataclass
class Request(Base):
    tags: list[str] = field(default_factory=list)
    region: "Region | None" = None
class Limits(BaseModel):
    low: float
    request: Request
class Pair(NamedTuple):
    model: File
    score: float = 0.0
Old = NamedTuple("Old", [("n", int), ("m", "Region")])
class Options2(TypedDict, total=False):
    a: typing.Required[int]
    b: str
class Named(TypedDict):
    a: int
    b: NotRequired[Request]
class Plain: ...
class Child(Options): ...
class Net(torch.nn.Module): ...
class Wide(Net): ...
Alias = dict[str, list[Request]]
Numbers: typing.TypeAlias = "Sequence[float]"
"""
KINDS = """
import enum
class Region(str, enum.Enum):
    EU = "eu"
    US = "us"
"""

# Annotation of a parameter, the type that is read of it.
READ = {
    "int": "int",
    "float": "float",
    "bool": "bool",
    "str": "str",
    "dt.datetime": "datetime",
    "date": "date",
    "timedelta": "timedelta",
    "list[int]": "list[int]",
    "Sequence[str]": "list[str]",
    "dict[str, float]": "dict[str, float]",
    "Mapping[date, int]": "dict[date, int]",
    "Optional[int]": "int | None",
    "Union[int, str]": "int | str",
    "int | None": "int | None",
    "Annotated[int, 'rows']": "int",
    "Literal['eu', 'us']": 'enum["eu", "us"]',
    "Literal[1, 2] | None": "enum[1, 2] | None",
    "'list[int]'": "list[int]",
    "Region": 'enum["eu", "us"]',
    "Request": "Request",
    "Limits": "Limits",
    "Pair": "Pair",
    "Old": "Old",
    "Options2": "Options2",
    "Named": "Named",
    "Alias": "dict[str, list[Request]]",
    "Numbers": "list[float]",
    "pathlib.Path": "File",
    "File": "File",
    "File['csv']": "File[csv]",
    "Directory": "Directory",
    "FlyteDirectory": "Directory",
    "Dataset": "Dataset",
    "StructuredDataset": "Dataset",
    "pd.DataFrame": "Dataset",
    "pl.LazyFrame": "Dataset",
    "pa.Table": "Dataset",
    "Annotated[pd.DataFrame, kwtypes(a=int)]": "{dataset: {a: int}}",
    "Annotated[StructuredDataset, kwtypes(a=int, b=Optional[str]), 'csv']": "{dataset: {a: int, b: str | None}, format: csv}",
    "Annotated[pl.DataFrame, {'a': float, 'b': list[str]}]": "{dataset: {a: float, b: list[str]}}",
    "list[Annotated[pd.DataFrame, kwtypes(a=dt.date)]]": "list[{dataset: {a: date}}]",
    "Annotated[pd.DataFrame, HashMethod(hash)]": "Dataset",
    "np.ndarray": "Array",
    "NDArray[np.float64]": "Array",
    "torch.Tensor": "Tensor",
    "torch.nn.Module": "Module",
    "keras.Model": "KerasModel",
    "Wide": "Module",
    "dict": "Json",
    "dict[str, Any]": "Json",
    "list[dict]": "list[Json]",
}


@pytest.mark.parametrize("annotation", READ)
def test_yaml_says_nothing(annotation: str) -> None:
    variable = compiled(f"def f(x: {annotation}): ...", "").tasks["t"].interface.inputs[0]
    assert spelling(variable.type) == READ[annotation]


# Signature, what is told of it alone, and what YAML adds so that it is a task.
NEEDS = {
    "x: Installed": ("FO422", "inputs: {x: Json}"),
    "x: list[Installed]": ("FO422", "inputs: {x: {pickle: true}}"),
    "x: Options": ("FO422", "inputs: {x: 'dict[str, int]'}"),
    "x: Child": ("FO422", "inputs: {x: {pickle: true}}"),
    "x: Plain": ("FO422", "inputs: {x: {pickle: true}}"),
    "x: Decimal": ("FO422", "inputs: {x: {pickle: true}}"),
    "x: set[int]": ("FO422", "inputs: {x: 'list[int]'}"),
    "x: bytes": ("FO422", "inputs: {x: {pickle: true}}"),
    "x: T": ("FO226", "inputs: {x: int}"),
    "x: Callable[[int], int]": ("FO226", "inputs: {x: {pickle: true}}"),
    "x: Any": ("FO226", "inputs: {x: {dataset: {id: int}}}"),
    "x: list": ("FO226", "inputs: {x: 'list[int]'}"),
    "x": ("FO226", "inputs: {x: 'int = 1'}"),
    "x: Literal[1.5]": ("FO226", "inputs: {x: float}"),
    "x: make(int)": ("FO226", "inputs: {x: Directory}"),
    "*x": ("FO410", None),
    "**x": ("FO410", None),
    "x, /": ("FO411", None),
    "x: tuple[int, int]": ("FO415", None),
    "x: dict[float, int]": ("FO421", None),
    "x: list[int] | list[str]": ("FO413", None),
    "x: int = None": ("FO412", None),
    "x: Region = 'asia'": ("FO412", None),
}


@pytest.mark.parametrize("parameter", NEEDS)
def test_yaml_must_say(parameter: str) -> None:
    code, cure = NEEDS[parameter]
    # A default in YAML needs one in Python.
    text = f"def f({parameter}{'=object()' if cure is not None and ' = ' in cure else ''}): ..."
    assert code in {each.split()[0] for each in told(text, "")}
    if cure is None:
        return
    assert told(text, cure) == []


DEFAULTS = {
    "x: int = -1": -1,
    "x: list[int] = [1, -2]": [1, -2],
    "x: dict[str, bool] = {'a': True}": {"a": True},
    "x: Region = Region.EU": "eu",
    "x: timedelta = timedelta(minutes=90)": {"$us": 5_400_000_000},
    "x: date = date(2026, 1, 31)": "2026-01-31",
    "x: dict[int, str] = {2: 'b', 1: 'a'}": [[1, "a"], [2, "b"]],
    "x: Request = Request(1)": None,
    "x: int = 2 ** 8": None,
    "x: str = make()": None,
    "x: Optional[Plain] = None": {"$u": member_key(NONE), "value": None},
}


@pytest.mark.parametrize("parameter", DEFAULTS)
def test_defaults_that_are_literals_are_known(parameter: str) -> None:
    found = compiled(f"def f({parameter}): ...", "inputs: {x: {pickle: true}}" if "Plain" in parameter else "")
    variable = found.tasks["t"].interface.inputs[0]
    value = variable.default.value if variable.default is not None else None
    expected = DEFAULTS[parameter]
    assert not variable.required
    assert value["value"] is None if isinstance(value, dict) and "$u" in value else value == expected, value


RETURNS = {
    "-> None": [],
    "-> int": ["o0: int"],
    "-> tuple[int, Region]": ["o0: int", 'o1: enum["eu", "us"]'],
    "-> Pair": ["model: File", "score: float"],
    "-> Old": ["n: int", 'm: enum["eu", "us"]'],
    "-> list[Pair]": ["o0: list[Pair]"],
    "-> 'tuple[pathlib.Path, pd.DataFrame]'": ["o0: File", "o1: Dataset"],
}


@pytest.mark.parametrize("returned", RETURNS)
def test_what_is_returned(returned: str) -> None:
    found = compiled(f"def f() {returned}: ...", "").tasks["t"].interface.outputs
    assert [f"{each.name}: {spelling(each.type)}" for each in found] == RETURNS[returned]


def compiled(function: str, yaml: str) -> Program:
    text = function.replace("): ...", ") -> None: ...")
    project = source({"m.py": f"{IMPORTS}\n{text}", "kinds.py": KINDS})
    body = indent(f"function: 'm:f'\n{yaml}", "    ")
    return compile_program(
        project="churn",
        domain="development",
        domains=("development",),
        manifests=manifests({"p.yaml": f"tasks:\n  t:\n{body}\n"}),
        project_defaults=None,
        python=project,
        default_image=None,
    )


def told(function: str, yaml: str) -> list[str]:
    try:
        compiled(function, yaml)
    except InvalidProject as invalid:
        return [f"{each.code} {each.message}" for each in invalid.diagnostics]
    return []


def test_a_literal_of_a_record_is_filled_up_with_known_defaults() -> None:
    text = """
@dataclass
class Deep:
    n: int
    tags: list[str] = field(default_factory=list)
    region: Region = Region.US
    note: str | None = None
    base: Base = field(default_factory=lambda: Base(1))
def f(x: Deep) -> None: ...
"""
    yaml = "workflows:\n  w:\n    inputs: {x: {type: 'm:Deep', default: {n: 1, region: eu}}}\n    nodes: {a: {task: 'm:f', inputs: {x: $inputs.x}}}"
    found = compile_program(
        project="churn",
        domain="development",
        domains=("development",),
        manifests=manifests({"p.yaml": yaml}),
        project_defaults=None,
        python=source({"m.py": IMPORTS.replace("    from kinds", "    pass\nfrom kinds") + text, "kinds.py": KINDS}),
        default_image=None,
    )
    default = found.workflows["w"].interface.inputs[0].default
    assert default is not None
    # What only the pod can make stays out.
    note = {"$u": member_key(NONE), "value": None}
    assert default.value == {"n": 1, "tags": [], "region": "eu", "note": note}
