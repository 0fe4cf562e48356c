"""The installed flytekit: its classes around our values, and its context around an attempt."""

from __future__ import annotations

import datetime as dt
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flyteops.context import Current
from flyteops.model.flyte_names import of_flyte
from flyteops.runtime.flyte.finder import StandIn
from flyteops.runtime.flyte.hosted import HostedCheckpoint, HostedSecrets, keep_decks

_MANAGER = "flytekit.core.context_manager"


@contextmanager
def hosted(running: Current, function: Any) -> Iterator[None]:
    """Flyte's context of the attempt, and what its decks hold added to ours; nothing where no code of Flyte's is."""
    if "flytekit" not in sys.modules and _imports_flyte(function):
        with suppress(ImportError):  # which is told where it happens
            importlib.import_module("flytekit")
    module = sys.modules.get("flytekit")
    if module is not None and not isinstance(module, StandIn):
        with _in_flytekit(running):
            yield
        return
    yield
    stand_in = sys.modules.get("flyteops.runtime.flyte.standin")
    if stand_in is not None:
        keep_decks(stand_in.decks_of(running), running.deck)


@contextmanager
def _in_flytekit(running: Current) -> Iterator[None]:
    manager: Any = importlib.import_module(_MANAGER)
    _call_plainly()
    identifiers: Any = importlib.import_module("flytekit.models.core.identifier")
    context = manager.FlyteContextManager.current_context()
    before = context.user_space_params
    parameters = _parameters_class(manager)(
        execution_date=running.scheduled_time or dt.datetime.now(dt.UTC),
        tmp_dir=running.workdir,
        stats=before.stats if before else None,
        execution_id=identifiers.WorkflowExecutionIdentifier(project="", domain="", name=running.run),
        logging=before.logging if before else None,
        raw_output_prefix=running.workdir,
        checkpoint=HostedCheckpoint(running.checkpoint),
        decks=[],
        enable_deck=True,
    )
    parameters.hosted_secrets = HostedSecrets(running.secrets)
    # Without a mode: neither Flyte's local execution of a workflow nor its container.
    state = context.new_execution_state(running.workdir).with_params(user_space_params=parameters)
    with manager.FlyteContextManager.with_context(context.with_execution_state(state)):
        yield
    keep_decks(parameters.decks, running.deck)


def _imports_flyte(function: Any) -> bool:
    """Whether a function imports Flyte in its own body: its context has to be there by then."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = getattr(function, "__code__", None)
    return code is not None and any(of_flyte(name) for name in code.co_names)


_classes: dict[str, Any] = {}


def _parameters_class(manager: Any) -> Any:
    """Flyte's parameters of an execution, with our secrets."""
    if "parameters" not in _classes:

        class HostedParameters(manager.ExecutionParameters):  # type: ignore[misc]
            hosted_secrets: Any = None

            @property
            def secrets(self) -> Any:
                return self.hosted_secrets

        _classes["parameters"] = HostedParameters
    return _classes["parameters"]


def _call_plainly() -> None:
    """Makes the call of a task inside of a task a plain call of its function: Flyte would run it as a local execution,
    with files copied aside and a cache of its own on the disk. Inside a local run of a workflow of Flyte it still does.
    """
    if "call" in _classes:
        return
    tasks: Any = importlib.import_module("flytekit.core.python_function_task")
    manager: Any = importlib.import_module(_MANAGER)
    for of in (tasks.PythonFunctionTask, getattr(tasks, "AsyncPythonFunctionTask", None)):
        if of is not None:
            of.__call__ = _plain_call(of.__call__, manager.FlyteContextManager)
    _classes["call"] = True


def _plain_call(flytes: Any, manager: Any) -> Any:
    def called(self: Any, *arguments: Any, **named: Any) -> Any:
        context = manager.current_context()
        state = context.execution_state
        if context.compilation_state is not None or (state is not None and state.mode is not None):
            return flytes(self, *arguments, **named)
        return self.task_function(*arguments, **named)

    return called


def function_behind(found: Any) -> Any:
    """The user's function inside a task of flytekit, with the decorators that the user put below Flyte's; anything
    else as it is."""
    package = type(found).__module__.partition(".")[0]
    if package in ("flytekit", "union", "unionai") or package.startswith("flytekitplugins"):
        return getattr(found, "task_function", found)
    return found


def handed_by_flytekit(value: Any, of: Any, kind: str) -> Any:
    """A value of the store as an object of flytekit's class: nothing is fetched before its path, or its rows, are
    wanted, and given back as it is it stays where it is stored."""
    made = _handed_dataset(value, of) if kind == "dataset" else _handed_path(value, of)
    made._flyteops = value  # noqa: SLF001 - our mark, found when it is given back
    return made


def _handed_path(value: Any, of: Any) -> Any:
    key = f"path of {of.__module__}.{of.__qualname__}.{of.extension() if hasattr(of, 'extension') else id(of)}"
    if key not in _classes:
        _classes[key] = type(
            of.__name__, (of,), {"path": property(_path, _set_path), "__fspath__": _path, "__module__": of.__module__}
        )
    made = _classes[key].__new__(_classes[key])
    made.__dict__.update(
        _flyteops=value, metadata=None, _downloader=lambda: None, _downloaded=True, _remote_path=None,
        _remote_directory=None, _remote_source=None,
    )  # fmt: skip
    return made


def _path(self: Any) -> str:
    if "_local_path" not in self.__dict__:
        self.__dict__["_local_path"] = self.__dict__["_flyteops"].download()
    return str(self.__dict__["_local_path"])


def _set_path(self: Any, path: Any) -> None:
    self.__dict__["_local_path"] = path


def _handed_dataset(value: Any, of: Any) -> Any:
    key = f"dataset of {of.__module__}.{of.__qualname__}"
    if key not in _classes:

        def rows_all(self: Any) -> Any:
            return self._flyteops.open(self._dataframe_type).all()

        def rows_iter(self: Any) -> Any:
            return self._flyteops.open(self._dataframe_type).iter()

        def opened(self: Any, dataframe_type: Any) -> Any:
            self._dataframe_type = dataframe_type
            return self

        members = {"all": rows_all, "iter": rows_iter, "open": opened, "__module__": of.__module__}
        _classes[key] = type(of.__name__, (of,), members)
    return _classes[key](uri=value.uri, file_format=value.format)
