from __future__ import annotations

from dataclasses import replace

import pytest

from flyteops.compile.images import locked_as
from flyteops.model.entities import Amount, Image, Resources, Retries
from flyteops.model.program import Program
from tests.unit.compile.project import program, programs, refused, workflow

BASE = """\
resources:
  small: {cpu: 500m, memory: 512Mi}
  big: {cpu: 8, memory: {request: 16Gi}, gpu: 1, accelerator: a100}
tasks:
  t: {function: 'm:number', resources: big, retries: {limit: 3, never: [ValueError]}, cache: {version: "1"}}
"""


def laid(over: str, base: str = BASE) -> Program:
    return program(files={"base.yaml": base, "prod.yaml": "domain: production\n" + over}, domain="production")


def test_amounts() -> None:
    resources = program(BASE).tasks["t"].settings.resources
    assert resources == Resources(
        cpu=Amount(request="8", limit=None),
        memory=Amount(request="16Gi", limit="16Gi"),
        gpu=1,
        accelerator="a100",
    )


def test_a_map_over_the_name_of_a_profile_changes_its_fields() -> None:
    resources = (
        laid("tasks:\n  t: {resources: {memory: 32Gi, gpu: null, accelerator: null}}\n").tasks["t"].settings.resources
    )
    assert resources == Resources(cpu=Amount(request="8", limit=None), memory=Amount(request="32Gi", limit="32Gi"))


def test_a_name_over_a_map_replaces_all() -> None:
    base = BASE.replace("resources: big", "resources: {like: big, memory: 1Gi}")
    assert program(base).tasks["t"].settings.resources.memory == Amount(request="1Gi", limit="1Gi")
    resources = laid("tasks:\n  t: {resources: small}\n", base).tasks["t"].settings.resources
    assert resources == Resources(cpu=Amount(request="500m", limit=None), memory=Amount(request="512Mi", limit="512Mi"))


def test_an_overlay_may_change_the_profile_itself() -> None:
    resources = laid("resources:\n  big: {gpu: 4}\n").tasks["t"].settings.resources
    assert (resources.gpu, resources.accelerator) == (4, "a100")


def test_maps_merge_scalars_and_lists_replace_null_removes() -> None:
    task = laid("tasks:\n  t: {retries: {never: [KeyError]}, cache: null}\n").tasks["t"]
    assert task.settings.retries == Retries(limit=3, never=("KeyError",))
    assert task.settings.cache is None


def test_an_overlay_may_add_and_remove_whole_entities() -> None:
    found = laid("tasks:\n  t: null\n  u: {function: 'm:number'}\n")
    assert list(found.tasks) == ["u"]


def test_defaults_fill_what_the_entity_does_not_have_and_never_reach_into_it() -> None:
    files = {
        "base.yaml": "defaults: {task: {retries: {limit: 2, backoff: 5s}, interruptible: true}}\n"
        "tasks:\n  t: {function: 'm:number', retries: 1}\n  u: {function: 'm:number'}\n",
        "other.yaml": "tasks:\n  v: {function: 'm:number'}\n",
        "prod.yaml": "domain: production\ndefaults: {task: {timeout: 1h, service_account: prod}}\n",
    }
    project = "task: {retries: {limit: 9}, timeout: {run: 10m}, service_account: base}\n"
    found = program(files=files, domain="production", defaults=project).tasks
    assert found["t"].settings.retries == Retries(limit=1)
    assert found["u"].settings.retries.limit == 2
    assert found["v"].settings.retries == Retries(limit=9)
    assert [found[name].settings.interruptible for name in "tuv"] == [True, True, False]
    assert {found[name].settings.timeout.run_s for name in "tuv"} == {3600.0}
    assert {found[name].service_account for name in "tuv"} == {"prod"}
    assert program(files=files, defaults=project).tasks["v"].service_account == "base"


