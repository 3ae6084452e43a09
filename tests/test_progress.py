"""The progress file: found, written whole, shared by two kernels, and never a reason to stop."""

import errno
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from optimlab import progress

ROOT = Path(progress.__file__).parents[1]


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    monkeypatch.setattr(progress, "_in_memory", {})
    monkeypatch.setattr(progress, "_said", set())


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(path))
    return path


@pytest.fixture
def no_variable(monkeypatch):
    monkeypatch.delenv("OPTIMLAB_PROGRESS", raising=False)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_nearest_file_above_is_used(tmp_path, monkeypatch, no_variable):
    below = tmp_path / "course" / "work" / "week 1"
    below.mkdir(parents=True)
    (tmp_path / "progress.json").touch()
    nearest = below.parent / "progress.json"
    nearest.touch()
    monkeypatch.chdir(below)
    assert progress.where() == nearest
    progress.record_check("04.1", "passed")
    assert read(nearest)["exercises"]["04.1"]["passed"] is True
    assert (tmp_path / "progress.json").read_text() == ""


def test_the_variable_comes_first_and_its_folder_is_made(tmp_path, monkeypatch):
    (tmp_path / "progress.json").touch()
    monkeypatch.chdir(tmp_path)
    named = tmp_path / "new" / "mine.json"
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(named))
    progress.record_prediction("p", 3)
    assert read(named)["predictions"] == {"p": {"answer": 3, "skipped": False}}


def test_without_a_file_it_stays_in_memory(monkeypatch, no_variable, tmp_path):
    monkeypatch.setattr(progress, "where", lambda: None)
    assert progress.prediction("p") is None
    progress.record_prediction("p", "a", skipped=True)
    progress.record_check("04.1", "wrong")
    assert progress.prediction("p") == {"answer": "a", "skipped": True}
    assert progress.attempts("04.1") == 1
    assert list(tmp_path.iterdir()) == []


def test_what_a_file_holds(file):
    progress.record_prediction("02.p1", [1, 2])
    progress.record_answer("02.q1", "b", False)
    progress.record_answer("02.q1", "a", True)
    progress.record_check("02.1", "mistake", "GD-SIGN")
    progress.record_check("02.1", "passed")
    progress.record_hint("02.1", 2)
    found = read(file)
    assert found["version"] == 1
    assert set(found) == {"version", "predictions", "exercises", "quiz"}
    assert found["quiz"]["02.q1"] == {"answer": "a", "correct": True, "tries": 2}
    assert found["exercises"]["02.1"] == {
        "status": "passed",
        "mistake": None,
        "said": None,
        "repeated": 1,
        "tries": 2,
        "passed": True,
        "hints": 2,
        "mistakes": {"GD-SIGN": 1},
    }
    assert progress.answer("02.q1")["correct"] is True
    assert progress.answer("02.q9") is None


def test_tries_repeats_and_passing(file):
    assert progress.record_check("04.1", "not attempted") == 0
    assert not file.exists()
    assert progress.attempts("04.1") == 0
    assert progress.record_check("04.1", "mistake", "A") == 1
    assert progress.record_check("04.1", "mistake", "A") == 2
    assert progress.record_check("04.1", "mistake", "B") == 1
    assert progress.record_check("04.1", "error", said="it raises NameError") == 1
    assert progress.record_check("04.1", "error", said="it raises ValueError") == 1
    assert progress.record_check("04.1", "error", said="it raises ValueError") == 2
    assert not progress.passed("04.1")
    progress.record_check("04.1", "passed with another convention")
    progress.record_check("04.1", "wrong")
    assert progress.passed("04.1"), "what has passed once has passed"
    assert progress.attempts("04.1") == 8


def test_numpy_values_and_odd_answers_are_written(file):
    progress.record_prediction("a", np.float64(0.5))
    progress.record_prediction("b", np.arange(3))
    progress.record_prediction("c", {1, 2}.__class__)
    assert progress.prediction("a")["answer"] == 0.5
    assert progress.prediction("b")["answer"] == [0, 1, 2]
    assert "set" in progress.prediction("c")["answer"]


