"""Exercises of lesson 09: learning-rate schedules and finding a learning rate."""

import numpy as np

from .parts import exercise
from .trace import Seen

# 09.1


@exercise(
    "09.1",
    "A rate that drops in steps",
    returns="lr",
    hints=(
        "How many drops have happened by this epoch? That is a whole number.",
        "Epochs count from 0, so the epochs 0 to every - 1 have seen no drop, the next `every` epochs "
        "one, and "
        "so on. Each drop multiplies the rate once more.",
        "lr0 times drop to the power of a whole-number division. In Python that division is //.",
        "The same shape in another story, a price that falls at the end of each season:\n"
        "    seasons = day // days_in_a_season\n"
        "    return price * discount**seasons",
    ),
    after="Worth keeping: it is computed from lr0 and the epoch alone, so you can ask in any order.",
)
def step_decay(lr0, epoch, drop, every):
    """Return the learning rate of an epoch when it drops every few epochs.

    epoch counts from 0. The rate is lr0 during the first `every` epochs, then it is
    multiplied by drop, 0 < drop <= 1, after every further `every` epochs. lr0 > 0,
    every is a whole number >= 1; the result is one number.

    >>> [step_decay(8.0, epoch, drop=0.5, every=2) for epoch in range(5)]
    [8.0, 8.0, 4.0, 4.0, 2.0]
    """
    drops = epoch // every
    return lr0 * drop**drops


@step_decay.probe("two schedules, epoch by epoch")
def _(rate):
    for epoch in range(10):
        yield Seen(f"every 3, epoch {epoch}", "lr", rate(0.4, epoch, 0.5, 3))
    for epoch in range(9):
        yield Seen(f"every 4, epoch {epoch}", "lr", rate(0.3, epoch, 0.1, 4))


@step_decay.probe("every epoch, no drop, and a late epoch")
def _(rate):
    for epoch in range(4):
        yield Seen(f"every 1, epoch {epoch}", "lr", rate(2.0, epoch, 0.25, 1))
    yield Seen("drop 1, epoch 7", "lr", rate(0.3, 7, 1.0, 2))
    yield Seen("epoch 100", "lr", rate(0.3, 100, 0.9, 30))
    yield Seen("epoch 5, asked again", "lr", rate(0.4, 5, 0.5, 3))


step_decay.mistake(
    "SCH-SMOOTH",
    name="it falls a little in every epoch",
    sees="It agrees at the drops, and between them the rate glides down.",
    question="How many whole drops have happened by epoch 1? What does / give, and what does // give?",
)(lambda lr0, epoch, drop, every: lr0 * drop ** (epoch / every))

