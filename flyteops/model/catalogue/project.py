"""Codes FO5xx: settings, git and the environment of the tool. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO501",
        "not a git repository",
        "A project lives in a git repository: what is planned and applied is named by its commit.",
        "Run `git init` in the project's folder and commit, or go to the right folder with `-C DIR`.",
    ),
    Entry(
        "FO502",
        "the repository has no commit yet",
        "Only a commit can be applied; validate, plan and run read the work tree and need none.",
        "Run `git add -A && git commit`.",
    ),
    Entry(
        "FO503",
        "no such commit",
        "A ref is resolved once, to a full commit id, before anything is read.",
        "Name a branch, a tag or a commit that `git log` shows; fetch it first when it is only on the remote.",
    ),
    Entry(
        "FO504",
        "the name of the commit is not acceptable",
        "A ref names one commit without doubt: it does not start with a dash, has no control character, and is not "
        "both a branch and a tag.",
        "Give the full commit id, or the full name such as `refs/heads/main`.",
    ),
    Entry(
        "FO505",
        "git does not trust the owner of this repository",
        "git refuses to read a repository that belongs to another user, and so do we.",
        "Run `git config --global --add safe.directory FOLDER` if you trust it, or change its owner.",
    ),
    Entry(
        "FO506",
        "objects of the commit are missing in this clone",
        "A plan reads local objects only and never fetches; a shallow or a partial clone may lack some.",
        "Run `git fetch --unshallow` (shallow clone) or `git fetch --refetch --no-filter` (partial clone).",
    ),
    Entry(
        "FO507",
        "the file is too large to be read",
        "A file of the project that the tool has to read has at most 64 MiB.",
        "Keep data out of git: put it into the store and give its URI as an input.",
    ),
    Entry(
        "FO520",
        "no flyteops.yaml",
        "The nearest flyteops.yaml upwards, within the git repository, marks the project and holds its settings.",
        "Run `flyteops init`, or go to the project's folder with `-C DIR`.",
    ),
    Entry(
        "FO521",
        "unknown setting",
        "flyteops.yaml holds only the keys of its schema, so that a slip of the pen is not silently ignored.",
        "Take the key that is suggested, or remove it.",
    ),
    Entry(
        "FO522",
        "the setting has a wrong value",
        "Every setting has one form; see schemas/project.v1.json.",
        "Write it as the message says.",
    ),
    Entry(
        "FO523",
        "a setting is missing",
        "Only `project` is required, and within a list entry what names its subject.",
        "Add it.",
    ),
    Entry(
        "FO524",
        "the variable cannot be put in",
        "`${…}` stands only in registry, store and cluster, and takes only variables whose names begin with FLYTEOPS_.",
        "Set the variable, rename it, or write the value itself.",
    ),
    Entry(
        "FO525",
        "this version of flyteops may not plan the project",
        "`requires:` says which versions may; others might read the same text differently.",
        "Install a version that fits, or widen `requires:` after reading the change log.",
    ),
    Entry(
        "FO526",
        "no such domain",
        "A domain is declared in `domains:` of flyteops.yaml; without it there is one, development.",
        "Name a declared domain, or declare this one.",
    ),
    Entry(
        "FO528",
        "the default domain is not clear",
        "Exactly one domain is the default one; a single domain is it by itself.",
        "Write `default: true` at one domain only.",
    ),
    Entry(
        "FO529",
        "the place of a registry or store is not understood",
        "A registry is sqlite:, postgresql: or store:; a store is file:, s3:, gs: or az:.",
        "Begin it with one of these schemes, for example sqlite:.flyteops/registry.db.",
    ),
    Entry(
        "FO590",
        "there is no declaration",
        "A project has at least one YAML file below the folders that `declarations:` names.",
        "Write a declaration, correct `declarations:`, or begin with `flyteops init`.",
    ),
    Entry(
        "FO591",
        "a link or a submodule stands among the declarations",
        "Only regular files of the repository are read: a link may lead anywhere, also to another user's secrets.",
        "Put the file itself there.",
    ),
    Entry(
        "FO592",
        "a document from outside does not fit its schema",
        "What is read back from a file is checked against its published schema and its digest before it is used.",
        "Make the document anew with the command that wrote it.",
    ),
    Entry(
        "FO593",
        "the consent file is not understood",
        "flyteops.consent.yaml is checked against its published schema, schemas/consent.v1.json: a slip of the pen "
        "must neither permit a thing nor seem to.",
        "Write each entry as {address, rule, reason} and, if you like, the day it expires.",
    ),
)
