from flyteops.model.plan import Plan, TreeIdentity
from flyteops.model.state import Snapshot
from flyteops.plan import refusals


def provoke() -> None:
    """A plan of one registry, applied to another."""
    tree = TreeIdentity(commit="c" * 40, files_digest="f")
    plan = Plan(
        project="churn", domain="production", lineage="one", generation=3, tree=tree, changes=(), nodes=(),
        unchanged=1, warnings=(), digest="d",
    )  # fmt: skip
    snapshot = Snapshot(lineage="two", project="churn", domain="production", generation=3)
    raise refusals(plan, snapshot, prune_limit=None)[0]