step_decay.mistake(
    "SCH-EARLY",
    name="each drop comes one epoch too early",
    sees="The last epoch of each interval has the rate of the next one already.",
    question="Epochs count from 0. How many epochs have the full rate in your lines?",
)(lambda lr0, epoch, drop, every: lr0 * drop ** ((epoch + 1) // every))

step_decay.mistake(
    "SCH-LATE",
    name="each drop comes one epoch too late",
    sees="The first epoch of each interval still has the rate of the one before.",
    question="Epochs count from 0. How many epochs have the full rate in your lines?",
)(lambda lr0, epoch, drop, every: lr0 * drop ** (max(epoch - 1, 0) // every))

step_decay.mistake("SCH-LATE")(lambda lr0, epoch, drop, every: lr0 * drop ** ((epoch - 1) // every))

step_decay.mistake(
    "SCH-FIRST",
    name="the first epoch has seen a drop already",
    sees="At epoch 0 the rate is lr0 times drop, and it stays one drop too low.",
    question="0 is a multiple of every number. Should the rate drop at epoch 0?",
)(lambda lr0, epoch, drop, every: lr0 * drop ** (epoch // every + 1))

step_decay.mistake(
    "SCH-STRICT",
    name="the very first drop comes one epoch too late, the others do not",
    sees="All epochs agree but one: at epoch = every the rate is still lr0.",
    question="Is epoch > every true in the first epoch of the second interval?",
)(lambda lr0, epoch, drop, every: lr0 * drop ** (epoch // every) if epoch > every else lr0)

step_decay.mistake(
    "SCH-POWERFIRST",
    name="the power comes first, and what it gives is divided",
    sees="Nearly every rate is 0: a number below 1, divided by `every` and rounded down.",
    question="In a ** b // c, which of the two does Python do first?",
)(lambda lr0, epoch, drop, every: lr0 * (drop**epoch // every))

step_decay.mistake(
    "SCH-INVTIME",
    name="this is the schedule 1 / t",
    sees="The rate falls in every epoch, first fast and then ever more slowly.",
    question="What should the rates of the epochs 0 to every - 1 have in common?",
)(lambda lr0, epoch, drop, every: lr0 / (1 + drop * epoch))

step_decay.mistake(
    "SCH-ALL",
    name="the rates of all epochs come back",
    sees="A list with one rate for each epoch up to this one.",
    question="Who calls this function asks for one epoch. Which entry of yours is its rate?",
)(lambda lr0, epoch, drop, every: [lr0 * drop ** (e // every) for e in range(epoch + 1)])

step_decay.mistake(
    "SCH-ONCE",
    name="it drops once and never again",
    sees="The first two intervals agree; then the rate stays.",
    question="After three intervals, how many times should drop have been multiplied in?",
)(lambda lr0, epoch, drop, every: lr0 * drop if epoch >= every else lr0)

step_decay.mistake(
    "SCH-EPOCHSTEP",
    name="it drops in every epoch",
    sees="The rate is multiplied by drop in each epoch, whatever `every` is.",
    question="Where does the argument every appear in your lines?",
)(lambda lr0, epoch, drop, every: lr0 * drop**epoch)

step_decay.mistake(
    "SCH-MULTIPLES",
    name="only every so many epochs the rate is low, and then it is high again",
    sees="The rate drops at a multiple of `every` and comes back in the next epoch.",
    question="Once the rate has dropped, does anything bring it up again?",
)(lambda lr0, epoch, drop, every: lr0 * drop if epoch and epoch % every == 0 else lr0)

step_decay.mistake(
    "SCH-MOD",
    name="the power is the remainder, not the quotient",
    sees="The rate falls within each interval and starts again at the next.",
    question="What does epoch % every count, and what does epoch // every count?",
)(lambda lr0, epoch, drop, every: lr0 * drop ** (epoch % every))

step_decay.mistake(
    "SCH-TIMES",
    name="drop is multiplied by the number of drops, not raised to it",
    sees="Before the first drop the rate is 0.",
    question="What is drop to the power 0, and what is drop times 0?",
)(lambda lr0, epoch, drop, every: lr0 * drop * (epoch // every))

step_decay.mistake(
    "SCH-SUB",
    name="a fixed amount is taken away at each drop",
    sees="The rate falls along a staircase of equal steps, and below zero in the end.",
    question="Is drop an amount or a factor?",
)(lambda lr0, epoch, drop, every: lr0 - drop * (epoch // every))

step_decay.mistake(
    "SCH-SHARE",
    name="drop is taken for the share that is lost",
    sees="At each drop the rate is multiplied by 1 - drop; at drop 0.5 nobody would notice.",
    question="With drop 0.1, what should be left of the rate after one drop?",
)(lambda lr0, epoch, drop, every: lr0 * (1 - drop) ** (epoch // every))

step_decay.mistake(
    "SCH-DIV",
    name="it divides by drop, so the rate rises",
    sees="The rate grows at each drop.",
    question="drop is below 1. What does a division by it do?",
)(lambda lr0, epoch, drop, every: lr0 / drop ** (epoch // every))

step_decay.mistake(
    "SCH-HYPERBOLA",
    name="the rate falls like one over the number of drops",
    sees="The rate is lr0 / (1 + drop * drops), a slower fall.",
    question="That is another schedule. What happens to the rate at each drop of this one?",
)(lambda lr0, epoch, drop, every: lr0 / (1 + drop * (epoch // every)))

step_decay.mistake(
    "SCH-EXP",
    name="it falls as an exponential of drop",
    sees="At a drop the rate is multiplied by exp(-drop) instead of drop.",
    question="Which number is raised to the number of drops: e, or drop?",
)(lambda lr0, epoch, drop, every: lr0 * np.exp(-drop * (epoch // every)))

step_decay.mistake(
    "SCH-BRACKET",
    name="lr0 is raised to the power along with drop",
    sees="Before the first drop the rate is 1.",
    question="What do your brackets hold together?",
)(lambda lr0, epoch, drop, every: (lr0 * drop) ** (epoch // every))

step_decay.mistake(
    "SCH-ROUND",
    name="the number of drops is rounded to the nearest",
    sees="The rate drops in the middle of an interval.",
    question="After two of three epochs, has the drop happened?",
)(lambda lr0, epoch, drop, every: lr0 * drop ** round(epoch / every))

step_decay.mistake(
    "SCH-FACTOR",
    name="it returns the factor, without lr0",
    sees="Every rate is 1 / lr0 times the expected one.",
    question="Which of the four arguments is missing in your line?",
)(lambda lr0, epoch, drop, every: drop ** (epoch // every))

step_decay.mistake(
    "SCH-CONSTANT",
    name="it never drops",
    sees="Every epoch has the rate lr0.",
    question="What would the rate be if drop were 0.001?",
)(lambda lr0, epoch, drop, every: lr0)


@step_decay.mistake(
    "SCH-COMPOUND",
    name="it multiplies a rate that it remembers",
    sees="The same epoch, asked twice, has two rates; a plot of the schedule changes the training.",
    question="Could you compute the rate of epoch 7 without having asked for epochs 0 to 6?",
    habit="MOM-CLASSVAR",
)
def _(lr0, epoch, drop, every, kept=[]):  # noqa: B006
    if not kept:
        kept.append(lr0)
    if epoch % every == 0:
        kept[0] = kept[0] * drop
    return kept[0]


# 09.2


@exercise(
    "09.2",
    "A cosine from the highest rate to the lowest",
    returns="lr",
    hints=(
        "Find the share of the way first: 0 at the start, 1 at T, and never more.",
        "cos goes from 1 to -1 while its argument goes from 0 to pi. You need something that goes from 1 "
        "to 0, "
        "and then the stretch between lr_max and lr_min.",
        "lr_min + (the distance from lr_min to lr_max) * (1 + cos(pi * share)) / 2, with share = t / T "
        "and t no "
        "larger than T.",
        "The same shape in another story, the light of a lamp that is dimmed over a night of H hours:\n"
        "    share = min(hour, H) / H\n"
        "    return dark + (bright - dark) * (1 + np.cos(np.pi * share)) / 2",
    ),
    after="Worth keeping: at half-time the rate is half-way, and it is flat at both ends.",
)
def cosine_lr(lr_max, lr_min, t, T):
    """Return the learning rate of step t on half a cosine from lr_max to lr_min.

    t counts from 0. The rate is lr_max at t = 0, falls along half a period of the
    cosine, is lr_min at t = T, and stays there for t > T. 0 <= lr_min <= lr_max, T
    is at least 1; the result is one number. (Loshchilov and Hutter, 2017)

    >>> [round(float(cosine_lr(3.0, 1.0, t, T=4)), 3) for t in (0, 2, 4, 9)]
    [3.0, 2.0, 1.0, 1.0]
    """
    share = min(t, T) / T
    return lr_min + (lr_max - lr_min) * (1 + np.cos(np.pi * share)) / 2


@cosine_lr.probe("two schedules, step by step")
def _(rate):
    for t in range(7):
        yield Seen(f"T = 6, t = {t}", "lr", rate(0.5, 0.1, t, 6))
    for t in (0, 1, 20, 50, 80, 99, 100):
        yield Seen(f"T = 100, t = {t}", "lr", rate(0.02, 0.0, t, 100))


@cosine_lr.probe("after the end")
def _(rate):
    for t in (6, 7, 9, 12, 40):
        yield Seen(f"T = 6, t = {t}", "lr", rate(0.5, 0.1, t, 6))


@cosine_lr.probe("edges")
def _(rate):
    for t in (0, 1, 2):
        yield Seen(f"T = 1, t = {t}", "lr", rate(0.3, 0.2, t, 1))
    yield Seen("both rates equal, t = 3", "lr", rate(0.3, 0.3, 3, 7))


def _cosine(share):
    return (1 + np.cos(np.pi * share)) / 2


cosine_lr.mistake(
    "SCH-REBOUND",
    name="after T the rate rises again",
    sees="Up to T all agrees; then the cosine comes back up.",
    question="Which share of the way do you use at t = 2 T?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * _cosine(t / T))

cosine_lr.mistake(
    "SCH-ZEROEND",
    name="after T the rate is 0 instead of lr_min",
    sees="Before the end all agrees; then the rate falls to nothing.",
    question="What is the lowest rate that the schedule may have?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * _cosine(t / T) if t <= T else 0.0)

cosine_lr.mistake("SCH-ZEROEND")(
    lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * _cosine(t / T) if t < T else 0.0
)

cosine_lr.mistake(
    "SCH-FACTOR",
    name="it returns the share of the way that is left, without the rates",
    sees="Every value goes from 1 to 0, whatever lr_max and lr_min are.",
    question="Which of the four arguments are missing in your line?",
)(lambda lr_max, lr_min, t, T: _cosine(min(t, T) / T))

cosine_lr.mistake(
    "SCH-MAXEND",
    name="after T the rate is lr_max again",
    sees="Up to T all agrees; then the schedule seems to start anew.",
    question="Where should the rate stay once the schedule is over?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * _cosine(t / T) if t <= T else lr_max)

cosine_lr.mistake(
    "SCH-RESTART",
    name="after T it starts again from the top",
    sees="At t = T the rate is lr_max, not lr_min: t % T is 0 there.",
    question="That is the schedule with restarts. What does this one do at T?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * _cosine((t % T) / T))

cosine_lr.mistake(
    "SCH-COSEND",
    name="it stops one step before the end, and never reaches lr_min",
    sees="Up to T - 1 all agrees; at T the rate is still that of the step before.",
    question="Which is the largest t that your min lets through?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * _cosine(min(t, T - 1) / T))

cosine_lr.mistake(
    "SCH-TP1",
    name="it is one step ahead",
    sees="At t = 0 the rate is already below lr_max.",
    question="t counts from 0. What is your share of the way at the first step?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * _cosine(min(t + 1, T) / T))

cosine_lr.mistake(
    "SCH-LAST",
    name="it reaches lr_min one step too early",
    sees="The way is divided into T - 1 steps instead of T.",
    question="At t = T - 1, has the schedule arrived?",
)(
    lambda lr_max, lr_min, t, T: (
        lr_min + (lr_max - lr_min) * _cosine(np.float64(min(t, T - 1)) / (T - 1))
    )
)

cosine_lr.mistake("SCH-LAST")(
    lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * _cosine(min(t, T) / max(T - 1, 1))
)

cosine_lr.mistake(
    "SCH-TDIV",
    name="the way is divided into T + 1 steps",
    sees="At T the rate has not arrived at lr_min.",
    question="From t = 0 to t = T, how many steps are there?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * _cosine(min(t, T) / (T + 1)))

cosine_lr.mistake(
    "SCH-DEG",
    name="the angle is in degrees",
    sees="np.cos is given up to 180, and the rate jumps up and down.",
    question="In which unit does np.cos take its angle?",
)(
    lambda lr_max, lr_min, t, T: (
        lr_min + (lr_max - lr_min) * (1 + np.cos(180 * min(t, T) / T)) / 2
    )
)

cosine_lr.mistake(
    "SCH-NOPI",
    name="pi is missing in the cosine",
    sees="At T the rate is still three quarters of the way up.",
    question="At which angle is the cosine -1?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * (1 + np.cos(min(t, T) / T)) / 2)

cosine_lr.mistake(
    "SCH-RAD",
    name="it runs through a whole period",
    sees="At half-time the rate is lr_min, and at T it is lr_max again.",
    question="At which angle is the cosine -1?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * _cosine(2 * min(t, T) / T))

cosine_lr.mistake(
    "SCH-QUARTER",
    name="it runs through a quarter of a period",
    sees="The rate falls as cos itself, flat at the start and steep at the end.",
    question="How should the rate arrive at lr_min: steeply, or flat?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * np.cos(np.pi / 2 * min(t, T) / T))

cosine_lr.mistake(
    "SCH-HALFWAY",
    name="it goes only half of the way",
    sees="The angle ends at pi / 2, so at T the rate is in the middle.",
    question="At which angle is the cosine -1?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * _cosine(min(t, T) / T / 2))

cosine_lr.mistake(
    "SCH-NOHALF",
    name="the half is missing",
    sees="At t = 0 the rate is lr_min plus twice the stretch.",
    question="1 + cos goes from 2 to 0. What did you want it to go from?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * (1 + np.cos(np.pi * min(t, T) / T)))

cosine_lr.mistake(
    "SCH-NOONE",
    name="the 1 before the cosine is missing",
    sees="The rate goes below lr_min, and at T it is far from it.",
    question="The cosine ends at -1. What has to be added so that it ends at 0?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * np.cos(np.pi * min(t, T) / T) / 2)

cosine_lr.mistake(
    "SCH-PLAINCOS",
    name="the bare cosine is used, from 1 to -1",
    sees="It starts at lr_max and falls as far below lr_min as it began above.",
    question="The cosine ends at -1. Where should your factor end?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * np.cos(np.pi * min(t, T) / T))

cosine_lr.mistake(
    "SCH-RISES",
    name="it rises from lr_min to lr_max",
    sees="The two ends have changed places.",
    question="Is 1 - cos large or small at t = 0?",
)(lambda lr_max, lr_min, t, T: lr_max + (lr_min - lr_max) * _cosine(min(t, T) / T))

cosine_lr.mistake(
    "SCH-NOMIN",
    name="lr_min is not used",
    sees="The rate falls to 0.",
    question="Where does the argument lr_min appear in your line?",
)(lambda lr_max, lr_min, t, T: lr_max * _cosine(min(t, T) / T))

cosine_lr.mistake(
    "SCH-ADDMIN",
    name="lr_min is added on top",
    sees="It starts at lr_max + lr_min, and ends right.",
    question="How long is the way from lr_max down to lr_min?",
)(lambda lr_max, lr_min, t, T: lr_min + lr_max * _cosine(min(t, T) / T))

cosine_lr.mistake(
    "SCH-PLUS",
    name="the two rates are added where their difference belongs",
    sees="At t = 0 the rate is above lr_max.",
    question="How long is the way from lr_max down to lr_min?",
)(lambda lr_max, lr_min, t, T: (lr_max + lr_min) * _cosine(min(t, T) / T))

cosine_lr.mistake("SCH-PLUS")(
    lambda lr_max, lr_min, t, T: lr_min + (lr_max + lr_min) * _cosine(min(t, T) / T)
)

cosine_lr.mistake(
    "SCH-HALFADDED",
    name="one half is added to the rate, not to the cosine",
    sees="All rates are shifted: a half does not know how large your rates are.",
    question="1 + cos goes from 2 to 0. Before the stretch or after it: where does the half belong?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * np.cos(np.pi * min(t, T) / T) / 2 + 0.5)

cosine_lr.mistake(
    "SCH-EXP",
    name="it falls in equal factors, which is exponential decay",
    sees="Where lr_min is above 0 both ends agree, and between them the rate is too low.",
    question="Half-way in time, where between lr_max and lr_min should the rate be?",
)(lambda lr_max, lr_min, t, T: lr_max * (lr_min / lr_max) ** (min(t, T) / T))

cosine_lr.mistake(
    "SCH-STRETCH",
    name="lr_min is not added",
    sees="Every rate is lr_min below the expected one.",
    question="What is your rate at T?",
)(lambda lr_max, lr_min, t, T: (lr_max - lr_min) * _cosine(min(t, T) / T))

cosine_lr.mistake(
    "SCH-FLOOR",
    name="it falls towards 0 and is held at lr_min",
    sees="The rate is too low on the way, and stays at lr_min long before T.",
    question="When does the rate arrive at lr_min: at T, or sooner?",
)(lambda lr_max, lr_min, t, T: max(lr_min, lr_max * _cosine(min(t, T) / T)))

cosine_lr.mistake(
    "SCH-LINEAR",
    name="it falls along a straight line",
    sees="Both ends and the middle agree; between them the cosine is missing.",
    question="How fast does the rate fall at the very start of a cosine?",
)(lambda lr_max, lr_min, t, T: lr_max + (lr_min - lr_max) * min(t, T) / T)

cosine_lr.mistake(
    "SCH-INTDIV",
    name="the share of the way is a whole number",
    sees="The rate stays at lr_max until T.",
    question="What is 3 // 6?",
)(lambda lr_max, lr_min, t, T: lr_min + (lr_max - lr_min) * _cosine(min(t, T) // T))


@cosine_lr.mistake(
    "SCH-COMPOUND",
    name="it multiplies a rate that it remembers",
    sees="The same t, asked twice, has two rates.",
    question="Could you compute the rate of step 7 without having asked for the steps before?",
    habit="MOM-CLASSVAR",
)
def _(lr_max, lr_min, t, T, kept=[]):  # noqa: B006
    kept.append(kept[-1] * _cosine(min(t, T) / T) if kept else lr_max)
    return lr_min + kept[-1]


# 09.3


@exercise(
    "09.3",
    "Warm up, then cosine",
    returns="lr",
    hints=(
        "Three stretches of time, three cases: before warm, from warm to T, after T.",
        "While t < warm the rate climbs in equal steps and the first step already has one of them. The "
        "cosine "
        "has a clock of its own that starts when the warm-up is over.",
        "t < warm: lr_max * (t + 1) / warm. Then half a cosine from lr_max to 0 over the share "
        "(t - warm) / (T - warm). After T: 0.",
        "The same shape in another story, a concert that swells for s bars and then fades until bar E:\n"
        "    if bar < s:\n"
        "        return loud * (bar + 1) / s\n"
        "    gone = (min(bar, E) - s) / (E - s)\n"
        "    return loud * (1 + np.cos(np.pi * gone)) / 2",
    ),
    after="Worth keeping: the highest rate is reached by the last warm-up step, and the cosine begins there.",
)
def warmup_cosine(lr_max, t, warm, T):
    """Return the learning rate of step t: a linear warm-up, then half a cosine to 0.

    t counts from 0. While t < warm the rate is lr_max times (t + 1) / warm. From
    t = warm to t = T it falls along half a cosine from lr_max to 0, on its own
    clock (t - warm) / (T - warm). After T it is 0. 0 <= warm < T, warm may be 0; the
    result is one number.

    >>> [round(float(warmup_cosine(2.0, t, warm=2, T=6)), 3) for t in (0, 1, 2, 4, 6)]
    [1.0, 2.0, 2.0, 1.0, 0.0]
    """
    if t < warm:
        return lr_max * (t + 1) / warm
    share = (min(t, T) - warm) / (T - warm)
    return lr_max * (1 + np.cos(np.pi * share)) / 2


@warmup_cosine.probe("two schedules, step by step")
def _(rate):
    for t in range(13):
        yield Seen(f"warm 4, T = 12, t = {t}", "lr", rate(0.6, t, 4, 12))
    for t in (0, 3, 9, 10, 11, 40, 70, 99, 100):
        yield Seen(f"warm 10, T = 100, t = {t}", "lr", rate(0.02, t, 10, 100))


@warmup_cosine.probe("after the end")
def _(rate):
    for t in (12, 13, 16, 20, 50):
        yield Seen(f"T = 12, t = {t}", "lr", rate(0.6, t, 4, 12))


@warmup_cosine.probe("a warm-up of no step and of one step")
def _(rate):
    for t in (0, 1, 3, 5, 6):
        yield Seen(f"warm 0, t = {t}", "lr", rate(0.6, t, 0, 5))
    for t in (0, 1, 3, 5, 6):
        yield Seen(f"warm 1, t = {t}", "lr", rate(0.6, t, 1, 5))
    for t in (0, 3, 4, 5):
        yield Seen(f"warm 4, T = 5, t = {t}", "lr", rate(0.6, t, 4, 5))


def _warm(climb=None, fall=None, first=None):
    """The reference with one of its parts exchanged; climb(t, warm, T) and fall(t, warm, T) are factors."""
    climb = climb or (lambda t, warm, T: (t + 1) / warm)
    fall = fall or (lambda t, warm, T: _cosine((min(t, T) - warm) / (T - warm)))
    first = first or (lambda t, warm: t < warm)
    return lambda lr_max, t, warm, T: lr_max * (climb if first(t, warm) else fall)(t, warm, T)


warmup_cosine.convention(
    "the warm-up starts from 0",
    text="Many libraries write t / warm. The first step then has a rate of 0 and does nothing; the form "
    "of the "
    "lesson, (t + 1) / warm, wastes no step.",
)(_warm(climb=lambda t, warm, T: t / warm))

warmup_cosine.mistake(
    "SCH-ZERO",
    name="the warm-up starts from 0 and is at the top one step too early for that",
    sees="The climb is divided into warm - 1 steps, and the first one does nothing.",
    question="What does the very first step do to the weights in your schedule?",
)(_warm(climb=lambda t, warm, T: np.float64(t) / (warm - 1)))

warmup_cosine.mistake(
    "SCH-ZEROPLUS",
    name="the warm-up starts from 0, and something later differs besides",
    sees="The first step has the rate 0 and does nothing.",
    question="The task says (t + 1) / warm. With that mended, what does a warm-up of 0 steps give, and what "
    "a t beyond T?",
)(_warm(climb=lambda t, warm, T: t / warm, first=lambda t, warm: t <= warm))

warmup_cosine.mistake(
    "SCH-BRACKET",
    name="a bracket around t + 1 is missing",
    sees="At t = 0 the rate is 1 / warm, whatever lr_max is.",
    question="In a * t + 1 / b, what is divided by b?",
)(lambda lr_max, t, warm, T: lr_max * t + 1 / warm if t < warm else _warm()(lr_max, t, warm, T))

warmup_cosine.mistake(
    "SCH-CLIMBFACTOR",
    name="the climb is not multiplied by lr_max",
    sees="The warm-up goes up to 1, whatever lr_max is; from t = warm on all agrees.",
    question="Where should the last warm-up step arrive?",
)(lambda lr_max, t, warm, T: (t + 1) / warm if t < warm else _warm()(lr_max, t, warm, T))

warmup_cosine.mistake(
    "SCH-SHAREBRACKET",
    name="a bracket around t - warm is missing",
    sees="The warm-up agrees; then the angle runs through half a period in every single step.",
    question="In t - a / (b - a), what is divided?",
)(_warm(fall=lambda t, warm, T: _cosine(min(t, T) - warm / (T - warm))))

warmup_cosine.mistake(
    "SCH-WARMJOIN",
    name="the cosine's clock runs during the warm-up",
    sees="The warm-up agrees; at t = warm the rate jumps down.",
    question="How far along its way is the cosine when it takes over, in your lines?",
)(_warm(fall=lambda t, warm, T: _cosine(min(t, T) / T)))

warmup_cosine.mistake(
    "SCH-COSEND",
    name="the cosine is stretched over T steps from the end of the warm-up",
    sees="Warm-up and start of the cosine agree; at T the rate is not yet 0.",
    question="How many steps are left after the warm-up?",
)(_warm(fall=lambda t, warm, T: _cosine((min(t, T) - warm) / T)))

warmup_cosine.mistake("SCH-COSEND")(
    _warm(fall=lambda t, warm, T: _cosine((t - warm) / T) if t <= T else 0.0)
)

warmup_cosine.mistake(
    "SCH-REBOUND",
    name="after T the rate rises again",
    sees="Up to T all agrees; then the cosine comes back up.",
    question="Which share of the way do you use at t = 2 T?",
)(_warm(fall=lambda t, warm, T: _cosine((t - warm) / (T - warm))))

warmup_cosine.mistake("SCH-REBOUND")(
    _warm(fall=lambda t, warm, T: _cosine(min(t - warm, T) / (T - warm)))
)

warmup_cosine.mistake(
    "SCH-MAXEND",
    name="after T the rate is lr_max again",
    sees="Up to T all agrees; then training goes on at full rate.",
    question="What should a step after the end do to the weights?",
)(_warm(fall=lambda t, warm, T: _cosine((t - warm) / (T - warm)) if t <= T else 1.0))

warmup_cosine.mistake(
    "SCH-WARMLE",
    name="the warm-up lasts one step too long",
    sees="At t = warm the rate is above lr_max: (warm + 1) / warm of it.",
    question="How many steps does your warm-up have? Count t = 0.",
)(_warm(first=lambda t, warm: t <= warm, climb=lambda t, warm, T: (t + 1) / np.float64(warm)))

warmup_cosine.mistake(
    "SCH-NOWARM",
    name="there is no warm-up",
    sees="From the first step on the rate is the cosine's over all T steps.",
    question="Where does the argument warm appear in your lines?",
)(_warm(first=lambda t, warm: False, fall=lambda t, warm, T: _cosine(min(t, T) / T)))

warmup_cosine.mistake(
    "SCH-WARMFULL",
    name="during the warm-up the rate is already lr_max",
    sees="The rate is lr_max until t = warm; from there all agrees.",
    question="What is the warm-up for, and how does your first step differ from a later one?",
)(_warm(climb=lambda t, warm, T: 1.0))

warmup_cosine.mistake(
    "SCH-WARMT",
    name="the warm-up climbs as if it lasted T steps",
    sees="The first rates are far too small, and at t = warm the rate jumps up.",
    question="By which step should the climb be over?",
)(_warm(climb=lambda t, warm, T: (t + 1) / T))

warmup_cosine.mistake(
    "SCH-WARMP1",
    name="the climb is divided into warm + 1 steps",
    sees="The last warm-up step is not yet at lr_max.",
    question="What is your factor at t = warm - 1?",
)(_warm(climb=lambda t, warm, T: (t + 1) / (warm + 1)))

warmup_cosine.mistake(
    "SCH-WARMCOS",
    name="the warm-up climbs along a cosine",
    sees="The climb is curved; from t = warm on all agrees.",
    question="By how much should the rate grow from each warm-up step to the next?",
)(_warm(climb=lambda t, warm, T: 1 - _cosine((t + 1) / warm)))

warmup_cosine.mistake(
    "SCH-WARMINT",
    name="the share of the climb is a whole number",
    sees="The rate is 0 in the whole warm-up but for its last step.",
    question="What is 2 // 4?",
)(_warm(climb=lambda t, warm, T: (t + 1) // warm))

warmup_cosine.mistake(
    "SCH-TP1",
    name="the cosine is one step ahead",
    sees="The warm-up agrees; at t = warm the rate is already below lr_max.",
    question="Where does the cosine's own clock stand at t = warm?",
)(_warm(fall=lambda t, warm, T: _cosine((min(t + 1, T) - warm) / (T - warm))))

warmup_cosine.mistake("SCH-TP1")(
    _warm(fall=lambda t, warm, T: _cosine((min(t, T) - warm + 1) / (T - warm + 1)))
)

warmup_cosine.mistake(
    "SCH-RISES",
    name="the share counts what is left of the way, not what is done",
    sees="The warm-up agrees; at t = warm the rate falls to 0 and climbs towards T.",
    question="What is your share at t = warm? It should be 0.",
)(_warm(fall=lambda t, warm, T: _cosine((T - min(t, T)) / (T - warm))))

warmup_cosine.mistake(
    "SCH-MIN",
    name="the lower of climb and cosine is taken, both on one clock",
    sees="The first rates agree; then the cosine over all T steps takes over.",
    question="When does the cosine's clock start?",
)(
    lambda lr_max, t, warm, T: (
        lr_max * min((t + 1) / np.float64(warm), 1.0, _cosine(min(t, T) / T))
    )
)

warmup_cosine.mistake(
    "SCH-PRODUCT",
    name="climb and cosine are multiplied, both on one clock",
    sees="Already the second rate is a little too small.",
    question="When does the cosine's clock start?",
)(
    lambda lr_max, t, warm, T: (
        lr_max * min((t + 1) / np.float64(warm), 1.0) * _cosine(min(t, T) / T)
    )
)

warmup_cosine.mistake(
    "SCH-BOTH",
    name="the cosine is at work during the warm-up too",
    sees="Already the first rate is too small: it is the climb times a cosine.",
    question="While t < warm, what should the rate be made of?",
)(
    lambda lr_max, t, warm, T: (
        lr_max * min((t + 1) / np.float64(warm), 1.0) * _cosine((min(t, T) - warm) / (T - warm))
    )
)

warmup_cosine.mistake(
    "SCH-DEG",
    name="the angle is in degrees",
    sees="The warm-up agrees; then the rate jumps up and down.",
    question="In which unit does np.cos take its angle?",
)(_warm(fall=lambda t, warm, T: (1 + np.cos(180 * (min(t, T) - warm) / (T - warm))) / 2))

warmup_cosine.mistake(
    "SCH-NOPI",
    name="pi is missing in the cosine",
    sees="The warm-up agrees; at T the rate is still three quarters of lr_max.",
    question="At which angle is the cosine -1?",
)(_warm(fall=lambda t, warm, T: (1 + np.cos((min(t, T) - warm) / (T - warm))) / 2))

warmup_cosine.mistake(
    "SCH-RAD",
    name="the cosine runs through a whole period",
    sees="The warm-up agrees; at T the rate is lr_max again.",
    question="At which angle is the cosine -1?",
)(_warm(fall=lambda t, warm, T: _cosine(2 * (min(t, T) - warm) / (T - warm))))

warmup_cosine.mistake(
    "SCH-NOHALF",
    name="the half is missing in the cosine",
    sees="The warm-up agrees; at t = warm the rate jumps to twice lr_max.",
    question="1 + cos goes from 2 to 0. What did you want it to go from?",
)(_warm(fall=lambda t, warm, T: 2 * _cosine((min(t, T) - warm) / (T - warm))))

warmup_cosine.mistake(
    "SCH-PLAINCOS",
    name="the bare cosine is used, and the rate becomes negative",
    sees="Warm-up and t = warm agree; in the second half the rate is below 0.",
    question="The cosine ends at -1. Where should your factor end?",
)(_warm(fall=lambda t, warm, T: np.cos(np.pi * (min(t, T) - warm) / (T - warm))))

warmup_cosine.mistake(
    "SCH-LINEAR",
    name="it falls along a straight line",
    sees="The warm-up agrees; then the cosine is missing.",
    question="How fast does the rate fall at the very start of a cosine?",
)(_warm(fall=lambda t, warm, T: 1 - (min(t, T) - warm) / (T - warm)))

warmup_cosine.mistake(
    "SCH-CONSTANT",
    name="after the warm-up the rate stays at lr_max",
    sees="The warm-up agrees; then nothing falls.",
    question="What should the rate be at T?",
)(_warm(fall=lambda t, warm, T: 1.0))

warmup_cosine.mistake(
    "SCH-FACTOR",
    name="it returns the factor, without lr_max",
    sees="Every rate is 1 / lr_max times the expected one.",
    question="Which of the four arguments is missing in your lines?",
)(lambda lr_max, t, warm, T: _warm()(1.0, t, warm, T))


@warmup_cosine.mistake(
    "SCH-COMPOUND",
    name="it changes a rate that it remembers",
    sees="The same t, asked twice, has two rates.",
    question="Could you compute the rate of step 7 without having asked for the steps before?",
    habit="MOM-CLASSVAR",
)
def _(lr_max, t, warm, T, kept=[]):  # noqa: B006
    kept.append(t)
    return _warm()(lr_max / len(kept), t, warm, T)


# 09.4


@exercise(
    "09.4",
    "The rates of a range test",
    returns="rates",
    hints=(
        "From each rate to the next: is something added, or is something multiplied?",
        "Equal factors, both ends included. Over n rates there are n - 1 factors, and together they make "
        "lr_max / lr_min.",
        "lr_min times (lr_max / lr_min) to the power of a share that goes from 0 to 1 in n places. NumPy "
        "also "
        "has a function for it, as it has np.linspace.",
        "The same shape in another story, n bells from a low tone to a high one, equally far apart to the "
        "ear:\n"
        "    share = np.arange(n) / (n - 1)\n"
        "    return low * (high / low) ** share",
    ),
    after="Worth keeping: every factor of ten gets as many rates as every other.",
)
def lr_range(lr_min, lr_max, n):
    """Return n learning rates from lr_min to lr_max, in equal factors.

    0 < lr_min < lr_max, n is a whole number >= 2. The result is an array of shape
    (n,) that starts with lr_min, ends with lr_max, and in which each rate is the
    same multiple of the one before.

    >>> lr_range(0.25, 16.0, 4).round(6)
    array([ 0.25,  1.  ,  4.  , 16.  ])
    """
    share = np.arange(n) / (n - 1)
    return lr_min * (lr_max / lr_min) ** share


@lr_range.probe("three ranges")
def _(rates):
    for trial, (low, high, n) in enumerate(((1e-4, 1.0, 7), (0.02, 3.0, 5), (2.0, 3.0, 10)), start=1):
        yield Seen(f"range {trial}", "rates", rates(low, high, n))


@lr_range.probe("two rates only, and whole numbers")
def _(rates):
    yield Seen("n = 2", "rates", rates(1e-3, 0.5, 2))
    yield Seen("1 to 1000", "rates", rates(1, 1000, 4))


lr_range.mistake(
    "CMP-LINGRID",
    name="the rates are equally far apart, not equal factors apart",
    sees="Both ends agree; all rates between are of the size of the largest.",
    question="How many of your rates are below a tenth of lr_max?",
)(lambda lr_min, lr_max, n: np.linspace(lr_min, lr_max, n))

lr_range.mistake(
    "RANGE-OPEN",
    name="the upper end is missing",
    sees="The first rate agrees; the last one stops a factor short of lr_max.",
    question="How many factors lie between n rates?",
)(lambda lr_min, lr_max, n: lr_min * (lr_max / lr_min) ** (np.arange(n) / n))

lr_range.mistake(
    "RANGE-NOSTART",
    name="the lower end is missing",
    sees="The last rate agrees; the first one is a factor above lr_min.",
    question="What is your share at the first rate?",
)(lambda lr_min, lr_max, n: lr_min * (lr_max / lr_min) ** (np.arange(1, n + 1) / n))

lr_range.mistake(
    "RANGE-INNER",
    name="both ends are missing",
    sees="The first rate is above lr_min, and the last one below lr_max.",
    question="What is your share at the first rate, and at the last?",
)(lambda lr_min, lr_max, n: lr_min * (lr_max / lr_min) ** (np.arange(1, n + 1) / (n + 1)))

lr_range.mistake(
    "RANGE-MORE",
    name="there is one rate too many",
    sees="The array holds n + 1 rates.",
    question="n factors, or n rates?",
)(lambda lr_min, lr_max, n: np.geomspace(lr_min, lr_max, n + 1))

lr_range.mistake(
    "RANGE-FEWER",
    name="there is one rate too few",
    sees="The array holds n - 1 rates.",
    question="n - 1 factors, or n - 1 rates?",
)(lambda lr_min, lr_max, n: np.geomspace(lr_min, lr_max, max(n - 1, 1)))

lr_range.mistake(
    "RANGE-FIFTY",
    name="n was not handed on, and NumPy makes 50",
    sees="Both ends agree, and there are always 50 rates.",
    question="Where does the argument n appear in your line?",
)(lambda lr_min, lr_max, n: np.geomspace(lr_min, lr_max))

lr_range.mistake(
    "RANGE-NOLOG",
    name="the exponent ends at the ratio, not at its logarithm",
    sees="The first rate agrees; the others are far too large, infinite even.",
    question="exp of which number is lr_max / lr_min?",
)(lambda lr_min, lr_max, n: lr_min * np.exp(np.linspace(0, lr_max / lr_min, n)))

lr_range.mistake(
    "RANGE-EXPONENTS",
    name="np.logspace was given the rates, where it wants exponents",
    sees="The rates run from 10 ** lr_min to 10 ** lr_max.",
    question="np.logspace(0, 1, 2) gives [1, 10]. What are its first two arguments?",
)(lambda lr_min, lr_max, n: np.logspace(lr_min, lr_max, n))

lr_range.mistake(
    "RANGE-BASE",
    name="the logarithms are to the base e, and the powers to the base 10",
    sees="Both ends are wrong: the exponents are 2.3 times too large.",
    question="Which function undoes np.log?",
)(lambda lr_min, lr_max, n: np.logspace(np.log(lr_min), np.log(lr_max), n))

lr_range.mistake(
    "RANGE-BASE10",
    name="the logarithms are to the base 10, and the powers to the base e",
    sees="Both ends are wrong: the exponents are 2.3 times too small.",
    question="Which function undoes np.log10?",
)(lambda lr_min, lr_max, n: np.exp(np.linspace(np.log10(lr_min), np.log10(lr_max), n)))

lr_range.mistake(
    "RANGE-LOGS",
    name="the logarithms of the rates come back",
    sees="The values are equally far apart, and some are negative.",
    question="Can a learning rate be negative? What has still to be done with yours?",
)(lambda lr_min, lr_max, n: np.linspace(np.log10(lr_min), np.log10(lr_max), n))

lr_range.mistake("RANGE-LOGS")(lambda lr_min, lr_max, n: np.linspace(np.log(lr_min), np.log(lr_max), n))

lr_range.mistake(
    "RANGE-TENFOLD",
    name="each rate is ten times the one before",
    sees="The first rate agrees; the last one is not lr_max unless n happens to fit.",
    question="Where does lr_max appear in your lines?",
)(lambda lr_min, lr_max, n: lr_min * 10.0 ** np.arange(n))

lr_range.mistake(
    "RANGE-DOUBLE",
    name="each rate is twice the one before",
    sees="The first rate agrees; the last one is not lr_max unless n happens to fit.",
    question="Where does lr_max appear in your lines?",
)(lambda lr_min, lr_max, n: lr_min * 2.0 ** np.arange(n))

lr_range.mistake(
    "RANGE-DOWN",
    name="the rates fall instead of rising",
    sees="The right rates come in reverse order.",
    question="A range test raises the rate until training breaks. Which rate comes first?",
)(lambda lr_min, lr_max, n: np.geomspace(lr_max, lr_min, n))

lr_range.mistake(
    "RANGE-SQUARE",
    name="the distance grows with the square of the place",
    sees="Both ends agree; between them the factors are unequal.",
    question="Divide each rate by the one before. What do you get?",
)(lambda lr_min, lr_max, n: lr_min + (lr_max - lr_min) * np.linspace(0, 1, n) ** 2)

lr_range.mistake(
    "RANGE-STRETCH",
    name="the powers are of the difference, not of the ratio",
    sees="The first rate agrees; the last one is lr_min times lr_max - lr_min.",
    question="By what do you multiply lr_min to arrive at lr_max?",
)(lambda lr_min, lr_max, n: lr_min * (lr_max - lr_min) ** (np.arange(n) / (n - 1)))

lr_range.mistake(
    "RANGE-FACTORS",
    name="lr_min is missing before the powers",
    sees="The values start at 1.",
    question="What is a ratio to the power 0?",
)(lambda lr_min, lr_max, n: (lr_max / lr_min) ** (np.arange(n) / (n - 1)))


# 09.5


@exercise(
    "09.5",
    "A smooth curve through noisy losses",
    returns="smooth",
    hints=(
        "One number has to be carried along from loss to loss. What is it before the first one?",
        "Carry a fading average that starts at 0: it keeps a share beta of itself and takes in 1 - beta "
        "of the "
        "new loss. After k losses it has taken in a share 1 - beta**k in all; divide by that.",
        "For the losses k = 1, 2, ...: average = beta * average + (1 - beta) * loss, and the smooth value is "
        "average / (1 - beta**k). The next round goes on from average, not from the divided one.",
        "The same shape in another story, a thermometer that starts too cold and is read with a correction:\n"
        "    inertia_left = 1.0\n"
        "    for air in airs:\n"
        "        reading = slow * reading + (1 - slow) * air\n"
        "        inertia_left = inertia_left * slow\n"
        "        log.append(reading / (1 - inertia_left))",
    ),
    after="Worth keeping: the first smooth value is the first loss itself, whatever beta is.",
)
def smooth_losses(losses, beta):
    """Smooth a curve of losses by a running average with bias correction.

    losses is a one-dimensional array of n losses, n may be 0; 0 <= beta < 1. The
    average starts at 0, and for each loss becomes beta times itself plus 1 - beta
    times the loss; the smooth value after k losses is that average divided by
    1 - beta**k. Return an array of shape (n,); losses stays as it is.

    >>> smooth_losses(np.array([4.0, 1.0, 1.0]), beta=0.5).round(3)
    array([4.   , 2.   , 1.429])
    """
    average, smooth = 0.0, []
    for k, loss in enumerate(losses, start=1):
        average = beta * average + (1 - beta) * loss
        smooth.append(average / (1 - beta**k))
    return np.array(smooth)


_LOSSES = np.array([2.5, 0.3, 1.75, -0.4, 0.0, 3.0, 0.001])


@smooth_losses.probe("one curve, smoothed twice")
def _(smooth):
    yield Seen("beta 0.9", "smooth", smooth(_LOSSES, 0.9))
    yield Seen("beta 0.6", "smooth", smooth(_LOSSES, 0.6))


@smooth_losses.probe("beta 0, one loss, and a flat curve")
def _(smooth):
    yield Seen("beta 0", "smooth", smooth(_LOSSES, 0.0))
    yield Seen("one loss", "smooth", smooth(np.array([1.25]), 0.98))
    yield Seen("a flat curve", "smooth", smooth(np.full(5, 2.0), 0.98))


@smooth_losses.probe("whole numbers")
def _(smooth):
    yield Seen("", "smooth", smooth(np.array([7, 2, 0, 5]), 0.75))


@smooth_losses.probe("no losses at all", lenient=True)
def _(smooth):
    yield Seen("", "smooth", smooth(np.zeros(0), 0.9))


def _smoothed(average=None, read=None, start=lambda losses: 0.0):
    """The reference with one line exchanged: average(a, loss, beta) or read(a, k, beta)."""
    average = average or (lambda a, loss, beta: beta * a + (1 - beta) * loss)
    read = read or (lambda a, k, beta: a / (1 - beta**k))

    def answer(losses, beta):
        a, smooth = start(losses), []
        for k, loss in enumerate(losses, start=1):
            a = average(a, loss, beta)
            smooth.append(read(a, k, beta))
        return np.array(smooth)

    return answer


smooth_losses.mistake(
    "EMA-INIT0",
    name="there is no bias correction",
    sees="The first values are far too low: the average starts at 0 and has not caught up.",
    question="After one loss of 2.5, what does your curve show?",
)(_smoothed(read=lambda a, k, beta: a))

smooth_losses.mistake(
    "EMA-FLIP",
    name="beta and 1 - beta have changed places",
    sees="At beta 0.9 the curve follows nearly every jump of the losses.",
    question="When beta is close to 1, should the curve be smooth or restless?",
)(lambda losses, beta: _smoothed()(losses, 1 - beta) if beta else np.full(len(losses), np.nan))

smooth_losses.mistake(
    "EMA-FLIPAVG",
    name="in the average beta and 1 - beta have changed places, in the correction they have not",
    sees="The first value is beta / (1 - beta) times the first loss.",
    question="When beta is close to 1, how much of a new loss should the average take in?",
)(_smoothed(average=lambda a, loss, beta: (1 - beta) * a + beta * loss))

smooth_losses.mistake(
    "EMA-SUM",
    name="the whole loss is added to the average",
    sees="Every value is 1 / (1 - beta) times the expected one.",
    question="If all losses are 2, what should the curve show?",
)(_smoothed(average=lambda a, loss, beta: beta * a + loss))

smooth_losses.mistake(
    "ADM-TM1",
    name="the correction counts from 0",
    sees="The first value divides by zero.",
    question="After the first loss, which power of beta is left of the 0 at the start?",
)(_smoothed(read=lambda a, k, beta: np.float64(a) / np.float64(1 - beta ** (k - 1))))

smooth_losses.mistake(
    "ADM-TP1",
    name="the correction is one loss ahead",
    sees="The first value is below the first loss.",
    question="After the first loss, which power of beta is left of the 0 at the start?",
)(_smoothed(read=lambda a, k, beta: a / (1 - beta ** (k + 1))))

smooth_losses.mistake(
    "ADM-TFROZEN",
    name="the correction is always that of the first loss",
    sees="The first value agrees; then the curve is too high.",
    question="How much of the 0 at the start is left after many losses?",
)(_smoothed(read=lambda a, k, beta: a / (1 - beta)))

smooth_losses.mistake(
    "ADM-STOREHAT",
    name="the corrected value is carried on",
    sees="The first value agrees; then the correction is applied to what was corrected before.",
    question="Two numbers: one to carry on, one to show. Which one goes into the next round?",
)(lambda losses, beta: _storing(losses, beta))


def _storing(losses, beta):
    average, smooth = 0.0, []
    for k, loss in enumerate(losses, start=1):
        average = (beta * average + (1 - beta) * loss) / (1 - beta**k)
        smooth.append(average)
    return np.array(smooth)


smooth_losses.mistake(
    "ADM-BCMUL",
    name="the correction multiplies where it should divide",
    sees="The values are lower still than without correction.",
    question="The average starts at 0 and is too low at first. Which way must the correction push it?",
)(_smoothed(read=lambda a, k, beta: a * (1 - beta**k)))

smooth_losses.mistake(
    "ADM-BCTIMES",
    name="beta is multiplied by k instead of raised to it",
    sees="The first value agrees; the second is already negative at beta 0.9.",
    question="After k losses, which share of the 0 at the start is left?",
)(_smoothed(read=lambda a, k, beta: np.float64(a) / (1 - beta * k)))

smooth_losses.mistake(
    "ADM-BCSQ",
    name="beta is squared instead of raised to k",
    sees="Only the second value agrees.",
    question="In 1 - beta**k, what changes from loss to loss?",
)(_smoothed(read=lambda a, k, beta: a / (1 - beta**2)))

smooth_losses.mistake(
    "ADM-BCLAST",
    name="every value has the correction of the last one",
    sees="Only the last value agrees; the first are far too low.",
    question="After the first loss, which power of beta is left of the 0 at the start?",
)(lambda losses, beta: _smoothed(read=lambda a, k, beta: a)(losses, beta) / (1 - beta ** len(losses)))

smooth_losses.mistake(
    "SMOOTH-PAIR",
    name="each value mixes two losses, and no average is carried along",
    sees="The first value agrees; after that a loss is forgotten two steps later.",
    question="beta times what: the loss before, or the average so far?",
)(
    lambda losses, beta: np.array(
        [*losses[:1], *(beta * np.array(losses[:-1]) + (1 - beta) * np.array(losses[1:]))]
    )
)

smooth_losses.mistake(
    "SMOOTH-SQUARES",
    name="the squares are averaged, as in Adam's v",
    sees="The first value is the square of the first loss.",
    question="In which unit should the smooth curve be: that of a loss, or of its square?",
)(_smoothed(average=lambda a, loss, beta: beta * a + (1 - beta) * loss**2))

smooth_losses.mistake(
    "SMOOTH-ALL",
    name="the whole array goes into the average at every step",
    sees="Each value is a copy of all losses, so a table comes back.",
    question="In the k-th round, which entry of losses is new?",
)(lambda losses, beta: np.array([losses] * len(losses)))

smooth_losses.mistake(
    "SMOOTH-FIRST",
    name="the average starts at the first loss, and nothing is corrected",
    sees="The first value agrees; then the first loss weighs too much for long.",
    question="With beta 0.9, how much does the first loss count in your second value, and how much the "
    "second?",
)(
    _smoothed(read=lambda a, k, beta: a, start=lambda losses: losses[0] if len(losses) else 0.0)
)

smooth_losses.mistake(
    "SMOOTH-BOTH",
    name="the average starts at the first loss and is corrected besides",
    sees="The first value is 1 / (1 - beta) times the first loss.",
    question="The correction makes up for a start at 0. Where does your average start?",
)(_smoothed(start=lambda losses: losses[0] if len(losses) else 0.0))

smooth_losses.mistake(
    "SMOOTH-MEAN",
    name="all losses so far count alike",
    sees="The first value agrees; the curve is the running mean and forgets nothing.",
    question="Where does beta appear in your lines?",
)(lambda losses, beta: np.cumsum(losses) / np.arange(1, len(losses) + 1))

smooth_losses.mistake(
    "SMOOTH-WINDOW",
    name="it is a mean over a window of the last losses",
    sees="The first values are a plain mean, and old losses vanish at once instead of fading.",
    question="How much does the loss of ten steps ago count in a fading average?",
)(
    lambda losses, beta: np.array(
        [
            np.sum(losses[max(0, k - round(1 / (1 - beta))) : k]) / min(k, round(1 / (1 - beta)))
            for k in range(1, len(losses) + 1)
        ]
    )
)

smooth_losses.mistake(
    "SMOOTH-SHIFT",
    name="each value is written down before its loss is taken in",
    sees="The curve is one loss late, and starts at 0.",
    question="When you write down the first value, has the first loss reached the average?",
)(lambda losses, beta: np.concatenate([[0.0], _smoothed()(losses, beta)[:-1]])[: len(losses)])

smooth_losses.mistake(
    "SMOOTH-LAST",
    name="only the last value comes back",
    sees="One number instead of a curve.",
    question="How many losses went in, and how many values come out?",
)(lambda losses, beta: _smoothed()(losses, beta)[-1] if len(losses) else 0.0)

smooth_losses.mistake(
    "SMOOTH-EXTRA",
    name="the 0 at the start is in the curve",
    sees="The curve has one value more than there are losses.",
    question="How many losses went in, and how many values come out?",
)(lambda losses, beta: np.concatenate([[0.0], _smoothed()(losses, beta)]))

smooth_losses.mistake(
    "SMOOTH-RAW",
    name="the losses come back as they are",
    sees="Nothing has been smoothed.",
    question="Where does beta appear in your lines?",
)(lambda losses, beta: np.array(losses, float))

smooth_losses.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the fractions are cut off",
    sees="When the losses are whole numbers, so are the smooth values.",
    question="What is the dtype of np.zeros_like(losses) when losses holds whole numbers?",
)(lambda losses, beta: _smoothed()(losses, beta).astype(losses.dtype))


@smooth_losses.mistake("GD-INPLACE")
def _(losses, beta):
    smooth = _smoothed()(losses, beta)
    if losses.dtype.kind == "f":
        losses[...] = smooth
    return smooth


@smooth_losses.mistake("GD-ALIAS")
def _(losses, beta):
    return losses if beta == 0 else _smoothed()(losses, beta)


# 09.6


@exercise(
    "09.6",
    "Warm up, stay, decay",
    returns="lr",
    hints=(
        "Four stretches of time: climbing, staying, falling, over. Which numbers separate them?",
        "Climb as in 09.3. Then stay at lr_max until decay_from. From there a straight line leads from "
        "lr_max "
        "down to 0 at T, and after T it stays at 0.",
        "While falling, the factor is the time that is left over the time that the whole fall takes: "
        "(T - t) / (T - decay_from). What does it give for t > T, and what should it?",
        "The same shape in another story, a fountain that is turned up, runs, and is turned down from hour c "
        "to hour E:\n"
        "    if hour < up:\n"
        "        return high * (hour + 1) / up\n"
        "    if hour < c:\n"
        "        return high\n"
        "    return high * max(E - hour, 0) / (E - c)",
    ),
    after="Worth keeping: up to decay_from nothing depends on T, so you may decide later when to stop.",
)
def wsd_lr(lr_max, t, warm, decay_from, T):
    """Return the learning rate of step t: warm-up, a stable stretch, a linear decay.

    t counts from 0. While t < warm the rate is lr_max times (t + 1) / warm. Then it
    is lr_max until decay_from, and falls along a straight line from lr_max at
    t = decay_from to 0 at t = T. After T it is 0. 0 <= warm <= decay_from < T; the
    result is one number. (Hu and others, 2024)

    >>> [wsd_lr(2.0, t, warm=2, decay_from=4, T=8) for t in (0, 1, 3, 4, 6, 8)]
    [1.0, 2.0, 2.0, 2.0, 1.0, 0.0]
    """
    if t < warm:
        return lr_max * (t + 1) / warm
    if t < decay_from:
        return lr_max
    return lr_max * max(T - t, 0) / (T - decay_from)


@wsd_lr.probe("two schedules, step by step")
def _(rate):
    for t in range(13):
        yield Seen(f"warm 3, decay from 7, T = 12, t = {t}", "lr", rate(0.6, t, 3, 7, 12))
    for t in (0, 4, 9, 10, 11, 29, 30, 31, 65, 95, 99, 100):
        yield Seen(f"warm 10, decay from 30, T = 100, t = {t}", "lr", rate(0.02, t, 10, 30, 100))


@wsd_lr.probe("after the end")
def _(rate):
    for t in (12, 13, 20):
        yield Seen(f"T = 12, t = {t}", "lr", rate(0.6, t, 3, 7, 12))


@wsd_lr.probe("no warm-up, no stable stretch, a fall in one step")
def _(rate):
    for t in (0, 2, 4, 5, 6):
        yield Seen(f"warm 0, t = {t}", "lr", rate(0.6, t, 0, 2, 5))
    for t in (0, 1, 2, 3, 5, 6):
        yield Seen(f"warm 2, decay from 2, t = {t}", "lr", rate(0.6, t, 2, 2, 5))
    for t in (0, 1, 3, 4, 5):
        yield Seen(f"warm 1, decay from 4, t = {t}", "lr", rate(0.6, t, 1, 4, 5))


def _wsd(climb=None, stay=None, fall=None, first=None, second=None):
    """The reference with one part exchanged; the parts take (t, warm, decay_from, T)."""
    climb = climb or (lambda t, warm, d, T: (t + 1) / warm)
    stay = stay or (lambda t, warm, d, T: 1.0)
    fall = fall or (lambda t, warm, d, T: max(T - t, 0) / (T - d))
    first = first or (lambda t, warm: t < warm)
    second = second or (lambda t, d: t < d)

    def answer(lr_max, t, warm, decay_from, T):
        part = climb if first(t, warm) else stay if second(t, decay_from) else fall
        return lr_max * part(t, warm, decay_from, T)

    return answer


wsd_lr.convention(
    "the warm-up starts from 0",
    text="Many libraries write t / warm. The first step then has a rate of 0 and does nothing; the form "
    "of the "
    "lesson, (t + 1) / warm, wastes no step.",
)(_wsd(climb=lambda t, warm, d, T: t / warm))

wsd_lr.mistake(
    "SCH-ZERO",
    name="the warm-up starts from 0 and is at the top one step too early for that",
    sees="The climb is divided into warm - 1 steps, and the first one does nothing.",
    question="What does the very first step do to the weights in your schedule?",
)(_wsd(climb=lambda t, warm, d, T: np.float64(t) / (warm - 1)))

wsd_lr.mistake(
    "SCH-NEG",
    name="after T the rate becomes negative",
    sees="Up to T all agrees; then the line goes on below 0, and steps climb.",
    question="What does your line give at t = T + 1, and what does a step with that rate do?",
)(_wsd(fall=lambda t, warm, d, T: (T - t) / (T - d)))

wsd_lr.mistake(
    "SCH-MAXEND",
    name="after T the rate is lr_max again",
    sees="Up to T all agrees; then training goes on at full rate.",
    question="Which of your cases holds at t = T + 1?",
)(_wsd(fall=lambda t, warm, d, T: (T - t) / (T - d) if t <= T else 1.0))

wsd_lr.mistake(
    "SCH-WARMLE",
    name="the warm-up lasts one step too long",
    sees="At t = warm the rate is above lr_max: (warm + 1) / warm of it.",
    question="How many steps does your warm-up have? Count t = 0.",
)(_wsd(first=lambda t, warm: t <= warm, climb=lambda t, warm, d, T: (t + 1) / np.float64(warm)))

wsd_lr.mistake(
    "SCH-BRACKET",
    name="a bracket around t + 1 is missing",
    sees="At t = 0 the rate is 1 / warm, whatever lr_max is.",
    question="In a * t + 1 / b, what is divided by b?",
)(lambda lr_max, t, warm, d, T: lr_max * t + 1 / warm if t < warm else _wsd()(lr_max, t, warm, d, T))

wsd_lr.mistake(
    "WSD-FROMWARM",
    name="decay_from is counted from the end of the warm-up",
    sees="The rate stays at lr_max for `warm` steps too long, and then jumps down.",
    question="decay_from is a step of the whole run. At which t does the fall begin in your lines?",
)(
    lambda lr_max, t, warm, decay_from, T: (
        _wsd(second=lambda t, d: t - warm < d)(lr_max, t, warm, decay_from, T)
    )
)

wsd_lr.mistake(
    "SCH-NOWARM",
    name="there is no warm-up",
    sees="The rate is lr_max from the first step on.",
    question="Where does the argument warm appear in your lines?",
)(_wsd(first=lambda t, warm: False))

wsd_lr.mistake(
    "SCH-WARMP1",
    name="the climb is divided into warm + 1 steps",
    sees="The last warm-up step is not yet at lr_max.",
    question="What is your factor at t = warm - 1?",
)(_wsd(climb=lambda t, warm, d, T: (t + 1) / (warm + 1)))

wsd_lr.mistake(
    "SCH-WARMINT",
    name="the share of the climb is a whole number",
    sees="The rate is 0 in the whole warm-up but for its last step.",
    question="What is 2 // 4?",
)(_wsd(climb=lambda t, warm, d, T: (t + 1) // warm))

wsd_lr.mistake(
    "SCH-WARMFROM",
    name="the warm-up climbs until decay_from",
    sees="The climb is too slow, and jumps up at t = warm.",
    question="By which step should the climb be over?",
)(_wsd(climb=lambda t, warm, d, T: (t + 1) / d))

wsd_lr.mistake(
    "WSD-WHOLE",
    name="the fall is measured by all T steps",
    sees="Up to decay_from all agrees but for a jump there: the rate falls to (T - t) / T of lr_max.",
    question="What is your factor at t = decay_from? It should be 1.",
)(_wsd(fall=lambda t, warm, d, T: max(T - t, 0) / T))

wsd_lr.mistake(
    "WSD-CLOCK",
    name="the fall runs on a clock that started at 0",
    sees="At decay_from the rate jumps down, and it is 0 before T.",
    question="Where does the clock of the fall stand at t = decay_from, in your lines?",
)(_wsd(fall=lambda t, warm, d, T: max(1 - t / (T - d), 0)))

wsd_lr.mistake(
    "WSD-SLOW",
    name="the fall is too slow to reach 0 at T",
    sees="The fall starts right, and at T the rate jumps to 0.",
    question="How many steps does the fall have: T, or fewer?",
)(_wsd(fall=lambda t, warm, d, T: 1 - (t - d) / T if t < T else 0.0))

wsd_lr.mistake("WSD-SLOW")(_wsd(fall=lambda t, warm, d, T: max(1 - (t - d) / T, 0)))

wsd_lr.mistake(
    "WSD-NOSTABLE",
    name="the fall begins right after the warm-up",
    sees="The warm-up agrees; then the rate falls along one line to T.",
    question="What should the rate be between warm and decay_from?",
)(
    _wsd(
        second=lambda t, d: False,
        fall=lambda t, warm, d, T: max(T - t, 0) / (T - warm),
    )
)

wsd_lr.mistake(
    "WSD-TALL",
    name="the line of the fall is used in the stable stretch too",
    sees="The warm-up agrees; then the rate is above lr_max until decay_from.",
    question="What does (T - t) / (T - decay_from) give before decay_from?",
)(_wsd(second=lambda t, d: False))

wsd_lr.mistake(
    "WSD-NODECAY",
    name="the rate never falls",
    sees="Up to decay_from all agrees; then the rate stays at lr_max.",
    question="What should the rate be at T?",
)(_wsd(fall=lambda t, warm, d, T: 1.0))

wsd_lr.mistake("WSD-NODECAY")(_wsd(fall=lambda t, warm, d, T: 1.0 if t < T else 0.0))

wsd_lr.mistake(
    "WSD-CLIFF",
    name="the rate falls to 0 at once",
    sees="From decay_from on the rate is 0.",
    question="How long should the way from lr_max to 0 take?",
)(_wsd(fall=lambda t, warm, d, T: 0.0))

wsd_lr.mistake(
    "WSD-UP",
    name="in the last stretch the rate rises",
    sees="At decay_from the rate is 0, and it climbs towards T.",
    question="Your share says how much of the fall is over. How much of lr_max is left then?",
)(_wsd(fall=lambda t, warm, d, T: (t - d) / (T - d) if t <= T else 0.0))

wsd_lr.mistake("WSD-UP")(_wsd(fall=lambda t, warm, d, T: (min(t, T) - d) / (T - d)))

wsd_lr.mistake(
    "WSD-EARLY",
    name="the fall is one step ahead",
    sees="At decay_from the rate is already below lr_max.",
    question="What is your factor at t = decay_from? It should be 1.",
)(_wsd(fall=lambda t, warm, d, T: max(T - t - 1, 0) / (T - d)))

wsd_lr.mistake(
    "WSD-LATE",
    name="the fall is one step late",
    sees="At T the rate is not yet 0.",
    question="What is your factor at t = decay_from, and what at t = T?",
)(_wsd(fall=lambda t, warm, d, T: max(T - t + 1, 0) / (T - d + 1)))

wsd_lr.mistake(
    "WSD-COSINE",
    name="it falls along a cosine",
    sees="Both ends of the fall agree; between them it is curved.",
    question="By how much should the rate fall from each step to the next?",
)(_wsd(fall=lambda t, warm, d, T: _cosine((min(t, T) - d) / (T - d))))

wsd_lr.mistake(
    "WSD-ROOT",
    name="it falls as one minus a root",
    sees="Both ends of the fall agree; the rate falls steeply at first. A known form, but not the one asked.",
    question="By how much should the rate fall from each step to the next?",
)(_wsd(fall=lambda t, warm, d, T: 1 - np.sqrt((min(t, T) - d) / (T - d))))

wsd_lr.mistake(
    "WSD-EXP",
    name="it falls exponentially",
    sees="The rate never reaches 0.",
    question="What should the rate be at T?",
)(_wsd(fall=lambda t, warm, d, T: np.exp(-(t - d) / (T - d))))

wsd_lr.mistake(
    "SCH-INTDIV",
    name="the share of the fall is a whole number",
    sees="At decay_from the rate agrees; then it is 0.",
    question="What is 4 // 5?",
)(_wsd(fall=lambda t, warm, d, T: max(T - t, 0) // (T - d)))

wsd_lr.mistake(
    "SCH-FACTOR",
    name="it returns the factor, without lr_max",
    sees="Every rate is 1 / lr_max times the expected one.",
    question="Which of the five arguments is missing in your lines?",
)(lambda lr_max, t, warm, decay_from, T: _wsd()(1.0, t, warm, decay_from, T))


@wsd_lr.mistake(
    "SCH-COMPOUND",
    name="it changes a rate that it remembers",
    sees="The same t, asked twice, has two rates.",
    question="Could you compute the rate of step 7 without having asked for the steps before?",
    habit="MOM-CLASSVAR",
)
def _(lr_max, t, warm, decay_from, T, kept=[]):  # noqa: B006
    kept.append(t)
    return _wsd()(lr_max / len(kept), t, warm, decay_from, T)
