"""Started by path in the user's interpreter, which may lack our package; arguments: REQUESTS ANSWERS WATCH ROOT…

Our package is loaded first and its folder does not stay on `sys.path`; then come the import roots of user code.
"""

import os
import sys


def _load_package() -> None:
    """Loads `flyteops` from where this file is, without leaving that folder's other packages importable."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    sys.path.insert(0, os.path.dirname(package))  # noqa: PTH120
    try:
        import flyteops  # noqa: F401 - from now on its modules are found through its own __path__
    finally:
        del sys.path[0]


if __name__ == "__main__":
    _load_package()
    from flyteops.runtime.worker import serve

    requests, answers, watch = map(int, sys.argv[1:4])
    serve(requests, answers, watch, roots=tuple(sys.argv[4:]))
