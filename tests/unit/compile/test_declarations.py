# ruff: noqa: E501  # a message stands whole on its line
from __future__ import annotations

import pytest

from tests.unit.compile.project import refused

REFUSED = {
    "declared differs": (
        """\
tasks:
  t: {function: 'm:add', inputs: {a: str}}
""",
        [
            'FO224 3:38-41 | "a" is declared as str, but the function says int | the function says int | correct one of them; the declaration may be left out where the signature can be read',
        ],
    ),
    "no param": (
        """\
tasks:
  t: {function: 'm:add', inputs: {c: int}}
""",
        [
            'FO225 3:35-36 | m:add has no parameter "c" | parameters: a, b',
        ],
    ),
    "default differs": (
        """\
tasks:
  t: {function: 'm:fit', inputs: {verbose: bool = true}}
""",
        [
            'FO229 3:35-42 | "verbose" has another default in m:fit | change the default in Python, or set the value where the task is called',
        ],
    ),
    "default none": (
        """\
tasks:
  t: {function: 'm:add', inputs: {a: int = 3}}
""",
        [
            'FO229 3:35-36 | "a" has no default in m:add | change the default in Python, or set the value where the task is called',
        ],
    ),
    "unreadable": (
        """\
tasks:
  t: {function: 'm:computed'}
""",
        [
            'FO226 1:1-2 | the type of the output "o0" cannot be read: it is computed | declare it in YAML: outputs: {o0: TYPE}',
            'FO226 1:1-2 | the type of the parameter "x" cannot be read: it is computed | declare it in YAML: inputs: {x: TYPE}',
        ],
    ),
    "silent": (
        """\
tasks:
  t: {function: 'm:silent'}
""",
        [
            "FO226 1:1-2 | what m:silent returns cannot be read | annotate it in Python, or declare it in YAML: outputs: {NAME: TYPE}, or outputs: [] for nothing",
        ],
    ),
    "names count": (
        """\
tasks:
  t: {function: 'm:fit', outputs: [model]}
""",
        [
            "FO227 3:35-42 | m:fit returns 2 values, but 1 output is named | name every output, in the order returned",
        ],
    ),
    "names twice": (
        """\
tasks:
  t: {function: 'm:fit', outputs: [model, model]}
""",
        [
            'FO227 3:36-41 | two outputs are named "model" | give each its own name',
        ],
    ),
    "names type": (
        """\
tasks:
  t: {function: 'm:fit', outputs: {o1: int}}
""",
        [
            'FO224 3:40-43 | the output "o1" is declared as int, but the function says float | the function says float | correct one of them; the declaration may be left out where the signature can be read',
        ],
    ),
    "names nothing": (
        """\
tasks:
  t: {function: 'm:tell', outputs: [a]}
""",
        [
            "FO227 3:36-39 | m:tell returns nothing, but 1 output is named | take outputs: away",
        ],
    ),
    "profile": (
        """\
tasks:
  t: {function: 'm:number', resources: smal}
resources:
  small: {cpu: 1}
""",
        [
            'FO261 3:40-44 | there is no resources profile "smal" | did you mean small?',
        ],
    ),
    "image": (
        """\
tasks:
  t: {function: 'm:number', image: trian}
images:
  train: {python: '3.12'}
""",
        [
            'FO262 3:36-41 | there is no image "trian" | did you mean train?; a reference has a tag or a host: trian:latest',
        ],
    ),
    "accel": (
        """\
resources:
  a: {accelerator: t4}
""",
        [
            "FO259 3:20-22 | the accelerator t4 is asked for without a gpu | no gpu: beside it | write gpu: 1, or take the accelerator away",
        ],
    ),
    "gpu 0": (
        """\
tasks:
  t: {function: 'm:number', resources: {gpu: 0}}
""",
        [
            "FO260 3:46-47 | gpu must be a whole number of at least 1, not 0 | devices are given whole | write gpu: 1; to ask for none, leave gpu out",
        ],
    ),
    "ignore": (
        """\
tasks:
  t: {function: 'm:add', cache: {ignore: [c]}}
""",
        [
            'FO266 3:43-44 | cache.ignore names "c", which is no input of the task | inputs: a, b',
        ],
    ),
    "like ring": (
        """\
tasks:
  a: {like: b}
  b: {like: a}
""",
        [
            "FO268 4:13-14 | like: goes in a ring: a → b → a | let one of them say its fields itself",
        ],
    ),
    "like self": (
        """\
tasks:
  a: {like: a}
""",
        [
            "FO268 3:13-14 | like: goes in a ring: a → a | let one of them say its fields itself",
        ],
    ),
    "like none": (
        """\
tasks:
  prep: {function: 'm:number'}
  a: {like: prp}
""",
        [
            'FO267 4:13-16 | like: there is no "prp" in tasks | did you mean prep?',
        ],
    ),
    "no nodes": (
        """\
workflows:
  w: {description: x}
""",
        [
            'FO209 3:3-4 | workflow "w" has no nodes | add nodes: {NAME: {task: …}}',
        ],
    ),
    "moved": (
        """\
tasks:
  t: {function: 'm:number'}
moved: [{from: task/old, to: task/t}, {from: task/older, to: task/old}, {from: task/t, to: task/x}, {from: foo/x, to: task/t}, {from: task/old, to: task/t}, {from: workflow/x, to: task/t}]
""",
        [
            "FO273 4:80-86 | task/t is still declared, so it has not moved | delete the declaration of task/t, or this line",
            "FO273 4:92-98 | task/x is not declared, so nothing can move there | did you mean task/t?",
            (
                'FO273 4:108-113 | "foo/x" is not an address | write kind/name, where kind is one of task, workflow, launch_plan, '
                "artifact, workspace, role, policy, quota"
            ),
            "FO273 4:135-143 | task/old is moved twice | keep one of the lines",
            "FO275 4:181-187 | workflow/x cannot become task/t: the kind changes | retire the one and declare the other",
        ],
    ),
    "moved ring": (
        """\
moved: [{from: task/a, to: task/b}, {from: task/b, to: task/a}]
""",
        [
            "FO274 2:16-22 | moved goes in a ring: task/a → task/b → task/a | take one of the lines away",
        ],
    ),
    "unknown task": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: pre}
