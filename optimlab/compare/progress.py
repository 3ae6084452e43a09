"""A line of text that shows how far a study is, and how long it will still take."""

import time

from optimlab.train.bar import WIDTH, Line


class Progress:
    """Runs done of all, those that failed, and the time left at the pace so far."""

    def __init__(self, shown, total, found):
        self.line, self.total = Line(shown), total
        self.done, self.fresh, self.failed = found, 0, 0
        self.started = time.perf_counter()
        self._first = True

    def found(self, n):
        """Runs of the next round that were already made."""
        if not self._first:
            self.done += n
        self._first = False

    def draw(self, result):
        self.done, self.fresh = self.done + 1, self.fresh + 1
        self.failed += not result.ok
        if not self.line.due:
            return
        full = WIDTH * self.done // max(1, self.total)
        left = (time.perf_counter() - self.started) / self.fresh * (self.total - self.done)
        self.line.draw(f"run {self.done}/{self.total} |{'#' * full}{'.' * (WIDTH - full)}| "
                       f"{result.optimizer}{self._failed()}, {duration(left)} left")

    def close(self, words=None):
        seconds = time.perf_counter() - self.started
        self.line.close(words or f"{self.total} runs{self._failed()}, {duration(seconds)}")

    def _failed(self):
        return f", {self.failed} failed" if self.failed else ""


def duration(seconds):
    """A time in words.

    >>> duration(3.2), duration(75), duration(4000)
    ('3.2 s', '1 min 15 s', '1 h 06 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min {seconds % 60:02.0f} s"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:02.0f} min"