def test_a_null_field_keeps_the_default_away() -> None:
    text = "defaults: {task: {retries: 2}}\ntasks:\n  t: {function: 'm:number', retries: null}\n"
    assert program(text).tasks["t"].settings.retries == Retries()


def test_tasks_by_path_get_the_defaults_of_the_project() -> None:
    found = program(workflow("a: {task: 'm:number'}"), defaults="task: {retries: 4}\n")
    assert found.tasks["m:number"].settings.retries.limit == 4


def test_like_takes_everything_over_and_defaults_come_last() -> None:
    text = """\
    defaults: {task: {retries: 7, interruptible: true}}
    tasks:
      a: {function: 'm:number', retries: 3, labels: {team: x}}
      b: {like: a, labels: {kind: y}}
      c: {like: b, function: 'm:share'}
    """
    found = program(text).tasks
    assert found["c"].labels == (("kind", "y"), ("team", "x"))
    assert found["c"].settings.retries.limit == 3
    assert str(found["b"].function) == "m:number"
    assert found["c"].settings.interruptible


def test_images_by_name_by_reference_and_by_default() -> None:
    text = """\
    images:
      train: {python: "3.12", requirements: r.txt, registry: ghcr.io/acme}
      base: ghcr.io/acme/base:v7
    tasks:
      a: {function: 'm:number', image: train}
      b: {function: 'm:number', image: {like: train, apt: [git]}}
      c: {function: 'm:number', image: ghcr.io/x/y:1}
      d: {function: 'm:number'}
    """
    train = Image(name="train", python="3.12", requirements="r.txt", registry="ghcr.io/acme")
    digests = {"ghcr.io/acme/base:v7": "sha256:1", locked_as(train): "sha256:2"}
    found = program(text, default_image="base", digests=digests).tasks
    assert found["a"].settings.image == replace(train, digest="sha256:2")
    assert found["b"].settings.image == Image(
        name="b", python="3.12", requirements="r.txt", registry="ghcr.io/acme", apt=("git",)
    )
    assert found["c"].settings.image == Image(name="ghcr.io/x/y:1", reference="ghcr.io/x/y:1")
    assert found["d"].settings.image == Image(name="base", reference="ghcr.io/acme/base:v7", digest="sha256:1")


def test_overrides_are_laid_over_the_profile_of_the_task() -> None:
    found = program(BASE + workflow("a: {task: t, overrides: {resources: {memory: 64Gi}, cache: false}}\nb: {task: t}"))
    node = found.workflows["w"].node("a").body
    assert node.settings is not None  # type: ignore[union-attr]
    assert node.settings.resources == Resources(  # type: ignore[union-attr]
        cpu=Amount(request="8", limit=None), memory=Amount(request="64Gi", limit="64Gi"), gpu=1, accelerator="a100"
    )
    assert node.settings.cache is None  # type: ignore[union-attr]
    assert found.workflows["w"].node("b").body.settings is None  # type: ignore[union-attr]


def test_origins_name_the_file_of_every_effective_value() -> None:
    over = "tasks:\n  t: {resources: {memory: 32Gi}}\ndefaults: {task: {interruptible: true}}\n"
    origins = laid(over).origins
    assert {key: str(origins[key]) for key in (
        "task/t", "task/t.resources.gpu", "task/t.resources.memory", "task/t.interruptible", "task/t.retries.limit"
    )} == {
        "task/t": "base.yaml:6:3",
        "task/t.resources.gpu": "base.yaml:4:47",
        "task/t.resources.memory": "prod.yaml:4:27",
        "task/t.interruptible": "prod.yaml:5:34",
        "task/t.retries.limit": "base.yaml:6:62",
    }  # fmt: skip
    assert "task/t.nope" not in origins
    assert min(origins) == "task/t"
    assert len(origins) == len(list(origins))


