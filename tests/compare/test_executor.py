"""Runs in other processes: the same numbers as in this one, and what happens when a process dies."""

import concurrent.futures
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from optimlab import compare

LRS = compare.lrs(1e-3, 1e-1, 3)


def numbers(result):
    return [one.numbers() for one in result.results]


def study(**optimizers):
    optimizers = optimizers or {"Adam": LRS, "SGD": LRS}
    return compare.Study(compare.named("moons mlp", epochs=2), optimizers, seeds=2)


def test_processes_give_the_same_numbers_as_this_one():
    assert numbers(study().run(workers=2, progress=False)) == numbers(study().run(workers=1, progress=False))


def test_any_executor_will_do():
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        through = study().run(executor=executor, progress=False)
    assert numbers(through) == numbers(study().run(workers=1, progress=False))


def test_a_run_that_kills_its_process_is_retried_once_and_then_a_result(tmp_path):
    counter = str(tmp_path / "deaths")

    def deadly(w, grad, lr):
        if lr == 0.01:
            with open(counter, "a") as file:
                file.write("x")
            os._exit(3)
        return w - lr * grad

    result = study(deadly=(deadly, LRS), SGD=LRS).run(workers=2, progress=False)
    assert len(result.results) == 2 * 3 * 2 + 2 * 2
    dead = [one for one in result.results if one.fate == "died"]
    assert [(one.optimizer, one.setting["lr"], one.seed) for one in dead] == [("deadly", 0.01, 0),
                                                                                ("deadly", 0.01, 1)]
    assert all("died twice" in one.reason and one.score == np.inf for one in dead)
    assert 5 <= os.path.getsize(counter) <= 6        # once or twice together, and twice each alone
    alone = study(SGD=LRS).run(workers=1, progress=False)
    assert result.scores("SGD").tolist() == alone.scores("SGD").tolist()


def test_a_process_that_is_killed_from_outside_costs_nothing():
    def slow(w, grad, lr):
        time.sleep(0.005)
        return w - lr * grad

    def kill_one():
        for _ in range(200):
            time.sleep(0.05)
            children = multiprocessing.active_children()
            if len(children) >= 2:
                time.sleep(0.5)
                children[0].kill()
                return

    killer = threading.Thread(target=kill_one)
    killer.start()
    result = study(slow=(slow, LRS)).run(workers=2, progress=False)
    killer.join()
    assert not result.failures
    assert numbers(result) == numbers(study(slow=(slow, LRS)).run(workers=1, progress=False))


def test_a_script_needs_no_guard_around_its_study(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(textwrap.dedent("""
        from optimlab import compare
        print("begun")
        class Mine:
            def __init__(self, params, lr=0.1):
                self.params, self.lr = params, lr
            def step(self, grads):
                self.params -= self.lr * grads
        lrs = compare.lrs(1e-3, 1e-1, 2)
        study = compare.Study("valley", {"mine": (Mine, lrs), "SGD": lrs}, seeds=2)
        result = study.run(workers=2, progress=False)
        print((result.scores("mine") == result.scores("SGD")).all())
    """))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60,
                          cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": "."})
    assert done.stdout.split() == ["begun", "True"], done.stderr


def test_every_process_has_one_blas_thread():
    from optimlab.compare.executor import _submit, pool
    from optimlab.compare.run import THREADS

    with pool(1) as running:
        _submit(running, ("",) * 5).exception()
        assert running.submit(os.getenv, THREADS[1]).result() == "1"
    assert os.getenv("OMP_NUM_THREADS") == os.environ.get("OMP_NUM_THREADS")


@pytest.mark.parametrize("more, error", [({"workers": 0}, ValueError), ({"executor": 2}, TypeError)])
def test_bad_workers_and_executors_are_refused(more, error):
    with pytest.raises(error, match=next(iter(more))):
        study().run(progress=False, **more)


class Failing(concurrent.futures.ThreadPoolExecutor):
    """Fails each run of SGD with lr 0.01 as often as it is told, with the error that it is told."""

    def __init__(self, times, error):
        super().__init__(2)
        self.left, self.error = {0: times, 1: times}, error

    def submit(self, function, payload, optimizer, setting, seed, final):
        if (optimizer, setting["lr"], final) == ("SGD", 0.01, False) and self.left[seed]:
            self.left[seed] -= 1
            future = concurrent.futures.Future()
            future.set_exception(self.error)
            return future
        return super().submit(function, payload, optimizer, setting, seed, final)


def test_a_run_that_an_executor_loses_is_sent_once_more():
    with Failing(1, OSError("the worker is gone")) as executor:
        assert numbers(study().run(executor=executor, progress=False)) == \
            numbers(study().run(workers=1, progress=False))
    with Failing(2, OSError("the worker is gone")) as executor:
        lost = study().run(executor=executor, progress=False).failures
    assert [(one.fate, one.seed) for one in lost] == [("died", 0), ("died", 1)]
    assert lost[0].reason == "failed twice: OSError: the worker is gone"


def test_an_executor_that_breaks_is_one_sentence_and_the_finished_runs_are_kept():
    one = study()
    with Failing(1, concurrent.futures.BrokenExecutor("out of memory")) as executor:
        with pytest.raises(RuntimeError, match="it broke .out of memory.; the finished runs are kept"):
            one.run(executor=executor, progress=False)
    assert numbers(one.run(workers=1, progress=False)) == numbers(study().run(workers=1, progress=False))
