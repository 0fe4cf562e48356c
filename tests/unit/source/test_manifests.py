from __future__ import annotations

import pytest

from flyteops.source.manifests import parse_file
from flyteops.source.reader import read_yaml
from flyteops.source.tree import Mapping, Scalar
from tests.unit.source.telling import manifest, plain, read, spot, told

NAME = "small letters, digits, - and _, beginning with a letter, not ending in -, at most 63"


def body(text: str, section: str = "tasks") -> object:
    parsed, faults = manifest(text)
    assert faults == []
    return plain(parsed.sections[section][0].body)


def test_a_file_with_every_section() -> None:
    parsed, faults = manifest(
        "resources: {small: {cpu: 500m}}\n"
        "images: {base: ghcr.io/acme/base:v7, train: {python: '3.12'}}\n"
        "tasks: {fit: {function: a.b:fit}}\n"
        "workflows: {w: {nodes: {a: {task: fit}}}}\n"
        "launch_plans: {w: {workflow: w}}\n"
        "defaults: {task: {retries: 1}}\n"
        "moved: [{from: task/old, to: task/fit}]\n"
    )
    assert faults == []
    assert {name: [each.name.text for each in entries] for name, entries in parsed.sections.items()} == {
        "resources": ["small"], "images": ["base", "train"], "tasks": ["fit"], "workflows": ["w"],
        "launch_plans": ["w"],
    }  # fmt: skip
    assert parsed.domain is None
    assert parsed.defaults is not None
    assert plain(parsed.defaults) == {"task": {"retries": {"limit": "1"}}}
    assert [(old.text, new.text) for old, new in parsed.moved] == [("task/old", "task/fit")]


# ------------------------------------------------------------------------------------------- short forms


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("retries: 3", {"retries": {"limit": "3"}}),
        ("retries: {limit: 3, backoff: 10s}", {"retries": {"limit": "3", "backoff": {"initial": "10s"}}}),
        ("timeout: 10m", {"timeout": {"run": "10m"}}),
        ("cache: true", {"cache": {}}),
        ("cache: false", {"cache": "false"}),
        ("cache: {}", {"cache": {}}),
        ("cache: null", {"cache": "null"}),
        ("resources: small", {"resources": "small"}),
        ("image: base", {"image": "base"}),
        ("resources: {cpu: 2}", {"resources": {"cpu": "2"}}),
        ("outputs: [a, b]", {"outputs": ["a", "b"]}),
        ('inputs: {rows: "int = 3"}', {"inputs": {"rows": "int = 3"}}),
    ],
)
def test_short_forms_become_long(short: str, long: dict[str, object]) -> None:
    assert body(f"tasks:\n  fit:\n    function: a:b\n    {short}\n") == {"function": "a:b", **long}


def test_a_short_form_keeps_the_place_of_what_was_written() -> None:
    parsed, _ = manifest("tasks:\n  fit:\n    function: a:b\n    retries: 3\n")
    retries = parsed.sections["tasks"][0].body.get("retries")
    assert isinstance(retries, Mapping)
    assert [spot(retries), spot(retries.entries[0].key), spot(retries.entries[0].value)] == ["5:14-5:15"] * 3


def test_a_list_of_inputs_names_the_inputs_of_the_workflow() -> None:
    parsed, faults = manifest("workflows:\n  w:\n    nodes:\n      a: {task: t, inputs: [x, y]}\n")
    assert faults == []
    node = parsed.sections["workflows"][0].body.get("nodes")
    assert isinstance(node, Mapping)
    assert plain(node) == {"a": {"task": "t", "inputs": {"x": "$inputs.x", "y": "$inputs.y"}}}
    inputs = node.entries[0].value
    assert isinstance(inputs, Mapping)
    given = inputs.get("inputs")
    assert isinstance(given, Mapping)
    assert spot(given.entries[1].value) == "5:32-5:33"


def test_one_output_alone_is_o0() -> None:
    assert body("workflows: {w: {nodes: {a: {task: t}}, outputs: $a.x}}", "workflows") == {
        "nodes": {"a": {"task": "t"}},
        "outputs": {"o0": "$a.x"},
    }


def test_the_text_of_an_image_is_its_reference() -> None:
    assert body("images: {base: ghcr.io/acme/base:v7}", "images") == {"reference": "ghcr.io/acme/base:v7"}


