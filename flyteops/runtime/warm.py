"""Warm functions of an actor: called once in a process, their results kept for every later call.

The function is replaced by one that remembers, wherever a module has it by name: user code imports nothing of ours.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Any

from flyteops.model.digest import JsonObject
from flyteops.runtime.calling import call, function_of
from flyteops.runtime.shapes import items_of

_kept: dict[str, Callable[..., Any]] = {}


def warm_up(invocation: JsonObject, code: tuple[str, ...]) -> None:
    """Calls the warm functions that this process has not called yet; a fault of one is the attempt's."""
    for each in items_of(invocation.get("warm") or []):
        reference = str(each)
        function = function_of(reference, code)
        if function is _kept.get(reference):
            continue
        remembering = remembered(function)
        _replace(function, remembering)
        _kept[reference] = remembering
        call(remembering, {}, invocation.get("never"))


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with its results by arguments; arguments that cannot be hashed are computed anew."""
    results: dict[Any, Any] = {}
    # One thread computes, the others wait for it: a model is loaded once.
    lock = RLock()

    @wraps(function)
    def remembering(*arguments: Any, **named: Any) -> Any:
        key = (arguments, tuple(sorted(named.items())))
        try:
            hash(key)
        except TypeError:
            return function(*arguments, **named)
        with lock:
            if key not in results:
                results[key] = function(*arguments, **named)
            return results[key]

    return remembering


def _replace(function: Callable[..., Any], by: Callable[..., Any]) -> None:
    for module in list(sys.modules.values()):
        names = [name for name, value in list(getattr(module, "__dict__", {}).items()) if value is function]
        for name in names:
            setattr(module, name, by)
