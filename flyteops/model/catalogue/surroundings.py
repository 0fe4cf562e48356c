"""Codes FO36x and FO37x: what tasks have around them, and `tests`. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO360",
        "No such secret",
        "A task names secrets of the section `secrets`; where each comes from is declared there once.",
        "Take the suggested name, or declare the secret.",
    ),
    Entry(
        "FO361",
        "A variable with two givers",
        "A variable comes from `env`, from a secret, or from the pod template: never from two of them.",
        "Keep one of them.",
    ),
    Entry(
        "FO362",
        "Not a place for a secret",
        "A secret is shown as a variable, or as a file at an absolute path that the runner and the kernel do not use.",
        "Write the name of a variable, or an absolute path such as /etc/secrets/key.pem.",
    ),
    Entry(
        "FO363",
        "A secret that is shown as something else",
        "`as: file` needs a path as the key, `as: variable` a name.",
        "Write the word that fits the key, or leave as: out.",
    ),
    Entry(
        "FO364",
        "No such pod template",
        "A task names a template of the section `pod_templates`, or says one itself.",
        "Take the suggested name, or declare the template.",
    ),
    Entry(
        "FO365",
        "A pod template asks for what no pod may have",
        "Pods run under the restricted profile, with the service account and the secrets that their task declares.",
        "Take the key out; the message says where the same is said properly, if it can be.",
    ),
    Entry(
        "FO366",
        "A pod template that cannot be laid around a task",
        "Names are given once, mounted volumes are declared, and the task's own container keeps its image and program.",
        "Change the place that the message names.",
    ),
    Entry(
        "FO367",
        "No such actor",
        "A task names an actor of the section `actors`.",
        "Take the suggested name, or declare the actor.",
    ),
    Entry(
        "FO368",
        "Another shape than the actor's",
        "All workers of an actor have its image and its resources, so that any of them can take any of its tasks.",
        "Say image and resources at the actor, or run the task without it.",
    ),
    Entry(
        "FO369",
        "A warm function that needs arguments",
        "A worker calls warm functions before its first task, without arguments, and keeps what they return.",
        "Give the parameters defaults.",
    ),
    Entry(
        "FO370",
        "A secret without a value here",
        "A run on this machine takes secrets from a variable, `.flyteops/secrets.env` or sops, in this order.",
        "Give the value in one of the ways named.",
    ),
    Entry(
        "FO371",
        "A file of secrets that may not be used",
        "`.flyteops/secrets.env` holds values in clear: only its owner may read it, and git must ignore it.",
        "Do what the message says; if the values may have been read by others, replace them at their source.",
    ),
    Entry(
        "FO372",
        "A test of nothing",
        "A test names a task, workflow or launch plan of the project, and outputs that it has.",
        "Take the suggested name.",
    ),
    Entry(
        "FO373",
        "A test without an input",
        "A test gives every input that has no default.",
        "Add the input.",
    ),
    Entry(
        "FO374",
        "No encrypted file",
        "A secret of `sops:` is a value of a file of the repository whose values sops has encrypted.",
        "Make the file with sops, or correct its path.",
    ),
)
