"""The files that a Python file may reach by importing, read from its text alone: more than the truth, never less."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from flyteops.source.uses import IMPORTERS

_FROM = re.compile(r"\bfrom\b([\s.\w]*?)\bimport\b\s*(\((?:[^)#]|#[^\n]*)*\)|[^\n;]*)")
_IMPORT = re.compile(r"\bimport\b\s+([^\n;]*)")
_QUOTED = re.compile(r"""["']([\w.]+)["']""")
_NAME = re.compile(r"[\w.]+")
_COMMENT = re.compile(r"#[^\n]*")


class FirstParty:
    """The modules under the import roots. Where two roots have a module of one name, both files are meant."""

    def __init__(self, paths: Iterable[str], roots: tuple[str, ...]) -> None:
        self.packages: dict[str, str] = {}
        """The package that each file's relative imports start from."""
        self._files: dict[str, tuple[str, ...]] = {}
        self._inside: dict[str, list[str]] = {}
        prefixes = tuple(_prefix(root) for root in roots) or ("",)
        for path in paths:
            if path.endswith(".py"):
                for root in prefixes:
                    if path.startswith(root):
                        self._add(path[len(root) : -3].replace("/", "."), path)

    def _add(self, tail: str, path: str) -> None:
        name = tail.removesuffix("__init__").rstrip(".")
        self.packages[path] = name if tail.endswith("__init__") else name.rpartition(".")[0]
        self._files[name] = (*self._files.get(name, ()), path)
        above = name.rpartition(".")[0]
        while above:
            self._inside.setdefault(above, []).append(path)
            above = above.rpartition(".")[0]

    def within(self, dotted: str) -> Iterator[str]:
        """Files of the modules that a dotted name is or begins with: packages run before what is in them."""
        end = dotted.find(".")
        while end >= 0:
            yield from self._files.get(dotted[:end], ())
            end = dotted.find(".", end + 1)
        yield from self._files.get(dotted, ())

    def below(self, package: str) -> Iterable[str]:
        """Files of everything in a package."""
        return self._inside.get(package, ())

    def around(self, path: str) -> Iterable[str]:
        """Files of everything in the package of a file; of everything there is, where it is in none."""
        package = self.packages.get(path, "")
        return self.below(package) if package else self.packages

    def is_module(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return name in self._files


def imported_files(path: str, data: bytes, modules: FirstParty) -> frozenset[str]:
    """Files of the modules that the file at `path` names in an import, or as the whole of a text; the packages around
    it too. Of a package that is bound to a name, everything in it is meant."""
    text = data.decode("utf-8", "replace").replace("\\\r\n", " ").replace("\\\n", " ")
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    package = modules.packages.get(path, "")
    found: set[str] = set(modules.within(package))
    for name, bound in set(_imported(text, package)):
        found.update(modules.within(name))
        found.update(modules.below(bound))
    for quoted in set(_QUOTED.findall(text)):
        if modules.is_module(quoted):
            found.update(modules.within(quoted))
    if any(name in text for name in IMPORTERS):
        found.update(modules.around(path))  # computed imports mostly load what lies beside them
    found.discard(path)
    return frozenset(found)


def _imported(text: str, package: str) -> Iterator[tuple[str, str]]:
    """Absolute names, and what of them is bound to a name."""
    for written, names in _FROM.findall(text):
        source = _absolute(package, "".join(written.split()))
        yield source, source if "*" in names else ""
        for name in _NAME.findall(_COMMENT.sub("", names)):
            inner = f"{source}.{name}" if source else name
            yield inner, inner
    for names in _IMPORT.findall(text):
        for written in names.split(","):
            first = _NAME.match(written.strip())
            if first is not None:
                # `import a.b` binds `a`, and all of it can be reached through that.
                yield first[0], first[0] if " as " in written else first[0].partition(".")[0]


def _absolute(package: str, written: str) -> str:
    """The module that `from written import` names; dots lead upwards from the package."""
    name = written.lstrip(".")
    dots = len(written) - len(name)
    if not dots:
        return name
    parts = package.split(".") if package else []
    return ".".join((*parts[: max(0, len(parts) - dots + 1)], *([name] if name else [])))


def _prefix(root: str) -> str:
    clean = root.removeprefix("./").strip("/")
    return "" if clean in ("", ".") else clean + "/"
