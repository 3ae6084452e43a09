"""The widget's Python half: what it shows without a kernel, and what it answers to the browser."""

import base64
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from optimlab import live, progress
from optimlab.live.figure import WIDGET_VIEW
from optimlab.live.learners import Trouble
from optimlab.questions import Question

ROOT = Path(live.__file__).parents[2]
FIGURES = list(live.INTERACTIVES.values())


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(tmp_path / "progress.json"))


def talk(widget, kind, **message):
    """What the widget sends back to one message from the browser."""
    sent = []
    widget.send = lambda content, buffers=None: sent.append((content, buffers))
    widget._handle_custom_msg({"kind": kind, "view": "v", "seq": 1, **message}, [])
    ((content, buffers),) = sent
    assert (content["view"], content["seq"], content["to"]) == ("v", 1, kind)
    return content, buffers


@pytest.fixture
def open_cliff():
    figure = live.cliff()
    talk(figure, "predict", skipped=True)
    return figure


@pytest.mark.parametrize("make", FIGURES, ids=lambda figure: figure.name)
def test_the_bundle_holds_widget_picture_and_sentence(make):
    figure = make()
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {WIDGET_VIEW, "text/html", "text/plain"}
    assert bundle[WIDGET_VIEW]["model_id"] == figure.model_id
    assert bundle["text/plain"].startswith(f"live.{make.name}: ")
    assert not re.search(r"0x|\d\.\d", bundle["text/plain"])
    html = bundle["text/html"]
    assert html.startswith("<figure") and html.endswith("</figure>")
    alt = re.search('alt="([^"]*)"', html)[1]
    assert len(alt) > 80 and alt.count(". ") <= 1
    assert base64.b64decode(re.search('base64,([^"]*)', html)[1]).startswith(b"\x89PNG")
    assert len(html) < 120_000
    assert "<figcaption>" in html


