from flytekit import task, workflow


@task
def fit(rows: int) -> float:
    return rows / 2


@workflow
def train(rows: int = 10) -> float:
    return fit(rows=rows)
