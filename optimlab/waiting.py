"""A bar on the terminal for what takes longer than a second; nothing where nobody watches."""

import sys
import threading
import time

WIDTH = 24


class Bar:
    """Counts pieces of work on standard error, with the seconds: `[######......] 2 of 4  04  12 s`.

    It shows after one second, and only if standard error is a terminal.

    >>> with Bar(3) as bar:
    ...     for lesson in ("02", "03", "04"):
    ...         bar.begin(lesson)
    """

    def __init__(self, total, stream=None, after=1.0):
        self.total, self.done, self.label = max(total, 1), -1, ""
        self.stream, self.after = stream or sys.stderr, after
        self._shown = 0
        self._over = threading.Event()

    def begin(self, label):
        """The piece before is done; this one begins."""
        self.done, self.label = self.done + 1, str(label)

    def __enter__(self):
        self._started = time.monotonic()
        self._thread = None
        if getattr(self.stream, "isatty", lambda: False)():
            self._thread = threading.Thread(target=self._tick, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *failure):
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            self.wipe()

    def wipe(self):
        """Take the bar away, so that a line can be printed in its place; it comes back by itself."""
        if self._shown:
            self.stream.write("\r" + " " * self._shown + "\r")
            self.stream.flush()
            self._shown = 0

    def _tick(self):
        if self._over.wait(self.after):
            return
        while not self._over.wait(0.1):
            self._show()

    def _show(self):
        done = max(self.done, 0)
        full = WIDTH * done // self.total
        seconds = time.monotonic() - self._started
        line = f"[{'#' * full}{'.' * (WIDTH - full)}] {done} of {self.total}  {self.label}  {seconds:.0f} s"
        self.stream.write("\r" + line.ljust(self._shown))
        self.stream.flush()
        self._shown = max(self._shown, len(line))
