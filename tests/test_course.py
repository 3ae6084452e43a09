"""course.py: the environment is made when it must be, and nothing a learner made is lost."""

import ast
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import course

ROOT = Path(__file__).parents[1]
posix = pytest.mark.skipif(os.name == "nt", reason="uses a shell script")


def notebook(*cells, outputs=()):
    empty = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": None}
    cells = [{**empty, "outputs": list(outputs), "source": source} for source in cells]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def script(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


@pytest.fixture
def root(tmp_path):
    """A copy of the course, in a folder with a space, that has two lessons."""
    root = tmp_path / "a course"
    for folder in ("lessons/source", "optimlab"):
        (root / folder).mkdir(parents=True)
    (root / "optimlab" / "__init__.py").touch()
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / "lessons" / "source" / "02_slope.md").write_text("# A slope\n")
    (root / "lessons" / "02_slope.ipynb").write_text(notebook("slope = 2"))
    (root / "lessons" / "04_ball.ipynb").write_text(notebook("ball = 4"))
    return root


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# The learner's copies


def test_first_opening_copies_every_lesson_and_starts_the_progress_file(root):
    before = files(root / "lessons")
    course.prepare_work(root)
    work = files(root / "work")
    assert {name: work[name] for name in before} == before == files(root / "lessons")
    assert set(work) - set(before) == {"progress.json", ".lessons.json"}
    assert json.loads(work["progress.json"]) == {"version": 1, "predictions": {}, "exercises": {}, "quiz": {}}


def test_opening_again_changes_nothing_the_learner_made(root, capsys):
    course.prepare_work(root)
    (root / "work" / "02_slope.ipynb").write_text(notebook("slope = 'mine'"))
    (root / "work" / "progress.json").write_text('{"version": 1, "predictions": {"02.p1": {}}}')
    (root / "work" / "notes.ipynb").write_text("mine")
    before = files(root / "work")
    capsys.readouterr()
    course.prepare_work(root)
    assert files(root / "work") == before
    assert capsys.readouterr().out == ""


def test_an_updated_lesson_is_put_beside_the_learners_and_told_once(root, capsys):
    course.prepare_work(root)
    mine = root / "work" / "04_ball.ipynb"
    mine.write_text(notebook("ball = 'mine'"))
    (root / "lessons" / "04_ball.ipynb").write_text(notebook("ball = 5"))
    capsys.readouterr()
    course.prepare_work(root)
    said = capsys.readouterr().out
    assert said.splitlines() == [
        "04_ball.ipynb has changed: yours stays as it is, the new one is work/04_ball.new.ipynb"
    ]
    assert mine.read_text() == notebook("ball = 'mine'")
    assert (root / "work" / "04_ball.new.ipynb").read_text() == notebook("ball = 5")
    after = files(root / "work")
    course.prepare_work(root)
    assert capsys.readouterr().out == ""
    assert files(root / "work") == after


def test_a_second_update_does_not_write_over_the_first(root):
    course.prepare_work(root)
    for version in (5, 6, 7):
        (root / "lessons" / "04_ball.ipynb").write_text(notebook(f"ball = {version}"))
        course.prepare_work(root)
    work = files(root / "work")
    copies = {name: json.loads(text)["cells"][0]["source"] for name, text in work.items() if "ball" in name}
    assert copies == {
        "04_ball.ipynb": "ball = 4",
        "04_ball.new.ipynb": "ball = 5",
        "04_ball.new-2.ipynb": "ball = 6",
        "04_ball.new-3.ipynb": "ball = 7",
    }


def test_new_outputs_and_line_endings_alone_are_no_update(root, capsys):
    course.prepare_work(root)
    capsys.readouterr()
    lesson = root / "lessons" / "04_ball.ipynb"
    stream = {"output_type": "stream", "name": "stdout", "text": "4"}
    lesson.write_text(notebook("ball = 4", outputs=[stream]))
    lesson.write_bytes(lesson.read_bytes().replace(b"}", b"}\r\n"))
    course.prepare_work(root)
    assert capsys.readouterr().out == ""
    assert "04_ball.new.ipynb" not in files(root / "work")


