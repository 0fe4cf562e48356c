"""What flyteops.yaml, flags and variables become, and every fault of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cerberus
import jsonschema
import pytest

from flyteops.model.errors import InvalidProject
from flyteops.settings import AllowedLiteral, Cluster, DomainSettings, Settings, settings_from
from flyteops.settings.checking import schema
from flyteops.settings.fields import SETTINGS, project_schema
from flyteops.settings.finding import find_root
from flyteops.settings.values import masked
from flyteops.source.tree import Mapping as Tree

ROOT = Path("/project")
PAGE = """\
apiVersion: flyteops/v1
requires: ">=0.1,<0.2"          # which versions of the tool may plan this project
project: churn
description: Which customers leave, and why
code:
  roots: [src]
  include: ["src/**/*.sql"]
declarations: [pipelines]
registry: sqlite:.flyteops/registry.db
store: file:.flyteops/store
domains:
  development: {default: true}
  staging: {}
  production:
    store: s3://acme-flyteops/production
    cluster: {context: prod, namespace: churn-production, argo: "4.1"}
    default_image: ghcr.io/acme/base:v7
    protect: {prune_limit: 20%, consent: [breaking, retire]}
defaults:
  task: {retries: 1}
  pickle: [sklearn.*]
allow_literals: [{at: "pipelines/a.yaml:7", sha256: HASH}]
""".replace("HASH", "a" * 64)


def settings(text: str, environ: Mapping[str, str] = {}, **flags: str) -> Settings:
    return settings_from("flyteops.yaml", text.encode(), root=ROOT, environ=environ, flags=flags, tool_version="0.1.3")


def faults(text: str, environ: Mapping[str, str] = {}, **flags: str) -> list[tuple[str, ...]]:
    with pytest.raises(InvalidProject) as invalid:
        settings(text, environ, **flags)
    return [
        (each.code, str(each.place or ""), each.message, each.label, each.help) for each in invalid.value.diagnostics
    ]


def test_the_page_of_the_language():
    read = settings(PAGE)
    assert (read.project, read.requires, read.registry, read.store) == (
        "churn",
        ">=0.1,<0.2",
        "sqlite:.flyteops/registry.db",
        "file:.flyteops/store",
    )
    assert (read.code_roots, read.code_include, read.declarations) == (("src",), ("src/**/*.sql",), ("pipelines",))
    assert dict(read.domains) == {
        "development": DomainSettings(name="development", default=True),
        "staging": DomainSettings(name="staging"),
        "production": DomainSettings(
            name="production",
            store="s3://acme-flyteops/production",
            cluster=Cluster(context="prod", namespace="churn-production", argo="4.1"),
            default_image="ghcr.io/acme/base:v7",
            protected=True,
            prune_limit=0.2,
            consent=("breaking", "retire"),
        ),
    }
    assert (read.default_domain, read.chosen_domain, read.domain) == ("development", None, "development")
    assert read.allow_literals == (AllowedLiteral(path="pipelines/a.yaml", line=7, sha256="a" * 64),)
    assert isinstance(read.defaults_tree, Tree)
    assert [name for name, _ in read.defaults_tree.items()] == ["task", "pickle"]
    assert read.places["domains.production.cluster.namespace"].line == 16


def test_only_the_project_is_required():
    read = settings("project: churn")
    assert dict(read.domains) == {"development": DomainSettings(name="development", default=True)}
    assert (read.code_roots, read.declarations, read.domain) == (("src",), ("pipelines",), "development")
    assert read.registry_path() == ROOT / ".flyteops/registry.db"
    assert read.store_at("development") == f"{ROOT}/.flyteops/store"


def test_the_only_domain_is_the_default_one():
    assert settings("project: churn\ndomains: {production: {}}").domain == "production"


def test_scalars_are_read_by_the_type_wanted():
    read = settings("project: no\ndescription: 1.10\ndomains: {dev: {default: true, cluster: {argo: 4.1}}}")
    assert (read.project, read.description) == ("no", "1.10")
    assert read.domains["dev"].cluster == Cluster(argo="4.1")


def test_flags_go_before_variables_before_the_file_before_defaults():
    variables = {"FLYTEOPS_STORE": "file:/v", "FLYTEOPS_DOMAIN": "staging", "FLYTEOPS_PROJECT": "by-variable"}
    read = settings(PAGE, variables, domain="production", registry="sqlite:/f/r.db")
    assert (read.project, read.domain, read.store_of("production")) == ("by-variable", "production", "file:/v")
    assert read.registry_path() == Path("/f/r.db")
    told = {name: (value, origin) for name, value, origin in read.described()}
    assert told["project"] == ("by-variable", "variable FLYTEOPS_PROJECT")
    assert told["domain"] == ("production", "flag -d")
    assert told["registry"] == ("sqlite:/f/r.db", "flag --registry")
    assert told["domains.production.store"] == ("file:/v", "variable FLYTEOPS_STORE")
    assert told["domains.production.protect.prune_limit"] == ("20%", "flyteops.yaml:18")
    assert told["domains.staging.default"] == ("no", "default")
    assert told["code.roots"] == ("src", "flyteops.yaml:6")
    assert told["requires"] == (">=0.1,<0.2", "flyteops.yaml:2")


def test_every_fault_at_once_with_its_place():
    text = """\
