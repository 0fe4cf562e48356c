"""Where registries and stores are: the schemes of the language, and which of them this build can use."""

from __future__ import annotations

from typing import Literal

from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.errors import InvalidProject
from flyteops.settings.expansion import unset_variable

What = Literal["registry", "store"]
SCHEMES: dict[What, tuple[str, ...]] = {
    "registry": ("sqlite", "postgresql", "store"),
    "store": ("file", "s3", "gs", "az"),
}
_SUPPORTED: dict[What, tuple[str, ...]] = {"registry": ("sqlite", "postgresql", "store"), "store": ("file",)}
_LOCAL = ("sqlite", "file")


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
    return ""


def local_path(location: str, what: What, place: Place | None) -> str:
    """The path inside `sqlite:…` or `file:…`; any other scheme raises "not supported yet"."""
    scheme, rest = usable_location(location, what, place)
    if scheme not in _LOCAL:
        raise InvalidProject([not_supported(location, what, place)])
    return rest.removeprefix("//")


def usable_location(location: str, what: What, place: Place | None) -> tuple[str, str]:
    """The scheme and what follows its colon; raises FO900 or FO524 where this build cannot use it."""
    fault = _unusable(location, what, place)
    if fault:
        raise InvalidProject([fault])
    scheme, _, rest = location.partition(":")
    return scheme, rest


def _unusable(location: str, what: What, place: Place | None) -> Diagnostic | None:
    variable = unset_variable(location)
    if variable:
        return unset(variable, place)
    return None if scheme_of(location) in _SUPPORTED[what] else not_supported(location, what, place)


def unset(variable: str, place: Place | None) -> Diagnostic:
    """FO524: a variable that is needed now has no value."""
    return Diagnostic(
        code="FO524",
        message=f"the variable {variable} is not set",
        place=place,
        label="needed here",
        help=f"export {variable}=…",
    )


def not_supported(location: str, what: What, place: Place | None) -> Diagnostic:
    """FO900 for a scheme of the language that comes later."""
    serves = {"registry": "sqlite:.flyteops/registry.db", "store": "file:.flyteops/store"}[what]
    return Diagnostic(
        code="FO900",
        message=f"a {what} at {scheme_of(location)}: is not supported yet",
        place=place,
        label=f"only {', '.join(f'{each}:' for each in _SUPPORTED[what])} works in this version",
        help=f"use {serves}, also for this once: FLYTEOPS_{what.upper()}={serves}",
    )
