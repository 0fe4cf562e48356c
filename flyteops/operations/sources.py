"""From a tree of files to programs: what validate, plan, apply, render and run all begin with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import field, replace

from flyteops.compile import Repository, compile_all, compile_program, with_contents
from flyteops.compile.contents import Files
from flyteops.model.diagnostics import Diagnostic, Place, Severity, in_order
from flyteops.model.errors import InvalidProject
from flyteops.model.frozen import frozen
from flyteops.model.locking import Pins
from flyteops.model.program import Program
from flyteops.operations.locking import read_pins
from flyteops.ports.trees import Tree
from flyteops.source.credentials import Allowed, credentials_in, suspicious
from flyteops.source.manifests import FileManifest, parse_file
from flyteops.source.reader import read_yaml
from flyteops.source.signatures import PythonSource
from flyteops.source.tree import Mapping

SETTINGS_FILE = "flyteops.yaml"


@frozen
class Sources:
    """Where a project's words are: what the settings say about reading it."""

    project: str
    domains: tuple[str, ...]
    declarations: tuple[str, ...]
    code_roots: tuple[str, ...]
    defaults: Mapping | None = None
    default_images: MappingOf[str, str] = field(default_factory=dict)
    """The image of tasks without one, by domain."""
    default_image_places: MappingOf[str, Place] = field(default_factory=dict)
    """Where each of these is written, by image."""
    code_include: tuple[tuple[str, Place | None], ...] = ()
    """Patterns of files that travel with the code besides Python, and where each is written."""
    allowed: tuple[Allowed, ...] = ()
    """Values that look like credentials and are none."""


@frozen
class Readings:
    """The declarations of a tree, and the faults seen while reading them."""

    manifests: tuple[FileManifest, ...]
    diagnostics: tuple[Diagnostic, ...]
    python: PythonSource
    whole: bool
    """Whether every file could be read; if not, names may be missing that are declared."""


def read_declarations(tree: Tree, sources: Sources, *, part: Iterable[str] | None = None) -> Readings:
    """Every declaration file below the declared folders, in path order; or only those of a part."""
    manifests: list[FileManifest] = []
    found: list[Diagnostic] = []
    if part is None:
        paths = declaration_paths(tree, sources.declarations)
        irregular = irregular_below(tree, sources.declarations)
        found = [*_missing(paths, irregular, sources.declarations), *irregular]
    else:
        paths = sorted(part)
    whole = True
    for path in paths:
        data = tree.read(path)
        if data is None:
            continue
        root, faults = read_yaml(path, data)
        found.extend(faults)
        whole = whole and (root is not None or not faults or _only_warnings(faults))
        if root is not None:
            manifest, faults = parse_file(path, root)
            manifests.append(manifest)
            found.extend(faults)
            if suspicious(data):
                found.extend(credentials_in(root, sources.allowed))
    listed = tree.paths()
    python = PythonSource(tree.read, frozenset(listed), roots=sources.code_roots, ignored=tree.ignored)
    found.extend(_unmatched(listed, sources))
    return Readings(manifests=tuple(manifests), diagnostics=tuple(found), python=python, whole=whole)


def travelling(paths: Iterable[str], sources: Sources) -> tuple[str, ...]:
    """The files that `code.include` names; Python and declarations are none of them."""
    patterns = [pattern for pattern, _ in sources.code_include]
    return Files(lambda _: None, lambda: _besides(paths, sources)).matching(patterns)


def _besides(paths: Iterable[str], sources: Sources) -> tuple[str, ...]:
    prefixes = _prefixes(sources.declarations)
    return tuple(
        path
        for path in paths
        if not path.endswith(".py") and not (path.endswith((".yaml", ".yml")) and path.startswith(prefixes))
    )


def _unmatched(paths: Iterable[str], sources: Sources) -> Iterator[Diagnostic]:
    for pattern, place in sources.code_include:
        if not travelling(paths, replace(sources, code_include=((pattern, place),))):
            yield Diagnostic(
                code="FO389",
                message=f'code.include: "{pattern}" names no file',
                place=place,
                label="no file of the tree besides Python and declarations",
                help="correct it (`*` stands within a folder, `**` for folders too), take it out, or see whether git "
                "ignores the files",
                severity=Severity.WARNING,
            )


NAMES_NOT_FOUND = ("FO360", "FO364", "FO367", "FO372", "FO201", "FO261", "FO262", "FO267", "FO271", "FO276", "FO590")
"""Codes that may only follow from a file that could not be read: its names are not known."""


def _together(readings: Readings, invalid: InvalidProject, tree: Tree, sources: Sources) -> InvalidProject:
    """The faults of reading and compiling, without those that only follow from a file that could not be read."""
    compiled = [
        _placed(_not_followed(each, tree), sources)
        for each in invalid.diagnostics
        if readings.whole or each.code not in NAMES_NOT_FOUND
    ]
    return InvalidProject([*readings.diagnostics, *compiled])


def _placed(fault: Diagnostic, sources: Sources) -> Diagnostic:
    """What is wrong with the default image of a domain is told where the settings name it."""
    if fault.code != "FO262" or fault.place is not None:
        return fault
    named = (place for name, place in sources.default_image_places.items() if f'"{name}"' in fault.message)
    return replace(fault, place=next(named, None))


