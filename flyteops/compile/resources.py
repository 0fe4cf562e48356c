"""Resources: a map with every profile laid open, lowered and checked."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.compile.faults import Faults
from flyteops.compile.fields import int_of, pairs_in, place_in, text_in, text_of, texts_in, written_together
from flyteops.model.entities import Amount, Resources, Toleration
from flyteops.source.quantities import quantity_nano
from flyteops.source.scalars import is_null
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode


def lower_resources(given: Mapping, *, faults: Faults, sound: bool = True) -> Resources:
    """Resources from a map with every profile laid open."""
    gpu = _gpu(given, faults)
    for name in ("accelerator", "partition"):
        needs_gpu(given, name, faults, sound=sound)
    return Resources(
        cpu=_amount(given, "cpu", faults, limited=False),
        memory=_amount(given, "memory", faults),
        gpu=gpu,
        accelerator=text_in(given, "accelerator"),
        ephemeral_storage=_amount(given, "ephemeral_storage", faults),
        shared_memory=text_in(given, "shared_memory"),
        node_selector=pairs_in(given, "node_selector"),
        tolerations=lower_tolerations(given.get("tolerations"), faults=faults),
        priority=text_in(given, "priority"),
        partition=text_in(given, "partition"),
        queue=text_in(given, "queue"),
    )


def needs_gpu(given: Mapping, name: str, faults: Faults, *, sound: bool) -> None:
    """Which device, or which part of one, means nothing without a number of devices."""
    node, gpu = given.get(name), given.get("gpu")
    if sound and node is not None and not is_null(node) and (gpu is None or is_null(gpu)):
        wanted = node.text if isinstance(node, Scalar) else ", ".join(texts_in(given, name))
        faults.add(
            "FO259",
            f"the {name} {wanted} is asked for without a gpu",
            at=place_in(given, name),
            label="no gpu: beside it",
            help=f"write gpu: 1, or take the {name} away",
        )


def _gpu(given: Mapping, faults: Faults) -> int | None:
    node = given.get("gpu")
    if not isinstance(node, Mapping):
        return None if node is None or is_null(node) else _devices(node, faults)
    sides = {name: node.get(name) for name in ("request", "limit")}
    counts = {name: _devices(each, faults) for name, each in sides.items() if each is not None and not is_null(each)}
    if len(counts) == 2 and None not in counts.values() and counts["request"] != counts["limit"]:
        faults.add(
            "FO263",
            f"gpu: the request {counts['request']} and the limit {counts['limit']} differ",
            at=place_in(node, "limit"),
            label="devices are given whole, and never shared",
            help=f"write gpu: {counts['limit']}",
        )
    return next((each for each in counts.values() if each is not None), None)


def _devices(node: TreeNode, faults: Faults) -> int | None:
    count = int_of(node)
    if count is None or count < 1:
        shown = node.text if isinstance(node, Scalar) else "this"
        faults.add(
            "FO260",
            f"gpu must be a whole number of at least 1, not {shown}",
            at=node.place,
            label="devices are given whole",
            help="write gpu: 1; to ask for none, leave gpu out",
        )
        return None
    return count


def _amount(given: Mapping, name: str, faults: Faults, *, limited: bool = True) -> Amount | None:
    node = given.get(name)
    if isinstance(node, Scalar):
        text = text_of(node)
        if text is None:
            return None
        return Amount(request=text, limit=text if limited else None)
    if not isinstance(node, Mapping):
        return None
    request, limit = text_in(node, "request"), text_in(node, "limit")
    low, high = quantity_nano(request or ""), quantity_nano(limit or "")
    if low is not None and high is not None and low > high:
        if written_together(node, node.get("request") or node, node.get("limit") or node):
            return None  # told where it was read
        faults.add(
            "FO258",
            f"{name}: the request {request} is above the limit {limit}",
            at=place_in(node, "request"),
            help="raise the limit or lower the request",
        )
        return None
    if request is None and limit is None:
        return None
    return Amount(request=request or limit, limit=limit or request)


def lower_tolerations(node: TreeNode | None, *, faults: Faults) -> tuple[Toleration, ...]:
    """Tolerations, of a task or of a node pool."""
    if not isinstance(node, Sequence):
        return ()
    return tuple(_toleration(item, faults) for item in node.items if isinstance(item, Mapping))


def _toleration(item: Mapping, faults: Faults) -> Toleration:
    found = Toleration(
        key=text_in(item, "key") or "",
        operator=text_in(item, "operator") or "",
        value=text_in(item, "value") or "",
        effect=text_in(item, "effect") or "",
        seconds=int_of(item.get("tolerationSeconds")),
    )
    for wrong, at, label, way_out in _wrong(found):
        faults.add("FO264", f"a toleration {wrong}", at=place_in(item, at), label=label, help=way_out)
    return found


def _wrong(found: Toleration) -> Iterator[tuple[str, str, str, str]]:
    """What Kubernetes does not take of a toleration: what, at which field, why, the way out."""
    if found.seconds is not None and found.effect != "NoExecute":
        why = "seconds are counted from an eviction, which only NoExecute is"
        yield "has seconds and is not for NoExecute", "tolerationSeconds", why, "write effect: NoExecute beside it"
    if found.operator == "Exists" and found.value:
        yield "has a value and Exists", "value", "Exists bears every value", "take the value away, or write Equal"
    if not found.key and found.operator != "Exists":
        why = "without a key it bears every taint"
        yield "has no key", "operator", why, "write key: and the taint's key, or operator: Exists to bear every taint"
