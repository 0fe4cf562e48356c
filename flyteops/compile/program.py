"""The one door of this room: manifests and signatures to a Program, with every fault at once."""

from __future__ import annotations

from collections.abc import Mapping as Dict

from flyteops.compile.artifacts import compile_artifacts
from flyteops.compile.caching import Caching
from flyteops.compile.channels import compile_channels
from flyteops.compile.contents import Files
from flyteops.compile.examples import compile_examples
from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.images import Images
from flyteops.compile.known import NOTHING_BESIDE, Known, Python, Repository
from flyteops.compile.launch_plans import compile_launch_plans
from flyteops.compile.layers import layers_of
from flyteops.compile.moves import keyed_by_first_name, read_moves
from flyteops.compile.origins import Origins
from flyteops.compile.platform import compile_platform
from flyteops.compile.pools import Pools
from flyteops.compile.queries import check_calls, check_queries
from flyteops.compile.resources import lower_resources
from flyteops.compile.returned_graph import GraphReader
from flyteops.compile.settings import Profiles
from flyteops.compile.surroundings import Surroundings
from flyteops.compile.tasks import compile_tasks
from flyteops.compile.workflows import compile_workflows
from flyteops.model.diagnostics import Diagnostic, Severity, in_order
from flyteops.model.errors import InvalidProject
from flyteops.model.ids import SECTIONS
from flyteops.model.program import Program
from flyteops.source.manifests import FileManifest
from flyteops.source.tree import Mapping


def compile_program(  # all of it is the input of one stage
    *,
    project: str,
    domain: str,
    domains: tuple[str, ...],
    manifests: tuple[FileManifest, ...],
    project_defaults: Mapping | None,
    python: Python,
    default_image: str | None,
    repository: Repository = NOTHING_BESIDE,
) -> Program:
    """The program of one domain; raises InvalidProject with every fault, warnings among them."""
    faults = Faults()
    _check_domains(manifests, domains, faults)
    _, program = _compile(
        project,
        domain,
        domains=domains,
        manifests=manifests,
        project_defaults=project_defaults,
        python=python,
        default_image=default_image,
        repository=repository,
        faults=faults,
    )
    if faults.has_errors():
        raise InvalidProject(faults.found)
    return program


def graph_reader(
    *,
    project: str,
    domain: str,
    domains: tuple[str, ...],
    manifests: tuple[FileManifest, ...],
    project_defaults: Mapping | None,
    python: Python,
    default_image: str | None,
    repository: Repository = NOTHING_BESIDE,
) -> GraphReader:
    """What reads the graphs that dynamic tasks of a program return; the program has compiled before."""
    faults = Faults()
    known, program = _compile(
        project,
        domain,
        domains=domains,
        manifests=manifests,
        project_defaults=project_defaults,
        python=python,
        default_image=default_image,
        repository=repository,
        faults=faults,
    )
    return GraphReader(known, program)


def compile_all(
    *,
    project: str,
    domains: tuple[str, ...],
    manifests: tuple[FileManifest, ...],
    project_defaults: Mapping | None,
    python: Python,
    default_images: Dict[str, str | None],
    repository: Repository = NOTHING_BESIDE,
) -> dict[str, Program]:
    """The programs of every domain; raises InvalidProject with the faults of all, one of the base told once."""
    found: list[Diagnostic] = []
    programs: dict[str, Program] = {}
    checked = Faults()
    _check_domains(manifests, domains, checked)
    found.extend(checked.found)
    for domain in domains:
        faults = Faults()
        _, programs[domain] = _compile(
            project,
            domain,
            domains=domains,
            manifests=manifests,
            project_defaults=project_defaults,
            python=python,
            default_image=default_images.get(domain),
            repository=repository,
            faults=faults,
        )
        found.extend(faults.found)
    if any(each.severity is Severity.ERROR for each in found):
        raise InvalidProject(found)
    return programs


def _check_domains(manifests: tuple[FileManifest, ...], domains: tuple[str, ...], faults: Faults) -> None:
    for manifest in manifests:
        if manifest.domain and manifest.domain not in domains:
            faults.add(
                "FO207",
                f'there is no domain "{manifest.domain}"',
                at=manifest.domain_place or manifest.place,
                help=suggestion(manifest.domain, domains, kinds="domains") + ", or add it to flyteops.yaml",
            )


def _compile(  # noqa: PLR0913 - all of it is the input of one stage
    project: str,
    domain: str,
    *,
    domains: tuple[str, ...],
    manifests: tuple[FileManifest, ...],
    project_defaults: Mapping | None,
    python: Python,
    default_image: str | None,
    repository: Repository,
    faults: Faults,
) -> tuple[Known, Program]:
    layers = layers_of(manifests, domain=domain, project_defaults=project_defaults, faults=faults)
    pools = Pools(layers.section("node_pools"), faults=faults)
    files = Files(repository.read, repository.paths)
    images = Images(layers.section("images"), default=default_image, digests=repository.images, files=files)
    caching = Caching(files, domain=domain, domains=domains)
    profiles = Profiles(layers.section("resources"), images, pools=pools, caching=caching)
    surroundings = Surroundings(layers, python, faults, read=repository.read)
    known = Known(
        layers=layers,
        python=python,
        profiles=profiles,
        faults=faults,
        repository=repository,
        surroundings=surroundings,
    )
    for kind, section in (("secret", "secrets"), ("pod_template", "pod_templates"), ("actor", "actors")):
        # They are laid open into their users; what is found out later about one is told at its own place.
        known.bodies.update(
            {f"{kind}/{name}": (each.place, each.body) for name, each in layers.section(section).items()}
        )
    for declared in layers.section("resources").values():
        # A profile that nobody uses is still checked.
        lower_resources(declared.body, faults=faults, sound=declared.sound)
    for declared in layers.section("node_pools").values():
        known.bodies[f"node_pool/{declared.name}"] = (declared.place, declared.body)
    compile_channels(known)
    images.by_default(faults)
    compile_tasks(known)
    compile_workflows(known)
    compile_artifacts(known)
    launch_plans = compile_launch_plans(known)
    check_queries(known)
    check_calls(known, launch_plans)
    examples = compile_examples(known, launch_plans)
    declarations = compile_platform(known)
    addresses = frozenset(
        f"{kind}/{name}" for kind, section in SECTIONS.items() for name in layers.section(section)
    ) | frozenset(f"task/{path}" for path in known.implicit)
    moves = read_moves(layers.moved, known=addresses, faults=faults)
    tasks = {name: task for name, task in known.tasks.items() if task is not None}
    program = Program(
        project=project,
        domain=domain,
        tasks=keyed_by_first_name(tasks, moves),
        workflows={name: workflow for name, workflow in known.workflows.items() if workflow is not None},
        launch_plans=launch_plans,
        declarations=declarations,
        artifacts={name: found[0] for name, found in known.artifacts.items() if found is not None},
        moves=moves,
        node_pools=pools.pools,
        images=tuple(images.used[key] for key in sorted(images.used)),
        examples=examples,
        origins=Origins(known.bodies),
        warnings=tuple(each for each in in_order(faults.found) if each.severity is Severity.WARNING),
    )
    return known, program