projcet: churn
description: Which ${x} leave
code: {roots: [src, ../up, /abs]}
declarations: pipelines
registry:
store: nfs:x
domains:
  development: {default: yes, foo: 1}
  Staging: {}
  qa:
  production: {cluster: {namespace: Churn, argo: 4.2}, protect: {prune_limit: 20, consent: [breaking, boom]}}
defaults: 3
allow_literals: [{ata: x, sha256: y}]
"""
    assert faults(text) == [
        (
            "FO521",
            "flyteops.yaml:1:1",
            'unknown setting "projcet"',
            "did you mean project?",
            f"known here: {', '.join(field.name for field in SETTINGS)}",
        ),
        *(
            (
                "FO522",
                f"flyteops.yaml:3:{column}",
                f'the setting "code.roots.{at}" has a wrong value',
                "wanted: a list of folders below flyteops.yaml, with / and without ..",
                "roots: Import roots of the functions",
            )
            for at, column in ((1, 21), (2, 28))
        ),
        (
            "FO522",
            "flyteops.yaml:4:15",
            'the setting "declarations" has a wrong value',
            "wanted: a list of folders below flyteops.yaml, with / and without ..",
            "declarations: Folders searched for *.yaml",
        ),
        (
            "FO522",
            "flyteops.yaml:5:1",
            'the setting "registry" has no value',
            "wanted: text",
            "registry: Where what was applied is recorded",
        ),
        (
            "FO529",
            "flyteops.yaml:6:8",
            '"store" is not a place of a store',
            "a store begins with one of file:, s3:, gs:, az:",
            "for one machine: store: file:.flyteops/store",
        ),
        (
            "FO522",
            "flyteops.yaml:8:26",
            'the setting "domains.development.default" has a wrong value',
            "wanted: true or false",
            "default: Whether it is the domain when none is named",
        ),
        (
            "FO521",
            "flyteops.yaml:8:31",
            'unknown setting "domains.development.foo"',
            "not a key of flyteops.yaml",
            "known here: default, store, cluster, default_image, protect",
        ),
        (
            "FO522",
            "flyteops.yaml:9:3",
            '"Staging" cannot be the name of a domain',
            "small letters, digits and inner dashes, at most 63",
            "it becomes part of Kubernetes names; rename it",
        ),
        (
            "FO522",
            "flyteops.yaml:10:3",
            'the setting "domains.qa" has no value',
            "wanted: a map",
            "write qa: {} for a domain without settings of its own",
        ),
        (
            "FO522",
            "flyteops.yaml:11:37",
            'the setting "domains.production.cluster.namespace" has a wrong value',
            "wanted: a Kubernetes name",
            "namespace: Kubernetes namespace",
        ),
        (
            "FO522",
            "flyteops.yaml:11:50",
            'the setting "domains.production.cluster.argo" has a wrong value',
            "wanted: 3.7 or 4.0 or 4.1",
            "argo: Version of Argo Workflows there",
        ),
        (
            "FO522",
            "flyteops.yaml:11:79",
            'the setting "domains.production.protect.prune_limit" has a wrong value',
            "wanted: a share such as 20%",
            "prune_limit: Largest share of entities that one apply may retire",
        ),
        (
            "FO522",
            "flyteops.yaml:11:103",
            'the setting "domains.production.protect.consent.1" has a wrong value',
            "wanted: breaking or retire",
            "consent: Classes of change that need consent",
        ),
        (
            "FO522",
            "flyteops.yaml:12:11",
            'the setting "defaults" has a wrong value',
            "wanted: a map",
            "defaults: Defaults of entities; see declarations.v1.json",
        ),
        (
            "FO521",
            "flyteops.yaml:13:19",
            'unknown setting "allow_literals.0.ata"',
            "did you mean at?",
            "known here: at, sha256",
        ),
        (
            "FO522",
            "flyteops.yaml:13:35",
            'the setting "allow_literals.0.sha256" has a wrong value',
            "wanted: 64 digits",
            "sha256: SHA-256 of the text",
        ),
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "description: x"])
def test_a_missing_project(text):
    assert faults(text) == [
        ("FO523", "flyteops.yaml:1:1", 'the setting "project" is missing', "", "add project: …"),
    ]


def test_faults_of_yaml_stand_beside_those_of_settings():
    assert [each[:2] for each in faults("project: churn\nproject: other\nfoo: 1\n")] == [
        (faults("project: churn\nproject: other\n")[0][0], "flyteops.yaml:2:1"),
        ("FO521", "flyteops.yaml:3:1"),
    ]


@pytest.mark.parametrize("name", ["Churn", "a_b", "-a", "a-", "a" * 64, "ä", "'a\n'", "'a/b'"])
def test_names_of_projects(name):
    assert [each[0] for each in faults(f"project: {name}\n")] == ["FO522"]


def test_a_project_given_by_flag_is_checked_too():
    assert faults("project: churn", project="A B") == [
        (
            "FO522",
            "",
            '"A B" cannot be the name of a project (from flag -p)',
            "",
            "take small letters, digits and inner dashes, at most 63",
        )
    ]


# ------------------------------------------------------------------------------------------- domains


def test_an_unknown_domain():
    assert faults(PAGE, domain="prodution") == [
        (
            "FO526",
            "",
            'there is no domain "prodution" (from flag -d)',
            "did you mean production?",
            "declared: development, staging, production",
        )
    ]


def test_two_default_domains():
    text = "project: churn\ndomains:\n  a: {default: true}\n  b: {default: true}\n"
    with pytest.raises(InvalidProject) as invalid:
        settings(text)
    (only,) = invalid.value.diagnostics
    assert (only.code, only.message, str(only.place), only.label) == (
        "FO528",
        "2 domains are the default one",
        "flyteops.yaml:4:16",
        "a second one",
    )
    assert [(str(each.place), each.label) for each in only.related] == [("flyteops.yaml:3:16", "the first")]


def test_no_default_domain():
    assert faults("project: churn\ndomains: {a: {}, b: {}}\n") == [
        (
            "FO528",
            "flyteops.yaml:2:10",
            "no domain is the default one",
            "",
            "write default: true at one of a, b only",
        )
    ]


# ------------------------------------------------------------------------------------------ variables


def test_variables_are_put_into_registry_store_and_cluster():
    text = (
        "project: churn\nregistry: sqlite:${FLYTEOPS_DIR}/r.db\nstore: file:${FLYTEOPS_DIR}/s\n"
        "domains: {dev: {store: 'file:${FLYTEOPS_DIR}/d', "
        "cluster: {context: '${FLYTEOPS_C}', namespace: '${FLYTEOPS_N}'}}}"
    )
    read = settings(text, {"FLYTEOPS_DIR": "/x", "FLYTEOPS_C": "prod", "FLYTEOPS_N": "churn"})
    assert (read.registry_path(), read.store_at("dev")) == (Path("/x/r.db"), "/x/d")
    assert read.domains["dev"].cluster == Cluster(context="prod", namespace="churn")


def test_an_unset_variable_is_told_when_it_is_needed():
    """So that validate and a fork's plan need no credentials."""
    read = settings("project: churn\nregistry: ${FLYTEOPS_REGISTRY_URL}\n")
    with pytest.raises(InvalidProject) as invalid:
        read.registry_path()
    (only,) = invalid.value.diagnostics
    assert (only.code, str(only.place), only.message, only.help) == (
        "FO524",
        "flyteops.yaml:2:11",
        "the variable FLYTEOPS_REGISTRY_URL is not set",
        "export FLYTEOPS_REGISTRY_URL=…",
    )