def test_a_fault_of_the_base_is_told_once_for_all_domains() -> None:
    from flyteops.model.errors import InvalidProject
    from tests.unit.compile.project import told

    files = {
        "base.yaml": "tasks:\n  t: {function: 'm:add', cache: {ignore: [c]}}\n",
        "prod.yaml": "domain: production\ntasks:\n  t: {cache: {ignore: [d]}}\n",
    }
    with pytest.raises(InvalidProject) as raised:
        programs({"base.yaml": files["base.yaml"]})
    assert len(raised.value.diagnostics) == 1
    with pytest.raises(InvalidProject) as raised:
        programs(files)
    assert [each.split(" | ")[1] for each in told(raised.value.diagnostics)] == [
        'cache.ignore names "c", which is no input of the task',
        'cache.ignore names "d", which is no input of the task',
    ]


def test_a_request_and_a_limit_of_two_layers_are_compared() -> None:
    base = "resources:\n  r: {memory: {request: 4Gi, limit: 8Gi}}\ntasks:\n  t: {function: 'm:number', resources: r}\n"
    files = {"b.yaml": base, "p.yaml": "domain: production\ntasks:\n  t: {resources: {memory: {limit: 2Gi}}}\n"}
    assert refused(files=files, domain="production") == [
        "FO258 3:25-28 | memory: the request 4Gi is above the limit 2Gi | raise the limit or lower the request"
    ]


LIMITED = "tasks:\n  t: {function: 'm:number'}\n" + workflow(
    "a: {task: t}", inputs='limit: "float = 20", names: {type: "list[str]", default: [x], description: who}'
)


def default_of(found: Program, name: str) -> object:
    literal = next(each.default for each in found.workflows["w"].interface.inputs if each.name == name)
    return literal.value if literal is not None else None


def test_a_map_over_a_short_input_changes_one_part_of_it() -> None:
    assert default_of(laid("workflows:\n  w: {inputs: {limit: {default: 30}}}\n", LIMITED), "limit") == 30.0


def test_a_short_input_over_a_map_keeps_its_other_parts() -> None:
    found = laid("workflows:\n  w: {inputs: {names: 'list[str] = [\"y\"]'}}\n", LIMITED)
    assert default_of(found, "names") == ["y"]
    assert [each.description for each in found.workflows["w"].interface.inputs if each.name == "names"] == ["who"]


def test_null_removes_an_input_whatever_its_form() -> None:
    found = laid("workflows:\n  w: {inputs: {limit: null, names: null}}\n", LIMITED)
    assert found.workflows["w"].interface.inputs == ()


def test_two_kinds_that_only_meet_when_layers_are_laid() -> None:
    over = "domain: production\nworkflows:\n  w:\n    nodes:\n      a: {workflow: v}\n"
    assert refused(files={"base.yaml": LIMITED, "prod.yaml": over}, domain="production") == [
        'FO310 6:11-19 | a node has "workflow" or "task", not both | second kind | keep one of them; null removes the one below'  # noqa: E501
    ]


def test_like_does_not_choose_twice() -> None:
    plans = (
        "launch_plans:\n"
        '  p: {workflow: w, schedule: {cron: "0 2 * * *"}}\n'
        "  q: {like: p, schedule: {every: 1h}}\n"
        "  r: {like: p, schedule: {cron: null, every: 1h}}\n"
    )
    found = refused(LIMITED + plans)
    assert [line.split(" | ")[:2] for line in found] == [
        ["FO310 11:27-32", 'a schedule has "cron" or "every", not both']
    ]


def test_a_misspelt_node_of_an_overlay_is_not_passed_over() -> None:
    base = LIMITED.replace("a: {task: t}", "first: {task: t}")
    over = "domain: production\nworkflows:\n  w:\n    nodes:\n      frist: {overrides: {retries: 1}}\n"
    assert refused(files={"base.yaml": base, "prod.yaml": over}, domain="production") == [
        'FO309 6:7-12 | "frist" needs task, workflow, launch_plan, map, switch, sleep, approve or wait_for_input | exactly one of them must be given | did you mean first?'  # noqa: E501
    ]