def test_a_body_without_short_forms_is_the_tree_itself() -> None:
    root = read("apiVersion: flyteops/v1\ntasks: {fit: {function: a:b, env: {A: 1}}}\n")
    parsed, _ = parse_file("a.yaml", root)
    tasks = root.get("tasks")
    assert isinstance(tasks, Mapping)
    assert parsed.sections["tasks"][0].body is tasks.get("fit")


# ------------------------------------------------------------------------------------------------ faults

FAULTS = [
    # tasks: what stands under `fit:`, the faults
    ("function: a:b, retires: 3", ['FO301 2:30-37 unknown key "retires" | not a key of task | write retries']),
    ("function: a:b, imag: x", ['FO301 2:30-34 unknown key "imag" | not a key of task | did you mean image?']),
    ("funtion: a:b", ['FO301 2:15-22 unknown key "funtion" | not a key of task | did you mean function?']),
    (
        "function: a:b, image: ghcr.io/Acme/x:V1",
        [("FO327 2:37-54 \"ghcr.io/Acme/x:V1\" may not stand here | neither a name nor a reference of an image | "
          "write ghcr.io/acme/x:V1: only a tag has capital letters")],
    ),
    (
        "container: {image: 'x y', command: [x]}",
        ['FO327 2:34-39 "x y" may not stand here | not a reference of an image | write REGISTRY/PATH:TAG'],
    ),
    (
        "function: a:b, image: {packages: [x], registry: acme.io/a:b}",
        [('FO327 2:63-74 "acme.io/a:b" may not stand here | not a place where images are pushed | '
          "write REGISTRY/PATH, without a tag")],
    ),
    (
        "function: a:b, cpu: 2",
        ['FO301 2:30-33 unknown key "cpu" | not a key of task | here it is resources: {cpu: …}'],
    ),
    (
        "function: a:b, timeout: {rnu: 1m}",
        ['FO301 2:40-43 unknown key "rnu" | not a key of timeout | did you mean run?'],
    ),
    (
        "function: a:b, timeout: {xyz: 1m}",
        ['FO301 2:40-43 unknown key "xyz" | not a key of timeout | known keys: run, queued, total'],
    ),
    (
        "function: a:b, description: Fits, and so on",
        [("FO105 2:49-58 a comma cut your text: quote it | read as a key without a value | "
         "write description: 'Fits, and so on'")],
    ),
    ("function: a:b, secrets: {LD_A: b}", [(
        'FO314 2:40-44 "LD_A" may not stand here | changes how the runner itself starts | '
        "rename it; set interpreter options inside the code")]),
    (
        "container: {command: [x]}",
        ['FO318 2:15-24 "container" needs "image" | image: is missing | add image: ghcr.io/acme/area:v2'],
    ),
    (
        "function: a:b, retries: [3]",
        ['FO302 2:39-42 "retries" must be a whole number or a map | this is a list | write retries: 3'],
    ),
    (
        "function: [a]",
        ['FO302 2:25-28 "function" must be text | this is a list | write function: churn.model:fit'],
    ),
    (
        "function: a:b, image: []",
        ['FO302 2:37-39 "image" must be text or a map | this is a list | write image: train'],
    ),
    ("function: a:b, env: x", [('FO302 2:35-36 "env" must be a map | this is the text "x" | '
                               "write env: {OMP_NUM_THREADS: 4}")]),
    (
        "function: a:b, retries: many",
        ['FO303 2:39-43 "retries" must be a whole number | this is the text "many" | write retries: 3'],
    ),
    (
        "function: a:b, retries: '3'",
        ['FO303 2:39-42 "retries" must be a whole number | this is the text "3" | delete the quotes: retries: 3'],
    ),
    (
        "function: a:b, retries: 99999999999999999999",
        [('FO303 2:39-59 "retries" must be a whole number | whole numbers are 64-bit, from -2^63 to 2^63 - 1 | '
         "write retries: 3")],
    ),
    ("function: a:b, retries: true", [('FO303 2:39-43 "retries" must be a whole number | this is true | '
                                      "write retries: 3")]),
    ("function: a:b, retries: -1", ['FO324 2:39-41 "retries" must be from 0 to 100 | this is -1']),
    (
        "function: a:b, interruptible: yes",
        ['FO303 2:45-48 "interruptible" must be true or false | this is the text "yes" | write interruptible: true'],
    ),
    (
        "function: a:b, cache: on",
        ['FO303 2:37-39 "cache" must be true, false or a map | this is the text "on" | write cache: true'],
    ),
    (
        "function: a:b, timeout: 10",
        ['FO305 2:39-41 "timeout": a duration needs a unit | this is "10" | write 10s for seconds'],
    ),
    (
        "function: a:b, resources: {memory: 8GB}",
        [('FO306 2:50-53 "memory": not a quantity of bytes | this is "8GB" | '
         "write 512Mi or 8Gi; did you mean 8Gi?")],
    ),
    (
        "function: a:b, resources: {cpu: 0, gpu: 0.5}",
        ['FO306 2:47-48 "cpu": zero is not allowed | this is "0" | delete it to ask for nothing',
         'FO303 2:55-58 "gpu" must be a whole number | this is the number 0.5 | write gpu: 1'],
    ),
    (
        "function: a:b, resources: {memory: {request: 8Gi, limit: 4Gi}}",
        [("FO322 2:60-63 the request 8Gi is above the limit 4Gi | more than the limit | "
         "raise the limit to 8Gi, or lower the request")],
    ),
    (
        "function: a.b.fit",
        ['FO326 2:25-32 "a.b.fit" may not stand here | not module:function | write a.b:fit'],
    ),
    (
        "function: src/a/b.py:fit",
        ['FO326 2:25-39 "src/a/b.py:fit" may not stand here | not module:function | write src.a.b:fit'],
    ),
    (
        "function: a:b, env: {LD_PRELOAD: x, 1A: y, PYTHONPATH: z}",
        [('FO314 2:36-46 "LD_PRELOAD" may not stand here | changes how the runner itself starts | '
         "rename it; set interpreter options inside the code"),
         ('FO314 2:51-53 "1A" may not stand here | not a name of a variable | '
         "letters, digits and _, not beginning with a digit"),
         ('FO314 2:58-68 "PYTHONPATH" may not stand here | changes how the runner itself starts | '
         "rename it; set interpreter options inside the code")],
    ),
    (
        "function: a:b, labels: {flyteops.io/x: y, acme.com/team: a b}",
        [('FO313 2:39-52 "flyteops.io/x" may not stand here | flyteops… belongs to somebody else | '
         "choose a prefix of your own, such as acme.com/"),
         ('FO313 2:72-75 "a b" may not stand here | not a value of a label | '
         "letters, digits, - _ . up to 63, beginning and ending with a letter or digit")],
    ),
    (
        "function: a:b, outputs: [a-b]",
        [('FO307 2:40-43 "a-b" may not stand here | not a Python identifier | '
         "inputs and outputs bear the names of the function's parameters")],
    ),
    (
        "resources: small",
        [
            ('FO309 2:9-12 "fit" needs function, container, script, dynamic, manifest or ref'
            " | exactly one of them must be given | add function: churn.model:fit")
        ],
    ),
    (
        "function: a:b, script: x",
        ['FO310 2:30-36 a task has "function" or "script", not both | second kind | keep one of them'],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "expected"), FAULTS)