def test_a_deleted_copy_is_made_afresh_and_a_new_lesson_arrives(root):
    course.prepare_work(root)
    (root / "work" / "02_slope.ipynb").unlink()
    (root / "lessons" / "05_wheel.ipynb").write_text(notebook("wheel = 5"))
    course.prepare_work(root)
    work = files(root / "work")
    assert work["02_slope.ipynb"] == (root / "lessons" / "02_slope.ipynb").read_bytes()
    assert work["05_wheel.ipynb"] == (root / "lessons" / "05_wheel.ipynb").read_bytes()


@pytest.mark.parametrize("record", [b"", b"{", b"[]", b"\xff\xfe", b'"04_ball.ipynb"'])
def test_a_damaged_record_is_set_aside(root, record, capsys):
    course.prepare_work(root)
    (root / "work" / "04_ball.ipynb").write_text(notebook("ball = 'mine'"))
    (root / "work" / ".lessons.json").write_bytes(record)
    before = files(root / "work")
    capsys.readouterr()
    course.prepare_work(root)
    after = files(root / "work")
    assert after.pop(".lessons.json.bak") == record
    assert after.pop(".lessons.json") != before.pop(".lessons.json")
    assert after == before
    assert capsys.readouterr().out.count("\n") == 1
    (root / "lessons" / "04_ball.ipynb").write_text(notebook("ball = 5"))
    course.prepare_work(root)
    assert "04_ball.new.ipynb" in files(root / "work")


