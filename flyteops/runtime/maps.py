"""Mapped tasks: how many items, the inputs of one, and the lists made of all."""

from __future__ import annotations

from flyteops.model.digest import Json, JsonObject
from flyteops.runtime.binding import Given, bound, input_of, raw
from flyteops.runtime.committing import commit, outputs_of
from flyteops.runtime.converting import convert, entered, tagged
from flyteops.runtime.endings import INTERFACE, NEVER, Ended, Mismatch
from flyteops.runtime.session import Session
from flyteops.runtime.shapes import NONE, items_of, kind_of, spelt
from flyteops.runtime.stored import keep_literal, read_literal


def map_size(session: Session, invocation: JsonObject) -> int:
    """The number of items; lists of unequal length fail before any item runs."""
    sizes = {str(each["name"]): _size(session, each) for each in map(input_of, items_of(invocation["over"]))}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        raise Ended(INTERFACE, f"the lists of the map {invocation['step']} differ in length: {told}")
    return next(iter(sizes.values()), 0)


def _size(session: Session, over: JsonObject) -> int:
    binding = over["binding"]
    if isinstance(binding, dict) and "list" in binding:
        return len(items_of(binding["list"]))
    return len(_stored_list(session, over)[1])


def _stored_list(session: Session, over: JsonObject) -> tuple[Json, list[Json]]:
    """Item type and items of a list as stored, not converted: one item is, when it is wanted."""
    binding = over["binding"]
    if not isinstance(binding, dict):
        raise Ended(INTERFACE, f"over {over['name']}: no binding")
    try:
        of, value = raw(session, binding)
        while kind_of(of)[0] == "union":
            of, value = entered(value, of)
    except Mismatch as found:
        raise Ended(INTERFACE, f"over {over['name']}: {found}") from None
    kind, item = kind_of(of)
    if kind not in ("list", "json") or not isinstance(value, list):
        raise Ended(INTERFACE, f"over {over['name']}: a list is needed, not {spelt(of)}")
    return (item if kind == "list" else "json"), value


def item_inputs(session: Session, invocation: JsonObject, item: int) -> list[Given]:
    """The inputs that are walked, for one item."""
    given: list[Given] = []
    for over in map(input_of, items_of(invocation["over"])):
        name, of = str(over["name"]), kind_of(over["type"])[1]
        binding = over["binding"]
        try:
            if isinstance(binding, dict) and "list" in binding:
                value = bound(session, items_of(binding["list"])[item], of)
            else:
                source, items = _stored_list(session, over)
                value = convert(items[item], source, of)
        except IndexError:
            raise Ended(INTERFACE, f"over {name}: there is no item {item}") from None
        except Mismatch as found:
            raise Ended(INTERFACE, f"over {name}.{item}{found.at}: {found.message}") from None
        given.append((name, of, value))
    return [each for each in given if each[0] != "_"]


def needed_successes(count: int, ratio: float | None, successes: int | None) -> int:
    """How many of the items must succeed: all, `successes`, or the ratio rounded up in decimals as written."""
    if successes is not None:
        return min(successes, count)
    if ratio is None:
        return count
    from decimal import ROUND_CEILING, Decimal

    return int((Decimal(repr(ratio)) * count).to_integral_value(rounding=ROUND_CEILING))


def needed_of(invocation: JsonObject, count: int) -> int:
    """The same, from the invocation."""
    ratio, successes = invocation.get("min_success_ratio"), invocation.get("min_successes")
    return needed_successes(
        count,
        float(ratio) if isinstance(ratio, int | float) else None,
        successes if isinstance(successes, int) else None,
    )


def gather(session: Session, invocation: JsonObject) -> None:
    """Commits one list per output, in item order, with None for a failure that is allowed."""
    step = str(invocation["step"])
    if session.commit(step) is not None:
        return
    count = map_size(session, invocation)
    commits = [session.commit(f"{step}.{i}") for i in range(count)]
    failed = [i for i, each in enumerate(commits) if each is None]
    needed = needed_of(invocation, count)
    if count - len(failed) < needed:
        shown = ", ".join(map(str, failed[:10])) + (" …" if len(failed) > 10 else "")
        raise Ended(NEVER, f"{len(failed)} of {count} items failed ({shown}); at least {needed} must succeed")
    wanted = [items_of(each) for each in items_of(invocation["outputs_type"])]
    outputs: JsonObject = {}
    for name, of in wanted:
        item_type = kind_of(of)[1]
        items = [_item(session, each, str(name), item_type) for each in commits]
        outputs[str(name)] = keep_literal(session.store, of, items)
    commit(session, step, outputs)


def _item(session: Session, committed: JsonObject | None, name: str, of: Json) -> Json:
    if committed is None:
        return tagged(None, NONE)
    source, value = read_literal(session.store, outputs_of(committed)[name])
    try:
        return convert(value, source, of)
    except Mismatch as found:
        raise Ended(INTERFACE, f"output {name}{found.at}: {found.message}") from None
