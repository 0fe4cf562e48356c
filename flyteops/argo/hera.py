"""The one door to Hera: reads an object with its models and says what came back different. Imported lazily."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flyteops.model.digest import JsonObject

NEWER_FIELDS = frozenset({"pendingTimeout"})
"""Fields of Argo 4.1 that Hera's models (made from 4.0) drop without a word."""


def round_trip(body: JsonObject) -> tuple[str, ...]:
    """Where the object differs after Hera has read and written it; known newer fields are not told."""
    try:
        back = _through(body)
    except ValueError as error:  # its validation error is one
        return (f"cannot be read: {error}",)
    return tuple(_differences(body, back, ""))


def _through(body: JsonObject) -> Any:
    import json

    from hera.workflows import models

    kinds: Mapping[str, Any] = {"WorkflowTemplate": models.WorkflowTemplate, "CronWorkflow": models.CronWorkflow}
    read = kinds[str(body["kind"])].model_validate(body)
    return json.loads(read.model_dump_json(by_alias=True, exclude_none=True, exclude_unset=True))


def _differences(sent: Any, back: Any, path: str) -> Iterator[str]:
    if isinstance(sent, Mapping) and isinstance(back, Mapping):
        for key in sorted({*sent, *back}):
            if key in NEWER_FIELDS and key not in back:
                continue
            if key not in back or key not in sent:
                yield f"{path}.{key}: {'lost' if key in sent else 'added'}"
            else:
                yield from _differences(sent[key], back[key], f"{path}.{key}")
    elif isinstance(sent, list) and isinstance(back, list) and len(sent) == len(back):
        for index, (one, other) in enumerate(zip(sent, back, strict=True)):
            yield from _differences(one, other, f"{path}.{index}")
    elif type(sent) is not type(back) or sent != back:
        yield f"{path}: {sent!r} came back as {back!r}"
