"""Sending runs to wherever they are made: this process, processes of this machine, or any executor."""

import concurrent.futures as futures
import contextlib
import multiprocessing
import os
import sys
from concurrent.futures.process import BrokenProcessPool

from optimlab.compare.result import DIED, Result
from optimlab.compare.run import begin, one_thread, run_cell

AHEAD = 2       # runs that wait beside each one under way


def cores():
    """How many processes this machine runs at once."""
    if sys.platform == "emscripten":
        return 1
    with contextlib.suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def results(cells, executor=None, workers=None):
    """Make the runs of a list of Cells and yield each Result as it is done, in no fixed order.

    Args:
        cells: a list of run_cell's arguments.
        executor: any concurrent.futures.Executor, such as a Dask client's; None takes own processes.
        workers: how many of those; None one for each core; 1 makes the runs in this process.
    """
    if executor is not None:
        yield from _through(executor, cells)
    elif min(workers or cores(), len(cells)) <= 1:
        for cell in cells:
            yield run_cell(*cell)
    else:
        yield from _processes(cells, min(workers or cores(), len(cells)))


def _processes(cells, workers):
    """Runs in processes of this machine; where one dies, the runs it may have died of are made one at a time.

    One that takes its process with it when it is alone is made once more, and then given up.
    """
    waiting, suspects, again = list(reversed(cells)), [], []
    while waiting or suspects:
        alone = bool(suspects)
        todo = [suspects.pop()] if alone else waiting
        with pool(1 if alone else workers) as running:
            under_way = {}
            try:
                while todo or under_way:
                    while todo and len(under_way) < AHEAD * workers:
                        cell = todo.pop()
                        under_way[_submit(running, cell)] = cell
                    done, _ = futures.wait(under_way, return_when=futures.FIRST_COMPLETED)
                    for future in done:
                        result = future.result()
                        del under_way[future]
                        yield result
            except BrokenProcessPool:
                lost = [cell for future, cell in under_way.items() if not _finished(future)]
                yield from [future.result() for future in under_way if _finished(future)]
                guilty = [cell for cell in lost if alone and cell in again]
                yield from (_died(cell, "its process died twice with no other run beside it")
                            for cell in guilty)
                suspects += [cell for cell in lost if cell not in guilty]
                again += lost if alone else []
            except BaseException:
                running.shutdown(wait=False, cancel_futures=True)
                raise


def _submit(running, cell):
    with _without_main(), _environment(one_thread()):
        return running.submit(run_cell, *cell)


def _finished(future):
    return future.done() and not future.cancelled() and future.exception() is None


def _through(executor, cells):
    """Runs through somebody else's executor. One whose future fails is sent once more, then given up."""
    waiting, under_way, sent = list(reversed(cells)), {}, {}
    try:
        while waiting or under_way:
            while waiting and len(under_way) < AHEAD * _width(executor):
                cell = waiting.pop()
                under_way[executor.submit(run_cell, *cell)] = cell
            done, _ = futures.wait(under_way, return_when=futures.FIRST_COMPLETED)
            for future in done:
                cell = under_way.pop(future)
                try:
                    yield future.result()
                except futures.BrokenExecutor:
                    raise
                except Exception as error:
                    place = cell[1:4]
                    sent[repr(place)] = sent.get(repr(place), 0) + 1
                    if sent[repr(place)] < 2:
                        waiting.append(cell)
                    else:
                        words = " ".join(str(error).split())
                        yield _died(cell, f"failed twice: {type(error).__name__}: {words}")
    except futures.BrokenExecutor as error:
        raise RuntimeError(f"executor: it broke ({error}); the finished runs are kept, give another one and "
                           "run the study again") from error
    finally:
        for future in under_way:
            future.cancel()


def _width(executor):
    """How many runs an executor makes at once, as far as it says."""
    return max(getattr(executor, "_max_workers", None) or 32, 1)


def _died(cell, reason):
    from optimlab.compare.run import _unpacked

    payload, optimizer, setting, seed, final = cell
    return Result(_unpacked(payload)[0].name, optimizer, dict(setting), seed, final, fate=DIED, reason=reason)


def pool(workers):
    """A ProcessPoolExecutor whose processes begin afresh, with one BLAS thread each."""
    return futures.ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), begin)


@contextlib.contextmanager
def _environment(values):
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _without_main():
    """While processes begin: the script that asks is not run again in each of them.

    What it defines travels by value, so they need nothing of it, and it needs no `if __name__ == "__main__"`.
    """
    main, kept = sys.modules["__main__"], {}
    for name in ("__spec__", "__file__"):
        if getattr(main, name, None) is not None:
            kept[name] = getattr(main, name)
            setattr(main, name, None)
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)