tasks:
  prep: {function: 'm:number'}
""",
        [
            'FO201 6:17-20 | there is no task "pre" | did you mean prep?',
        ],
    ),
    "wf as task": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: w2}
  w2: {nodes: {x: {task: 'm:number'}}}
""",
        [
            'FO201 6:17-19 | there is no task "w2" | it is a workflow: write workflow: w2',
        ],
    ),
    "task as wf": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {workflow: t}
tasks:
  t: {function: 'm:number'}
""",
        [
            'FO201 6:21-22 | there is no workflow "t" | it is a task: write task: t',
        ],
    ),
    "no fn": (
        """\
tasks:
  t: {function: 'm:nope'}
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: t}
      b: {task: 'm:add', inputs: {a: $a, b: 1}}
""",
        [
            "FO401 3:17-25 | no function m:nope",
        ],
    ),
    "ovr missing": (
        {
            "base.yaml": """\
tasks:
  t: {function: 'm:number', retries: 2, resources: {memory: 1Gi}, cache: {version: '1'}}
""",
            "prod.yaml": """\
domain: production
tasks:
  tt: {retries: 5}
""",
        },
        [
            'FO271 4:3-5 | task "tt" is not in the base | nothing to lay this over, and it has no function: | did you mean t?',
        ],
    ),
    "ovr null": (
        {
            "base.yaml": """\
tasks:
  t: {function: 'm:number', retries: 2, resources: {memory: 1Gi}, cache: {version: '1'}}
""",
            "prod.yaml": """\
domain: production
tasks:
  t: {timeout: null, resources: {gpu: null}}
""",
        },
        [
            'FO321 4:16-20 | null removes "timeout", which nothing below gives | nothing to remove | delete the line, or give it a value',
            'FO321 4:39-43 | null removes "gpu", which nothing below gives | nothing to remove | delete the line, or give it a value',
        ],
    ),
    "ovr dup": (
        {
            "base.yaml": """\
tasks:
  t: {function: 'm:number', retries: 2, resources: {memory: 1Gi}, cache: {version: '1'}}
""",
            "prod.yaml": """\
domain: production
tasks:
  t: {retries: 5}
""",
            "prod2.yaml": """\
domain: production
tasks:
  t: {retries: 6}
""",
        },
        [
            'FO269 4:3-4 | "t" is declared twice in tasks | a name is declared once in the project: delete one, or give it another name',
        ],
    ),
    "ovr domain": (
        {
            "a.yaml": """\
