"""Files and directories: a path in, a path out. The store keeps them by content."""

from pathlib import Path

from flyteops.types import Directory, File


def write(text: str) -> Path:
    """A file with a text."""
    path = Path("text.txt")
    path.write_text(text, encoding="utf-8")
    return path


def count(data: Path) -> int:
    """Words of a file: a parameter annotated with Path is fetched before the call."""
    return len(data.read_text(encoding="utf-8").split())


def first_line(data: File) -> str:
    """A File is fetched when it is first opened, and never when it is not."""
    with data.open("r", encoding="utf-8") as lines:
        return lines.readline().strip()


def split(data: Path) -> Directory:
    """A folder with a file for each word."""
    folder = Path("words")
    folder.mkdir()
    for at, word in enumerate(data.read_text(encoding="utf-8").split()):
        (folder / f"{at}.txt").write_text(word, encoding="utf-8")
    return Directory(folder)


def names(folder: Directory) -> list[str]:
    """The files of a folder, without fetching one of them."""
    return sorted(each.name for each in folder)
