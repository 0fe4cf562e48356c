"""What changed in a tree since a plan was kept, and what that can touch. Reads files; compiles nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flyteops.model.digest import digest_of, sha256_hex
from flyteops.model.frozen import frozen
from flyteops.operations.kept import Kept, KeptFile, KeptModule, read_kept
from flyteops.operations.linking import (
    Links,
    declared_in,
    declaring_files,
    hold_for_all,
    linked,
    mentioned,
    python_of,
    reached,
    touched,
)
from flyteops.operations.sources import SETTINGS_FILE, Sources, declaration_paths, irregular_below
from flyteops.ports.parse_cache import ParseCache
from flyteops.ports.trees import Tree
from flyteops.source.imports import FirstParty, imported_files
from flyteops.source.mentions import fold, last_word, may_mention

LEAST = 64
"""Fewer declaration files are compiled whole: keeping something would cost what it saves."""
_CONTEXT = "flyteops.plan.context.v1"


@frozen
class Survey:
    """The declaration files of a tree: which are as they were kept, and how all of them hang together."""

    kept: Kept
    digests: Mapping[str, str]
    links: Mapping[str, Links]
    for_all: frozenset[str]
    """Files that every file needs."""
    for_all_python: frozenset[str]
    for_all_digest: str
    modules: Mapping[str, KeptModule]
    stale: frozenset[str]
    """Files of which nothing is known that still holds."""

    @property
    def loud(self) -> set[str]:
        """Files that are as they were, of which something is told each time."""
        return {path for path in self.digests.keys() - self.stale if self.kept.files[path].loud}

    def touched(self, start: Iterable[str]) -> set[str]:
        """The files, and those that need them."""
        return touched(start, self.links)

    def part(self, files: Iterable[str]) -> set[str]:
        """The files, and all that they need."""
        return reached([*files, *self.for_all], self.links)

    def python(self, files: Iterable[str]) -> set[str]:
        """The Python files that the files may reach."""
        start = {each for path in files for each in self.links[path].python} | self.for_all_python
        return reached(start, self.modules)


def survey(tree: Tree, sources: Sources, *, domain: str, cache: ParseCache, least: int = LEAST) -> Survey | None:
    """The survey of a tree; None when its files are too few to be worth it, or cannot be taken apart."""
    paths = declaration_paths(tree, sources.declarations)
    if len(paths) < least or irregular_below(tree, sources.declarations):
        return None
    digests = tree.digests(paths)
    if len(digests) < len(paths):
        return None
    context = _context(tree, sources, paths, domain=domain, stamp=cache.stamp)
    kept = read_kept(cache.load(name_of(domain)), context=context) or Kept(context=context)
    settings = tree.read(SETTINGS_FILE) or b""
    return _Surveying(tree=tree, digests=digests, kept=kept, settings=settings, sources=sources, domain=domain).done()


def name_of(domain: str) -> str:
    """The name under which a domain's plan is kept."""
    return f"plan-{sha256_hex(domain.encode())[:16]}"


def _context(tree: Tree, sources: Sources, paths: list[str], *, domain: str, stamp: str) -> str:
    """A digest of what decides about all files, as a whole: the tool, the settings however they came about, and which
    files there are besides declarations."""
    others = sorted(set(tree.paths()) - set(paths))
    settings = sha256_hex(tree.read(SETTINGS_FILE) or b"")
    return digest_of(_CONTEXT, stamp, domain, repr(sources), settings, sha256_hex("\0".join(others).encode()))


