"""Codes FO4xx: Python source. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO401",
        "A module that is not first-party",
        "`module:function` names a module below one of the code roots. The standard library and installed packages are "
        "never looked into.",
        "Correct the name, or add the folder to `code.roots` in flyteops.yaml.",
    ),
    Entry(
        "FO402",
        "A name that the module does not have",
        "Functions and types are found in the source as written. What is put into a module while it runs "
        "(`globals()`, `setattr`) cannot be found.",
        "Correct the name, or define it at the top level of the module.",
    ),
    Entry(
        "FO403",
        "Not a plain name",
        "A function is named `module:function`: no calls, no brackets, no methods, no names in double underscores.",
        "Write a function at the top level of a module and name it.",
    ),
    Entry(
        "FO404",
        "Not valid Python",
        "Every first-party file that a task reaches has to parse, because its code is part of the cache key.",
        "Correct the syntax error that is shown.",
    ),
    Entry(
        "FO405",
        "Python newer than the tool's own",
        "Source is parsed by the Python that flyteops runs on, which does not know this syntax yet.",
        "Install flyteops under the Python named in the message.",
    ),
    Entry(
        "FO406",
        "A file that is not read as Python",
        "Source is UTF-8 without NUL bytes, of at most 4 MiB, and nested no deeper than Python itself allows.",
        "Save it as UTF-8, split what is too deep, move what is no code elsewhere.",
    ),
    Entry(
        "FO407",
        "Not a plain first-party function",
        "A task is a function defined with `def` at the top level of a first-party module: no class, lambda, partial, "
        "module or function of an installed package.",
        "Write a function of your own that calls it.",
    ),
    Entry(
        "FO408",
        "Defined under a condition",
        "Of several definitions the last unconditional one counts. One inside `if`, `try` or a loop that may replace "
        "it cannot be known without running the code.",
        "Define it once and let the function decide inside.",
    ),
    Entry(
        "FO409",
        "A generator or an async function",
        "A task returns its outputs when it is done. Nothing awaits or drains what it returns.",
        "Return a list; call `asyncio.run(…)` inside a plain function.",
    ),
    Entry(
        "FO410",
        "Any number of arguments",
        "The inputs of a task have names and types, so `*args` and `**kwargs` cannot be filled.",
        "Name each parameter, or take one list or dict.",
    ),
    Entry(
        "FO411",
        "A positional-only parameter",
        "A task is called by keywords.",
        "Remove the `/` from the parameters.",
    ),
    Entry(
        "FO412",
        "A default of the wrong type",
        "A default is a value of its parameter's type. An int is accepted for a float; nothing else is converted.",
        "Change the default or the annotation; `T | None` where None is meant.",
    ),
    Entry(
        "FO413",
        "Members of a union that cannot be told apart",
        "A stored value has to say which member it is: not two records with the same fields, two lists, two dicts, "
        "two files, an enum beside its own base type, or Json beside anything.",
        "Keep one of them, or wrap one in a dataclass.",
    ),
    Entry(
        "FO414",
        "A type that contains itself",
        "Types are finite: a record cannot hold itself, directly or through another.",
        "Use Json (a bare `dict`) for the inner part.",
    ),
    Entry(
        "FO415",
        "A tuple that is not a return",
        "A tuple of a fixed number of parts may be the whole return of a function: one output for each part.",
        "Use a list, or a dataclass.",
    ),
    Entry(
        "FO416",
        "A type that is too large",
        "Written out, a type has at most 10,000 parts and is at most 32 deep.",
        "Use Json (a bare `dict`) for the inner parts.",
    ),
    Entry(
        "FO417",
        "Not a type that can be read",
        "A type named in YAML is a first-party dataclass, pydantic model, NamedTuple, TypedDict, enum or alias.",
        "Name such a class, or write the type out.",
    ),
    Entry(
        "FO418",
        "An unknown decorator",
        "A decorator may change what a function takes and returns. Those that apply functools.wraps, and known ones of "
        "the standard library and of Flyte, do not.",
        "Apply functools.wraps inside the decorator.",
    ),
    Entry(
        "FO419",
        "Code that is computed while it runs",
        "Imports with computed names, exec and eval hide what a task depends on. Whole modules count for the cache "
        "then: results are computed again more often than needed, and may still miss what lies elsewhere.",
        "Import by name, or give the task a `cache.version` of its own.",
    ),
    Entry(
        "FO421",
        "A key that a dict cannot have",
        "The keys of a stored dict are str, int, bool, date, datetime or an enum.",
        "Use one of these, or a list of records.",
    ),
    Entry(
        "FO422",
        "A class that can only travel as a pickle",
        "Values are stored field by field, so that every Python and every tool can read them. A class that is no "
        "dataclass, pydantic model, attrs class, NamedTuple, TypedDict or enum of the project has no such form: its "
        "objects can travel as pickles, if somebody says that they may. Reading a pickle runs what it holds.",
        "Make it a dataclass; or write `pickle: true` at the variable, or `defaults.pickle` for the class: said once, "
        "it holds wherever the class goes; or declare another type in YAML.",
    ),
    Entry(
        "FO423",
        "A pickle where none is needed",
        "`pickle: true` is for objects of classes that are stored in no other way.",
        "Take it away.",
    ),
    Entry(
        "FO424",
        "A format without a dataset",
        "`format:` beside `dataset:` says how rows are stored. Alone it says no type.",
        "Write `dataset: {}` beside it, or `type: File[csv]` for a file.",
    ),
    Entry(
        "FO425",
        "A column that cannot be",
        "The columns of a dataset hold plain values. Files, datasets and pickles are kept outside of the rows.",
        "Let the column be the text of a path or of a key.",
    ),
    Entry(
        "FO426",
        "A pickle that is written down",
        "A pickle is read only where it was made: by a task of the same run and trust scope. Nobody can give one.",
        "Refer to the output of a task that returns the object; let the type be `T | None` where it may be absent.",
    ),
    Entry(
        "FO427",
        "A value that may be one of several",
        "In `File | Directory` a path does not say which of them it is, and a map with the fields that two dataclasses "
        "share does not say whose it is. What a function returns does.",
        "Let the type be one of them, give one a field that the other lacks, or take the output of a task.",
    ),
    Entry(
        "FO428",
        "Two spellings of one key",
        "Keys are read by their type: `10` and `0xa` are one whole number, and a dict has each key once.",
        "Keep one of them.",
    ),
    Entry(
        "FO429",
        "A pickle for a program that is no Python",
        "A pickle is read by the Python that made it. A script, a container or a Kubernetes object can neither read "
        "nor make one.",
        "Hand it over as a File in a format of its own, or use a function.",
    ),
    Entry(
        "FO430",
        "A format that no dataset has",
        "Rows are stored as parquet, arrow, csv or jsonl.",
        "Write one of these, or let it be a File of a format of your own: `File[avro]`.",
    ),
    Entry(
        "FO440",
        "Rows whose format is not known",
        "Rows given by path are read by the format that their type says, else by the suffix of the path: "
        ".parquet, .arrow, .csv or .jsonl.",
        "Say the format in the type, `{dataset: {…}, format: csv}`, or give the file its suffix.",
    ),
    Entry(
        "FO470",
        "an import of a file that git ignores",
        "Code is what git has: a file that is ignored runs on this machine only, no digest covers it, and it is "
        "missing wherever a commit is checked out. Its content is never read.",
        "Commit the file, take the pattern out of `.gitignore`, or generate it where the image is built.",
    ),
)
