"""The engine on exercises made for the test: values, conventions, verdicts, hints, solutions."""

import re

import numpy as np
import pytest

from optimlab import progress
from optimlab.exercises import REGISTRY, Verdict, check, hint, ready, solution
from optimlab.exercises.checking import FAILED
from optimlab.exercises.parts import Exercise, exercise, value_exercise
from optimlab.exercises.registry import collect
from optimlab.exercises.trace import Seen
from optimlab.exercises.verdict import MARKS, shown

HINTS = ("Look.", "The idea.", "The form.", "A twin.")
momentum_step = REGISTRY["04.1"].reference


def uphill(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w + lr * velocity, velocity


def wrong(w, grad, velocity, lr, momentum):
    return w - 0.123 * grad, velocity * 0.3


@pytest.fixture
def added(monkeypatch):
    """Put an Exercise into the registry for one test."""

    def add(new):
        monkeypatch.setitem(REGISTRY, new.id, new)
        return new

    return add


def make_root(added):
    @exercise("90.1", "A root", returns="root", hints=HINTS, after="Well rounded.")
    def root(x):
        """The root of x >= 0."""
        return np.sqrt(x)

    @root.probe("numbers")
    def _(answer):
        for x in (4.0, 9.0, 2.0):
            yield Seen(f"number {x:.0f}", "root", answer(x))

    @root.convention("the negative root", text="Some books take the other one.")
    def _(x):
        return -np.sqrt(x)

    @root.mistake("R-SQUARE", name="a square", sees="It grows.", question="Which way?")
    def _(x):
        return x**2

    return added(root)


def test_a_convention_that_changes_its_argument_is_told_so(added):
    make_root(added).probe("an array")(lambda answer: iter([Seen("array", "root", answer(np.ones(2)))]))

    def changes(x):
        right = -np.sqrt(x)
        if isinstance(x, np.ndarray):
            x *= 2
        return right

    assert check("90.1", changes).mistake == "GD-INPLACE"
    assert check("90.1", lambda x: -np.sqrt(x)).passed


def test_a_habit_can_have_a_name_of_its_own(added):
    root = make_root(added)
    root.mistake("R-COUNTS", name="it counts", sees="It grows.", question="Why?", habit="MOM-CLASSVAR")(id)
    kept = []

    def counts(x):
        kept.append(x)
        return np.sqrt(x) * len(kept)

    verdict = check("90.1", counts)
    assert (verdict.mistake, verdict.text.split("\n")[0]) == ("R-COUNTS", "90.1 mistake: it counts")


def test_a_list_that_contains_itself_is_an_error(added):
    make_root(added)

    def endless(x):
        first, second = [1.0], [2.0]
        first += [second, first, second]
        second += [first, second]
        return first

    assert check("90.1", endless).text.startswith("90.1 error: it returns a list of 4 for root that contains")


def test_a_convention_passes_and_is_named(added):
    make_root(added)
    verdict = check("90.1", lambda x: -(x**0.5))
    assert (verdict.status, verdict.convention, verdict.mistake) == (
        "passed with another convention",
        "the negative root",
        None,
    )
    assert (
        verdict.text
        == "90.1 passed with another convention: the negative root\nSome books take the other one."
    )
    assert verdict.passed and progress.passed("90.1")
    minus = lambda x: -(x**0.5)  # noqa: E731
    assert ready("90.1", minus) is minus


def test_a_habit_can_have_an_id_of_the_exercise(added):
    @exercise("90.6", "Sorted", returns="x", hints=HINTS)
    def in_order(x):
        """Sort."""
        return np.sort(x)

    @in_order.probe("three numbers")
    def _(answer):
        yield Seen("", "x", answer(np.array([3.0, 1.0, 2.0])))

    @in_order.mistake("SORTS-YOURS", "it sorts yours", "Yours is sorted.", "Whose?", habit="GD-INPLACE")
    def sorts_yours(x):
        x.sort()
        return x.copy()

    added(in_order)
    verdict = check("90.6", sorts_yours)
    assert (verdict.mistake, verdict.text.split("\n")[0]) == ("SORTS-YOURS", "90.6 mistake: it sorts yours")
    assert check("90.6", np.sort).passed


def test_a_passed_verdict_says_what_was_tried(added):
    make_root(added)
    assert check("90.1", lambda x: x**0.5).text == "90.1 passed\nTried: numbers.\nWell rounded."
    assert check("90.1", lambda x: x**2).mistake == "R-SQUARE"
    assert check("90.1", lambda x: x / 3).text.startswith("90.1 wrong: root is the first to differ, number 4")


def test_a_value_can_be_an_answer(added):
    @value_exercise("90.2", "Which rule climbs?", hints=HINTS)
    def climbs():
        """Which of the rules a, b, c climbs? Write its letter, in quotes."""
        return "b"

    @climbs.mistake("V-A", name="a goes down", sees="It falls.", question="What is its sign?")
    def _():
        return "a"

    added(climbs)
    assert climbs.stub == "# Which of the rules a, b, c climbs? Write its letter, in quotes.\nclimbs = ...\n"
    assert check("90.2", ...).text == "90.2 not attempted"
    assert check("90.2", "b").status == "passed"
    assert check("90.2", " B ").status == "passed"
    assert check("90.2", "a").mistake == "V-A"
    assert check("90.2", "c").text.startswith("90.2 wrong: answer is another one")
    assert not any("expected" in check("90.2", wrong).text for wrong in "ac"), "that would be the solution"
    assert check("90.2", 3).status == "wrong"
    assert check("90.2", climbs.reference).status == "error"
    assert ready("90.2", ...) == "b"
    assert ready("90.2", "b") == "b"


def test_yes_and_no_can_come_back(added):
    @exercise("90.7", "Is it small?", returns="small", hints=HINTS)
    def is_small(x):
        """True below one."""
        return x < 1

    is_small.probe("two numbers")(lambda answer: (Seen(f"{x}", "small", answer(x)) for x in (0.5, 2.0)))
    added(is_small)
    assert check("90.7", lambda x: np.bool_(x < 1)).status == "passed"
    assert check("90.7", lambda x: int(x < 1)).status == "passed"
    verdict = check("90.7", lambda x: x > 1)
    assert verdict.status == "wrong" and "expected True" in verdict.text


def test_a_number_or_an_array_can_be_an_answer(added):
    @value_exercise("90.3", "Three rates", hints=HINTS)
    def rates():
        """Three rates."""
        return [0.1, 0.2, 0.3]

    added(rates)
    assert check("90.3", np.array([0.1, 0.2, 0.1 + 0.2])).status == "passed"
    assert check("90.3", (0.1, 0.2, 0.3)).status == "passed"
    assert check("90.3", [0.1, 0.2]).status == "wrong"


def test_a_mapping_can_come_back(added):
    @exercise("90.4", "Two arrays by name", returns={"W": "W", "b": "b"}, hints=HINTS)
    def double(params):
        """Twice each."""
        return {name: 2 * array for name, array in params.items()}

    @double.probe("one set")
    def _(answer):
        got = answer({"W": np.ones((2, 2)), "b": np.ones(2)})
        for name in ("W", "b"):
            yield Seen("", name, got[name])

    added(double)
    assert check("90.4", lambda params: {"b": params["b"] * 2, "W": params["W"] * 2}).status == "passed"
    assert "keys W, b" in check("90.4", lambda params: {"W": params["W"] * 2}).text
    aliased = check("90.4", lambda params: {"W": params["W"] * 2, "b": params["b"]})
    assert aliased.status == "wrong"


def test_nan_equals_nan_and_nothing_else(added):
    @exercise("90.5", "Not a number", returns="y", hints=HINTS)
    def log(x):
        """The logarithm."""
        return np.log(x)

    @log.probe("below zero")
    def _(answer):
        yield Seen("-1", "y", answer(np.array([-1.0, 1.0, 0.0])))

    added(log)
    assert check("90.5", lambda x: np.array([np.nan, 0.0, -np.inf])).status == "passed"
    assert check("90.5", lambda x: np.array([0.0, 0.0, -np.inf])).status == "wrong"
    assert check("90.5", lambda x: np.array([np.nan, np.nan, -np.inf])).status == "wrong"
    assert check("90.5", lambda x: np.array([np.nan, 0.0, np.inf])).status == "wrong"


def test_hints_must_be_four():
    with pytest.raises(ValueError, match="exercise 1.1 has 1 hints, expected 4"):
        exercise("1.1", "t", returns="x", hints=("one",))


def test_one_id_belongs_to_one_exercise(monkeypatch):
    from optimlab.exercises import lesson_04

    monkeypatch.setattr(lesson_04, "nesterov_step", lesson_04.nesterov_step)
    twin = Exercise("04.1", "twin", momentum_step, "w", HINTS)
    monkeypatch.setattr(lesson_04, "twin", twin, raising=False)
    with pytest.raises(ValueError, match="two exercises have the id 04.1"):
        collect()


# Two mistakes at once


def test_two_mistakes_at_once_are_both_named():
    def no_root_and_uphill(w, grad, cache, lr, eps):
        cache = cache + grad**2
        return w + lr * grad / (cache + eps), cache

    verdict = check("05.1", no_root_and_uphill)
    assert verdict.mistake == "ADG-NOSQRT+ADG-PLUS"
    first = verdict.text.split("\n")[0]
    assert first.startswith("05.1 mistake: two at once: ") and first.endswith(", and it walks uphill")
    for id in ("ADG-NOSQRT", "ADG-PLUS"):
        assert REGISTRY["05.1"].find_mistake(id).question in verdict.text


def test_what_no_two_mistakes_explain_is_wrong():
    def strange(w, grad, cache, lr, eps):
        cache = cache + grad**2
        return w - lr * np.tanh(grad) / (np.sqrt(cache) + eps), cache

    assert check("05.1", strange).status == "wrong"


# Verdicts


def test_every_status_has_a_mark_and_reads_without_colour():
    assert set(FAILED) < set(MARKS)
    verdicts = [
        check("04.1", momentum_step),
        check("04.1", uphill),
        check("04.1", wrong),
        check("04.1", lambda w, grad, velocity, lr, momentum: ...),
        check("04.1", lambda w, grad, velocity, lr, momentum: 1 / 0),
    ]
    assert [v.status for v in verdicts] == ["passed", "mistake", "wrong", "not attempted", "error"]
    for verdict in verdicts:
        markup = verdict._repr_html_()
        assert repr(verdict) == verdict.text
        assert 'role="status"' in markup
        assert f"04.1 {verdict.status}" in re.sub("<[^>]+>", "", markup)
        assert verdict.text.startswith(f"04.1 {verdict.status}")


def test_text_keeps_the_themes_colours():
    """No text colour and no background of our own: contrast is the theme's, light or dark."""
    for verdict in (check("04.1", uphill), hint("04.1"), solution("04.1")):
        markup = verdict._repr_html_()
        assert set(re.findall(r"(?<![-\w])color:([^;\"]+)", markup)) == {"inherit"}
        assert set(re.findall(r"background[-a-z]*:([^;\"]+)", markup)) <= {"transparent"}


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_borders_show_on_light_and_dark():
    """3:1 is what a graphic needs (WCAG 1.4.11), on JupyterLab's light and dark backgrounds."""
    for _, color in MARKS.values():
        for ground in ("#ffffff", "#111111"):
            light, dark = sorted((luminance(color), luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 3


def test_what_the_learner_wrote_is_escaped():
    def answer(w, grad, velocity, lr, momentum):
        raise ValueError("<script>alert(1)</script>")

    markup = check("04.1", answer)._repr_html_()
    assert "<script>" not in markup and "&lt;script&gt;" in markup


def test_a_verdict_cannot_be_changed():
    with pytest.raises(AttributeError):
        check("04.1", uphill).status = "passed"
    assert isinstance(check("04.1", uphill), Verdict)


def test_numbers_are_shown_in_as_many_digits_as_it_takes_to_tell_them_apart():
    assert shown(np.array(1.23456789)) == "1.235"
    assert shown(np.array(1.23456789), np.array(1.23456781)) != shown(
        np.array(1.23456781), np.array(1.23456789)
    )
    assert shown(np.arange(20.0)).endswith("in shape (20,)")
    assert shown(("a", "b")) == "[a, b]"


# Hints, solutions, ready


def test_hints_come_one_by_one_and_stay_at_the_last():
    said = [hint("04.1").text for _ in range(6)]
    assert [text.split("\n")[0] for text in said] == [
        "Hint 1 of 4 for 04.1",
        "Hint 2 of 4 for 04.1",
        "Hint 3 of 4 for 04.1",
        "Hint 4 of 4 for 04.1",
        "Hint 4 of 4 for 04.1",
        "Hint 4 of 4 for 04.1",
    ]
    for rung, text in zip(REGISTRY["04.1"].hints, said[:4], strict=True):
        assert rung in text
    assert 'solution("04.1")' in said[3]


def test_two_equal_failures_offer_a_hint():
    offers = ['hint("04.1")' in check("04.1", uphill).text for _ in range(3)]
    assert offers == [False, True, True]
    assert 'hint("04.1")' not in check("04.1", wrong).text
    assert 'hint("04.1")' not in check("04.1", momentum_step).text
    assert 'hint("04.1")' not in check("04.1", momentum_step).text


def test_the_solution_opens_after_three_tries():
    assert "3 more tries" in solution("04.1").text
    check("04.1", uphill)
    check("04.1", "momentum_step")
    check("04.1", lambda w, grad, velocity, lr, momentum: ...)
    assert "2 more tries" in solution("04.1").text
    check("04.1", wrong)
    assert "one more try" in solution("04.1").text
    assert solution("04.1", sure=True).code == ""
    check("04.1", wrong)
    assert "sure=True" in solution("04.1").text and solution("04.1").code == ""
    assert "opened" not in progress.everything()["exercises"]["04.1"]
    assert check("04.1", wrong).solution(sure=True).code == REGISTRY["04.1"].solution
    assert progress.everything()["exercises"]["04.1"]["opened"] is True


def test_the_solution_opens_on_success_and_needs_no_confirmation():
    check("04.1", momentum_step)
    assert "velocity = momentum * velocity + grad" in repr(solution("04.1"))
    assert "opened" not in progress.everything()["exercises"]["04.1"]


def test_hints_that_were_opened_can_be_read_again_and_all_after_success():
    first, second, third, _ = REGISTRY["04.1"].hints
    assert "hint 3 comes after hint 1" in hint("04.1", 3).text
    assert first in hint("04.1").text and second in check("04.1", wrong).hint().text
    assert hint("04.1", 1).text == f"Hint 1 of 4 for 04.1\n{first}"
    assert progress.hints("04.1") == 2
    for rung in (0, 5, "one", None.__class__):
        assert "numbered 1 to 4" in hint("04.1", rung).text
    check("04.1", momentum_step)
    assert all(text in hint("04.1").text for text in REGISTRY["04.1"].hints)
    assert third in hint("04.1", 3).text


def test_the_hint_that_is_offered_is_the_next_one():
    check("04.1", uphill)
    assert 'For hint 1 of 4: hint("04.1")' in check("04.1", uphill).text
    for _ in range(4):
        hint("04.1")
    assert 'The solution: solution("04.1")' in check("04.1", uphill).text


@pytest.mark.parametrize("call", [hint, solution])
@pytest.mark.parametrize("id", ["04.9", "", None, 4.1, momentum_step])
def test_hint_and_solution_never_raise(call, id):
    assert call(id).text


def test_ready_is_silent_and_records_nothing(capsys):
    def unwritten(w, grad, velocity, lr, momentum): ...

    def talkative(w, grad, velocity, lr, momentum):
        print("talk")
        return momentum_step(w, grad, velocity, lr, momentum)

    for answer in (unwritten, uphill, wrong, "text", None, 3, ...):
        assert ready("04.1", answer) is momentum_step
    assert ready("04.1", talkative) is talkative
    assert ready("04.1") is momentum_step
    assert capsys.readouterr() == ("", "")
    assert progress.attempts("04.1") == 0


def test_checks_are_recorded():
    check("04.1", uphill)
    check("04.1", momentum_step)
    assert progress.attempts("04.1") == 2
    assert progress.passed("04.1")
    assert progress._read()["exercises"]["04.1"]["mistakes"] == {"GD-SIGN": 1}


def test_a_check_works_where_nothing_can_be_written(tmp_path, monkeypatch):
    blocker = tmp_path / "file"
    blocker.touch()
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(blocker / "progress.json"))
    assert check("04.1", momentum_step).status == "passed"
    assert hint("04.2").text.startswith("Hint 1")


@pytest.mark.parametrize(
    ("id", "answer", "words"),
    [
        ("05.1", lambda w, grad, cache, lr, eps: (w, cache + grad ^ 2), "a power is written **"),
        ("05.1", lambda w, grad, cache, lr, eps: (w, max(cache, grad)), "np.maximum and np.where"),
        ("05.1", lambda w, grad, cache, lr, eps: (w, cache if grad > 0 else w), "np.maximum and np.where"),
    ],
)
def test_what_numpy_says_is_said_plainly_too(id, answer, words):
    verdict = check(id, answer)
    assert verdict.status == "error" and words in verdict.text


def test_a_check_leaves_no_trace_in_default_arguments(added):
    make_root(added)

    def counts(x, seen=[]):  # noqa: B006
        seen.append(x)
        return np.sqrt(x)

    def counts_by_name(x, *, seen=[]):  # noqa: B006
        seen.append(x)
        return np.sqrt(x)

    for answer in (counts, counts_by_name):
        assert check("90.1", answer).passed
    assert counts.__defaults__ == ([],) and counts_by_name.__kwdefaults__ == {"seen": []}


def test_a_factor_is_told_where_several_numbers_have_it(added):
    root = make_root(added)
    root.probe("one number")(lambda answer: iter([Seen("", "root", answer(25.0))]))
    assert "each number is 3 times the expected one" in check("90.1", lambda x: 3 * np.sqrt(x)).text
    assert "times" not in check("90.1", lambda x: 0 * np.sqrt(x)).text
    alone = check("90.1", lambda x: (3 if x == 25 else 1) * np.sqrt(x))
    assert alone.status == "wrong" and "times" not in alone.text
