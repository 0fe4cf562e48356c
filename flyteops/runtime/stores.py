"""Which store a URI means, in a pod."""

from __future__ import annotations

from flyteops.ports.store import BlobStore


def open_store(uri: str) -> BlobStore:
    """The store behind `file:///folder` (or a plain absolute path) or `s3://bucket/prefix`; ValueError for another."""
    scheme, colon, rest = uri.partition(":")
    if uri.startswith("/"):
        scheme, colon, rest = "file", ":", uri
    if scheme == "file" and colon:
        from flyteops.adapters.store_file import FileStore

        path = rest.removeprefix("//")
        if "%" in path:
            from urllib.parse import unquote

            path = unquote(path)
        if not path.startswith("/"):
            raise ValueError(f"the store {uri} needs an absolute path, such as file:///var/store")
        return FileStore(path)
    if scheme in ("s3", "gs", "az") and rest.startswith("//"):
        from flyteops.adapters.store_object import ObjectStore

        return ObjectStore(uri)
    raise ValueError(f"{uri} names no store: use file:///FOLDER or s3://BUCKET/PREFIX")
