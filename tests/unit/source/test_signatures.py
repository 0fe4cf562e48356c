# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

import sys
from pathlib import Path

import pytest

from flyteops.model.diagnostics import Place, Related
from flyteops.model.literals import Literal
from flyteops.model.types import (
    BOOL,
    DATASET,
    DATE,
    DATETIME,
    DIRECTORY,
    FILE,
    FLOAT,
    INT,
    JSON,
    NAMED_BLOBS,
    STR,
    TIMEDELTA,
    BlobOf,
    DatasetOf,
    DictOf,
    EnumOf,
    ListOf,
    PickleOf,
    RecordField,
    RecordOf,
    optional,
    pickles_in,
    union,
)
from flyteops.model.works import FunctionRef
from flyteops.source.python import Signature
from tests.unit.source.python_project import AT, faults, good, parameter, read, source

IMPORTS = """
import datetime, datetime as dt, pathlib, typing, typing as t
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Dict, List, Literal, Optional, Sequence, Union
from flyteops.types import Dataset, Directory, File
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile
import numpy as np, pandas as pd, polars as pl, pyarrow as pa, tensorflow as tf, torch
from numpy.typing import NDArray
from torch import nn
"""

REQUEST = RecordOf((RecordField("a", INT), RecordField("b", STR, False)), name="Request")


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("int", INT),
        ("float", FLOAT),
        ("bool", BOOL),
        ("str", STR),
        ("'int'", INT),
        ("\"List['int']\"", ListOf(INT)),
        ("datetime.datetime", DATETIME),
        ("dt.date", DATE),
        ("timedelta", TIMEDELTA),
        ("list[int]", ListOf(INT)),
        ("t.List[t.List[str]]", ListOf(ListOf(STR))),
        ("Sequence[float]", ListOf(FLOAT)),
        ("dict[str, int]", DictOf(STR, INT)),
        ("Dict[int, date]", DictOf(INT, DATE)),
        ("dict", JSON),
        ("dict[str, Any]", JSON),
        ("dict | None", JSON),
        ("Optional[int]", optional(INT)),
        ("int | None", optional(INT)),
        ("Optional[Union[int, str]]", union((INT, STR, optional(INT)))),
        ("Union[int, 'str', float]", union((INT, STR, FLOAT))),
        ("Annotated[int, 'unit: rows', print()]", INT),
        ("Literal['a', 'b', 'a']", EnumOf(("a", "b"))),
        ("Literal[1, -2]", EnumOf((1, -2))),
        ("Literal['a', None]", optional(EnumOf(("a",)))),
        ("Path", FILE),
        ("pathlib.Path", FILE),
        ("File", FILE),
        ("FlyteFile", FILE),
        ("File['csv']", BlobOf("file", "csv")),
        ("File[csv]", BlobOf("file", "csv")),
        ("FlyteFile[typing.TypeVar('parquet')]", BlobOf("file", "parquet")),
        ("Directory", DIRECTORY),
        ("FlyteDirectory['csv']", BlobOf("directory", "csv")),
        ("Dataset", DATASET),
        ("pd.DataFrame", DATASET),
        ("Annotated[pd.DataFrame, kwtypes(a=int)]", DatasetOf((("a", INT),))),
        ("list[pl.LazyFrame]", ListOf(DATASET)),
        ("pa.Table | None", optional(DATASET)),
        ("np.ndarray", NAMED_BLOBS["Array"]),
        ("NDArray[np.float64]", NAMED_BLOBS["Array"]),
        ("dict[str, torch.Tensor]", DictOf(STR, NAMED_BLOBS["Tensor"])),
        ("torch.nn.Module", NAMED_BLOBS["Module"]),
        ("nn.Module", NAMED_BLOBS["Module"]),
        ("tf.keras.Model", NAMED_BLOBS["KerasModel"]),
    ],
)
def test_an_annotation_is_a_type(annotation: str, expected: object) -> None:
    found = parameter(annotation, before=IMPORTS)
    assert (found.type, found.why) == (expected, "")


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("@dataclass\nclass X:\n a: int\n b: str = 'x'", REQUEST),
        ("@dataclasses.dataclass(frozen=True)\nclass X:\n a: int\n b: str = field(default_factory=str)", REQUEST),
        ("@dataclass\nclass P:\n a: int\n@dataclass\nclass X(P):\n b: str = ''", REQUEST),
        ("@dataclass\nclass X:\n a: int\n n: ClassVar[int] = 1\n _: KW_ONLY\n b: str = ''", REQUEST),
        ("class P(BaseModel):\n a: int\nclass X(P):\n b: str = Field('x')", REQUEST),
        ("class X(BaseModel):\n model_config = {}\n a: int = ...\n b: str = ''\n _p: int = 1", REQUEST),
        ("class X(NamedTuple):\n a: int\n b: str = ''", REQUEST),
        ("class X(TypedDict):\n a: int\n b: NotRequired[str]", REQUEST),
        ("class P(TypedDict, total=False):\n b: str\n a: Required[int]\nclass X(P): pass", None),
        ("class X(str, Enum):\n A = 'a'\n B = 'b'\n def m(self): ...", EnumOf(("a", "b"))),
        ("class X(Enum):\n A = 1\n B = auto()\n C = A", EnumOf((1, 2))),
        ("class X(StrEnum):\n RED = auto()\n BLUE = 'b'", EnumOf(("red", "b"))),
        ("class X(IntEnum):\n A = 7\n B = -1", EnumOf((7, -1))),
        ("@attrs.define\nclass X:\n a: int\n b: str = attrs.field(factory=str)", REQUEST),
        ("class X(BaseModel):\n a: int\n b: Annotated[str, Field(default='x')]", REQUEST),
        ("class X(TypedDict):\n a: int\n b: 'NotRequired[str]'", REQUEST),
        ("X = TypeAliasType('X', list[int])", ListOf(INT)),
        ("X = list[int]", ListOf(INT)),
        ("X: TypeAlias = 'dict[str, int]'", DictOf(STR, INT)),
        ("X = NewType('X', int)", INT),
        ("Y = int\nX = Y", INT),
        ("class Outer:\n @dataclass\n class In:\n  a: int\nX = list[Outer.In]", None),
        ("if TYPE_CHECKING:\n X = int", INT),
    ],
)
def test_a_first_party_class_is_read_from_its_body(definition: str, expected: object) -> None:
    before = """
    import attrs, dataclasses
    from dataclasses import dataclass, field, KW_ONLY
    from enum import Enum, IntEnum, StrEnum, auto
    from typing import Annotated, ClassVar, NamedTuple, NewType, NotRequired, Required, TYPE_CHECKING, TypeAlias, TypedDict
    from typing_extensions import TypeAliasType
    from pydantic import BaseModel, Field
    """
    found = good("from types_ import X\ndef f(x: X): ...", types_=f"{_flat(before)}\n{definition}\n").parameters[0]
    expected = (
        expected
        or {
            "class P": RecordOf((RecordField("b", STR, False), RecordField("a", INT))),
            "class O": ListOf(RecordOf((RecordField("a", INT),))),
        }[definition[:7]]
    )
    assert (found.type, found.why) == (expected, "")


