"""The second opinion catches what must never be emitted: fields, pods, references, conditions."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from flyteops.argo import emit, emit_task, verify
from tests.unit.argo.programs import FIT, NIGHTLY, PROGRAM, TARGET

Body = dict[str, Any]
TEMPLATE, CRON = (each.body for each in emit(PROGRAM, target=TARGET, plans=(NIGHTLY,)))


def leaf(body: Body) -> Body:
    return next(each for each in body["spec"]["templates"] if each["name"].startswith("task-"))


def dag(body: Body, name: str = "main") -> list[Body]:
    found = next(each for each in body["spec"]["templates"] if each["name"].startswith(name))
    return list(found["dag"]["tasks"])


def named(body: Body, name: str) -> Body:
    return next(each for each in dag(body) if each["name"] == name)


PODS: dict[str, Callable[[Body], object]] = {
    "privileged": lambda t: t["container"]["securityContext"].update(privileged=True),
    "escalation": lambda t: t["container"]["securityContext"].update(allowPrivilegeEscalation=True),
    "no escalation word": lambda t: t["container"]["securityContext"].pop("allowPrivilegeEscalation"),
    "root": lambda t: t["securityContext"].update(runAsUser=0),
    "root group": lambda t: t["securityContext"].update(runAsGroup=0),
    "may be root": lambda t: t["securityContext"].update(runAsNonRoot=False),
    "container may be root": lambda t: t["container"]["securityContext"].update(runAsNonRoot=False),
    "no pod context": lambda t: t.pop("securityContext"),
    "no container context": lambda t: t["container"].pop("securityContext"),
    "keeps capabilities": lambda t: t["container"]["securityContext"].pop("capabilities"),
    "adds a capability": lambda t: t["container"]["securityContext"]["capabilities"].update(add=["SYS_ADMIN"]),
    "drops too little": lambda t: t["container"]["securityContext"]["capabilities"].update(drop=["NET_RAW"]),
    "seccomp off": lambda t: t["securityContext"]["seccompProfile"].update(type="Unconfined"),
    "seccomp missing": lambda t: t["container"]["securityContext"].pop("seccompProfile"),
    "host path": lambda t: t["volumes"].append({"name": "h", "hostPath": {"path": "/"}}),
    "host path behind our name": lambda t: t["volumes"][0].update(hostPath={"path": "/"}),
    "host port": lambda t: t["container"].update(ports=[{"containerPort": 80, "hostPort": 80}]),
    "host network": lambda t: t.update(podSpecPatch='{"hostNetwork": true}'),
    "proc mount": lambda t: t["container"]["securityContext"].update(procMount="Unmasked"),
    "selinux": lambda t: t["securityContext"].update(seLinuxOptions={"type": "x"}),
    "sysctl": lambda t: t["securityContext"].update(sysctls=[{"name": "kernel.msgmax", "value": "1"}]),
    "init container as root": lambda t: t["initContainers"][0]["securityContext"].update(runAsUser=0),
    "another init container": lambda t: t["initContainers"].append({**t["initContainers"][0], "name": "mine"}),
    "sidecar": lambda t: t.update(sidecars=[{"name": "s", "image": "x"}]),
    "token": lambda t: t.update(automountServiceAccountToken=True),
    "token not said": lambda t: t.pop("automountServiceAccountToken"),
}


@pytest.mark.parametrize("mutation", PODS)
def test_a_pod_outside_the_restricted_profile_is_found(mutation: str) -> None:
    body = copy.deepcopy(TEMPLATE)
    PODS[mutation](leaf(body))
    assert verify(body) != ()


OBJECTS: dict[str, tuple[Callable[[Body], object], str]] = {
    "memoize": (lambda b: leaf(b).update(memoize={"key": "x"}), "memoize"),
    "script": (lambda b: leaf(b).update(script={"image": "x", "source": "y"}), "script"),
    "both kinds": (lambda b: leaf(b).update(dag={"tasks": []}), "not exactly one of container, dag and suspend"),
    "templateRef": (lambda b: dag(b)[0].update(templateRef={"name": "x", "template": "y"}), "templateRef"),
    "dependencies": (lambda b: dag(b)[0].update(dependencies=["x"]), "dependencies"),
    "bare name": (lambda b: named(b, "fit").update(depends="sub-prep"), "cannot be read"),
    "unknown task": (lambda b: named(b, "fit").update(depends="nobody.Succeeded"), "there is no nobody.Succeeded"),
    "unknown phase": (lambda b: named(b, "fit").update(depends="sub-prep.Daemoned"), "there is no sub-prep.Daemoned"),
    "unbalanced": (lambda b: named(b, "fit").update(depends="(sub-prep.Succeeded"), "cannot be read at its end"),
    "cycle": (lambda b: named(b, "begin").update(depends="fit.Succeeded"), "tasks wait for one another"),
    "unknown template": (lambda b: named(b, "fit").update(template="gone"), "there is no template gone"),
    "text for an argument": (
        lambda b: named(b, "fit")["arguments"]["parameters"][0].update(value="aGVsbG8="),
        "is not one of our documents",
    ),
    "tag for an argument": (
        lambda b: named(b, "fit")["arguments"]["parameters"][0].update(value="{{workflow.name}}"),
        "is not a tag of ours",
    ),
    "argument left out": (lambda b: named(b, "fit").pop("arguments"), "supplies [], the template takes"),
    "when with a value": (
        lambda b: named(b, "route-case0").update(when="{{tasks.x.outputs.result}} == 1"),
        "tag of ours",
    ),
    "when without waiting": (lambda b: named(b, "route-case0").update(depends="fit.Succeeded"), "does not wait for"),
    "tag in env": (
        lambda b: leaf(b)["container"]["env"].append({"name": "X", "value": "{{=1}}"}),
        "a tag of the engine",
    ),
    "preloaded library": (
        lambda b: leaf(b)["container"]["env"].append({"name": "LD_PRELOAD", "value": "x"}),
        "is not of the form",
    ),
    "no command": (lambda b: leaf(b)["container"].pop("command"), "is missing"),
    "two templates of one name": (
        lambda b: b["spec"]["templates"].append(copy.deepcopy(b["spec"]["templates"][0])),
        "two templates have one name",
    ),
    "label of the engine": (
        lambda b: b["metadata"]["labels"].update({"workflows.argoproj.io/x": "y"}),
        "is not of the form",
    ),
    "name too long": (lambda b: b["metadata"].update(name="x" * 64), "longer than 63"),
    "no limit": (lambda b: leaf(b)["retryStrategy"].pop("limit"), "is missing"),
    "own expression": (lambda b: leaf(b)["retryStrategy"].update(expression="true"), "is not of the form"),
    "timeout of the workflow": (
        lambda b: b["spec"].update(activeDeadlineSeconds=60),
        "is not a field that is ever emitted",
    ),
    "exit handler": (lambda b: b["spec"].update(onExit="nobody"), "there is no template nobody"),
    "answer past the check": (
        lambda b: named(b, "fit")["arguments"]["parameters"].append({"name": "answer", "value": "{{item}}"}),
        "an item without a list",
    ),
    "artifact collection": (lambda b: b["spec"].update(artifactGC={"podSpecPatch": "x"}), "not a field that is ever"),
    "host network": (lambda b: b["spec"].update(hostNetwork=True), "not a field that is ever emitted"),
    "parameter with a value": (lambda b: b["spec"]["arguments"]["parameters"][0].update(value="x"), "is not ''"),
    "wrong type": (lambda b: leaf(b).update(activeDeadlineSeconds="60"), "is not a whole number"),
    "unreached": (
        lambda b: b["spec"]["templates"].append({**copy.deepcopy(leaf(b)), "name": "spare"}),
        "nobody calls spare",
    ),
    "an entrypoint that is not there": (lambda b: b["spec"].update(entrypoint="gone"), "there is no template gone"),
    "no parameter for the clock": (lambda b: b["spec"].pop("arguments"), "the workflow has no parameter kickoff"),
}


@pytest.mark.parametrize("mutation", OBJECTS)
def test_what_is_never_emitted_is_found(mutation: str) -> None:
    body = copy.deepcopy(TEMPLATE)
    mutate, message = OBJECTS[mutation]
    mutate(body)
    assert [str(each) for each in verify(body) if message in str(each)]


CRONS: dict[str, Callable[[Body], object]] = {
    "six fields": lambda s: s.update(schedules=["0 0 2 * * *"]),
    "reboot": lambda s: s.update(schedules=["@reboot"]),
    "no schedule": lambda s: s.update(schedules=[]),
    "singular": lambda s: s.update(schedule="@daily"),
    "zone outside": lambda s: s.update(timezone="../../etc"),
    "not suspended, not said": lambda s: s.pop("suspend"),
    "inline workflow": lambda s: s["workflowSpec"].update(entrypoint="main", templates=[]),
    "host network": lambda s: s["workflowSpec"].update(hostNetwork=True),
    "another tag": lambda s: s["workflowSpec"]["arguments"]["parameters"][0].update(value="{{workflow.name}}"),
    "condition": lambda s: s.update(when="{{= true }}"),
}


@pytest.mark.parametrize("mutation", CRONS)
def test_a_clock_that_is_never_emitted_is_found(mutation: str) -> None:
    body = copy.deepcopy(CRON)
    CRONS[mutation](body["spec"])
    assert verify(body) != ()


def test_the_name_of_a_clock_leaves_room_for_a_timestamp() -> None:
    body = copy.deepcopy(CRON)
    body["metadata"]["name"] = "x" * 53
    assert [str(each) for each in verify(body)] == [".metadata.name: longer than 52"]


def test_no_other_kind_is_emitted() -> None:
    assert [str(each) for each in verify({"kind": "Workflow"})] == ["kind: 'Workflow' is never emitted"]
    assert [str(each) for each in verify([])] == ["kind: None is never emitted"]


def test_a_field_of_a_newer_engine_is_found() -> None:
    assert [str(each) for each in verify(TEMPLATE, argo="4.0") if "pendingTimeout" in str(each)]
    older = emit_task(PROGRAM, FIT, target=TARGET.__class__(**{**fields_of_target(), "argo": "4.0"}))[0]
    assert verify(older.body, argo="4.0") == ()
    assert "timeout.queued of task/fit needs Argo 4.1: not enforced on 4.0" in older.notes


def fields_of_target() -> dict[str, Any]:
    return {name: getattr(TARGET, name) for name in TARGET.__slots__}


def test_no_field_can_be_added_anywhere_but_in_free_maps() -> None:
    text = json.dumps(TEMPLATE)
    places: list[int] = []
    json.loads(text, object_hook=lambda found: places.append(1) or found)
    free = sum(not verify(json.loads(text, object_pairs_hook=_adding(at))) for at in range(len(places)))
    assert free == sum(text.count(f'"{name}": {{') for name in ("labels", "annotations", "nodeSelector"))


def _adding(at: int) -> Callable[[list[tuple[str, Any]]], Body]:
    seen = iter(range(10**9))
    return lambda pairs: {**dict(pairs), **({"smuggled": "x"} if next(seen) == at else {})}
