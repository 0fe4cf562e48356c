from pathlib import Path

from flyteops.adapters.git_command import git_fault


def provoke() -> None:
    """What git says of a repository that belongs to somebody else."""
    raise git_fault(Path.cwd(), f"fatal: detected dubious ownership in repository at '{Path.cwd()}'")