def test_half_a_file_is_never_left(root, monkeypatch):
    course.prepare_work(root)
    before = files(root / "work")

    def full(path, data):
        with open(path, "wb") as file:
            file.write(data[:3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    (root / "lessons" / "05_wheel.ipynb").write_text(notebook("wheel = 5"))
    with pytest.raises(OSError, match="No space"):
        course.prepare_work(root)
    assert files(root / "work") == before


@pytest.mark.parametrize("asked", ["04", "4", "ball", "04_ball", "04_ball.ipynb", "lessons/04_ball.ipynb"])
def test_a_lesson_is_found_by_number_or_name(root, asked):
    assert course.choose_lesson(root, asked) == "04_ball.ipynb"


def test_the_first_lesson_is_the_default_and_an_unknown_one_names_the_known(root):
    assert course.choose_lesson(root) == "02_slope.ipynb"
    with pytest.raises(course.Stop, match="There is no lesson '40': choose one of 02, 04"):
        course.choose_lesson(root, "40")


def test_without_lessons_git_gives_them_back(root):
    for lesson in (root / "lessons").glob("*.ipynb"):
        lesson.unlink()
    with pytest.raises(course.Stop, match="git checkout -- lessons"):
        course.choose_lesson(root)


# The environment


class Installer:
    """Stands in for venv, pip and uv: makes real environments, and packages that are a name alone."""

    def __init__(self):
        self.calls, self.fails, self.stops = [], {}, None

    def __call__(self, command, what, folder, lock=None):
        words = [str(word) for word in command]
        tool = "uv" if Path(words[0]).stem == "uv" else "pip"
        step = "make" if "venv" in words else "install " + words[-1]
        self.calls.append(f"{tool} {step}")
        if self.stops == step:
            raise KeyboardInterrupt
        if tool in self.fails:
            raise course.ToolFailed(self.fails[tool])
        venv = folder / ".venv"
        if step == "make":
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
            self.site(venv).joinpath("pip").mkdir()
            self.site(venv).joinpath("pip", "__init__.py").touch()
            return
        if step.endswith("requirements-references.txt"):
            for line in (folder / "requirements-references.txt").read_text().splitlines():
                self.put(venv, *line.split("=="))
            return
        names = [package.split(">")[0].split("=")[0] for package in
                 course.requirements(folder, "test" if "test" in words[-1] else "lab")[0]]
        for name in [*names, "optimlab"]:
            self.put(venv, name, "1")

    def put(self, venv, name, version):
        for old in self.site(venv).glob(f"{name}-*.dist-info"):
            shutil.rmtree(old)
        info = self.site(venv) / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")

    @staticmethod
    def site(venv):
        inside = "Lib" if os.name == "nt" else "lib/python{}.{}".format(*sys.version_info[:2])
        return venv / inside / "site-packages"

    def since(self):
        calls, self.calls = self.calls, []
        return calls


@pytest.fixture
def installer(monkeypatch):
    installer = Installer()
    monkeypatch.setattr(course, "run_tool", installer)
    monkeypatch.setattr(course.shutil, "which", lambda name: None)
    return installer


def change(root, old, new):
    path = root / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_it_installs_again_only_when_the_requirements_change(root, installer):
    python = course.set_up(root, "lab")
    assert subprocess.run([python, "-c", ""]).returncode == 0
    assert installer.since() == ["pip make", "pip install ."]
    course.set_up(root, "lab")
    change(root, "[tool.ruff]", "# A remark.\n[tool.ruff]")
    course.set_up(root, "lab")
    assert installer.since() == []
    change(root, '"numpy>=2.0"', '"numpy>=2.1"')
    course.set_up(root, "lab")
    course.set_up(root, "lab")
    assert installer.since() == ["pip install ."]


def test_what_only_tests_need_comes_with_test(root, installer):
    course.set_up(root, "lab")
    course.set_up(root, "test")
    assert installer.since() == ["pip make", "pip install .", "pip install .[test]"]
    course.set_up(root, "lab")
    course.set_up(root, "test")
    assert installer.since() == []
    change(root, '"jupytext', '"pandas", "jupytext')
    course.set_up(root, "lab")
    assert installer.since() == []
    course.set_up(root, "test")
    assert installer.since() == ["pip install .[test]"]


def test_reference_libraries_are_installed_once_and_with_pip(root, installer, monkeypatch):
    monkeypatch.setattr(course, "hand_over", lambda command, folder, env: env["OPTIMLAB_REQUIRE_REFERENCES"])
    monkeypatch.setattr(course.shutil, "which", lambda name: "uv" if name == "uv" else None)
    listed = root / "requirements-references.txt"
    install = f"pip install {listed}"
    listed.write_text("torch==2.13.0\npytorch_optimizer==4.1.0\n")
    assert course.test(root, fast=True, references=True) == "1"
    assert installer.since()[-1] == install
    course.test(root, fast=True, references=True)
    assert installer.since() == []
    listed.write_text("torch==2.13.1\npytorch_optimizer==4.1.0\n")
    course.test(root, fast=True, references=True)
    assert installer.since() == [install]


def test_a_build_of_the_reference_version_counts_as_it(root, installer, monkeypatch):
    monkeypatch.setattr(course, "hand_over", lambda command, folder, env: 0)
    (root / "requirements-references.txt").write_text("torch==2.13.0\n")
    course.set_up(root, "test")
    installer.put(root / ".venv", "torch", "2.13.0+cpu")
    installer.since()
    course.test(root, fast=True, references=True)
    assert installer.since() == []


def test_without_the_word_no_reference_library_is_wanted(handed, root, monkeypatch):
    monkeypatch.setattr(course, "ROOT", root)
    monkeypatch.delenv("OPTIMLAB_REQUIRE_REFERENCES", raising=False)
    course.main(["test", "--fast"])
    assert "OPTIMLAB_REQUIRE_REFERENCES" not in handed["env"]


def test_a_package_that_was_taken_out_comes_back(root, installer):
    course.set_up(root, "lab")
    (installer.site(root / ".venv") / "ipywidgets-1.dist-info" / "METADATA").unlink()
    (installer.site(root / ".venv") / "ipywidgets-1.dist-info").rmdir()
    installer.since()
    course.set_up(root, "lab")
    assert installer.since() == ["pip install ."]


@pytest.mark.parametrize("step", ["make", "install ."])
def test_after_an_interruption_the_environment_is_made_anew(root, installer, step, capsys):
    installer.stops = step
    with pytest.raises(KeyboardInterrupt):
        course.set_up(root, "lab")
    installer.stops = None
    installer.since()
    course.set_up(root, "lab")
    assert installer.since() == ["pip make", "pip install ."]
    assert "the last set-up was interrupted" in capsys.readouterr().out
    assert not list(root.glob(".venv-*"))


def test_a_failed_update_leaves_the_environment_that_works(root, installer):
    course.set_up(root, "lab")
    change(root, '"numpy>=2.0"', '"numpy>=2.1"')
    installer.fails["pip"] = "NewConnectionError"
    with pytest.raises(course.ToolFailed):
        course.set_up(root, "lab")
    change(root, '"numpy>=2.1"', '"numpy>=2.0"')
    installer.since()
    course.set_up(root, "lab")
    assert installer.since() == []


def test_an_update_that_filled_the_disk_is_not_trusted(root, installer):
    course.set_up(root, "lab")
    change(root, '"numpy>=2.0"', '"numpy>=2.1"')
    installer.fails["pip"] = "OSError: [Errno 28] No space left on device"
    with pytest.raises(course.ToolFailed):
        course.set_up(root, "lab")
    installer.fails.clear()
    installer.since()
    course.set_up(root, "lab")
    assert installer.since() == ["pip make", "pip install ."]


def test_a_moved_course_gets_a_new_environment(root, installer, capsys):
    course.set_up(root, "lab")
    moved = root.rename(root.with_name("another folder"))
    installer.since()
    course.set_up(moved, "lab")
    assert installer.since() == ["pip make", "pip install ."]
    assert "moved to another folder" in capsys.readouterr().out


def test_an_environment_of_another_python_is_made_anew(root, installer, capsys):
    course.set_up(root, "lab")
    stamp = course.read_stamp(root)
    course.write_stamp(root, {**stamp, "python": [3, 99]})
    installer.since()
    course.set_up(root, "lab")
    assert installer.since() == ["pip make", "pip install ."]
    assert "made by another Python" in capsys.readouterr().out


def test_an_environment_whose_python_is_gone_is_made_anew(root, installer):
    course.set_up(root, "lab")
    course.python_of(root / ".venv").unlink()
    installer.since()
    course.set_up(root, "lab")
    assert installer.since() == ["pip make", "pip install ."]


def test_a_stamp_that_cannot_be_read_is_an_interruption(root, installer):
    course.set_up(root, "lab")
    (root / ".venv" / course.STAMP).write_text("{")
    installer.since()
    course.set_up(root, "lab")
    assert installer.since() == ["pip make", "pip install ."]


def test_someone_elses_environment_is_used_if_it_works(root, installer):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root / ".venv")], check=True)
    (installer.site(root / ".venv") / "pip").mkdir()
    (installer.site(root / ".venv") / "pip" / "__init__.py").touch()
    (root / ".venv" / "theirs.txt").write_text("theirs")
    course.set_up(root, "lab")
    assert installer.since() == ["pip install ."]
    assert (root / ".venv" / "theirs.txt").read_text() == "theirs"


