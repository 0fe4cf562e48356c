from flyteops.types import Directory, File


def count(where: File | Directory) -> int: ...
