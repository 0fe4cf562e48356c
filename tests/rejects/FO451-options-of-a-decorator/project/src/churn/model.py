from datetime import timedelta

from flytekit import Resources, task


@task(retries=3, timeout=timedelta(minutes=10), limits=Resources(cpu="2", mem="2Gi"))
def fit(rows: int) -> float:
    return rows / 2
