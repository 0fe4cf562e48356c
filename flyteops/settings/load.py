"""Turns a flyteops.yaml, with flags and variables over it, into `Settings`. Reads files, writes none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flyteops.model.diagnostics import Diagnostic, Place, Related, Severity
from flyteops.model.errors import InvalidProject, OutsideFailed
from flyteops.settings.checking import Checked, check
from flyteops.settings.expansion import expanded, foreign_variable, unset_variable
from flyteops.settings.fields import NAME
from flyteops.settings.finding import SETTINGS_FILE, find_root
from flyteops.settings.locations import What, location_fault, unset
from flyteops.settings.requirement import requirement_fault, satisfies
from flyteops.settings.values import AllowedLiteral, Cluster, DomainSettings, Settings
from flyteops.source.reader import read_yaml
from flyteops.source.suggest import did_you_mean
from flyteops.source.tree import Mapping as Tree

DEFAULT_REGISTRY = "sqlite:.flyteops/registry.db"
DEFAULT_STORE = "file:.flyteops/store"
DEFAULT_DOMAIN = "development"
DEFAULT_CODE_ROOTS = ("src",)
DEFAULT_DECLARATIONS = ("pipelines",)
_FLAGS = {"project": "-p", "domain": "-d", "registry": "--registry", "store": "--store"}


def load_settings(
    start: Path, *, environ: Mapping[str, str], flags: Mapping[str, str], tool_version: str | None = None
) -> Settings:
    """The settings of the project around `start`, from the nearest flyteops.yaml upwards in its repository."""
    root = find_root(start)
    try:
        data = (root / SETTINGS_FILE).read_bytes()
    except OSError as failed:
        raise OutsideFailed(
            "file system", f"{root / SETTINGS_FILE} cannot be read: {failed.strerror}", retryable=False,
            way_out="see its owner and mode",
        ) from failed  # fmt: skip
    return settings_from(SETTINGS_FILE, data, root=root, environ=environ, flags=flags, tool_version=tool_version)


def settings_from(
    path: str,
    data: bytes,
    *,
    root: Path,
    environ: Mapping[str, str],
    flags: Mapping[str, str],
    tool_version: str | None = None,
) -> Settings:
    """The settings in the bytes of a flyteops.yaml, of the work tree or of a commit; all faults at once."""
    tree, found = read_yaml(path, data)
    errors = [each for each in found if each.severity is Severity.ERROR]
    if tree is None:
        raise InvalidProject(errors or [_empty(path)])
    checked = check(tree)
    reading = _Reading(path=path, checked=checked, environ=environ, flags=flags, faults=[*errors, *checked.faults])
    reading.check_requirement(tool_version)
    settings = reading.settings(root, tree)
    if settings is None or reading.faults:
        raise InvalidProject(reading.faults)
    return settings


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One flyteops.yaml on its way to `Settings`; faults gather here. Values of a wrong form read as absent."""

    path: str
    checked: Checked
    environ: Mapping[str, str]
    flags: Mapping[str, str]
    faults: list[Diagnostic]
    origins: dict[str, str] = field(default_factory=dict)

    def settings(self, root: Path, tree: Tree) -> Settings | None:
        document = self.checked.document
        places = dict(self.checked.places)
        self.origins = {name: f"{self.path}:{place.line}" for name, place in places.items()}
        self._refuse_stray_variables(document, "")
        project = self._project(_text(document, "project") or "")
        registry = self._location("registry", "registry", _text(document, "registry") or DEFAULT_REGISTRY)
        store = self._location("store", "store", _text(document, "store") or DEFAULT_STORE)
        chosen = self._overridden("domain", "") or None
        domains = self._domains(_map(document, "domains"))
        default = self._default_domain(domains)
        if chosen is not None and chosen not in domains:
            self.faults.append(_unknown_domain(chosen, self.origins["domain"], domains))
        if default and (chosen is None or chosen in domains):
            self._require_cluster_set(domains[chosen or default])
        self.origins.setdefault("domain", self.origins.get(f"domains.{default}.default", "default"))
        code = _map(document, "code")
        defaults = tree.get("defaults")
        return Settings(
            root=root,
            project=project,
            description=_text(document, "description") or "",
            requires=_text(document, "requires"),
            code_roots=_texts(code, "roots", DEFAULT_CODE_ROOTS),
            code_include=_texts(code, "include", ()),
            declarations=_texts(document, "declarations", DEFAULT_DECLARATIONS),
            registry=registry,
            store=store,
            domains=domains,
            default_domain=default,
            chosen_domain=chosen,
            store_overridden=not self.origins.get("store", "default").startswith((self.path, "default")),
            defaults_tree=defaults if isinstance(defaults, Tree) else None,
            allow_literals=_allowed(document.get("allow_literals")),
            origins=self.origins,
            places={name: place for name, place in places.items() if self.origins[name].startswith(self.path)},
        )

    def check_requirement(self, tool_version: str | None) -> None:
        """Raises at once when this tool may not plan the project: other faults may only follow from that."""
        requirement = _text(self.checked.document, "requires")
        if requirement is None:
            return
        place = self.checked.places["requires"]
        why = requirement_fault(requirement)
        if why:
            self.faults.append(
                Diagnostic(
                    code="FO522",
                    message='the setting "requires" has a wrong value',
                    place=place,
                    label=why,
                    help='write comparisons with commas between them, such as ">=0.1,<0.2"',
                )
            )
            return
        version = tool_version or _own_version()
        if not satisfies(version, requirement):
            raise InvalidProject([_wrong_version(version, requirement, place)])

    def _overridden(self, name: str, written: str) -> str:
        """The flag, the variable, or what is written, in this order; notes which it was."""
        variable = f"FLYTEOPS_{name.upper()}"
        if self.flags.get(name):
            self.origins[name] = f"flag {_FLAGS[name]}"
            return self.flags[name]
        if self.environ.get(variable):
            self.origins[name] = f"variable {variable}"
            return self.environ[variable]
        return written

    def _project(self, written: str) -> str:
        project = self._overridden("project", written)
        if project != written and not re.fullmatch(NAME, project):
            self.faults.append(
                Diagnostic(
                    code="FO522",
                    message=f'"{project}" cannot be the name of a project (from {self.origins["project"]})',
                    place=None,
                    help="take small letters, digits and inner dashes, at most 63",
                )
            )
        return project

    def _location(self, name: str, what: What, written: str) -> str:
        overridden = self._overridden(name, written) if name == what else written
        location = expanded(overridden, self.environ)
        why = "" if unset_variable(location) else location_fault(location, what)
        if why:
            origin = self.origins.get(name, "")
            by = "" if origin.startswith(self.path) else f" (from {origin})"
            self.faults.append(
                Diagnostic(
                    code="FO529",
                    message=f'"{name}" is not a place of a {what}{by}',
                    place=None if by else self.checked.places.get(name),
                    label=why,
                    help=f"for one machine: {name.rpartition('.')[2]}: "
                    + (DEFAULT_REGISTRY if what == "registry" else DEFAULT_STORE),
                )
            )
        return location

    def _refuse_stray_variables(self, value: object, name: str) -> None:
        """`${…}` where nothing is put in would silently stay as it is; a foreign variable may be a secret."""
        if isinstance(value, dict):
            for key, inner in value.items():
                if f"{name}{key}" not in ("description", "defaults"):
                    self._refuse_stray_variables(inner, f"{name}{key}.")
        elif isinstance(value, list):
            for at, inner in enumerate(value):
                self._refuse_stray_variables(inner, f"{name}{at}.")
        elif isinstance(value, str) and "${" in value:
            self._refuse_variable(value, name.rstrip("."))

    def _refuse_variable(self, text: str, name: str) -> None:
        parts = name.split(".")
        takes = parts[-1] in ("registry", "store") or "cluster" in parts[2:3]
        foreign = foreign_variable(text)
        if takes and not foreign:
            return
        self.faults.append(
            Diagnostic(
                code="FO524",
                message=f"{foreign} is not put in: its name does not begin with FLYTEOPS_"
                if takes
                else f'no variable is put into "{name}"',
                place=self.checked.places.get(name),
                label="only ${FLYTEOPS_NAME}, of capital letters, digits and _" if takes else "stays as it is written",
                help="rename the variable"
                if takes
                else "write the value itself; registry, store and cluster take some",
            )
        )

    def _domains(self, written: dict[str, Any]) -> dict[str, DomainSettings]:
        if not written:
            return {DEFAULT_DOMAIN: DomainSettings(name=DEFAULT_DOMAIN, default=True)}
        return {name: self._domain(name, settings) for name, settings in written.items() if isinstance(settings, dict)}

    def _domain(self, name: str, written: dict[str, Any]) -> DomainSettings:
        store = _text(written, "store")
        cluster, protect = _map(written, "cluster"), _map(written, "protect")
        limit = _text(protect, "prune_limit")
        return DomainSettings(
            name=name,
            default=written.get("default") is True,
            store=self._location(f"domains.{name}.store", "store", store) if store else None,
            cluster=self._cluster(cluster) if "cluster" in written else None,
            default_image=_text(written, "default_image"),
            protected="protect" in written,
            prune_limit=int(limit[:-1]) / 100 if limit and limit[:-1].isdecimal() else None,
            consent=_texts(protect, "consent", ()),
        )

    def _cluster(self, written: dict[str, Any]) -> Cluster:
        context, namespace = (_text(written, key) for key in ("context", "namespace"))
        return Cluster(
            context=expanded(context, self.environ) if context else None,
            namespace=expanded(namespace, self.environ) if namespace else None,
            argo=_text(written, "argo"),
        )

    def _require_cluster_set(self, domain: DomainSettings) -> None:
        """The cluster of the domain that is worked on needs its variables; those of other domains may be unset."""
        cluster = domain.cluster
        for key, value in (("context", cluster.context), ("namespace", cluster.namespace)) if cluster else ():
            name = unset_variable(value or "")
            if name:
                place = self.checked.places.get(f"domains.{domain.name}.cluster.{key}")
                self.faults.append(unset(name, place))

    def _default_domain(self, domains: Mapping[str, DomainSettings]) -> str:
        marked = [name for name, domain in domains.items() if domain.default]
        if len(marked) == 1:
            return marked[0]
        if len(domains) == 1:
            return next(iter(domains))
        places = self.checked.places
        if not domains or (not marked and any("domains." in fault.message for fault in self.checked.faults)):
            return ""  # it only follows from a fault that is told
        self.faults.append(
            Diagnostic(
                code="FO528",
                message=f"{len(marked)} domains are the default one" if marked else "no domain is the default one",
                place=places[f"domains.{marked[1]}.default"] if marked else places["domains"],
                label="a second one" if marked else "",
                help=f"write default: true at one of {', '.join(domains)} only",
                related=(Related(place=places[f"domains.{marked[0]}.default"], label="the first"),) if marked else (),
            )
        )
        return ""