def test_someone_elses_environment_is_set_aside_if_it_does_not(root, installer, capsys):
    (root / ".venv").mkdir()
    (root / ".venv" / "theirs.txt").write_text("theirs")
    course.set_up(root, "lab")
    assert installer.since() == ["pip make", "pip install ."]
    assert (root / ".venv-old" / "theirs.txt").read_text() == "theirs"
    assert "kept as .venv-old" in capsys.readouterr().out


def test_uv_is_used_where_it_is_found(root, installer, monkeypatch):
    monkeypatch.setattr(course.shutil, "which", lambda name: "/bin/uv" if name == "uv" else None)
    course.set_up(root, "lab")
    assert installer.since() == ["uv make", "uv install ."]


def test_where_uv_fails_pip_takes_over(root, installer, monkeypatch, capsys):
    monkeypatch.setattr(course.shutil, "which", lambda name: "/bin/uv" if name == "uv" else None)
    installer.fails["uv"] = "error: no such mirror"
    course.set_up(root, "lab")
    assert installer.since() == ["uv make", "pip make", "pip install ."]
    assert "uv could not do it (error: no such mirror)" in capsys.readouterr().out
    assert not list(root.glob(".venv-*"))


def test_a_python_without_ensurepip_names_the_package(root, installer, monkeypatch):
    monkeypatch.setattr(course.importlib.util, "find_spec", lambda name: name != "ensurepip" or None)
    with pytest.raises(course.Stop, match="sudo apt-get install python3-venv"):
        course.set_up(root, "lab")
    assert not (root / ".venv").exists()


