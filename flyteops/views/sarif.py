"""Diagnostics as SARIF 2.1.0, for code scanning: one run, one rule a code, one result a diagnostic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flyteops.model.catalogue import Entry
from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.digest import Json, JsonObject

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif_wire(
    found: Iterable[Diagnostic], *, tool: str, catalogue: Mapping[str, Entry], folder: str = ""
) -> JsonObject:
    """The log; `catalogue` gives each code its words, `folder` is the project's in its repository, as in `ml/`."""
    told = tuple(found)
    codes = sorted({each.code for each in told})
    rules: list[Json] = [_rule(code, catalogue.get(code)) for code in codes]
    results: list[Json] = [_result(each, codes.index(each.code), folder) for each in told]
    driver: JsonObject = {"name": "flyteops", "version": tool, "rules": rules}
    run: JsonObject = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, entry: Entry | None) -> JsonObject:
    rule: JsonObject = {"id": code}
    if entry is None:
        return rule
    return {
        **rule,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.rule},
        "help": {"text": entry.way_out},
    }


def _result(found: Diagnostic, rule: int, folder: str) -> JsonObject:
    text = ". ".join(part for part in (found.message, found.label, found.help) if part)
    result: JsonObject = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": str(found.severity),
        "message": {"text": text},
    }
    if found.place is None:
        return result
    related: list[Json] = [{**_location(each.place, folder), "message": {"text": each.label}} for each in found.related]
    located: JsonObject = {**result, "locations": [_location(found.place, folder)]}
    return {**located, "relatedLocations": related} if related else located


def _location(place: Place, folder: str) -> JsonObject:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(folder + place.path)},
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
            },
        }
    }


def _uri(path: str) -> str:
    """A path relative to the project as a URI."""
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/"
    return "".join(chr(each) if chr(each) in plain else f"%{each:02X}" for each in path.encode("utf-8"))
