"""What a schema cannot say: references between templates, waiting, branches, parameters, sizes."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping

from flyteops.argo.verify.shapes import Finding, Value

_WORD = re.compile(r"\s*(\(|\)|&&|\|\||[A-Za-z][A-Za-z0-9-]*\.[A-Za-z]+)")
_PHASES = frozenset({"Succeeded", "Failed", "Errored", "Skipped", "Omitted"})
_ASKED = re.compile(r"tasks(?:\.(\w+)|\['([^']+)'\])\.outputs\.parameters\.(\w+)")
_INPUT = re.compile(r"\{\{inputs\.parameters\.(\w+)\}\}")
_GIVEN = re.compile(r"\{\{workflow\.parameters\.(\w+)\}\}")
_LARGEST_ARGUMENT = 128 * 1024
_LARGEST_OBJECT = 1024 * 1024 * 8 // 10

Template = Mapping[str, Value]


def template_rules(body: Mapping[str, Value]) -> Iterator[Finding]:
    """Every rule over a WorkflowTemplate that has passed the schema."""
    spec = body["spec"]
    templates = {each["name"]: each for each in spec["templates"]}
    if len(templates) != len(spec["templates"]):
        yield Finding("spec.templates", "two templates have one name")
    if len(json.dumps(body, separators=(",", ":"))) > _LARGEST_OBJECT:
        yield Finding("", "is larger than 80 % of 1 MiB")
    roots = [field for field in ("entrypoint", "onExit") if field in spec]
    for field in roots:
        if spec[field] not in templates:
            yield Finding(f"spec.{field}", f"there is no template {spec[field]}")
        elif "inputs" in templates[spec[field]]:
            yield Finding(f"spec.{field}", "it has inputs, and nobody supplies them")
    given = {each["name"] for each in spec.get("arguments", {}).get("parameters", ())}
    for index, template in enumerate(spec["templates"]):
        path = f"spec.templates.{index}"
        if "container" in template:
            yield from _leaf_rules(template, given, path)
        elif "dag" in template:
            yield from _dag_rules(template, templates, path)
            yield from _suspend_rules(template, templates, path)
    yield from _reach_rules(templates, [spec[field] for field in roots])


def _leaf_rules(template: Template, given: set[str], path: str) -> Iterator[Finding]:
    container = template["container"]
    inputs = {each["name"] for each in template["inputs"]["parameters"]}
    holders = (container, *template.get("initContainers", ()))
    text = "\n".join(each for holder in holders for each in holder.get("args", ()))
    for name in _INPUT.findall(text):
        if name not in inputs:
            yield Finding(f"{path}.container.args", f"the input {name} is not declared")
    for name in _GIVEN.findall(text):
        if name not in given:
            yield Finding(f"{path}.container.args", f"the workflow has no parameter {name}")
    volumes = {each["name"] for each in template["volumes"]}
    yield from _step_rules(template, path)
    if len(volumes) != len(template["volumes"]):
        yield Finding(f"{path}.volumes", "two volumes have one name")
    for holder in (*holders, *template.get("sidecars", ())):
        places = [mount["mountPath"] for mount in holder.get("volumeMounts", ())]
        if len(places) != len(set(places)):
            yield Finding(f"{path}.{holder.get('name', 'container')}.volumeMounts", "two volumes at one place")
        for mount in holder.get("volumeMounts", ()):
            if mount["name"] not in volumes:
                yield Finding(f"{path}.container.volumeMounts", f"there is no volume {mount['name']}")
    others = [each["name"] for each in (*template.get("initContainers", ()), *template.get("sidecars", ()))]
    if len(others) != len(set(others)):
        yield Finding(path, "two containers have one name")
    names = [each["name"] for each in container["env"]]
    if len(names) != len(set(names)):
        yield Finding(f"{path}.container.env", "a variable is given twice")
    if "FLYTEOPS_ATTEMPT" not in names:
        yield Finding(f"{path}.container.env", "FLYTEOPS_ATTEMPT is missing")


def _step_rules(template: Template, path: str) -> Iterator[Finding]:
    """A program that is not ours runs between what puts its inputs and what stores its outputs, in that order."""
    names = [each["name"] for each in template.get("initContainers", ())]
    if len(names) != len(set(names)):
        yield Finding(f"{path}.initContainers", "two have one name")
    verb = template["container"]["args"][0]
    if ("program" in names) != (verb == "container-outputs"):
        yield Finding(f"{path}.container.args", "a program and what stores its outputs do not come together")
    if "program" in names and names[-2:] != ["flyteops-inputs", "program"]:
        yield Finding(f"{path}.initContainers", "the program does not come last, after its inputs")
    for each in template.get("initContainers", ()):
        if each["name"] == "flyteops-inputs" and each["args"][0] != "container-inputs":
            yield Finding(f"{path}.initContainers", "its inputs are put by another verb")


def _dag_rules(template: Template, templates: Mapping[str, Template], path: str) -> Iterator[Finding]:
    tasks = {each["name"]: each for each in template["dag"]["tasks"]}
    if len(tasks) != len(template["dag"]["tasks"]):
        yield Finding(f"{path}.dag.tasks", "two tasks have one name")
    waits: dict[str, set[str]] = {}
    for index, task in enumerate(template["dag"]["tasks"]):
        at = f"{path}.dag.tasks.{index}"
        waits[task["name"]] = set()
        for name, phase in _terms(task.get("depends", "")):
            if name is None:
                yield Finding(f"{at}.depends", f"cannot be read at {phase}")
            elif name not in tasks or phase not in _PHASES:
                yield Finding(f"{at}.depends", f"there is no {name}.{phase}")
            else:
                waits[task["name"]].add(name)
        yield from _call_rules(task, template, templates, at)
        yield from _asked_rules(task, tasks, templates, at)
    if _cyclic(waits):
        yield Finding(f"{path}.dag.tasks", "tasks wait for one another")


def _terms(depends: str) -> Iterator[tuple[str | None, str]]:
    """`(name, phase)` of an expression of `&&`, `||` and parentheses; `(None, rest)` where it is not one."""
    position, depth, operand = 0, 0, True
    while position < len(depends.rstrip()):
        found = _WORD.match(depends, position)
        word = found.group(1) if found else ""
        if word == "(" and operand:
            depth += 1
        elif word == ")" and not operand and depth:
            depth -= 1
        elif word in ("&&", "||") and not operand:
            operand = True
        elif "." in word and operand:
            name, _, phase = word.partition(".")
            yield name, phase
            operand = False
        else:
            yield None, depends[position:]
            return
        position = found.end() if found else len(depends)
    if depends and (depth or operand):
        yield None, "its end"


def _call_rules(task: Template, caller: Template, templates: Mapping[str, Template], at: str) -> Iterator[Finding]:
    called = templates.get(task["template"])
    if called is None:
        yield Finding(f"{at}.template", f"there is no template {task['template']}")
        return
    wanted = {each["name"] for each in called.get("inputs", {}).get("parameters", ())}
    parameters = task.get("arguments", {}).get("parameters", ())
    supplied = {each["name"] for each in parameters}
    if wanted != supplied or len(parameters) != len(supplied):
        yield Finding(f"{at}.arguments", f"supplies {sorted(supplied)}, the template takes {sorted(wanted)}")
    own = {each["name"] for each in caller.get("inputs", {}).get("parameters", ())}
    for each in parameters:
        value = each["value"]
        if each["name"] == "within" and not value.startswith("{{"):
            continue
        if value.startswith("{{"):
            if "{{item}}" in value and "withParam" not in task:
                yield Finding(f"{at}.arguments", "an item without a list")
            if any(name not in own for name in _INPUT.findall(value)):
                yield Finding(f"{at}.arguments", f"{value} is not an input here")
        elif len(value) > _LARGEST_ARGUMENT or not _is_invocation(value):
            yield Finding(f"{at}.arguments", "is not one of our documents")


def _suspend_rules(template: Template, templates: Mapping[str, Template], path: str) -> Iterator[Finding]:
    """What somebody supplies goes to one pod beside it, by the checking expression, and nowhere else."""
    asks = [
        task["name"]
        for task in template["dag"]["tasks"]
        if "outputs" in templates.get(task["template"], {}) and "suspend" in templates[task["template"]]
    ]
    for index, task in enumerate(template["dag"]["tasks"]):
        for each in task.get("arguments", {}).get("parameters", ()):
            if ".answer" in each["value"]:
                if each["name"] != "answer" or not _requires(task.get("depends", ""), "ask"):
                    yield Finding(f"{path}.dag.tasks.{index}", "an answer that is not waited for")
            elif each["name"] == "answer":
                yield Finding(f"{path}.dag.tasks.{index}", "an answer that was not checked")
    if asks not in ([], ["ask"]):
        yield Finding(f"{path}.dag.tasks", "a question under another name")


def _is_invocation(value: str) -> bool:
    try:
        document = json.loads(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        return False
    return isinstance(document, dict) and document.get("v") == 1 and isinstance(document.get("do"), str)


def _asked_rules(
    task: Template, tasks: Mapping[str, Template], templates: Mapping[str, Template], at: str
) -> Iterator[Finding]:
    for field in ("when", "withParam"):
        for plain, quoted, parameter in _ASKED.findall(task.get(field, "")):
            asked = tasks.get(plain or quoted)
            outputs = templates.get(asked["template"], {}).get("outputs", {}) if asked else {}
            if parameter not in {each["name"] for each in outputs.get("parameters", ())}:
                yield Finding(f"{at}.{field}", f"{plain or quoted} has no output {parameter}")
            # Only a task that is known to have succeeded surely has the output.
            if not _requires(task.get("depends", ""), plain or quoted):
                yield Finding(f"{at}.{field}", f"does not wait for {plain or quoted}.Succeeded")


def _requires(depends: str, name: str) -> bool:
    depth, term, terms = 0, "", []
    for word in _WORD.findall(depends):
        depth += (word == "(") - (word == ")")
        if word == "&&" and depth == 0:
            terms.append(term)
            term = ""
        else:
            term += word
    return f"{name}.Succeeded" in (*terms, term)


def _cyclic(waits: Mapping[str, set[str]]) -> bool:
    left = {name: set(needs) for name, needs in waits.items()}
    while left:
        free = {name for name, needs in left.items() if not needs & left.keys()}
        if not free:
            return True
        for name in free:
            del left[name]
    return False


def _reach_rules(templates: Mapping[str, Template], roots: list[str]) -> Iterator[Finding]:
    calls = {
        name: {task["template"] for task in template.get("dag", {}).get("tasks", ())} & templates.keys()
        for name, template in templates.items()
    }
    if _cyclic(calls):
        yield Finding("spec.templates", "a template calls itself")
    reached, todo = set(roots), list(roots)
    while todo:
        for name in calls.get(todo.pop(), set()) - reached:
            reached.add(name)
            todo.append(name)
    for name in sorted(templates.keys() - reached):
        yield Finding("spec.templates", f"nobody calls {name}")
