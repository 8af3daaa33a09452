"""The process of a rival in Python: prepares the task of the first line, then does it as often as the others say.

The protocol is described in contestant.mjs. Arguments: the rival's folder, and the job, which is a module in it. Its
`prepare(task, threads)` answers a dict: `version`, `run(times)`, and `check(times)`, which answers numbers to compare.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path

folder, job = sys.argv[1:]


def main():
    answers = sys.stdout
    sys.stdout = sys.stderr  # answers alone go to standard output
    prepared = None
    for line in sys.stdin:
        try:
            if prepared is None:
                task, threads = read_task(line)
                use_cores(threads)
                said, prepared = timed(lambda: prepare(task, threads))
                said |= {"threads": threads, "version": prepared["version"]}
            else:
                [(what, times)] = json.loads(line).items()
                said, values = timed(lambda: prepared[what](times))
                said |= {"values": values} if what == "check" else {}
        except Exception as error:  # the bench goes on without this rival, and says why
            said = {"cannot": (str(error) or repr(error)).splitlines()[0]}
        print(json.dumps(said), file=answers, flush=True)


def prepare(task, threads):
    sys.path.insert(0, str(Path(__file__).parent.parent / "rivals" / folder))
    return importlib.import_module(job).prepare(task, threads)


def timed(work):
    start, start_cpu = time.perf_counter(), time.process_time()
    done = work()
    ms = 1000 * (time.perf_counter() - start)
    return {"ms": ms, "cpu": 1000 * (time.process_time() - start_cpu)}, done


def use_cores(threads):
    """As many as threads: JAX knows no other way, and the others count what they may use."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def read_task(line):
    """The task with its arrays, as task.mjs wrote it, and the number of threads."""
    import numpy as np  # here, so that its absence is an answer

    def read(value):
        if isinstance(value, list):
            return [read(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "dtype" in value:
            return np.fromfile(said["file"], value["dtype"], value["length"], offset=value["offset"])
        if "values" in value:
            return read(value["values"]).reshape(value["shape"])
        return {key: read(one) for key, one in value.items()}

    said = json.loads(line)
    return read(said["task"]), said["threads"]


main()
