"""A word that is no command: the nearest of ours, or our word for what other tools call so."""

import pytest

from flyteops.cli.main import main


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("plann", "there is no command 'plann': did you mean `flyteops plan`?"),
        ("register", "there is no command 'register' here: use `flyteops apply`"),
        ("xyzzy", "No such command 'xyzzy'."),
    ],
)
def test_a_word_that_is_no_command(word, said, capsys):
    assert main([word]) == 64
    assert capsys.readouterr().err.endswith(f"Error: {said}\n")
