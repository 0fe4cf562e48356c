"""Codes FO3xx: keys, shapes and scalars of declarations. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO301",
        "An unknown key",
        "Every key of the language is declared; a key that is not is a mistake, never ignored.",
        "Take the suggested key, or delete it.",
    ),
    Entry(
        "FO302",
        "The wrong form",
        "A key wants text, a list or a map; the message says which.",
        "Write it in one of the forms named.",
    ),
    Entry(
        "FO303",
        "The wrong kind of value",
        "Numbers and booleans are read by YAML 1.2 core rules; quoted text is always text.",
        "Write a value of the kind named.",
    ),
    Entry(
        "FO304",
        "None of the words",
        "Some keys take one of a few words.",
        "Write one of the words named.",
    ),
    Entry(
        "FO305",
        "Not a duration",
        "Durations are numbers with w d h m s ms in falling order, or ISO 8601; limits are above 0 and at most 366 d.",
        "Write the unit, such as 30s.",
    ),
    Entry(
        "FO306",
        "Not a quantity",
        "Quantities are written as in Kubernetes, without exponents and above zero.",
        "Write a number with a suffix, such as 500m or 8Gi.",
    ),
    Entry(
        "FO307",
        "Not a name",
        "Names of entities are small letters, digits, - and _; nodes, inputs and outputs are Python identifiers.",
        "Rename it.",
    ),
    Entry(
        "FO308",
        "Nothing is given",
        "An empty value and null remove what a default or the base gives, and are a mistake elsewhere.",
        "Delete the key, or give it a value.",
    ),
    Entry(
        "FO309",
        "No kind",
        "A task, a node, a case and a schedule say what they are by exactly one of some keys.",
        "Add one of the keys named.",
    ),
    Entry(
        "FO310",
        "More than one kind",
        "A task, a node, a case and a schedule say what they are by exactly one of some keys.",
        "Keep one of them.",
    ),
    Entry(
        "FO311",
        "Names that look alike",
        "Names that differ only in case, or in - against _, cannot be told apart by people and some systems.",
        "Rename one of them.",
    ),
    Entry(
        "FO312",
        "A key of another kind",
        "Some keys belong to one kind of node only.",
        "Delete it, or change the kind.",
    ),
    Entry(
        "FO313",
        "Not a label or annotation",
        "Labels and annotations follow the rules of Kubernetes; some prefixes belong to others.",
        "Rename it, or choose a prefix of your own.",
    ),
    Entry(
        "FO314",
        "Not a variable for env",
        "Names are letters, digits and _; variables that change how the runner itself starts are refused.",
        "Rename it.",
    ),
    Entry(
        "FO315",
        "apiVersion is missing",
        "Every declaration file says which language it is written in.",
        "Add apiVersion: flyteops/v1 as the first line.",
    ),
    Entry(
        "FO316",
        "An unknown apiVersion",
        "This version of the tool reads flyteops/v1.",
        "Write apiVersion: flyteops/v1.",
    ),
    Entry(
        "FO317",
        "The wrong ending",
        "Declarations end in .yaml, so that no file is overlooked.",
        "Rename the file.",
    ),
    Entry(
        "FO318",
        "A key is missing",
        "Some keys need another one beside them.",
        "Add the key named.",
    ),
    Entry(
        "FO319",
        "A reserved name",
        "$inputs, $error, $schedule, $run and $output_dir have meanings of their own.",
        "Rename the node.",
    ),
    Entry(
        "FO320",
        "Keys that exclude one another",
        "Both say the same thing in two ways.",
        "Keep one of them.",
    ),
    Entry(
        "FO321",
        "Null over nothing",
        "null removes what a default or the base gives; here nothing is given.",
        "Delete the line.",
    ),
    Entry(
        "FO322",
        "A request above its limit",
        "What is set aside may not be more than what is allowed.",
        "Raise the limit, or lower the request.",
    ),
    Entry(
        "FO323",
        "A switch without a closing else",
        "The last case of a switch, and only that one, is {else: …}: one case always holds.",
        "Add {else: …} at the end.",
    ),
    Entry(
        "FO324",
        "A number out of bounds",
        "Numbers have bounds where more makes no sense.",
        "Write a number within the bounds.",
    ),
    Entry(
        "FO326",
        "Not the path of a function",
        "Functions are named as module:function, as Python imports them from an import root.",
        "Write module:function.",
    ),
    Entry(
        "FO327",
        "Not an image",
        "An image is a declared name or a reference.",
        "Write NAME, or REGISTRY/PATH:TAG.",
    ),
    Entry(
        "FO328",
        "More faults than are told",
        "At most 500 faults of one file are told; more mean that the file is of another kind.",
        "Mend these first, or move the file out of the declaration folders.",
    ),
    Entry(
        "FO329",
        "Not a path inside the repository",
        "Files are named relative to the root of the repository, and nothing outside it is read.",
        "Write the path with /, without . and .., and not from the root of the machine.",
    ),
    Entry(
        "FO330",
        "a value looks like a credential",
        "Files in git hold no secret. What is looked for is a list of patterns (`source/credentials.py`): key ids of "
        "clouds, tokens of forges and services, private keys, URLs with a password. The value itself is never shown.",
        "Take it out and revoke it; name it by `secrets:`. A false alarm is allowed by place and digest under "
        "`allow_literals:`.",
    ),
    Entry(
        "FO331",
        "not the name of a class",
        "`defaults.pickle` lists classes by their full names, with `*` for any text. Reading a pickle runs what it "
        "holds, so that a list that covers every package is none.",
        "Write `package.module.Class`, `module:Class` for a class of your own, or a pattern such as `sklearn.*`.",
    ),
    Entry(
        "FO388",
        "a time that never acts",
        "`timeout.total` ends a node with all its attempts and `backoff.max` bounds every wait: a larger `run`, "
        "`queued` or `initial` beside it would be read, shown and never come.",
        "Write the smaller time, or enlarge the bound.",
    ),
    Entry(
        "FO389",
        "a pattern of code.include names no file",
        "What travels with the code are files of the tree besides Python and declarations; git's ignored files are in "
        "no tree.",
        "Correct the pattern, or take it out.",
    ),
)
