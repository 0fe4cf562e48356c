"""Workspaces, roles, policies and quotas: what they are kept as, by layer, and that a change is seen."""

from __future__ import annotations

import pytest

from flyteops.model.declarations import Declaration
from flyteops.model.errors import InvalidProject
from flyteops.model.ids import EntityId, Kind, entity_id
from flyteops.model.wire import entity_digest, entity_wire
from flyteops.plan.readable import readable
from tests.unit.compile.project import program, told

WHOLE = """
resources:
  small: {cpu: 2, memory: 4Gi}
secrets:
  hf-token: {kubernetes: {name: hf, key: token}}
workspaces:
  anna: {resources: {like: small, gpu: 1}, secrets: {HF_TOKEN: hf-token}, disk: 50Gi, max: 8h, on_startup: uv sync}
  ben: {like: anna, idle: 1h}
roles:
  trainer: {actions: [create_executions, view_executions, create_executions]}
policies:
  team: {role: trainer, groups: [ml-team, ml-team], users: [zoe, anna]}
  look: {role: viewer, groups: [everyone], description: Everybody may look}
quotas:
  all: {cpu: 400, memory: 2Ti, gpu: 0, runs: 50}
"""
EXPECTED = {
    "workspace/anna": {
        "resources": {
            "cpu": {"request": "2"},
            "memory": {"request": "4Gi", "limit": "4Gi"},
            "gpu": 1,
        },
        "secrets": {
            "HF_TOKEN": {
                "secret": "hf-token",
                "kind": "variable",
                "target": "HF_TOKEN",
                "from": {"kubernetes": {"name": "hf", "key": "token"}},
            }
        },
        "disk": "50Gi",
        "idle_s": 1200.0,
        "max_s": 28800.0,
        "on_startup": "uv sync",
    },
    "role/trainer": {"actions": ["view_executions", "create_executions"]},
    "policy/team": {"role": "trainer", "users": ["anna", "zoe"], "groups": ["ml-team"]},
    "policy/look": {"role": "viewer", "groups": ["everyone"], "description": "Everybody may look"},
    "quota/all": {"cpu": "400", "memory": "2Ti", "gpu": 0, "runs": 50},
}


@pytest.mark.parametrize("address", EXPECTED)
def test_what_is_kept(address: str) -> None:
    entity = entity_id(address)
    assert entity is not None
    found = program(WHOLE).declarations[entity]
    assert found == Declaration(kind=entity.kind, name=entity.name, fields=EXPECTED[address])
    assert entity_wire(found) == {"name": entity.name, **EXPECTED[address]}


def test_digests_are_pinned() -> None:
    found = {str(entity): entity_digest(value)[:12] for entity, value in program(WHOLE).entities()}
    assert found == {
        "policy/look": "8484728be511",
        "policy/team": "1f058c882e61",
        "quota/all": "666258b21d1d",
        "role/trainer": "3b1532e1c928",
        "workspace/anna": "83441c8a74ba",
        "workspace/ben": "081182f6af7b",
    }


def test_a_workspace_is_told_in_the_spelling_of_its_user() -> None:
    found = readable(Kind.WORKSPACE, dict(EXPECTED["workspace/anna"]))
    assert (found["idle"], found["max"], found["resources"]) == ("20m", "8h", {"cpu": "2", "memory": "4Gi", "gpu": 1})


def test_layers() -> None:
    over = """
domain: production
quotas:
  all: {runs: 5, gpu: null}
policies:
  team: {users: null}
roles:
  lead: {actions: [administer_project]}
workspaces:
  anna: null
  ben: null
"""
    found = program(files={"a.yaml": WHOLE, "b.yaml": over}, domain="production").declarations
    assert found[EntityId(Kind.QUOTA, "all")].fields == {"cpu": "400", "memory": "2Ti", "runs": 5}
    assert found[EntityId(Kind.POLICY, "team")].fields == {"role": "trainer", "groups": ["ml-team"]}
    assert sorted(map(str, found)) == ["policy/look", "policy/team", "quota/all", "role/lead", "role/trainer"]
    assert (
        program(files={"a.yaml": WHOLE, "b.yaml": over}).declarations[EntityId(Kind.QUOTA, "all")].fields["runs"] == 50
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("HF_TOKEN: hf-token", "HF_TOKEN: hf", "FO360"),
        ("like: small", "like: smal", "FO261"),
        ("role: viewer", "role: view", "FO384"),
        ("max: 8h", "max: 25h", "FO382"),
        ("max: 8h", "max: 10m", "FO382"),
    ],
)
def test_refused(old: str, new: str, expected: str) -> None:
    with pytest.raises(InvalidProject) as caught:
        program(WHOLE.replace(old, new))
    # ben is like anna: what is wrong with one is wrong with both.
    assert {each.code for each in caught.value.diagnostics} == {expected}, told(caught.value.diagnostics)


def test_a_policy_that_an_overlay_empties_is_told() -> None:
    over = "domain: production\npolicies:\n  look: {groups: null}\n"
    with pytest.raises(InvalidProject) as caught:
        program(files={"a.yaml": WHOLE, "b.yaml": over}, domain="production")
    assert [each.code for each in caught.value.diagnostics] == ["FO385"]
