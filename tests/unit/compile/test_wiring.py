# ruff: noqa: E501  # a message stands whole on its line
from __future__ import annotations

import pytest

from tests.unit.compile.project import refused

REFUSED = {
    "wrong type": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:number'}
      b: {task: 'm:tell', inputs: {text: $a}}
""",
        [
            'FO212 7:42-44 | the input "text" of task m:tell must be str, not int | $a.o0 is int | nothing is converted between nodes; let a task do it, or change one of the types',
        ],
    ),
    "opt": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:maybe'}
      b: {task: 'm:add', inputs: {a: $a, b: 1}}
""",
        [
            'FO213 7:38-40 | the input "a" of task m:add must be int, but $a may be none | $a.o0 is int | None | let it be int | None where it is used, or decide with a switch on is none in a task',
        ],
    ),
    "missing": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      b: {task: 'm:add'}
""",
        [
            'FO210 6:7-8 | node "b" does not give the inputs a, b of task m:add | needs a: int, b: int | add inputs: {a: …}',
        ],
    ),
    "missing same": (
        """\
workflows:
  w:
    inputs: {a: int}
    nodes:
      b: {task: 'm:add', inputs: {b: 3}}
""",
        [
            'FO210 6:7-8 | node "b" does not give the input a of task m:add | needs a: int | add inputs: [a], which takes the workflow\'s of the same name',
        ],
    ),
    "unknown out": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:fit', inputs: {data: x.csv}}
      b: {task: 'm:half', inputs: {x: $a.acuracy}}
""",
        [
            'FO217 7:39-49 | output "acuracy" does not exist on node "a" | a returns o0: File, o1: float | write $a.o0 or $a.o1',
        ],
    ),
    "path bad": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:request'}
      b: {task: 'm:add', inputs: {a: $a.row, b: $a.rows.x}}
""",
        [
            'FO216 7:41-44 | $a has no field "row" | of type Request | did you mean rows?',
            "FO216 7:57-58 | $a.rows has no parts | of type int | refer to the whole value",
        ],
    ),
    "key": (
        """\
workflows:
  w:
    inputs: {n: int = 1}
    nodes:
      a: {task: 'm:look', inputs: {json: {$gt: 3, all: [{$inputs.n: $inputs.n}]}}}
""",
        [
            (
                "FO205 6:58-67 | a reference cannot stand in a key: $inputs.n | keys are plain text"
                " | let a task make this map, or take a list of records with a field for it"
            )
        ],
    ),
    "idx": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:table'}
      b: {task: 'm:add', inputs: {a: '$a.rows[0]', b: 1}}
""",
        [
            "FO204 7:46-49 | an index is written with a dot | write $a.rows.0",
        ],
    ),
    "nested": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:number'}
      b: {task: 'm:sum', inputs: {numbers: [1, $a, $nope]}}
""",
        [
            'FO202 7:52-57 | there is no node "nope" | nodes: a, b',
        ],
    ),
    "rec": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:number'}
      b: {task: 'm:ask', inputs: {request: {rows: $a, nam: x}}}
""",
        [
            'FO251 7:55-58 | Request has no field "nam" | did you mean name?',
        ],
    ),
    "rec missing": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:number'}
      b: {task: 'm:ask', inputs: {request: {name: $$a}}}
""",
        [
            "FO252 7:44-55 | Request needs rows: int | missing here | give a value for each field that has no default",
        ],
    ),
    "cycle": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:optional', inputs: {x: $b}}
      b: {task: 'm:optional', inputs: {x: $c}}
      c: {task: 'm:optional', inputs: {x: $a}}
""",
        [
            "FO214 6:43-45 | the nodes wait for each other: a → b → c → a | a waits for b | take one of the references away",
        ],
    ),
    "self": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:optional', inputs: {x: $a}}