def test_an_unset_variable_of_the_cluster_counts_for_its_own_domain_only():
    text = "project: churn\ndomains: {dev: {default: true}, prod: {cluster: {context: '${FLYTEOPS_C}'}}}"
    assert settings(text).domain == "dev"
    assert [each[:3] for each in faults(text, domain="prod")] == [
        ("FO524", "flyteops.yaml:2:59", "the variable FLYTEOPS_C is not set")
    ]


@pytest.mark.parametrize("variable", ["${HOME}", "${FLYTEOPS_X:-y}", "${flyteops_x}", "${}", "${AWS_SECRET}"])
def test_no_other_variable(variable):
    assert faults(f"project: churn\nstore: file:{variable}/x\n", {"HOME": "/root", "AWS_SECRET": "s"}) == [
        (
            "FO524",
            "flyteops.yaml:2:8",
            f"{variable} is not put in: its name does not begin with FLYTEOPS_",
            "only ${FLYTEOPS_NAME}, of capital letters, digits and _",
            "rename the variable",
        )
    ]


def test_no_variable_elsewhere():
    text = "project: churn\ndeclarations: ['${FLYTEOPS_X}']\ndescription: costs ${money}\n"
    assert faults(text, {"FLYTEOPS_X": "x"}) == [
        (
            "FO524",
            "flyteops.yaml:2:16",
            'no variable is put into "declarations.0"',
            "stays as it is written",
            "write the value itself; registry, store and cluster take some",
        )
    ]


