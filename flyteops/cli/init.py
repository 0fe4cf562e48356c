"""`flyteops init`: a project that validates and runs at once."""

from __future__ import annotations

from pathlib import Path

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session

TEMPLATES = Path(__file__).parent / "templates"


@command("Start a project here: settings, a pipeline with its functions, schemas for the editor, and a git repository.")
@click.option("--template", type=click.Choice(["hello", "ml"]), default="hello", show_default=True)
def run(session: Session, template: str) -> int:
    """Exit 0, or 5 when a file of the same name is already there: nothing is overwritten."""
    from flyteops.adapters.folder import write_file
    from flyteops.adapters.git_repositories import new_repository, top_of
    from flyteops.model.errors import Refused

    folder = session.start.resolve()
    files = _files(TEMPLATES / template, project=_project_name(folder))
    ignores = (folder / ".gitignore").exists()
    if ignores:  # a repository made elsewhere often has one, and nothing of ours must stand in it
        del files[".gitignore"]
    taken = sorted(name for name in files if (folder / name).exists())
    if taken:
        raise Refused(
            "FO703",
            f"{', '.join(taken)} already exists in {folder}",
            protects="init never overwrites a file",
            way_out="start in an empty folder: mkdir my-project && flyteops -C my-project init",
        )
    for name, data in sorted(files.items()):
        write_file(folder / name, data)
    made = top_of(folder) is None
    if made:
        new_repository(folder, message="A flyteops project")
    session.output.say(f"wrote {len(files)} files" + (" and made a git repository" if made else ""))
    if ignores:
        session.output.say("your .gitignore stays as it is: add .flyteops/ to it")
    if session.output.form == "json":
        from flyteops.views.json import render_document

        session.output.result(render_document({"files": sorted(files), "repository": made}))
        return Exit.OK
    session.output.result("".join(f"{name}\n" for name in sorted(files)))
    session.output.say("next: flyteops validate · flyteops plan · flyteops run workflow/" + _workflow_of(template))
    return Exit.OK


def _workflow_of(template: str) -> str:
    return {"hello": "hello", "ml": "train"}[template]


def _project_name(folder: Path) -> str:
    letters = "".join(each if each.isalnum() and each.isascii() else "-" for each in folder.name.lower()).strip("-")
    return letters if letters and letters[0].isalpha() else "my-project"


def _files(template: Path, *, project: str) -> dict[str, bytes]:
    """The template's files, with the project's name put in, and the schemas its editor comments name."""
    from flyteops.cli.published import published_schema
    from flyteops.views.json import render_document

    files = {
        str(path.relative_to(template)).replace("gitignore", ".gitignore"): path.read_bytes().replace(
            b"PROJECT_NAME", project.encode("ascii")
        )
        for path in sorted(template.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    for name in ("declarations", "project"):
        files[f"schemas/{name}.v1.json"] = render_document(published_schema(name)).encode("utf-8")
    return files
