"""A value class by our decorator does what one by the standard library does."""

from __future__ import annotations

import copy
import dataclasses
import math
import pickle
from dataclasses import dataclass, field

import pytest

from flyteops.model.frozen import frozen


@frozen
class Ours:
    """One of ours."""

    name: str
    at: int = 3
    several: list[int] = field(default_factory=list)
    quiet: str = field(default="q", repr=False, compare=False)
    made: tuple[int, ...] = field(default_factory=tuple, init=False)
    unhashed: int = field(default=0, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """The same by the standard library."""

    name: str
    at: int = 3
    several: list[int] = field(default_factory=list)
    quiet: str = field(default="q", repr=False, compare=False)
    made: tuple[int, ...] = field(default_factory=tuple, init=False)
    unhashed: int = field(default=0, hash=False)


@frozen(kw_only=False)
class Pair:
    """Made in order."""

    left: int
    right: int = 2
    note: str = field(default="", kw_only=True)


@frozen(kw_only=False, order=True)
class Ranked:
    """Sorted by its fields."""

    rank: int
    name: str = ""
    note: str = field(default="", compare=False)


@frozen
class One:
    """Of one field."""

    value: object


@frozen
class Empty:
    """Of none."""


@frozen
class Checked:
    """With a rule of its own, and its own way of being equal."""

    value: int

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError("negative")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Checked) and abs(other.value) == abs(self.value)

    def __hash__(self) -> int:
        return 7

    def __repr__(self) -> str:
        return "own"


def pickled(value):
    return pickle.loads(pickle.dumps(value))  # noqa: S301


@pytest.mark.parametrize("given", [
    {"name": "a"},
    {"name": "a", "at": 4, "several": [1], "quiet": "z", "unhashed": 9},
])  # fmt: skip
def test_made_printed_compared_and_copied_alike(given):
    ours, theirs = Ours(**given), Theirs(**given)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert dataclasses.astuple(ours) == dataclasses.astuple(theirs)
    assert ours == Ours(**given)
    assert ours == dataclasses.replace(ours, quiet="other")
    assert ours != dataclasses.replace(ours, name="b")
    assert ours != dataclasses.replace(ours, unhashed=77)
    assert ours != theirs
    assert copy.copy(ours) == copy.deepcopy(ours) == pickled(ours) == ours
    assert [each.name for each in dataclasses.fields(Ours)] == [each.name for each in dataclasses.fields(Theirs)]
    assert Ours.__slots__ == Theirs.__slots__
    assert not hasattr(ours, "__dict__")


@pytest.mark.parametrize("given", [{}, {"name": "a", "more": 1}, {"name": "a", "made": ()}])
def test_wrong_arguments_are_refused_alike(given):
    told = []
    for of in (Ours, Theirs):
        with pytest.raises(TypeError) as refused:
            of(**given)
        told.append(str(refused.value).replace("Theirs", "Ours"))
    assert told[0] == told[1]
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        Ours("a")
    with pytest.raises((TypeError, ValueError), match="field made is declared with init=False"):
        dataclasses.replace(Ours(name="a"), made=())


def test_nothing_is_assigned_or_deleted():
    for of in (Ours, Theirs):
        made = of(name="a")
        with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
            made.name = "b"
        with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
            del made.name


def test_in_order_and_by_name():
    assert Pair(1) == Pair(1, 2) == Pair(left=1, right=2, note="")
    assert hash(Pair(1, note="a")) != hash(Pair(1, note="b"))
    assert {Pair(1): "found"}[Pair(1, 2)] == "found"
    with pytest.raises(TypeError):
        Pair(1, 2, "note")
    match Pair(3, 4):
        case Pair(left, right):
            assert (left, right) == (3, 4)


def test_sorted_by_the_fields_that_compare():
    assert sorted([Ranked(2), Ranked(1, "b"), Ranked(1, "a")]) == [Ranked(1, "a"), Ranked(1, "b"), Ranked(2)]
    assert Ranked(1, note="x") <= Ranked(1, note="y") >= Ranked(1)
    assert Ranked(2) > Ranked(1) < Ranked(1, "a")
    with pytest.raises(TypeError, match="'<' not supported"):
        assert Ranked(1) < Pair(2)
    with pytest.raises(TypeError, match="'<' not supported"):
        assert Pair(1) < Pair(2)


def test_hashes_leave_out_what_is_said_to_be_left_out():
    ours = Ours(name="a", several=())
    assert hash(ours) == hash(dataclasses.replace(ours, unhashed=5)) == hash(dataclasses.replace(ours, quiet="x"))
    with pytest.raises(TypeError, match="unhashable"):
        hash(Ours(name="a"))


def test_a_factory_makes_one_for_each():
    assert Ours(name="a").several is not Ours(name="a").several
    given = [1]
    assert Ours(name="a", several=given).several is given


def test_of_one_field_and_of_none():
    assert One(value=math.nan).__eq__(One(value=float("nan"))) is False
    same = math.nan
    assert One(value=same) == One(value=same)  # as tuples compare, and as the standard library does
    assert hash(One(value=1)) == hash((1,))
    assert Empty() == Empty()
    assert hash(Empty()) == hash(())
    assert repr(Empty()) == "Empty()"
    assert pickled(Empty()) == Empty()


def test_what_a_class_writes_itself_stays():
    assert Checked(value=1) == Checked(value=1)
    assert (hash(Checked(value=3)), repr(Checked(value=3))) == (7, "own")
    with pytest.raises(ValueError, match="negative"):
        Checked(value=-1)
    with pytest.raises(ValueError, match="negative"):
        dataclasses.replace(Checked(value=1), value=-2)


def test_the_first_value_is_as_any_other():
    """`__init__` is compiled at the first call, whatever that call is."""

    @frozen
    class Late:
        """Made here."""

        value: int

    with pytest.raises(TypeError, match=r"Late.__init__\(\) missing 1 required keyword-only argument: 'value'"):
        Late()
    assert Late(value=2).value == 2