# --------------------------------------------------------------------------------- what can be used yet


@pytest.mark.parametrize("url", ["s3://bucket", "s3://bucket/x/y", "gs://acme-1.x/y", "az://container/x"])
def test_a_store_may_be_a_bucket(url):
    assert settings(f"project: churn\nstore: {url}\n").store_at("development") == url


@pytest.mark.parametrize(
    "url", ["s3:bucket", "s3://", "s3:///x", "s3://key:secret@bucket/x", "gs://b/x?token=1", "az://-x"]
)
def test_what_is_no_bucket(url):
    assert [each[:2] for each in faults(f"project: churn\nstore: '{url}'\n")] == [("FO529", "flyteops.yaml:2:8")]


def test_each_domain_has_its_own_store():
    read = settings(PAGE)
    assert read.store_at("development") == f"{ROOT}/.flyteops/store"
    assert read.store_at("production") == "s3://acme-flyteops/production"
    assert settings(PAGE, {"FLYTEOPS_STORE": "file:x"}).store_at("production") == f"{ROOT}/x"


@pytest.mark.parametrize(
    ("written", "path"),
    [("sqlite:a/b.db", "/project/a/b.db"), ("sqlite:/a/b.db", "/a/b.db"), ("sqlite:///a/b.db", "/a/b.db")],
)
def test_forms_of_a_local_path(written, path):
    assert settings(f"project: churn\nregistry: {written}\n").registry_path() == Path(path)


