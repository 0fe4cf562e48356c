"""Channels, laid open into the launch plans that use them; each is checked, also one that nobody uses."""

from __future__ import annotations

from flyteops.compile.known import Known
from flyteops.compile.layers import Declared
from flyteops.compile.whole import is_whole
from flyteops.model.launching import Channel
from flyteops.model.surroundings import source_wire
from flyteops.source.fields.channels import CHANNEL
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode


def compile_channels(known: Known) -> None:
    """Every declared channel, None for one with a fault, into `known.channels`."""
    for name, declared in known.declared("channels").items():
        known.channels[name] = _channel(known, declared)


def _channel(known: Known, declared: Declared) -> Channel | None:
    if not is_whole(declared, faults=known.faults):
        return None
    kind, fields = next(
        (kind, value) for kind in CHANNEL.kinds if isinstance(value := declared.body.get(kind), Mapping)
    )
    options = tuple(sorted((name, _text(value)) for name, value in fields.items()))
    named = [fields.get(each) for each in ("secret", "sign_with")]
    sources = {each.text: known.surroundings.secret(each) for each in named if isinstance(each, Scalar)}
    secrets = tuple((name, source_wire(source)) for name, source in sorted(sources.items()) if source is not None)
    return Channel(name=declared.name, kind=kind, options=options, secrets=secrets) if all(sources.values()) else None


def _text(node: TreeNode) -> str:
    if isinstance(node, Sequence):
        return ", ".join(item.text for item in node.items if isinstance(item, Scalar))
    return node.text if isinstance(node, Scalar) else ""
