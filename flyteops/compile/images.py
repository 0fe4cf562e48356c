"""Images of tasks: a declared name, or any reference; pinned by the lock where it knows the digest."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import replace

from flyteops.compile.contents import Files
from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import text_in, text_of, texts_in
from flyteops.compile.layers import Declared
from flyteops.model.diagnostics import Place
from flyteops.model.entities import Image
from flyteops.model.image_names import is_image_reference
from flyteops.model.wire import image_identity
from flyteops.source.scalars import is_null
from flyteops.source.tree import Mapping, Scalar


class Images:
    """The images of a domain. `digests` are what the lock says: by reference, and for what is built by
    `NAME:IDENTITY` (see `locked_as`)."""

    def __init__(
        self,
        declared: Dict[str, Declared],
        *,
        default: str | None,
        digests: Dict[str, str],
        files: Files,
    ) -> None:
        self.declared = declared
        self._default = default
        self._digests = digests
        self._files = files
        self._told: set[str] = set()
        self._known: Image | None = None
        self.used: dict[str, Image] = {}
        """Every image of a task or node, by reference or name: what `flyteops lock` pins."""

    def lower(self, body: Mapping, written: Mapping, *, owner: str, faults: Faults) -> Image | None:
        """The image of an expanded body; `written` is the body before, where the image still has its name."""
        node = body.get("image")
        if node is None or is_null(node):
            return self.by_default(faults)
        if isinstance(node, Mapping):
            plain = text_in(written, "image")
            like = written.get("image")
            named = plain or (text_in(like, "like") if isinstance(like, Mapping) and len(like.entries) == 1 else None)
            declared = self.declared.get(named) if named else None
            at = declared.place if declared else node.place
            return self._built(node, named or owner, at=at, faults=faults)
        text = text_of(node) or ""
        if not any(mark in text for mark in ":/@"):
            faults.add(
                "FO262",
                f'there is no image "{text}"',
                at=node.place,
                help=suggestion(text, self.declared, kinds="images")
                + f"; a reference has a tag or a host: {text}:latest",
            )
            return None
        return self._pinned(Image(name=text, reference=text), at=node.place, faults=faults)

    def digest_of(self, reference: str, *, at: Place, faults: Faults) -> str | None:
        """The digest of a reference that stands elsewhere than in `image:`."""
        return self._pinned(Image(name=reference, reference=reference), at=at, faults=faults).digest

    def by_default(self, faults: Faults) -> Image | None:
        """The image of tasks that name none, and of pods that run nothing of the user's."""
        if self._default is not None and self._known is None:
            name, declared = self._default, self.declared.get(self._default)
            if declared is not None:
                self._known = self._built(declared.body, name, at=declared.place, faults=faults)
            elif not is_image_reference(name):
                faults.add(
                    "FO262",
                    f'there is no image "{name}"',
                    at=None,
                    label="the default_image of the domain",
                    help=suggestion(name, self.declared, kinds="images") + "; a reference is in small letters",
                )
                self._known = Image(name=name, reference=name)
            else:
                self._known = self._pinned(Image(name=name, reference=name), at=None, faults=faults)
        return self._known

    def _built(self, body: Mapping, name: str, *, at: Place, faults: Faults) -> Image:
        reference = text_in(body, "reference") or text_in(body, "image")
        requirements = text_in(body, "requirements")
        image = Image(
            name=name,
            reference=reference,
            python=text_in(body, "python"),
            requirements=requirements,
            requirements_digest=self._requirements(body, faults) if requirements else None,
            packages=texts_in(body, "packages"),
            apt=texts_in(body, "apt"),
            base=text_in(body, "base"),
            registry=text_in(body, "registry"),
        )
        base = body.get("base")
        if image.base and isinstance(base, Scalar):
            pinned = self._pinned(Image(name=image.base, reference=image.base), at=base.place, faults=faults)
            image = replace(image, base_digest=pinned.digest)
        return self._pinned(image, at=at, faults=faults)

    def _requirements(self, body: Mapping, faults: Faults) -> str | None:
        node = body.get("requirements")
        if not isinstance(node, Scalar) or not self._files.known:
            return None
        digest = self._files.packages(node.text)
        if digest is None:
            faults.add(
                "FO272",
                f"the file of requirements {node.text} is not there",
                at=node.place,
                label="what the image is built from",
                help="write it relative to the root, or commit it",
            )
        return digest

    def _pinned(self, image: Image, *, at: Place | None, faults: Faults) -> Image:
        """The image with the digest that its reference or the lock says; that there is none is told once."""
        reference = image.reference or ""
        digest = reference.partition("@")[2] if "@sha256:" in reference else self._digests.get(locked_as(image))
        self.used.setdefault(locked_as(image), image)
        missing = image.requirements is not None and image.requirements_digest is None  # told already
        if digest is None and self._files.known and not missing and image.name not in self._told:
            self._told.add(image.name)
            faults.warn(
                "FO530",
                _unpinned(image, self._digests),
                at=at,
                label="no digest in flyteops.lock",
                way_out="run flyteops lock; until then the tag decides, and no cluster is applied to",
            )
        return replace(image, digest=digest)


def locked_as(image: Image) -> str:
    """The key of an image in the lock: its reference, or for what is built its name and what it is built from."""
    return image.reference or f"{image.name}:{image_identity(image)[:16]}"


def _unpinned(image: Image, digests: Dict[str, str]) -> str:
    if image.reference:
        return f"the image {image.reference} is not pinned"
    if any(key.startswith(f"{image.name}:") for key in digests):
        return f'the image "{image.name}" changed since it was locked'
    return f'the image "{image.name}" is not built and pinned'