@pytest.mark.parametrize(
    "content",
    [
        b'{"version": 1, "predictions": {"p": {"ans',
        b"\xff\xfe\x00garbage",
        b"[]",
        b'{"name": "somebody else\'s progress"}',
        b'{"version": 2, "predictions": {}, "exercises": {}, "quiz": {}}',
        b'{"version": 1, "predictions": [], "exercises": {}, "quiz": {}}',
        b'{"version": 1, "predictions": {}, "exercises": {"04.1": 3}, "quiz": {}}',
        b"[" * 100_000,
    ],
    ids=["truncated", "binary", "a list", "foreign", "newer", "wrong part", "wrong entry", "deep"],
)
def test_a_file_that_is_not_ours_is_moved_aside(file, content, capsys):
    for number in (1, 2):
        file.write_bytes(content)
        assert progress.prediction("p") is None
        assert file.read_bytes() == content, "reading moves nothing"
        progress.record_prediction("p", number)
        assert progress.prediction("p")["answer"] == number
        assert file.with_name(f"progress.json.bak-{number}").read_bytes() == content
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 2
    assert "progress.json.bak-1" in said[0]


def test_an_empty_file_is_a_new_one(file, capsys):
    file.touch()
    progress.record_check("04.1", "passed")
    assert progress.passed("04.1")
    assert [path.name for path in file.parent.glob("*.bak-*")] == []
    assert capsys.readouterr().err == ""


def test_entries_of_a_later_hand_are_kept(file):
    content = {
        "version": 1,
        "predictions": {},
        "exercises": {"04.1": {"status": "passed", "note": "mine"}},
        "quiz": {},
    }
    file.write_text(json.dumps({**content, "extra": [1]}))
    progress.record_check("04.1", "wrong")
    found = read(file)
    assert found["extra"] == [1]
    assert found["exercises"]["04.1"]["note"] == "mine"


def test_a_full_disk_is_told_once_and_nothing_is_lost(file, monkeypatch, capsys):
    progress.record_check("04.1", "wrong")
    before = file.read_bytes()

    def no_space(handle, *args, **kwargs):
        os.close(handle)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(progress.os, "fdopen", no_space)
    progress.record_check("04.1", "wrong")
    progress.record_check("04.1", "wrong")
    assert progress.attempts("04.1") == 3
    assert file.read_bytes() == before
    assert sorted(path.name for path in file.parent.iterdir()) == [".progress.json.lock", "progress.json"]
    said = capsys.readouterr().err
    assert said.count("cannot be written") == 1 and "No space left on device" in said
    monkeypatch.undo()
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(file))


def test_when_the_disk_has_room_again_everything_is_written(file, monkeypatch):
    real = os.replace
    monkeypatch.setattr(
        progress.os, "replace", lambda *paths: (_ for _ in ()).throw(OSError(errno.EROFS, "read-only"))
    )
    progress.record_check("04.1", "wrong")
    assert not file.exists()
    monkeypatch.setattr(progress.os, "replace", real)
    progress.record_check("04.1", "wrong")
    assert read(file)["exercises"]["04.1"]["tries"] == 2


def test_a_folder_in_the_way_is_no_reason_to_stop(file, capsys):
    file.mkdir()
    progress.record_check("04.1", "passed")
    assert progress.passed("04.1")
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="folders have no write permission bit there")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(file, capsys):
    file.parent.chmod(0o500)
    try:
        progress.record_check("04.1", "passed")
        assert progress.passed("04.1")
        assert "cannot be written" in capsys.readouterr().err
    finally:
        file.parent.chmod(0o700)


def test_a_file_that_cannot_even_be_named(tmp_path, monkeypatch, capsys):
    blocker = tmp_path / "a file"
    blocker.touch()
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(blocker / "below" / "progress.json"))
    progress.record_prediction("p", 1)
    assert progress.prediction("p")["answer"] == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_lock_that_is_never_released_is_not_waited_for_for_ever(file, monkeypatch, capsys):
    monkeypatch.setattr(progress, "LOCK_SECONDS", 0.05)
    with progress._locked(file):
        progress.record_check("04.1", "passed")
    assert progress.passed("04.1")
    assert "another kernel" in capsys.readouterr().err


COUNTING = textwrap.dedent(
    """
    import sys
    from optimlab import progress
    for k in range(60):
        progress.record_check("04.1", "wrong")
        progress.record_prediction(f"{sys.argv[1]}-{k}", k)
    """
)


def start(path, program, *arguments):
    environment = {**os.environ, "OPTIMLAB_PROGRESS": str(path), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], env=environment, stderr=subprocess.PIPE
    )


def test_two_processes_write_at_once_and_nothing_is_lost(file):
    writers = [start(file, COUNTING, name) for name in ("a", "b")]
    while any(writer.poll() is None for writer in writers):
        if file.exists():
            read(file)
    for writer in writers:
        assert writer.communicate()[1] == b""
        assert writer.returncode == 0
    found = read(file)
    assert found["exercises"]["04.1"]["tries"] == 120
    assert len(found["predictions"]) == 120
    assert sorted(path.name for path in file.parent.iterdir()) == [".progress.json.lock", "progress.json"]


