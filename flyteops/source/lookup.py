"""Finds what `module:name` in YAML means, or says why there is no such thing and what is near."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterable
from typing import Literal as OneOf

from flyteops.model.diagnostics import Diagnostic, Place, Related
from flyteops.source.flyte import decorators_of
from flyteops.source.modules import Module, Modules
from flyteops.source.names import Definition, External, Missing, ModuleName, Names, chosen
from flyteops.source.parsing import Unparsed
from flyteops.source.suggest import nearest, shown
from flyteops.source.uses import yields

_LISTED = 3

Wanted = OneOf["function", "type"]


class Lookup:
    """Looks names up in the first-party modules."""

    def __init__(self, modules: Modules, names: Names) -> None:
        self._modules = modules
        self._names = names

    def function(self, module: str, name: str, at: Place) -> Definition | tuple[Diagnostic, ...]:
        """A plain function at the top level of a first-party module, re-exports followed to where it is defined."""
        found = self.definition(module, name, at, what="function")
        if not isinstance(found, Definition):
            return found
        if isinstance(found.node, ast.AsyncFunctionDef) and not yields(found.node):
            # Flyte awaits what stands under its decorators, and so does whoever runs it in its place.
            kinds = {each.kind for each in decorators_of(found.node, found.module, self._names)}
            if kinds & {"task", "dynamic", "eager", "workflow", "reference"}:
                return found
        fault = _not_plain(found, at)
        return (fault,) if fault else found

    def definition(self, module: str, name: str, at: Place, *, what: Wanted) -> Definition | tuple[Diagnostic, ...]:
        """The statement that defines `module:name`."""
        if not _plain_names(module, name):
            return (_not_a_name(module, name, at, what),)
        source = self._modules.load(module)
        if isinstance(source, Unparsed):
            return (source.diagnostic,)
        if source is None:
            return (self._no_module(module, name, at),)
        target = self._names.member(name, source)
        match target:
            case Definition(conditional=True):
                return (_conditional(target, at),)
            case Definition():
                return target
            case Unparsed(diagnostic):
                return (diagnostic,)
            case External(full):
                return (_elsewhere(module, name, full, at, what),)
            case ModuleName(full):
                return (_is_module(name, full, at, what),)
            case Missing(why):
                return (self._no_name(source, name, why, at, what),)

    def outside(self, module: str, name: str) -> str | None:
        """The full name of a class of another package that `module:name` means; None when it should be first-party."""
        if not _plain_names(module, name):
            return None
        source = self._modules.load(module)
        if isinstance(source, Module):
            target = self._names.member(name, source)
            return target.name if isinstance(target, External) else None
        own = self._modules.exists(module.partition(".")[0]) or nearest(module, self._modules.names())
        return None if own or source is not None else f"{module}.{name}"

    def _no_module(self, module: str, name: str, at: Place) -> Diagnostic:
        near = list(nearest(module, self._modules.names()))
        if not near:
            # The right name in the wrong package, or without its package.
            last = module.rpartition(".")[2]
            same = (known for known in self._modules.names() if known.rpartition(".")[2] == last)
            near = sorted(same, key=lambda known: (known.count("."), known))[:_LISTED]
        folder = self._modules.is_folder(module)
        looked = " or ".join(self._modules.looked_at(module))
        return Diagnostic(
            code="FO401",
            message=f'module "{module}" is not a first-party module',
            place=at,
            label=f"{'a folder without __init__.py; ' if folder else ''}looked for {looked}",
            help=_did_you_mean(f"{known}:{name}" for known in near)
            or "write module:function with a module below one of the code roots (code.roots in flyteops.yaml)",
        )

    def _no_name(self, source: Module, name: str, why: str, at: Place, what: Wanted) -> Diagnostic:
        kinds = ("function", "import") if what == "function" else ("class", "alias", "import", "value")
        known = [n for n, bindings in source.bindings.items() if chosen(bindings)[0].kind in kinds]
        normal = unicodedata.normalize("NFKC", name)
        broken = name in source.bindings
        others = [each for each in known if each != name]
        near = [normal] if normal in others else list(nearest(name, others))
        functions = sorted(n for n, bindings in source.bindings.items() if chosen(bindings)[0].kind == "function")
        listed = ", ".join(functions[:10]) if what == "function" else ""
        return Diagnostic(
            code="FO402",
            message=f'{what} "{name}" does not exist in module "{source.name}"',
            place=at,
            label=f"looked in {source.path}" + (f": {why}" if broken else ""),
            help=_did_you_mean(f"{source.name}:{n}" for n in near)
            or (f"it defines {listed}" if listed else f"define it at the top level of {source.path}"),
        )


def _plain_names(module: str, name: str) -> bool:
    return all(
        part.isidentifier() and not (part.startswith("__") and part.endswith("__"))
        for part in (*module.split("."), name)
    )


def _not_a_name(module: str, name: str, at: Place, what: Wanted) -> Diagnostic:
    return Diagnostic(
        code="FO403",
        message=f'"{shown(f"{module}:{name}")}" does not name a {what}',
        place=at,
        label="only a plain name at the top level of a module",
        help=f"write module:{what}, without calls, brackets, dots after the colon or names in double underscores",
    )


def _conditional(found: Definition, at: Place) -> Diagnostic:
    node = found.node
    place = found.module.place(node)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        place = found.module.name_place(node)
    return Diagnostic(
        code="FO408",
        message=f'"{found.name}" is defined under a condition',
        place=place,
        label="which definition counts is known only when the code runs",
        help="define it once, without a condition, and let the function decide inside",
        related=(Related(place=at, label="named here"),),
    )


def _elsewhere(module: str, name: str, full: str, at: Place, what: Wanted) -> Diagnostic:
    return Diagnostic(
        code="FO407",
        message=f'"{module}:{name}" is not a first-party {what}',
        place=at,
        label=f"it is {full}, whose source is not read",
        help=f"write a {what} of your own around it" if what == "function" else "write a dataclass of your own",
    )


def _is_module(name: str, full: str, at: Place, what: Wanted) -> Diagnostic:
    return Diagnostic(
        code="FO407",
        message=f'"{name}" is a module, not a {what}',
        place=at,
        label=f"it is the module {full}",
        help=f"write {full}:NAME",
    )


def _not_plain(found: Definition, at: Place) -> Diagnostic | None:
    node, module = found.node, found.module
    match node:
        case ast.FunctionDef():
            # Looking for the word first spares a walk through nearly every function.
            if "yield" not in module.text or not yields(node):
                return None
            why, label, way_out = "is a generator", "it yields", "return a list"
            code, place = "FO409", module.name_place(node)
        case ast.AsyncFunctionDef():
            why, label, way_out = "is `async def`", "nothing awaits it", "call asyncio.run(…) in a plain function"
            code, place = "FO409", module.name_place(node)
        case ast.ClassDef():
            why, label, way_out = "is a class", "a task is a function", "write a function that makes the object"
            code, place = "FO407", module.name_place(node)
        case _:
            value = getattr(node, "value", None)
            why = "is a lambda" if isinstance(value, ast.Lambda) else "is not defined with `def`"
            label, way_out = "its signature cannot be read", "define it with `def`, with annotations"
            code, place = "FO407", module.place(node)
    return Diagnostic(
        code=code,
        message=f'"{found.name}" {why}',
        place=place,
        label=label,
        help=way_out,
        related=(Related(place=at, label="used as a task here"),),
    )


def _did_you_mean(names: Iterable[str]) -> str:
    listed = list(names)
    return f"did you mean {' or '.join(listed)}?" if listed else ""