def _flat(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


@pytest.mark.parametrize(
    ("definition", "why"),
    [
        ("X = NamedTuple('X', [('a', int), ('b', str)])", ""),
        ("X = NamedTuple('X', a=int, b=str)", ""),
        ("X = TypedDict('X', {'a': int, 'b': str})", ""),
        ("X = namedtuple('X', 'a b')", "the fields of `X` have no types"),
        ("X = NamedTuple('X', fields())", "the fields of `X` are computed"),
        ("X = make()", "`X` is computed in m.py"),
        ("X = TypeVar('X')", "`X` is a type variable"),
        ("if cond:\n X = int", "`X` is defined under a condition in m.py"),
        ("def X(): ...", "`X` is a function, not a type"),
        ("", "`X` is not defined in m.py"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(definition: str, why: str) -> None:
    before = """
    import attrs, lib
    from collections import namedtuple
    from dataclasses import dataclass
    from enum import Enum
    from typing import Generic, NamedTuple, TypedDict, TypeVar
    from pydantic import BaseModel, Field
    """
    found = parameter("X", before=f"{_flat(before)}\n{definition}")
    both = RecordOf((RecordField("a", INT), RecordField("b", STR)))
    assert (found.type, found.why) == (None if why else both, why)


@pytest.mark.parametrize(
    ("annotation", "why"),
    [
        ("Any", "`Any` says nothing about the values"),
        ("list", "a bare list does not say what is in it"),
        ("List[Any]", "`Any` says nothing about the values"),
        ("Callable[[int], str]", "`typing.Callable` says nothing that can be stored"),
        ("dict[bytes, int]", "`bytes` cannot be the key of a dict"),
        ("make('int')", "its annotation is computed"),
        ("'not a type'", "its annotation 'not a type' is not an expression"),
    ],
)
def test_what_the_language_lacks_says_so(annotation: str, why: str) -> None:
    found = parameter(annotation, before="from typing import Any, Callable, List")
    assert (found.type, found.why) == (None, why)


PICKLED = """
import attrs, lib
from dataclasses import dataclass
from enum import Enum
from sklearn import svm
from typing import Generic, Set
from pydantic import BaseModel, Field
"""


@pytest.mark.parametrize(
    ("definition", "annotation", "expected", "why"),
    [
        ("class X: ...", "X", "m:X", "class `m:X` has no fields that could be read"),
        ("class X: ...", "list[X]", ListOf(PickleOf("m:X")), "class `m:X` has no fields that could be read"),
        ("class X(Enum):\n A = object()", "X", "m:X", "the value of `X.A` is neither text nor a whole number"),
        ("class X(Enum):\n A = 1\n B = 'b'", "X", "m:X", "the values of enum `X` are not all text or all whole numbers"),
        ("class X(lib.Base):\n a: int", "X", "m:X", "`X` derives from `lib.Base`, whose source is not read"),
        ("class X(BaseModel):\n a: int = Field(alias='b')", "X", "m:X", "`X.a` has an alias"),
        ("@dataclass\nclass X:\n a: object", "X", "m:X", "field `X.a`: `object` says nothing about the values"),
        ("@dataclass\nclass X:\n a: set[int]", "X", RecordOf((RecordField("a", PickleOf("set")),)), "`set` is not a type that can be stored"),
        ("@attrs.define\nclass X:\n _a: int", "X", "m:X", "`X._a` has another name as a parameter"),
        ("@attrs.define\nclass X:\n a: int = attrs.field(converter=int)", "X", "m:X", "`X.a` is converted by its class"),
        ("class X(Generic[T]): ...", "X[int]", "m:X", "`X` is generic"),
        ("", "bytes", "bytes", "`bytes` is not a type that can be stored"),
        ("", "Set[int]", "set", "`set` is not a type that can be stored"),
        ("", "svm.SVC", "sklearn.svm.SVC", "`sklearn.svm.SVC` is a class of an installed package, whose source is not read"),
    ],
)  # fmt: skip
def test_other_classes_can_only_be_pickled(definition: str, annotation: str, expected: object, why: str) -> None:
    project = source({"m.py": f"{PICKLED}\n{definition}\ndef f(x: {annotation}): ..."})
    found = project.signature(FunctionRef(module="m", name="f"), AT)
    assert isinstance(found, Signature)
    of = found.parameters[0].type
    assert of == (PickleOf(expected) if isinstance(expected, str) else expected)
    assert of is not None
    assert [project.why_pickled(name) for name in pickles_in(of)] == [why]


def test_no_annotation_leaves_the_variable_to_yaml() -> None:
    found = good("def f(x, y=1): ...")
    assert [(p.name, p.type, p.required, p.default, p.why) for p in found.parameters] == [
        ("x", None, True, None, "it has no annotation"),
        ("y", None, False, None, "it has no annotation"),
    ]
    assert (found.returns, found.outputs) == ("unknown", ())


@pytest.mark.parametrize(
    ("annotation", "returns", "outputs"),
    [
        ("None", "none", []),
        ("int", "value", [(None, INT)]),
        ("'list[int]'", "value", [(None, ListOf(INT))]),
        ("tuple[int, str]", "tuple", [(None, INT), (None, STR)]),
        ("Tuple[int]", "tuple", [(None, INT)]),
        ("'Annotated[Tuple[int, lib.X], 1]'", "tuple", [(None, INT), (None, PickleOf("lib.X"))]),
        ("Pair", "tuple", [(None, INT), (None, FLOAT)]),
        ("Named", "tuple", [("model", FILE), ("score", FLOAT)]),
        ("Short", "tuple", [("n", INT)]),
        ("list[Named]", "value", [(None, ListOf(RecordOf((RecordField("model", FILE), RecordField("score", FLOAT)))))]),
        ("tuple", "unknown", []),
        ("NoReturn", "none", []),
        ("lib.X", "value", [(None, PickleOf("lib.X"))]),
    ],
)
def test_a_return_is_outputs(annotation: str, returns: str, outputs: list[tuple[str | None, object]]) -> None:
    before = """
    import lib
    from pathlib import Path
    from typing import Annotated, NamedTuple, NoReturn, Tuple
    Pair = tuple[int, float]
    Short = NamedTuple("Short", n=int)
    class Named(NamedTuple):
        model: Path
        score: float
    """
    found = good(f"{before.replace('    ', '', 0)}\n    def f() -> {annotation}: ...\n")
    assert (found.returns, [(output.name, output.type) for output in found.outputs]) == (returns, outputs)


MEMBER = {"int": "2412d8c044ff"}


@pytest.mark.parametrize(
    ("annotation", "default", "value"),
    [
        ("int", "1", 1),
        ("int", "-1", -1),
        ("int", "+1", 1),
        ("float", "1", 1.0),
        ("float", "-0.5", -0.5),
        ("float", "float('nan')", {"$f": "nan"}),
        ("float", "math.inf", {"$f": "inf"}),
        ("float", "-1e999", {"$f": "-inf"}),
        ("bool", "True", True),
        ("str", "'é'", "é"),
        ("list[float]", "[1, 2.5]", [1.0, 2.5]),
        ("dict[str, list[int]]", "{'a': [1]}", {"a": [1]}),
        ("dict[int, str]", "{1: 'a'}", [[1, "a"]]),
        ("dict", "{'a': [None, 1.5, {}]}", {"a": [None, 1.5, {}]}),
        ("list[int]", "list()", []),
        ("timedelta", "timedelta(hours=1, seconds=-1)", {"$us": 3_599_000_000}),
        ("dt.date", "dt.date(2024, 2, 29)", "2024-02-29"),
        ("dt.datetime", "dt.datetime(2024, 1, 2, tzinfo=dt.timezone.utc)", "2024-01-02T00:00:00Z"),
        ("Region", "Region.EU", "eu"),
        ("str", "Region.EU.value", "eu"),
        ("Literal['a', 'b']", "'b'", "b"),
    ],
)
def test_a_constant_default_is_a_literal(annotation: str, default: str, value: object) -> None:
    found = parameter(annotation, before=DEFAULTS, default=default)
    assert found.type is not None
    assert (found.required, found.default) == (False, Literal(type=found.type, value=value))  # type: ignore[arg-type]
    assert type(found.default.value if found.default else None) is type(value)


DEFAULTS = """
import datetime as dt, math
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Literal
class Region(Enum):
    EU = "eu"
LIMIT = 3
"""


@pytest.mark.parametrize(
    ("annotation", "default"),
    [
        ("int", "LIMIT"),
        ("int", "9**9**9"),
        ("int", "1 if x else 2"),
        ("str", "__import__('os').system('touch canary')"),
        ("Path", "Path('x')"),
        ("dt.datetime", "dt.datetime(2024, 1, 2)"),
        ("dt.datetime", "dt.datetime.now()"),
        ("dt.date", "dt.date(2024, 13, 1)"),
        ("list[int]", "[LIMIT]"),
        ("Region", "Region('eu')"),
        ("Region", "Region.XX"),
    ],
)
def test_any_other_default_is_decided_in_the_pod(annotation: str, default: str) -> None:
    found = parameter(annotation, before=DEFAULTS, default=default)
    assert (found.required, found.default, found.why) == (False, None, "")


def test_a_default_of_a_union_names_its_member() -> None:
    assert parameter("int | None", default="None").default == Literal(
        type=optional(INT), value={"$u": "2412d8c044ff", "value": None}
    )
    found = parameter("float | int | None", default="2").default
    one = parameter("int | str", default="2").default
    assert found is not None
    assert one is not None
    assert found.value == one.value


@pytest.mark.parametrize(
    ("annotation", "default", "message", "help_text"),
    [
        ("int", "None", 'the default of "x" is not an int', "annotate it with int | None"),
        ("int", "'1'", 'the default of "x" is not an int', "change the default or the annotation"),
        ("int", "True", 'the default of "x" is not an int', "change the default or the annotation"),
        ("int", "1.0", 'the default of "x" is not an int', "change the default or the annotation"),
        ("str", "1", 'the default of "x" is not a str', "change the default or the annotation"),
        ("str", "'\\ud800'", 'the default of "x" is not a str', "change the default or the annotation"),
        ("list[int]", "['a']", 'the default of "x" is not a list[int]', "change the default or the annotation"),
        ("int | None", "'a'", 'the default of "x" is not an int | None', "change the default or the annotation"),
        ("float", "1" + "0" * 400, 'the default of "x" is not a float', "change the default or the annotation"),
    ],
)
def test_a_default_of_another_type_is_refused(annotation: str, default: str, message: str, help_text: str) -> None:
    found = read(f"def f(x: {annotation} = {default}): ...")
    assert not isinstance(found, Signature)
    assert [(fault.code, fault.message, fault.help) for fault in found] == [("FO412", message, help_text)]
    assert found[0].related == (Related(place=AT, label="used as a task here"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(*a: int): ...", [("FO410", '"*a" takes any number of arguments', "m.py:1:8")]),
        ("def f(**k): ...", [("FO410", '"**k" takes any number of arguments', "m.py:1:9")]),
        ("def f(a: int, /): ...", [("FO411", '"a" can only be given by position', "m.py:1:7")]),
        ("async def f(): ...", [("FO409", '"f" is `async def`', "m.py:1:11")]),
        ("def f():\n  x = yield 1", [("FO409", '"f" is a generator', "m.py:1:5")]),
        ("class f: ...", [("FO407", '"f" is a class', "m.py:1:7")]),
        ("f = lambda x: x", [("FO407", '"f" is a lambda', "m.py:1:1")]),
        ("f = partial(g, 1)", [("FO407", '"f" is not defined with `def`', "m.py:1:1")]),
        ("if x:\n  def f(): ...", [("FO408", '"f" is defined under a condition', "m.py:2:7")]),
        ("from os import system as f", [("FO407", '"m:f" is not a first-party function', "pipelines/a.yaml:3:15")]),
        ("import os as f", [("FO407", '"m:f" is not a first-party function', "pipelines/a.yaml:3:15")]),
        ("def g(): ...", [("FO402", 'function "f" does not exist in module "m"', "pipelines/a.yaml:3:15")]),
        ("def g():\n  def f(): ...", [("FO402", 'function "f" does not exist in module "m"', "pipelines/a.yaml:3:15")]),
        ("globals()['f'] = len", [("FO402", 'function "f" does not exist in module "m"', "pipelines/a.yaml:3:15")]),
        ("def f(x: tuple[int, int]): ...", [("FO415", "a tuple may stand only as the whole return of a function", "m.py:1:10")]),
        ("def f() -> tuple[int, ...]: ...", [("FO415", "a returned tuple needs a fixed number of parts", "m.py:1:12")]),
        ("def f() -> list[tuple[int]]: ...", [("FO415", "a tuple may stand only as the whole return of a function", "m.py:1:17")]),
        ("def f(x: dict[float, int]): ...", [("FO421", "float cannot be the key of a dict", "m.py:1:10")]),
        ("def f(x: list[int] | list[str]): ...", [("FO413", "list[int] and list[str] cannot be told apart in a union", "m.py:1:10")]),
        ("def f(x: 'dict | int'): ...", [("FO413", "Json and int cannot be told apart in a union", "m.py:1:10")]),
        ("A = list['A']\ndef f(x: A): ...", [("FO414", "`A` contains itself", "m.py:1:1")]),
        ("from dataclasses import dataclass\n@dataclass\nclass N:\n  n: 'N | None'\ndef f(x: N): ...", [("FO414", "`N` contains itself", "m.py:3:7")]),
        ("def f(*a, x: int = 's', **k): ...", [("FO410", '"*a" takes any number of arguments', "m.py:1:8"), ("FO410", '"**k" takes any number of arguments', "m.py:1:27"), ("FO412", 'the default of "x" is not an int', "m.py:1:20")]),
    ],
)  # fmt: skip
def test_what_cannot_be_a_task_is_refused(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert faults(text) == expected


def test_members_of_the_same_shape_cannot_be_told_apart() -> None:
    text = "from dataclasses import dataclass\n@dataclass\nclass A:\n a: int\n@dataclass\nclass B:\n a: int\n"
    assert faults(text + "def f(x: A | B): ...") == [
        ("FO413", "A and B cannot be told apart in a union", "m.py:8:10"),
    ]
    assert good(text + "def f(x: A | A | None): ...").parameters[0].type == optional(RecordOf((RecordField("a", INT),)))
    enum = "from enum import Enum\nclass E(Enum):\n A = 'a'\ndef f(x: E | str): ..."
    assert faults(enum) == [("FO413", 'enum["a"] and str cannot be told apart in a union', "m.py:4:10")]


def test_the_last_unconditional_definition_counts() -> None:
    assert good("def f(a: int): ...\ndef f(b: str): ...").parameters[0].name == "b"
    assert good("if x:\n  def f(a: int): ...\ndef f(b: str): ...").parameters[0].name == "b"
    assert good("def _f(b: str): ...\nf = _f").parameters[0].name == "b"


def test_re_exports_are_followed_to_the_definition() -> None:
    found = source(
        {
            "src/pkg/__init__.py": "from .impl import *\nfrom .impl import run as go",
            "src/pkg/impl.py": "from pkg.deep.er import T\ndef run(x: T) -> 'T': ...",
            "src/pkg/deep/er.py": "T = int",
        },
        roots=("src", "."),
    )
    for name in ("go", "run"):
        signature = found.signature(FunctionRef(module="pkg", name=name), AT)
        assert isinstance(signature, Signature)
        assert (signature.function.module, signature.parameters[0].type) == ("pkg", INT)
        assert signature.place == Place(path="src/pkg/impl.py", line=2, column=5, end_line=2, end_column=8)


def test_names_near_by_are_suggested() -> None:
    project = source({"src/churn/data.py": "def prep(): ...\nimport os"}, roots=("src", "."))

    def told(module: str, name: str) -> tuple[str, str, str, str]:
        found = project.signature(FunctionRef(module=module, name=name), AT)
        assert not isinstance(found, Signature)
        (fault,) = found
        assert fault.place == AT
        return fault.code, fault.message, fault.label, fault.help

    assert told("churn.data", "prap") == (
        "FO402",
        'function "prap" does not exist in module "churn.data"',
        "looked in src/churn/data.py",
        "did you mean churn.data:prep?",
    )
    assert told("churn.date", "prep") == (
        "FO401",
        'module "churn.date" is not a first-party module',
        "looked for src/churn/date.py or src/churn/date/__init__.py or churn/date.py or churn/date/__init__.py",
        "did you mean churn.data:prep?",
    )
    assert told("data", "prep")[3] == "did you mean churn.data:prep or src.churn.data:prep?"
    assert told("churn", "prep")[2].startswith("a folder without __init__.py; looked for src/churn.py")
    assert told("os", "system")[:2] == ("FO401", 'module "os" is not a first-party module')
    assert told("builtins", "eval")[:2] == ("FO401", 'module "builtins" is not a first-party module')
    for module, name in (("churn.data", "prep()"), ("churn.data", "__dict__"), ("churn.__init__", "x"), ("", "x")):
        assert told(module, name)[:2] == ("FO403", f'"{module}:{name}" does not name a function')


def test_twins_of_unicode_are_told_apart_as_python_does() -> None:
    assert isinstance(read("def ﬁt(x: int): ...", "fit"), Signature)
    found = read("def fit(x: int): ...", "ﬁt")
    assert not isinstance(found, Signature)
    assert (found[0].code, found[0].help) == ("FO402", "did you mean m:fit?")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"x = 1\0", ("FO406", "m.py holds a NUL byte", "m.py:1:1")),
        (b"x = 1\n# \xe9", ("FO406", "m.py is not UTF-8", "m.py:2:1")),
        (b"# coding: utf-7\n", ("FO406", "m.py is not UTF-8", "m.py:1:1")),
        (b"x=1\n" * 1_100_000, ("FO406", "m.py is too large to be read as Python", "m.py:1:1")),
        (b"x=1\n" * 200_000, ("FO406", "m.py is too large to be read as Python", "m.py:1:1")),
        (b"(" * 300_000, ("FO404", "m.py is not valid Python", "m.py:1:201")),
        (b"X=" + b"-" * 100_000 + b"1", ("FO406", "m.py is nested too deeply", "m.py:1:1")),
        (b"X=" + b"9" * 5000, ("FO404", "m.py is not valid Python", "m.py:1:1")),
        ("é = 'ü'; def f(:".encode(), ("FO404", "m.py is not valid Python", "m.py:1:10")),
    ],
    ids=["nul", "latin-1", "utf-7", "long", "many", "parentheses", "unary", "digits", "syntax"],
)
def test_hostile_files_are_refused_within_bounds(text: bytes, expected: tuple[str, str, str]) -> None:
    assert faults(text) == [expected]


def test_classes_that_multiply_are_refused() -> None:
    classes = "".join(f"class A{n}(TypedDict):\n  a: 'A{n + 1}'\n  b: 'A{n + 1}'\n" for n in range(40))
    text = f"from typing import TypedDict\n{classes}class A40(TypedDict):\n  a: int\ndef f(x: A0): ..."
    assert [fault[:2] for fault in faults(text)] == [("FO416", "`A28` is too large a type")]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python knows the syntax")
def test_a_newer_python_is_named() -> None:
    found = read("type X = int\ndef f(x: X): ...")
    assert not isinstance(found, Signature)
    assert (found[0].code, found[0].message, found[0].help) == (
        "FO405",
        "m.py needs Python 3.12 to be read",
        "install flyteops under Python 3.12 or newer",
    )


@pytest.mark.skipif(sys.version_info < (3, 12), reason="needs the syntax")
def test_a_type_statement_is_an_alias() -> None:
    assert good("type X = list[int]\ndef f(x: X): ...").parameters[0].type == ListOf(INT)


def test_places_are_code_points() -> None:
    (found,) = good("ü = 'é'; é = 1\ndef f(ñ: int, x: str) -> None: ...").parameters[1:]
    assert found.place == Place(path="m.py", line=2, column=15, end_line=2, end_column=21)


def test_decorators() -> None:
    text = """
    import functools
    from flytekit import task
    def timed(f):
        @functools.wraps(f)
        def inner(*a, **k):
            return f(*a, **k)
        return inner
    def other(f): return f
    @task(cache=True)
    @timed
    @functools.lru_cache
    def f(): ...
    @other
    @lib.magic(1)
    def g(): ...
    """
    assert good(text).warnings == ()
    assert [(w.code, w.severity, w.message, str(w.place)) for w in good(text, "g").warnings] == [
        ("FO418", "warning", '"g" is decorated with @other', "m.py:14:2"),
        ("FO418", "warning", '"g" is decorated with @lib.magic(1)', "m.py:15:2"),
    ]


def test_a_named_type_is_read_for_yaml() -> None:
    project = source(
        {
            "t.py": "import enum\nfrom flyteops.types import File\nclass E(enum.Enum):\n A = 1\nclass P: ...\ndef f(): ...\nX = list[E]"
        }
    )
    assert project.named_type("t", "E", AT) == EnumOf((1,))
    assert project.named_type("t", "X", AT) == ListOf(EnumOf((1,)))

    def told(name: str) -> tuple[str, str, str]:
        found = project.named_type("t", name, AT)
        assert isinstance(found, tuple)
        return found[0].code, found[0].message, found[0].label

    assert project.named_type("t", "P", AT) == PickleOf("t:P")
    assert project.named_type("sklearn.svm", "SVC", AT) == PickleOf("sklearn.svm.SVC")
    assert project.named_type("pandas", "DataFrame", AT) == DATASET
    assert project.named_type("t", "File", AT) == FILE
    assert told("f") == ("FO417", "t:f is not a type that can be read from source", "`f` is a function, not a type")
    assert told("Q") == ("FO402", 'type "Q" does not exist in module "t"', "looked in t.py")


def test_each_file_is_read_once() -> None:
    files = {"m.py": b"from n import T\ndef f(x: T): ...\ndef g(x: T): ...", "n.py": b"T = int", "o.py": b"("}
    seen: list[str] = []

    def fetch(path: str) -> bytes | None:
        seen.append(path)
        return files.get(path)

    from flyteops.source.signatures import PythonSource

    project = PythonSource(fetch, files.keys(), roots=(".",))
    for name in ("f", "g", "f"):
        assert isinstance(project.signature(FunctionRef(module="m", name=name), AT), Signature)
    assert seen == ["m.py", "n.py"]


def test_own_modules_that_shadow_ours_are_only_read() -> None:
    others = {"yaml": "raise SystemExit", "json": "raise SystemExit", "flyteops__types": "raise SystemExit"}
    assert (
        good("import json, yaml\nfrom flyteops.types import File\ndef f(x: File): ...", **others).parameters[0].type
        == FILE
    )


def test_nothing_of_the_user_runs() -> None:
    canary = Path("canary-of-signatures")
    text = f"""
    import not_installed_anywhere as n
    open({str(canary)!r}, "w").close()
    class Meta(type):
        def __new__(*a): open({str(canary)!r}, "w").close()
    class C(metaclass=Meta): ...
    @open({str(canary)!r}, "w")
    def f(x: int = open({str(canary)!r}, "w").close(), y: [open({str(canary)!r}, "w")] = 1) -> n.Model: ...
    """
    found = good(text)
    assert not canary.exists()
    assert "m" not in sys.modules
    assert [(p.name, p.type, p.required, p.default) for p in found.parameters] == [
        ("x", INT, False, None),
        ("y", None, False, None),
    ]
    assert found.outputs[0].type == PickleOf("not_installed_anywhere.Model")


@pytest.mark.parametrize(
    "docstring",
    [
        "Trains a model\n    on rows.\n\n    More.\n\n    Args:\n        rows: how many\n            there are\n        rate (float, optional): speed\n\n    Returns:\n        x: no",
        "Trains a model\n    on rows.\n\n    Parameters\n    ----------\n    rows : int\n        how many\n        there are\n    rate\n        speed\n\n    Returns\n    -------\n    x : no",
        "Trains a model\n    on rows.\n\n    :param rows: how many\n        there are\n    :param float rate: speed\n    :returns: x",
    ],
    ids=["google", "numpy", "sphinx"],
)
def test_descriptions_come_from_the_docstring(docstring: str) -> None:
    found = good(f'def f(rows: int, rate: float = 1):\n    """{docstring}\n    """\n')
    assert found.description == "Trains a model on rows."
    assert found.descriptions == {"rows": "how many there are", "rate": "speed"}


def test_a_module_whose_types_cannot_be_read_as_yaml_names_them() -> None:
    text = "from dataclasses import dataclass\n@dataclass\nclass N:\n  n: list['N']\n"
    found = source({"t.py": text}).named_type("t", "N", AT)
    assert isinstance(found, tuple)
    assert [(fault.code, fault.message, fault.related) for fault in found] == [
        ("FO414", "`N` contains itself", (Related(place=AT, label="named here"),))
    ]