def test_no_widget_where_a_still_is_asked_for(monkeypatch):
    monkeypatch.setenv("OPTIMLAB_STILL", "1")
    assert set(live.cliff()._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_the_still_is_the_same_in_every_process():
    code = """
import hashlib
from optimlab import live, predict
for figure in (live.cliff(lr=0.2), live.phase_map(), predict("02.kappa")):
    print(hashlib.sha256(figure.still_html().encode()).hexdigest())
"""
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout
    assert len(set(runs[0].stdout.split())) == 3


def test_a_readers_matplotlib_style_does_not_reach_the_still():
    import matplotlib

    plain = live.cliff.still_html()
    live.cliff._drawn.clear()
    with matplotlib.rc_context({"lines.linewidth": 9, "axes.facecolor": "red", "font.size": 20}):
        assert live.cliff.still_html() == plain


def test_a_figure_that_begins_elsewhere_has_a_still_of_its_own(monkeypatch):
    own = replace(live.cliff.stills[-1], alt="Its own.", when={"lr": 0.15}, caption="In other words.")
    monkeypatch.setattr(live.cliff, "stills", (own, *live.cliff.stills))
    monkeypatch.setattr(live.cliff, "_drawn", {})
    html = live.cliff(lr=0.15).still_html()
    assert 'alt="Its own."' in html and "<figcaption>In other words.</figcaption>" in html
    assert "Its own." not in live.cliff(lr=0.2).still_html()


def test_first_the_question_then_the_run():
    figure = live.cliff(lr=0.201)
    opened, buffers = talk(figure, "open")
    assert opened["asked"] is None
    assert opened["frame"]["numbers"] == []
    assert "doubles" not in opened["frame"]["readout"]
    drawn, _ = talk(figure, "draw", values={**figure.values, "lr": 0.1})
    assert drawn["frame"]["numbers"] == []
    said, _ = talk(figure, "predict", answer="It runs away")
    assert said["asked"]["text"].startswith("You chose: It runs away. It does")
    assert progress.prediction("live.cliff") == {"answer": "It runs away", "skipped": False}
    drawn, _ = talk(figure, "draw", values={**figure.values, "lr": 0.201})
    assert "doubles every 69.7 steps" in drawn["frame"]["readout"]


def test_a_figure_remembers_the_guess():
    talk(live.conditioning(), "predict", answer="270")
    opened, _ = talk(live.conditioning(), "open")
    assert opened["asked"]["text"].startswith(
        "You wrote 270 steps. The answer is 93 steps. Ten times as many"
    )
    assert opened["frame"]["numbers"]


def test_skipping_is_recorded_as_skipping():
    said, _ = talk(live.phase_map(), "predict", skipped=True)
    assert said["asked"]["skipped"] is True
    assert progress.prediction("live.phase_map") == {"answer": None, "skipped": True}


@pytest.mark.parametrize("answer", ["", "many", None, "nan", "It flies"])
def test_an_answer_that_is_none_is_asked_for_again(answer):
    for make, words in ((live.conditioning, "Write a number"), (live.cliff, "Choose one")):
        reply, _ = talk(make(), "predict", answer=answer)
        assert reply["kind"] == "sorry" and words in reply["text"]
        assert progress.prediction(make.question.id) is None


def test_a_foreign_progress_file_does_not_break_a_figure():
    progress.record_prediction("live.cliff", "a choice that is gone")
    opened, _ = talk(live.cliff(), "open")
    assert opened["asked"]["text"] == "You have answered this question before."


def test_the_backgrounds_come_with_the_first_picture():
    opened, buffers = talk(live.phase_map(), "open")
    assert opened["backgrounds"] == ["map"]
    assert bytes(buffers[1]).startswith(b"\x89PNG")


def test_values_stay_where_they_were(open_cliff):
    talk(open_cliff, "draw", values={**open_cliff.values, "lr": 0.2, "steps": 7, "x1": -0.5})
    assert open_cliff.values == {"lr": 0.2, "lambda2": 10.0, "steps": 7, "x1": -0.5, "x2": 1.0}
    talk(open_cliff, "draw", values={**open_cliff.values, "lr": 0.1})
    assert open_cliff.values["steps"] == 7


@pytest.mark.parametrize(
    "bad", [{"lr": 5}, {"lr": "x"}, {"lr": float("nan")}, {"steps": 2.5}, {"lambda2": None}]
)
def test_bad_values_are_answered_and_change_nothing(open_cliff, bad):
    before = dict(open_cliff.values)
    (name,) = bad
    reply, _ = talk(open_cliff, "draw", values={**before, **bad})
    assert (
        reply["kind"] == "sorry" and reply["text"].startswith(f"{name}=") and "number from" in reply["text"]
    )
    assert open_cliff.values == before


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"lr": 5}, ValueError, "lr=5: give a number from 0.001 to 0.3"),
        ({"steps": 0}, ValueError, "steps=0: give a whole number from 1 to 200"),
        ({"eta": 1}, TypeError, "live.cliff has no value called 'eta'"),
    ],
)
def test_a_call_with_bad_values_says_what_would_be_right(values, error, words):
    with pytest.raises(error, match=re.escape(words)):
        live.cliff(**values)


def test_a_method_that_is_none():
    with pytest.raises(
        ValueError, match="method='adam': choose one of 'gradient descent', 'heavy ball', 'Nesterov'"
    ):
        live.conditioning(method="adam")


def test_tasks_open_at_their_values():
    figure = live.cliff.task(4)
    assert figure.spec["task"] == 4 and figure.values["lambda2"] == 20.0
    with pytest.raises(ValueError, match="tasks 1 to 4"):
        live.cliff.task(5)


def test_a_task_is_judged_and_recorded(open_cliff):
    values = open_cliff.values
    reply, _ = talk(open_cliff, "task", task=0, answer="0,19", values=values)
    assert reply["solved"] is False and "stable" in reply["text"]
    reply, _ = talk(open_cliff, "task", task=0, answer="0.2", values=values)
    assert reply["solved"] is True
    assert progress.answer("live.cliff task 1") == {"answer": 0.2, "correct": True, "tries": 2}
    reply, _ = talk(open_cliff, "task", task=1, values={**values, "lr": 0.182})
    assert reply["solved"] is True
    reply, _ = talk(open_cliff, "task", task=0, answer="lots", values=values)
    assert reply["kind"] == "sorry"
    reply, _ = talk(open_cliff, "task", task=-1, answer="nonsense", values=values)
    assert reply["kind"] == "sorry"
    opened, _ = talk(live.cliff(), "open")
    assert opened["solved"] == [0, 1]


def test_a_fault_is_a_sentence_and_not_a_silence(open_cliff, monkeypatch):
    monkeypatch.setattr(open_cliff.interactive, "simulate", lambda **values: 1 / 0)
    reply, _ = talk(open_cliff, "draw", values=open_cliff.values)
    assert reply["text"] == "The figure could not answer: ZeroDivisionError: division by zero"