def test_half_a_clone_is_told_from_a_whole_one(root):
    (root / "pyproject.toml").unlink()
    with pytest.raises(course.Stop, match="git clone"):
        course.set_up(root, "lab")


def test_a_broken_pyproject_is_named(root, installer):
    (root / "pyproject.toml").write_text("<<<<<<< HEAD\n")
    with pytest.raises(course.Stop, match=r"pyproject\.toml cannot be read .* `git diff pyproject.toml`"):
        course.set_up(root, "lab")


def test_two_set_ups_take_turns(root, installer, capsys):
    with course.only_one(root / ".venv.lock"):
        second = threading.Thread(target=course.set_up, args=(root, "lab"))
        second.start()
        time.sleep(0.5)
        assert installer.since() == []
    second.join(timeout=60)
    assert installer.since() == ["pip make", "pip install ."]
    assert capsys.readouterr().out.count("waiting for it") == 1


# Running tools and saying what went wrong


def test_a_tool_is_quiet_unless_it_fails(root, capfd):
    course.run_tool([sys.executable, "-c", "print('chatter')"], "trying", root)
    assert "chatter" not in "".join(capfd.readouterr())
    with pytest.raises(course.ToolFailed, match="chatter") as failure:
        course.run_tool([sys.executable, "-c", "print('chatter'); raise SystemExit(3)"], "trying", root)
    assert str(failure.value).strip() == "chatter"
    assert "trying ... failed after" in capfd.readouterr().out
    assert not (root / ".venv.log").exists()


@pytest.mark.parametrize("text, sentence", [
    ("ERROR: Could not install packages: [Errno 28] No space left on device", "disk is full"),
    ("error: failed to write: No space left on device (os error 28)", "disk is full"),
    ("OSError: [WinError 112] There is not enough space on the disk", "disk is full"),
    ("Retrying ... NewConnectionError('<pip._vendor...>: [Errno 111] Connection refused')", "registry"),
    ("[Errno -3] Temporary failure in name resolution", "registry"),
    ("error: Failed to fetch\n  Caused by: dns error: failed to lookup address information", "registry"),
    ("ERROR: [WinError 32] The process cannot access the file", "end other JupyterLabs"),
    ("ERROR: [Errno 13] Permission denied: '.venv/bin/jupyter'", "end other JupyterLabs"),
    ("It was not created because ensurepip is not\navailable.", "apt-get install python3-venv"),
    ("error: metadata-generation-failed", "reason printed above"),
])
def test_a_failed_install_is_explained_in_one_sentence(text, sentence):
    explained = course.explain(text)
    assert sentence in explained
    assert explained.count(". ") == 0 and explained.endswith(".") and "`{again}`" in explained


@pytest.mark.parametrize("error, code, sentence", [
    (course.Stop("Run `{again}`."), 1, "Run `python3 course.py lab 04`.\n"),
    (course.ToolFailed("pip said this"), 1,
     "pip said this\nThe install failed for the reason printed above: mend that, then run "
     "`python3 course.py lab 04`.\n"),
    (KeyboardInterrupt(), 130, "Stopped: run `python3 course.py lab 04` when you want to go on.\n"),
    (OSError(28, "No space left on device"), 1,
     "The disk is full: free about 1 GB, then run `python3 course.py lab 04`.\n"),
    (PermissionError(13, "Permission denied", "work"), 1,
     "Permission denied (work): mend that, then run `python3 course.py lab 04`.\n"),
])
def test_every_failure_ends_with_the_command_to_run(error, code, sentence, monkeypatch, capsys):
    def fail(*arguments):
        raise error

    monkeypatch.setattr(course, "lab", fail)
    assert course.main(["lab", "04"]) == code
    assert capsys.readouterr().err == sentence


