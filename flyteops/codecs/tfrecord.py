"""TFRecord files by the standard library: a record is its length, a checksum, its bytes, a checksum. No tensorflow."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, Any, Self

from flyteops.codecs.faults import Unfit

COMPRESSIONS = ("", "ZLIB", "GZIP")
_MAX_RECORD = 1 << 31
"""A length above it is a damaged file, or one that is compressed otherwise."""


def _crc_table() -> tuple[int, ...]:
    made: list[int] = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)  # Castagnoli's polynomial, reflected
        made.append(value)
    return tuple(made)


_TABLE = _crc_table()


def masked_crc(data: bytes) -> int:
    """CRC-32C as the format stores it: rotated by 15 bits, plus a constant."""
    value = 0xFFFFFFFF
    for byte in data:
        value = _TABLE[(value ^ byte) & 0xFF] ^ (value >> 8)
    value ^= 0xFFFFFFFF
    return (((value >> 15) | (value << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def checked_compression(name: str) -> str:
    """The compression, checked."""
    if name not in COMPRESSIONS:
        raise Unfit(f"there is no compression {name!r} of records: use '', 'ZLIB' or 'GZIP'")
    return name


def write_records(records: Iterable[Any], path: str, compression: str) -> None:
    """Writes bytes, or messages such as tf.train.Example, one after the other."""
    with _opened(path, "wb", checked_compression(compression)) as file:
        for number, record in enumerate(records):
            data = record.SerializeToString() if hasattr(record, "SerializeToString") else record
            if not isinstance(data, bytes):
                raise Unfit(f"record {number} is a {type(record).__name__}: use bytes or tf.train.Example")
            length = struct.pack("<Q", len(data))
            file.write(length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data)))


def read_records(path: str, compression: str) -> Iterator[bytes]:
    """The records as bytes, each checked."""
    number = 0
    try:
        with _opened(path, "rb", checked_compression(compression)) as file:
            while head := file.read(12):
                yield _record(file, head, number)
                number += 1
    except (OSError, EOFError, zlib.error) as error:
        raise Unfit(f"record {number}: {error}; the compression is {compression or 'none'}") from None


def _record(file: IO[bytes], head: bytes, number: int) -> bytes:
    if len(head) == 12:
        size, check = struct.unpack("<QI", head)
        if check == masked_crc(head[:8]) and size < _MAX_RECORD:
            data, tail = file.read(size), file.read(4)
            if len(data) == size and len(tail) == 4 and struct.unpack("<I", tail)[0] == masked_crc(data):
                return data
    raise Unfit(f"record {number} is damaged, or the file is compressed otherwise")


def _opened(path: str, mode: Any, compression: str) -> Any:
    if compression == "GZIP":
        # No name and no time of writing inside: the same records make the same file.
        return _Gzip(path, mode) if mode == "wb" else gzip.open(path, mode)
    if compression == "ZLIB":
        return _Inflated(path) if mode == "rb" else _Deflated(path)
    return open(path, mode)  # noqa: PTH123 - the caller closes it


class _Gzip(gzip.GzipFile):
    def __init__(self, path: str, mode: str) -> None:
        self._plain = open(path, mode)  # noqa: PTH123, SIM115 - closed below
        super().__init__(filename="", mode=mode, fileobj=self._plain, mtime=0)

    def close(self) -> None:
        super().close()
        self._plain.close()


class _Deflated:
    """A file written through zlib."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "wb")  # noqa: PTH123, SIM115 - closed in __exit__
        self._packer = zlib.compressobj()

    def write(self, data: bytes) -> None:
        self._file.write(self._packer.compress(data))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.write(self._packer.flush())
        self._file.close()


class _Inflated:
    """A zlib file read piece by piece."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "rb")  # noqa: PTH123, SIM115 - closed in __exit__
        self._unpacker = zlib.decompressobj()
        self._ready = b""

    def read(self, size: int) -> bytes:
        while len(self._ready) < size:
            packed = self._unpacker.unconsumed_tail or self._file.read(1 << 16)
            if not packed:
                if not self._unpacker.eof:
                    raise EOFError("the file ends in the midst")
                break
            self._ready += self._unpacker.decompress(packed, 1 << 20)
        found, self._ready = self._ready[:size], self._ready[size:]
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
