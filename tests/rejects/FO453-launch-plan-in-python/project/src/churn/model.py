from flytekit import LaunchPlan, current_context, map_task, task, workflow


@task
def half(row: int) -> int:
    return row // 2


@task
def fit(rows: int) -> int:
    current_context().logging.info("begins")
    return sum(map_task(half)(row=list(range(rows))))


@workflow
def train(rows: int = 10) -> int:
    return fit(rows=rows)


nightly = LaunchPlan.get_or_create(train, "nightly")
