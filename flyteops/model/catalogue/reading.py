"""Codes FO1xx: bytes and YAML. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO101",
        "The file is too large",
        "A declaration file has at most 1 MiB.",
        "Split it: declarations may stand in any number of files.",
    ),
    Entry(
        "FO102",
        "The file is not UTF-8",
        "Files are UTF-8, with or without a byte order mark.",
        "Save the file as UTF-8.",
    ),
    Entry(
        "FO103",
        "A character that may not stand in a file",
        "Control, direction-turning and invisible characters, and line separators but LF and CR LF, hide things.",
        "Delete it, or write it as an escape inside double quotes.",
    ),
    Entry(
        "FO104",
        "Not YAML",
        "What the parser cannot read is told at its place, with what was probably meant.",
        "Mend the line; indent by spaces, close quotes and brackets.",
    ),
    Entry(
        "FO105",
        "Plain text was cut",
        "A comma, a bracket, a # or a colon ends plain text early.",
        "Put the whole text in quotes.",
    ),
    Entry(
        "FO106",
        "A key is given twice",
        "The keys of one map are unique, also when one is quoted or spelt with other code points that look alike.",
        "Keep one of them.",
    ),
    Entry(
        "FO107",
        "A tag",
        "Values are read by the type that is wanted, never by a tag.",
        "Delete the tag.",
    ),
    Entry(
        "FO108",
        "A merge key",
        "<< is a key of YAML 1.1 and not part of this language.",
        "Write like: NAME.",
    ),
    Entry(
        "FO109",
        "A directive",
        "Files are read by YAML 1.2 core rules; directives change nothing for the better.",
        "Delete the directive and the --- after it.",
    ),
    Entry(
        "FO110",
        "A second document",
        "A file holds one document.",
        "Move it into a file of its own.",
    ),
    Entry(
        "FO111",
        "An alias inside its own anchor",
        "A value cannot contain itself.",
        "Write the inner value out.",
    ),
    Entry(
        "FO112",
        "Aliases multiply the file",
        "Aliases together make a file at most ten times as large as it is written.",
        "Write the repeated part once, as an entry, and say like: NAME.",
    ),
    Entry(
        "FO113",
        "Nested too deeply",
        "Lists and maps nest at most 32 levels, the root counted.",
        "Take the inner part out into an entry of its own.",
    ),
    Entry(
        "FO114",
        "Too many keys, values or aliases",
        "A file has at most 100,000 keys, 200,000 values and 1,000 aliases.",
        "Split the file.",
    ),
    Entry(
        "FO115",
        "A key that is no text",
        "Keys are plain or quoted text on one line; null, lists, maps, blocks and aliases are none.",
        "Give the value a name, or quote the word.",
    ),
    Entry(
        "FO116",
        "The file is no map",
        "A declaration file is a map of sections.",
        "Begin with apiVersion, then sections such as tasks.",
    ),
    Entry(
        "FO117",
        "An alias without an anchor",
        "An alias stands for the anchor of its name before it.",
        "Add the anchor, or quote the text.",
    ),
    Entry(
        "FO118",
        "The file declares nothing",
        "An empty file is legal and probably a mistake.",
        "Delete it, or begin with apiVersion.",
    ),
    Entry(
        "FO120",
        "PyYAML without its C parser",
        "Bounds and places rest on libyaml, which every wheel of PyYAML has.",
        "Reinstall PyYAML from a wheel.",
    ),
)
