"""One place to hold a row against the three: what is checked, what a local run does, what the emitted object does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from flyteops.adapters.store_file import FileStore
from flyteops.argo import Target, emit, verify
from flyteops.model.program import Program
from flyteops.operations.sources import load_program
from flyteops.wiring import open_workspace
from tests.conftest import Ended
from tests.integration.small_engine import Engine
from tests.integration.test_emitted_agrees import outputs, plain

TARGET = Target(namespace="rows", store="file:///store", default_image="ghcr.io/acme/base:v7")
FILE = "pipelines/rows.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pods:
    """How a run of the emitted object ended: its phase, its outputs (none when it failed), pods in order, what they
    said."""

    phase: str
    outputs: dict[str, Any] | None
    pods: tuple[str, ...]
    logs: str


@dataclass(kw_only=True)
class Row:
    """A project whose declarations a test writes, and the three that must agree on them."""

    root: Path
    cluster: Path
    run_cli: Callable[..., Ended]
    runs: int = 0

    def says(self, text: str) -> None:
        """The declarations, instead of those before."""
        (self.root / FILE).write_text("apiVersion: flyteops/v1\n" + dedent(text), "utf-8")

    def flyteops(self, *words: str) -> Ended:
        """A command."""
        return self.run_cli(["--no-input", "--color", "never", *words])

    def refused(self, text: str) -> list[str]:
        """The codes of the errors of these declarations, in order; neither a run nor an emission takes them."""
        self.says(text)
        checked = self.flyteops("validate")
        assert checked.code == 4, checked.stdout
        for words in (("run", "workflow/w"), ("render", "--out", "out")):
            ended = self.flyteops(*words)
            assert (ended.code, (self.root / "out").exists(), (self.root / ".flyteops/runs").exists()) == (
                4,
                False,
                False,
            )
        return re.findall(r"^error\[(\w+)\]: ", checked.stderr, re.MULTILINE)

    def locally(self, *words: str, code: int = 0) -> dict[str, Any]:
        """The answer of a run on this machine."""
        ended = self.flyteops("run", *words, "-o", "json")
        assert ended.code == code, ended.stderr + ended.stdout
        found: dict[str, Any] = json.loads(ended.stdout)
        return found

    def program(self) -> Program:
        """The program of the default domain."""
        workspace = open_workspace(self.root, environ={}, flags={})
        return load_program(workspace.tree, workspace.sources, domain=workspace.domain)

    def emitted(self, plan: str = "w", *, target: Target = TARGET) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The WorkflowTemplate of a launch plan, which the second opinion takes, and its notes."""
        program = self.program()
        found = program.launch_plan(plan)
        assert found is not None
        made = next(each for each in emit(program, target=target, plans=(found,)) if each.kind == "WorkflowTemplate")
        assert verify(made.body) == ()
        return made.body, made.notes

    def clock(self, plan: str) -> dict[str, Any]:
        """The spec of the CronWorkflow of a launch plan."""
        program = self.program()
        found = program.launch_plan(plan)
        assert found is not None
        made = next(each for each in emit(program, target=TARGET, plans=(found,)) if each.kind == "CronWorkflow")
        assert verify(made.body) == ()
        spec: dict[str, Any] = made.body["spec"]  # type: ignore[assignment]
        return spec

    def in_pods(self, plan: str = "w", *, kickoff: str = "", given: Mapping[str, object] | None = None) -> Pods:
        """A run of the emitted object; `given` is what a launch gives, as stored literals."""
        self.runs += 1
        uid = f"run{self.runs}"
        store = FileStore(self.cluster)
        parameters = {"kickoff": kickoff}
        if given is not None:
            parameters["inputs"] = f"launches/{uid}.json"
            store.create(parameters["inputs"], json.dumps(given).encode())
        folder = self.cluster / uid
        folder.mkdir(parents=True)
        body, _ = self.emitted(plan)
        engine = Engine(
            body=body, store=f"file://{self.cluster}", code=str(self.root / "src"), folder=folder, uid=uid,
            parameters=parameters,
        )  # fmt: skip
        phase = engine.run()
        ended = outputs(store, uid) if phase == "Succeeded" else None
        return Pods(phase=phase, outputs=plain(ended), pods=tuple(engine.pods), logs="".join(engine.logs.values()))


def named(body: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The one template of a kind in an emitted object."""
    (found,) = (each for each in body["spec"]["templates"] if re.fullmatch(f"{kind}(-[0-9a-z]+)?", each["name"]))
    return dict(found)
