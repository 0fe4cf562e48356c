"""`python -m flyteops`."""

from flyteops.cli.main import entry

entry()
