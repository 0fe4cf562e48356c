# ruff: noqa: E501  # a message stands whole on its line
"""Types as YAML writes them beside signatures: datasets, formats, and classes that travel as pickles."""

from __future__ import annotations

import pytest

from flyteops.model.types import (
    DATASET,
    DIRECTORY,
    FILE,
    INT,
    NAMED_BLOBS,
    STR,
    BlobOf,
    DatasetOf,
    ListOf,
    PickleOf,
    optional,
)
from tests.unit.compile.project import NET, SVC, program, refused

ROWS = DatasetOf((("id", INT), ("name", STR)), "parquet")
WRITTEN = {
    "Dataset": DATASET,
    "Directory": DIRECTORY,
    "Directory[csv]": BlobOf("directory", "csv"),
    "list[Tensor]": ListOf(NAMED_BLOBS["Tensor"]),
    "Module | None": optional(NAMED_BLOBS["Module"]),
    "Checkpoint": NAMED_BLOBS["Checkpoint"],
    "KerasModel": NAMED_BLOBS["KerasModel"],
    "Array": NAMED_BLOBS["Array"],
    "TFRecordFile": NAMED_BLOBS["TFRecordFile"],
    "TFRecordsDirectory": NAMED_BLOBS["TFRecordsDirectory"],
    "{dataset: {id: int, name: str}, format: parquet}": ROWS,
    "{type: {dataset: {id: int, name: str}, format: parquet}}": ROWS,
    "{dataset: {}}": DATASET,
    "{type: {dataset: {}, format: csv}, description: rows}": DatasetOf((), "csv"),
    "{type: 'm:Net', pickle: true}": NET,
    "{type: 'list[sklearn.svm:SVC]', pickle: true}": ListOf(SVC),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_type_in_yaml(written: str) -> None:
    quoted = written if written.startswith("{") else f'"{written}"'
    found = program(f"workflows:\n  w:\n    inputs: {{x: {quoted}}}\n    nodes: {{a: {{task: 'm:number'}}}}")
    assert found.workflows["w"].interface.inputs[0].type == WRITTEN[written]


ALLOWED = {
    "each by its own word": """
        tasks:
          t: {function: 'm:train', outputs: {model: {pickle: true}}}
          a: {function: 'm:apply', inputs: {net: {pickle: true}}}
        """,
    "by the file's defaults": """
        defaults: {pickle: [sklearn.*, 'm:Net']}
        tasks:
          t: {function: 'm:train'}
          a: {function: 'm:apply'}
        """,
    "by a pattern of dots": """
        defaults: {pickle: [sklearn.*, m.N*]}
        tasks:
          a: {function: 'm:apply'}
        """,
}


@pytest.mark.parametrize("name", ALLOWED)
def test_said_once_it_holds_at_both_ends_and_inside_lists(name: str) -> None:
    found = program(ALLOWED[name]).tasks["a"].interface
    assert [(each.name, each.type) for each in found.inputs] == [("model", SVC), ("net", ListOf(NET))]
    assert [each.type for each in found.outputs] == [NET]


def test_defaults_of_one_file_reach_tasks_without_an_entry_and_other_files() -> None:
    files = {
        "a.yaml": "defaults: {pickle: [sklearn.*]}\ntasks:\n  t: {function: 'm:train'}",
        "b.yaml": "tasks:\n  a: {function: 'm:apply', inputs: {net: {pickle: true}}}\nworkflows:\n  w:\n    nodes: {n: {task: 'm:train', inputs: {rows: rows.csv}}}",
    }
    found = program(files=files)
    assert found.tasks["a"].interface.inputs[0].type == SVC
    assert found.tasks["m:train"].interface.outputs[0].type == SVC


def test_an_overlays_list_replaces_the_projects() -> None:
    files = {
        "a.yaml": "tasks:\n  t: {function: 'm:train'}",
        "b.yaml": "domain: production\ndefaults: {pickle: [xgboost.*]}",
    }
    assert program(files=files, defaults="{pickle: [sklearn.*]}").tasks["t"].interface.outputs[0].type == SVC
    assert refused(files=files, domain="production")[0].startswith('FO422 1:1-2 | the output "o0" holds objects')


DECLARED = {
    "a type of its own for a class that is not read": (
        "tasks:\n  a: {function: 'm:apply', inputs: {model: File, net: 'list[Dataset]'}, outputs: {o0: Json}}",
        [FILE, ListOf(DATASET)],
    ),
    "more than the annotation says": (
        "tasks:\n  a: {function: 'm:train', inputs: {rows: {dataset: {id: int, name: str}, format: parquet}}, outputs: {o0: {pickle: true}}}",
        [ROWS],
    ),
    "the format of a file": ("tasks:\n  a: {function: 'm:score', inputs: {model: 'File[onnx]'}}", [BlobOf("file", "onnx")]),
    "anything": ("tasks:\n  a: {function: 'm:computed', inputs: {x: {pickle: true}}, outputs: {o0: int}}", [PickleOf("object")]),
}  # fmt: skip


@pytest.mark.parametrize("name", DECLARED)
def test_yaml_says(name: str) -> None:
    text, expected = DECLARED[name]
    assert [each.type for each in program(text).tasks["a"].interface.inputs][: len(expected)] == expected


REFUSED = {
    "nobody said so": (
        "tasks:\n  a: {function: 'm:apply'}",
        [
            'FO422 1:1-2 | the output "o0" holds objects of m:Net, which can only travel as pickles | m:Net has no fields that could be read | if they may, write outputs: {o0: {pickle: true}}, or defaults: {pickle: [m:Net]}',
            'FO422 1:1-2 | the parameter "model" holds objects of sklearn.svm.SVC, which can only travel as pickles | sklearn.svm.SVC has no fields that could be read | if they may, write inputs: {model: {pickle: true}}, or defaults: {pickle: [sklearn.*]}',
            'FO422 1:1-2 | the parameter "net" holds objects of m:Net, which can only travel as pickles | m:Net has no fields that could be read | if they may, write inputs: {net: {pickle: true}}, or defaults: {pickle: [m:Net]}',
        ],
    ),
    "a workflow's input": (
        "workflows:\n  w:\n    inputs: {x: 'list[m:Net]'}\n    nodes: {a: {task: 'm:number'}}",
        [
            'FO422 4:18-29 | "x" holds objects of m:Net, which can only travel as pickles | m:Net has no fields that could be read | if they may, write x: {type: "list[m:Net]", pickle: true}, or defaults: {pickle: [m:Net]}'
        ],
    ),
    "not needed": (
        "tasks:\n  a: {function: 'm:add', inputs: {a: {pickle: true}, b: {type: int, pickle: true}}}",
        [
            'FO423 3:35-36 | "a" needs no pickle: int is stored as what it is | take pickle: true away',
            'FO423 3:64-67 | "b" needs no pickle: int is stored as what it is | take pickle: true away',
        ],
    ),
    "another type": (
        "tasks:\n  a: {function: 'm:folder', inputs: {where: File}, outputs: {o0: {dataset: {a: int}}}}",
        [
            'FO224 3:45-49 | "where" is declared as File, but the function says Directory | the function says Directory | correct one of them; the declaration may be left out where the signature can be read',
            'FO224 3:67-74 | the output "o0" is declared as {dataset: {a: int}}, but the function says Directory | the function says Directory | correct one of them; the declaration may be left out where the signature can be read',
        ],
    ),
    "columns": (
        "workflows:\n  w:\n    inputs: {x: {dataset: {a: itn, b: 'list[File]'}}, y: {format: csv}}\n    nodes: {a: {task: 'm:number'}}",
        [
            'FO221 4:31-34 | there is no type "itn" | did you mean int?',
            'FO424 4:59-65 | the format of "y" is no type | write type: File[csv] for a file, or dataset: {} beside it for rows',
        ],
    ),
    "a literal": (
        "defaults: {pickle: [sklearn.*, 'm:*']}\nworkflows:\n  w:\n    nodes: {a: {task: 'm:apply', inputs: {model: a.pkl, net: [{a: 1}, null]}}}",
        [
            'FO426 5:50-55 | the input "model" of task m:apply is an object of sklearn.svm.SVC, which nobody can write down | a pickle is made by a task | refer to the output of a task that returns it',
            "FO426 5:63-69 | an item is an object of m:Net, which nobody can write down | a pickle is made by a task | refer to the output of a task that returns it",
            "FO250 5:71-75 | an item must be m:Net (pickle), not null | null | write a reference to the output of a task, or let the type be m:Net (pickle) | None",
        ],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    text, expected = REFUSED[name]
    assert refused(text) == expected


PATHS = {
    "$maybe.x": "FO216 15:32-33 | $maybe may be none | of type int | None | let a task take the whole value and decide",
    "$folder.o0.x": "FO216 15:36-37 | $folder.o0 is a directory, which only a task can look into | of type Directory | refer to the whole value",
    "$train.o0.tree": "FO216 15:35-39 | $train.o0 is an object, which only a task can look into | of type sklearn.svm.SVC (pickle) | refer to the whole value",
    "$request.rows.x": "FO216 15:39-40 | $request.rows has no parts | of type int | refer to the whole value",
    "$request.tags.first": 'FO216 15:39-44 | $request.tags is a list and has no "first" | of type list[str] | an item of a list is written with its number: .0',
    "$request.row": 'FO216 15:34-37 | $request has no field "row" | of type Request | did you mean rows?',
    "$inputs.either.x": "FO216 15:40-41 | $inputs.either may be one of several types, and has no parts of its own | of type int | Request | refer to the whole value",
}


@pytest.mark.parametrize("reference", PATHS)
def test_a_path_that_leads_nowhere(reference: str) -> None:
    text = f"""
workflows:
  w:
    inputs:
      either: int | m:Request
    nodes:
      maybe: {{task: 'm:maybe'}}
      folder: {{task: 'm:folder', inputs: {{where: raw}}}}
      train: {{task: 'm:train', inputs: {{rows: a.csv}}}}
      request: {{task: 'm:request'}}

      a:
        task: m:look
        inputs: {{json: "{reference}"}}
"""
    assert refused("defaults: {pickle: [sklearn.*]}" + text) == [PATHS[reference]]


def test_a_union_fits_only_where_each_of_its_members_does() -> None:
    text = """
workflows:
  w:
    inputs: {either: 'int | m:Request'}
    nodes:
      a: {task: 'm:add', inputs: {a: $inputs.either, b: 1}}
      b: {task: 'm:look', inputs: {json: $inputs.either}}
"""
    assert refused(text) == [
        'FO212 7:38-52 | the input "a" of task m:add must be int, not int | Request | $inputs.either is int | Request | nothing is converted between nodes; let a task do it, or change one of the types'
    ]