""",
        [
            'FO214 6:43-45 | the node "a" waits for itself | a waits for a | take one of the references away',
        ],
    ),
    "after": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:number', after: [b, z]}
      b: {task: 'm:number'}
""",
        [
            'FO202 6:40-41 | there is no node "z" | nodes: b',
        ],
    ),
    "task out": (
        """\
tasks:
  prep: {function: 'm:number'}
workflows:
  w:
    nodes:
      prep: {task: prep}
      b: {task: 'm:add', inputs: {a: $prep.rows, b: 2}}
""",
        [
            'FO217 8:38-48 | output "rows" does not exist on node "prep" | prep returns o0: int | write $prep, or name the output: tasks.prep.outputs: [rows]',
        ],
    ),
    "map notlist": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:day'}
      b: {map: 'm:score', over: {day: $a}, inputs: {model: m.bin}}
    outputs: $b
""",
        [
            "FO232 7:39-41 | map walks lists, but $a is date | it is date | what is the same for all items stands in inputs: {day: $a}",
        ],
    ),
    "map both": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:days'}
      b: {map: 'm:score', over: {day: $a}, inputs: {model: m.bin, day: 2024-01-01}}
""",
        [
            'FO237 7:67-70 | "day" stands in over and in inputs | in over it gets one item at a time, in inputs all items get the same: keep one',
        ],
    ),
    "map lens": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      b: {map: 'm:add', over: {a: [1, 2], b: [1, 2, 3]}}
""",
        [
            "FO233 6:46-55 | the lists of over are walked in step, but a has 2 items and b has 3 | 3 items | make them equally long",
        ],
    ),
    "switch": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:number'}
      r:
        switch:
          - when: $a > 3
            then: {value: 1}
          - when: $a == 'x'
            then: {task: 'm:share'}
          - else: {fail: no}
      h: {task: 'm:half', inputs: {x: $r}}
""",
        [
            "FO242 11:19-28 | int is never equal to str | $a is int, 'x' is str | compare values of one type; int and float compare as numbers",
        ],
    ),
    "switch types": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:number'}
      r:
        switch:
          - when: $a > 3
            then: {value: x}
          - else: {value: 2}
      h: {task: 'm:half', inputs: {x: $r}}
