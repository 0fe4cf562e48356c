"""A plan by parts, with whatever an earlier plan kept, is the plan of the whole: bytes, faults, warnings, schedules."""

from __future__ import annotations

import gc
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from flyteops.model.errors import InvalidProject
from flyteops.model.state import Revision, Snapshot
from flyteops.operations.planning import Planned, context_of, make, records_of
from flyteops.operations.sources import Sources, load_program, load_with_readings
from flyteops.plan import plan_wire
from flyteops.settings import settings_from
from flyteops.source.modules import Module
from flyteops.views.json import render_diagnostics, render_document
from flyteops.wiring import Workspace
from tests.contract.memory_tree import MemoryTree
from tests.unit.operations.many_files import FILES

ROOT = Path(__file__).parents[3]
SHIPPED = (
    "pipelines/digits",
    "pipelines/hello",
    "tests/integration/projects/harbour",
    "tests/integration/projects/orders",
)
NOW_MS = 1_769_846_400_000


@dataclass
class MemoryCache:
    """Keeps what it is given, as the folder does."""

    stamp: str = "a tool"
    kept: dict[str, bytes] = field(default_factory=dict)

    def described(self) -> str:
        return "memory"

    def load(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def save(self, name: str, data: bytes) -> None:
        self.kept[name] = data


@dataclass
class OneSnapshot:
    """A registry that was applied to."""

    held: Snapshot
    asked: int = 0

    def snapshot(self, domain: str) -> Snapshot:
        self.asked += 1
        return self.held


def project_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


def sources_of(files: dict[str, bytes]) -> Sources:
    tree = MemoryTree(files)
    found = settings_from("flyteops.yaml", files["flyteops.yaml"], root=Path("/none"), environ={}, flags={})
    return Workspace(settings=found, tree=tree, environ={}).sources


def empty(domain: str) -> Snapshot:
    return Snapshot(lineage="", project="p", domain=domain, generation=0)


def applied(files: dict[str, bytes], domain: str) -> Snapshot:
    program = load_program(MemoryTree(files), sources_of(files), domain=domain)
    revision = Revision(generation=1, commit="c", dirty=False, plan_digest="d", actor="a", tool="t", created_ms=NOW_MS)
    return Snapshot(
        lineage="l", project="p", domain=domain, generation=1, entities=records_of(program), revision=revision
    )


def told(planned: Planned) -> str:
    """All that a reader of the plan can see."""
    context = context_of(planned, now_ms=NOW_MS)
    document = plan_wire(planned.plan, tool="t", context=context)
    return render_document(document) + render_diagnostics(planned.program.warnings)


def outcome(
    files: dict[str, bytes],
    domain: str,
    snapshot: Snapshot,
    cache: MemoryCache | None,
    ignored: tuple[str, ...] = (),
) -> tuple[str, bool]:
    """What is told, and whether only a part was compiled."""
    tree, registry = MemoryTree(files, ignored=ignored), OneSnapshot(snapshot)
    try:
        planned = make(tree, sources_of(files), domain=domain, registry=registry, cache=cache, least=1)  # type: ignore[arg-type]
    except InvalidProject as invalid:
        return render_diagnostics(invalid.diagnostics), False
    assert registry.asked == 1
    declared = sum(1 for _ in planned.program.entities())
    return told(planned), declared < planned.plan.unchanged + sum(1 for each in planned.plan.changes if each.record)


def same(files: dict[str, bytes], domain: str, snapshot: Snapshot, cache: MemoryCache) -> bool:
    """Asserts that the plan by parts is the plan of the whole; whether it was made of a part."""
    whole, _ = outcome(files, domain, snapshot, None)
    found, partial = outcome(files, domain, snapshot, cache)
    assert found == whole
    return partial


def many_files() -> dict[str, bytes]:
    return {path: text.encode() for path, text in FILES.items()}


PROJECTS = {name: project_of(ROOT / name) for name in SHIPPED} | {"many files": many_files()}


@pytest.mark.parametrize("name", PROJECTS)
@pytest.mark.parametrize("domain", ["development", "production"])
def test_cold_warm_and_after_an_apply(name: str, domain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flyteops.operations.partly._WORTH_KEEPING", 0)
    files, cache = PROJECTS[name], MemoryCache()
    if domain not in sources_of(files).domains:
        return
    same(files, domain, empty(domain), cache)
    same(files, domain, empty(domain), cache)
    snapshot = applied(files, domain)
    same(files, domain, snapshot, cache)
    same(files, domain, snapshot, cache)


EDITS = {
    "a number in Python": ("src/shop/limits.py", "MOST = 3", "MOST = 4"),
    "a field of a class": ("src/shop/shapes.py", "size: int = 1", "size: int = 2"),
    "another type": ("src/shop/shapes.py", "name: str", "name: int"),
    "a profile": ("pipelines/profiles.yaml", "512Mi", "513Mi"),
    "a profile laid under": ("pipelines/profiles.yaml", "cpu: 4", "cpu: 5"),
    "an image": ("pipelines/profiles.yaml", "plain:v1", "plain:v2"),
    "a task": ("pipelines/lonely.yaml", '"3"', '"4"'),
    "what another is like": ("pipelines/orders/sum.yaml", 'version: "2"', 'version: "3"'),
    "a default of a file": ("pipelines/orders/read.yaml", "10m", "11m"),
    "a file of the repository": ("tables/prices.csv", "1", "2"),
    "a schedule": ("pipelines/orders/flow.yaml", "0 2", "0 3"),
    "an overlay": ("pipelines/production.yaml", "2Gi", "3Gi"),
    "defaults of an overlay": ("pipelines/production.yaml", "retries: 5", "retries: 6"),
    "settings": ("flyteops.yaml", "retries: 1", "retries: 2"),
    "an image of a domain": ("flyteops.yaml", "base:v1", "base:v2"),
    "a name": ("pipelines/orders/read.yaml", "read-orders", "read-all-orders"),
    "a twin": ("pipelines/lonely.yaml", "  lonely:", "  read_orders:"),
    "a name twice": ("pipelines/lonely.yaml", "  lonely:", "  kept:"),
    "a call by path": ("pipelines/all.yaml", "task: sum-again", 'task: "shop.sums:total"'),
    "a call less": ("pipelines/orders/flow.yaml", 'task: "shop.tell:tell"', 'task: "shop.lonely:alone"'),
    "a warning": ("src/shop/lonely.py", "def alone", "@unknown\ndef alone"),
    "deprecated": ("pipelines/kept.yaml", "description:", "deprecated: do not, description:"),
    "a move": (
        "pipelines/lonely.yaml",
        "tasks:\n  lonely:",
        "moved: [{from: task/lonely, to: task/alone}]\ntasks:\n  alone:",
    ),
    "a consent to pickles": ("pipelines/models/train.yaml", "{net: {pickle: true}}", "[net]"),
    "a secret": ("pipelines/models/around.yaml", "key: token", "key: other"),
    "an actor": ("pipelines/models/around.yaml", "replicas: 2", "replicas: 3"),
    "an artifact": ("pipelines/models/around.yaml", "nets.answer", "orders.total"),
    "a trigger": ("pipelines/models/flow.yaml", "artifact: answers", "artifact: answer"),
    "a fault": ("pipelines/all.yaml", "workflow: orders", "workflow: order"),
    "a fault in Python": ("src/shop/limits.py", "def twice", "def def twice"),
    "a star": ("src/shop/sums.py", "from shop import shapes", "from shop.limits import *\nfrom shop import shapes"),
    "a computed import": ("src/shop/tell.py", "print(text)", "__import__(text)"),
}


def test_a_file_that_git_ignores_comes_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is kept has its bytes; that it is there is told all the same, and no more when it is gone."""
    monkeypatch.setattr("flyteops.operations.partly._WORTH_KEEPING", 0)
    files, cache = many_files(), MemoryCache()
    path = "src/shop/lonely.py"
    files[path] = b"import hidden\n" + files[path]
    include = b'include: ["**/*.sql", "tables/*", "pipelines/*.yaml"]}'
    files["flyteops.yaml"] = files["flyteops.yaml"].replace(b"roots: [src]}", b"roots: [src], " + include)
    snapshot = applied(files, "production")
    for ignored in ((), (), ("hidden.py", "src/hidden.py"), ("src/hidden.py",), ()):
        for _ in range(2):
            whole, _ = outcome(files, "production", snapshot, None, ignored)
            found, _ = outcome(files, "production", snapshot, cache, ignored)
            assert found == whole
            assert ("FO470" in found) == bool(ignored)
            assert found.count("FO389") == 2
    more = files | {"pipelines/more.yaml": b"apiVersion: flyteops/v1\n", "src/a.sql": b""}
    same(more, "production", snapshot, cache)
    same(files, "production", snapshot, cache)


@pytest.mark.parametrize("domain", ["development", "production"])
@pytest.mark.parametrize("edit", EDITS)
def test_one_edit(edit: str, domain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flyteops.operations.partly._WORTH_KEEPING", 0)
    path, before, after = EDITS[edit]
    files, cache = many_files(), MemoryCache()
    snapshot = applied(files, domain)
    same(files, domain, snapshot, cache)
    changed = files | {path: files[path].replace(before.encode(), after.encode())}
    assert changed != files
    same(changed, domain, snapshot, cache)
    same(changed, domain, snapshot, cache)
    same(files, domain, snapshot, cache)


def test_what_did_not_change_is_not_compiled() -> None:
    files, cache = many_files(), MemoryCache()
    snapshot = applied(files, "development")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flyteops.operations.partly._WORTH_KEEPING", 0)
        assert not same(files, "development", snapshot, cache)
        for edit in ("a task", "a number in Python", "a file of the repository", "a field of a class", "a schedule"):
            path, before, after = EDITS[edit]
            changed = files | {path: files[path].replace(before.encode(), after.encode())}
            assert same(changed, "development", snapshot, MemoryCache(kept=dict(cache.kept))), edit


@st.composite
def edits(draw: st.DrawFn, paths: list[str]) -> tuple[str, str, int, int]:
    kind = draw(st.sampled_from(["number", "word", "line", "swap", "delete", "copy", "rename", "append"]))
    return kind, draw(st.sampled_from(paths)), draw(st.integers(0, 400)), draw(st.integers(0, 400))


def edited(files: dict[str, bytes], edit: tuple[str, str, int, int]) -> dict[str, bytes]:
    """The files after an edit, which may well break them."""
    kind, path, at, to = edit
    if path not in files:
        return files
    text = files[path].decode()
    lines = text.splitlines(keepends=True) or [""]
    match kind:
        case "delete":
            return {name: data for name, data in files.items() if name != path or name == "flyteops.yaml"}
        case "copy":
            ending = Path(path).suffix
            return files | {
                path.removesuffix(ending) + "_more" + ending: re.sub(
                    r"^  (\w)", r"  z\1", text, flags=re.MULTILINE
                ).encode()
            }
        case "number":
            found = list(re.finditer(r"\d+", text))
        case "word" | "rename":
            found = list(re.finditer(r"[a-z_-]{3,}", text))
        case "line":
            del lines[at % len(lines)]
            return files | {path: "".join(lines).encode()}
        case "swap":
            one, other = at % len(lines), to % len(lines)
            lines[one], lines[other] = lines[other], lines[one]
            return files | {path: "".join(lines).encode()}
        case _:
            return files | {path: (text + ("\n# more\n" if at % 2 else "\n")).encode()}
    if not found:
        return files
    match = found[at % len(found)]
    if kind == "rename":  # everywhere, as a careful person would
        new = match[0] + "x"
        return {
            name: re.sub(rf"\b{re.escape(match[0])}\b".encode(), new.encode(), data) for name, data in files.items()
        }
    words = sorted({each[0] for each in re.finditer(r"[a-z_-]{3,}", text)})
    new = str(int(match[0]) + 1) if kind == "number" else words[to % len(words)]
    return files | {path: (text[: match.start()] + new + text[match.end() :]).encode()}


@pytest.mark.parametrize("name", ["many files", "tests/integration/projects/harbour"])
@settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(data=st.data())
def test_any_edits(name: str, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flyteops.operations.partly._WORTH_KEEPING", data.draw(st.sampled_from([0, 0, 2])))
        files, cache = PROJECTS[name], MemoryCache()
        domain = data.draw(st.sampled_from(["development", "production"]))
        snapshot = applied(files, domain) if data.draw(st.booleans()) else empty(domain)
        same(files, domain, snapshot, cache)
        wanted = st.sampled_from(["pipelines/", "src/", ""])
        for _ in range(data.draw(st.integers(1, 4))):
            folder = data.draw(wanted)
            paths = [path for path in sorted(files) if path.startswith(folder) and path != "flyteops.yaml"]
            files = edited(files, data.draw(edits(paths or sorted(files))))
            same(files, domain, snapshot, cache)
            if data.draw(st.integers(0, 3)) == 0:
                try:
                    snapshot = applied(files, domain)
                except InvalidProject:
                    continue
                same(files, domain, snapshot, cache)


@pytest.mark.parametrize("spoilt", ["cut", "flipped", "empty", "other", "list", "deep"])
def test_what_is_not_exactly_what_was_kept_is_as_good_as_nothing(spoilt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flyteops.operations.partly._WORTH_KEEPING", 0)
    files, cache = many_files(), MemoryCache()
    snapshot = applied(files, "development")
    same(files, "development", snapshot, cache)
    name, data = next(iter(cache.kept.items()))
    middle = len(data) // 2
    cache.kept[name] = {
        "cut": data[:middle],
        "flipped": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "empty": b"",
        "other": b"flyteops.kept.v0\n" + data,
        "list": sealed(b"[]"),
        "deep": sealed(b"[" * 100_000),
    }[spoilt]
    assert not same(files, "development", snapshot, cache)
    assert same(files, "development", snapshot, cache)


def sealed(body: bytes) -> bytes:
    import hashlib

    return b"flyteops.kept.v2\n" + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def test_what_another_tool_kept_is_as_good_as_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flyteops.operations.partly._WORTH_KEEPING", 0)
    files, cache = many_files(), MemoryCache()
    snapshot = applied(files, "development")
    same(files, "development", snapshot, cache)
    assert same(files, "development", snapshot, cache)
    assert not same(files, "development", snapshot, MemoryCache(stamp="another tool", kept=cache.kept))


def test_the_syntax_trees_of_a_part_go_with_it() -> None:
    gc.collect()
    gc.disable()
    try:
        before = modules_held()
        files = many_files()
        readings = load_with_readings(MemoryTree(files), sources_of(files), domain="development")[1]
        assert modules_held() > before
        readings.python.close()
        assert modules_held() == before
    finally:
        gc.enable()


def modules_held() -> int:
    return sum(isinstance(each, Module) for each in gc.get_objects())
