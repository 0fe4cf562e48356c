"""The decorator of value classes: `dataclasses.dataclass(frozen=True, slots=True)` that costs a start a tenth.

The standard one writes the text of six methods for every class and compiles them while a module is imported: over three
hundred classes that is a fifth of a short command, and most of them are never made in it. Here the standard one only
gathers the fields; comparing, hashing and printing are closures over them, and `__init__` is compiled when the first
value is made. `fields`, `replace`, `asdict`, `copy`, `pickle` and type checkers see a dataclass.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from operator import attrgetter, eq, ge, gt, le, lt
from typing import Any, NoReturn, dataclass_transform

_Class = type[Any]


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field, dataclasses.Field))
def frozen(cls: _Class | None = None, /, *, kw_only: bool = True, order: bool = False) -> Any:
    """Makes a class of annotated fields one of values: made by name (or in order too, without `kw_only`), equal and
    hashed by their fields (with `order`, sorted by them), never assigned to. A method that the class writes itself
    stays."""

    def decorated(of: _Class) -> _Class:
        made: _Class = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(of)
        own = of.__dict__
        fields = dataclasses.fields(made)
        compared = _values_of(each.name for each in fields if each.compare)
        hashed = (each.name for each in fields if (each.compare if each.hash is None else each.hash))
        given: dict[str, Any] = {
            "__init__": _init_later(made, fields),
            "__repr__": _repr(tuple(each.name for each in fields if each.repr)),
            "__eq__": _compared(eq, compared),
            "__hash__": _hash(_values_of(hashed)),
            **({f"__{by.__name__}__": _compared(by, compared) for by in (lt, le, gt, ge)} if order else {}),
            "__setattr__": _refuse_set,
            "__delattr__": _refuse_delete,
            "__getstate__": _getstate(_values_of(each.name for each in fields)),
            "__setstate__": _setstate(tuple(each.name for each in fields)),
        }
        for name, method in given.items():
            if own.get(name) is None:  # a class that writes only `__eq__` has None for its hash
                setattr(made, name, method)
        return made

    return decorated if cls is None else decorated(cls)


def _init_later(made: _Class, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """An `__init__` that puts the compiled one in its own place, and calls it."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        made.__init__ = compiled = _compiled_init(made, fields)
        compiled(self, *args, **kwargs)

    return __init__


def _compiled_init(made: _Class, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """`def __init__(self, *, a, b=_default_b): _set_a(self, a); …`, as the standard library writes it."""
    missing = dataclasses.MISSING
    known: dict[str, Any] = {}
    words: list[str] = []
    lines: list[str] = []
    # Those in order stand first; the standard library refused a default before a field without one.
    for each in sorted((each for each in fields if each.init), key=lambda each: bool(each.kw_only)):
        if each.kw_only and "*" not in words:
            words.append("*")
        if each.default is not missing:
            known[f"_default_{each.name}"] = each.default
        elif each.default_factory is not missing:
            known[f"_default_{each.name}"] = missing
        words.append(f"{each.name}=_default_{each.name}" if f"_default_{each.name}" in known else each.name)
    for each in fields:
        # The descriptor of the slot sets what `__setattr__` refuses.
        known[f"_set_{each.name}"] = getattr(made, each.name).__set__
        value = each.name
        if each.default_factory is not missing:
            known[f"_make_{each.name}"] = each.default_factory
            value = f"_make_{each.name}()"
            if each.init:
                known["_missing"] = missing
                value = f"{value} if {each.name} is _missing else {each.name}"
        elif not each.init:
            continue
        lines.append(f" _set_{each.name}(self, {value})")
    if hasattr(made, "__post_init__"):
        lines.append(" self.__post_init__()")
    text = f"def __init__({', '.join(['self', *words])}):\n" + "\n".join(lines or [" pass"])
    exec(text, known)  # noqa: S102 - made of the names of fields, as in the standard library
    init: Callable[..., None] = known["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    init.__module__ = made.__module__
    return init


def _values_of(names: Iterable[str]) -> Callable[[Any], tuple[Any, ...]]:
    """The fields of a value as a tuple."""
    wanted = tuple(names)
    if not wanted:
        return lambda of: ()  # noqa: ARG005
    get = attrgetter(*wanted)
    return get if len(wanted) > 1 else lambda of: (get(of),)


def _repr(names: tuple[str, ...]) -> Callable[[Any], str]:
    def __repr__(self: Any) -> str:  # noqa: N807
        told = ", ".join([f"{name}={getattr(self, name)!r}" for name in names])
        return f"{type(self).__qualname__}({told})"

    return __repr__


def _compared(by: Callable[[Any, Any], Any], values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any, object], Any]:
    def method(self: Any, other: object) -> Any:
        return by(values(self), values(other)) if other.__class__ is self.__class__ else NotImplemented

    return method


def _hash(values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:  # noqa: N807
        return hash(values(self))

    return __hash__


def _getstate(values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], list[Any]]:
    def __getstate__(self: Any) -> list[Any]:  # noqa: N807
        return list(values(self))

    return __getstate__


def _setstate(names: tuple[str, ...]) -> Callable[[Any, list[Any]], None]:
    def __setstate__(self: Any, state: list[Any]) -> None:  # noqa: N807
        for name, value in zip(names, state, strict=True):
            object.__setattr__(self, name, value)

    return __setstate__


def _refuse_set(self: Any, name: str, value: object) -> NoReturn:  # noqa: ARG001
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_delete(self: Any, name: str) -> NoReturn:  # noqa: ARG001
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
