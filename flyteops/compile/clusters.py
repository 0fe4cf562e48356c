"""`cluster:`: the same function on many hosts at once."""

from __future__ import annotations

from flyteops.compile.faults import Faults
from flyteops.compile.fields import int_of, pairs_in, text_in
from flyteops.model.diagnostics import Related
from flyteops.model.works import Distributed
from flyteops.source.tree import Mapping

_CONF_OF_OTHERS = ("spark.kubernetes.namespace", "spark.master", "spark.submit.deployMode", "spark.executor.instances")
"""Settings of Spark that the declaration or the domain says."""


def read_cluster(node: Mapping, *, faults: Faults) -> Distributed | None:
    """The framework with its options; None with the fault noted, or when it was refused where it was read."""
    found = next(((each.key.text, each.value) for each in node.entries if isinstance(each.value, Mapping)), None)
    if found is None:
        return None
    framework, options = found
    hosts, least = int_of(options.get("hosts")), int_of(options.get("min_hosts"))
    if hosts is None:
        return None
    whole = _least_fits(options, hosts, least, faults) and _conf_is_free(options, faults)
    if not whole:
        return None
    return Distributed(
        framework=framework,
        hosts=hosts,
        per_host=int_of(options.get("per_host")) or 1,
        min_hosts=least,
        restarts=int_of(options.get("restarts")) or 0,
        options=pairs_in(options, "conf"),
    )


def _least_fits(options: Mapping, hosts: int, least: int | None, faults: Faults) -> bool:
    at, other = options.get("min_hosts"), options.get("hosts")
    if least is None or least <= hosts or at is None or other is None:
        return True
    faults.add(
        "FO346",
        f"min_hosts is {least}, but there are {hosts} hosts at most",
        at=at.place,
        help=f"write at most {hosts}, or leave it out to begin with all of them only",
        related=(Related(place=other.place, label=f"{hosts} hosts"),),
    )
    return False


def _conf_is_free(options: Mapping, faults: Faults) -> bool:
    conf = options.get("conf")
    said = [each.key for each in conf.entries if each.key.text in _CONF_OF_OTHERS] if isinstance(conf, Mapping) else []
    for key in said:
        instead = "hosts" if key.text == "spark.executor.instances" else "the domain in flyteops.yaml"
        faults.add("FO346", f"{key.text} is not free here", at=key.place, help=f"{instead} says it: delete the setting")
    return not said and text_in(options, "conf") is None