@dataclass(slots=True, kw_only=True)
class _Surveying:
    tree: Tree
    digests: Mapping[str, str]
    """Of the declaration files."""
    kept: Kept
    settings: bytes
    sources: Sources
    domain: str

    def done(self) -> Survey | None:
        digests = self.digests
        known = {path: each for path, each in self.kept.files.items() if digests.get(path) == each.digest}
        declared: dict[str, Links] = {path: each.links for path, each in known.items()}
        for path in digests:
            if path not in known:
                found = declared_in(path, self._data(path), domain=self.domain)
                if found is None:
                    return None
                declared[path] = found
        declaring = declaring_files(declared)
        modules = FirstParty(self.tree.paths(), self.sources.code_roots)
        gone = self.kept.files.keys() - self.digests.keys()
        relinked = (self.digests.keys() - known.keys()) | self._meaning_more(known, declared)
        relinked |= {path for path, each in known.items() if gone and not each.links.needs.isdisjoint(gone)}
        links = {
            path: linked(path, self._data(path), each, declaring=declaring, modules=modules)
            if path in relinked
            else each
            for path, each in declared.items()
        }
        start = {path for path, each in links.items() if each.holds == "for all, with what it needs"}
        start |= mentioned(SETTINGS_FILE, self.settings, declaring)
        for_all = frozenset(reached(start, links) | hold_for_all(links))
        python = python_of(SETTINGS_FILE, self.settings, modules)
        python |= {file for path in for_all for file in links[path].python}
        found_modules, changed = self._modules(
            {file for each in links.values() for file in each.python} | python, modules
        )
        for_all_digest = self._for_all_digest(for_all, python, digests, found_modules)
        stale = relinked | self._stale(known, links, changed)
        if for_all_digest != self.kept.for_all or not self._as_read(self.kept.beside):
            stale |= self.digests.keys()
        # What holds for all follows of the context; where that changed nothing of it holds.
        kept = self.kept if len(stale) < len(self.digests) else replace(self.kept, beside={}, warnings={})
        return Survey(
            kept=kept,
            digests=digests,
            links=links,
            for_all=for_all,
            for_all_python=python,
            for_all_digest=for_all_digest,
            modules=found_modules,
            stale=frozenset(stale),
        )

    def _data(self, path: str) -> bytes:
        """A file's bytes, which are read only when it or another changed."""
        return self.tree.read(path) or b""

    def _meaning_more(self, known: Mapping[str, KeptFile], declared: Mapping[str, Links]) -> set[str]:
        """Files as they were that may mean a name that was not declared before, or not there."""
        if not known:
            return set()
        new: set[bytes] = set()
        for path in self.digests.keys() - known.keys():
            before = self.kept.files.get(path)
            names = declared[path].names - (before.links.names if before else frozenset())
            new.update(last_word(name).encode() for name in names)
        if not new:
            return set()
        return {path for path in known if may_mention(fold_bytes(self._data(path)), new)}

    def _modules(self, start: Iterable[str], modules: FirstParty) -> tuple[dict[str, KeptModule], set[str]]:
        """All Python files that are needed, and those of them that are not as they were."""
        found: dict[str, KeptModule] = {}
        changed: set[str] = set()
        waiting = list(start)
        while waiting:
            path = waiting.pop()
            if path in found:
                continue
            digest = self.tree.digests((path,)).get(path) or sha256_hex(b"")
            known = self.kept.modules.get(path)
            if known is None or known.digest != digest:
                known = KeptModule(digest=digest, needs=imported_files(path, self._data(path), modules))
                changed.add(path)
            found[path] = known
            waiting.extend(known.needs)
        return found, changed

    def _stale(self, known: Mapping[str, KeptFile], links: Mapping[str, Links], changed: set[str]) -> set[str]:
        python = touched(changed, self.kept.modules)
        stale = {path for path, each in known.items() if each.beside and not self._as_read(each.beside)}
        if python:
            stale |= {path for path in known if not links[path].python.isdisjoint(python)}
        return stale

    def _as_read(self, beside: Mapping[str, str]) -> bool:
        return all(digest_beside(self.tree, path, self.digests) == digest for path, digest in beside.items())

    def _for_all_digest(
        self,
        for_all: frozenset[str],
        python: frozenset[str],
        digests: Mapping[str, str],
        modules: Mapping[str, KeptModule],
    ) -> str:
        reach = reached(python, modules)
        return digest_of(
            "flyteops.plan.for_all.v1",
            [[path, digests[path]] for path in sorted(for_all)],
            [[path, modules[path].digest] for path in sorted(reach)],
        )


EVERY_FILE = "/"
"""Stands for the list of all declaration files where a path stands otherwise."""


IGNORED = "/ignored/"
"""Before a path: whether git ignores a file there, of which nothing else is known."""


def digest_beside(tree: Tree, path: str, declarations: Iterable[str]) -> str:
    """The digest of another file that was read; empty when there is none."""
    if path == EVERY_FILE:
        return sha256_hex("\0".join(sorted(declarations)).encode())
    if path.startswith(IGNORED):
        return "ignored" if tree.ignored((path[len(IGNORED) :],)) else ""
    return tree.digests((path,)).get(path, "")


def fold_bytes(data: bytes) -> bytes:
    """A file folded as names are, so that a name can be looked for in it."""
    return data.lower().replace(b"-", b"_") if data.isascii() else fold(data.decode("utf-8", "replace")).encode()
