"""Where registries and stores are: the schemes of the language, and what has to follow each of them."""

from __future__ import annotations

import re
from typing import Literal

from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.errors import InvalidProject
from flyteops.settings.expansion import unset_variable

What = Literal["registry", "store"]
SCHEMES: dict[What, tuple[str, ...]] = {
    "registry": ("sqlite", "postgresql", "store"),
    "store": ("file", "s3", "gs", "az"),
}
_LOCAL = ("sqlite", "file")
_BUCKETS = ("s3", "gs", "az")
_BUCKET = re.compile(r"//[A-Za-z0-9][A-Za-z0-9._-]*(/[^?#@\\]*)?")
"""A bucket and a prefix, and nothing that a credential or an option could stand in."""


def scheme_of(location: str) -> str:
    """The text before the first colon."""
    return location.partition(":")[0]


def location_fault(location: str, what: What) -> str:
    """Why a text is no location of a registry or store; empty when it is one."""
    scheme, colon, rest = location.partition(":")
    if not colon or scheme not in SCHEMES[what]:
        return f"a {what} begins with one of {', '.join(f'{each}:' for each in SCHEMES[what])}"
    if not rest.strip("/") and scheme != "store":
        return f"nothing follows {scheme}:"
    if scheme in _LOCAL and rest.startswith("//") and not rest.startswith("///"):
        return f"{scheme}://HOST is not a place on this machine; write {scheme}:FOLDER/FILE or {scheme}:///FOLDER/FILE"
    if scheme == "postgresql" and not rest.startswith("//"):
        return "a database is written postgresql://USER@HOST/DATABASE"
    if scheme in _BUCKETS and not _BUCKET.fullmatch(rest):
        return f"a bucket is written {scheme}://BUCKET/PREFIX; endpoint and credentials come from the environment"
    return ""


def local_path(location: str, place: Place | None) -> str:
    """The path inside `sqlite:…` or `file:…`."""
    _, rest = usable_location(location, place)
    return rest.removeprefix("//")


def usable_location(location: str, place: Place | None) -> tuple[str, str]:
    """The scheme and what follows its colon; raises FO524 where a variable in it is not set."""
    variable = unset_variable(location)
    if variable:
        raise InvalidProject([unset(variable, place)])
    scheme, _, rest = location.partition(":")
    return scheme, rest


def unset(variable: str, place: Place | None) -> Diagnostic:
    """FO524: a variable that is needed now has no value."""
    return Diagnostic(
        code="FO524",
        message=f"the variable {variable} is not set",
        place=place,
        label="needed here",
        help=f"export {variable}=…",
    )
