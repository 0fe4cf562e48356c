"""The consent file of a tree, and what the rules of a domain say to a plan. Reads trees and a clock; writes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.digest import Json, JsonObject
from flyteops.model.errors import InvalidProject
from flyteops.model.ids import Kind
from flyteops.model.plan import Consent
from flyteops.operations.planning import Planned
from flyteops.plan import Rules, Verdict, judge
from flyteops.plan.consents import CONSENT_FILE, DOMAIN_RULES, RETIRE
from flyteops.plan.rules import RULES
from flyteops.ports.trees import Tree
from flyteops.source.reader import read_yaml
from flyteops.source.tree import Mapping, Scalar, TreeNode

_HELP = "an entry is {address: task/prep, rule: FO-I107, reason: why, expires: 2026-12-31}; expires may be left out"
COMMAND_LINE = "--allow"
"""Where a consent stands that is given on the command line."""


KNOWN_RULES = (RETIRE, *(rule.code for rule in RULES if rule.breaking), *DOMAIN_RULES)
"""What may be consented to."""


def consent_schema() -> JsonObject:
    """The published schema of the consent file, schemas/consent.v1.json."""
    rules: list[Json] = list(KNOWN_RULES)
    entry: JsonObject = {
        "type": "object",
        "properties": {
            "address": {"type": "string", "pattern": f"^({'|'.join(Kind)}|domain)/.+$"},
            "rule": {"enum": rules},
            "reason": {"type": "string", "minLength": 1},
            "expires": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        },
        "required": ["address", "rule", "reason"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "flyteops consent",
        "type": "object",
        "properties": {"apiVersion": {"const": "flyteops/v1"}, "consent": {"type": "array", "items": entry}},
        "required": ["apiVersion", "consent"],
        "additionalProperties": False,
    }


def read_consents(tree: Tree) -> tuple[Consent, ...]:
    """The entries of the tree's consent file, none when there is none; InvalidProject with every fault."""
    data = tree.read(CONSENT_FILE)
    if data is None:
        return ()
    from jsonschema import Draft202012Validator

    root, faults = read_yaml(CONSENT_FILE, data)
    if root is None or faults:
        raise InvalidProject(faults)
    document = _plain(root)
    found = sorted(
        Draft202012Validator(consent_schema()).iter_errors(document), key=lambda each: list(map(str, each.path))
    )
    if found:
        raise InvalidProject([_fault(root, tuple(each.absolute_path), each.message) for each in found])
    listed = root.get("consent")
    items = listed.items if listed is not None and not isinstance(listed, Scalar | Mapping) else ()
    return tuple(_consent(item) for item in items if isinstance(item, Mapping))


def _plain(node: TreeNode) -> Json:
    """The tree as JSON; every scalar is the text that was written, so that a date stays one."""
    match node:
        case Scalar(text=text):
            return text
        case Mapping():
            return {name: _plain(value) for name, value in node.items()}
        case _:
            return [_plain(item) for item in node.items]


def _consent(entry: Mapping) -> Consent:
    values = {name: value.text for name, value in entry.items() if isinstance(value, Scalar)}
    expires = values.get("expires")
    if expires is not None:
        try:
            dt.date.fromisoformat(expires)
        except ValueError:
            raise InvalidProject([_fault(entry, ("expires",), f"{expires} is no day of the calendar")]) from None
    return Consent(
        address=values["address"],
        rule=values["rule"],
        reason=values["reason"],
        expires=expires,
        file=CONSENT_FILE,
        line=entry.place.line,
    )


def _fault(root: TreeNode, path: Iterable[str | int], why: str) -> Diagnostic:
    return Diagnostic(
        code="FO593",
        message=f"{CONSENT_FILE} is not understood: {why[:200]}",
        place=_place(root, path),
        help=_HELP,
    )


def _place(node: TreeNode, path: Iterable[str | int]) -> Place:
    for step in path:
        inner: TreeNode | None = None
        if isinstance(node, Mapping):
            inner = node.get(str(step))
        elif not isinstance(node, Scalar) and isinstance(step, int):
            inner = node.items[step]
        if inner is None:
            break
        node = inner
    return node.place


def allowed(texts: tuple[str, ...], *, domain: str) -> tuple[Consent, ...]:
    """Consents of the command line, `RULE:ADDRESS` or a rule of the domain alone."""
    found = []
    for text in texts:
        rule, _, address = text.partition(":")
        found.append(
            Consent(
                address=address or f"domain/{domain}",
                rule=rule,
                reason="on the command line",
                expires=None,
                file=COMMAND_LINE,
                line=1,
            )
        )
    return tuple(found)


def verdict_of(
    planned: Planned, tree: Tree, *, applied_tree: Tree | None, rules: Rules, extra: tuple[Consent, ...] = ()
) -> Verdict:
    """What the rules say to a plan of the tree. `applied_tree` is that of the applied commit, where this clone holds
    it: the entries that it has already are spent. An entry that is not spent counts also after a failed apply."""
    if not planned.plan.changes:
        return judge(planned.plan, planned.snapshot, Rules())
    spent = _identities(applied_tree) if applied_tree is not None else frozenset()
    return judge(planned.plan, planned.snapshot, replace(rules, entries=(*read_consents(tree), *extra), spent=spent))


def _identities(tree: Tree) -> frozenset[tuple[str, str, str, str | None]]:
    try:
        return frozenset(each.identity for each in read_consents(tree))
    except InvalidProject:
        # A file that nobody could read permitted nothing.
        return frozenset()
