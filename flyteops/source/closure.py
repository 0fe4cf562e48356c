"""The digest of a function and of the first-party code it reaches, symbol by symbol."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from flyteops.model.diagnostics import Diagnostic, Severity, in_order
from flyteops.model.digest import digest_of, sha256_hex
from flyteops.model.frozen import frozen
from flyteops.source.effects import runs_code
from flyteops.source.flyte import result_relevant
from flyteops.source.flyte_uses import FlyteUse, imports_flyte, uses_on_import, uses_within
from flyteops.source.hidden import hidden_imports
from flyteops.source.modules import Binding, ImportTarget, Module
from flyteops.source.names import Names
from flyteops.source.normal_form import normal_form
from flyteops.source.parsing import Unparsed
from flyteops.source.uses import Computed, Uses, uses_of

TAG = "flyteops.code.v1"
"""The version of the policy: what counts, and its normal form."""

WHOLE = "*"
"""Stands for all of a module where a symbol's name stands otherwise."""

Key = tuple[str, str]
"""A module and a name in it, or `WHOLE`."""


@frozen(kw_only=False)
class Covered:
    """A digest, the files it covers, where code is computed, and the modules that could not be read."""

    code: str
    files: tuple[str, ...]
    warnings: tuple[Diagnostic, ...]
    faults: tuple[Diagnostic, ...]
    flyte: tuple[FlyteUse, ...] = ()
    """Where code that runs uses what only an installed Flyte has."""


@frozen(kw_only=False)
class _Unit:
    """One symbol: the digest of its normal form, the symbols it uses, and the modules that run when it does."""

    digest: str
    uses: frozenset[Key]
    imports: frozenset[str]
    warnings: tuple[Diagnostic, ...]
    flyte: tuple[FlyteUse, ...] = ()


_NOTHING = _Unit("", frozenset(), frozenset(), ())


