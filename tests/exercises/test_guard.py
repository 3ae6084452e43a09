"""The guarded run comes back from everything that Python code can do in a loop."""

import sys
import threading
import time

import pytest

from optimlab.exercises import REGISTRY, check, guard


@pytest.fixture(autouse=True)
def short_deadline(monkeypatch):
    monkeypatch.setattr(guard, "DEADLINE", 0.3)


def plain():
    while True:
        pass


def swallowing():
    while True:
        try:
            sum(range(10))
        except:  # noqa: E722
            pass


def swallowing_in_three_layers():
    while True:
        try:
            while True:
                try:
                    while True:
                        try:
                            while True:
                                pass
                        except BaseException:
                            pass
                except:  # noqa: E722
                    continue
        except BaseException:
            pass


def swallowing_in_finally():
    while True:
        try:
            while True:
                pass
        finally:
            continue  # noqa: B012


def sleeping_in_slices():
    while True:
        time.sleep(0.01)


def recursing_and_swallowing():
    try:
        recursing_and_swallowing()
    except BaseException:
        while True:
            pass


ENDLESS = [
    plain,
    swallowing,
    swallowing_in_three_layers,
    swallowing_in_finally,
    sleeping_in_slices,
    recursing_and_swallowing,
]


@pytest.mark.parametrize("endless", ENDLESS, ids=lambda function: function.__name__)
def test_an_endless_answer_ends_and_so_does_its_thread(endless):
    verdict = check("04.1", lambda w, grad, velocity, lr, momentum: endless())
    assert verdict.status == "error"
    assert verdict.text.startswith("04.1 error: it had not come back after five seconds")
    assert not [thread for thread in threading.enumerate() if thread.name == "optimlab-check"]


def test_a_call_that_cannot_be_interrupted_is_left_behind(monkeypatch):
    monkeypatch.setattr(guard, "PATIENCE", 0.2)
    started = time.perf_counter()
    outcome = guard.run(lambda: time.sleep(1.5))
    assert outcome.timed_out
    assert time.perf_counter() - started < 1.2
    assert guard.run(lambda: "the next one runs").value == "the next one runs"
    time.sleep(1.2)
    assert not [thread for thread in threading.enumerate() if thread.name == "optimlab-check"]


def test_a_loop_that_asks_a_callback_for_ever_is_found_at_once():
    def armijo(f, x, fx, g, d, alpha0, rho, c):
        while f(x + alpha0 * d) < fx + 1e9:
            pass
        return alpha0

    verdict = check("02.4", armijo)
    assert verdict.text.startswith("02.4 error: its loop does not end")


def test_many_runs_leave_nothing_behind():
    before = threading.active_count()
    for _ in range(200):
        assert guard.run(lambda: 7).value == 7
    assert threading.active_count() == before


def test_a_deadline_that_falls_together_with_the_end():
    """Work that ends just when time is up: either answer will do, and no exception may escape anywhere."""
    for _ in range(40):
        outcome = guard.run(lambda: time.sleep(0.01), seconds=0.01)
        assert outcome.failure is None
    assert threading.active_count() < 10


def test_other_threads_keep_their_output(capsys):
    stop = threading.Event()

    def chatter():
        while not stop.is_set():
            print("outside")
            time.sleep(0.005)

    thread = threading.Thread(target=chatter)
    thread.start()
    outcome = guard.run(lambda: (print("inside"), time.sleep(0.05)))
    stop.set()
    thread.join()
    assert outcome.printed == "inside\n"
    assert "outside" in capsys.readouterr().out


def test_an_answer_may_start_threads_and_exit_only_itself():
    stop, momentum_step, threads = threading.Event(), REGISTRY["04.1"].reference, []

    def with_a_thread(w, grad, velocity, lr, momentum):
        threads.append(threading.Thread(target=stop.wait, args=(60.0,), daemon=True))
        threads[-1].start()
        return momentum_step(w, grad, velocity, lr, momentum)

    assert check("04.1", with_a_thread).passed
    assert all(thread.is_alive() for thread in threads), "nobody has waited for them"
    stop.set()
    for leave in (sys.exit, lambda: exec("raise SystemExit(3)"), lambda: exec("raise KeyboardInterrupt")):
        verdict = check("04.1", lambda w, grad, velocity, lr, momentum, leave=leave: leave())
        assert verdict.text.startswith("04.1 error: it raises "), verdict.text


def test_failures_and_output_of_the_work_come_back():
    def work():
        print("before")
        raise KeyError("key")

    outcome = guard.run(work)
    assert isinstance(outcome.failure, KeyError)
    assert outcome.printed == "before\n"


def test_time_of_a_check_is_told(capsys):
    """Printed, not asserted: run with -s to see it."""
    for exercise in REGISTRY.values():
        check(exercise.id, exercise.reference)
        started = time.perf_counter()
        check(exercise.id, exercise.reference)
        with capsys.disabled():
            print(f"  {exercise.id} {1000 * (time.perf_counter() - started):.1f} ms", end="")
