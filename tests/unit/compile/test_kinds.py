"""Kinds of tasks: what each is compiled to, and what is refused, with places and ways out."""

from __future__ import annotations

import re

import pytest

from flyteops.model.entities import Task, TaskSettings
from flyteops.model.errors import InvalidProject
from flyteops.model.types import DATE, FILE, FLOAT, INT
from flyteops.model.wire import entity_digest
from flyteops.model.works import (
    ContainerWork,
    Distributed,
    FunctionRef,
    FunctionWork,
    InputArgument,
    ManifestWork,
    OutputFolder,
    RefWork,
    ScriptWork,
)
from tests.unit.compile.project import program, told

SPARK = """
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {generateName: etl-}
spec: {arguments: [--day, "${inputs.day}", "$${inputs.day}"]}
"""


def task(text: str, *, beside: dict[str, str] | None = None, pins: dict[str, str] | None = None) -> Task:
    return program(f"tasks:\n  it:\n{_indented(text)}", beside=beside, pins=pins).tasks["it"]


def faults(text: str, *, beside: dict[str, str] | None = None) -> list[str]:
    """Code, line and column, message, label and way out of each."""
    try:
        found = program(text, beside=beside).warnings
    except InvalidProject as invalid:
        found = invalid.diagnostics
    return [re.sub(r"^(\S+ \d+:\d+)-\d+", r"\1", each) for each in told(found)]


def refused(text: str, *, beside: dict[str, str] | None = None) -> list[str]:
    return faults(f"tasks:\n  it:\n{_indented(text)}", beside=beside)


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.strip("\n").split("\n"))


def test_a_container_knows_its_arguments_and_folders() -> None:
    found = task("""
container:
  image: ghcr.io/acme/area:v2
  command: [./area.sh, $inputs.a, $output_dir, $$HOME, a$b]
inputs: {a: float, b: float = 2}
outputs: {area: float, plot: File}
""")
    assert found.work == ContainerWork(
        image="ghcr.io/acme/area:v2", command=("./area.sh", InputArgument(name="a"), OutputFolder(), "$HOME", "a$b")
    )
    assert [(each.name, each.type, each.required) for each in found.interface.inputs] == [
        ("a", FLOAT, True),
        ("b", FLOAT, False),
    ]
    assert [(each.name, each.type) for each in found.interface.outputs] == [("area", FLOAT), ("plot", FILE)]


def test_a_script_knows_where_its_outputs_are_written() -> None:
    found = task("""
script: tar czf "$archive" .
inputs: {folder: File}
outputs: {archive: {type: File, path: out/all.tgz}, count: int}
""")
    assert found.work == ScriptWork(script='tar czf "$archive" .', paths=(("archive", "out/all.tgz"),))


def test_fixed_inputs_are_typed_and_hidden() -> None:
    found = task("function: m:prep\nfixed_inputs: {rows: 10}")
    assert [(name, each.type, each.value) for name, each in found.fixed_inputs] == [("rows", INT, 10)]
    assert "rows" not in [each.name for each in found.interface.inputs]
    other = task("function: m:prep\nfixed_inputs: {rows: 11}")
    assert entity_digest(found) != entity_digest(other)


def test_a_gang_says_its_hosts() -> None:
    text = "function: m:prep\ncluster: {torchrun: {hosts: 4, per_host: 8, min_hosts: 2, restarts: 3}}"
    work = task(text).work
    assert isinstance(work, FunctionWork)
    assert work.cluster == Distributed(framework="torchrun", hosts=4, per_host=8, min_hosts=2, restarts=3)
    spark = task("function: m:prep\ncluster: {spark: {hosts: 4, conf: {spark.b: '1', spark.a: x}}}").work
    assert isinstance(spark, FunctionWork)
    assert spark.cluster == Distributed(framework="spark", hosts=4, options=(("spark.a", "x"), ("spark.b", "1")))


def test_an_object_is_read_from_the_repository() -> None:
    text = """
manifest: k8s/spark.yaml
done: status.applicationState.state == "COMPLETED"
failed: status.applicationState.state in ["FAILED"] or status.tries > 3
inputs: {day: date}
"""
    found = task(text, beside={"k8s/spark.yaml": SPARK})
    assert isinstance(found.work, ManifestWork)
    assert found.work.path == "k8s/spark.yaml"
    assert found.interface.inputs[0].type == DATE
    changed = task(text, beside={"k8s/spark.yaml": SPARK.replace("--day", "--date")})
    assert entity_digest(found) != entity_digest(changed)


