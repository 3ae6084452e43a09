"""The pages beside the lessons: the map, the glossary and the cheat sheet, against what is there."""

import inspect
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

import course
import optimlab
from optimlab import losses

ROOT = Path(__file__).parents[1]
PAGES = {name: (ROOT / "lessons" / name).read_text(encoding="utf-8")
         for name in ("README.md", "glossary.md", "cheat_sheet.md")}
LESSONS = {lesson.name[:2]: lesson for lesson in course.lessons(ROOT)}
ROWS = {row[0]: row[1:] for row in re.findall(
    r"^\| (\d\d) \| (.+?) \| (.+?) \| (\d+) \| (.+?) \| (.*?) ?\|$", PAGES["README.md"], re.MULTILINE)}


def markdown(lesson):
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def test_the_map_has_all_eighteen_lessons_in_order():
    assert list(ROWS) == [f"{n:02}" for n in range(18)]


@pytest.mark.parametrize("number", sorted(LESSONS))
def test_a_lesson_that_is_there_has_its_title_its_minutes_and_both_links(number):
    title, _, minutes, _, binder = ROWS[number]
    text, name = markdown(LESSONS[number]), LESSONS[number].name
    assert title == f"[{re.search(r'^# (.+)', text, re.MULTILINE)[1]}]({name})"
    assert f"**Time** {minutes} minutes" in text
    address = urlsplit(re.fullmatch(r"\[Binder\]\((.+)\)", binder)[1])
    assert address.netloc == "mybinder.org"
    assert parse_qs(address.query) == {"urlpath": [f"lab/tree/lessons/{name}"]}


@pytest.mark.parametrize("number", sorted(LESSONS))
def test_the_map_and_a_lesson_name_the_same_needs(number):
    needs = re.search(r"\*\*You need\*\* (.+?)(?: · |$)", markdown(LESSONS[number]), re.MULTILINE)[1]
    assert set(re.findall(r"\b\d\d\b", needs)) == set(re.findall(r"\d\d", ROWS[number][3]))


def test_a_lesson_that_is_not_there_has_no_link():
    assert [n for n, row in ROWS.items() if n not in LESSONS and ("](" in row[0] or row[-1])] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)\)", PAGES[page])
    assert links
    assert [link for link in links if "://" not in link and not (ROOT / "lessons" / link).exists()] == []


def recurrence(name):
    """The first indented block of an optimizer's docstring."""
    text = inspect.cleandoc(getattr(optimlab, name).__doc__) + "\n"
    found = re.search(r"\n\n((?:    .*\n)+)", text)
    return found and found[1]


def test_every_rule_is_on_the_cheat_sheet_as_its_class_states_it():
    sheet = dict(re.findall(r"^### (\w+)\n\n((?:    .*\n)+)", PAGES["cheat_sheet.md"], re.MULTILINE))
    base = {"Optimizer", "Group"}
    assert sheet == {name: recurrence(name) for name in set(optimlab._OPTIMIZERS) - base}


def test_the_slopes_on_the_cheat_sheet_are_the_librarys():
    z, y, d = np.array([[-2.3, 0.4, 1.7]]), np.array([[0.0, 1.0, 1.0]]), 1.0
    p, q = 1 / (1 + np.exp(-z)), np.exp(z) / np.exp(z).sum()
    rows = dict(re.findall(r"^\| ([^|]+?) \| [^|]+? \| `([^`]+)`", PAGES["cheat_sheet.md"], re.MULTILINE))
    names = {"output": z, "y": y, "p": p, "sign": np.sign, "clip": np.clip, "delta": d}
    for row, (_, slope) in {
        "squared error": losses.mse(z, y),
        "absolute error": losses.mae(z, y),
        "Huber": losses.huber(z, y, d),
        "cross-entropy, yes or no": losses.binary_cross_entropy(z, y),
    }.items():
        np.testing.assert_allclose(eval(rows[row], {}, names) / 3, slope, rtol=1e-12)  # noqa: S307
    slope = losses.cross_entropy(z, np.array([1]))[1]
    classes = eval(rows["cross-entropy, classes"], {}, {"p": q, "y": 1, "onehot": lambda i: np.eye(3)[i]})
    np.testing.assert_allclose(classes, slope, rtol=1e-12)


def test_the_glossary_is_in_order():
    names = re.findall(r"^\*\*(.+?)\.\*\*", PAGES["glossary.md"], re.MULTILINE)
    assert len(names) > 30
    assert names == sorted(names, key=str.lower)
