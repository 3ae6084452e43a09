"""What README.md and CONTRIBUTING.md promise is there."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import course

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LESSONS = course.lessons(ROOT)


def title(lesson):
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    return re.match(r"# (.+)", "".join(cells[0]["source"]))[1]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_file_that_is_linked_to_is_there(name):
    links = re.findall(r"\]\(([^)#\s]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_the_table_holds_every_lesson_under_its_title():
    rows = re.findall(r"^\| (\d\d) \| \[(.+?)\]\((.+?)\) \|", README, re.MULTILINE)
    assert rows == [(lesson.name[:2], title(lesson), f"lessons/{lesson.name}") for lesson in LESSONS]


def test_the_badge_opens_the_first_lesson():
    address = re.search(r"\(https://mybinder\.org/(v2/\S+)\)", README)[1]
    assert parse_qs(urlsplit(address).query) == {"urlpath": [f"lab/tree/lessons/{LESSONS[0].name}"]}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_picture_has_alt_text(name):
    assert not re.search(r"!\[\s*\]", (ROOT / name).read_text(encoding="utf-8"))


def test_what_contributing_names_is_there():
    """Paths in backticks, those with NN or name in them left out."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = [path for path in re.findall(r"`((?:optimlab|tests|lessons|\.ci)/[\w./]*)`", text)
             if "NN" not in path and "name" not in path]
    assert len(paths) >= 6
    assert [path for path in paths if not (ROOT / path).exists()] == []