def test_a_reference_is_pinned_by_the_lock() -> None:
    text = "ref: {project: nlp, domain: production, task: embed}\ninputs: {text: str}\noutputs: {vector: float}"
    pinned = task(text, pins={"nlp/production/embed@active": "sha256:1"})
    assert pinned.work == RefWork(project="nlp", domain="production", task="embed", version="active", digest="sha256:1")
    assert refused(text) == [
        (
            "FO351 4:10 | the task embed of nlp/production is not pinned"
            " | flyteops.lock has no nlp/production/embed@active"
            " | run flyteops lock; until then what it does may change without a change here"
        )
    ]


def test_a_version_that_is_a_digest_pins_itself() -> None:
    digest = "0" * 64
    work = task(f"ref: {{project: nlp, domain: production, task: embed, version: '{digest}'}}").work
    assert isinstance(work, RefWork)
    assert work.digest == digest


def test_a_stand_in_has_the_interface_of_the_task() -> None:
    found = task("script: 'true'\ninputs: {x: int}\noutputs: {y: float}\nlocal: m:half")
    assert found.local == FunctionWork(
        function=FunctionRef(module="m", name="half"), returns="value", code="code-of-half"
    )


def test_defaults_reach_no_kind_that_has_no_use_for_them() -> None:
    text = """
defaults: {task: {image: "ghcr.io/acme/base:v1", resources: {cpu: 2}, env: {A: b}, retries: 2, batch: 4, deck: true}}
tasks:
  said: {script: "true"}
  far: {ref: {project: nlp, domain: production, task: embed}}
  raw: {container: {image: "ghcr.io/acme/area:v2"}}
"""
    tasks = program(text).tasks
    assert tasks["far"].settings == TaskSettings(retries=tasks["raw"].settings.retries)
    assert tasks["raw"].settings.image is None
    assert tasks["raw"].settings.env == (("A", "b"),)
    assert [tasks[name].batch for name in ("far", "raw", "said")] == [None, None, 4]
    assert [tasks[name].deck for name in ("far", "raw", "said")] == [False, False, False]