def test_a_figure_that_fails_at_once_still_opens(open_cliff, monkeypatch):
    def fails(**values):
        raise Trouble("Your landscape is not a number at (1, 1).")

    monkeypatch.setattr(open_cliff.interactive, "simulate", fails)
    opened, _ = talk(open_cliff, "open")
    assert opened["kind"] == "opened" and opened["trouble"] == "Your landscape is not a number at (1, 1)."
    assert set(opened["frame"]["pictures"]) == {"plane", "curve", "line"}
    monkeypatch.undo()
    assert talk(open_cliff, "draw", values=open_cliff.values)[0]["kind"] == "drawn"


def test_a_figure_that_takes_long_says_so_after_two_frames(open_cliff, monkeypatch):
    simulate, waits = open_cliff.interactive.simulate, iter([0.15, 0, 0.15, 0.15, 0])

    def slowly(**values):
        time.sleep(next(waits))
        return simulate(**values)

    monkeypatch.setattr(open_cliff.interactive, "simulate", slowly)
    heavy = [talk(open_cliff, "draw", values=open_cliff.values)[0]["heavy"] for _ in range(5)]
    assert heavy == [False, False, False, True, False]


@pytest.mark.parametrize(("make", "slow"), [(live.noise_ball, 0.1), (live.gradient_scale, 0.1)])
def test_a_slow_rule_is_cut_short_and_said(make, slow):
    def mine(w, grad, lr):
        time.sleep(slow)
        return w - lr * grad

    began = time.monotonic()
    frame = make.frame({**make.defaults(), "steps": 100}, {"own": mine})
    assert time.monotonic() - began < 3
    assert re.search(r"mine is too slow for this picture: \d+ of 100 steps in 1 s\.$", frame.readout)


def test_a_learners_function_is_handed_on():
    def step(w, grad, velocity, lr, momentum):
        velocity = momentum * velocity + grad
        return w - lr * velocity, velocity

    figure = live.conditioning(own=step)
    talk(figure, "predict", skipped=True)
    drawn, _ = talk(figure, "draw", values=figure.values, released=True)
    assert "Yours takes 27 steps" in drawn["frame"]["readout"]
    assert figure.spec["extras"] == ["own=step"]
    assert {name for name, _, _ in figure.runs} == {"heavy ball", "yours"}
    talk(figure, "draw", values=figure.values, forget=True)
    assert figure.runs == []


MOVES = Question("t.moves", "How many moves?", unit="moves", answer=2, reply="One for each axis.")
AXIS = Question(
    "t.axis",
    "Which axis limits `lr`?",
    ("the flat one", "the steep one"),
    answer="the steep one",
    replies={"the flat one": "It only costs time.", "the steep one": "It explodes first."},
    again=True,
)


def test_predict_and_quiz():
    question = live.predict(MOVES)
    said, _ = talk(question, "predict", answer="23")
    assert said["asked"]["text"] == "You wrote 23 moves. The answer is 2 moves. One for each axis."
    opened, _ = talk(live.predict(MOVES), "open")
    assert opened["asked"]["text"] == said["asked"]["text"]
    quiz = live.quiz(AXIS)
    said, _ = talk(quiz, "answer", answer="the flat one")
    assert (said["right"], said["text"]) == (False, "Not yet. It only costs time.")
    said, _ = talk(quiz, "answer", answer="the steep one")
    assert (said["right"], said["text"]) == (True, "Right. It explodes first.")
    assert progress.answer("t.axis")["tries"] == 2


def test_the_browser_is_not_told_the_answer():
    for widget in (live.predict(MOVES), live.quiz(AXIS), live.cliff()):
        assert not {"answer", "replies", "reply"} & set(widget.spec["question"])
    assert "It explodes first" not in str(live.quiz(AXIS).spec)


def test_a_question_on_paper():
    for widget in (live.predict(MOVES), live.quiz(AXIS)):
        bundle = widget._repr_mimebundle_()
        assert set(bundle) == {WIDGET_VIEW, "text/html", "text/plain"}
    html = live.quiz(AXIS).still_html()
    assert "<li>the flat one</li>" in html
    before, details = html.split("<details>")
    assert "It explodes first." in details and "It explodes first." not in before
    assert "<code>lr</code>" in html
