"""The user's function: imported, called, and its faults turned into endings."""

from __future__ import annotations

import importlib
import os
from typing import Any

from flyteops.codecs.faults import LibraryMissing, Unfit
from flyteops.model.digest import Json, JsonObject
from flyteops.ports.store import StoreFailed
from flyteops.runtime.endings import IMPORT, INTERFACE, NEVER, STORE, USER, Ended
from flyteops.runtime.flyte.finder import serve_flyte
from flyteops.runtime.flyte.installed import function_behind
from flyteops.runtime.shapes import items_of


def function_of(reference: str, code: tuple[str, ...]) -> Any:
    """The function `module:name`; everything that goes wrong while importing it is told as exit 83."""
    module_name, _, name = reference.partition(":")
    serve_flyte()
    try:
        module = importlib.import_module(module_name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a module's top level may raise anything, SystemExit too
        raise Ended(
            IMPORT,
            f"importing {module_name} failed: {line_of(error)}",
            kind=type(error).__name__,
            traceback=_traceback(error, own=("importlib", "flyteops")),
        ) from None
    _refuse_shadow(module, module_name, code)
    found = function_behind(getattr(module, name, None))
    if not callable(found):
        raise Ended(IMPORT, f"the module {module_name} has no function {name}")
    return found


def _refuse_shadow(module: Any, name: str, code: tuple[str, ...]) -> None:
    """A first-party module that lost to one of the standard library by its name would be the wrong code."""
    place = os.path.realpath(getattr(module, "__file__", None) or "")
    inside = name.replace(".", os.sep)
    for root in code:
        for candidate in (f"{inside}.py", os.path.join(inside, "__init__.py")):  # noqa: PTH118
            path = os.path.join(root, candidate)  # noqa: PTH118
            if os.path.isfile(path):  # noqa: PTH113
                if os.path.realpath(path) != place:
                    raise Ended(IMPORT, f"{path} is hidden by another module named {name} ({place}): rename it")
                return


def refuse_missing(function: Any, left: list[str]) -> None:
    """Inputs without a value must have a default in the function itself."""
    if not left:
        return
    import inspect

    parameters = inspect.signature(function).parameters
    for name in left:
        parameter = parameters.get(name)
        if parameter is None or parameter.default is inspect.Parameter.empty:
            raise Ended(INTERFACE, f"input {name}: no value was given and the function has no default for it")


def call(function: Any, arguments: dict[str, Any], never: Json) -> Any:
    """Calls the function; a user's exception becomes exit 80, or 81 when another try cannot help."""
    try:
        result = function(**arguments)
        if type(result).__name__ == "coroutine":
            result = _awaited(result)  # an `async def` gets here under a decorator of Flyte's alone
    except (Ended, KeyboardInterrupt):
        raise
    except StoreFailed as error:
        raise Ended(STORE, str(error), kind="StoreFailed") from None
    except Unfit as found:
        raise Ended(INTERFACE, str(found), kind="Unfit") from None
    except LibraryMissing as missing:
        raise Ended(IMPORT, str(missing), kind="LibraryMissing") from None
    except BaseException as error:  # noqa: BLE001 - SystemExit and the like end the attempt, not the worker
        code = NEVER if _is_never(error, items_of(never or [])) else USER
        raise Ended(
            code, line_of(error), kind=_name(type(error)), traceback=_traceback(error, own=("flyteops",))
        ) from None
    if hasattr(result, "__await__") or type(result).__name__ in ("generator", "async_generator"):
        raise Ended(INTERFACE, f"the function returned a {type(result).__name__}, which is no value")
    return result


def _awaited(result: Any) -> Any:
    import asyncio

    return asyncio.run(result)


def _is_never(error: BaseException, never: list[Json]) -> bool:
    from flyteops.types import NonRecoverable

    if isinstance(error, NonRecoverable):
        return True
    for each in type(error).__mro__:
        if each in (object, BaseException):
            continue
        if each.__qualname__ == "FlyteRecoverableException":
            return False  # says that another try helps, whatever is said of the exceptions it derives from
        if {each.__qualname__, _name(each), f"{each.__module__}:{each.__qualname__}"} & set(map(str, never)):
            return True
    return False


def returned(result: Any, invocation: JsonObject) -> list[tuple[str, Json, Any]]:
    """Name, T and Python value of each output."""
    outputs = [items_of(each) for each in items_of(invocation["outputs"])]
    match invocation["returns"]:
        case "none":
            return []
        case "value":
            return [(str(outputs[0][0]), outputs[0][1], result)]
    if not isinstance(result, tuple) or len(result) != len(outputs):
        found = f"{len(result)} values" if isinstance(result, tuple) else type(result).__name__
        raise Ended(INTERFACE, f"a tuple of {len(outputs)} was declared, the function returned {found}")
    return [(str(name), of, value) for (name, of), value in zip(outputs, result, strict=True)]


def return_hints(hint: Any, names: list[str], returns: Json) -> list[Any]:
    """The annotation of each output."""
    if returns != "tuple":
        return [hint]
    from flyteops.runtime.hints import arguments, bare, class_fields, hints_of

    plain = bare(hint)
    if class_fields(plain):
        inner = hints_of(plain)
        return [inner.get(field) for field in class_fields(plain)]
    given = arguments(hint)
    return list(given) if len(given) == len(names) else [None] * len(names)


def _name(of: type) -> str:
    return of.__qualname__ if of.__module__ == "builtins" else f"{of.__module__}.{of.__qualname__}"


def line_of(error: BaseException) -> str:
    """An exception in one line."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - a user's __str__ may raise
        text = "(its text cannot be read)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _traceback(error: BaseException, *, own: tuple[str, ...]) -> str:
    """The traceback from the user's first frame on."""
    import traceback

    frame = error.__traceback__
    while frame is not None and _belongs(frame.tb_frame.f_globals.get("__name__"), own):
        frame = frame.tb_next
    try:
        return "".join(traceback.format_exception(type(error), error, frame or error.__traceback__))
    except Exception:  # noqa: BLE001 - a user's __str__ may raise
        return ""


def _belongs(name: object, own: tuple[str, ...]) -> bool:
    return isinstance(name, str) and (name.partition(".")[0] in own or "_frozen_importlib" in name)
