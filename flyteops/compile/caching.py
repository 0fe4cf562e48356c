"""`cache:` of a task to its policy: what else counts for the key, and which other scope may be read."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.compile.contents import Files
from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import flag_in, text_in, texts_in
from flyteops.model.digest import digest_of
from flyteops.model.entities import CachePolicy, Image, Included
from flyteops.model.wire import image_identity
from flyteops.source.quantities import duration_s
from flyteops.source.scalars import core_value
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode

MOST_FILES = 500
"""More are a data set: an input of the task, which counts by content anyway."""


class Caching:
    """Lowers policies of one domain; `domains` are all of the project, each trusted more than those before it."""

    def __init__(self, files: Files, *, domain: str, domains: tuple[str, ...]) -> None:
        self.files = files
        self.domain = domain
        self.domains = domains

    def policy(self, body: Mapping, image: Image | None, *, faults: Faults) -> CachePolicy | None:
        """The policy of an expanded body; None when results are not kept."""
        node = body.get("cache")
        if isinstance(node, Scalar):
            return CachePolicy() if core_value(node) is True else None
        if not isinstance(node, Mapping):
            return None
        age = text_in(node, "max_age")
        return CachePolicy(
            version=text_in(node, "version"),
            ignore=tuple(sorted(texts_in(node, "ignore"))),
            max_age_s=duration_s(age) if age is not None else None,
            serialize=flag_in(node, "serialize") is True,
            include=tuple(sorted(self._included(node.get("include"), image, faults), key=_order)),
            scope=self._scope(node, faults),
        )

    # --------------------------------------------------------------------------------------- include

    def _included(self, node: TreeNode | None, image: Image | None, faults: Faults) -> Iterator[Included]:
        found: dict[tuple[str, str], Included] = {}
        for item in node.items if isinstance(node, Sequence) else ():
            for each in self._of(item, image, faults):
                found[each.what, each.name] = each
        yield from found.values()

    def _of(self, item: TreeNode, image: Image | None, faults: Faults) -> Iterator[Included]:
        if isinstance(item, Mapping):
            yield from self._files(item, faults)
        elif isinstance(item, Scalar) and item.text == "image":
            if image is None:
                way_out = "give the task an image: or the domain a default_image"
                _nothing(faults, item, "the task has no image", way_out)
            else:
                yield Included(what="image", digest=image_identity(image))
        elif isinstance(item, Scalar):
            yield from self._lock(item, image, faults)

    def _files(self, item: Mapping, faults: Faults) -> Iterator[Included]:
        node = item.get("files")
        patterns = [each for each in node.items if isinstance(each, Scalar)] if isinstance(node, Sequence) else [node]
        for pattern in patterns:
            if not isinstance(pattern, Scalar) or not self.files.known:
                continue
            paths = self.files.matching([pattern.text])
            if not paths:
                _nothing(faults, pattern, f"no file is called {pattern.text}", "correct the pattern, from the root")
            elif len(paths) > MOST_FILES:
                why = f"{len(paths):,} files are called {pattern.text}, and {MOST_FILES} may be"
                _nothing(faults, pattern, why, "hand a Directory over as an input: inputs count by content")
            else:
                yield from (Included(what="file", name=path, digest=self.files.digest(path) or "") for path in paths)

    def _lock(self, item: Scalar, image: Image | None, faults: Faults) -> Iterator[Included]:
        """The third-party packages: those of the task's image, else what locks the project's."""
        if image is not None and (image.requirements or image.packages):
            packages = digest_of("flyteops.packages.v1", [image.requirements_digest, sorted(image.packages)])
            yield Included(what="lock", name=image.requirements or "", digest=packages)
            return
        path = self.files.lock_file()
        if path is not None:
            yield Included(what="lock", name=path, digest=self.files.packages(path) or "")
        elif self.files.known:
            way_out = "give the image requirements:, or commit a lock file (uv.lock, pylock.toml, requirements.txt)"
            _nothing(faults, item, "nothing says which packages there are", way_out)

    # ----------------------------------------------------------------------------------------- scope

    def _scope(self, node: Mapping, faults: Faults) -> str | None:
        """A domain that is trusted more; the task's own domain is read anyway."""
        said = node.get("scope")
        if not isinstance(said, Scalar) or said.text == self.domain:
            return None
        if said.text not in self.domains:
            faults.add(
                "FO335",
                f'cache.scope: there is no domain "{said.text}"',
                at=said.place,
                label="results are kept by domain",
                help=suggestion(said.text, self.domains, kinds="domains"),
            )
            return None
        if self.domains.index(said.text) < self.domains.index(self.domain):
            faults.add(
                "FO335",
                f"cache.scope: {self.domain} would take results of {said.text}, which is trusted less",
                at=said.place,
                label="domains are declared from the least trusted to the most",
                help=f"name a later domain, or take it away for {self.domain} in an overlay: cache: {{scope: null}}",
            )
            return None
        return said.text


def _order(included: Included) -> tuple[bool, bool, str]:
    return (included.what == "file", included.what == "lock", included.name)


def _nothing(faults: Faults, at: Scalar, why: str, way_out: str) -> None:
    faults.add("FO279", f"cache.include: {why}", at=at.place, label="nothing to count", help=way_out)
