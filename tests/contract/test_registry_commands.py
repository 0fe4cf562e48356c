"""`history`, `rollback` and `registry …` by the command line, over every registry; and apply on each of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from flyteops.adapters.registry_snapshot import SnapshotFile
from flyteops.model.errors import InvalidProject
from flyteops.wiring import open_workspace
from tests import postgres
from tests.conftest import git

SOURCE = "def one() -> int:\n    return 1\n\n\ndef two() -> int:\n    return 2\n"


@pytest.fixture(params=["sqlite", "postgresql", "store"])
def place(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    make_project: Callable[[Path], Path],
    run_cli: Callable[..., SimpleNamespace],
    monkeypatch: pytest.MonkeyPatch,
) -> Place:
    urls = {"sqlite": "sqlite:.flyteops/registry.db", "store": "store:"}
    url = urls.get(request.param) or postgres.required().url
    project = make_project(tmp_path / "nothing")
    monkeypatch.setenv("FLYTEOPS_REGISTRY", url)
    monkeypatch.setenv("GITHUB_ACTOR", "ann")
    return Place(project, run_cli)


class Place:
    """A project in git, and the command line in it."""

    def __init__(self, project: Path, run_cli: Callable[..., SimpleNamespace]) -> None:
        self.project = project
        self.cli = run_cli
        (project / "src/m").mkdir(parents=True)
        (project / "src/m/__init__.py").write_text("")
        (project / "src/m/f.py").write_text(SOURCE)

    def run(self, *words: str, code: int = 0) -> str:
        ended = self.cli(list(words))
        assert ended.code == code, ended
        return str(ended.stdout if code == 0 else ended.stdout + ended.stderr)

    def apply(self, *tasks: str) -> None:
        text = "apiVersion: flyteops/v1\ntasks:\n" + "".join(f"  {line}\n" for line in tasks)
        (self.project / "pipelines").mkdir(exist_ok=True)
        (self.project / "pipelines/a.yaml").write_text(text)
        git(self.project, "add", "--all")
        git(self.project, "commit", "--quiet", "--message=Change")
        self.run("apply", "-y")

    def digests(self) -> dict[str, str]:
        told = json.loads(self.run("status", "-o", "json"))
        return {each["address"]: each["digest"] for each in told["entities"]}


def test_history_tells_who_did_how_much(place: Place) -> None:
    assert place.run("history") == "churn/development: nothing was applied yet (`flyteops apply`)\n"
    place.apply("one: {function: 'm.f:one'}", "two: {function: 'm.f:two'}")
    place.apply("one: {function: 'm.f:one', retries: 2}")
    told = json.loads(place.run("history", "-o", "json"))
    assert [(each["generation"], each["actor"], each["changes"]) for each in told] == [
        (2, "ann", {"create": 0, "update": 1, "move": 0, "retire": 1}),
        (1, "ann", {"create": 2, "update": 0, "move": 0, "retire": 0}),
    ]
    lines = place.run("history", "-n", "1").splitlines()
    assert lines[0] == "churn/development, newest first"
    assert lines[1].split() == ["generation", "when", "by", "commit", "plan", "changes"]
    assert lines[2].split()[0] == "2"
    assert lines[2].endswith("~1 -1")
    assert len(lines) == 3


def test_rollback_publishes_what_was(place: Place) -> None:
    place.apply("one: {function: 'm.f:one'}", "two: {function: 'm.f:two'}")
    before = place.digests()
    place.apply("one: {function: 'm.f:one', retries: 2}")
    asked = place.run("rollback", "--to", "1", code=5)
    assert "churn/development: from generation 2 back to what generation 1 said" in asked
    assert f"  + task/two  nothing -> {before['task/two'][:12]}" in asked
    assert "nothing was moved" in asked
    assert place.digests() != before
    told = place.run("rollback", "--to", "1", "-y")
    assert told.endswith("Rolled back: development is at generation 3, which points where 1 did.\n")
    assert place.digests() == before
    assert json.loads(place.run("rollback", "--to", "1", "-y", "-o", "json")) == {
        "changed": False,
        "from": 3,
        "generation": 3,
        "moves": [],
        "to": 1,
    }
    newest, *_, first = json.loads(place.run("history", "-o", "json"))
    assert newest["commit"] == first["commit"]
    assert "2 to change" in place.run("plan") or "task/two" in place.run("plan")
    assert "refused[FO731]" in place.run("rollback", "--to", "9", "-y", code=5)


def test_verify_gc_and_the_rest_of_the_history(place: Place) -> None:
    for retries in range(1, 5):
        place.apply(f"one: {{function: 'm.f:one', retries: {retries}}}")
    assert place.run("registry", "verify").startswith("Everything fits: ")
    assert "nothing was dropped" in place.run("registry", "gc", "--keep", "2", code=5)
    told = place.run("registry", "gc", "--keep", "2", "-y")
    assert told.splitlines()[-1].startswith("Dropped ")
    assert place.run("registry", "gc", "--keep", "2", "-y").startswith("Nothing to drop: ")
    assert json.loads(place.run("registry", "verify", "-o", "json")) == []
    assert len(place.run("history").splitlines()) == 6
    place.run("rollback", "--to", "3", "-y")
    place.apply("one: {function: 'm.f:one', retries: 9}")
    assert place.run("registry", "verify").startswith("Everything fits: ")


def test_a_snapshot_says_the_same_as_the_registry(place: Place) -> None:
    place.apply("one: {function: 'm.f:one'}")
    told = place.run("registry", "snapshot", "--out", "held.json")
    assert told == "held.json: churn/development at generation 1, 1 entities\n"
    registry = open_workspace(place.project, environ=__import__("os").environ, flags={}).registry()
    file = SnapshotFile(place.project / "held.json")
    assert file.snapshot("development") == registry.snapshot("development")
    with pytest.raises(InvalidProject) as refused:
        file.snapshot("production")
    assert refused.value.diagnostics[0].message.endswith("it tells of domain development, not of production")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.replace('"retries"', '"retires"'), "a digest does not fit its content: it was edited"),
        (lambda text: text.replace('"dirty": false', '"dirty": true'), "a digest does not fit its content"),
        (lambda text: text.replace('"form"', '"fern"'), "$: "),
        (lambda text: text[:-5], "it is not JSON"),
        (lambda text: "[" * 100_000, "it is not JSON"),
    ],
)
def test_an_edited_snapshot_is_refused(tmp_path: Path, change: Callable[[str], str], why: str) -> None:
    from flyteops.model.snapshot_wire import snapshot_wire
    from flyteops.model.state import Snapshot
    from flyteops.views.json import render_document

    from .records import record, revision, task

    held = {task("retries"): record("retries")}
    snapshot = Snapshot(lineage="l", project="churn", domain="dev", generation=1, entities=held, revision=revision())
    path = tmp_path / "held.json"
    path.write_text(render_document(snapshot_wire(snapshot, tool="0.1.0")))
    assert SnapshotFile(path).snapshot("dev").entities == held
    path.write_text(change(path.read_text()))
    with pytest.raises(InvalidProject) as refused:
        SnapshotFile(path).snapshot("dev")
    (found,) = refused.value.diagnostics
    assert found.code == "FO735"
    assert found.message.startswith(f"{path} cannot be used as a snapshot: {why}")


def test_doctor_says_which_registry(place: Place) -> None:
    place.apply("one: {function: 'm.f:one'}")
    shown = {each["name"]: each for each in json.loads(place.run("doctor", "-o", "json"))}
    told = [each["value"] for each in json.loads(place.run("doctor", "-o", "json")) if each["group"] == "project"]
    assert any(each.startswith("generation 1 (") for each in told)
    assert shown["registry"]["health"] == "good"


def test_a_forged_snapshot_is_refused(tmp_path: Path) -> None:
    """Whoever forges one computes the digests anew."""
    from flyteops.model.digest import digest_of
    from flyteops.model.ids import EntityId, Kind
    from flyteops.model.snapshot_wire import snapshot_wire
    from flyteops.model.state import EntityRecord, Snapshot
    from flyteops.views.json import render_document

    forged = EntityRecord(digest=digest_of("flyteops.workflow.v1", {}), payload={})
    held = {EntityId(Kind.WORKFLOW, "train"): forged}
    snapshot = Snapshot(lineage="l", project="churn", domain="dev", generation=1, entities=held)
    path = tmp_path / "held.json"
    path.write_text(render_document(snapshot_wire(snapshot, tool="0.1.0")))
    with pytest.raises(InvalidProject) as refused:
        SnapshotFile(path).snapshot("dev")
    (found,) = refused.value.diagnostics
    assert (found.code, "an entity in it is of no known form (KeyError: " in found.message) == ("FO735", True)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize("wrong", [5, [], {"outputs": 3}, {"outputs": [["o", {"t": "no such type"}]]}])
def test_a_record_that_was_forged_in_depth_is_no_bug_of_ours(place: Place, wrong: object) -> None:
    from flyteops.model.digest import digest_of
    from flyteops.model.snapshot_wire import FORM

    place.apply("one: {function: 'm.f:one'}")
    place.run("registry", "snapshot", "--out", "held.json")
    path = place.project / "held.json"
    document = json.loads(path.read_text())
    (entity,) = document["entities"]
    entity["payload"]["interface"] = wrong
    entity["digest"] = digest_of("flyteops.task.v1", entity["payload"])
    document["digest"] = digest_of(FORM, {k: v for k, v in document.items() if k not in ("digest", "tool_version")})
    path.write_text(json.dumps(document))
    (place.project / "pipelines/a.yaml").write_text(
        "apiVersion: flyteops/v1\ntasks:\n  one: {function: 'm.f:one', retries: 2}\n"
    )
    ended = place.cli(["plan", "--snapshot", "held.json"])
    assert ended.code in (0, 4), ended  # where it is not looked into, or reads as nothing, it decides nothing
    assert ended.code == 0 or "error[FO735]: " in ended.stderr
    assert ended.code == (0 if wrong in (5, [], {"outputs": 3}) else 4)
