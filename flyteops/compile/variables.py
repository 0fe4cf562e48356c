"""Variables as YAML declares them: `name: TYPE`, `name: TYPE = LITERAL`, or a map of their parts."""

from __future__ import annotations

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import flag_in, text_in
from flyteops.compile.long_forms import short_default
from flyteops.compile.pickles import Classes
from flyteops.compile.spots import within
from flyteops.compile.type_expressions import read_type, split_default
from flyteops.compile.values import read_literal
from flyteops.model.diagnostics import Place, Related
from flyteops.model.frozen import frozen
from flyteops.model.literals import Literal
from flyteops.model.row_formats import ROW_FORMATS
from flyteops.model.types import DatasetOf, LiteralType, contains_blob, pickles_in, spelling
from flyteops.source.scalars import is_null
from flyteops.source.tree import Mapping, Scalar, TreeNode


@frozen
class DeclaredVariable:
    """A variable as YAML declares it; `type` None when it says none. `broken` when a fault was noted."""

    name: str
    place: Place
    type_place: Place
    type: LiteralType | None = None
    default: Literal | None = None
    description: str = ""
    required: bool | None = None
    pickle: bool = False
    """Whether it says that its objects may travel as pickles."""
    broken: bool = False


def read_variable(key: Scalar, node: TreeNode, *, classes: Classes, faults: Faults) -> DeclaredVariable:
    """`name: TYPE`, `name: TYPE = LITERAL` or the map of its parts."""
    before = len(faults.found)
    if isinstance(node, Mapping):
        return _long(key, node, classes, faults, before)
    if not isinstance(node, Scalar) or is_null(node):
        faults.add(
            "FO220",
            f'the type of "{key.text}" is missing',
            at=key.place,
            help=f"write {key.text}: int, {key.text}: list[str] = [] or a map with type:",
        )
        return DeclaredVariable(name=key.text, place=key.place, type_place=key.place, broken=True)
    cut = split_default(node.text)
    of = _spelt(key.text, node, classes, faults, length=cut)
    default = None
    if cut is not None and of is not None:
        default = _short_default(key.text, node, cut + 3, of, faults)
    end = len(node.text) if cut is None else cut
    return DeclaredVariable(
        name=key.text,
        place=key.place,
        type_place=within(node, 0, end),
        type=of,
        default=default,
        required=cut is None,
        broken=of is None or (cut is not None and default is None) or grew(faults, before),
    )


def grew(faults: Faults, before: int) -> bool:
    """Whether errors were noted since there were `before`."""
    return any(found.severity == "error" for found in faults.found[before:])


def _short_default(name: str, node: Scalar, start: int, of: LiteralType, faults: Faults) -> Literal | None:
    text = node.text[start:]
    place = within(node, start, len(node.text))
    value = short_default(node, start)
    if value is None:
        faults.add("FO228", f'the default of "{name}" is not YAML: {text}', at=place, help="use the form with default:")
        return None
    if isinstance(value, Mapping) or text.startswith("{"):
        faults.add(
            "FO228",
            f'the default of "{name}" is a map, which needs the long form',
            at=place,
            help=f"write {name}: {{type: {spelling(of)}, default: {text}}}",
        )
        return None
    return read_literal(value, of, faults=faults, subject=f'the default of "{name}"')


def _long(key: Scalar, node: Mapping, classes: Classes, faults: Faults, before: int) -> DeclaredVariable:
    pickle = flag_in(node, "pickle") is True
    written = node.get("type")
    if written is None and (node.get("dataset") is not None or node.get("format") is not None):
        written = _short_dataset(key, node, faults)
    of = declared_type(written, key.text, classes=classes, faults=faults, pickle=pickle) if written else None
    type_place = written.place if written is not None else key.place
    default_node = node.get("default")
    default = None
    if default_node is not None and of is not None:
        default = read_literal(default_node, of, faults=faults, subject=f'the default of "{key.text}"')
    required = flag_in(node, "required")
    return DeclaredVariable(
        name=key.text,
        place=key.place,
        type_place=type_place,
        type=of,
        default=default,
        description=text_in(node, "description") or "",
        required=False if default_node is not None else required,
        pickle=pickle,
        broken=grew(faults, before),
    )