def _not_followed(fault: Diagnostic, tree: Tree) -> Diagnostic:
    """A module that is not found because a link or a submodule stands where it was looked for says so."""
    if fault.code != "FO401":
        return fault
    looked_for = fault.label.split()
    for path in sorted(tree.ignored(each for each in looked_for if each.endswith(".py"))):
        help_text = f"commit it (git add -f {path}), or take the pattern out of .gitignore"
        return replace(fault, label=f"git ignores {path}: it would be in no commit and no pod", help=help_text)
    for path in tree.irregular():
        if any(each == path or each.startswith(path + "/") for each in looked_for):
            help_text = "put the files themselves there: links and submodules are not followed"
            return replace(fault, label=f"{path} is a symbolic link or a submodule", help=help_text)
    return fault


def _only_warnings(faults: tuple[Diagnostic, ...]) -> bool:
    return all(each.severity is Severity.WARNING for each in faults)


def _missing(paths: list[str], irregular: list[Diagnostic], folders: tuple[str, ...]) -> list[Diagnostic]:
    if paths or irregular:
        return []
    where = " or ".join(f"{folder}/" for folder in folders) or "any folder"
    return [
        Diagnostic(
            code="FO590",
            message=f"there is no declaration below {where}",
            place=None,
            help="write one (pipelines/hello.yaml), name the folder in declarations: of flyteops.yaml, "
            "or begin with `flyteops init`",
        )
    ]


def irregular_below(tree: Tree, folders: tuple[str, ...]) -> list[Diagnostic]:
    """Links and submodules where declarations are: never followed, and never passed over in silence."""
    prefixes = _prefixes(folders)
    return [
        _refused(path)
        for path in tree.irregular()
        if path.startswith(prefixes) or any(prefix.startswith(path + "/") for prefix in prefixes)
    ]


def _refused(path: str) -> Diagnostic:
    if "\\x" in path:
        return Diagnostic(
            code="FO591",
            message=f"the name of {path} is not UTF-8, or holds a backslash",
            place=None,
            help="give the file a name in UTF-8",
        )
    return Diagnostic(
        code="FO591",
        message=f"{path} is a symbolic link or a submodule",
        place=None,
        help="put the file itself there: links are not followed, since they may lead out of the repository",
    )


def _prefixes(folders: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("" if folder in (".", "") else folder.rstrip("/") + "/" for folder in folders)


def declaration_paths(tree: Tree, folders: tuple[str, ...]) -> list[str]:
    """Paths of YAML files below the folders; `.yml` too, so that it can be refused by name."""
    prefixes = _prefixes(folders)
    return [path for path in tree.paths() if path.endswith((".yaml", ".yml")) and path.startswith(prefixes)]


def load_program(tree: Tree, sources: Sources, *, domain: str, part: Iterable[str] | None = None) -> Program:
    """The program of one domain, or of a part of it; InvalidProject with every fault of reading and compiling."""
    return load_with_readings(tree, sources, domain=domain, part=part)[0]


def read_with_lock(tree: Tree, sources: Sources, *, part: Iterable[str] | None = None) -> tuple[Readings, Repository]:
    """The declarations, and what is read beside them; a lock that cannot be read is told among the rest."""
    readings = read_declarations(tree, sources, part=part)
    try:
        pins = read_pins(tree)
    except InvalidProject as invalid:
        readings = replace(readings, diagnostics=(*readings.diagnostics, *invalid.diagnostics))
        pins = Pins()
    beside = Repository(
        read=tree.read, paths=tree.paths, images=pins.images, entities=pins.entities, allowed=sources.allowed
    )
    return readings, beside


def load_with_readings(
    tree: Tree, sources: Sources, *, domain: str, part: Iterable[str] | None = None
) -> tuple[Program, Readings]:
    """The program of one domain, and the declarations that it was compiled from; `part` are the files to take, with
    all that they need (operations/linking.py)."""
    readings, beside = read_with_lock(tree, sources, part=part)
    try:
        program = compile_program(
            project=sources.project,
            domain=domain,
            domains=sources.domains,
            manifests=readings.manifests,
            project_defaults=sources.defaults,
            python=readings.python,
            default_image=sources.default_images.get(domain),
            repository=beside,
        )
    except InvalidProject as invalid:
        raise _together(readings, invalid, tree, sources) from None
    refuse_errors(readings.diagnostics)
    program = with_contents(program, tree.read, tree.paths)
    if not readings.diagnostics:
        return program, readings
    return replace(program, warnings=in_order([*readings.diagnostics, *program.warnings])), readings


def load_programs(tree: Tree, sources: Sources) -> tuple[dict[str, Program], tuple[Diagnostic, ...]]:
    """The programs of all domains, and the warnings of reading; InvalidProject with every fault, each told once."""
    readings, beside = read_with_lock(tree, sources)
    try:
        programs = compile_all(
            project=sources.project,
            domains=sources.domains,
            manifests=readings.manifests,
            project_defaults=sources.defaults,
            python=readings.python,
            default_images=sources.default_images,
            repository=beside,
        )
    except InvalidProject as invalid:
        raise _together(readings, invalid, tree, sources) from None
    refuse_errors(readings.diagnostics)
    return programs, readings.diagnostics


def refuse_errors(diagnostics: tuple[Diagnostic, ...]) -> None:
    """Raises InvalidProject when there is an error among them."""
    if any(found.severity is Severity.ERROR for found in diagnostics):
        raise InvalidProject(diagnostics)
