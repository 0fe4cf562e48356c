"""What a name or a dotted path in first-party Python stands for, followed through imports. Never imports anything."""

from __future__ import annotations

import ast
import builtins
from typing import Union

from flyteops.model.frozen import frozen
from flyteops.source.modules import Binding, ImportTarget, Module, Modules
from flyteops.source.parsing import Unparsed

_OUR_TYPES = "flyteops.types"
BUILTINS = frozenset(dir(builtins))


@frozen(kw_only=False)
class Definition:
    """A first-party name with the statement that defines it; `conditional` when another may define it too."""

    module: Module
    name: str
    node: ast.stmt
    conditional: bool = False

    def __str__(self) -> str:
        return f"{self.module.name}:{self.name}"


@frozen(kw_only=False)
class ModuleName:
    """A first-party module or folder of modules."""

    name: str


@frozen(kw_only=False)
class External:
    """A dotted name outside the tree: of the standard library, of an installed package, or `builtins.x`."""

    name: str


@frozen(kw_only=False)
class Missing:
    """A name that leads nowhere, and why."""

    why: str


_BUILTINS = {name: External("builtins." + name) for name in BUILTINS}

Target = Union[Definition, ModuleName, External, Missing, Unparsed]


class Names:
    """Resolves names over the modules of a tree; answers are kept."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self._known: dict[tuple[str, str], Target] = {}

    def expression(self, of: ast.expr, module: Module) -> Target:
        """What a name or an attribute path stands for; anything else is `Missing`."""
        if isinstance(of, ast.Name):
            return self.name(of.id, module)
        chain = dotted(of)
        if chain is None:
            return Missing("it is computed")
        target = self.name(chain[0], module)
        for attribute in chain[1:]:
            target = self.attribute(target, attribute)
        return target

    def name(self, name: str, module: Module) -> Target:
        """What a top-level name of a module stands for, seen from inside it: builtins last."""
        if name not in module.bindings and name in _BUILTINS and not module.stars:
            return _BUILTINS[name]
        found = self.member(name, module)
        if isinstance(found, Missing) and name in _BUILTINS:
            return _BUILTINS[name]
        return found

    def member(self, name: str, module: Module) -> Target:
        """What a top-level name of a module stands for, seen from outside it."""
        key = (module.name, name)
        if key not in self._known:
            # A ring of imports meets this first answer and ends there.
            self._known[key] = Missing(f"`{name}` is imported in a ring")
            self._known[key] = self._member(name, module)
        return self._known[key]

    def attribute(self, of: Target, name: str) -> Target:
        """`of.name`."""
        match of:
            case ModuleName(module_name):
                return self.imported(ImportTarget(module_name, name))
            case External(outer):
                return External(f"{outer}.{name}")
            case Definition(node=ast.ClassDef(body=body)):
                for statement in reversed(body):
                    if isinstance(statement, ast.ClassDef) and statement.name == name:
                        return Definition(of.module, f"{of.name}.{name}", statement)
                return Missing(f"`{of.name}.{name}` is not a class in {of.module.path}")
            case Definition():
                return Missing(f"`{of.name}.{name}` is computed in {of.module.path}")
            case _:
                return of

    def imported(self, target: ImportTarget) -> Target:
        """What an import binds."""
        if target.module is None:
            return Missing("a relative import leads out of its package")
        full = f"{target.module}.{target.name}" if target.name else target.module
        if full == _OUR_TYPES or full.startswith(_OUR_TYPES + "."):
            return External(full)  # a folder of the same name in the tree does not change what File means
        if target.name is None:
            return ModuleName(target.module) if self.modules.exists(target.module) else External(target.module)
        module = self.modules.load(target.module)
        if isinstance(module, Unparsed):
            return module
        if module is not None:
            if target.name in module.bindings:
                return self.member(target.name, module)
            if self.modules.exists(full):
                return ModuleName(full)
            return self.member(target.name, module)
        return ModuleName(full) if self.modules.exists(full) else External(full)

    def _member(self, name: str, module: Module) -> Target:
        bindings = module.bindings.get(name)
        if bindings is None:
            return self._starred(name, module)
        binding, conditional = chosen(bindings)
        if binding.kind == "import" and binding.target is not None:
            return self.imported(binding.target)
        found = Definition(module, name, binding.node, conditional)
        same = _same_as(binding)
        return self.expression(same, module) if same is not None and not conditional else found

    def _starred(self, name: str, module: Module) -> Target:
        for star in reversed(module.stars):
            source = self.modules.load(star)
            if isinstance(source, Module) and not name.startswith("_"):
                found = self.member(name, source)
                if not isinstance(found, Missing):
                    return found
        return Missing(f"`{name}` is not defined in {module.path}")


def chosen(bindings: tuple[Binding, ...]) -> tuple[Binding, bool]:
    """The definition that counts, the last unconditional one, and whether a condition may replace it."""
    for at in range(len(bindings) - 1, -1, -1):
        if not bindings[at].conditional:
            return bindings[at], at < len(bindings) - 1
    return bindings[0], True


def dotted(of: ast.expr) -> tuple[str, ...] | None:
    """`a.b.c` as its parts; None for anything else."""
    parts: list[str] = []
    while isinstance(of, ast.Attribute):
        parts.append(of.attr)
        of = of.value
    if not isinstance(of, ast.Name):
        return None
    parts.append(of.id)
    return tuple(reversed(parts))


def _same_as(binding: Binding) -> ast.expr | None:
    # `name = other` and `name = module.other` are other names for the same thing.
    match binding.node:
        case ast.Assign(targets=[ast.Name()], value=(ast.Name() | ast.Attribute()) as value):
            return value
        case _:
            return None
