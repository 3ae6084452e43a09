"""Ctrl-C as a question that is asked between steps, so that none is left half done."""

import signal
import threading


class CtrlC:
    """While entered, the first Ctrl-C only sets `pressed`; the second is a KeyboardInterrupt, as always.

    >>> with CtrlC() as ctrl_c:
    ...     signal.raise_signal(signal.SIGINT)
    ...     ctrl_c.pressed
    True
    """

    pressed = False

    def __enter__(self):
        self._before = None
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *error):
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _press(self, number, frame):
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True