def declared_type(
    node: TreeNode, name: str, *, classes: Classes, faults: Faults, pickle: bool = False
) -> LiteralType | None:
    """The type of a variable as written: text, or a map of a dataset. None with the fault noted. `pickle`: its
    objects may travel as pickles."""
    if isinstance(node, Scalar):
        return _spelt(name, node, classes, faults, pickle=pickle)
    return _dataset(node, classes, faults) if isinstance(node, Mapping) else None


def _spelt(
    name: str, node: Scalar, classes: Classes, faults: Faults, *, length: int | None = None, pickle: bool = False
) -> LiteralType | None:
    of = read_type(node, named=classes.named_type, faults=faults, length=length)
    if of is None:
        return None
    place = within(node, 0, len(node.text) if length is None else length)
    refused = classes.refused(of)
    if refused is not None and not pickle:
        written = node.text[:length]
        quoted = f'"{written}"' if set("[]{},#") & set(written) else written
        not_storable(f'"{name}"', refused, f"{name}: {{type: {quoted}, pickle: true}}", place, classes, faults)
        return None
    if pickle and not pickles_in(of):
        no_pickle(name, of, place, faults)
    return of


def not_storable(
    subject: str,
    refused: str,
    way_out: str,
    at: Place,
    classes: Classes,
    faults: Faults,
    related: tuple[Related, ...] = (),
) -> None:
    """Notes that objects of a class can travel as pickles only, and that nobody said that they may."""
    package, dot, _ = refused.partition(".")
    pattern = f"{package}.*" if dot and ":" not in refused else refused
    faults.add(
        "FO422",
        f"{subject} holds objects of {refused}, which can only travel as pickles",
        at=at,
        label=classes.why(refused),
        help=f"if they may, write {way_out}, or defaults: {{pickle: [{pattern}]}}",
        related=related,
    )


def no_pickle(name: str, of: LiteralType, at: Place, faults: Faults) -> None:
    """Notes that `pickle: true` says nothing."""
    faults.add(
        "FO423",
        f'"{name}" needs no pickle: {spelling(of)} is stored as what it is',
        at=at,
        help="take pickle: true away",
    )


# ---------------------------------------------------------------------------------------------- datasets


def _short_dataset(key: Scalar, node: Mapping, faults: Faults) -> Mapping | None:
    """`{dataset: …, format: …}` beside the other parts of a variable, as the map of a type."""
    kept = tuple(entry for entry in node.entries if entry.key.text in ("dataset", "format"))
    if node.get("dataset") is None:
        faults.add(
            "FO424",
            f'the format of "{key.text}" is no type',
            at=kept[0].key.place,
            help="write type: File[csv] for a file, or dataset: {} beside it for rows",
        )
        return None
    return Mapping(entries=kept, place=kept[0].key.place, flow=node.flow)


def _dataset(node: Mapping, classes: Classes, faults: Faults) -> LiteralType | None:
    columns: list[tuple[str, LiteralType]] = []
    written = node.get("dataset")
    for entry in written.entries if isinstance(written, Mapping) else ():
        if not isinstance(entry.value, Scalar):
            continue
        of = read_type(entry.value, named=classes.named_type, faults=faults)
        if of is None:
            return None
        if contains_blob(of):
            faults.add(
                "FO425",
                f"a column cannot hold {spelling(of)}",
                at=entry.value.place,
                label="kept outside of the rows",
                help="let the column be the text of a path or of a key",
            )
            return None
        columns.append((entry.key.text, of))
    return DatasetOf(tuple(columns), _row_format(node.get("format"), faults))


def _row_format(node: TreeNode | None, faults: Faults) -> str:
    if not isinstance(node, Scalar) or is_null(node):
        return ""
    if node.text not in ROW_FORMATS:
        faults.add(
            "FO430",
            f'no dataset has the format "{node.text}"',
            at=node.place,
            help=suggestion(node.text, ROW_FORMATS, kinds="formats"),
        )
    return node.text


def read_variables(node: TreeNode | None, *, classes: Classes, faults: Faults) -> dict[str, DeclaredVariable]:
    """Every declared variable of `inputs:` or `outputs:`, by name."""
    if not isinstance(node, Mapping):
        return {}
    return {
        entry.key.text: read_variable(entry.key, entry.value, classes=classes, faults=faults) for entry in node.entries
    }
