"""docs/comparing.md says what is there."""

import re
from pathlib import Path

from optimlab import compare
from optimlab.compare.toml import load

TEXT = (Path(__file__).parents[2] / "docs" / "comparing.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_study_in_the_file_can_be_read(tmp_path):
    (toml,) = blocks("toml")
    (tmp_path / "digits.toml").write_text(toml)
    plan = load(tmp_path / "digits.toml")
    assert repr(plan.study).startswith("Study(1 problem, 3 optimizers of 12 settings, 5 seeds")
    assert plan.report.name == "digits.html"


def test_every_name_that_is_shown_is_there():
    code = "\n".join(blocks("python")) + TEXT
    for block in blocks("python"):
        compile(block, "comparing.md", "exec")
    names = set(re.findall(r"\bcompare\.(\w+)", code)) - {"jsonl"}
    assert len(names) > 8 and all(hasattr(compare, name) for name in names)
    methods = set(re.findall(r"\bresult\.(\w+)", code))
    assert len(methods) > 10 and all(hasattr(compare.Comparison, name) for name in methods)


def test_named_problems_of_the_page_and_of_the_package_run():
    for name in compare.PROBLEMS:
        assert compare.named(name).told()