domain: prodction
tasks: {}
"""
        },
        [
            'FO207 2:9-18 | there is no domain "prodction" | did you mean production?, or add it to flyteops.yaml',
        ],
    ),
    "twins": (
        {
            "a.yaml": """\
tasks:
  a-b: {function: 'm:number'}
""",
            "b.yaml": """\
tasks:
  a_b: {function: 'm:number'}
""",
            "c.yaml": """\
tasks:
  a-b: {function: 'm:number'}
""",
        },
        [
            'FO270 3:3-6 | "a_b" and "a-b" in tasks differ only in case, or in - against _ | give one of them another name',
            'FO269 3:3-6 | "a-b" is declared twice in tasks | a name is declared once in the project: delete one, or give it another name',
        ],
    ),
    "values": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:add', inputs: {a: '3', b: 3.5}}
      b: {task: 'm:half', inputs: {x: true}}
      c: {task: 'm:tell', inputs: {text: null}}
      d: {task: 'm:tell', inputs: {text: [x]}}
      e: {task: 'm:score', inputs: {model: x, day: 2024-02-30}}
      f: {task: 'm:look', inputs: {json: {a: [1, no]}}}
      g: {task: 'm:sum', inputs: {numbers: 3}}
      h: {task: 'm:optional', inputs: {x: a}}
      i: {task: 'm:prep', inputs: {rows: 1, region: EU}}
""",
        [
            'FO250 6:38-41 | the input "a" of task m:add must be int, not the text "3" | the text "3" | take the quotes away: 3',
            'FO250 6:46-49 | the input "b" of task m:add must be int, not 3.5 | 3.5 | write a whole number such as 3; nothing is rounded',
            'FO250 7:39-43 | the input "x" of task m:half must be float, not true | true | write a number such as 0.5',
            'FO250 8:42-46 | the input "text" of task m:tell must be str, not null | null | write text, or let the type be str | None',
            'FO250 9:42-45 | the input "text" of task m:tell must be str, not a list | a list | write text',
            'FO250 10:52-62 | the input "day" of task m:score must be date, not 2024-02-30 | 2024-02-30 | write a date such as 2026-01-31',
            'FO250 12:44-45 | the input "numbers" of task m:sum must be list[int], not 3 | 3 | write a list of int: [… , …]',
            'FO250 13:43-44 | the input "x" of task m:optional must be int | None, not a | a | write a value of int | None',
            'FO253 14:53-55 | "EU" is not a value of enum["eu", "us"] | one of eu, us | did you mean eu?',
        ],
    ),
    "dollar": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:tell', inputs: {text: $$home}}
      b: {task: 'm:tell', inputs: {text: $}}
      c: {task: 'm:tell', inputs: {text: '$a b'}}
""",
        [
            "FO204 7:42-43 | after $ the name of a node or inputs is expected | write $inputs.x or $node; text that begins with $ is written $$",
            'FO204 8:45-47 | " b" has no meaning in a reference | nothing is computed between nodes: what is computed is a task; text that begins with $ is written $$',
        ],
    ),
    "static ref": (
        """\
workflows:
  w:
    inputs: {a: 'str = $x', b: {type: 'list[str]', default: [$inputs.a]}}
    nodes: {a: {task: 'm:number'}}
