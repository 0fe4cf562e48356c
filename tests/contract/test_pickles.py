"""Pickles: of one Python, of one trust scope, never given from outside."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flyteops.model.types import NONE, STR, ListOf, PickleOf, RecordField, RecordOf, type_wire, union
from flyteops.runtime.decoding import decode
from flyteops.runtime.encoding import encode
from flyteops.runtime.endings import INTERFACE, Ended, Mismatch
from flyteops.runtime.outside import Outside
from flyteops.runtime.stored import PICKLE, keep_literal, present
from tests.contract.memory_store import MemoryStore

DECIMAL = PickleOf("decimal.Decimal")


class Closed:
    """An object that cannot be pickled."""

    def __reduce__(self) -> Any:
        raise TypeError("no handles travel")


class Store(MemoryStore):
    """A store whose attempts are of one scope."""

    def __init__(self, tmp_path: Path) -> None:
        super().__init__()
        self.folder = str(tmp_path)

    def outside(self, scope: str = "dev/ann") -> Outside:
        return Outside(self, self.folder, scope=scope)

    def kept(self, value: Any, of: Any = DECIMAL, hint: Any = Decimal) -> Any:
        return encode(value, type_wire(of), hint, keep_file=self.outside().keep)

    def opened(self, wire: Any, of: Any = DECIMAL, hint: Any = Decimal, *, scope: str = "dev/ann") -> Any:
        return decode(wire, type_wire(of), hint, open_blob=self.outside(scope).open)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_an_object_comes_back(store: Store) -> None:
    wire = store.kept(Decimal("1.10"))
    blob = wire["$blob"]
    assert (blob["format"], blob["scope"]) == (PICKLE, "dev/ann")
    assert store.opened(wire) == Decimal("1.10")


def test_inside_of_lists_records_and_unions(store: Store) -> None:
    of = RecordOf((RecordField("prices", ListOf(union((DECIMAL, STR, NONE)))),))
    wire = store.kept({"prices": [Decimal(1), "none", None]}, of, None)
    assert store.opened(wire, of, None) == {"prices": [Decimal(1), "none", None]}


def test_another_scope_does_not_read_it(store: Store) -> None:
    wire = store.kept(Decimal(1))
    with pytest.raises(Ended) as found:
        store.opened(wire, scope="production")
    assert found.value.code == INTERFACE
    assert found.value.message == (
        "this object of decimal.Decimal was made in the trust scope dev/ann, and this run is of production: a pickle "
        "runs code when it is read, so that it never crosses scopes; make it again here, or return a File"
    )


def test_another_python_does_not_read_it(store: Store) -> None:
    wire = store.kept(Decimal(1))
    wire["$blob"]["format"] = "pickle+py2.7"
    with pytest.raises(Ended) as found:
        store.opened(wire)
    told = found.value.message
    assert told.startswith("this object of decimal.Decimal was pickled by Python 2.7, and this is Python 3.")
    assert told.endswith("give both tasks images of one Python, or return a File")
    # Where it would come from the cache it counts as missing, so that it is made again.
    assert not present(store, keep_literal(store, type_wire(DECIMAL), wire))
    assert present(store, keep_literal(store, type_wire(DECIMAL), store.kept(Decimal(1))))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("1.10", "decimal.Decimal was declared, the function returned str '1.10'"),
        (None, "decimal.Decimal was declared, the function returned NoneType None"),
    ],
)
def test_an_object_of_another_class(store: Store, value: object, told: str) -> None:
    with pytest.raises(Mismatch, match=told):
        store.kept(value)


def test_what_cannot_be_pickled(store: Store) -> None:
    with pytest.raises(Mismatch, match="an object of m:Closed cannot be pickled: TypeError: no handles travel"):
        store.kept(Closed(), PickleOf("m:Closed"), Closed)


def test_one_that_no_task_made(store: Store) -> None:
    with pytest.raises(
        Mismatch, match=r"an object of decimal\.Decimal that no task has made: a pickle cannot be given"
    ):
        store.opened({"$blob": {"uri": "models/last.pkl", "format": PICKLE}})


def test_one_whose_class_is_gone(store: Store) -> None:
    wire = store.kept(OrderedDict(a=1), PickleOf("collections.OrderedDict"), OrderedDict)
    data = pickle.dumps(OrderedDict(a=1), 0).replace(b"OrderedDict", b"Vanished")
    key = next(key for key in store.objects if key.endswith(wire["$blob"]["sha256"]))
    store.objects[key] = data
    with pytest.raises(Ended, match="is damaged"):
        store.opened(wire, PickleOf("collections.OrderedDict"), OrderedDict)
