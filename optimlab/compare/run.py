"""One cell of a study as one plain call: run_cell(payload, ...) -> Result, in whatever process."""

import functools
import multiprocessing.connection
import os
import signal
import threading
import time
import warnings

import cloudpickle
import numpy as np

from optimlab.compare.result import RAISED, Result

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def pack(problem, rule):
    """A problem and an optimizer as bytes, classes and functions of a notebook included."""
    return cloudpickle.dumps((problem, rule))


def run_cell(payload, optimizer, setting, seed, final):
    """One run. It never raises: what goes wrong is the Result's reason.

    Args:
        payload: pack(problem, rule).
        optimizer: the optimizer's name in the study.
        setting, seed, final: as in Result.
    """
    problem, rule = _unpacked(payload)
    result = Result(problem.name, optimizer, dict(setting), seed, final)
    start = time.perf_counter()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            for name, value in problem.run(rule, setting, seed, final).items():
                setattr(result, name, value)
    except Exception as error:
        result.fate, result.reason = RAISED, f"{type(error).__name__}: {' '.join(str(error).split())}"
    result.seconds = time.perf_counter() - start
    return result


@functools.lru_cache(maxsize=16)
def _unpacked(payload):
    return cloudpickle.loads(payload)


def one_thread():
    """Environment variables that give every process begun with them one BLAS thread."""
    return {name: "1" for name in THREADS}


def begin():
    """What a worker does first: leave Ctrl-C to the process that asked for it, and end when that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent():
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)