class Closure:
    """Digests over the modules of one tree; each symbol is read once."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._modules = names.modules
        self._units: dict[Key, _Unit] = {}
        self._wholes: dict[frozenset[Key], Covered] = {}
        self._loads: dict[str, frozenset[str]] = {}
        self._running: dict[str, bool] = {}
        self._flyte: dict[str, tuple[FlyteUse, ...]] = {}
        self._speaks: dict[str, bool] = {}
        self._flyte_loads: dict[str, frozenset[FlyteUse]] = {}
        self._hidden_loads: dict[str, frozenset[Diagnostic]] = {}
        self._hidden: dict[str, tuple[Diagnostic, ...]] = {}

    def of(self, module: Module, name: str) -> Covered:
        """Everything a top-level function reaches. The order of the files and of the definitions has no meaning."""
        symbols, wholes = self._reached([(module.name, name)], through_wholes=False)
        own = self._covered(symbols)
        if not wholes:
            return replace(own, code=digest_of(TAG, f"{module.name}:{name}", own.code))
        # Functions side by side mostly run into the same modules, and these may reach thousands of symbols.
        entry = frozenset(wholes)
        if entry not in self._wholes:
            reached, more = self._reached(sorted(entry), through_wholes=True)
            self._wholes[entry] = self._covered(reached | more)
        beyond = self._wholes[entry]
        return Covered(
            digest_of(TAG, f"{module.name}:{name}", own.code, beyond.code),
            tuple(sorted({*own.files, *beyond.files})),
            in_order([*own.warnings, *beyond.warnings]),
            tuple(dict.fromkeys((*own.faults, *beyond.faults))),
            tuple(dict.fromkeys((*own.flyte, *beyond.flyte))),
        )

    def _covered(self, keys: set[Key]) -> Covered:
        loaded = [self._modules.load(name) for name in dict.fromkeys(key[0] for key in keys)]
        entries = [[f"{key[0]}:{key[1]}", self._units[key].digest] for key in sorted(keys)]
        return Covered(
            digest_of(TAG, entries),
            tuple(sorted(found.path for found in loaded if isinstance(found, Module))),
            in_order([*(each for key in keys for each in self._units[key].warnings), *self._hidden_in(keys)]),
            tuple(found.diagnostic for found in loaded if isinstance(found, Unparsed)),
            self._flyte_uses(keys),
        )

    def _hidden_in(self, keys: set[Key]) -> Iterator[Diagnostic]:
        """Imports of ignored files in the modules that run with these symbols."""
        for name in {name for key in keys for name in (key[0], *self._units[key].imports)}:
            yield from self._hidden_loads.get(name, frozenset())

    def _hidden_at(self, name: str) -> tuple[Diagnostic, ...]:
        if name not in self._hidden:
            module = self._modules.load(name)
            self._hidden[name] = hidden_imports(module, self._modules) if isinstance(module, Module) else ()
        return self._hidden[name]

    def _flyte_uses(self, keys: set[Key]) -> tuple[FlyteUse, ...]:
        found = {use for key in keys for use in self._units[key].flyte}
        for key in keys:
            for name in (key[0], *self._units[key].imports):
                found |= self._flyte_loads.get(name, frozenset())
        return tuple(sorted(found, key=lambda use: use.order))

    def _reached(self, start: list[Key], *, through_wholes: bool) -> tuple[set[Key], set[Key]]:
        """The keys reached, and the whole modules met; those are walked on from only when asked."""
        reached: set[Key] = set()
        wholes: set[Key] = set()
        entered: set[str] = set()
        queue = list(start)
        while queue:
            key = queue.pop()
            if key in reached or key in wholes:
                continue
            if key[1] == WHOLE:
                wholes.add(key)
                if not through_wholes:
                    continue
            else:
                reached.add(key)
            unit = self._unit(key)
            queue.extend(unit.uses)
            for module in (key[0], *unit.imports):
                if module not in entered:
                    entered.add(module)
                    queue.extend((running, WHOLE) for running in self._runs_on_import(module))
        return reached, wholes

    def _unit(self, key: Key) -> _Unit:
        if key not in self._units:
            module = self._modules.load(key[0])
            self._units[key] = self._read(module, key[1]) if isinstance(module, Module) else _NOTHING
        return self._units[key]

    def _read(self, module: Module, name: str) -> _Unit:
        if name == WHOLE:
            body = [kept for each in module.tree.body if (kept := self._relevant(each, module)) is not None]
            tree = module.tree if body == module.tree.body else ast.Module(body=body, type_ignores=[])
            return self._unit_of(module, body, normal_form(tree))
        bindings = module.bindings.get(name, ())
        seen: list[ast.stmt] = []
        nodes: list[ast.stmt] = []
        forms: list[str] = []
        for binding in bindings:
            statement = module.tree.body[binding.index]
            if binding.kind == "import" and not binding.conditional:
                forms.append(_import_form(binding))
            elif statement not in seen:
                seen.append(statement)
                kept = self._relevant(statement, module)
                if kept is not None:
                    nodes.append(kept)
                    forms.append(normal_form(kept))
        return self._unit_of(module, nodes, "\n".join(forms), bindings)

    def _unit_of(self, module: Module, nodes: list[ast.stmt], form: str, bindings: tuple[Binding, ...] = ()) -> _Unit:
        uses = uses_of(nodes, module.package)
        imports = {name for name in (*uses.modules, *uses.loaded) if self._modules.path_of(name) is not None}
        for target in (*(target for _, target in uses.imports), *_targets(bindings)):
            imports.update(self._entered(target))
        reached = {key for path in uses.paths for key in self._followed(path, uses, module)}
        reached |= {(name, WHOLE) for name in uses.loaded if self._modules.path_of(name) is not None}
        for computed in uses.computed:
            reached |= self._computed(computed, module)
        warnings = tuple(_warning(computed, module) for computed in uses.computed if computed.kind != "names")
        flyte = uses_within(nodes, uses.imports, module, self._names) if self._imports_flyte(module) else ()
        return _Unit(sha256_hex(form.encode("ascii")), frozenset(reached), frozenset(imports), warnings, flyte)

    def _relevant(self, statement: ast.stmt, module: Module) -> ast.stmt | None:
        """The statement without what only Flyte reads: options of a decorator empty no cache."""
        decorated = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.decorator_list
        made = isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)
        return result_relevant(statement, module, self._names) if decorated or made else statement

    def _followed(self, path: tuple[str, ...], uses: Uses, module: Module) -> Iterator[Key]:
        for name, target in uses.imports:
            if name == path[0]:
                yield from self._through(target, path[1:], frozenset())
        if path[0] in module.bindings or module.stars:
            yield from self._member(module, path, frozenset())

    def _member(self, module: Module, path: tuple[str, ...], seen: frozenset[Key]) -> Iterator[Key]:
        """What `path`, beginning with a name of the module, leads to; imports are followed to their end."""
        key = (module.name, path[0])
        if key in seen:
            return
        bindings = module.bindings.get(path[0])
        if bindings is None:
            for star in module.stars:
                source = self._modules.load(star)
                if isinstance(source, Module):
                    yield from self._member(source, path, seen | {key})
            return
        yield key
        for target in _targets(bindings):
            yield from self._through(target, path[1:], seen | {key})

    def _through(self, target: ImportTarget, rest: tuple[str, ...], seen: frozenset[Key]) -> Iterator[Key]:
        if target.module is None:
            return
        if target.name is not None:
            rest = (target.name, *rest)
        name = target.module
        # Walk down packages for as long as the next part is a module and not a name of the package.
        while self._modules.exists(name):
            module = self._modules.load(name)
            if isinstance(module, Unparsed):
                yield (name, WHOLE)
                return
            if not rest:
                # The module itself is handed around: any of its names may be meant.
                if module is not None:
                    yield (name, WHOLE)
                return
            if module is not None and (rest[0] in module.bindings or not self._modules.exists(f"{name}.{rest[0]}")):
                if rest[0] == "__dict__":
                    yield (name, WHOLE)
                yield from self._member(module, rest, seen)
                return
            name, rest = f"{name}.{rest[0]}", rest[1:]

    def _entered(self, target: ImportTarget) -> Iterator[str]:
        """The modules an import runs."""
        if target.module is None:
            return
        if self._modules.exists(target.module):
            yield target.module
            if target.name is not None and self._modules.path_of(f"{target.module}.{target.name}") is not None:
                yield f"{target.module}.{target.name}"

    def _runs_on_import(self, name: str) -> frozenset[str]:
        """What does something when `name` is imported: the module, its packages, what they import."""
        if name not in self._loads:
            entered: set[str] = set()
            queue = [name]
            while queue:
                current = queue.pop()
                if current in entered:
                    continue
                entered.add(current)
                if "." in current:
                    queue.append(current.rpartition(".")[0])
                module = self._modules.load(current)
                if isinstance(module, Module):
                    queue.extend(self._imports_of(module))
            self._loads[name] = frozenset(current for current in entered if self._runs(current))
            self._hidden_loads[name] = frozenset(each for current in entered for each in self._hidden_at(current))
            self._flyte_loads[name] = frozenset(use for current in entered for use in self._flyte_at_top(current))
        return self._loads[name]

    def _flyte_at_top(self, name: str) -> tuple[FlyteUse, ...]:
        if name not in self._flyte:
            module = self._modules.load(name)
            looked_at = isinstance(module, Module) and self._imports_flyte(module)
            self._flyte[name] = uses_on_import(module, self._names) if looked_at else ()  # type: ignore[arg-type]
        return self._flyte[name]

    def _imports_flyte(self, module: Module) -> bool:
        if module.name not in self._speaks:
            self._speaks[module.name] = imports_flyte(module)
        return self._speaks[module.name]

    def _imports_of(self, module: Module) -> Iterator[str]:
        for bindings in module.bindings.values():
            for binding in bindings:
                if binding.kind == "import" and binding.target is not None:
                    yield from self._entered(binding.target)
                    if isinstance(binding.node, ast.Import):
                        yield from (alias.name for alias in binding.node.names if self._modules.path_of(alias.name))
        yield from (star for star in module.stars if self._modules.path_of(star) is not None)

    def _runs(self, name: str) -> bool:
        if name not in self._running:
            module = self._modules.load(name)
            star_from = isinstance(module, Module) and any(self._modules.exists(star) for star in module.stars)
            self._running[name] = isinstance(module, Unparsed) or (
                module is not None and (star_from or runs_code(module, self._names))
            )
        return self._running[name]

    def _computed(self, computed: Computed, module: Module) -> set[Key]:
        if computed.kind != "import":
            return {(module.name, WHOLE)}
        # Computed imports mostly load what lies beside them.
        inside = module.package + "." if module.package else ""
        beside = {
            name
            for name in self._modules.names()
            if name.startswith(inside) and "." not in name[len(inside) :] and not name.endswith("__main__")
        }
        return {(name, WHOLE) for name in beside | {module.name}}


def _targets(bindings: tuple[Binding, ...]) -> list[ImportTarget]:
    return [binding.target for binding in bindings if binding.target is not None]


def _import_form(binding: Binding) -> str:
    target = binding.target
    if target is None:
        return "import ?"
    return f"import {target.module!a} {target.name!a}"


def _warning(computed: Computed, module: Module) -> Diagnostic:
    text = computed.kind == "text"
    return Diagnostic(
        code="FO419",
        message="code is made from text while it runs" if text else "an import is computed while it runs",
        place=module.place(computed.node),
        label=f"all of {module.path} counts for the cache"
        if text
        else "every module of this folder counts for the cache",
        help="call the code by name" if text else "import by name, or give the task a cache version of its own",
        severity=Severity.WARNING,
    )
