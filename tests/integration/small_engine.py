"""A small stand-in for the engine: walks an emitted WorkflowTemplate and runs each pod's command on this machine.

It knows what our templates use and nothing else: DAGs with `depends` and `when`, `withParam`, output parameters, gates
that are resumed with an answer, the exit handler. Expressions are those of the verifier's closed list.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flyteops

OURS = str(Path(flyteops.__file__).parents[1])
Body = dict[str, Any]
_TAG = re.compile(r"\{\{([^=][^}]*)\}\}")
_OUTPUT = re.compile(r"tasks(?:\.(\w+)|\['([^']+)'\])\.outputs\??\.parameters\??\.(\w+)")
_TERM = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\.(Succeeded|Failed|Errored|Skipped|Omitted)")


@dataclass
class Engine:
    """One run: `answers` are what is supplied to suspended steps, by the path of DAG tasks (`sub/ok`)."""

    body: Body
    store: str
    code: str
    folder: Path
    uid: str = "run"
    answers: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    """Of the run: what the clock (`kickoff`) or a launch (`inputs`) fills in."""
    pods: list[str] = field(default_factory=list)
    """Path and verb of every pod, in order."""
    logs: dict[str, str] = field(default_factory=dict)
    attempts: int = 0

    def run(self) -> str:
        """Runs it to its end, exit handler too; the phase of the run."""
        spec = self.body["spec"]
        self.templates = {each["name"]: each for each in spec["templates"]}
        phase, _ = self.template(spec["entrypoint"], {}, "")
        self.status = phase
        if "onExit" in spec:
            self.template(spec["onExit"], {}, "exit")
        return phase

    def template(self, name: str, inputs: dict[str, str], path: str) -> tuple[str, dict[str, str]]:
        """Phase and output parameters."""
        template = self.templates[name]
        assert {each["name"] for each in template.get("inputs", {}).get("parameters", ())} == set(inputs), name
        if "dag" in template:
            return self.dag(template, inputs, path), {}
        if "suspend" in template:
            default = template.get("outputs", {}).get("parameters", [{}])[0].get("valueFrom", {}).get("default", "")
            return "Succeeded", {"answer": self.answers.get(path.removesuffix("/ask"), default)}
        return self.pod(template, inputs, path)

    def dag(self, template: Body, inputs: dict[str, str], path: str) -> str:
        tasks = {each["name"]: each for each in template["dag"]["tasks"]}
        phases: dict[str, str] = {}
        outputs: dict[str, dict[str, str]] = {}
        waiting = dict(tasks)
        while waiting:
            ready = [
                name
                for name, task in sorted(waiting.items())
                if all(each in phases for each, _ in _TERM.findall(task.get("depends", "")))
            ]
            assert ready, f"{path}: nobody may start"
            name = ready[0]
            task = waiting.pop(name)
            where = f"{path}/{name}".lstrip("/")
            if not self.holds(task.get("depends", ""), phases):
                phases[name] = "Omitted"
            elif "when" in task and not self.when(task["when"], outputs):
                phases[name] = "Skipped"
            else:
                phases[name], outputs[name] = self.task(task, inputs, outputs, where)
        ends = tasks.keys() - {each for task in tasks.values() for each, _ in _TERM.findall(task.get("depends", ""))}
        return (
            "Failed" if any(phases[name] == "Failed" for name in ends) or self.blocked(tasks, phases) else "Succeeded"
        )

    def blocked(self, tasks: dict[str, Body], phases: dict[str, str]) -> bool:
        """Whether a failure kept the end from being reached: an omitted end whose own needs failed."""

        def failed(name: str) -> bool:
            if phases[name] == "Failed":
                return True
            needs = [each for each, _ in _TERM.findall(tasks[name].get("depends", ""))]
            return phases[name] == "Omitted" and any(failed(each) for each in needs)

        ends = tasks.keys() - {each for task in tasks.values() for each, _ in _TERM.findall(task.get("depends", ""))}
        return any(failed(name) for name in ends)

    def holds(self, depends: str, phases: dict[str, str]) -> bool:
        if not depends:
            return True
        text = _TERM.sub(lambda found: str(phases[found[1]] == found[2]), depends)
        return bool(eval(text.replace("&&", " and ").replace("||", " or ")))  # noqa: S307 - our own expression

    def when(self, text: str, outputs: dict[str, dict[str, str]]) -> bool:
        if "workflow.status" in text:
            return self.status != "Succeeded"
        task, quoted, parameter = _OUTPUT.findall(text)[0]
        value = outputs[task or quoted][parameter]
        operator, wanted = re.findall(r"(==|!=|contains) '([^']*)'", text)[0]
        return {"==": value == wanted, "!=": value != wanted, "contains": wanted in value}[operator]

    def task(
        self, task: Body, inputs: dict[str, str], outputs: dict[str, dict[str, str]], path: str
    ) -> tuple[str, dict[str, str]]:
        given = {each["name"]: each["value"] for each in task.get("arguments", {}).get("parameters", ())}
        if "withParam" not in task:
            return self.template(task["template"], self.given(given, inputs, outputs), path)
        step, _, parameter = re.findall(r"tasks\.(\w+)(\.)outputs\.parameters\.(\w+)", task["withParam"])[0]
        phases = [
            self.template(task["template"], self.given(given, inputs, outputs, item=item), f"{path}({item})")[0]
            for item in json.loads(outputs[step][parameter])
        ]
        return ("Failed" if "Failed" in phases else "Succeeded" if phases else "Skipped"), {}

    def given(
        self, given: dict[str, str], inputs: dict[str, str], outputs: dict[str, dict[str, str]], item: object = None
    ) -> dict[str, str]:
        def value(text: str) -> str:
            if text.startswith("{{="):
                task, quoted, parameter = _OUTPUT.findall(text)[0]
                answer = outputs[task or quoted][parameter]
                pattern = re.findall(r"matches '([^']*)'", text)[0]
                assert not re.search(r"\{\d{4,}|,\d{4,}\}", pattern), "the engine's patterns count to 1000"
                return answer if re.search(pattern, answer) else re.findall(r": '([^']*)'", text)[0]
            return _TAG.sub(lambda tag: str(item) if tag[1] == "item" else inputs[tag[1].split(".")[-1]], text)

        return {name: value(text) for name, text in given.items()}

    def pod(self, template: Body, inputs: dict[str, str], path: str) -> tuple[str, dict[str, str]]:
        self.attempts += 1
        known = {f"inputs.parameters.{name}": value for name, value in inputs.items()}
        known |= {"workflow.uid": self.uid}
        known |= {f"workflow.parameters.{name}": self.parameters.get(name, "") for name in ("kickoff", "inputs")}
        args = [_TAG.sub(lambda tag: known[tag[1]], each) for each in template["container"]["args"]]
        args = [each.replace("$(FLYTEOPS_ATTEMPT)", f"a{self.attempts:04}") for each in args]
        result = self.folder / f"result-{self.attempts}"
        for flag, instead in (("--store", self.store), ("--code", self.code), ("--result", str(result))):
            for at, each in enumerate(args[:-1]):
                if each == flag:
                    args[at + 1] = instead
        self.pods.append(f"{path} {args[0]}")
        ended = subprocess.run(
            [sys.executable, "-P", "-m", "flyteops.runtime", *args],
            env={**os.environ, "PYTHONPATH": OURS, "TMPDIR": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.logs[path] = ended.stdout + ended.stderr
        told = template.get("outputs", {}).get("parameters", ())
        written = result.read_text() if result.exists() else ""
        outputs = {each["name"]: written or each["valueFrom"]["default"] for each in told}
        return ("Failed" if ended.returncode else "Succeeded"), outputs
