"""What runs inside every pod and every local worker. Standard library only, and little of it before user code.

    python -P -m flyteops.runtime VERB --store URI --run RUN --attempt ID [--item N] [--result FILE]
           [--scope SCOPE] [--cache on|off|overwrite] [--folder DIR] [--code DIR]… INVOCATION

VERB        begin       the run's inputs, to runs/RUN/inputs.json, from the store's key --inputs and from --kickoff TIME
            task        call the function, commit its outputs at runs/RUN/STEP/commit.json
            map-item    the same for item N of a mapped step, committed at runs/RUN/STEP.N/commit.json
            lookup      commit from the cache when it can: result `hit` or `miss` (with --item: of that item)
            map-size    result: the indices of the items as a JSON list, `[0,1,2]`
            map-gather  make lists of the items' outputs, or fail when too few succeeded
            decide      result: the number of the branch taken
            join        hand on the outputs of the branch taken, or fail with its message
            outputs     what the run returns, to runs/RUN/outputs.json
INVOCATION  base64 of the JSON document of execution/invocation.py, or @FILE holding that JSON
--inputs    key of the launcher's values, {name: {"v", "type", "value"}}; may be empty
--kickoff   the scheduled time; may be empty
--result    gets the tiny answer for the engine, never a user's value
--scope     where cache entries are read and written (default `shared`); a task's own cache.scope is read too
--folder    the attempt's empty folder (default: a fresh one below the system's temporary folder)
--code      import roots of user code, when PYTHONPATH does not hold them

Exit codes: 0 committed, 80 user exception, 81 never retry, 82 interface,
83 import, 84 store, 85 deadline, 86 stopped by SIGTERM, 87 lease of the cache lost; 64 for a wrong command line.
"""
