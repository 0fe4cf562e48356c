"""A function's interface, description and code digest from its source. Imports, compiles and runs nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from dataclasses import replace

from flyteops.model.diagnostics import Diagnostic, Place, Related, Severity
from flyteops.model.types import LiteralType
from flyteops.model.works import FunctionRef
from flyteops.source.annotations import Annotations
from flyteops.source.closure import Closure
from flyteops.source.docstrings import read_docstring
from flyteops.source.effects import keeps_signature
from flyteops.source.flyte import FlyteDecorator, decorator_kind, decorators_of
from flyteops.source.lookup import Lookup
from flyteops.source.modules import Ignored, Module, Modules
from flyteops.source.names import Definition, External, Names
from flyteops.source.parameters import parameters_of
from flyteops.source.python import Signature
from flyteops.source.readings import Unread
from flyteops.source.returns import outputs_of

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_FLYTE_2 = "flyte."
# Decorators that leave the parameters and the return as they are written.
_KEEP_SIGNATURE = frozenset({
    "functools.wraps", "functools.cache", "functools.lru_cache", "typing.override", "typing_extensions.override",
    "typing.no_type_check", "typing.final", "warnings.deprecated", "typing_extensions.deprecated",
    "torch.no_grad", "torch.inference_mode", "torch.enable_grad", "torch.compile", "tensorflow.function",
    "numba.jit", "numba.njit", "pydantic.validate_call", "typeguard.typechecked", "beartype.beartype",
    "joblib.wrap_non_picklable_objects",
})  # fmt: skip


class PythonSource:
    """Signatures and types of the Python in one tree; each file is parsed at most once, when first reached."""

    def __init__(
        self,
        read: Callable[[str], bytes | None],
        paths: Collection[str],
        *,
        roots: tuple[str, ...],
        ignored: Ignored = lambda _: frozenset(),
    ) -> None:
        self._modules = Modules(read, paths, roots=roots, ignored=ignored)
        self._names = Names(self._modules)
        self._annotations = Annotations(self._names)
        self._closure = Closure(self._names)
        self._lookup = Lookup(self._modules, self._names)
        self._read: dict[FunctionRef, Signature] = {}

    def close(self) -> None:
        """Lets everything go; nothing can be asked any more. The syntax trees are most of what a compilation holds,
        and rings among the readers would keep them for as long as nobody collects garbage."""
        for reader in (self._annotations, self._closure, self._lookup, self._names, self._modules, self):
            vars(reader).clear()

    def signature(self, function: FunctionRef, at: Place) -> Signature | tuple[Diagnostic, ...]:
        """What is known of a function; `at` is the place of `function:` in YAML. Faults instead when it cannot be
        a task."""
        known = self._read.get(function)
        if known is not None:
            return known
        try:
            return self._signature(function, at)
        except RecursionError:
            return (_too_deep(function.module, at),)

    def named_type(self, module: str, name: str, at: Place) -> LiteralType | tuple[Diagnostic, ...]:
        """The type of a first-party class or alias named in YAML as `module:name`."""
        outside = self._lookup.outside(module, name)
        if outside is not None:
            return self._installed(outside, at)
        found = self._lookup.definition(module, name, at, what="type")
        if not isinstance(found, Definition):
            return found
        try:
            reading = self._annotations.definition(found)
        except RecursionError:
            return (_too_deep(module, at),)
        if not isinstance(reading, Unread):
            return reading
        if reading.fault is not None:
            return (_related(reading.fault, at, "named here"),)
        return (_no_type(f"{module}:{name}", reading.why, at),)

    def why_pickled(self, name: str) -> str:
        """Why objects of a class that is read as a pickle cannot be stored otherwise."""
        return self._annotations.why(name)

    def _installed(self, full: str, at: Place) -> LiteralType | tuple[Diagnostic, ...]:
        reading = self._annotations.installed(full)
        if isinstance(reading, Unread):
            return (_no_type(full, reading.why, at),)
        return reading

    def _signature(self, function: FunctionRef, at: Place) -> Signature | tuple[Diagnostic, ...]:
        found = self._lookup.function(function.module, function.name, at)
        if not isinstance(found, Definition):
            return found
        node, module = found.node, found.module
        if not isinstance(node, _Function):
            raise AssertionError("the lookup gives functions only")
        decorators = decorators_of(node, module, self._names)
        for each in decorators:
            if each.kind in ("workflow", "reference"):
                return (_related(_no_task(each, node.name), at, "used as a task here"),)
        faults: list[Diagnostic] = []
        parameters = parameters_of(node, module, annotations=self._annotations, names=self._names, faults=faults)
        returns, outputs = outputs_of(node, module, annotations=self._annotations, names=self._names, faults=faults)
        covered = self._closure.of(module, found.name)
        faults = [_related(fault, at, "used as a task here") for fault in dict.fromkeys(faults)]
        if faults or covered.faults:
            return (*faults, *covered.faults)
        described = read_docstring(ast.get_docstring(node, clean=False))
        signature = Signature(
            function=function,
            parameters=parameters,
            returns=returns,
            outputs=outputs,
            description=described.summary,
            descriptions=described.parameters,
            code=covered.code,
            files=covered.files,
            place=module.name_place(node),
            warnings=(*self._decorators(node, module), *covered.warnings),
            decorators=decorators,
            flyte=covered.flyte,
        )
        self._read[function] = signature
        return signature

    def _decorators(self, node: _Function, module: Module) -> tuple[Diagnostic, ...]:
        found: list[Diagnostic] = []
        for decorator in node.decorator_list:
            head = decorator.func if isinstance(decorator, ast.Call) else decorator
            target = self._names.expression(head, module)
            if isinstance(target, External) and (target.name in _KEEP_SIGNATURE or target.name.startswith(_FLYTE_2)):
                continue
            if decorator_kind(decorator, module, self._names) is not None:
                continue
            if isinstance(target, Definition) and keeps_signature(target, self._names):
                continue
            found.append(_unknown_decorator(decorator, node.name, module))
        return tuple(found)


def _related(fault: Diagnostic, at: Place, label: str) -> Diagnostic:
    return replace(fault, related=(*fault.related, Related(place=at, label=label)))


def _unknown_decorator(decorator: ast.expr, function: str, module: Module) -> Diagnostic:
    written = ast.get_source_segment(module.text, decorator) or "it"
    written = " ".join(written.split())
    return Diagnostic(
        code="FO418",
        message=f'"{function}" is decorated with @{written[:60]}',
        place=module.place(decorator),
        label="it may change the parameters or the return",
        help="apply functools.wraps inside the decorator, so that the signature holds",
        severity=Severity.WARNING,
    )


def _no_task(decorator: FlyteDecorator, function: str) -> Diagnostic:
    workflow = decorator.kind == "workflow"
    return Diagnostic(
        code="FO450",
        message=f'"{function}" is a workflow of Flyte, no task'
        if workflow
        else f'"{function}" only refers to what is registered elsewhere',
        place=decorator.place,
        label="its body draws a graph and computes nothing" if workflow else "there is no body to run",
        help="declare it under workflows: each task that it calls is a node, what it passes on are the node's inputs"
        if workflow
        else "declare a task with ref: {project: …, domain: …, task: …}, or a launch plan",
    )


def _no_type(named: str, why: str, at: Place) -> Diagnostic:
    return Diagnostic(
        code="FO417",
        message=f"{named} is not a type that can be read from source",
        place=at,
        label=why,
        help="name a dataclass, a pydantic model, a NamedTuple, a TypedDict or an enum of the project",
    )


def _too_deep(module: str, at: Place) -> Diagnostic:
    return Diagnostic(
        code="FO406",
        message=f"the code that {module} reaches is nested too deeply to be read",
        place=at,
        label="gave up here",
        help="split the deepest expression into several statements",
    )
