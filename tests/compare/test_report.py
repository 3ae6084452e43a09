"""Tables, pictures and pages say what the numbers say, and no more."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimlab import compare, landscapes
from optimlab.compare.report import verdict


@pytest.fixture(scope="module")
def result():
    problems = [compare.Walk(landscapes.valley(10), 60, noise=0.3, name="gentle"),
                compare.Walk(landscapes.valley(100), 60, noise=0.3, name="steep")]
    lrs = compare.lrs(1e-4, 10, 6)
    return compare.Study(problems, {"SGD": lrs, "momentum": lrs, "Adam": lrs}, seeds=3, finals=8,
                         name="two <valleys>").run(workers=1, progress=False)


@pytest.mark.parametrize("ending", ["html", "md"])
def test_the_page_holds_what_one_needs_to_believe_it_and_to_have_it_again(result, tmp_path, ending):
    page = result.report(tmp_path / f"page.{ending}")
    text = page.read_text(encoding="utf-8")
    for name in ("SGD", "momentum", "Adam", "gentle", "steep"):
        assert name in text
    assert "seeds: [0, 1, 2]" in text and "numpy: " in text and "date: " in text and "DeepOBS" in text
    assert "diverged" in text and "What to doubt" in text
    assert all(sentence.split(";")[0] in text for sentence in result.warnings)
    if ending == "html":
        assert "two &lt;valleys&gt;" in text and "<valleys>" not in text
        pictures = re.findall(r'<img alt="([^"]*)"', text)
    else:
        pictures = re.findall(r"!\[(.*?)\]\((.+?)\)", text)
        assert all((tmp_path / file).is_file() for _, file in pictures)
        pictures = [alt for alt, _ in pictures]
    assert len(pictures) == 5 and all(len(alt) > 30 for alt in pictures)
    assert plt.get_fignums() == []


def test_a_page_with_another_ending_or_folder_is_refused(result, tmp_path):
    with pytest.raises(ValueError, match=".html or .md"):
        result.report(tmp_path / "page.pdf")
    with pytest.raises(FileNotFoundError, match="no folder"):
        result.report(tmp_path / "no" / "page.md")


def test_the_u_curve_draws_the_medians(result):
    ax = result.u_curves("steep").axes[0]
    drawn = {line.get_label(): line for line in ax.lines}
    for name in result.names:
        curve = result.sensitivity(name, "steep")
        np.testing.assert_array_equal(drawn[name].get_xdata(), curve.lrs)
        seen = np.where(np.isinf(curve.median), np.nan, curve.median)
        np.testing.assert_array_equal(drawn[name].get_ydata(), seen)
    assert ax.get_xscale() == ax.get_yscale() == "log"
    plt.close(ax.figure)


def test_the_window_is_what_lies_within_twice_the_best(result):
    curve = result.sensitivity("Adam", "gentle")
    inside = curve.lrs[curve.median <= 2 * curve.median.min()]
    assert curve.window == pytest.approx(inside.max() / inside.min())


def test_the_verdict_is_no_surer_than_the_intervals(result):
    first, *others = result.order("steep")
    words = verdict(result, "steep")
    assert words.startswith(f"{first} has the lowest median")
    for other in others:
        one = result.paired(first, other, "steep")
        better, _, even = words.partition("No difference")
        assert (other in better.replace(first, "", 1)) == one.sure == (other not in even)


def test_fresh_seeds_judge_and_the_others_choose(result):
    runs = result.runs("Adam", "steep")
    assert [one.seed for one in runs] == list(range(1000, 1008))
    chosen = [one.score for one in result.results if one.problem == "steep" and one.optimizer == "Adam"
              and not one.final and one.setting == result.best("Adam", "steep").setting]
    assert len(chosen) == 3 and result.best("Adam", "steep").median == np.median(chosen)


def test_profiles_rise_from_the_share_of_wins(result):
    share = result.profile([1, 4])
    times = np.array([np.concatenate([result.steps_to_target(n, p) for p in ("gentle", "steep")])
                      for n in result.names])
    wins = (np.isfinite(times) & (times == times.min(axis=0))).mean(axis=1)
    np.testing.assert_allclose([share[n][0] for n in result.names], wins)
    plt.close(result.profiles())


def test_several_problems_must_be_named(result):
    with pytest.raises(ValueError, match="'gentle', 'steep' is needed, got None"):
        result.table()
    with pytest.raises(ValueError, match="no 'Adma' in this study, only SGD, momentum, Adam"):
        result.best("Adma", "steep")


def test_without_final_runs_the_table_says_that_nothing_was_read():
    moons = compare.named("moons mlp", epochs=1)
    one = compare.Study(moons, {"SGD": [{"lr": 0.1}]}, seeds=2, finals=0).run(workers=1, progress=False)
    assert "not read" in str(one.table())