@pytest.mark.parametrize("written", ["a.db", "sqlite:", "sqlite://host/a.db", "mysql://x", "file:x"])
def test_places_that_are_none(written):
    assert [each[:2] for each in faults(f"project: churn\nregistry: '{written}'\n")] == [
        ("FO529", "flyteops.yaml:2:11")
    ]
    assert [each[:3] for each in faults("project: churn", {"FLYTEOPS_REGISTRY": written})] == [
        ("FO529", "", '"registry" is not a place of a registry (from variable FLYTEOPS_REGISTRY)')
    ]


def test_passwords_are_masked():
    read = settings("project: churn\nregistry: postgresql://ann:s3cret@db/churn?sslpassword=x&a=b\n")
    shown = {name: value for name, value, _ in read.described()}
    assert shown["registry"] == "postgresql://***@db/churn?sslpassword=***&a=b"
    assert masked("s3://bucket/a@b") == "s3://bucket/a@b"


# -------------------------------------------------------------------------------------------- versions


@pytest.mark.parametrize(
    ("requires", "holds"),
    [
        (">=0.1,<0.2", True),
        (">=0.1.3", True),
        ("==0.1.3.0", True),
        ("~=0.1", True),
        ("~=0.1.2", True),
        ("~=0.1.4", False),
        ("~=0.2", False),
        (">0.1.3", False),
        ("!=0.1.3", False),
        ("<=0.1", False),
        (">=1", False),
    ],
)
def test_which_versions_may_plan(requires, holds):
    text = f'project: churn\nrequires: "{requires}"\nnew_key_of_a_later_version: 1\n'
    told = faults(text)
    if holds:
        assert [each[0] for each in told] == ["FO521"]
    else:  # what else is wrong may only follow from that
        assert [each[:3] for each in told] == [
            ("FO525", "flyteops.yaml:2:11", f"this is flyteops 0.1.3; the project requires {requires}")
        ]


@pytest.mark.parametrize("requires", ["0.1", "latest", ">=0.1;<0.2", ">=", "=>0.1"])
def test_what_is_no_requirement(requires):
    assert faults(f'project: churn\nrequires: "{requires}"\n') == [
        (
            "FO522",
            "flyteops.yaml:2:11",
            'the setting "requires" has a wrong value',
            f'"{requires}" is not a comparison such as >=0.1',
            'write comparisons with commas between them, such as ">=0.1,<0.2"',
        )
    ]


# ---------------------------------------------------------------------------------------------- schema


def test_the_schema_takes_the_page_and_refuses_a_slip():
    jsonschema.Draft202012Validator.check_schema(project_schema())
    validator = jsonschema.Draft202012Validator(project_schema())
    page = {
        "project": "churn",
        "domains": {
            "production": {"cluster": {"argo": 4.1, "namespace": "${FLYTEOPS_N}"}, "protect": {"prune_limit": "20%"}}
        },
        "defaults": {"task": {"retries": 1}},
    }
    assert list(validator.iter_errors(page)) == []
    assert [error.validator for error in validator.iter_errors({"projcet": "churn"})] == [
        "additionalProperties",
        "required",
    ]
    assert [error.validator for error in validator.iter_errors({"project": "Churn\n"})] == ["pattern"]


def test_no_folder_has_no_settings():
    with pytest.raises(InvalidProject) as invalid:
        find_root(Path("/nowhere/at/all"))
    assert [(each.code, each.message, each.help) for each in invalid.value.diagnostics] == [
        (
            "FO520",
            "no flyteops.yaml for /nowhere/at/all: there is no such folder",
            "run flyteops init there, or go to the project's folder with -C DIR",
        )
    ]


def test_the_table_is_one_that_cerberus_takes():
    """A start leaves this check out: the table is ours."""
    cerberus.Validator(schema())
    with pytest.raises(cerberus.SchemaError):
        cerberus.Validator({**schema(), "project": {"type": "no such type"}})