def test_faults_of_a_task(inside: str, expected: list[str]) -> None:
    parsed, faults = manifest(f"tasks: {{fit: {{{inside}}}}}\n")
    assert faults == expected
    assert [entry.sound for entry in parsed.sections["tasks"]] == [False]


NODES = [
    ("a: {}", [('FO309 5:7-8 "a" needs task, workflow, launch_plan, map, switch, sleep, approve or wait_for_input | '
               "exactly one of them must be given | add task: prep")]),
    ("a:", ['FO308 5:7-8 "a" is empty | nothing is given for this node | delete it, or give it a value']),
    ("a: {task: t, depends_on: [b]}", ['FO301 5:20-30 unknown key "depends_on" | not a key of node | write after']),
    (
        "a: {task: t, retries: 3}",
        ['FO301 5:20-27 unknown key "retries" | not a key of node | here it is overrides: {retries: …}'],
    ),
    ("a: {task: t, overrides: {name: x}}", []),
    ("a: {sleep: 10m}", []),
    ("a: {sleep: 10}", ['FO305 5:18-20 "sleep": a duration needs a unit | this is "10" | write 10s for seconds']),
    ("a: {approve: {}}", []),
    (
        "a: {approve: {value: $b, message: x}}",
        ['FO301 5:32-39 unknown key "message" | not a key of approve | write prompt'],
    ),
    (
        "a: {wait_for_input: {prompt: x}}",
        ['FO318 5:11-25 "wait_for_input" needs "type" | type: is missing | add type: int'],
    ),
    (
        "a: {launch_plan: p, over: {x: $y}}",
        ['FO312 5:27-31 "over" does not go with "launch_plan" | belongs to map | delete it'],
    ),
    (
        "a: {map: {workflow: w, launch_plan: p}, over: {x: $y}}",
        ['FO310 5:30-41 a map has "workflow" or "launch_plan", not both | second kind | keep one of them'],
    ),
    (
        "a: {map: {}, over: {x: $y}}",
        ['FO309 5:11-14 "map" needs workflow or launch_plan | exactly one of them must be given | add workflow: …'],
    ),
    (
        "a: {task: t, map: t}",
        ['FO310 5:20-23 a node has "task" or "map", not both | second kind | keep one of them'],
    ),
    ("a: {map: t}", ['FO318 5:7-8 "a" needs "over" | over: is missing | add over: {day: $inputs.days}']),
    ("a: {map: {workflow: w}, over: {x: $y}}", []),
    (
        "a: {task: t, over: {x: $y}}",
        ['FO312 5:20-24 "over" does not go with "task" | belongs to map | delete it'],
    ),
    (
        "a: {map: t, over: {x: $y}, concurrency: 0, min_success_ratio: 1.5, min_successes: 2}",
        ['FO324 5:47-48 "concurrency" must be at least 1 | this is 0',
         'FO324 5:69-72 "min_success_ratio" must be from 0 to 1 | this is 1.5',
         'FO320 5:74-87 "min_success_ratio" and "min_successes" exclude one another | second | keep one of them'],
    ),
    (
        "run: {task: t}",
        ['FO319 5:7-10 "run" may not stand here | $run has a meaning of its own | write run_ or another name'],
    ),
    (
        "my-node: {task: t}",
        [('FO307 5:7-14 "my-node" may not stand here | not a name of a node | '
         "a Python identifier that begins with a small letter or _, at most 63: my_node")],
    ),
    (
        "a: {task: t}\n      A: {task: t}",
        [('FO307 6:7-8 "A" may not stand here | not a name of a node | '
         "a Python identifier that begins with a small letter or _, at most 63: a"),
         'FO311 6:7-8 "A" and "a" differ only in case, or in - against _ | second | rename one of them'],
    ),
    (
        "a: {switch: [{when: $b, then: {task: t}}, {when: $c, then: {fail: no}}]}",
        ["FO323 5:11-17 a switch is closed by else | no case may hold | add as the last case: {else: {fail: TEXT}}"],
    ),
    (
        "a: {switch: [{else: {value: 1}}, {when: $c, then: {fail: no}}]}",
        ["FO323 5:21-25 else must be the last case | 1 more after it | move it to the end"],
    ),
    (
        "a: {switch: [{when: $b}, {else: {fail: x, value: 1}}]}",
        ['FO318 5:11-17 "switch" needs "then" | then: is missing | add then: {task: tell}',
         'FO310 5:49-54 a body of a case has "fail" or "value", not both | second kind | keep one of them'],
    ),
    (
        "a: {switch: [{when: $b, then: {fail: too low, really}}, {else: {task: t, after: [b]}}]}",
        [("FO105 5:53-59 a comma cut your text: quote it | read as a key without a value | "
         "write fail: 'too low, really'"),
         ('FO301 5:80-85 unknown key "after" | not a key of body of a case | '
         "known keys: task, workflow, launch_plan, map, over, inputs, concurrency, min_success_ratio, min_successes, "
         "overrides, sleep, approve, wait_for_input, switch, value, fail")],
    ),
    (
        "a: {task: t, inputs: [x, x]}",
        ['FO106 5:32-33 "x" is listed twice | second | keep one of them'],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "expected"), NODES)
