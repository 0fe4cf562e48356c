"""Functions under Flyte's decorators: what is read of them, what their digest counts, what of Flyte they use."""

from __future__ import annotations

import ast

import pytest

from flyteops.source.flyte_options import options_of
from tests.unit.source.python_project import faults, good

MODULE = """
    import functools

    import flytekit
    import union
    from flytekit import ImageSpec, Resources, map_task, task
    from lib import actor

    image = ImageSpec(name="a", packages=["MEMORY"])
    if image.is_container():
        import numpy
    big = functools.partial(task, requests=Resources(mem="MEMORY"))

    def loud(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            return function(*args, **kwargs) * LOUD
        return inner

    def helper(x): return x

    @task(requests=Resources(mem="MEMORY"), container_image=image)
    @loud
    def below(x: int) -> int:
        return helper(x)

    @loud
    @union.task(retries=1)
    def above(x: int) -> int: return below(x)

    @actor.task
    def warm(x: int) -> int: return x

    @big(cache=True)
    def part(x: int) -> int: return x

    @flytekit.eager
    async def fan(x: int) -> int: return map_task(part)(x=[x])
"""
LIB = """
    from union import ActorEnvironment, Resources
    actor = ActorEnvironment(name="a", requests=Resources(mem="MEMORY"))
"""


def module(memory: str = "1Gi", loud: str = "1") -> dict[str, str]:
    return {
        "text": MODULE.replace("MEMORY", memory).replace("LOUD", loud),
        "lib": LIB.replace("MEMORY", memory),
    }


@pytest.mark.parametrize(
    ("name", "decorators"),
    [
        ("below", ["task: image, resources"]),
        ("above", ["union.task: retries"]),
        ("warm", ["actor.task: actor"]),
        ("part", ["big: cache, resources"]),
        ("fan", ["flytekit.eager: "]),
    ],
)
def test_decorators_are_seen_however_they_are_named(name: str, decorators: list[str]) -> None:
    found = good(name=name, **module())
    said = [f"{each.written}: {', '.join(sorted(one.key for one in each.options))}" for each in found.decorators]
    assert (said, found.warnings) == (decorators, ())
    assert [(each.name, str(each.type)) for each in found.parameters] == [
        ("x", str(good(name="part", **module()).parameters[0].type))
    ]


@pytest.mark.parametrize("name", ["below", "above", "warm", "part", "fan"])
def test_what_only_flyte_reads_empties_no_cache(name: str) -> None:
    assert good(name=name, **module("1Gi")).code == good(name=name, **module("64Gi")).code


@pytest.mark.parametrize("name", ["below", "above"])
def test_the_users_own_decorators_count(name: str) -> None:
    assert good(name=name, **module(loud="1")).code != good(name=name, **module(loud="2")).code


def test_a_function_has_one_digest_with_flytes_decorator_and_without() -> None:
    plain = "def f(x: int) -> int: return x"
    assert good(plain).code == good(f"from flytekit import task\n@task(retries=3)\n{plain}").code


def test_async_functions_are_tasks_under_flytes_decorators_only() -> None:
    assert faults("async def f(x: int) -> int: return x")[0][0] == "FO409"
    assert good("import union\n@union.task\nasync def f(x: int) -> int: return x").outputs
    yields = "import union\n@union.task\nasync def f(x: int) -> int: yield x"
    assert faults(yields)[0][0] == "FO409"


@pytest.mark.parametrize(
    ("decorator", "message"),
    [
        ("workflow", '"f" is a workflow of Flyte, no task'),
        ("union.workflow(interruptible=True)", '"f" is a workflow of Flyte, no task'),
        ("reference_task(name='a')", '"f" only refers to what is registered elsewhere'),
    ],
)
def test_what_is_no_task_is_refused(decorator: str, message: str) -> None:
    text = f"import union\nfrom flytekit import workflow, reference_task\n@{decorator}\ndef f(x: int) -> int: ...\n"
    assert faults(text) == [("FO450", message, f"m.py:3:{2}")]


