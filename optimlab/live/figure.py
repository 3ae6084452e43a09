"""The one widget class: every live figure and every question is an instance of it."""

import html
import os
import re
import time
from pathlib import Path

import anywidget
import traitlets

HERE = Path(__file__).parent
HEAVY = 0.1  # seconds: what takes longer is drawn when a control is released, not while it moves
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class _Widget(anywidget.AnyWidget):
    """Shows as a widget where a kernel runs, and as still HTML beside it where none does."""

    _esm = HERE / "figure.js"
    _css = HERE / "figure.css"
    spec = traitlets.Dict().tag(sync=True)

    def __init__(self, spec):
        super().__init__(spec=spec)
        self.on_msg(lambda _, message, buffers: self._answer(message))

    def _answer(self, message):
        try:
            reply, buffers = getattr(self, f"_on_{message['kind']}")(message)
        except Exception as error:
            reply, buffers = {"kind": "sorry", "text": _said(error)}, []
        reply |= {"view": message.get("view"), "seq": message.get("seq"), "to": message["kind"]}
        self.send(reply, buffers)

    def _repr_mimebundle_(self, **kwargs):
        bundle = {"text/plain": repr(self), "text/html": self.still_html()}
        if not os.environ.get("OPTIMLAB_STILL"):
            bundle[WIDGET_VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return bundle

    def still_html(self):
        raise NotImplementedError


def _said(error):
    """An error as the learner reads it: a ValueError is our own sentence."""
    if isinstance(error, ValueError):
        return str(error)
    return f"The figure could not answer: {type(error).__name__}: {error}"


class _Asks:
    """What figures and questions share: the guess is recorded once, and answered."""

    def _asked(self):
        """What the learner said earlier, as the browser needs it; None if the question is still open."""
        from optimlab import progress

        earlier = progress.prediction(self.question.id)
        if earlier is None:
            return None
        if earlier.get("skipped"):
            return {"skipped": True, "answer": None, "text": "You skipped this question."}
        answer = earlier.get("answer")
        return {"skipped": False, "answer": answer, "text": self._respond(answer)}

    def _respond(self, guess):
        """What the text says to a guess that may come from an older or edited progress file."""
        try:
            return self.question.respond(self.question.clean(guess))
        except ValueError:
            return "You have answered this question before."

    def _on_predict(self, message):
        from optimlab import progress

        if message.get("skipped"):
            progress.record_prediction(self.question.id, None, skipped=True)
        else:
            guess = self.question.clean(message.get("answer"))
            progress.record_prediction(self.question.id, guess)
        self.locked = False
        return {"kind": "predicted", "asked": self._asked()}, []


class LiveFigure(_Asks, _Widget):
    """A figure with controls: the browser draws what Python computes.

    fig.values is what it shows now.
    """

    def __init__(self, interactive, values, extras, task=None):
        self.interactive = interactive
        self.question = interactive.question
        self.values = values
        self.extras = extras
        self.backgrounds = interactive.backgrounds()  # here, not when asked for: that may be another thread
        self.runs = []
        self.seconds = (0.0, 0.0)  # that the last two frames took
        self.locked = True
        super().__init__(self._spec(task))

    def _spec(self, task):
        it = self.interactive
        return {
            "kind": "figure",
            "name": it.name,
            "about": it.about,
            "panels": [_jsonable({**vars(panel), "background": None}) for panel in it.panels],
            "controls": [_jsonable(vars(control)) for control in it.controls],
            "presets": [_jsonable(vars(preset)) for preset in it.presets],
            "question": it.question.spec(),
            "why": _task_spec(it.why) if it.why else None,
            "tasks": [_task_spec(t) for t in it.tasks],
            "task": task,
            "play": it.play,
            "ticks": it.ticks,
            "values": self.values,
            "extras": [f"{name}={getattr(value, '__name__', name)}" for name, value in self.extras.items()],
        }

    def __repr__(self):
        return f"{self.interactive!r} Run this cell in Jupyter to move the controls."

    def still_html(self):
        return self.interactive.still_html(**self.values)

    def _on_open(self, message):
        """A view appears: where things stand, what stands still, and the first picture."""
        asked, trouble = self._asked(), ""
        self.locked = asked is None
        try:
            frame = self._frame()
        except Exception as error:
            frame, trouble = self.interactive.first_look(self.values), _said(error)
        picture, block = frame.pack()
        reply = {
            "kind": "opened",
            "asked": asked,
            "values": self.values,
            "frame": picture,
            "trouble": trouble,
            "backgrounds": list(self.backgrounds),
            "solved": [i for i in range(-1, len(self.interactive.tasks)) if self._solved(i)],
        }
        return reply, [block, *self.backgrounds.values()]

    def _on_draw(self, message):
        self.values, _ = self.interactive.clean(message["values"])
        if message.get("forget"):
            self._forget()
        began = time.perf_counter()
        picture, block = self._frame(message.get("released", False)).pack()
        self.seconds = self.seconds[1], time.perf_counter() - began
        return {"kind": "drawn", "frame": picture, "heavy": min(self.seconds) > HEAVY}, [block]

    def _forget(self):
        self.runs.clear()

    def _on_task(self, message):
        """task: an index into tasks, or -1 for the question why."""
        from optimlab import progress

        index = message["task"]
        task = self.interactive.why if index < 0 else self.interactive.tasks[index]
        values, _ = self.interactive.clean(message["values"])
        answer = message.get("answer")
        if task.asks:
            try:
                answer = float(str(answer).replace(",", "."))
            except ValueError:
                raise ValueError("Write a number first.") from None
        if task.choices and answer not in task.choices:
            raise ValueError("Choose one of the answers first.")
        solved, text = task.check(values, answer)
        progress.record_answer(self._task_id(index), values if answer is None else answer, bool(solved))
        return {"kind": "checked", "task": index, "solved": bool(solved), "text": text}, []

    def _task_id(self, index):
        return f"{self.question.id} " + ("why" if index < 0 else f"task {index + 1}")

    def _solved(self, index):
        from optimlab import progress

        return bool((progress.answer(self._task_id(index)) or {}).get("correct"))

    def _frame(self, finished=False):
        """What the browser draws; before the question is answered, no more than the first look."""
        if self.locked:
            return self.interactive.first_look(self.values)
        return self.interactive.frame(self.values, self.extras, self.runs, finished)


class TrainingFigure(LiveFigure):
    """A figure of a training under way. The browser asks for one tick after the other: so nothing runs where
    nobody looks, other cells get their turn between two ticks, and to stop is not to ask again."""

    tick = 0.07  # seconds of training between two pictures

    def __init__(self, interactive, values, extras, task=None):
        self.session = None
        super().__init__(interactive, values, extras, task)

    def _on_tick(self, message):
        """Train for a tick, but not beyond the step `until`; back to the start if it lies behind."""
        values, _ = self.interactive.clean(message["values"])
        until = values[self.interactive.play]
        if self.locked:
            raise ValueError("Answer the question first.")
        if self.session is not None and until < self.session.step:
            self.session = None
        self.values = values
        self._follow()
        trouble = ""
        try:
            self.session.advance(until, self.tick)
        except Exception as error:  # the steps before it stand
            trouble = _said(error)
        picture, block = self._frame().pack()
        done = bool(trouble) or self.session.step >= until or self.session.ended
        reply = {"kind": "ticked", "frame": picture, "done": done, "trouble": trouble}
        return {**reply, **self._stands()}, [block]

    def _on_draw(self, message):
        reply, buffers = super()._on_draw(message)
        return {**reply, **self._stands()}, buffers

    def _stands(self):
        """Where the training stands, what it has set by itself, and the call that recreates all this."""
        name = self.interactive.play
        if self.session is None:
            return {"step": self.values[name], "changed": {}, "code": self._code(self.values, [])}
        changed, given = self.session.changed(), self.session.given()
        self.values = {**self.values, **changed, name: self.session.step}
        code = self._code({**given, name: self.session.step}, self.session.more())
        return {"step": self.session.step, "changed": changed, "code": code}

    def _code(self, values, more):
        pairs = [f"{c.name}={values[c.name]!r}" for c in self.interactive.controls
                 if values[c.name] != c.default]
        return f"live.{self.interactive.name}({', '.join([*pairs, *more])})"

    def _forget(self):
        super()._forget()
        self.session = None

    def _frame(self, finished=False):
        if self.locked:
            return self.interactive.first_look(self.values)
        self._follow()
        return self.interactive.view(self.values, self.session.result())

    def _follow(self):
        """Hand the values to the session; if only a new one can take them, begin anew."""
        if self.session is None or not self.session.follow(self.values):
            self.session = self.interactive.begin(**self.values, **self.extras)


def _task_spec(task):
    return {"text": task.text, "asks": task.asks, "choices": list(task.choices), "setup": task.setup}


def _jsonable(values):
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


class LiveQuestion(_Asks, _Widget):
    """A question without a picture: live.predict and live.quiz."""

    def __init__(self, question):
        self.question = question
        super().__init__({"kind": "question", "question": question.spec()})

    def __repr__(self):
        kind = "quiz" if self.question.again else "predict"
        return f"{kind} {self.question.id}: {self.question.text}"

    def _on_open(self, message):
        return {"kind": "opened", "asked": self._asked()}, []

    def _asked(self):
        return None if self.question.again else super()._asked()

    def _on_answer(self, message):
        """One try at a quiz."""
        from optimlab import progress

        guess = self.question.clean(message.get("answer"))
        right = bool(self.question.right(guess))
        progress.record_answer(self.question.id, guess, right)
        return {"kind": "answered", "right": right, "text": self.question.respond(guess)}, []

    def still_html(self):
        """The question, its choices, and the replies folded away."""
        question = self.question
        asked = f"<p>Write a number{', in ' + question.unit if question.unit else ''}.</p>"
        if question.choices:
            asked = f"<ul>{''.join(f'<li>{_words(choice)}</li>' for choice in question.choices)}</ul>"
        rows = [
            f"<p><b>{_words(choice)}</b> {_words(_reply(question, choice))}</p>"
            for choice in question.choices
        ]
        if question.answer is not None:
            answer = question.answer if question.choices else f"{question.answer:g} {question.unit}".strip()
            rows.append(f"<p>The answer: {_words(answer)}</p>")
        if not question.choices:
            rows.append(f"<p>{_words(_reply(question, question.answer))}</p>")
        return (
            '<div class="optimlab-still-question" style="max-width:900px">'
            f"<p><b>{_words(question.text)}</b></p>{asked}"
            f"<details><summary>What the answers say</summary>{''.join(rows)}</details></div>"
        )


def _reply(question, guess):
    reply = question.replies.get(guess, question.reply)
    return reply(guess) if callable(reply) and guess is not None else "" if callable(reply) else reply


def _words(text):
    """Text as HTML; words in backticks are code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(str(text)))
