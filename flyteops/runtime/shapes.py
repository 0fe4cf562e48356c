"""Types in their JSON form: one look at their kind, and how they are spelt in a message."""

from __future__ import annotations

from flyteops.model.digest import Json, digest_of

NONE = "none"


def kind_of(of: Json) -> tuple[str, Json]:
    """`("int", None)` for a simple type, else the one key and its content, such as `("list", T)`."""
    if isinstance(of, str):
        return of, None
    if isinstance(of, dict) and len(of) == 1:
        return next(iter(of.items()))
    raise ValueError(f"{of!r} is no type")


def items_of(content: Json) -> list[Json]:
    """The content of a type that is a list: members, values, fields."""
    if isinstance(content, list | tuple):
        return list(content)
    raise ValueError(f"{content!r} is no list")


def fields_of(content: Json) -> list[tuple[str, Json, bool]]:
    """The fields of a record: name, T, required."""
    return [(str(name), of, bool(required)) for name, of, required in map(items_of, items_of(content))]


def member_key(of: Json) -> str:
    """The tag a union's value carries for its member."""
    return digest_of("flyteops.type.v1", of)[:12]


def spelt(of: Json) -> str:
    """The type as a user writes it."""
    kind, content = kind_of(of)
    match kind:
        case "json":
            return "Json"
        case "none":
            return "None"
        case "list":
            return f"list[{spelt(content)}]"
        case "dict":
            return "dict[" + ", ".join(map(spelt, items_of(content))) + "]"
        case "union":
            return " | ".join(map(spelt, items_of(content)))
        case "enum":
            return "enum[" + ", ".join(map(repr, items_of(content))) + "]"
        case "record":
            return "record(" + ", ".join(name for name, _, _ in fields_of(content)) + ")"
        case "file" | "directory":
            return kind.capitalize() + (f"[{content}]" if content else "")
        case "dataset":
            return "Dataset"
        case "pickle":
            return f"{content} (pickle)"
        case _:
            return kind
