from flyteops.operations.documents import read_plan


def provoke() -> None:
    """A saved plan that lost most of itself."""
    read_plan("plan.json", b'{"format_version": "1.0"}')