REFUSED = {
    "function: m:prep\nfixed_inputs: {row: 1}": [
        'FO340 5:20 | fixed_inputs names "row", which is no input of the task | did you mean rows?'
    ],
    "container: {image: a/b:c, command: [$day]}": [
        (
            "FO341 4:41 | $day cannot stand in a command"
            " | $inputs.NAME and $output_dir are replaced, as whole items; text that begins with $ is written $$"
        )
    ],
    "container: {image: a/b:c, command: [$inputs.x]}": ['FO203 4:49 | the task has no input "x" | there are no inputs'],
    "container: {image: a/b:c, command: [$inputs.x]}\ninputs: {x: int | None}": [
        (
            'FO341 4:49 | the argument "x" is int | None, and an argument has one form'
            " | let the input be of one type, or let the program read its file in input_dir: x"
        )
    ],
    "container: {image: a/b:c, output_dir: /var/inputs/out}": [
        (
            "FO342 4:43 | output_dir cannot be /var/inputs/out: inputs and outputs need folders apart"
            " | name an empty folder of its own, such as /var/outputs"
        )
    ],
    "script: x\ninputs: {PATH: str}": [
        (
            'FO343 5:14 | "PATH" cannot be a variable of the script | has a meaning of its own'
            " | rename it: every input and output of a script is a variable of bash"
        )
    ],
    "script: x\ninputs: {a: str}\noutputs: {a: str}": [
        'FO343 6:15 | "a" is an input and an output, but there is one variable of a name | rename one of them'
    ],
    "script: x\noutputs: {a: {type: File, path: o/x}, b: {type: File, path: o/x}}": [
        'FO344 5:65 | the outputs "a" and "b" are written to one file | give each a path of its own'
    ],
    "script: x\noutputs: [a]": [
        (
            'FO220 5:15 | the type of the output "a" is missing'
            " | no signature tells it: write outputs: {a: File}, or another type"
        )
    ],
    "script: x\ninputs: {a: {type: int, required: false}}": [
        (
            'FO208 5:14 | the input "a" is not required, but has no default'
            " | give it a default, which may be null when its type is T | None: there is no signature to decide it"
        )
    ],
    "script: x\nlocal: m:half": [
        (
            'FO345 5:12 | m:half cannot stand in: it needs "x", which the task does not have'
            " | give it the inputs and outputs of the task, in order; what it takes beyond needs a default"
        ),
        (
            "FO345 5:12 | m:half cannot stand in: it returns 1 values, and the task gives nothing"
            " | give it the inputs and outputs of the task, in order; what it takes beyond needs a default"
        ),
    ],
    "function: m:prep\ncluster: {torchrun: {hosts: 2, min_hosts: 3}}": [
        (
            "FO346 5:47 | min_hosts is 3, but there are 2 hosts at most"
            " | write at most 2, or leave it out to begin with all of them only"
        )
    ],
    "manifest: k8s/no.yaml\ndone: status.x": [
        (
            "FO348 4:15 | there is no file k8s/no.yaml"
            " | name a file from the root of the repository; no.yaml is written into git like any other"
        )
    ],
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused(text: str) -> None:
    assert refused(text) == REFUSED[text]


CONDITIONS = {
    'status.a == "x" and not status.b': [],
    'status["odd key"].0 is not none': [],
    "phase == 'x'": [
        (
            'FO350 5:11 | done: a reference or a literal is expected, found "phase"'
            " | the fields of the object are written status.x.y; text is written in quotes"
        )
    ],
    "$status.a": [
        (
            "FO350 5:11 | done: paths are written without a dollar sign"
            " | the fields of the object are written status.x.y; text is written in quotes"
        )
    ],
    "status": [
        (
            "FO350 5:11 | done: status is a whole object"
            " | the fields of the object are written status.x.y; text is written in quotes"
        )
    ],
    "status.a > true": ["FO350 5:11 | done: > compares numbers and text | write == or !="],
    '"a" == "a"': [
        (
            "FO350 5:11 | done: two literals are compared, which never changes"
            " | the fields of the object are written status.x.y; text is written in quotes"
        )
    ],
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_over_status(condition: str) -> None:
    text = f"manifest: k8s/spark.yaml\ndone: >-\n  {condition}\ninputs: {{day: date}}"
    assert refused(text, beside={"k8s/spark.yaml": SPARK}) == CONDITIONS[condition]


HOLES = {
    "spec: {x: '${inputs.dya}'}": ["there is nothing to put into ${inputs.dya}"],
    "spec: {x: '${HOME}'}": ["there is nothing to put into ${HOME}"],
    "spec: {'${inputs.day}': x}": ["the hole ${inputs.day} stands in a key"],
    "spec: {x: '${inputs.many}'}": ["${inputs.many} is dict[str, str], which has no text form"],
    "metadata: {namespace: x}": ["metadata.namespace is not the object's to say"],
}


@pytest.mark.parametrize("line", HOLES)
def test_holes_of_an_object(line: str) -> None:
    text = "manifest: k.yaml\ndone: status.x\ninputs: {day: date, many: 'dict[str, str]'}"
    found = refused(text, beside={"k.yaml": f"apiVersion: v1\nkind: Pod\n{line}\n"})
    assert [each.split(" | ")[1] for each in found] == HOLES[line]


def test_a_credential_in_an_object_is_told_and_not_shown() -> None:
    secret = "ghp_" + "a1B2" * 9
    text = "manifest: k.yaml\ndone: status.x"
    found = refused(text, beside={"k.yaml": f"apiVersion: v1\nkind: Pod\nspec: {{token: {secret}}}\n"})
    assert [each.split(" | ")[0] for each in found] == ["FO330 3:15"]
    assert secret not in str(found)


def test_an_override_without_a_meaning_is_told() -> None:
    assert faults("""
tasks:
  raw: {container: {image: a/b:c}}
workflows:
  w: {nodes: {n: {task: raw, overrides: {image: "d/e:f"}}}}
""") == ["FO347 6:42 | image means nothing for this task | the container says its own image | delete the override"]


def test_an_overlay_changes_a_kind_or_part_of_it() -> None:
    base = """
    tasks:
      raw: {container: {image: "a/b:c", command: [x]}}
      said: {script: "true", outputs: {n: int}}
    """
    overlay = """
    domain: production
    tasks:
      raw: {container: {image: "a/b:d"}}
      said: {script: null, function: "m:number"}
      more: {script: "false"}
    """
    found = program(files={"a.yaml": base, "b.yaml": overlay}, domain="production").tasks
    assert found["raw"].work == ContainerWork(image="a/b:d", command=("x",))
    assert isinstance(found["said"].work, FunctionWork)
    assert found["more"].work == ScriptWork(script="false")
