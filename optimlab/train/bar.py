"""A line of text that shows how far training is."""

import sys
import time

WIDTH = 20
PAUSE = 0.1     # seconds between two pictures


class Bar:
    """One line, drawn over itself in a terminal or notebook; elsewhere only its last state is printed."""

    def __init__(self, shown, epochs, steps_per_epoch):
        self.shown, self.epochs, self.steps_per_epoch = shown, epochs, steps_per_epoch
        notebook = type(sys.stdout).__module__.startswith("ipykernel")
        self.moving = shown and (notebook or sys.stdout.isatty())
        self.drawn, self.length = 0.0, 0

    def draw(self, step, epoch, loss, val, seconds):
        """Show step `step` (counted through all epochs); at most ten times a second."""
        if not self.moving or time.perf_counter() - self.drawn < PAUSE:
            return
        self.drawn = time.perf_counter()
        full = WIDTH * step // max(1, self.epochs * self.steps_per_epoch)
        self._write(f"epoch {min(epoch + 1, self.epochs)}/{self.epochs} |{'#' * full}{'.' * (WIDTH - full)}| "
                    f"step {step}, loss {loss:.3g}{val}, {seconds:.1f} s")

    def close(self, history, seconds):
        """The last line."""
        if not self.shown:
            return
        val = "" if not history.epochs else said(history.val_loss[-1], history.val_accuracy[-1])
        loss = f", loss {history.loss[-1]:.3g}" if len(history.loss) else ""
        fate = f"diverged at step {history.diverged_at}" if history.diverged else \
            f"stopped by Ctrl-C after step {history.steps}; the model keeps what it has learned" \
            if history.interrupted else f"{history.epochs} epochs, {history.steps} steps"
        self._write(f"{fate}{loss}{val}, {seconds:.1f} s")
        print()

    def _write(self, line):
        print(("\r" if self.moving else "") + line.ljust(self.length), end="", flush=True)
        self.length = len(line)


def said(val_loss, val_accuracy):
    """The words for a validation: its accuracy, or its loss where there is none."""
    if val_accuracy == val_accuracy:
        return f", validation accuracy {val_accuracy:.3f}"
    return f", validation loss {val_loss:.3g}" if val_loss == val_loss else ""
