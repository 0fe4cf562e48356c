from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest

from flyteops.codecs.faults import Unfit
from flyteops.codecs.tfrecord import masked_crc, read_records, write_records
from flyteops.types import TFRecordFile, TFRecordsDirectory
from tests.libraries import library

RECORDS = [b"", b"one", b"\0" * 70_000, "é".encode()]


class Example:
    """As a protocol buffer's message is."""

    def SerializeToString(self) -> bytes:  # noqa: N802 - its name
        return b"example"


def test_the_checksum_is_the_one_of_the_format() -> None:
    # CRC-32C of "123456789" is 0xE3069283; masked as the format says.
    crc = 0xE3069283
    assert masked_crc(b"123456789") == (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


@pytest.mark.parametrize("compression", ["", "ZLIB", "GZIP"])
def test_records_come_back(tmp_path: Path, compression: str) -> None:
    path = str(tmp_path / "a")
    write_records([*RECORDS, Example()], path, compression)
    assert list(read_records(path, compression)) == [*RECORDS, b"example"]
    first = (tmp_path / "a").read_bytes()
    write_records([*RECORDS, Example()], path, compression)
    assert (tmp_path / "a").read_bytes() == first
    data = {"": lambda each: each, "ZLIB": zlib.decompress, "GZIP": gzip.decompress}[compression](first)
    assert data[:12].hex() == "0000000000000000" + masked_crc(b"\0" * 8).to_bytes(4, "little").hex()


@pytest.mark.parametrize("compression", ["", "ZLIB", "GZIP"])
@pytest.mark.parametrize("damage", ["cut", "flip", "other"])
def test_damage_is_told(tmp_path: Path, compression: str, damage: str) -> None:
    path = tmp_path / "a"
    write_records(RECORDS, str(path), compression)
    data = bytearray(path.read_bytes())
    if damage == "cut":
        data = data[:-3]
    elif damage == "flip":
        data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    read_as = compression if damage != "other" else {"": "GZIP", "GZIP": "ZLIB", "ZLIB": ""}[compression]
    with pytest.raises(Unfit, match=r"^record \d+"):
        list(read_records(str(path), read_as))


def test_an_unknown_compression_and_a_record_that_is_none_are_told(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="there is no compression 'LZ4' of records"):
        write_records([], str(tmp_path / "a"), "LZ4")
    with pytest.raises(Unfit, match="record 0 is a int: use bytes or tf"):
        write_records([1], str(tmp_path / "a"), "")


def test_options_are_checked_and_a_dataset_of_tensorflow_reads_the_file(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="there is no option 'speed' of records"):
        TFRecordFile("a", speed=1)
    with pytest.raises(TypeError, match="buffer_size is of type int, not str"):
        TFRecordFile("a", buffer_size="big")
    file = TFRecordFile.write(tmp_path / "part_0", RECORDS, compression="GZIP", buffer_size=1024, parallel_reads=2)
    TFRecordFile.write(tmp_path / "part_1", [b"last"], compression="GZIP")
    folder = TFRecordsDirectory(tmp_path, compression="GZIP", dataset_name="both")
    assert list(folder.records()) == [*list(file.records()), b"last"]
    library("tensorflow")
    assert [each.numpy() for each in file.dataset()] == RECORDS
    assert [each.numpy() for each in folder.dataset()] == [*RECORDS, b"last"]
