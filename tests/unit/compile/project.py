"""A project in memory: declarations as text, signatures by hand."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

from flyteops.compile import Repository, compile_all, compile_program
from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.errors import InvalidProject
from flyteops.model.literals import Literal
from flyteops.model.program import Program
from flyteops.model.types import (
    BOOL,
    DATASET,
    DATE,
    DATETIME,
    DIRECTORY,
    FILE,
    FLOAT,
    INT,
    JSON,
    STR,
    TIMEDELTA,
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    PickleOf,
    RecordField,
    RecordOf,
    optional,
)
from flyteops.model.works import FunctionRef
from flyteops.source.manifests import FileManifest, parse_file
from flyteops.source.python import Parameter, ReturnValue, Signature
from flyteops.source.reader import read_yaml
from flyteops.source.tree import Mapping as Tree

HERE = Place(path="src/m.py", line=1, column=1, end_line=1, end_column=2)
REGION = EnumOf(("eu", "us"))
REQUEST = RecordOf(
    (
        RecordField("rows", INT),
        RecordField("name", STR, required=False),
        RecordField("tags", ListOf(STR), required=False),
    ),
    name="Request",
)
SVC, NET = PickleOf("sklearn.svm.SVC"), PickleOf("m:Net")
CLASSES: dict[str, LiteralType] = {"m:Request": REQUEST, "m:Region": REGION, "m:Net": NET, "sklearn.svm:SVC": SVC}


def parameter(
    name: str, of: LiteralType | None, *, default: Literal | None = None, required: bool | None = None, why: str = ""
) -> Parameter:
    need = default is None if required is None else required
    return Parameter(name=name, type=of, required=need, default=default, why=why, place=HERE)


def function(
    name: str,
    *parameters: Parameter,
    returns: tuple[LiteralType | None, ...] = (),
    names: tuple[str | None, ...] = (),
    unknown: bool = False,
    why: str = "",
) -> Signature:
    outputs = tuple(
        ReturnValue(name=names[index] if names else None, type=of, why=why, place=HERE)
        for index, of in enumerate(returns)
    )
    kind = "unknown" if unknown else "none" if not outputs else "value" if len(outputs) == 1 else "tuple"
    return Signature(
        function=FunctionRef(module="m", name=name),
        parameters=tuple(parameters),
        returns=kind,  # type: ignore[arg-type]
        outputs=outputs,
        description="",
        code=f"code-of-{name}",
        place=HERE,
    )


FUNCTIONS = (
    function("prep", parameter("rows", INT), parameter("region", REGION), returns=(FILE,)),
    function(
        "fit",
        parameter("data", FILE),
        parameter("verbose", BOOL, default=Literal(type=BOOL, value=False)),
        returns=(FILE, FLOAT),
    ),
    function("score", parameter("model", FILE), parameter("day", DATE), returns=(FLOAT,)),
    function("tell", parameter("text", STR)),
    function("number", returns=(INT,)),
    function("share", returns=(FLOAT,)),
    function("maybe", returns=(optional(INT),)),
    function("flag", returns=(BOOL,)),
    function("request", returns=(REQUEST,)),
    function("table", returns=(DictOf(STR, ListOf(INT)),)),
    function("days", returns=(ListOf(DATE),)),
    function("where", returns=(REGION,)),
    function("when", returns=(DATETIME,)),
    function("long", returns=(TIMEDELTA,)),
    function("day", returns=(DATE,)),
    function("text", returns=(STR,)),
    function("anything", returns=(JSON,)),
    function("add", parameter("a", INT), parameter("b", INT), returns=(INT,)),
    function("half", parameter("x", FLOAT), returns=(FLOAT,)),
    function("optional", parameter("x", optional(INT)), returns=(INT,)),
    function("ask", parameter("request", REQUEST), returns=(INT,)),
    function("sum", parameter("numbers", ListOf(INT)), returns=(INT,)),
    function("look", parameter("json", JSON), returns=(INT,)),
    function("computed", parameter("x", None, why="it is computed"), returns=(None,), why="it is computed"),
    function("train", parameter("rows", DATASET), returns=(SVC,)),
    function("apply", parameter("model", SVC), parameter("net", ListOf(NET)), returns=(NET,)),
    function("folder", parameter("where", DIRECTORY), returns=(DIRECTORY,)),
    function("silent", unknown=True),
    function("named", returns=(INT, FLOAT), names=("count", "mean")),
    function("pod", parameter("x", INT, required=False)),
)


class HandWritten:
    """Signatures of `m` given by hand."""

    def __init__(self) -> None:
        self.known = {signature.function.name: signature for signature in FUNCTIONS}

    def signature(self, function: FunctionRef, at: Place) -> Signature | tuple[Diagnostic, ...]:
        if function.name in self.known:
            return self.known[function.name]
        return (Diagnostic(code="FO401", message=f"no function {function}", place=at),)

    def named_type(self, module: str, name: str, at: Place) -> LiteralType | tuple[Diagnostic, ...]:
        found = CLASSES.get(f"{module}:{name}")
        return found if found is not None else (Diagnostic(code="FO402", message=f"no class {name}", place=at),)

    def why_pickled(self, name: str) -> str:
        return f"{name} has no fields that could be read"


def manifests(files: Mapping[str, str]) -> tuple[FileManifest, ...]:
    found: list[FileManifest] = []
    for path, text in files.items():
        root, faults = read_yaml(path, ("apiVersion: flyteops/v1\n" + textwrap.dedent(text)).encode())
        assert not faults, faults
        assert root is not None
        manifest, faults = parse_file(path, root)
        assert not faults, faults
        found.append(manifest)
    return tuple(found)


def tree(text: str) -> Tree:
    root, faults = read_yaml("flyteops.yaml", textwrap.dedent(text).encode())
    assert not faults, faults
    assert root is not None
    return root


def _reading(files: Mapping[str, str]) -> Callable[[str], bytes | None]:
    return lambda path: files[path].encode() if path in files else None


def program(
    text: str = "",
    *,
    files: Mapping[str, str] | None = None,
    domain: str = "development",
    defaults: str | None = None,
    default_image: str | None = None,
    digests: Mapping[str, str] | None = None,
    beside: Mapping[str, str] | None = None,
    pins: Mapping[str, str] | None = None,
) -> Program:
    return compile_program(
        project="churn",
        domain=domain,
        domains=("development", "production"),
        manifests=manifests(files if files is not None else {"p.yaml": text}),
        project_defaults=tree(defaults) if defaults else None,
        python=HandWritten(),
        default_image=default_image,
        repository=Repository(read=_reading(beside or {}), images=digests or {}, entities=pins or {}),
    )


def programs(files: Mapping[str, str]) -> dict[str, Program]:
    return compile_all(
        project="churn",
        domains=("development", "production"),
        manifests=manifests(files),
        project_defaults=None,
        python=HandWritten(),
        default_images={},
    )


def told(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    """Each diagnostic in one line: code, line:column, message, label, help."""
    return [
        " | ".join(
            part
            for part in (
                f"{each.code} {each.place.line}:{each.place.column}-{each.place.end_column}"
                if each.place
                else each.code,
                each.message,
                each.label,
                each.help,
            )
            if part
        )
        for each in diagnostics
    ]


def refused(text: str = "", *, files: Mapping[str, str] | None = None, domain: str = "development") -> list[str]:
    """What is told of a project that is refused."""
    try:
        program(text, files=files, domain=domain)
    except InvalidProject as invalid:
        return told(invalid.diagnostics)
    return []


def workflow(nodes: str, *, inputs: str = "", outputs: str = "") -> str:
    """A file with one workflow `w`; the first node stands on line 6."""
    head = f"workflows:\n  w:\n    inputs: {{{inputs}}}\n    nodes:\n"
    body = textwrap.indent(textwrap.dedent(nodes).strip("\n"), "      ")
    return head + body + "\n" + (f"    outputs: {outputs}\n" if outputs else "")
