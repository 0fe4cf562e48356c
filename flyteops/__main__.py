"""`python -m flyteops`."""

import sys

from flyteops.cli.main import main

sys.exit(main())
