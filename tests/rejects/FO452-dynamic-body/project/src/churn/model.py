from flytekit import dynamic, task


@task
def fit(rows: int) -> int:
    return rows // 2


@dynamic
def search(most: int) -> list[int]:
    return [fit(rows=rows) for rows in range(most)]
