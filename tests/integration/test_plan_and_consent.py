"""Plans across commits: two deltas, saved plans, consent that is spent, histories that go back or apart."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SETTINGS = """apiVersion: flyteops/v1
project: shop
code: {roots: [src]}
domains:
  development: {default: true}
  production: {protect: {prune_limit: 100%, consent: [breaking, retire]}}
"""
WORK = """apiVersion: flyteops/v1
tasks:
  prep: {function: "app:count", cache: true}
  late: {function: "app:count"}
workflows:
  train:
    inputs: {rows: int}
    nodes:
      prep: {task: prep, inputs: [rows]}
    outputs: {total: $prep}
"""
AT = ("--at", "2026-01-31T20:00:00Z")
Cli = Callable[[list[str]], Any]


@pytest.fixture
def project(tmp_path: Path, make_project: Callable[[Path], Path]) -> Path:
    source = tmp_path / "source"
    for path, text in {
        "flyteops.yaml": SETTINGS,
        "pipelines/work.yaml": WORK,
        "src/app.py": "def count(rows: int) -> int:\n    return rows\n",
    }.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(text, encoding="utf-8")
    return make_project(source)


def commit(project: Path, message: str, **changes: str | None) -> str:
    for name, text in changes.items():
        path = project / {"work": "pipelines/work.yaml", "consent": "flyteops.consent.yaml"}[name]
        if text is None:
            path.unlink()
        else:
            path.write_text(text, encoding="utf-8")
    subprocess.run(["git", "add", "--all"], cwd=project, check=True)
    subprocess.run(["git", "commit", "--quiet", "-m", message], cwd=project, check=True)
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=project, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def plan(run_cli: Cli, *arguments: str) -> dict[str, Any]:
    ended = run_cli(["plan", "-o", "json", *AT, *arguments])
    assert ended.code == 0, ended.stderr
    document: dict[str, Any] = json.loads(ended.stdout)
    return document


def consent(*entries: str) -> str:
    return "apiVersion: flyteops/v1\nconsent:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


WITHOUT_LATE = WORK.replace('  late: {function: "app:count"}\n', "")
RETIRE_LATE = "address: task/late, rule: retire, reason: nobody uses it"


def test_two_deltas_are_told_apart(project: Path, run_cli: Cli) -> None:
    assert run_cli(["apply", "-y"]).code == 0
    base = commit(project, "pending", work=WITHOUT_LATE)
    commit(project, "this change", work=WITHOUT_LATE.replace("cache: true", "cache: true, retries: 3"))
    document = plan(run_cli, "--against", "HEAD~1")
    assert [each["address"] for each in document["changes"]] == ["task/prep", "task/late"]
    deltas = document["deltas"]
    assert deltas["against"] == base
    assert [each["address"] for each in deltas["change"]["changes"]] == ["task/prep"]
    assert [each["address"] for each in deltas["pending"]["changes"]] == ["task/late"]
    assert document["digest"] == plan(run_cli)["digest"]
    text = run_cli(["plan", "--against", "HEAD~1"]).stdout
    assert f"Already pending from {base[:12]} (not this change): 0 to add, 0 to change, 1 to retire\n" in text
    assert text.endswith("Plan: 0 to add, 1 to change, 0 to retire. Interface: 0 breaking. Recompute: 0 of 1 steps.\n")


def test_a_base_that_is_broken_says_so_and_the_plan_stands(project: Path, run_cli: Cli) -> None:
    commit(project, "broken", work=WORK.replace("app:count", "app:cuont"))
    commit(project, "mended", work=WORK)
    ended = run_cli(["plan", "--against", "HEAD~1", "-o", "json"])
    assert ended.code == 0
    assert "cannot be told apart" in ended.stderr
    assert json.loads(ended.stdout)["deltas"] is None


def test_consent_is_given_once(project: Path, run_cli: Cli) -> None:
    production = ["apply", "-y", "-d", "production"]
    assert run_cli(production).code == 0
    commit(project, "retire", work=WITHOUT_LATE)
    refused = run_cli(production)
    assert (refused.code, "refused[FO726]" in refused.stderr) == (5, True)
    assert [each["rule"] for each in plan(run_cli, "-d", "production")["refusals"]] == ["FO726"]
    assert run_cli(["apply", "-y"]).code == 0  # development wants no consent
    commit(project, "agreed", consent=consent(RETIRE_LATE))
    assert plan(run_cli, "-d", "production")["refusals"] == []
    assert run_cli(production).code == 0
    commit(project, "back", work=WORK)
    assert run_cli(production).code == 0
    commit(project, "again", work=WITHOUT_LATE)
    spent = run_cli(production)
    assert spent.code == 5
    assert "the entry at flyteops.consent.yaml:3 was spent by an earlier apply" in spent.stderr
    commit(project, "agreed again", consent=consent(RETIRE_LATE, RETIRE_LATE + " any more"))
    assert run_cli(production).code == 0


def test_breaking_change_wants_its_own_rule(project: Path, run_cli: Cli) -> None:
    production = ["apply", "-y", "-d", "production"]
    assert run_cli(production).code == 0
    entry = "address: workflow/train, rule: FO-I102, reason: renamed"
    commit(project, "rename", work=WORK.replace("{total: $prep}", "{sum: $prep}"), consent=consent(entry))
    refused = run_cli(production)
    assert "workflow/train: output total is gone [FO-I107]" in refused.stderr
    states = {(each["rule"], each["state"]) for each in plan(run_cli, "-d", "production")["consents"]}
    assert states == {("FO-I107", "missing"), ("FO-I102", "unused")}
    commit(project, "right", consent=consent(entry.replace("FO-I102", "FO-I107")))
    assert run_cli(production).code == 0


def test_saved_plan_is_applied_once_and_only_as_it_is(project: Path, run_cli: Cli) -> None:
    assert run_cli(["plan", "--out", ".git/plan.json"]).code == 0
    assert run_cli(["apply", "-y", ".git/plan.json"]).code == 0
    lost_answer = run_cli(["apply", "-y", ".git/plan.json"])
    assert (lost_answer.code, lost_answer.stdout.startswith("Nothing to do")) == (0, True)
    commit(project, "next", work=WITHOUT_LATE)
    assert run_cli(["plan", "--out", ".git/plan.json"]).code == 0
    commit(project, "later", work=WITHOUT_LATE.replace("cache: true", "cache: true, retries: 3"))
    # The file's commit is applied, not the newer one at hand.
    assert run_cli(["apply", "-y", ".git/plan.json"]).code == 0
    status = json.loads(run_cli(["status", "-o", "json"]).stdout)
    assert status["generation"] == 2
    assert run_cli(["apply", "-y"]).code == 0
    stale = run_cli(["apply", "-y", ".git/plan.json"])
    assert (stale.code, "generation 1 then, 3 now" in stale.stderr) == (5, True)


def test_saved_plan_of_another_domain_or_tool_or_edited(project: Path, run_cli: Cli) -> None:
    file = project / ".git" / "plan.json"
    assert run_cli(["plan", "--json-into", str(file)]).code == 0
    other = run_cli(["apply", "-y", "-d", "production", str(file)])
    assert (other.code, "domain development then, production now" in other.stderr) == (5, True)
    document = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**document, "tool_version": "0.0.1"}), encoding="utf-8")
    assert "tool 0.0.1 then" in run_cli(["apply", "-y", str(file)]).stderr
    document["changes"][0]["recompute"]["class"] = "none"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert run_cli(["apply", "-y", str(file)]).code == 4


def test_going_backwards_is_permitted_by_name_only(project: Path, run_cli: Cli) -> None:
    commit(project, "newer", work=WITHOUT_LATE)
    assert run_cli(["apply", "-y"]).code == 0
    back = ["apply", "-y", "--commit", "HEAD~1"]
    assert "refused[FO724]" in run_cli(back).stderr
    assert run_cli([*back, "--allow", "FO721"]).code == 5
    assert run_cli([*back, "--allow", "FO724"]).code == 0


def test_a_branch_of_its_own_goes_on(project: Path, run_cli: Cli) -> None:
    commit(project, "main", work=WITHOUT_LATE)
    assert run_cli(["apply", "-y"]).code == 0
    subprocess.run(["git", "checkout", "--quiet", "-b", "side", "HEAD~1"], cwd=project, check=True)
    commit(project, "side", work=WORK.replace("cache: true", "cache: true, retries: 3"))
    assert run_cli(["apply", "-y"]).code == 0


def test_a_protected_domain_goes_on_from_what_is_applied_only(project: Path, run_cli: Cli) -> None:
    production = ["apply", "-y", "-d", "production"]
    commit(project, "main", work=WITHOUT_LATE)
    assert run_cli(production).code == 0
    subprocess.run(["git", "checkout", "--quiet", "-b", "side", "HEAD~1"], cwd=project, check=True)
    commit(project, "side", work=WORK.replace("cache: true", "cache: true, retries: 3"))
    refused = run_cli(production)
    assert (refused.code, "refused[FO737]" in refused.stderr, "their histories part" in refused.stderr) == (
        5,
        True,
        True,
    )
    entry = "address: domain/production, rule: FO737, reason: main was pushed by force"
    commit(project, "agreed", consent=consent(entry))
    assert run_cli(production).code == 0
    subprocess.run(["git", "checkout", "--quiet", "--orphan", "other"], cwd=project, check=True)
    commit(project, "no parent", consent=consent(entry), work=WITHOUT_LATE)
    assert "FO737" in [each["rule"] for each in plan(run_cli, "-d", "production")["refusals"]]  # spent
    assert run_cli(["apply", "-y"]).code == 0  # nothing is applied there yet
    subprocess.run(["git", "checkout", "--quiet", "side"], cwd=project, check=True)
    unrelated = run_cli(["apply", "-y"])
    assert (unrelated.code, "have no history in common" in unrelated.stderr) == (5, True)


KINDS = """artifacts:
  model: {from: workflow/train.total}
