"""Plain text that YAML cut at a comma, a bracket, a # or a colon: what cut it, and the line as it should stand."""

from __future__ import annotations

_NAMES = {",": "a comma", ":": 'a ": "', "#": "a #"}
_PAIRS = {"[": "]", "{": "}", "(": ")"}


def cut_by(character: str) -> str:
    """What cut the text, in words."""
    if character and character in "[]{}":
        return "a bracket"
    if character and character in "\"'":
        return "a quote"
    return _NAMES.get(character, f'"{character}"')


def quoted_line(line: str, column: int, *, to_end: bool = False) -> str:
    """The line with the text that begins at `column` (1-based) in quotes.

    Inside brackets the text is taken to end before a comma that a key follows, or before the bracket that closes it.
    """
    line = line.rstrip()
    begin = column - 1
    end = _comment_free_end(line, begin) if to_end else _end_in_brackets(line, begin)
    return f"{line[:begin]}{quoted(line[begin:end].rstrip())}{line[end:]}".strip()


def quoted(text: str) -> str:
    """The text as a quoted scalar, in single quotes unless it has some itself."""
    if "'" in text and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def _comment_free_end(line: str, begin: int) -> int:
    comment = line.find(" #", begin)
    return len(line) if comment < 0 else len(line[:comment].rstrip())


def _end_in_brackets(line: str, begin: int) -> int:
    waiting: list[str] = []
    quote = ""
    for at in range(begin, len(line)):
        character = line[at]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in _PAIRS:
            waiting.append(_PAIRS[character])
        elif waiting and character == waiting[-1]:
            waiting.pop()
        elif not waiting and (character in "]}" or (character == "," and _key_follows(line, at + 1))):
            return at
    return len(line)


def _key_follows(line: str, begin: int) -> bool:
    word = line[begin:].lstrip()
    size = 0
    while size < len(word) and (word[size].isalnum() or word[size] in "_-."):
        size += 1
    return size > 0 and word[size : size + 1] == ":"
