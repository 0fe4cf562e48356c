from pathlib import Path

from tests.faults.deployed_project import Deployed


def provoke() -> None:
    """The kubeconfig's current context is another one than last time."""
    deployed = Deployed()
    (Path.cwd() / "cluster").mkdir()
    (Path.cwd() / "cluster" / "identity").write_text("9f2c1d9e-0b7a-4a3c-8f52-6d1f6a3a1b11")
    deployed.apply()
    (Path.cwd() / "cluster" / "identity").write_text("c0ffee00-1111-4222-8333-444455556666")
    with (Path.cwd() / "pipelines" / "hello.yaml").open("a") as file:
        file.write("launch_plans:\n  daily: {workflow: hello, schedule: {cron: '@daily'}}\n")
    deployed.apply()