workspaces:
  lab: {resources: {cpu: 1, memory: 1Gi}}
roles:
  reader: {actions: [view_inventory]}
policies:
  team: {role: reader, groups: [data]}
quotas:
  most: {gpu: 4}
"""
ADDRESSES = ["artifact/model", "policy/team", "quota/most", "role/reader", "workspace/lab"]


def test_every_kind_is_retired_diffed_and_brought_back(project: Path, run_cli: Cli) -> None:
    production = ["apply", "-y", "-d", "production"]
    commit(project, "all", work=WORK + KINDS)
    assert run_cli(production).code == 0
    commit(project, "gone", work=WORK)
    states = plan(run_cli, "-d", "production")["consents"]
    assert sorted((each["address"], each["state"]) for each in states) == [(each, "missing") for each in ADDRESSES]
    text = run_cli(["plan", "-d", "production", "-o", "md"]).stdout
    assert all(f"`{address}`" in text for address in ADDRESSES)
    entries = [f"address: {address}, rule: retire, reason: not used" for address in ADDRESSES]
    commit(project, "agreed", consent=consent(*entries))
    assert run_cli(production).code == 0
    for one, other, wanted in (("1", "2", "retire"), ("2", "1", "create")):
        found = json.loads(run_cli(["diff", one, other, "-d", "production", "-o", "json"]).stdout)
        assert sorted((each["address"], each["action"]) for each in found["changes"]) == [
            (address, wanted) for address in ADDRESSES
        ]
    assert run_cli(["rollback", "--to", "1", "-y", "-d", "production"]).code == 0
    assert run_cli(["registry", "verify"]).code == 0
    assert run_cli(["registry", "snapshot", "--out", ".git/held.json", "-d", "production"]).code == 0
    held = json.loads((project / ".git" / "held.json").read_text(encoding="utf-8"))
    assert {each["address"] for each in held["entities"]} >= set(ADDRESSES)


def test_every_kind_may_be_moved(project: Path, run_cli: Cli) -> None:
    commit(project, "all", work=WORK + KINDS)
    assert run_cli(["apply", "-y"]).code == 0
    names = {"model": "scores", "lab": "desk", "reader": "looker", "team": "people", "most": "bound"}
    moved = KINDS
    for old, new in names.items():
        moved = moved.replace(f"  {old}:", f"  {new}:")
    moved = moved.replace("role: reader", "role: looker")
    pairs = [(each, f"{each.partition('/')[0]}/{names[each.partition('/')[2]]}") for each in ADDRESSES]
    lines = "".join(f"  - {{from: {old}, to: {new}}}\n" for old, new in pairs)
    commit(project, "moved", work=WORK + moved + "moved:\n" + lines)
    document = plan(run_cli)
    told = [(each["previous_address"], each["address"], each["action"]) for each in document["changes"]]
    assert sorted(told) == [(old, new, "move") for old, new in pairs]
    assert run_cli(["apply", "-y"]).code == 0
    assert plan(run_cli)["changes"] == []


def test_a_fork_plans_from_a_snapshot_without_the_registry(
    project: Path, run_cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = SETTINGS.replace("code:", "registry: ${FLYTEOPS_REGISTRY}\nstore: ${FLYTEOPS_STORE}\ncode:")
    (project / "flyteops.yaml").write_text(settings, encoding="utf-8")
    commit(project, "shared")
    monkeypatch.setenv("FLYTEOPS_REGISTRY", f"sqlite:{project / '.git' / 'held.db'}")
    monkeypatch.setenv("FLYTEOPS_STORE", f"file:{project / '.git' / 'store'}")
    assert run_cli(["apply", "-y"]).code == 0
    assert run_cli(["registry", "snapshot", "--out", ".git/held.json"]).code == 0
    commit(project, "fork", work=WITHOUT_LATE)
    wanted = plan(run_cli)
    monkeypatch.delenv("FLYTEOPS_REGISTRY")
    monkeypatch.delenv("FLYTEOPS_STORE")
    (project / "src" / "app.py").write_text(
        "print('user code ran')\n\n\ndef count(rows: int) -> int:\n    return rows\n", encoding="utf-8"
    )
    commit(project, "with a print")
    ended = run_cli(["plan", "--snapshot", ".git/held.json", "--commit", "HEAD~1", "-o", "json", *AT])
    assert ended.code == 0, ended.stderr
    assert json.loads(ended.stdout)["changes"] == wanted["changes"]
    assert json.loads(ended.stdout)["digest"] == wanted["digest"]
    both = run_cli(["plan", "--snapshot", ".git/held.json"])
    assert (both.code, "user code ran" in both.stdout + both.stderr) == (0, False)
    other = run_cli(["-p", "cart", "plan", "--snapshot", ".git/held.json"])
    assert (other.code, "it tells of project shop, not of cart" in other.stderr) == (4, True)


def test_saved_plan_of_another_cluster(project: Path, run_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = SETTINGS.replace(
        "{default: true}", '{default: true, cluster: {context: "${FLYTEOPS_AT}"}, store: "s3://b"}'
    )
    (project / "flyteops.yaml").write_text(settings, encoding="utf-8")
    commit(project, "cluster")
    monkeypatch.setenv("FLYTEOPS_AT", "test")
    assert run_cli(["plan", "--out", ".git/plan.json"]).code == 0
    monkeypatch.setenv("FLYTEOPS_AT", "live")
    ended = run_cli(["apply", "-y", ".git/plan.json"])
    then, now = (f"context {name}, namespace shop-development" for name in ("test", "live"))
    assert (ended.code, f"cluster {then} then, {now} now" in ended.stderr) == (5, True)
    assert "refused[FO723]" in ended.stderr


def test_allow_does_not_count_where_changes_are_reviewed(project: Path, run_cli: Cli) -> None:
    assert run_cli(["apply", "-y", "-d", "production"]).code == 0
    commit(project, "retire", work=WITHOUT_LATE)
    ended = run_cli(["apply", "-y", "-d", "production", "--allow", "retire:task/late"])
    assert (ended.code, "refused[FO702]" in ended.stderr) == (5, True)


def test_diff_of_generation_commit_and_domain(project: Path, run_cli: Cli) -> None:
    assert run_cli(["apply", "-y"]).code == 0
    commit(project, "retire", work=WITHOUT_LATE)
    assert run_cli(["apply", "-y"]).code == 0
    gone = json.loads(run_cli(["diff", "1", "HEAD", "-o", "json"]).stdout)
    assert [(each["address"], each["action"]) for each in gone["changes"]] == [("task/late", "retire")]
    same = run_cli(["diff", "development", "HEAD", "--detailed-exitcode"])
    assert (same.code, same.stdout.endswith("no difference (2 entities)\n")) == (0, True)
    assert run_cli(["diff", "development", "production", "--detailed-exitcode"]).code == 2
