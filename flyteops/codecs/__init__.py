"""Values of heavy libraries in local files and back: frames, arrays, tensors, models, records.

One module a library, loaded when a value of that library is met (`table.py` says which class is whose); csv and jsonl
need none. Knows paths and types, no store and no run, so that a `Dataset` opens in plain Python too. Nothing that is
stored is unpickled.
"""