def _text(document: dict[str, Any], name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) else None


def _map(document: dict[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _texts(document: dict[str, Any], name: str, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    value = document.get(name)
    return tuple(str(item) for item in value) if isinstance(value, list) else otherwise


def _allowed(written: object) -> tuple[AllowedLiteral, ...]:
    if not isinstance(written, list):
        return ()
    allowed = []
    for each in written:
        if isinstance(each, dict) and isinstance(each.get("at"), str) and isinstance(each.get("sha256"), str):
            path, _, line = each["at"].rpartition(":")
            if line.isdecimal():
                allowed.append(AllowedLiteral(path=path, line=int(line), sha256=each["sha256"]))
    return tuple(allowed)


def _own_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("flyteops")
    except PackageNotFoundError:
        return "0+unknown"


def _empty(path: str) -> Diagnostic:
    return Diagnostic(
        code="FO523",
        message='the setting "project" is missing',
        place=Place(path=path, line=1, column=1, end_line=1, end_column=2),
        help="add project: …",
    )


def _wrong_version(version: str, requirement: str, place: Place) -> Diagnostic:
    return Diagnostic(
        code="FO525",
        message=f"this is flyteops {version}; the project requires {requirement}",
        place=place,
        label="does not hold for this version",
        help=f'install one that fits, for example uv tool install "flyteops{requirement}"',
    )


def _unknown_domain(name: str, origin: str, domains: Mapping[str, DomainSettings]) -> Diagnostic:
    return Diagnostic(
        code="FO526",
        message=f'there is no domain "{name}" (from {origin})',
        place=None,
        label=did_you_mean(name, domains),
        help=f"declared: {', '.join(domains)}",
    )
