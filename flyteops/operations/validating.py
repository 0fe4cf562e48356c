"""Validate: what needs only the tree. Registry, pools and cluster are the plan's business."""

from __future__ import annotations

from flyteops.model.diagnostics import Diagnostic, in_order
from flyteops.model.errors import InvalidProject
from flyteops.model.frozen import frozen
from flyteops.operations.consenting import read_consents
from flyteops.operations.sources import Sources, load_program, load_programs
from flyteops.ports.trees import Tree


@frozen
class Validated:
    """A project without errors: its warnings, and a line that says what was looked at."""

    warnings: tuple[Diagnostic, ...]
    summary: str


def validate(tree: Tree, sources: Sources, *, domains: tuple[str, ...]) -> Validated:
    """Checks the given domains; InvalidProject with every error, each told once."""
    warnings: list[Diagnostic] = []
    consent = _faults_of_consent(tree)
    try:
        if len(domains) == 1:
            programs = {domains[0]: load_program(tree, sources, domain=domains[0])}
        else:
            programs, found = load_programs(tree, sources)
            warnings.extend(found)
    except InvalidProject as invalid:
        raise InvalidProject([*consent, *invalid.diagnostics]) from None
    if consent:
        raise InvalidProject(consent)
    for program in programs.values():
        warnings.extend(program.warnings)
    first = next(iter(programs.values()))
    counts = (
        _count(len(first.tasks), "task"),
        _count(len(first.workflows), "workflow"),
        _count(len(first.launch_plans), "launch plan"),
    )
    names = ", ".join(programs)
    summary = f"valid: {', '.join(counts)} in {_count(len(programs), 'domain')} ({names})"
    return Validated(warnings=in_order(warnings), summary=summary)


def _faults_of_consent(tree: Tree) -> tuple[Diagnostic, ...]:
    try:
        read_consents(tree)
    except InvalidProject as invalid:
        return invalid.diagnostics
    return ()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
