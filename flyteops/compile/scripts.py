"""Scripts: which names can be variables of bash, and where outputs are written."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.compile.faults import Faults
from flyteops.compile.fields import map_in
from flyteops.model.diagnostics import Related
from flyteops.model.entities import Interface
from flyteops.source.naming import env_name_fault
from flyteops.source.tree import Entry, Mapping, Scalar

_OF_THE_SHELL = frozenset({
    "BASH", "BASHOPTS", "BASHPID", "CDPATH", "DIRSTACK", "EUID", "FUNCNAME", "GLOBIGNORE", "GROUPS", "HOME", "HOSTNAME",
    "IFS", "LANG", "LINENO", "OLDPWD", "OPTARG", "OPTIND", "PATH", "PIPESTATUS", "POSIXLY_CORRECT", "PPID",
    "PROMPT_COMMAND", "PS4", "PWD", "RANDOM", "SECONDS", "SHELLOPTS", "SHLVL", "TMPDIR", "UID", "_",
})  # fmt: skip
"""Variables that mean something to bash or to the programs it starts."""


def script_paths(body: Mapping, interface: Interface, *, faults: Faults) -> tuple[tuple[str, str], ...] | None:
    """The declared paths of outputs, by output; None with the faults noted."""
    before = len(faults.found)
    _check_names(body, faults)
    known = {each.name for each in interface.outputs}
    paths: dict[str, Scalar] = {}
    for name, path in _paths(body):
        same = next((other for other, at in paths.items() if at.text == path.text), None)
        if same is not None:
            faults.add(
                "FO344",
                f'the outputs "{same}" and "{name}" are written to one file',
                at=path.place,
                help="give each a path of its own",
                related=(Related(place=paths[same].place, label="the other one"),),
            )
        if name in known:
            paths[name] = path
    found = tuple(sorted((name, path.text) for name, path in paths.items()))
    return found if len(faults.found) == before else None


def refuse_paths(body: Mapping, *, faults: Faults) -> None:
    """Only a script writes where `path:` says."""
    for name, path in _paths(body):
        faults.add(
            "FO344",
            f'the output "{name}" has a path, but only a script writes to one',
            at=path.place,
            help="delete it: a container writes a file of the output's name into output_dir, a function returns it",
        )


def _paths(body: Mapping) -> Iterator[tuple[str, Scalar]]:
    for side in ("outputs", "inputs"):
        variables = map_in(body, side)
        for entry in variables.entries if variables is not None else ():
            path = entry.value.get("path") if isinstance(entry.value, Mapping) else None
            if isinstance(path, Scalar):
                yield entry.key.text, path


def _check_names(body: Mapping, faults: Faults) -> None:
    """Inputs, outputs and `env` are variables of one script."""
    seen: dict[str, tuple[Entry, str]] = {}
    for side, word in (("env", "a variable of env"), ("inputs", "an input"), ("outputs", "an output")):
        variables = map_in(body, side)
        for entry in variables.entries if variables is not None else ():
            name = entry.key.text
            if side != "env" and (name in _OF_THE_SHELL or not name.isascii() or env_name_fault(name)):
                faults.add(
                    "FO343",
                    f'"{name}" cannot be a variable of the script',
                    at=entry.key.place,
                    label="has a meaning of its own" if name.isascii() else "bash takes letters of ASCII",
                    help="rename it: every input and output of a script is a variable of bash",
                )
            if name in seen:
                other, what = seen[name]
                faults.add(
                    "FO343",
                    f'"{name}" is {what} and {word}, but there is one variable of a name',
                    at=entry.key.place,
                    help="rename one of them",
                    related=(Related(place=other.key.place, label=what),),
                )
            seen.setdefault(name, (entry, word))
