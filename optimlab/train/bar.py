"""A line of text that shows how far training is."""

import sys
import time

WIDTH = 20
PAUSE = 0.1     # seconds between two pictures


class Line:
    """One line, drawn over itself in a terminal or notebook; elsewhere only its last state is printed."""

    def __init__(self, shown):
        notebook = type(sys.stdout).__module__.startswith("ipykernel")
        self.shown, self.moving = shown, shown and (notebook or sys.stdout.isatty())
        self.drawn, self.length = 0.0, 0

    @property
    def due(self):
        """Whether it is time for a new picture: at most ten times a second."""
        return self.moving and time.perf_counter() - self.drawn >= PAUSE

    def draw(self, text):
        self.drawn = time.perf_counter()
        self._write(text)

    def close(self, text):
        """The last state."""
        if self.shown:
            self._write(text)
            print()

    def _write(self, text):
        print(("\r" if self.moving else "") + text.ljust(self.length), end="", flush=True)
        self.length = len(text)


class Bar:
    """The line of a training."""

    def __init__(self, shown, epochs, steps_per_epoch):
        self.line, self.epochs, self.steps_per_epoch = Line(shown), epochs, steps_per_epoch

    def draw(self, step, epoch, loss, val, seconds):
        """Show step `step`, counted through all epochs."""
        if not self.line.due:
            return
        full = WIDTH * step // max(1, self.epochs * self.steps_per_epoch)
        picture = f"|{'#' * full}{'.' * (WIDTH - full)}|"
        self.line.draw(f"epoch {min(epoch + 1, self.epochs)}/{self.epochs} {picture} "
                       f"step {step}, loss {loss:.3g}{val}, {seconds:.1f} s")

    def close(self, history, seconds):
        """The last line."""
        val = "" if not history.epochs else said(history.val_loss[-1], history.val_accuracy[-1])
        loss = f", loss {history.loss[-1]:.3g}" if len(history.loss) else ""
        fate = f"diverged at step {history.diverged_at}" if history.diverged else \
            f"stopped by Ctrl-C after step {history.steps}; the model keeps what it has learned" \
            if history.interrupted else f"{history.epochs} epochs, {history.steps} steps"
        self.line.close(f"{fate}{loss}{val}, {seconds:.1f} s")


def said(val_loss, val_accuracy):
    """The words for a validation: its accuracy, or its loss where there is none."""
    if val_accuracy == val_accuracy:
        return f", validation accuracy {val_accuracy:.3f}"
    return f", validation loss {val_loss:.3g}" if val_loss == val_loss else ""