""",
        [
            'FO218 12:39-41 | node "r" has no output | its cases give different types: str, int | to wait for it, write after: [r]',
        ],
    ),
    "switch self": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      r:
        switch:
          - when: $r > 3
            then: {value: 1}
          - else: {value: $r}
""",
        [
            'FO214 8:19-21 | the node "r" waits for itself | r waits for r | take one of the references away',
        ],
    ),
    "reserved": (
        """\
workflows:
  w:
    inputs: {}
    nodes:
      b: {task: 'm:tell', inputs: {text: $error.message}}
""",
        [
            "FO205 6:42-56 | $error cannot stand here | $error is legal in on_failure only",
        ],
    ),
    "inputs": (
        """\
workflows:
  w:
    inputs: {shar: float = 1}
    nodes:
      b: {task: 'm:half', inputs: {x: $inputs.share}}
""",
        [
            'FO203 6:39-52 | the workflow has no input "share" | did you mean shar?',
        ],
    ),
    "input alone": (
        """\
workflows:
  w:
    inputs: {shar: float = 1}
    nodes:
      b: {task: 'm:half', inputs: {x: $inputs}}
""",
        [
            "FO204 6:39-46 | $inputs alone is not a value | name one: $inputs.shar",
        ],
    ),
    "input as node": (
        """\
workflows:
  w:
    inputs: {share: float = 1}
    nodes:
      b: {task: 'm:half', inputs: {x: $share}}
""",
        [
            'FO202 6:39-45 | there is no node "share" | did you mean $inputs.share?',
        ],
    ),
    "types": (
        """\
workflows:
  w:
    inputs: {a: 'lst[int]', b: 'list[int', c: 'tuple[int]', d: Directory, e: 'int = x', f: 'dict[str, int] = {}', g: 'm:Nope', h: 'enum[a]', i: 'list', j: 'list[int] | list[str]', k: 'int = null', l: 'list[int] = [1, x]', m: datetime = 2024-01-01T00:00:00, n: string, o: int | }
    nodes:
      a: {task: 'm:number'}
""",
        [
            'FO221 4:18-21 | there is no type "lst" | did you mean list?',
            'FO220 4:41-42 | "]" is expected in the type | write ] here',
            "FO223 4:48-53 | a tuple is legal only as what a function returns | use list[T], or a dataclass with a field for each part",
            'FO250 4:85-86 | the default of "e" must be int, not x | x | write a whole number such as 3',
            'FO228 4:110-112 | the default of "f" is a map, which needs the long form | write f: {type: dict[str, int], default: {}}',
            "FO402 4:119-125 | no class Nope",
            'FO220 4:137-138 | a value of the enum is expected | text in quotes, as in enum["a", "b"]',
            "FO220 4:146-150 | list does not say what is in it | for example list[int]",
            "FO222 4:157-178 | the members list[int] and list[str] of a union cannot be told apart | keep one of them, or put the value into a dataclass with a field that says which it is",
            'FO250 4:191-195 | the default of "k" must be int, not null | null | write a whole number such as 3, or let the type be int | None',
            "FO250 4:218-219 | an item must be int, not x | x | write a whole number such as 3",
            "FO254 4:237-256 | 2024-01-01T00:00:00 has no time zone; UTC is taken | which zone? | write 2024-01-01T00:00:00Z, or an offset such as +02:00",
            'FO221 4:261-267 | there is no type "string" | did you mean str?',
            "FO220 4:277-278 | a type is expected, found the end | for example int, list[str] or date | None",
        ],
    ),
    "recursion": (
        """\
workflows:
  a: {nodes: {x: {workflow: b}}}
  b: {nodes: {x: {workflow: a}}}
  c: {nodes: {x: {workflow: a}}}
""",
        [
            "FO215 3:29-30 | the workflow a reaches itself: a → b → a | called here | a graph that grows while it runs is made by a task with dynamic:",
        ],
    ),
    "launch": (
        """\
workflows:
  w:
    inputs: {a: int, t: datetime}
    nodes: {a: {task: 'm:number'}}
launch_plans:
  x: {workflow: w, default_inputs: {a: x, b: 1}, fixed_inputs: {a: 3}, schedule: {cron: '61 2 * *'}}
  y: {workflow: w, fixed_inputs: {a: 3, t: 2024-01-01T00:00:00Z}, schedule: {every: 7h, kickoff_time_input: t, timezone: UTCC}}
""",
        [
            'FO250 7:40-41 | the input "a" of w must be int, not x | x | write a whole number such as 3',
            'FO211 7:43-44 | workflow w has no input "b" | inputs: a, t',
            'FO278 7:65-66 | "a" is a default and fixed | keep one of them: a fixed input cannot be changed by whoever launches',
            'FO295 7:72-80 | the schedule of "x" leaves inputs without a value: t | nobody gives t: datetime | add default_inputs: {t: …} or fixed_inputs',
            'FO290 7:90-98 | cron: 4 fields instead of five | five fields: minute, hour, day of the month, month, day of the week, as in "0 2 * * *"',
            "FO292 8:85-87 | every: 7h does not divide the clock evenly | the nearest that do: 6h and 8h; or write cron:",
            'FO294 8:109-110 | kickoff_time_input: "t" is not a free input of the workflow | an input that is not fixed is wanted | add an input of type datetime to the workflow',
            'FO293 8:122-126 | there is no time zone "UTCC" | did you mean UTC?',
        ],
    ),
}
ACCEPTED = {
    "opt ok": """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:maybe'}
      b: {task: 'm:optional', inputs: {x: $a}}
""",
    "int float": """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:number'}
      b: {task: 'm:half', inputs: {x: $a}}
""",
    "path": """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:request'}
      b: {task: 'm:add', inputs: {a: $a.rows, b: $a.o0.rows}}
""",
    "path table": """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:table'}
      b: {task: 'm:add', inputs: {a: '$a.rows.0', b: '$a["odd key"].1'}}
""",
    "map": """\
workflows:
  w:
    inputs: {}
    nodes:
      a: {task: 'm:days'}
      b: {map: 'm:score', over: {day: $a}, inputs: {model: m.bin}, concurrency: 2}
    outputs: $b
""",
    "map count": """\
workflows:
  w:
    inputs: {}
    nodes:
      b: {map: 'm:number', over: {_: [1, 2]}}
""",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    written, expected = REFUSED[name]
    assert refused(written) == expected


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    assert refused(ACCEPTED[name]) == []
