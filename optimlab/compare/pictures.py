"""A study's pictures: U-curves, learning curves, profiles. All numbers come from the Comparison."""

import numpy as np

from optimlab import plots
from optimlab.compare.statistics import TAU_MAX
from optimlab.compare.table import number
from optimlab.looks import LOOKS, look, looks_for


def u_curves(result, problem, ax=None):
    """Score at the end against learning rate, a U for each optimizer; bands from least to greatest seed."""
    ax = ax or _axes()
    measure = result.study.problems[problem].measure
    chosen = []
    for name, style in looks_for(result.names).items():
        try:
            curve = result.sensitivity(name, problem)
        except ValueError:
            continue
        seen = np.isfinite(curve.median)
        low, middle, high = (np.where(seen & np.isfinite(values), values, np.nan)
                             for values in (curve.low, curve.median, curve.high))
        ax.fill_between(curve.lrs, low, high, color=style.color, alpha=0.12, lw=0)
        plots.lines(ax, curve.lrs, [(style, middle, name)], end_labels=False)
        if seen.any():
            at = int(np.nanargmin(middle))
            chosen.append(middle[at])
            ax.plot(curve.lrs[at], middle[at], marker=style.marker, color=style.color, ms=9,
                    **plots.fill(style))
    ax.set(xscale="log", xlabel="learning rate", ylabel=f"{measure} at the end")
    if chosen and min(chosen) > 0:
        ax.set_yscale("log")
        top = result_start(result, problem)
        if top and top > min(chosen):
            ax.set_ylim(min(chosen) / 1.6, 2 * top)
        plots.plain_log(ax)
    _legend(ax)
    names, window = widest(result, problem)
    if names:
        verb = "forgives" if len(names) == 1 else "forgive"
        ax.set_title(f"{' and '.join(names)} {verb} most: a factor {number(window)} in lr")
    return ax.figure


def curves(result, problem, ax=None):
    """The score along the run at the chosen settings: median over the seeds, band from least to greatest."""
    ax = ax or _axes()
    ends, lowest = [], np.inf
    for name, style in looks_for(result.names).items():
        runs = [one for one in result.runs(name, problem) if one.ok]
        if not runs:
            continue
        steps = np.array(runs[0].steps)
        scores = np.array([np.interp(steps, one.steps, one.scores) for one in runs])
        middle = np.median(scores, axis=0)
        plots.bands(ax, steps, [(style, scores.T, name)], end_labels=False)
        ends.append((steps[-1], middle[-1], name, style.color))
        lowest = min(lowest, scores.min())
    ax.set(xlabel="step", ylabel=result.study.problems[problem].measure)
    if lowest > 0 and np.isfinite(lowest):
        plots.plain_log(ax)
    target = result.target(problem)
    if np.isfinite(target):
        plots.threshold(ax, y=target, text=f"target {number(target)}", at=0.02)
    plots.label_ends(ax, ends)
    ax.set_title(f"{result.order(problem)[0]} has the lowest median at the end")
    return ax.figure


def profiles(result, ax=None):
    """The share of runs that reach the target within tau times the fastest one's steps."""
    ax = ax or _axes()
    taus = np.linspace(1, TAU_MAX, 301)
    for name, share in result.profile(taus).items():
        style = looks_for(result.names)[name]
        plots.lines(ax, taus, [(style, share, name)], end_labels=False)
    ax.set(xlabel="tau: steps as a multiple of the fastest", ylabel="share of runs at the target",
           ylim=(-0.03, 1.05))
    scores = result.profile_scores()
    winner = max(scores, key=scores.get)
    ax.set_title(f"{winner} reaches the target soonest: score {scores[winner]:.2f} of 1")
    _legend(ax)
    return ax.figure


def card(card):
    """A report card: U-curve on a net, steps against kappa, what noise leaves, what turning costs."""
    fig, axes = plots.plt.subplots(2, 2, figsize=(9, 7.4))
    looks = {name: look(name.lower()) for name in card.classics}
    looks[card.name] = look("yours") if card.name.lower() not in LOOKS else look(card.name.lower())
    for name, g in [*card.classics.items(), (card.name, card.grades)]:
        style, own = looks[name], name == card.name
        (net, kappa), (floor, turned) = axes
        for ax, x, y in ((net, g.net_lrs, g.net_scores), (kappa, g.kappas, g.kappa_steps),
                         (floor, g.floor_lrs, g.floors), (turned, [0, 45], g.angle_steps)):
            y = np.where(np.isfinite(y), y, np.nan)
            plots.lines(ax, x, [(style, y, name)], end_labels=False)
            ax.lines[-1].set(zorder=3 if own else 2, alpha=1 if own else 0.75)
            if ax in (kappa, turned):
                ax.lines[-1].set(marker=style.marker, **plots.fill(style))
    g = card.grades
    net.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="validation loss", ylim=(None, 1.2),
            title=f"{card.name}: lr may be off by a factor {number(g.net_window)}")
    kappa.set(xscale="log", yscale="log", xlabel="condition number kappa", ylabel="steps to 1e-6",
              title=f"Steps grow as kappa to the {g.slope:.2f}" if np.isfinite(g.slope) else
              f"{card.name} does not arrive in every bowl")
    floor.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="mean square distance left",
              ylim=(min(one.floor for one in card.everyone.values()) / 3, 200),
              title=f"Noise leaves {number(g.floor)} at best")
    turned.set(yscale="log", xlabel="the valley is turned by (degrees)", ylabel="steps to 1e-6",
               xticks=[0, 45], xlim=(-8, 53),
               title=f"Turned by 45 degrees: {number(g.rotation)} times the steps" if
               np.isfinite(g.rotation) else f"{card.name} does not arrive in every valley")
    handles, labels = net.get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=len(labels), handlelength=3.5)
    return fig


def widest(result, problem):
    """(names, window) of the optimizers whose learning rate may be wrong by most."""
    windows = {}
    for name in result.names:
        try:
            windows[name] = result.sensitivity(name, problem).window
        except ValueError:
            continue
    windows = {name: w for name, w in windows.items() if np.isfinite(w)}
    most = max(windows.values(), default=np.nan)
    return [name for name, window in windows.items() if np.isclose(window, most)], most


def result_start(result, problem):
    """The median score before the first step; 0 where no run has one."""
    first = [one.scores[0] for one in result.results if one.problem == problem and one.scores]
    return float(np.median(first)) if first else 0.0


def _axes():
    return plots.panels()[1]


def _legend(ax):
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), handlelength=3.5)
