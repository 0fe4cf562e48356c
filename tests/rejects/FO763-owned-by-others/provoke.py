from tests.faults.deployed_project import Deployed


def provoke() -> None:
    """Somebody stops a clock with kubectl, and then the declaration changes too."""
    deployed = Deployed()
    deployed.apply()
    wanted = next(each for each in deployed.side().wanted if each.ref.kind == "CronWorkflow")
    named = {name: wanted.body["metadata"][name] for name in ("name", "namespace")}
    edited = {**wanted.body, "metadata": named, "spec": {"suspend": True}}
    deployed.cluster.apply_as("kubectl-edit", edited, force=True)
    hello = deployed.workspace().settings.root / "pipelines" / "hello.yaml"
    hello.write_text(hello.read_text().replace("@daily", "@hourly"))
    deployed.apply()
