"""The settings as frozen values. Knows nothing of files being read, of YAML or of cerberus."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from flyteops.model.diagnostics import Place
from flyteops.model.frozen import frozen
from flyteops.settings.expansion import unset_variable
from flyteops.settings.locations import local_path, usable_location
from flyteops.source.tree import Mapping as Tree

_PASSWORD = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_SECRET_PARAMETER = re.compile(r"(?i)([?&](?:password|token|secret|sslpassword)=)[^&]*")


@frozen
class Cluster:
    """Where the pods of a domain run: a kubeconfig context, a namespace, the version of Argo there."""

    context: str | None = None
    namespace: str | None = None
    argo: str | None = None


@frozen
class DomainSettings:
    """One domain. `store` is None when the project's serves; `prune_limit` is a share from 0 to 1, None for no limit;
    `consent` names the classes of change that need somebody's consent."""

    name: str
    default: bool = False
    store: str | None = None
    cluster: Cluster | None = None
    default_image: str | None = None
    protected: bool = False
    prune_limit: float | None = None
    consent: tuple[str, ...] = ()


@frozen
class AllowedLiteral:
    """A value that looks like a credential and is none: where it stands, and the SHA-256 of its text."""

    path: str
    line: int
    sha256: str


@frozen
class Settings:
    """What a project says about itself. `origins` and `places` are keyed by dotted names such as `domains.dev.store`;
    an origin is `flag -p`, `variable FLYTEOPS_STORE`, `flyteops.yaml:7` or `default`."""

    root: Path
    project: str
    description: str
    requires: str | None
    code_roots: tuple[str, ...]
    code_include: tuple[str, ...]
    declarations: tuple[str, ...]
    registry: str
    store: str
    domains: Mapping[str, DomainSettings]
    default_domain: str
    chosen_domain: str | None
    """The domain asked for by flag or variable."""
    store_overridden: bool
    """Whether `store` comes from a flag or a variable and so counts for every domain."""
    defaults_tree: Tree | None
    allow_literals: tuple[AllowedLiteral, ...]
    origins: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        """The domain that a command works on: the one asked for, else the default one."""
        return self.chosen_domain or self.default_domain

    def store_of(self, domain: str) -> str:
        """The store of a domain: a flag or variable, the domain's own, the project's."""
        own = self.domains[domain].store
        return self.store if own is None or self.store_overridden else own

    def registry_path(self) -> Path:
        """The file of an embedded registry."""
        return self.root / local_path(self.registry, self.places.get("registry"))

    def registry_at(self) -> tuple[str, str]:
        """The scheme of the registry's location and what follows its colon."""
        return usable_location(self.registry, self.places.get("registry"))

    def store_at(self, domain: str) -> str:
        """Where the store of a domain is: a folder's absolute path, or a URI such as `s3://bucket/prefix`."""
        own = self.domains[domain].store is not None and not self.store_overridden
        place = self.places.get(f"domains.{domain}.store" if own else "store")
        location = self.store_of(domain)
        scheme, _ = usable_location(location, place)
        return str(self.root / local_path(location, place)) if scheme == "file" else location

    def keeps_here(self, domain: str) -> bool:
        """Whether the store of a domain is a folder of this machine; a variable without a value names none."""
        location = self.store_of(domain)
        return not unset_variable(location) and location.startswith("file:")

    def described(self) -> tuple[tuple[str, str, str], ...]:
        """Name, value and origin of every setting, for `doctor`; passwords are masked."""
        told: list[tuple[str, object]] = [
            ("root", self.root),
            ("project", self.project),
            ("description", self.description),
            ("requires", self.requires or "any version"),
            ("code.roots", self.code_roots),
            ("code.include", self.code_include),
            ("declarations", self.declarations),
            ("registry", self.registry),
            ("store", self.store),
            ("domain", self.domain),
        ]
        for name, domain in self.domains.items():
            told += [(f"domains.{name}.{key}", value) for key, value in _domain_rows(domain, self.store_of(name))]
        return tuple((name, _shown(value), self._origin(name)) for name, value in told)

    def _origin(self, name: str) -> str:
        """The origin of a value; what nobody wrote below a domain comes from the project or is a default."""
        if name.endswith(".store") and (self.store_overridden or name not in self.origins):
            return self.origins.get("store", "default")
        return self.origins.get(name, "default")


def _domain_rows(domain: DomainSettings, store: str) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = [("default", domain.default), ("store", store)]
    if domain.cluster is not None:
        rows.append(("cluster.context", domain.cluster.context or "the current one"))
        rows.append(("cluster.namespace", domain.cluster.namespace or "the context's"))
        rows.append(("cluster.argo", domain.cluster.argo or "the newest known"))
    if domain.default_image is not None:
        rows.append(("default_image", domain.default_image))
    if domain.prune_limit is not None:
        rows.append(("protect.prune_limit", f"{domain.prune_limit:.0%}"))
    if domain.consent:
        rows.append(("protect.consent", domain.consent))
    return rows


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return masked(str(value))


def masked(url: str) -> str:
    """A text with what stands before the `@` of a URL, and secret parameters, replaced by stars."""
    return _SECRET_PARAMETER.sub(r"\1***", _PASSWORD.sub("***", url))
