"""A case on the screen: its curves with alternative text, and its log as tables.

Matplotlib is imported when something is drawn, not by a check that only wants to train.
"""

import numpy as np

from optimlab.clinic.run import BATCHES, BATCHES_AN_EPOCH, network, run, target
from optimlab.looks import BLUE, GREY, VERMILLION


def show(case, train=None):
    """Draw loss, gradient norm and accuracy of a case; with `train`, that function's run over the broken one.

    As long as `train` does what the broken one does, there is one curve.

    Args:
        case: 1 to 12.
        train: a function of your own, `train(model, x, y, rng)`.

    Raises:
        ValueError: a case that there is not.
    """
    from optimlab import plots

    runs = [("as it came", run(case), VERMILLION, 1.0)]
    if train is not None:
        mine = run(case, train)
        if not np.array_equal(mine.params, runs[0][1].params):
            runs.append(("yours", mine, BLUE, 1.6))
    fig = figure(case, runs)
    plots.show(fig, alt=description(case, runs), colors=24)


def figure(case, runs):
    """Three panels: loss and gradient norm for each batch, accuracy after each epoch with the target."""
    from optimlab import plots

    fig, (left, middle, right) = plots.panels(3, width=9, height=3.2)
    for label, result, color, width in runs:
        style = {"color": color, "lw": width, "label": label}
        left.plot(_seen(result.losses), **style)
        middle.plot(_seen(result.grad_norms), **style)
        epochs = np.arange(1, len(result.accuracies) + 1)
        inside = color if width > 1 else "white"
        right.plot(epochs, 100 * result.accuracies, marker="o", ms=4, mfc=inside, **style)
    left.set(title="loss of each batch")
    middle.set(title="length of its gradient")
    for panel in (left, middle):
        panel.set(xlabel="batch (lines: epochs)", xticks=range(0, BATCHES + 1, 60))
        panel.set_yscale("log")
        _at_least_a_decade(panel)
        plots.plain_log(panel)
        for epoch in range(13):
            panel.axvline(epoch * BATCHES_AN_EPOCH, color="#E4E4E4", lw=0.8, zorder=0)
    goal = 100 * target(case)
    right.set(title=f"accuracy in %, target {goal:g}", xlabel="epoch", ylim=(0, 104), xticks=[1, 4, 8, 12])
    right.axhline(goal, color=GREY, lw=1)
    if len(runs) > 1:
        fig.legend(*right.get_legend_handles_labels(), loc="upper right", ncols=2, frameon=False)
    words = "reaches its target" if runs[-1][1].reached else "does not reach its target"
    whose = "your run" if len(runs) > 1 else "the run as it came"
    fig.suptitle(f"Case {case}: {whose} {words}")
    return fig


def _seen(values):
    """Zeros and what is beyond float32 cannot stand on a logarithmic axis; they are left out."""
    values = np.asarray(values, float)
    return np.where(np.isfinite(values) & (values > 0), values, np.nan)


def _at_least_a_decade(panel):
    """Widen a logarithmic axis, so that small noise looks small."""
    low, high = panel.get_ylim()
    wider = max(1.0, np.sqrt(10 * low / high))
    panel.set_ylim(low / wider, high * wider)


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
            mean, middle = _short(losses.mean()), _short(np.median(norms))
            lines.append(f"{epoch:5d} {mean:>6} {middle:>9} {100 * share:7.0f} %")
    return "\n".join(lines)


def batches(case, start, stop, train=None):
    """Some batches of a run, one by one: the loss, the length of the gradient, and how far the step went.

    Args:
        case: 1 to 12.
        start, stop: the first batch, counted from 0, and the one after the last.
        train: a function of your own; the broken one if it is left out.

    >>> print(batches(1, 0, 2))
    batch   loss  gradient    step
        0   2.32     0.375       3
        1   2.56      2.18    17.4
    """
    result = run(case, train)
    lines = ["batch   loss  gradient    step"]
    columns = list(zip(result.losses, result.grad_norms, result.step_norms, strict=True))
    for batch, (loss, norm, step) in enumerate(columns[start:stop], start=start):
        lines.append(f"{batch:5d} {_short(loss):>6} {_short(norm):>9} {_short(step):>7}")
    return "\n".join(lines)


def layers(case, train=None):
    """The arrays of the network: the length of each and of its gradient, in the first and in the last batch.

    >>> print(layers(7))
                gradient           weights
               first    last    before   after
    1.weight       0       0      2.84    2.84
    1.bias         0       0      19.6    19.6
    3.weight       0       0      1.81    1.81
    3.bias     0.125    0.19         0   0.468
    """
    result, model = run(case, train), network(case)
    columns = []
    for key, source in (("grads", result.log[0]), ("grads", result.log[-1]), ("params", result.log[0])):
        columns.append(_lengths(model, source[key]))
    columns.append(_lengths(model, result.params))
    wide = max(map(len, model.views))
    lines = [f"{'':{wide}}    gradient           weights", f"{'':{wide}}   first    last    before   after"]
    for name in model.views:
        words = [_short(column[name]) for column in columns]
        lines.append(f"{name:{wide}} {words[0]:>7} {words[1]:>7}   {words[2]:>7} {words[3]:>7}")
    return "\n".join(lines)


def _short(value):
    """Three digits at most.

    >>> _short(2.3224), _short(0.0345), _short(1847.7), _short(6.67e-8), _short(0.0)
    ('2.32', '0.035', '1,848', '7e-08', '0')
    """
    if 0 < value < 0.001:
        return f"{value:.0e}"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2g}" if value < 0.1 else f"{value:.3g}"


def _lengths(model, flat):
    model.params[...] = flat
    with np.errstate(over="ignore"):
        return {name: np.linalg.norm(view.astype(float)) for name, view in model.views.items()}
