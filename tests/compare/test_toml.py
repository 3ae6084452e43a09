"""STUDY.toml says what compare.Study says; what it cannot say is one sentence."""

import signal

import pytest

from optimlab import cli, compare
from optimlab.compare.toml import load

TEXT = """
problem = { use = "valley", steps = 30 }
seeds = 2
finals = 1
[optimizers]
SGD = { lrs = [1e-4, 1e-1, 4] }
heavy = { use = "SGD", grid = { lr = [0.001, 0.01], momentum = [0.5, 0.9] }, with = { nesterov = true } }
Adam = { quasi_random = { n = 4, lr = [1e-3, 1] }, with = { betas = [0.8, 0.9] } }
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(TEXT)
    return path


def test_the_file_is_the_python_api(file):
    there = load(file).study
    here = compare.Study(compare.named("valley", steps=30), {
        "SGD": compare.lrs(1e-4, 1e-1, 4),
        "heavy": ("SGD", compare.grid(lr=[0.001, 0.01], momentum=[0.5, 0.9]) * {"nesterov": True}),
        "Adam": compare.quasi_random(4, lr=(1e-3, 1)) * {"betas": [(0.8, 0.9)]},
    }, seeds=2, finals=1)
    assert there.identity == here.identity and there.name == "study"


def test_the_command_runs_keeps_and_reports(file, capsys):
    words = ["compare", str(file), "--workers", "1", "--report", str(file.with_suffix(".md"))]
    assert cli.main(words) == 0
    first = capsys.readouterr().out
    assert "| SGD " in first and "study.jsonl" in first and "27 runs" in first
    assert file.with_suffix(".md").is_file() and file.with_suffix(".jsonl").read_bytes().count(b"\n") == 28
    assert cli.main([*words, "--quiet"]) == 0
    assert file.with_suffix(".jsonl").read_bytes().count(b"\n") == 28


@pytest.mark.parametrize("old, new, words", [
    ("valley", "vally", "none called 'vally'; known are valley"),
    ("SGD =", "SDG =", "no optimizer called 'SDG'"),
    ("1e-1, 4]", "1e-1, 0]", "empty grid"),
    ("1e-1, 4]", "1e-1]", "lrs = [low, high, n]"),
    ("1e-1, 4]", "1e-1, 5]", "an equal number of settings"),
    ("lrs", "lsr", "needs one of lrs, grid"),
    ("steps = 30", "epochs = 30", "epochs"),
    ("seeds = 2", "seeds = 0", "seeds"),
    ("seeds = 2", "sedes = 2", "'sedes'; known are"),
    ("[optimizers]", "[optimizers", "is not TOML"),
])
def test_a_file_that_cannot_be_is_one_sentence(file, capsys, old, new, words):
    file.write_text(TEXT.replace(old, new, 1))
    assert cli.main(["compare", str(file)]) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1 and "study.toml" in said


def test_a_full_disk_is_one_sentence_and_the_numbers_are_shown(file, capsys):
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, hard))
    try:
        assert cli.main(["compare", str(file), "--workers", "1", "--quiet"]) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    shown = capsys.readouterr()
    assert "| SGD " in shown.out and "kept in" not in shown.out
    assert "could not be written" in shown.err and shown.err.count("\n") == 1


def test_a_missing_file_and_a_foreign_store_are_one_sentence(file, capsys):
    assert cli.main(["compare", "nowhere.toml"]) == 2
    assert "no file 'nowhere.toml'" in capsys.readouterr().err
    file.with_suffix(".jsonl").write_text("my thesis\n")
    assert cli.main(["compare", str(file), "--quiet"]) == 2
    assert "no study's file" in capsys.readouterr().err
    assert file.with_suffix(".jsonl").read_text() == "my thesis\n"