USES = """
    from flytekit import LaunchPlan, conditional, current_context, map_task, task, workflow
    from flytekit.types.file import FlyteFile, PNGImageFile

    @task
    def f(x: FlyteFile, y: PNGImageFile, n: int) -> str:
        context = current_context()
        return BODY

    def helper(x): return map_task(x)

    @workflow
    def never_run(x: int) -> int:
        return conditional("x").if_(x > 1).then(1)
"""


@pytest.mark.parametrize(
    ("body", "used"),
    [
        ("current_context().working_directory", []),
        ("context.secrets.get(key='a') + context.execution_id.name", []),
        ("helper(x)", ["flytekit.map_task at m.py:10:23"]),
        ("map_task(f)", ["flytekit.map_task at m.py:8:12"]),
        ("current_context().stats", ["current_context().stats at m.py:8:12"]),
        ("context.logging.info('a')", ["current_context().logging at m.py:8:12"]),
        ("f(x)\nplan = LaunchPlan.get_or_create(f)", ["flytekit.LaunchPlan.get_or_create at m.py:9:8"]),
        ("f(x)\nimport flytekit.remote", ["flytekit.remote at m.py:9:1"]),
        ("f(x)\nfrom flytekit import remote", []),
        ("FlyteFile.new('a') and FlyteFile['csv']", []),
        ("FlyteFile.new_remote_file('a')", ["flytekit.types.file.FlyteFile.new_remote_file at m.py:8:12"]),
    ],
)
def test_what_the_stand_in_lacks_is_found_where_it_is_used(body: str, used: list[str]) -> None:
    from textwrap import dedent

    text = dedent(USES).replace("BODY", body)
    assert [f"{use.name} at {use.place}" for use in good(text).flyte] == used


def test_what_an_imported_module_runs_is_looked_at_too() -> None:
    found = good(
        "import flytekit\nfrom lib import g\n@flytekit.task\ndef f(x: int) -> int: return g(x)",
        lib="import plans\ndef g(x): return x",
        plans="from flytekit import LaunchPlan\nLaunchPlan.create('a')\ndef unused(): return LaunchPlan.create('b')",
    )
    assert [str(use.place) for use in found.flyte] == ["plans.py:2:1"]


@pytest.mark.parametrize(
    ("options", "yaml"),
    [
        ("retries=0, interruptible=False, cache=False, enable_deck=False, disable_deck=True, docs=D", []),
        ("cache=True", ["cache: true"]),
        ("cache=True, cache_version='1.0', cache_serialize=True", ['cache: {version: "1.0", serialize: true}']),
        ("cache=Cache(version='a', ignored_inputs=('b',))", ['cache: {version: "a", ignore: [b]}']),
        ("requests=Resources(cpu='1', mem='1Gi')", ['resources: {cpu: "1", memory: 1Gi}']),
        (
            "requests=Resources(cpu='1'), limits=Resources(cpu='2', gpu='1'), accelerator=A100",
            ['resources: {cpu: {request: "1", limit: "2"}, gpu: "1", accelerator: nvidia-tesla-a100}'],
        ),
        ("timeout=timedelta(hours=1, minutes=30)", ["timeout: 1h30m"]),
        ("timeout=90", ["timeout: 90s"]),
        ("secret_requests=[Secret(group='g', key='my_key')]", ["secrets: [my_key]"]),
        ("environment={'A': 'b c'}", ['env: {A: "b c"}']),
        ("container_image=my_image", ["image: my-image"]),
        ("enable_deck=True", ["deck: true"]),
        ("pod_template_name='side', deprecated='use g'", ["pod_template: side", 'deprecated: "use g"']),
        ("task_config=Spark(x=1), something_new=2", ["cluster: …", "something_new: …"]),
        ("limits=compute()", ["resources: …"]),
    ],
)
def test_options_are_spelt_as_yaml_has_them(options: str, yaml: list[str]) -> None:
    call = ast.parse(f"task({options})", mode="eval").body
    assert isinstance(call, ast.Call)
    assert [option.yaml for option in options_of(call.keywords)] == yaml
