"""What the engine says of a clock, and which runs it has not ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from flyteops.model.digest import Json
from flyteops.ports.cluster import Live

_TROUBLE = ("SpecError", "SubmissionError")
"""Conditions that the engine sets on a CronWorkflow which it cannot start."""
KIND_LABEL, NAME_LABEL = "flyteops/kind", "flyteops/name"


def trouble_of(clock: Live) -> str:
    """Why the engine could not start the clock at its last slot, in its own words; empty when it does not say so."""
    conditions = _map(clock.body.get("status")).get("conditions")
    told = [_map(each) for each in conditions] if isinstance(conditions, list | tuple) else []
    return "; ".join(
        str(each.get("message") or each["type"])
        for each in told
        if each.get("type") in _TROUBLE and each.get("status") == "True"
    )


def unfinished_runs(workflows: Iterable[Live]) -> dict[str, int]:
    """How many runs are not over, by the address that they were started from: those that carry our labels."""
    found: dict[str, int] = {}
    for address in _addresses(workflows):
        found[address] = found.get(address, 0) + 1
    return dict(sorted(found.items()))


def _addresses(workflows: Iterable[Live]) -> Iterator[str]:
    for each in workflows:
        labels = _map(_map(each.body.get("metadata")).get("labels"))
        if KIND_LABEL in labels and NAME_LABEL in labels:
            yield f"{labels[KIND_LABEL]}/{labels[NAME_LABEL]}"


def _map(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