def test_faults_of_nodes(inside: str, expected: list[str]) -> None:
    _, faults = manifest(f"workflows:\n  w:\n    nodes:\n      {inside}\n")
    assert faults == expected


@pytest.mark.parametrize(
    ("inputs", "where", "key", "whole"),
    [
        ("{text: Hello, world}", "1:60-65", "text", "'Hello, world'"),
        ("{text: a, b c, n: 1}", "1:56-59", "text", "'a, b c'"),
    ],
)
def test_a_comma_that_cut_an_input(inputs: str, where: str, key: str, whole: str) -> None:
    _, faults = manifest(f"workflows: {{w: {{nodes: {{a: {{task: t, inputs: {inputs}}}}}}}}}\n")
    assert faults == [
        (
            f"FO105 {where.replace('1:', '2:', 1)} a comma cut your text: quote it | read as a key without a value | "
            f"write {key}: {whole}"
        )
    ]


PLANS = [
    ("{}", ['FO309 3:3-4 "x" needs workflow | a launch plan without one | add workflow: train']),
    (
        "{workflow: w, schedule: {}}",
        ['FO309 3:20-28 "schedule" needs cron or every | exactly one of them must be given | add cron: "0 2 * * *"'],
    ),
    (
        '{workflow: w, schedule: {cron: "0 2 * * *", every: 1h}}',
        ['FO310 3:50-55 a schedule has "cron" or "every", not both | second kind | keep one of them'],
    ),
    (
        "{workflow: w, schedule: {every: 1h, overlap: forbit}}",
        ['FO304 3:51-57 "overlap" must be allow, forbid or replace | this is "forbit" | did you mean forbid?'],
    ),
    (
        "{workflow: w, trigger: {}}",
        ['FO318 3:20-27 "trigger" needs "artifact" | artifact: is missing | add artifact: model'],
    ),
    (
        "{workflow: w, inputs: {a: 1}}",
        [('FO301 3:20-26 unknown key "inputs" | not a key of launch plan | '
         "here it is default_inputs, or fixed_inputs when the caller may not change them")],
    ),
    ("{workflow: w, description: }", [('FO308 3:20-31 "description" is empty | nothing is given for this key | '
                                      "delete it, or give it a value")]),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "expected"), PLANS)
