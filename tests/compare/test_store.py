"""The store: nothing lost, nothing twice, whatever ends the study."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from optimlab import compare

ROOT = Path(__file__).parents[2]
SCRIPT = textwrap.dedent("""
    import sys, time
    from optimlab import compare

    def slow(w, grad, lr):
        time.sleep(0.002)
        return w - lr * grad

    def study():
        lrs = compare.lrs(1e-4, 1e-2, 6)
        problem = compare.named("valley", steps=20)
        return compare.Study(problem, {"slow": (slow, lrs), "SGD": lrs}, seeds=3)

    if __name__ == "__main__":
        print("ready", flush=True)
        result = study().run(sys.argv[1], workers=int(sys.argv[2]), progress=False)
        print(len(result.results), len(result.failures), sum(one.score for one in result.results))
""")


def study(steps=20, n=3, **more):
    optimizers = {"SGD": compare.lrs(1e-4, 1e-2, n)}
    return compare.Study(compare.named("valley", steps=steps), optimizers, seeds=2, **more)


def numbers(result):
    return [one.numbers() for one in result.results]


def script(tmp_path, store, workers=2):
    file = tmp_path / "script.py"
    file.write_text(SCRIPT)
    return [sys.executable, file, store, str(workers)]


def lines(path):
    return path.read_bytes().count(b"\n")


def end_half_way(command, store, how):
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    limit = time.monotonic() + 60
    while (not store.exists() or lines(store) < 10) and time.monotonic() < limit:
        time.sleep(0.01)
    process.send_signal(how)
    process.communicate(timeout=60)
    return process.returncode


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_study_goes_on_after_ctrl_c_and_kill_9(tmp_path, how, workers):
    store = tmp_path / "store.jsonl"
    command = script(tmp_path, store, workers)
    assert end_half_way(command, store, how) != 0
    kept = lines(store)
    assert 10 <= kept < 43
    begun = store.read_bytes()[:store.read_bytes().rfind(b"\n") + 1]

    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=100)
    assert done.stdout.split()[:3] == ["ready", "42", "0"], done.stderr
    assert lines(store) == 1 + 42 and store.read_bytes().startswith(begun)
    fresh = subprocess.run(script(tmp_path, tmp_path / "fresh.jsonl", 2), cwd=ROOT, env=env,
                           capture_output=True, text=True, timeout=100)
    assert fresh.stdout == done.stdout


def test_what_is_kept_is_what_was_measured(tmp_path):
    first = study().run(tmp_path / "a", workers=1, progress=False)
    before = (tmp_path / "a").read_bytes()
    again = study().run(tmp_path / "a", workers=1, progress=False)
    assert [repr(vars(one)) for one in again.results] == [repr(vars(one)) for one in first.results]
    assert (tmp_path / "a").read_bytes() == before
    assert again.about == first.about
    assert set(first.about) >= {"date", "numpy", "optimlab", "python", "machine"}


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_line_cut_short_costs_one_run(tmp_path, cut):
    whole = study().run(tmp_path / "a", workers=1, progress=False)
    text = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(text[:-cut])
    assert numbers(study().run(tmp_path / "a", workers=1, progress=False)) == numbers(whole)
    assert lines(tmp_path / "a") == text.count(b"\n")


def test_a_run_that_stands_there_twice_counts_once(tmp_path):
    whole = study().run(tmp_path / "a", workers=1, progress=False)
    text = (tmp_path / "a").read_bytes()
    twice = text + text.split(b"\n")[1] + b"\n"
    (tmp_path / "a").write_bytes(twice)
    assert numbers(study().run(tmp_path / "a", workers=1, progress=False)) == numbers(whole)
    assert (tmp_path / "a").read_bytes() == twice


@pytest.mark.parametrize("other, word", [
    (lambda: study(steps=21), "steps is 20, here it is 21"),
    (lambda: study(n=4), "settings"),
    (lambda: study(finals=1), "final seeds is"),
])
def test_the_store_of_another_study_is_refused_and_left_as_it_is(tmp_path, other, word):
    study().run(tmp_path / "a", workers=1, progress=False)
    before = (tmp_path / "a").read_bytes()
    with pytest.raises(ValueError, match=f"belongs to another study.*{word}"):
        other().run(tmp_path / "a", workers=1, progress=False)
    assert (tmp_path / "a").read_bytes() == before


@pytest.mark.parametrize("content", [b"my thesis\n", b"my thesis", b'{"a": 1}\n', b"\x00\xff"])
def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(ValueError, match="no study's file"):
        study().run(tmp_path / "a", workers=1, progress=False)
    assert (tmp_path / "a").read_bytes() == content


def test_damage_in_the_middle_is_named_and_nothing_is_changed(tmp_path):
    study().run(tmp_path / "a", workers=1, progress=False)
    text = bytearray((tmp_path / "a").read_bytes())
    text[text.find(b"\n") + 60] ^= 1
    (tmp_path / "a").write_bytes(text)
    with pytest.raises(ValueError, match="line 2 of .* is damaged"):
        study().run(tmp_path / "a", workers=1, progress=False)
    assert (tmp_path / "a").read_bytes() == text


def test_a_full_disk_loses_nothing(tmp_path):
    resource = pytest.importorskip("resource")
    whole = study().run(workers=1, progress=False)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, hard))
    try:
        with pytest.warns(UserWarning, match="could not be written .*finished runs are in the result"):
            full = study().run(tmp_path / "a", workers=1, progress=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert numbers(full) == numbers(whole)
    assert (tmp_path / "a").stat().st_size <= 4000
    assert numbers(study().run(tmp_path / "a", workers=1, progress=False)) == numbers(whole)


def test_two_runs_do_not_write_to_one_file(tmp_path):
    fcntl = pytest.importorskip("fcntl")
    with open(tmp_path / "a", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(ValueError, match="another run is writing"):
            study().run(tmp_path / "a", workers=1, progress=False)


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        study().run(tmp_path / "no" / "a", progress=False)
    with pytest.raises(IsADirectoryError, match="a file is needed"):
        study().run(tmp_path, progress=False)


def test_without_a_store_the_study_itself_goes_on(monkeypatch):
    from optimlab.compare import executor

    calls, run_cell = [], executor.run_cell

    def stopped(*cell):
        calls.append(cell)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return run_cell(*cell)

    monkeypatch.setattr(executor, "run_cell", stopped)
    one = study()
    with pytest.raises(KeyboardInterrupt):
        one.run(workers=1, progress=False)
    result = one.run(workers=1, progress=False)
    assert len(result.results) == 8 and len(calls) == 9
