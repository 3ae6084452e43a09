"""The guide for teachers keeps up with the lessons: every lesson, every exercise and every link is there."""

import re
from pathlib import Path

import numpy as np
import pytest

from optimlab.exercises import REGISTRY

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "teaching"
PAGES = sorted(GUIDE.glob("*.md"))
NUMBERS = [f"{k:02d}" for k in range(18)]
MAP = (ROOT / "lessons" / "README.md").read_text(encoding="utf-8")


def text(name):
    return (GUIDE / name).read_text(encoding="utf-8")


def rows(markdown):
    """number -> the cells of each table row that starts with a lesson's number."""
    found = re.findall(r"(?m)^\| (\d\d) \|(.*)\|$", markdown)
    return {number: [cell.strip() for cell in rest.split("|")] for number, rest in found}


def test_the_map_has_every_lesson_with_its_minutes_and_needs():
    ours, theirs = rows(text("README.md")), rows(MAP)
    assert list(ours) == list(theirs) == NUMBERS
    for number in NUMBERS:
        assert ours[number][2:4] == theirs[number][2:4], number


def test_every_lesson_has_a_board_plan_of_75_minutes():
    plans = re.split(r"(?m)^## (?=\d\d )", text("board_plans.md"))[1:]
    assert [plan[:2] for plan in plans] == NUMBERS
    for plan in plans:
        assert all(f"**{part}**" in plan for part in ("Core", "Draw", "Expect", "Discuss")), plan[:40]
        core = plan.split("**Core**")[1].split("**Draw**")[0]
        assert sum(map(int, re.findall(r"(\d+) min", core))) == 75, plan[:40]


def test_the_schedules_name_exercises_that_exist():
    named = set()
    for first, last in re.findall(r"(?<![\d.])(\d\d\.\d+)(?: to (\d\d\.\d+))?", text("schedules.md")):
        named |= {first, last or first}
    assert len(named) > 40
    assert named <= set(REGISTRY)
    weeks = [len(re.findall(r"(?m)^\| \d+ \|", part)) for part in text("schedules.md").split("\n## ")[1:4]]
    assert weeks == [4, 8, 14]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_answers_of_the_quiz_are_right():
    answers = {int(number): answer for number, answer in
               re.findall(r"(?m)^\| (\d+) \| ([^|]+?) \|", text("prerequisites.md"))}
    assert len(answers) == len(re.findall(r"(?m)^\d+\. ", text("prerequisites.md"))) == 10
    assert float(answers[1]) == 6 * 2 and float(answers[2]) == 3**2
    assert np.isclose(float(answers[3]), (np.tanh(2e-6) - np.tanh(-2e-6)) / 2e-6)
    a = np.array([1.0, 2.0])
    b = a
    b[0] = 9.0
    assert answers[5].startswith(str(a.tolist()))
    A, x = np.ones((5, 3)), np.ones(3)
    assert answers[6] == f"{(A @ x).shape} and {(A * x).shape}"
    assert answers[7] == str((np.ones(100) - np.ones((100, 1))).shape)
    assert answers[8] == "1/25 and 1/5"
    assert answers[9].startswith("2 and 5") and np.linalg.eigvalsh(np.diag([2.0, 5.0])).tolist() == [2, 5]


def test_the_points_of_the_rubrics_add_up():
    clinic, first, second = text("rubrics.md").split("\n## ")[1:4]
    for part, whole in ((clinic, 10), (first, 30), (second, 40)):
        assert sum(map(int, re.findall(r"(?m)^\| (\d+)", part))) == whole
