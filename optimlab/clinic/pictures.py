"""A case on the screen: its curves with alternative text, and its log as a table.

Matplotlib is imported when something is drawn, not by a check that only wants to train.
"""

import numpy as np

from optimlab.clinic.run import BATCHES_AN_EPOCH, run, target
from optimlab.looks import BLUE, GREY, VERMILLION


def show(case, train=None):
    """Draw loss, gradient norm and accuracy of a case; with `train`, that function's run over the broken one.

    Args:
        case: 1 to 12.
        train: a function of your own, `train(model, x, y, rng)`.

    Raises:
        ValueError: a case that there is not.
    """
    from optimlab import plots

    runs = [("as it came", run(case), VERMILLION, (0, (4, 2)))]
    if train is not None:
        runs.append(("yours", run(case, train), BLUE, "-"))
    fig = figure(case, runs)
    plots.show(fig, alt=description(case, runs))


def figure(case, runs):
    """Three panels: loss and gradient norm for each batch, accuracy after each epoch with the target."""
    from matplotlib.ticker import NullFormatter

    from optimlab import plots

    fig, (left, middle, right) = plots.panels(3, width=10, height=3.4)
    for label, result, color, dashes in runs:
        style = {"color": color, "linestyle": dashes, "lw": 1.4, "label": label}
        left.plot(_seen(result.losses), **style)
        middle.plot(_seen(result.grad_norms), **style)
        epochs = np.arange(1, len(result.accuracies) + 1)
        right.plot(epochs, 100 * result.accuracies, marker="o", ms=3, **style)
    left.set(title="loss of each batch", xlabel="batch", yscale="log")
    middle.set(title="length of its gradient", xlabel="batch", yscale="log")
    goal = 100 * target(case)
    right.set(title=f"accuracy in %, target {goal:g}", xlabel="epoch", ylim=(0, 104), xticks=[1, 4, 8, 12])
    right.axhline(goal, color=GREY, lw=1)
    for panel in (left, middle):
        panel.yaxis.set_minor_formatter(NullFormatter())
    if len(runs) > 1:
        left.legend(frameon=False)
    words = "reaches its target" if runs[-1][1].reached else "does not reach its target"
    whose = "your run" if len(runs) > 1 else "the run as it came"
    fig.suptitle(f"Case {case}: {whose} {words}")
    return fig


def _seen(values):
    """Zeros and what is beyond float32 cannot stand on a logarithmic axis; they are left out."""
    values = np.asarray(values, float)
    return np.where(np.isfinite(values) & (values > 0), values, np.nan)


def description(case, runs):
    said = []
    for label, result, *_ in runs:
        last = result.losses[-1] if len(result.losses) else np.nan
        end = f"ends at {last:.2g}" if np.isfinite(last) else "is lost in nan"
        said.append(f"{label}: the loss {end}, the accuracy at {100 * result.accuracy:.0f} %")
    return (
        f"Case {case}, three panels over the batches: loss, gradient length, accuracy with the target at "
        f"{100 * target(case):g} %. {'; '.join(said)}."
    )


def log(case, train=None):
    """The log of a run as text: after each epoch its mean loss, median gradient norm and accuracy.

    >>> print(log(11))  # doctest: +ELLIPSIS
    epoch   loss  gradient  accuracy
        1 ...
    """
    result = run(case, train)
    lines = ["epoch   loss  gradient  accuracy"]
    for epoch, share in enumerate(result.accuracies, start=1):
        part = slice((epoch - 1) * BATCHES_AN_EPOCH, epoch * BATCHES_AN_EPOCH)
        losses, norms = result.losses[part], result.grad_norms[part]
        if not len(losses):
            break
        with np.errstate(all="ignore"):
            lines.append(f"{epoch:5d} {losses.mean():6.3g} {np.median(norms):9.2g} {100 * share:7.0f} %")
    return "\n".join(lines)
