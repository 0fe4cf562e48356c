"""Files and folders at an address in a bucket, copied here so that they can be taken in by content."""

from __future__ import annotations

import os

from flyteops.ports.store import StoreFailed
from flyteops.runtime.stores import open_store

SCHEMES = ("s3", "gs", "az")


def fetch_remote(uri: str, kind: str, folder: str) -> str:
    """Copies what lies at `scheme://bucket/key` below a folder here; its path. StoreFailed when it cannot."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    store = open_store(f"{scheme}://{bucket}")
    if kind != "directory":
        path = os.path.join(folder, os.path.basename(key))  # noqa: PTH118, PTH119
        store.fetch_file(key, path)
        return path
    inside = f"{key.strip('/')}/"
    keys = [each for each in store.list(inside) if not each.endswith("/")]
    if not keys:
        raise StoreFailed(f"nothing lies below {uri}", retryable=False)
    for each in keys:
        path = os.path.join(folder, *each.removeprefix(inside).split("/"))  # noqa: PTH118
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        store.fetch_file(each, path)
    return folder
