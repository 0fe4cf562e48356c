"""What goes wrong with a cluster, told in the three families of errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flyteops.model.errors import OutsideFailed, Refused
from flyteops.model.state import ObjectRef
from flyteops.ports.cluster import ClusterFailed, ClusterIdentity
from flyteops.reconcile import Stranger

AGAIN = "run the same command again: what was done is found and finished"


@contextmanager
def telling(what: str) -> Iterator[None]:
    """Turns a failed call into an error of the three families; `what` names the object or what was asked."""
    try:
        yield
    except ClusterFailed as failed:
        raise told(failed, what) from failed


def told(failed: ClusterFailed, what: str) -> Refused | OutsideFailed:
    """The family of one failed call."""
    match failed.reason:
        case "conflict":
            shown = "; ".join(failed.owners[:5]) or failed.message
            return Refused(
                "FO763",
                f"{what}: fields that others set to something else: {shown}",
                protects="nothing that somebody else manages is overwritten; an apply never forces",
                way_out="take the field back from its owner (kubectl edit --show-managed-fields shows it), or write "
                "in the declaration what the owner wants",
            )
        case "invalid":
            return Refused(
                "FO764",
                f"{what}: the API server does not take it: {failed.message}",
                protects="nothing is applied before the server took all of it in a dry run",
                way_out="upgrade Argo's definitions in the cluster, or name the version that is there: "
                "`cluster: {argo: ...}`",
            )
        case "absent":
            return missing((what,))
        case "forbidden":
            return _outside(f"{what}: not permitted: {failed.message}", "give the account the verbs that are named")
        case "unauthenticated":
            return _outside(f"{what}: the cluster does not know who asks: {failed.message}", f"log in, then {AGAIN}")
        case "terminating":
            return _outside(f"{what}: {failed.message}", "wait until the namespace is gone, and make it anew")
        case "stale" | "busy" | "unreachable" | "unknown" | "partial":
            return OutsideFailed("cluster", f"{what}: {failed.message}", retryable=True, way_out=AGAIN)


def _outside(message: str, way_out: str) -> OutsideFailed:
    return OutsideFailed("cluster", message, retryable=False, way_out=way_out)


def missing(what: tuple[str, ...]) -> Refused:
    """The cluster lacks what every object needs."""
    return Refused(
        "FO762",
        f"the cluster lacks {', '.join(what)}",
        protects="no half of a deploy: nothing is applied to a cluster that cannot hold all of it",
        way_out="create the namespace, and install Argo Workflows with its full definitions",
    )


def foreign(strangers: tuple[Stranger, ...]) -> Refused:
    """Names that we want are taken by objects that are not ours."""
    named = ", ".join(f"{each.ref}" + (f" (of registry {each.lineage})" if each.lineage else "") for each in strangers)
    return Refused(
        "FO760",
        f"not applied by this registry, and in the way: {named}",
        protects="an object that no apply of this registry made is never changed and never deleted",
        way_out="delete or rename the object if it is nobody's; or apply with the registry that owns it",
    )


def another_cluster(recorded: str, found: ClusterIdentity) -> Refused:
    """The domain was applied to another cluster."""
    return Refused(
        "FO761",
        f"this is cluster {found.id} at {found.server}; the domain was applied to cluster {recorded}",
        protects="a wrong kubeconfig context does not deploy to the wrong cluster",
        way_out="name the right context (`cluster: {context: ...}` or KUBECONFIG); if the cluster was built anew, say "
        f"--accept-cluster {found.id}",
    )


def generation_moved(domain: str, planned: int, now: int) -> Refused:
    """Somebody else applied between the plan and the lease."""
    return Refused(
        "FO715",
        f"the plan was made at generation {planned} of {domain}; the registry is at generation {now}",
        protects="a plan is applied to exactly what it was made against",
        way_out="plan again and look at what changed",
    )


def superseded(ref: ObjectRef) -> Refused:
    """An apply that holds the lease after us wrote the object already."""
    return Refused(
        "FO714",
        f"{ref} was written by a later holder of the lease",
        protects="who was superseded writes nothing more",
        way_out="plan again; what was already recorded is found and finished",
    )