def test_a_writer_that_is_killed_leaves_a_whole_file_and_a_free_lock(file):
    endless = COUNTING.replace("range(60)", "range(10**9)")
    writer = start(file, endless, "a")
    while not file.exists():
        assert writer.poll() is None
    writer.kill()
    writer.communicate()
    before = read(file)["exercises"]["04.1"]["tries"]
    progress.record_check("04.1", "passed")
    assert read(file)["exercises"]["04.1"]["tries"] == before + 1


# Taking it along


def recorded():
    progress.record_prediction("02.p", "uphill")
    progress.record_prediction("02.s", None, skipped=True)
    progress.record_answer("02.q", "b", False)
    progress.record_check("02.1", "passed")
    progress.record_check("04.1", "mistake", "GD-SIGN")


def without_version(everything):
    return {part: everything[part] for part in progress.PARTS}


@pytest.mark.parametrize("way", ["line", "wrapped line", "file", "progress file"])
def test_what_is_exported_is_restored_elsewhere(file, tmp_path, monkeypatch, way):
    recorded()
    before = progress.everything()
    line = progress.export(tmp_path / "mine.txt")
    assert line.startswith("optimlab-progress:") and "\n" not in line
    assert (tmp_path / "mine.txt").read_text() == line + "\n"
    source = {
        "line": line,
        "wrapped line": "  " + "\n  ".join(line[k : k + 40] for k in range(0, len(line), 40)),
        "file": str(tmp_path / "mine.txt"),
        "progress file": file,
    }[way]
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(tmp_path / "elsewhere" / "progress.json"))
    assert progress.restore(source) == "Restored: 2 predictions, 2 exercises, 1 quiz."
    assert progress.everything() == before


def test_restoring_keeps_what_got_further_and_makes_a_copy_first(file):
    recorded()
    line = progress.export()
    progress.record_check("04.1", "passed")
    progress.record_prediction("02.s", 3)
    progress.record_answer("02.q", "a", True)
    progress.record_check("05.1", "wrong")
    now, bytes_before = progress.everything(), file.read_bytes()
    sentence = progress.restore(line)
    assert sentence.endswith("What was here before is in progress.json.bak-1.")
    assert file.with_name("progress.json.bak-1").read_bytes() == bytes_before
    assert progress.everything() == now
    line = progress.export()
    file.unlink()
    recorded()
    progress.restore(line)
    assert progress.passed("04.1") and progress.prediction("02.s")["answer"] == 3
    assert progress.answer("02.q")["correct"] is True and progress.attempts("05.1") == 1


@pytest.mark.parametrize(
    "source, words",
    [
        ("no such file", "'no such file' is neither the line"),
        ("", "is neither the line"),
        ("optimlab-progress:", "not whole"),
        ("optimlab-progress:eJxsomething", "not whole"),
        ("optimlab-progress:!!", "not whole"),
        (3, "is neither the line"),
    ],
)
def test_what_cannot_be_restored_is_said_in_one_sentence(file, source, words):
    recorded()
    before = file.read_bytes()
    with pytest.raises(ValueError, match=words):
        progress.restore(source)
    assert file.read_bytes() == before and not list(file.parent.glob("*.bak-*"))


def test_a_line_cut_short_or_a_foreign_file_changes_nothing(file, tmp_path):
    recorded()
    before = file.read_bytes()
    with pytest.raises(ValueError, match="not whole"):
        progress.restore(progress.export()[:-9])
    (tmp_path / "other.json").write_text('{"name": "someone"}')
    with pytest.raises(ValueError, match="is no progress file: not a progress file of this version"):
        progress.restore(tmp_path / "other.json")
    assert file.read_bytes() == before


def test_one_lesson_is_forgotten_with_a_copy(file):
    recorded()
    before = file.read_bytes()
    assert progress.forget("02").read_bytes() == before
    assert without_version(progress.everything()) == {
        "predictions": {}, "exercises": {"04.1": progress.everything()["exercises"]["04.1"]}, "quiz": {}
    }
    assert progress.forget("09").name == "progress.json.bak-2"


def test_the_copy_that_everything_gives_is_ours_no_more(file):
    recorded()
    progress.everything()["exercises"].clear()
    assert progress.passed("02.1")