def test_faults_of_launch_plans(inside: str, expected: list[str]) -> None:
    _, faults = manifest(f"launch_plans:\n  x: {inside}\n")
    assert faults == expected


TOPS = [
    ("taks: {}", ['FO301 2:1-5 unknown key "taks" | not a key of a declaration file | did you mean tasks?']),
    (
        "kind: Workflow",
        [('FO301 2:1-5 unknown key "kind" | not a key of a declaration file | '
         "here it is nothing: sections such as tasks: say what they hold")],
    ),
    (
        "images: {a: {requirements: ../r.txt}}",
        [
            (
                'FO329 2:28-36 "../r.txt" may not stand here | not a path inside the repository | '
                "write it relative to the root, with /, without . and .."
            )
        ],
    ),
    ("tasks:", ['FO308 2:1-6 "tasks" is empty | nothing is given for this section | delete it, or give it a value']),
    (
        "tasks:\n  - name: fit",
        [('FO302 3:3-14 "tasks" must be a map, with the name of each task as the key | this is a list | '
         "write each task as NAME: {…}, without a dash and without name:")],
    ),
    (
        "tasks: {fit: }",
        ['FO308 2:9-12 "fit" is empty | nothing is given for this task | delete it, or give it a value'],
    ),
    (
        "tasks: {FitModel: {function: a:b}}",
        [f'FO307 2:9-17 "FitModel" may not stand here | not a name | {NAME}: fit-model'],
    ),
    (
        "tasks: {'a.b:fit': {function: a:b}}",
        [('FO307 2:9-18 "a.b:fit" may not stand here | not a name | '
         "give the entry a name: fit: {function: a.b:fit}")],
    ),
    (
        "tasks: {fit-a: {function: a:b}, fit_a: {function: a:b}}",
        ['FO311 2:33-38 "fit_a" and "fit-a" differ only in case, or in - against _ | second | rename one of them'],
    ),
    (
        "defaults: {task: {function: a:b}}",
        [('FO301 2:19-27 unknown key "function" | not a key of task defaults | known keys: image, resources, retries, '
         "timeout, interruptible, cache, env, labels, annotations, service_account, secrets, pod_template, actor, "
         "deck, checkpoint, batch")],
    ),
    ("defaults: {pickle: [sklearn.*, 'm:Net', '*', a b]}", [
        'FO331 2:41-44 "*" may not stand here | covers classes of every package | name the package: sklearn.*',
        'FO331 2:46-49 "a b" may not stand here | not the name of a class | write package.module.Class, module:Class or a pattern such as sklearn.*',  # noqa: E501
    ]),
    ("moved: [{from: task/a}]", ['FO318 2:1-6 "moved" needs "to" | to: is missing | add to: task/new']),
    ("moved: {from: task/a}", [('FO302 2:8-22 "moved" must be a list | this is a map | '
                               "write moved: [{from: task/old, to: task/new}]")]),
    (
        "domain: Production",
        [f'FO307 2:9-19 "Production" may not stand here | not a name | {NAME}: production'],
    ),
    (
        "resources: {a: {gpu: -1, accelerator: nvidia h100, node_selector: {kubernetes.io/arch: arm64}}}",
        ['FO324 2:22-24 "gpu" must be from 0 to 1024 | this is -1',
         ('FO313 2:39-50 "nvidia h100" may not stand here | not a value of a label | '
         "letters, digits, - _ . up to 63, beginning and ending with a letter or digit")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TOPS)
def test_faults_at_the_top(text: str, expected: list[str]) -> None:
    assert manifest(text)[1] == expected


def head(text: str, path: str = "a.yaml") -> list[str]:
    root, _ = read_yaml(path, text.encode())
    assert root is not None
    return told(parse_file(path, root)[1])


def test_the_version_of_the_language() -> None:
    missing = "apiVersion is missing | the file begins here | add as the first line: apiVersion: flyteops/v1"
    unknown = "not read by this version of flyteops | write apiVersion: flyteops/v1"
    assert head("moved: []\n") == [f"FO315 1:1-6 {missing}"]
    assert head("apiVersion: flyteops/v2\n") == [f"FO316 1:13-24 apiVersion flyteops/v2 is not known | {unknown}"]
    assert head("apiVersion: [v1]\n") == [f"FO316 1:13-17 apiVersion a list is not known | {unknown}"]


def test_the_ending_of_a_file() -> None:
    assert head("apiVersion: flyteops/v1\n", "p/a.yml") == [
        "FO317 1:1-2 declarations end in .yaml | rename to .yaml: git mv p/a.yml p/a.yaml"
    ]


def test_a_flood_of_faults_is_cut() -> None:
    faults = head("apiVersion: flyteops/v1\n" + "".join(f"k{at}: 1\n" for at in range(600)))
    assert len(faults) == 501
    assert faults[-1] == (
        "FO328 501:1-5 a.yaml has 100 more faults like these | not told beyond this line | "
        "is this a file of flyteops? if not, move it out of the declaration folders"
    )


# ---------------------------------------------------------------------------------------------- overlays


def test_an_overlay_may_say_parts_of_entities() -> None:
    parsed, faults = manifest(
        "domain: production\n"
        "tasks: {fit: {resources: {memory: 8Gi}}, 'a.b:score': {retries: 2}, old: null}\n"
        "workflows: {w: {nodes: {a: {inputs: {x: 1}}, b: null}, description: null}}\n"
        "launch_plans: {w: {schedule: {timezone: Europe/Berlin}}}\n"
    )
    assert faults == []
    assert parsed.domain == "production"
    assert [(each.name.text, each.removed, each.sound) for each in parsed.sections["tasks"]] == [
        ("fit", False, True), ("a.b:score", False, True), ("old", True, True),
    ]  # fmt: skip


def test_what_like_may_supply_is_not_missed() -> None:
    parsed, faults = manifest("tasks: {a: {like: b}}\nlaunch_plans: {x: {like: y, fixed_inputs: {r: us}}}\n")
    assert faults == []
    assert isinstance(parsed.sections["tasks"][0].body.get("like"), Scalar)


def test_nulls_of_a_task_are_left_to_the_merge() -> None:
    assert body("tasks: {fit: {function: a:b, retries: null, env: {A: null}}}") == {
        "function": "a:b", "retries": "null", "env": {"A": "null"},
    }  # fmt: skip


def test_null_is_a_value_where_values_stand() -> None:
    assert body("launch_plans: {w: {workflow: w, fixed_inputs: {a: null}}}", "launch_plans") == {
        "workflow": "w", "fixed_inputs": {"a": "null"},
    }  # fmt: skip


def test_what_is_faulty_is_left_out_and_the_rest_kept() -> None:
    parsed, faults = manifest("tasks: {fit: {function: a:b, retries: x, zzz: 1, env: {A: b, 'B C': d}}}")
    assert len(faults) == 3
    assert plain(parsed.sections["tasks"][0].body) == {"function": "a:b", "env": {"A": "b"}}
