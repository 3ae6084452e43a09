"""One interactive: a pure simulate(), what its view draws, and what the learner is asked."""

from functools import cache

from optimlab.live.figure import LiveFigure, TrainingFigure
from optimlab.live.learners import OWN, OWN_LANDSCAPE


class Interactive:
    """Couples a computation with its picture, its question and its tasks. Calling it gives a live figure.

    name: as in live.<name>. about: one sentence, for who cannot see or run it.
    simulate(**values) -> dict of arrays and numbers: pure, no plotting.
    view(values, result) -> Frame. first_look(values) -> Frame: what stands there before the question is
    answered. question: asked first. why: a Task with choices, asked after it. tasks: numbered from 1.
    still: the form without a kernel; more_stills: those of figures that begin elsewhere, see Still.when.
    play: the control that Play and Step move. extras: names of further arguments, handed to simulate.
    remember(values, result) -> list: what a finished run leaves behind; view then takes all of it as `runs`.
    """

    figure = LiveFigure
    ticks = False

    def __init__(
        self,
        name,
        about,
        *,
        simulate,
        view,
        first_look,
        panels,
        controls,
        question,
        still,
        more_stills=(),
        tasks=(),
        why=None,
        presets=(),
        play="steps",
        extras=(),
        remember=None,
    ):
        self.name = self.__name__ = name
        self.about = about
        self.simulate = simulate
        self.view = view
        self.first_look = first_look
        self.panels = panels
        self.controls = controls
        self.question = question
        self.stills = (*more_stills, still)
        self._drawn = {}
        self.tasks = tasks
        self.why = why
        self.presets = presets
        self.play = play
        self.extras = extras
        self.remember = remember
        self.__doc__ = f"{about}\n\nValues: " + ", ".join(f"{c.name} ({c.label})" for c in controls) + "."

    def __call__(self, **values):
        """The live figure, at these values."""
        return self.figure(self, *self.clean(values))

    def task(self, n, **values):
        """The live figure, opened at task n."""
        if n not in range(1, len(self.tasks) + 1):
            raise ValueError(f"task={n!r}: live.{self.name} has tasks 1 to {len(self.tasks)}")
        return self.figure(self, *self.clean({**(self.tasks[n - 1].setup or {}), **values}), task=n)

    def clean(self, values):
        """All values with defaults filled in, and the extras -> (values, extras); ValueError if one
        cannot be."""
        known = {control.name: control for control in self.controls}
        unknown = set(values) - set(known) - set(self.extras)
        if unknown:
            raise TypeError(
                f"live.{self.name} has no value called {sorted(unknown)[0]!r}; it has "
                + ", ".join([*known, *self.extras])
            )
        extras = {name: values[name] for name in self.extras if values.get(name) is not None}
        for extra, choice in (("own", OWN), ("landscape", OWN_LANDSCAPE)):
            if extra in extras:  # who brings something wants to see it, unless told otherwise
                values = {**{name: choice for name, c in known.items() if choice in c.choices}, **values}
        clean = {name: control.clean(values.get(name, control.default)) for name, control in known.items()}
        return clean, extras

    def frame(self, values, extras=None, runs=None, finished=False):
        """The frame at these values. finished: the learner has let go, so that `runs` remembers it."""
        result = self.simulate(**values, **(extras or {}))
        if self.remember is None:
            return self.view(values, result)
        runs = [] if runs is None else runs
        frame = self.view(values, result, tuple(runs))
        if finished:
            runs += [item for item in self.remember(values, result) if item not in runs]
        return frame

    def defaults(self):
        return {control.name: control.default for control in self.controls}

    def still_html(self, **values):
        """The storyboard of a figure that begins at these values: an HTML figure of the three that matter."""
        begins = {**self.defaults(), **values}
        chosen = next(i for i, still in enumerate(self.stills) if still.when.items() <= begins.items())
        if chosen not in self._drawn:
            self._drawn[chosen] = self._draw(self.stills[chosen])
        return self._drawn[chosen]

    def _draw(self, it):
        from optimlab.live import still

        frames = [self.frame({**self.defaults(), **values}) for _, values in it.boards]
        headings = [heading for heading, _ in it.boards]
        panels = [panel for panel in self.panels if panel.name in it.panels]
        png = still.storyboard(panels, headings, frames)
        caption = it.caption or " ".join(frame.readout for frame in frames)
        return still.figure_html(png, it.alt, caption)

    def backgrounds(self):
        """panel name -> PNG bytes, for the panels where something stands still."""
        return _backgrounds(self.panels)

    def __repr__(self):
        return f"live.{self.name}: {self.about}"


class Training(Interactive):
    """An interactive whose computation goes on in ticks, for as long as somebody looks.

    begin(**values) -> a session with: step; ended, whether it can go no further; follow(values) -> bool, take
    new values in mid-run, False if only a new session can; advance(until, seconds), train to that step or for
    that long; result(), what view takes; given(), the values that it began with; more(), further arguments
    that recreate it, as code; changed(), values that it has set by itself since it was last asked.
    The control `play` is the step where the training stands. Everything else is as in Interactive.
    """

    figure = TrainingFigure
    ticks = True

    def __init__(self, name, about, *, begin, **parts):
        self.begin = begin
        super().__init__(name, about, **parts)


@cache
def _backgrounds(panels):
    from optimlab.live import still

    return {panel.name: still.background(panel) for panel in panels if panel.background}