def test_an_old_python_can_read_course_py_and_is_told(monkeypatch, capsys):
    source = (ROOT / "course.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 6))
    monkeypatch.setattr(sys, "version_info", (3, 6, 15, "final", 0))
    monkeypatch.setattr(course, "starts", lambda name, flag: name == "python3.12")
    assert course.main(["lab"]) == 1
    said = capsys.readouterr().err.strip()
    need, mend = said.split(": ")
    assert need == "The course needs Python 3.11 or newer and this is 3.6"
    assert mend == "run it with `python3.12` instead of python3."
    monkeypatch.setattr(course, "starts", lambda name, flag: False)
    course.main(["lab"])
    assert "install one from python.org" in capsys.readouterr().err


def test_course_py_needs_the_standard_library_alone():
    tree = ast.parse((ROOT / "course.py").read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in imports if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_importing_needs_no_newer_library_than_python_3_6():
    """What is imported at the top of the file was there in 3.6; tomllib, fcntl and msvcrt wait until used."""
    tree = ast.parse((ROOT / "course.py").read_text(encoding="utf-8"))
    top = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    assert not top & {"tomllib", "fcntl", "msvcrt", "graphlib", "zoneinfo", "dataclasses", "contextvars"}


# The two commands


@pytest.fixture
def handed(monkeypatch):
    """What would be run in the end."""
    handed = {}

    def hand_over(command, folder, env):
        handed.update(command=command, folder=folder, env=env)
        return 0

    monkeypatch.setattr(course, "hand_over", hand_over)
    monkeypatch.setattr(course, "set_up", lambda root, level: handed.update(level=level) or Path("python"))
    return handed


@pytest.mark.parametrize("arguments", [
    ["-k", "sgd"],
    ["--fast", "-x"],
    ["tests/optim", "-k", "sgd and not slow", "--maxfail=3", "-q"],
    ["-m", "not slow", "tests/test_plots.py::test_x", "--fast", "--lf"],
])
def test_arguments_go_on_to_pytest(arguments, handed, root, monkeypatch):
    monkeypatch.setattr(course, "ROOT", root)
    monkeypatch.setenv("OPTIMLAB_CHROMIUM", sys.executable)
    assert course.main(["test", *arguments]) == 0
    fast = ["--fast"] if "--fast" in arguments else []
    rest = [argument for argument in arguments if argument != "--fast"]
    assert handed["command"] == ["python", "-m", "pytest", *course.SIDE_BY_SIDE, *fast, *rest]
    assert handed["level"] == "test" and handed["folder"] == root


def test_lab_serves_the_learners_copy(handed, root, monkeypatch):
    monkeypatch.setattr(course, "ROOT", root)
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    assert course.main(["lab", "4", "--no-browser", "--port", "9123"]) == 0
    command = handed["command"]
    assert command[:3] == ["python", "-m", "jupyterlab"]
    assert "--LabApp.default_url=/lab/tree/04_ball.ipynb" in command
    assert "--ServerApp.root_dir=" + (root / "work").as_posix() in command
    assert "--no-browser" in command and "--port=9123" in command
    assert handed["level"] == "lab" and handed["folder"] == root / "work"
    assert (root / "work" / "04_ball.ipynb").exists()
    assert "PYTHONPATH" not in handed["env"]
    assert all(Path(handed["env"][f"JUPYTER_{kind}_DIR"]).is_relative_to(root) for kind in ("CONFIG", "DATA"))


def test_the_news_pop_up_is_off(handed, root, monkeypatch):
    monkeypatch.setattr(course, "ROOT", root)
    course.main(["lab"])
    overrides = root / ".venv" / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    settings = json.loads(overrides.read_text())["@jupyterlab/apputils-extension:notification"]
    assert settings == {"fetchNews": "false", "checkForUpdates": False}


def test_its_server_loads_the_extension(handed, root, monkeypatch):
    monkeypatch.setattr(course, "ROOT", root)
    course.main(["lab"])
    config = root / ".venv" / "etc" / "jupyter" / "jupyter_server_config.d" / "optimlab.json"
    assert json.loads(config.read_text())["ServerApp"]["jpserver_extensions"] == {"optimlab.server": True}


def test_an_unknown_argument_of_lab_is_refused(handed, capsys):
    with pytest.raises(SystemExit):
        course.main(["lab", "--browse"])
    assert "--browse" in capsys.readouterr().err
    assert handed == {}


def test_handing_over_keeps_the_exit_code(tmp_path):
    child = "import os, sys; print(os.getcwd(), os.environ['WHO']); sys.exit(7)"
    parent = (
        "import course, os, pathlib, sys; print('first');"
        f"sys.exit(course.hand_over([sys.executable, '-c', {child!r}], pathlib.Path({str(tmp_path)!r}),"
        " {**os.environ, 'WHO': 'me'}))"
    )
    done = subprocess.run([sys.executable, "-c", parent], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 7
    assert done.stdout.splitlines() == ["first", f"{os.path.realpath(tmp_path)} me"]


@posix
def test_ci_run_wants_a_browser_and_passes_the_exit_code_on(tmp_path):
    tell = 'echo "$PWD|$OPTIMLAB_REQUIRE_BROWSER|$*"; if read -r line; then echo "stdin"; fi; exit 5\n'
    script(tmp_path / "bin" / "python3", tell)
    env = {**os.environ, "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    env.pop("OPTIMLAB_REQUIRE_BROWSER", None)
    done = subprocess.run([ROOT / ".ci" / "run", "-k", "sgd"], cwd=tmp_path, env=env, input="typed\n",
                          capture_output=True, text=True)
    assert done.returncode == 5
    assert done.stdout == f"{ROOT}|1|course.py test --references -k sgd\n"


# The browser


def test_a_browser_named_outright_is_taken_or_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("OPTIMLAB_CHROMIUM", sys.executable)
    assert course.find_browser() == sys.executable
    monkeypatch.setenv("OPTIMLAB_CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(course.Stop, match="OPTIMLAB_CHROMIUM is .*none.*, which is no file"):
        course.find_browser()


@posix
def test_a_browser_that_does_not_start_is_passed_over(monkeypatch, tmp_path):
    monkeypatch.delenv("OPTIMLAB_CHROMIUM", raising=False)
    script(tmp_path / "chromium-browser", "echo this needs the chromium snap >&2; exit 1\n")
    chrome = script(tmp_path / "google-chrome", "echo Chrome 130\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert course.find_browser(tmp_path) == str(chrome)


class Bare:
    """A Debian machine without a browser, where the installer named `works` can bring one."""

    def __init__(self, works):
        self.works, self.tried, self.browser = works, [], None

    def __call__(self, command, what, folder, lock=None):
        self.tried.append(" ".join(command))
        if self.works not in command:
            raise course.ToolFailed("no")
        if "install" in command:
            self.browser = "/usr/bin/chromium"


@pytest.fixture
def bare(request, monkeypatch):
    bare = Bare(request.param)
    monkeypatch.setattr(course, "run_tool", bare)
    monkeypatch.setattr(course, "find_browser", lambda root: bare.browser)
    monkeypatch.setattr(course.shutil, "which", lambda name: "/usr/bin/" + name)
    monkeypatch.setattr(course, "starts", lambda *command: True)
    monkeypatch.setattr(course.os, "geteuid", lambda: 1000, raising=False)
    return bare


APT = "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get "
PLAYWRIGHT = "python -m playwright install chromium"


@pytest.mark.parametrize("bare", ["apt-get"], indirect=True)
def test_debians_chromium_is_installed_after_an_update(bare, root):
    assert course.install_browser(root, "python") == "/usr/bin/chromium"
    assert bare.tried == [APT + "update", APT + "install --yes --no-install-recommends chromium"]


@pytest.mark.parametrize("bare", ["playwright"], indirect=True)
def test_where_apt_cannot_playwright_is_tried(bare, root):
    assert course.install_browser(root, "python") == "/usr/bin/chromium"
    assert bare.tried[-1] == PLAYWRIGHT and len(bare.tried) == 3


@pytest.mark.parametrize("bare", ["nothing"], indirect=True)
def test_without_rights_apt_is_not_tried(bare, root, monkeypatch, capsys):
    monkeypatch.setattr(course, "starts", lambda *command: False)
    assert course.install_browser(root, "python") is None
    assert bare.tried == [PLAYWRIGHT]
    assert "browser tests are skipped: `sudo apt-get install chromium` mends it" in capsys.readouterr().out


def test_matrices_run_in_one_thread_unless_you_choose_otherwise(root, monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    env = course.environment_variables(root)
    assert (env["OPENBLAS_NUM_THREADS"], env["OMP_NUM_THREADS"]) == ("1", "3")
