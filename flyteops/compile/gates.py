"""Gates: nodes that wait for a while, for consent, or for a value."""

from __future__ import annotations

from flyteops.compile.fields import text_in
from flyteops.compile.reading import Reader
from flyteops.model.entities import Approve, Gate, Sleep, WaitForInput
from flyteops.model.references import Bound
from flyteops.source.quantities import duration_s
from flyteops.source.tree import Mapping, Scalar, TreeNode


def gate_of(reader: Reader, kind: str, value: TreeNode | None, owner: str) -> Gate | None:
    """The gate; `owner` is the node it stands in."""
    if isinstance(value, Scalar):
        seconds = duration_s(value.text) if kind == "sleep" else None
        return Sleep(duration_s=seconds) if seconds is not None else None
    if not isinstance(value, Mapping):
        return None
    prompt, limit = text_in(value, "prompt") or "", text_in(value, "timeout")
    timeout_s = duration_s(limit) if limit is not None else None
    if kind == "wait_for_input":
        of = reader.gate_type(value)
        return WaitForInput(type=of, prompt=prompt, timeout_s=timeout_s) if of is not None else None
    shown = value.get("value")
    if shown is None:
        return Approve(prompt=prompt, timeout_s=timeout_s)
    inferred = reader.inferred(shown, owner)
    if inferred is None:
        return None
    bound = Bound(name="value", type=inferred[1], binding=inferred[0])
    return Approve(bound=bound, prompt=prompt, timeout_s=timeout_s)
