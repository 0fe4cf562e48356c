"""The user's classes behind a function's annotations; looked at only after the function's module was imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flyteops.model.digest import Json
from flyteops.runtime.shapes import NONE, fields_of, items_of, kind_of


def hints_of(owner: Any) -> Mapping[str, Any]:
    """Annotations by name, resolved one by one where they cannot all be: what fails is simply unknown."""
    import typing

    try:
        return typing.get_type_hints(owner, include_extras=True)
    except Exception:  # noqa: BLE001 - evaluating a user's annotation may raise anything
        found: dict[str, Any] = {}
        spaces = {**vars(typing), **getattr(_innermost(owner), "__globals__", {})}
        for name, annotation in getattr(owner, "__annotations__", {}).items():
            try:
                found[name] = eval(annotation, spaces) if isinstance(annotation, str) else annotation  # noqa: S307
            except Exception:  # noqa: BLE001, S112
                continue
        return found


def _innermost(function: Any) -> Any:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function


def bare(hint: Any) -> Any:
    """The hint without `Annotated`, `NewType`, `Required` and named aliases around it."""
    import typing

    while True:
        if hasattr(hint, "__metadata__") or typing.get_origin(hint) in (
            typing.Required,
            typing.NotRequired,
            typing.Final,
        ):
            hint = typing.get_args(hint)[0]
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        elif type(hint).__name__ == "TypeAliasType":
            hint = hint.__value__
        else:
            return hint


def origin_of(hint: Any) -> Any:
    """The class behind a hint, with or without arguments."""
    import typing

    plain = bare(hint)
    return typing.get_origin(plain) or plain


def arguments(hint: Any) -> tuple[Any, ...]:
    """The arguments of a generic hint."""
    import typing

    return typing.get_args(bare(hint))


def item_hint(hint: Any) -> Any:
    """The hint of a list's items, or None."""
    given = arguments(hint)
    return given[0] if given else None


def entry_hints(hint: Any) -> tuple[Any, Any]:
    """The hints of a dict's keys and values."""
    given = arguments(hint)
    return (given[0], given[1]) if len(given) == 2 else (None, None)


def union_hints(hint: Any) -> tuple[Any, ...]:
    """The members of a union hint, flat; the hint itself when it is none."""
    import types
    import typing

    plain = bare(hint)
    if typing.get_origin(plain) in (typing.Union, types.UnionType):
        return tuple(inner for member in typing.get_args(plain) for inner in union_hints(member))
    return () if plain is None else (plain,)


def member_hint(hint: Any, member: Json) -> Any:
    """The member of a union hint that looks like the member type, or None."""
    candidates = union_hints(hint)
    return next((each for each in candidates if fits(member, each)), None)


def fits(of: Json, hint: Any) -> bool:
    """Whether a type in JSON form is what the hint describes, one level deep."""
    import datetime as dt
    import typing

    kind, content = kind_of(of)
    plain = bare(hint)
    origin = typing.get_origin(plain) or plain
    simple: dict[str, type | None] = {
        "int": int, "float": float, "bool": bool, "str": str, NONE: type(None),
        "datetime": dt.datetime, "date": dt.date, "timedelta": dt.timedelta,
    }  # fmt: skip
    match kind:
        case "record":
            return set(class_fields(plain)) == {name for name, _, _ in fields_of(content)}
        case "enum":
            return values_of_enum(plain) == set(items_of(content))
        case "list":
            return _is_sequence(origin) and not class_fields(plain)
        case "dict":
            return isinstance(origin, type) and issubclass(origin, Mapping) and not class_fields(plain)
        case "file" | "dataset":
            return _is_outside(of, plain)
        case "directory":
            return _is_folder(str(content), plain)
        case "pickle":
            return _is_named(str(content), origin)
        case _ if kind in simple:
            return origin is simple[kind]
    return False


def _is_sequence(origin: Any) -> bool:
    from collections.abc import Sequence

    return isinstance(origin, type) and issubclass(origin, Sequence) and not issubclass(origin, str)


