"""check(...).compare(): a picture that says what it shows, or a sentence, and never an exception."""

import re

import numpy as np
import pytest

from optimlab import plots
from optimlab.exercises import REGISTRY, check, comparing
from optimlab.exercises.comparing import Picture, _strip_of
from optimlab.exercises.verdict import Note

momentum_step = REGISTRY["04.1"].reference


def strip_of(id, answer):
    return _strip_of(*check(id, answer).tried)


def never_fades(w, grad, velocity, lr, momentum):
    velocity = velocity + grad
    return w - lr * velocity, velocity


def test_the_first_differing_step_is_ringed_and_told():
    strip = strip_of("04.1", never_fades)
    assert (strip.quantity, strip.labels[strip.parts]) == ("velocity[3]", "run 1, step 2")
    assert (strip.yours[strip.parts], strip.expected[strip.parts]) == (1.0, pytest.approx(0.7))
    assert strip.yours[0] == strip.expected[0]
    picture = check("04.1", never_fades).compare()
    assert isinstance(picture, Picture)
    assert "velocity[3] leaves the reference at step 2: the velocity never fades" in repr(picture)
    assert "yours is 1, expected 0.7" in repr(picture)
    markup = picture._repr_html_()
    assert re.search(r'<img alt="[^"]*leaves the reference at step 2', markup)
    assert "data:image/png;base64," in markup


def test_a_walk_begins_at_its_start():
    strip = strip_of("04.1", lambda w, grad, velocity, lr, momentum: (
        w + lr * (momentum * velocity + grad), momentum * velocity + grad))
    assert (strip.labels[0], strip.labels[strip.parts]) == ("start", "run 1, step 1")
    assert strip.yours[0] == strip.expected[0] == [1.0, -2.0, 0.5, 3.0][int(strip.quantity[2])]
    assert strip.parts == 1


def test_a_right_answer_is_drawn_too():
    assert strip_of("04.1", momentum_step).parts is None
    assert "agree in all 5 steps" in repr(check("04.1", momentum_step).compare())
    for id, words in (("09.2", "in all 7 steps"), ("11.2", "in all 4 rounds"), ("11.3", "all 12 entries")):
        assert words in repr(check(id, REGISTRY[id].reference).compare())


def test_an_answer_under_another_convention_shows_where_it_leaves():
    convention = REGISTRY["06.1"].conventions[0]
    words = repr(check("06.1", convention.answer).compare())
    assert "leaves the reference at step 1, for it is another convention: eps inside the root" in words


def test_a_path_that_is_too_short_is_laid_beside_the_whole_one():
    def without_the_start(grad_fn, w, lr, steps):
        path = []
        for _ in range(steps):
            w = w - lr * grad_fn(w)
            path.append(w)
        return np.array(path)

    strip = strip_of("02.1", without_the_start)
    assert (strip.length, len(strip.yours), strip.parts) == (5, 6, 0)
    assert np.isnan(strip.yours[-1]) and "yours is (5, 3), expected (6, 3)" in strip.aside


def test_scalars_are_compared_setting_by_setting():
    strip = strip_of("02.2", lambda A: 2 / np.trace(A))
    assert not strip.is_ordered
    assert strip.labels[strip.parts] == "a turned valley"


def test_a_table_is_compared_entry_by_entry():
    strip = strip_of("01.2", lambda z: np.exp(z) / np.exp(z).sum())
    assert strip.labels[strip.parts] == "[0, 0]" and len(strip.labels) == 12 and not strip.joined


def test_numbered_entries_are_counted_on_the_axis():
    strip = strip_of("07.1", lambda data, beta: (1 - beta) * data)
    assert strip.axis == "entry" and not strip.is_by_index and list(strip.ticks) == [1, 2, 3, 4, 5, 6, 7]
    picture = check("07.1", lambda data, beta: (1 - beta) * data).compare()
    assert "the average leaves the reference at entry 1" in repr(picture)
    fig, ax = plots.panels()
    comparing._whole_ticks(ax, strip)
    assert [label.get_text() for label in ax.get_xticklabels()] == list("1234567")
    plots.plt.close(fig)


def test_names_are_laid_out_in_slots():
    def backwards(values_by_method, tol):
        return REGISTRY["04.6"].reference(values_by_method, tol)[::-1]

    picture = check("04.6", backwards).compare()
    assert "place 1 is the first to differ" in repr(picture) and "Two rows of names" in repr(picture)


def test_a_difference_too_small_to_see_has_a_scale_of_its_own():
    def almost(w, grad, velocity, lr, momentum):
        velocity = momentum * velocity + grad
        return w - 1.0001 * lr * velocity, velocity

    strip = strip_of("04.1", almost)
    assert comparing._is_hidden(strip, strip.yours - strip.expected)
    plain = strip_of("04.1", never_fades)
    assert not comparing._is_hidden(plain, plain.yours - plain.expected)
    assert isinstance(check("04.1", almost).compare(), Picture)


@pytest.mark.parametrize(
    "id, answer, words",
    [
        ("04.1", lambda w, grad, velocity, lr, momentum: ..., "nothing to compare yet"),
        ("04.1", 3, "this is a number"),
        ("04.1", lambda w, grad, velocity, lr, momentum: 1 / 0, "division by zero"),
        ("04.1", lambda w, grad, velocity, lr, momentum: w, "where (w, velocity) is asked for"),
        ("00.2", "d", "no run to draw"),
        ("99.1", None, "no such exercise"),
    ],
)
def test_where_nothing_can_be_drawn_a_sentence_says_why(id, answer, words):
    note = check(id, answer).compare()
    assert isinstance(note, Note) and words in note.text


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.filterwarnings("error")
def test_what_no_axis_can_hold_is_named(value):
    picture = check("04.1", lambda w, grad, velocity, lr, momentum: (w + value, velocity * value)).compare()
    assert isinstance(picture, Picture)
    scalar = check("02.2", lambda A: value).compare()
    assert isinstance(scalar, Picture)


def test_a_fault_of_ours_is_told_and_not_raised(monkeypatch):
    monkeypatch.setattr(comparing, "_draw", lambda *parts: 1 / 0)
    note = check("04.1", never_fades).compare()
    assert "our fault, not yours" in note.text


@pytest.mark.parametrize("exercise", REGISTRY.values(), ids=list(REGISTRY))
def test_every_exercise_has_something_to_show(exercise):
    """The first mistakes of each: a strip whose ring is where the two differ, slots, or a sentence."""
    for mistake in exercise.mistakes[:6]:
        answer = mistake.answers[0]
        verdict = check(exercise.id, answer() if exercise.is_value else answer)
        if verdict.tried is None or exercise.is_value:
            assert "\n" not in comparing._nothing_ran(verdict)
            continue
        strip = _strip_of(*verdict.tried)
        if isinstance(strip, comparing.Strip) and strip.parts is not None:
            with np.errstate(invalid="ignore"):
                assert not strip.yours[strip.parts] == strip.expected[strip.parts]
        elif strip is None:
            assert comparing._no_strip(verdict.tried[1])


@pytest.mark.filterwarnings("error")
def test_runs_that_both_diverged_are_drawn_without_a_warning():
    def summarize(finals):
        return tuple(np.quantile(np.asarray(finals, float), [0.5, 0.25, 0.75]))

    with np.errstate(all="ignore"):
        verdict = check("17.1", summarize)
    assert "yours is nan" in repr(verdict.compare())
