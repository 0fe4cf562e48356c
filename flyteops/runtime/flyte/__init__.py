"""Code that comes from Flyte: its decorators are taken off, and its types and its context are served.

Where flytekit is installed its own classes are used (`installed`), else a stand-in for some of its names (`standin`),
which Python's import system gets from `finder`. Both are bound to the attempt by `hosted`.
"""
