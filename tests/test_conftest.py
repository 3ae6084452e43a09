"""The order of the tests, --fast, and what happens where there is no browser."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run(tmp_path):
    """Run pytest in a course of three tests on a machine without a browser; return (exit code, output)."""
    for name in ("conftest.py", "course.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    with open(tmp_path / "course.py", "a", encoding="utf-8") as file:
        file.write("\n\ndef browser_places(root):\n    return []\n")
    for folder in ("browser", "lessons", "zoo"):
        (tmp_path / "tests" / folder).mkdir(parents=True)
        (tmp_path / "tests" / folder / "test_one.py").write_text(f"def test_{folder}():\n    pass\n")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "test_mine.py").write_text("def test_mine():\n    assert False\n")
    (tmp_path / "optimlab").mkdir()
    (tmp_path / "optimlab" / "room.py").write_text('"""\n>>> 1 + 1\n2\n"""\n')

    def run(*arguments, **variables):
        ours = ("OPTIMLAB", "PYTEST")
        env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        command = [sys.executable, "-m", "pytest", "-v", "--color=no", "-p", "no:cacheprovider", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env={**env, **variables}, capture_output=True, text=True)
        return done.returncode, done.stdout

    return run


def test_fast_tests_come_first_and_a_missing_browser_is_said(run):
    code, output = run("-rs")
    ran = [line.split("::")[1].split()[0] for line in output.splitlines() if "%]" in line]
    assert ran == ["optimlab.room", "test_zoo", "test_browser", "test_lessons"]
    assert code == 0
    assert "3 passed, 1 skipped" in output.splitlines()[-1]
    assert "no Chromium, Chrome or Edge was found: `python3 course.py test` installs one" in output


def test_side_by_side_one_process_has_the_browser(run, tmp_path):
    two = "import time\n\n\ndef test_browser():\n    time.sleep(1)\n"
    for name in ("test_one.py", "test_two.py"):
        (tmp_path / "tests" / "browser" / name).write_text(two)
    code, output = run("-n", "2", OPTIMLAB_CHROMIUM=sys.executable)
    assert code == 0
    ran = re.findall(r"\[(gw\d)\] \[ *\d+%\] PASSED tests/browser/", output)
    assert len(ran) == 2 and len(set(ran)) == 1


def test_a_required_browser_that_is_missing_is_a_failure(run):
    code, output = run(OPTIMLAB_REQUIRE_BROWSER="1")
    assert code == 1
    assert "3 passed, 1 error" in output.splitlines()[-1]


def test_a_browser_that_is_there_is_used(run):
    code, output = run(OPTIMLAB_CHROMIUM=sys.executable, OPTIMLAB_REQUIRE_BROWSER="1")
    assert code == 0
    assert "4 passed" in output.splitlines()[-1]


def test_a_browser_named_wrongly_is_a_failure(run):
    code, output = run(OPTIMLAB_CHROMIUM="/no/such/browser")
    assert code != 0
    assert "OPTIMLAB_CHROMIUM is '/no/such/browser', which is no file" in output


def test_fast_leaves_out_lessons_and_browser(run):
    code, output = run("--fast", OPTIMLAB_REQUIRE_BROWSER="1")
    assert code == 0
    assert "2 passed" in output.splitlines()[-1]
