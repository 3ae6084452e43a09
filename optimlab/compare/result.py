"""What one run leaves behind: a Result, plain enough to be sent between processes and kept in a file."""

import math
from dataclasses import asdict, dataclass, field, fields

DONE, DIVERGED, RAISED, DIED = "done", "diverged", "raised", "died"


@dataclass
class Result:
    """One optimizer with one setting and one seed on one problem.

    Attributes:
        problem, optimizer: their names in the study.
        setting: the dict of keyword arguments that was tried.
        seed: decides the start, the order of the data and the noise.
        final: whether this is a run of the chosen setting on a fresh seed, which alone reads the test part.
        fate: "done", "diverged", "raised" or "died" (its process did, twice).
        reason: in words, where it is not "done".
        score: at the end, lower is better; inf where the run is not done.
        test: the same measure on the test part; nan where it was not read.
        train: the same on the training part, whose distance to test is what did not carry over; nan likewise.
        steps, scores: the score along the run, both (points,).
        seconds: the whole run. step_seconds: the optimizer's own steps, a part of it.
        evaluations: gradients that were computed.
        state_bytes: what the optimizer keeps beside the params.
    """

    problem: str
    optimizer: str
    setting: dict
    seed: int
    final: bool = False
    fate: str = DONE
    reason: str = ""
    score: float = math.inf
    test: float = math.nan
    train: float = math.nan
    steps: list = field(default_factory=list, repr=False)
    scores: list = field(default_factory=list, repr=False)
    seconds: float = math.nan
    step_seconds: float = math.nan
    evaluations: int = 0
    state_bytes: int = 0

    @property
    def ok(self):
        """Whether the run came to its end."""
        return self.fate == DONE

    @property
    def key(self):
        """What tells this run from every other of its study."""
        return key(self.problem, self.optimizer, self.setting, self.seed, self.final)

    def steps_to(self, target):
        """The first measured step at which the score is at most the target; inf where it never is."""
        for step, score in zip(self.steps, self.scores, strict=True):
            if score <= target:
                return step
        return math.inf

    def seconds_to(self, target):
        """The time at which steps_to(target) was reached, at the run's mean pace; inf where it never is."""
        return self.seconds * self.steps_to(target) / max(self.steps[-1], 1) if self.steps else math.inf

    def numbers(self):
        """All of it but the times, which no machine repeats: equal for equal runs."""
        return {name: repr(value) for name, value in asdict(self).items() if not name.endswith("seconds")}


def key(problem, optimizer, setting, seed, final):
    """(problem, optimizer, setting as words, seed, final), for a dict."""
    return problem, optimizer, repr(sorted(setting.items())), seed, final


NAMES = [one.name for one in fields(Result)]
