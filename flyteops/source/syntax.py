"""What the YAML parser could not read, said so that its writer knows what to change. Text in, one diagnostic out."""

from __future__ import annotations

import re

from yaml import YAMLError

from flyteops.model.diagnostics import Diagnostic, Place, Related
from flyteops.source.cuts import cut_by, quoted_line
from flyteops.source.suggest import shown
from flyteops.source.tree import Scalar

_INDENT_HELP = "keys of one map begin in the same column; what belongs to a key stands two spaces deeper"
_SECOND_COLON = re.compile(r"^[ \t]*(?:- +)*(?:\"[^\"]*\"|'[^']*'|[^\s#:][^:]*|[^\s#])\s*:[ \t]+(?P<value>\S.*)$")


def syntax_fault(path: str, text: str, failed: YAMLError, last: Scalar | None) -> Diagnostic:
    """The diagnostic for a syntax error; `last` is the last scalar that could be read before it."""
    return _Fault(path, text, failed, last).told()


class _Fault:
    """One syntax error with the line it was met on."""

    def __init__(self, path: str, text: str, failed: YAMLError, last: Scalar | None) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.last = last
        self.problem = str(getattr(failed, "problem", None) or failed)
        self.context = str(getattr(failed, "context", None) or "")
        self.place = self._place(getattr(failed, "problem_mark", None))
        mark = getattr(failed, "context_mark", None)
        self.begun = self.place if mark is None else self._place(mark)
        self.line = self._line(self.place.line)
        self.character = self.line[self.place.column - 1 : self.place.column]

    def _line(self, number: int) -> str:
        return self.lines[number - 1].rstrip("\r") if 1 <= number <= len(self.lines) else ""

    def _place(self, mark: object) -> Place:
        line = int(getattr(mark, "line", 0)) + 1
        column = int(getattr(mark, "column", 0)) + 1
        if line > len(self.lines) or (line > 1 and not self._line(line) and line == len(self.lines)):
            line = max(next((at for at in range(len(self.lines), 0, -1) if self._line(at).strip()), 1), 1)
            column = len(self._line(line)) + 1
        return Place(path=self.path, line=line, column=column, end_line=line, end_column=column + 1)

    def _say(self, message: str, place: Place, label: str, help_: str) -> Diagnostic:
        return Diagnostic(code="FO104", message=message, place=place, label=label, help=help_)

    def told(self) -> Diagnostic:
        """The one explanation that fits."""
        problem, context = self.problem, self.context
        if "directive" in context or "incompatible YAML document" in problem or "directive" in problem:
            return Diagnostic(
                code="FO109",
                message="directives such as %YAML and %TAG are not allowed",
                place=self.begun,
                help="delete the line and the --- after it; files are read by YAML 1.2 core rules",
            )
        if "a tag" in context or "tag handle" in problem:
            return Diagnostic(
                code="FO107",
                message="tags are not allowed",
                place=self.begun,
                label="values are read by the type that is wanted, never by a tag",
                help="delete the tag; text that begins with ! needs quotes",
            )
        if "flow" in context:
            return self._in_brackets()
        if "quoted scalar" in context:
            return self._in_quotes()
        if "block scalar" in context:
            return self._in_block_text()
        return self._in_lines()

    # --------------------------------------------------------------------------------------------- inside

    def _in_brackets(self) -> Diagnostic:
        cut = self._cut()
        if cut is not None:
            return cut
        if "node content" in self.problem and self.character == ":":
            return self._no_key()
        if "node content" in self.problem and self.character in (",", "}", "]"):
            return self._say(
                "a value is missing inside the brackets",
                self.place,
                f"before this {self.character}",
                "delete the extra comma, or write the value; empty text is written ''",
            )
        bracket, begun = self._opening()
        if bracket not in ("[", "{"):
            return self._unknown()
        closing = {"[": "]", "{": "}"}[bracket]
        fault = self._say(
            f"this {bracket} is not closed",
            begun,
            "opened here",
            f"close it with {closing}; a text with a comma, a bracket, a # or a colon in it needs quotes",
        )
        if self.place.line == self.begun.line and self.character:
            where = Related(place=self.place, label=f"a comma or {closing} was expected here")
            return Diagnostic(
                code=fault.code,
                message=fault.message,
                place=fault.place,
                label=fault.label,
                help=fault.help,
                related=(where,),
            )
        return fault

    def _opening(self) -> tuple[str, Place]:
        """The bracket that was being read; at the end of the file the parser no longer says where it began."""
        line, begun = self._line(self.begun.line), self.begun
        character = line[begun.column - 1 : begun.column]
        if not character:
            column = max(line.rfind("["), line.rfind("{")) + 1
            character = line[column - 1 : column] if column else ""
            begun = Place(path=self.path, line=begun.line, column=column, end_line=begun.line, end_column=column + 1)
        return character, begun

    def _cut(self) -> Diagnostic | None:
        last = self.last
        if last is None or (last.place.line, last.place.column) < (self.begun.line, self.begun.column):
            return None
        line = self._line(last.place.end_line)
        after = line[last.place.end_column - 1 :]
        same_line = self.place.line == last.place.end_line and self.place.column >= last.place.end_column
        if last.style != "plain":
            if same_line and self.character not in ("", "#"):
                return self._say(
                    "text goes on after its closing quote",
                    self.place,
                    "this is outside the quotes",
                    "put the whole text inside one pair of quotes; a quote inside '…' is written ''",
                )
            return None
        reason = "#" if re.match(r"\s+#", after) else self.character if same_line else ""
        if not reason or last.place.line != last.place.end_line:
            return None
        return Diagnostic(
            code="FO105",
            message=f"{cut_by(reason)} cut your text: quote it",
            place=last.place,
            label=f'read as "{shown(last.text)}" only',
            help=f"write {shown(quoted_line(line, last.place.column), most=200)}",
        )

    def _in_quotes(self) -> Diagnostic:
        if "escape" in self.problem or "hexdecimal" in self.problem or "Unicode" in self.problem:
            return self._say(
                "this is no escape of double-quoted text",
                self.place,
                "after a backslash",
                "use single quotes, where a backslash is a backslash, or write \\\\",
            )
        return self._say(
            "this quote is not closed",
            self.begun,
            "opened here",
            "close it; a quote inside '…' is written '', inside \"…\" it is written \\\"",
        )

    def _in_block_text(self) -> Diagnostic:
        if "tab" in self.problem:
            return self._tab()
        return self._say(
            "the text of a block begins on the line after | or >",
            self.place,
            "",
            "move it to the next line, indented; or delete the | or > and quote the text",
        )

    def _tab(self) -> Diagnostic:
        return self._say("a tab may not indent a line", self.place, "a tab", "use spaces")

    def _in_lines(self) -> Diagnostic:
        if self.problem.startswith("mapping values are not allowed"):
            return self._second_colon()
        if self.problem.startswith("found character that cannot start any token"):
            if self.character == "\t" or self.line[: self.place.column].endswith("\t"):
                return self._tab()
            return self._first_character()
        if "tab character" in self.problem:
            return self._tab()
        if self.problem.startswith("found unexpected ':'"):
            return self._colon_at_the_end()
        if self.problem.startswith(("did not find expected alphabetic or numeric", "mapping keys are not allowed")):
            return self._first_character()
        if self.problem.startswith("could not find expected ':'"):
            return self._no_colon()
        if self.problem.startswith("block sequence entries"):
            return self._say(
                "a list item may not begin here", self.place, "",
                "put - on a line of its own below the key, or write the list in brackets: [a, b]",
            )  # fmt: skip
        if "expected key" in self.problem or "'-' indicator" in self.problem or "document start" in self.problem:
            return self._odd_line()
        if "node content" in self.problem and self.character in ("}", "]", ","):
            return self._first_character()
        return self._unknown()

    def _colon_at_the_end(self) -> Diagnostic:
        """`{a: b:}`: in brackets a colon before a comma or a bracket begins a value."""
        return Diagnostic(
            code="FO105",
            message="a colon cut your text: quote it",
            place=self.begun,
            label="a comma or bracket follows the colon",
            help=f"write {shown(quoted_line(self._line(self.begun.line), self.begun.column), most=200)}",
        )

    def _second_colon(self) -> Diagnostic:
        before = self.line[: self.place.column - 1]
        matched = _SECOND_COLON.match(self.line)
        if matched and matched.start("value") < len(before):
            column = matched.start("value") + 1
            place = Place(
                path=self.path,
                line=self.place.line,
                column=column,
                end_line=self.place.line,
                end_column=len(self.line.rstrip()) + 1,
            )
            return Diagnostic(
                code="FO105",
                message='a ": " cut your text: quote it',
                place=place,
                label="a second key begins inside this text",
                help=f"write {shown(quoted_line(self.line, column, to_end=True), most=200)}",
            )
        earlier = self._line(self.place.line - 1)
        glued = re.match(r"[ \t]*([\w.-]+:)([^\s:/].*)$", earlier)
        if glued:
            place = Place(
                path=self.path,
                line=self.place.line - 1,
                column=glued.start(1) + 1,
                end_line=self.place.line - 1,
                end_column=len(earlier.rstrip()) + 1,
            )
            way_out = f"a space is missing after the colon: {shown(glued.group(1))} {shown(glued.group(2))}"
            return self._say("this line is not key: value", place, "no colon and space in it", way_out)
        return self._say("this key is indented unlike the lines before it", self._first_of_line(), "", _INDENT_HELP)

    def _first_of_line(self) -> Place:
        column = len(self.line) - len(self.line.lstrip()) + 1
        end = max(self.place.column, column + 1)
        return Place(path=self.path, line=self.place.line, column=column, end_line=self.place.line, end_column=end)

    def _first_character(self) -> Diagnostic:
        place = self.begun if self.problem.startswith("did not find expected alphabetic") else self.place
        line, column = self._line(place.line), place.column
        character = line[column - 1 : column]
        return Diagnostic(
            code="FO104",
            message=f"plain text may not begin with {character}",
            place=place,
            label="has a meaning of its own in YAML",
            help=f"write {shown(quoted_line(line, column, to_end=True), most=200)}",
        )

    def _no_colon(self) -> Diagnostic:
        line = self._line(self.begun.line)
        text = line[self.begun.column - 1 :].strip()
        place = Place(
            path=self.path,
            line=self.begun.line,
            column=self.begun.column,
            end_line=self.begun.line,
            end_column=self.begun.column + max(len(text), 1),
        )
        colon = re.match(r"[\w.-]+:(?=\S)", text)
        way_out = (
            f"a space is missing after the colon: {colon.group()} {shown(text[colon.end() :])}"
            if colon
            else "write key: value; a text of several lines is quoted, or stands indented after |"
        )
        return self._say("this line is not key: value", place, "no colon and space in it", way_out)

    def _no_key(self) -> Diagnostic:
        return Diagnostic(
            code="FO115",
            message="a key must be plain text on one line",
            place=self.place,
            label="nothing stands before the colon",
            help="give the value a name",
        )

    def _odd_line(self) -> Diagnostic:
        before = self.line[: self.place.column - 1]
        if self.character == ":" and not before.strip(" -"):
            return self._no_key()
        if before.strip(" -"):
            return self._say(
                "text goes on after the value has ended",
                self.place,
                "not part of the value before it",
                "put the whole text inside one pair of quotes",
            )
        if self.character == "%":
            return self._first_character()
        return self._say("this line is indented unlike the lines before it", self.place, "", _INDENT_HELP)

    def _unknown(self) -> Diagnostic:
        said = f"{self.problem}, {self.context}" if self.context else self.problem
        return self._say(f"this is not YAML: {said}", self.place, "", "the fault may stand on the line before")
