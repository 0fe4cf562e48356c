"""tensorflow: records as a `tf.data.TFRecordDataset`. The one door to tensorflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf


def dataset(paths: list[str], options: Mapping[str, Any]) -> Any:
    """The records of files, one file after the other."""
    return tf.data.TFRecordDataset(
        paths,
        compression_type=options.get("compression"),
        buffer_size=options.get("buffer_size"),
        num_parallel_reads=options.get("parallel_reads"),
        name=options.get("dataset_name"),
    )