""",
        [
            "FO205 4:24-26 | a reference cannot stand here: $x | only a literal is legal here | references are legal in inputs, over, when, value and outputs; text that begins with $ is written $$",
            "FO205 4:62-71 | a reference cannot stand here: $inputs.a | only a literal is legal here | references are legal in inputs, over, when, value and outputs; text that begins with $ is written $$",
        ],
    ),
    "outputs mixed": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:number'}
      b: {task: 'm:prep', inputs: {rows: 1, region: eu}}
    outputs: {x: [$a, $b], y: [$a, 0.5], z: {k: $a}}
""",
        [
            "FO219 8:18-26 | the parts of this value have types that do not go together | File, int | let a task return them together as a dataclass",
        ],
    ),
    "sub": (
        """\
workflows:
  w:
    inputs: {a: int}
    nodes: {x: {workflow: v, inputs: {n: $inputs.a}}, y: {task: 'm:add', inputs: {a: $x.r, b: $x.s}}}
  v:
    inputs: {n: int, k: int = 2}
    nodes: {a: {task: 'm:add', inputs: {a: $inputs.n, b: $inputs.k}}}
    outputs: {r: $a}
""",
        [
            'FO217 5:95-99 | output "s" does not exist on node "x" | x returns r: int | write $x',
        ],
    ),
    "plan name": (
        """\
workflows:
  w: {nodes: {a: {task: 'm:number'}}}
  v: {nodes: {a: {task: 'm:number'}}}
launch_plans:
  w: {workflow: v}
  v: {workflow: v}
""",
        [
            'FO277 6:3-4 | the launch plan "w" bears the name of a workflow, but launches v | only a plan of w itself may be called so; give this one another name',
        ],
    ),
    "overrides": (
        """\
resources: {a: {cpu: 1, memory: 2Gi}}
tasks:
  t: {function: 'm:number', resources: a}
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: t, overrides: {resources: {memory: 4Gi}, retries: 1, cache: {ignore: [x]}}}
""",
        [
            'FO266 9:87-88 | cache.ignore names "x", which is no input of the task | there are no inputs',
        ],
    ),
    "kickoff fixed": (
        """\
workflows:
  w:
    inputs: {t: datetime, n: int = 1}
    nodes: {a: {task: 'm:number'}}
launch_plans:
  p: {workflow: w, schedule: {cron: '@daily', kickoff_time_input: n, start: '2026-01-02T00:00:00Z', end: '2026-01-01T00:00:00Z'}}
  q: {workflow: w, schedule: {cron: '0 0 30 2 *', kickoff_time_input: t, start: 'soon'}}
""",
        [
            'FO295 7:20-28 | the schedule of "p" leaves inputs without a value: t | nobody gives t: datetime | add default_inputs: {t: …} or fixed_inputs',
            'FO294 7:67-68 | kickoff_time_input: "n" must be a datetime, not int | it is int | inputs that can take it: t',
            "FO296 7:106-128 | the schedule ends before it starts | let end be later than start",
            "FO291 8:42-46 | cron: this day never comes | of these months the longest has 29 days",
            "FO296 8:81-87 | start must be a time with its zone, not soon | write it as 2026-01-31T08:00:00Z",
        ],
    ),
    "switch outs": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      n: {task: 'm:number'}
      r:
        switch:
          - {when: $n > 1, then: {task: 'm:fit', inputs: {data: a}}}
          - else: {task: 'm:named'}
      b: {task: 'm:half', inputs: {x: $r.o0}}
""",
        [
            'FO218 11:39-44 | node "r" has no output | its cases share no output | to wait for it, write after: [r]',
        ],
    ),
}
ACCEPTED = {
    "declared same": """\
tasks:
  t: {function: 'm:add', inputs: {a: int}}
""",
    "default pod": """\
tasks:
  t: {function: 'm:pod', inputs: {x: int = 3}}
""",
    "unreadable declared": """\
tasks:
  t: {function: 'm:computed', inputs: {x: int}, outputs: {r: int}}
""",
    "silent none": """\
tasks:
  t: {function: 'm:silent', outputs: []}
""",
    "silent two": """\
tasks:
  t: {function: 'm:silent', outputs: {a: int, b: str}}
""",
    "names": """\
tasks:
  t: {function: 'm:fit', outputs: [model, accuracy]}
""",
    "named": """\
tasks:
  t: {function: 'm:named', outputs: {mean: float}}
""",
    "ovr": {
        "base.yaml": """\
tasks:
  t: {function: 'm:number', retries: 2, resources: {memory: 1Gi}, cache: {version: '1'}}
""",
        "prod.yaml": """\
domain: production
tasks:
  t: {retries: 5, resources: {cpu: 1}, cache: null}
""",
    },
    "switch nested": """\
workflows:
  w:
    inputs: {}
    nodes:
      n: {task: 'm:number'}
      r:
        switch:
          - {when: $n > 1, then: {switch: [{when: $n > 2, then: {value: 1}}, {else: {fail: x}}]}}
          - else: {task: 'm:number'}
      b: {task: 'm:add', inputs: {a: $r, b: $r.o0}}
""",
    "switch value type": """\
workflows:
  w:
    inputs: {}
    nodes:
      n: {task: 'm:where'}
      r:
        switch:
          - {when: $n == 'eu', then: {value: eu}}
          - else: {task: 'm:where'}
      b: {task: 'm:prep', inputs: {rows: 1, region: $r}}
""",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    written, expected = REFUSED[name]
    assert (refused(written) if isinstance(written, str) else refused(files=written, domain="production")) == expected


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    written = ACCEPTED[name]
    assert (refused(written) if isinstance(written, str) else refused(files=written, domain="production")) == []
