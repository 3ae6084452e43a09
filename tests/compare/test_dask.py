"""A study on a real Dask cluster of two worker processes, one of which is killed half-way."""

import collections
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optimlab import compare

distributed = pytest.importorskip("distributed")
ROOT = Path(__file__).parents[2]


def slow(w, grad, lr):
    time.sleep(0.001)
    return w - lr * grad


def study(name):
    lrs = compare.lrs(1e-4, 1e-2, 8)
    problem = compare.named("valley", steps=50)
    return compare.Study(problem, {"slow": (slow, lrs), "SGD": lrs}, seeds=3, name=name)


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, each a process begun from the command line: (address, workers)."""
    file = tmp_path / "scheduler.json"
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    common = ["--scheduler-file", str(file), "--no-dashboard"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": env, "cwd": tmp_path}
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    processes = [subprocess.Popen([*dask, *common, "--host", "127.0.0.1", "--port", "0"], **quiet)]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", *common, "--nthreads", "1", "--no-nanny"]
    try:
        processes += [subprocess.Popen([*worker, "--name", f"w{i}"], **quiet) for i in range(2)]
        yield file, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.filterwarnings("ignore")
def test_a_study_outlives_a_worker_that_is_killed(cluster, tmp_path):
    file, workers = cluster
    store = tmp_path / "store.jsonl"
    with distributed.Client(scheduler_file=str(file), timeout=60) as client:
        client.wait_for_workers(2, timeout=60)
        made = study("dask")
        killed = []

        class Watching:
            """The cluster's executor; kills a worker once 15 runs are kept."""

            def __init__(self, inner):
                self.inner = inner

            def submit(self, *call):
                if not killed and store.exists() and store.read_bytes().count(b"\n") > 15:
                    workers[0].send_signal(signal.SIGKILL)
                    workers[0].wait()
                    killed.append(workers[0].pid)
                return self.inner.submit(*call)

        result = made.run(store, executor=Watching(client.get_executor()), progress=False)
        assert killed and workers[1].poll() is None
        assert len(client.scheduler_info()["workers"]) == 1
    assert not result.failures
    lines = store.read_bytes().count(b"\n")
    assert lines == 1 + len(result.results) == 1 + 2 * 8 * 3 + 2 * 3
    assert max(collections.Counter(one.key for one in result.results).values()) == 1
    here = study("here").run(workers=1, progress=False)
    assert [one.numbers() for one in result.results] == [one.numbers() for one in here.results]
