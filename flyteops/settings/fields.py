"""The table of settings: one list from which the check by cerberus and the published JSON Schema are both made."""

from __future__ import annotations

from typing import Literal

from flyteops.model.digest import Json, JsonObject
from flyteops.model.frozen import frozen
from flyteops.model.image_names import DECLARED_OR_REFERENCE

Form = Literal["text", "flag", "texts", "map", "named", "maps", "untouched"]
"""`map`: fixed keys · `named`: a map from names to such maps · `maps`: a list of them · `untouched`: handed on."""

NAME = "[a-z]([a-z0-9-]{0,61}[a-z0-9])?"  # a DNS label: projects and domains become parts of Kubernetes names


@frozen
class Field:
    """One setting. `one_of` and `pattern` bound a text; `says` is what a wrong value is told."""

    name: str
    form: Form
    doc: str
    says: str = ""
    pattern: str | None = None
    one_of: tuple[str, ...] = ()
    required: bool = False
    fields: tuple[Field, ...] = ()
    expands: bool = False
    """Whether `${FLYTEOPS_…}` may stand in it."""


_RELATIVE = r"(?!/)(?!.*(^|/)\.\.(/|$))[^\\\x00-\x1f]+"
_FOLDERS = "a list of folders below flyteops.yaml, with / and without .."

CLUSTER = (
    Field(name="context", form="text", doc="Context of the kubeconfig", expands=True),
    Field(
        name="namespace", form="text", doc="Kubernetes namespace", pattern=NAME, says="a Kubernetes name", expands=True
    ),
    Field(name="argo", form="text", doc="Version of Argo Workflows there", one_of=("3.7", "4.0", "4.1")),
)
PROTECT = (
    Field(
        name="prune_limit",
        form="text",
        doc="Largest share of entities that one apply may retire",
        pattern=r"(100|[0-9]{1,2})%",
        says="a share such as 20%",
    ),
    Field(
        name="consent",
        form="texts",
        doc="Classes of change that need consent",
        one_of=("breaking", "retire"),
    ),
)
DOMAIN = (
    Field(name="default", form="flag", doc="Whether it is the domain when none is named"),
    Field(name="store", form="text", doc="Where files and outputs of this domain lie", expands=True),
    Field(name="cluster", form="map", doc="Where its pods run", fields=CLUSTER),
    Field(
        name="default_image",
        form="text",
        doc="Image of tasks that name none",
        pattern=DECLARED_OR_REFERENCE,
        says="a declared image, or a reference to one in small letters, such as ghcr.io/acme/base:v7",
    ),
    Field(name="protect", form="map", doc="What apply may not do without consent", fields=PROTECT),
)
CODE = (
    Field(name="roots", form="texts", doc="Import roots of the functions", pattern=_RELATIVE, says=_FOLDERS),
    Field(
        name="include",
        form="texts",
        doc="Patterns of files that travel with the code besides Python. Today they are only checked (validate) and "
        "counted (doctor): nothing copies them into an image, and they enter no digest; a result that depends on one "
        "names it in cache: {include: [{files: …}]}",
        pattern=_RELATIVE,
        says="a list of patterns below flyteops.yaml, with / and without ..",
    ),
)
ALLOWED = (
    Field(name="at", form="text", doc="PATH:LINE", pattern=r".+:[1-9][0-9]{0,6}", says="PATH:LINE", required=True),
    Field(
        name="sha256", form="text", doc="SHA-256 of the text", pattern="[0-9a-f]{64}", says="64 digits", required=True
    ),
)
SETTINGS = (
    Field(name="apiVersion", form="text", doc="Version of the language", one_of=("flyteops/v1",)),
    Field(name="requires", form="text", doc="Versions of the tool that may plan this project"),
    Field(
        name="project",
        form="text",
        doc="Name of the project",
        pattern=NAME,
        says="a name of small letters, digits and inner dashes, at most 63",
        required=True,
    ),
    Field(name="description", form="text", doc="What the project is for"),
    Field(name="code", form="map", doc="Where the functions are", fields=CODE),
    Field(name="declarations", form="texts", doc="Folders searched for *.yaml", pattern=_RELATIVE, says=_FOLDERS),
    Field(name="registry", form="text", doc="Where what was applied is recorded", expands=True),
    Field(name="store", form="text", doc="Where files and outputs lie", expands=True),
    Field(name="domains", form="named", doc="The domains, such as development and production", fields=DOMAIN),
    Field(name="defaults", form="untouched", doc="Defaults of entities; see declarations.v1.json"),
    Field(
        name="allow_literals",
        form="maps",
        doc="Values that look like credentials and are none",
        fields=ALLOWED,
    ),
)


def project_schema() -> JsonObject:
    """The published schema of flyteops.yaml, schemas/project.v1.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "flyteops/project.v1",
        "title": "flyteops.yaml: settings of a project",
        **_object(SETTINGS),
    }


def _object(fields: tuple[Field, ...]) -> JsonObject:
    shape: JsonObject = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.name: {"description": field.doc, **_shape(field)} for field in fields},
    }
    required: list[Json] = [field.name for field in fields if field.required]
    return {**shape, "required": required} if required else shape


def _shape(field: Field) -> JsonObject:
    match field.form:
        case "text":
            return _text(field)
        case "flag":
            return {"type": "boolean"}
        case "texts":
            return {"type": "array", "items": _text(field)}
        case "map":
            return _object(field.fields)
        case "named":
            return {
                "type": "object",
                "propertyNames": {"pattern": f"^{NAME}$"},
                "additionalProperties": _object(field.fields),
            }
        case "maps":
            return {"type": "array", "items": _object(field.fields)}
        case "untouched":
            return {"type": "object"}


def _text(field: Field) -> JsonObject:
    """Numbers are texts here too: `argo: 4.1` needs no quotes."""
    if field.one_of:
        values: list[Json] = [*field.one_of]
        if all(_is_number(value) for value in field.one_of):
            values += [float(value) for value in field.one_of]
        return {"enum": values}
    if field.pattern is None:
        return {"type": ["string", "number"]}
    pattern = f"^({field.pattern})$"
    return {"type": "string", "pattern": f"{pattern}|[$][{{]FLYTEOPS_" if field.expands else pattern}


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