def values_of_enum(hint: Any) -> set[Json]:
    """The values of an Enum class or of a `Literal`."""
    import typing

    if is_enum(hint):
        return {member.value for member in hint}
    return set(typing.get_args(hint)) if typing.get_origin(hint) is typing.Literal else set()


def is_enum(hint: Any) -> bool:
    """Whether the hint is an Enum class."""
    import enum

    return isinstance(hint, type) and issubclass(hint, enum.Enum)


def is_path(hint: Any) -> bool:
    """Whether the hint is `pathlib.Path` or one of its kind: the file is fetched before the call."""
    import pathlib

    return isinstance(hint, type) and issubclass(hint, pathlib.PurePath)


def _is_outside(of: Json, plain: Any) -> bool:
    """Whether a class is the one of a file, of rows, or of a framework's file of this format."""
    import typing

    from flyteops.codecs.table import blob_format, frame_codec_name
    from flyteops.runtime.flyte.values import flyte_kind
    from flyteops.types import Dataset

    kind, content = kind_of(of)
    origin = typing.get_origin(plain) or plain
    if kind == "dataset":
        return origin is Dataset or frame_codec_name(origin) is not None or flyte_kind(origin) == "dataset"
    return is_path(plain) or is_file(plain) if "/" not in str(content) else blob_format(origin) == content


def _is_folder(form: str, plain: Any) -> bool:
    """Whether a class is the one of a folder, or of a framework's folder of this format."""
    import typing

    from flyteops.codecs.table import blob_format
    from flyteops.runtime.flyte.values import flyte_kind
    from flyteops.types import Directory

    origin = typing.get_origin(plain) or plain
    return (
        is_path(plain)
        or origin is Directory
        or flyte_kind(origin) == "directory"
        or ("/" in form and blob_format(origin) == form)
    )


def _is_named(name: str, origin: Any) -> bool:
    """Whether a class is the one a pickle is of. Packages hand out classes that are defined deeper inside of them."""
    if not isinstance(origin, type):
        return False
    package, _, last = name.replace(":", ".").rpartition(".")
    top = package.partition(".")[0] or "builtins"
    return origin.__qualname__.rpartition(".")[2] == last and origin.__module__.partition(".")[0] == top


def is_file(hint: Any) -> bool:
    """Whether the hint is our `File` or Flyte's, with or without a format."""
    import typing

    from flyteops.runtime.flyte.values import flyte_kind
    from flyteops.types import File

    return (typing.get_origin(hint) or hint) is File or flyte_kind(hint) == "file"


def class_fields(hint: Any) -> tuple[str, ...]:
    """Names of the fields of a dataclass, pydantic model, attrs class, NamedTuple or TypedDict; else none."""
    if not isinstance(hint, type):
        return ()
    if "__dataclass_fields__" in hint.__dict__ or hasattr(hint, "__dataclass_fields__"):
        fields: Mapping[str, Any] = hint.__dataclass_fields__  # type: ignore[attr-defined]
        return tuple(name for name, field in fields.items() if field._field_type.name == "_FIELD")  # noqa: SLF001
    if hasattr(hint, "model_fields"):
        return tuple(hint.model_fields)
    if hasattr(hint, "__attrs_attrs__"):
        return tuple(attribute.name for attribute in hint.__attrs_attrs__)
    if hasattr(hint, "_fields") and issubclass(hint, tuple):
        return tuple(getattr(hint, "_fields", ()))
    if hasattr(hint, "__total__") and issubclass(hint, dict):
        return tuple(hint.__annotations__)
    return ()


def builder_of(hint: Any) -> Callable[[dict[str, Any]], Any]:
    """What makes a record of its decoded fields: the class, or the plain dict when no class is known."""
    if not class_fields(hint) or issubclass(hint, dict):
        return lambda fields: fields
    if hasattr(hint, "model_validate"):
        validate: Callable[[dict[str, Any]], Any] = hint.model_validate
        return validate
    given = getattr(hint, "__dataclass_fields__", {})
    # What a class computes for itself (`init=False`) is part of its value, and computed again.
    return lambda fields: hint(**{name: each for name, each in fields.items() if name not in given or given[name].init})
