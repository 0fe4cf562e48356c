"""Each third-party library has exactly one door, and lazy imports stand at listed doors only."""

from __future__ import annotations

import ast
import sys

import pytest
from own_source import imports, modules

DOORS = {
    "yaml": ("flyteops.source",),
    "jsonschema": ("flyteops.documents", "flyteops.operations", "flyteops.adapters"),
    "cerberus": ("flyteops.settings",),
    "click": ("flyteops.cli",),
    "hera": ("flyteops.argo.hera",),
    "rich": ("flyteops.views.progress",),
    "psycopg": ("flyteops.adapters.registry_server",),
    "obstore": ("flyteops.adapters.store_object",),
    "git": ("flyteops.adapters.git_repositories",),
    "kubernetes": ("flyteops.adapters.cluster_kubernetes",),
    "urllib3": ("flyteops.adapters.cluster_kubernetes",),
    "pyarrow": ("flyteops.codecs.arrow", "flyteops.codecs.arrow_types", "flyteops.codecs.pandas"),
    "polars": ("flyteops.codecs.polars",),
    "numpy": ("flyteops.codecs.numpy",),
    "torch": ("flyteops.codecs.torch",),
    "keras": ("flyteops.codecs.keras",),
    "tensorflow": ("flyteops.codecs.tfdata",),
}
EVERYWHERE = {"flyteops", *sys.stdlib_module_names}


@pytest.mark.parametrize("library", sorted(DOORS))
def test_a_library_has_one_door(library: str) -> None:
    doors = DOORS[library]
    strangers = [
        f"{name}:{line}"
        for name, tree in modules().items()
        for imported, line in imports(tree)
        if imported.partition(".")[0] == library and not any(within(name, door) for door in doors)
    ]
    assert strangers == []


def test_no_other_library_is_imported() -> None:
    known = EVERYWHERE | set(DOORS)
    strangers = [
        f"{name}:{line}: {imported}"
        for name, tree in modules().items()
        for imported, line in imports(tree)
        if imported.partition(".")[0] not in known
    ]
    assert strangers == []


def within(name: str, door: str) -> bool:
    """Whether a module is a door or lies in it."""
    return name == door or name.startswith(f"{door}.")


LAZY_DOORS = (
    "flyteops.cli", "flyteops.wiring", "flyteops.runtime", "flyteops.operations.rendering", "flyteops.codecs",
    "flyteops.types", "flyteops.testing",
)  # fmt: skip
"""Where our own modules may be imported late: a command and a pod need few of them, Hera and frames are slow to load.
"""


def test_our_own_modules_are_imported_late_at_listed_doors_only() -> None:
    strangers = [
        f"{name}:{line}: {imported}"
        for name, tree in modules().items()
        if not any(within(name, door) for door in LAZY_DOORS)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for imported, line in imports(ast.Module(body=function.body, type_ignores=[]))
        if within(imported, "flyteops")
    ]
    assert strangers == []
