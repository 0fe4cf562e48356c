from flyteops.compile import graph_reader
from flyteops.source.manifests import parse_file
from flyteops.source.reader import read_yaml
from flyteops.source.signatures import PythonSource

PROJECT = b"""\
apiVersion: flyteops/v1
tasks:
  plan: {dynamic: "churn.graphs:plan", outputs: {score: float}}
"""


def provoke() -> None:
    """A dynamic task returns a graph whose output has another name than the declared one."""
    root, _ = read_yaml("pipelines/train.yaml", PROJECT)
    assert root is not None
    files = {
        "src/churn/graphs.py": b"def plan(rows: int): ...\ndef fit() -> float: ...\n",
        "src/churn/__init__.py": b"",
    }
    reader = graph_reader(
        project="churn",
        domain="development",
        domains=("development",),
        manifests=(parse_file("pipelines/train.yaml", root)[0],),
        project_defaults=None,
        python=PythonSource(files.get, frozenset(files), roots=("src",)),
        default_image=None,
    )
    task = reader.program.tasks["plan"]
    reader.read(task, b'{"nodes": {"fit": {"task": "churn.graphs:fit"}}, "outputs": {"scores": "$fit"}}')
