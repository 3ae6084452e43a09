"""Questions without a picture, for the text of a lesson."""

from optimlab.live.figure import LiveQuestion
from optimlab.live.question import Question


def predict(id, question, choices=None, unit="", answer=None, replies=None, reply=""):
    """A guess to commit to before the text goes on: recorded once, then answered.

    id: a name that stays the same, such as "02.start".
    choices: answers to pick from; without them the learner writes a number, in `unit`.
    answer: the choice or number that turns out right; None if there is none.
    replies: choice -> the sentence that answers it; reply: the sentence for every other guess (text, or a
    function of the guess).
    Raises ValueError if the answer or a reply names something that is not a choice.

    >>> predict("02.moves", "How many moves?", unit="moves", answer=2, reply="One for each axis.")
    predict 02.moves: How many moves?
    """
    return LiveQuestion(Question(id, question, choices, unit, answer, replies or {}, reply))


def quiz(id, question, choices, answer, replies=None):
    """A question that may be tried again until it is right. Arguments as for predict.

    >>> quiz("02.q1", "Which axis limits lr?", ["the flat one", "the steep one"], "the steep one")
    quiz 02.q1: Which axis limits lr?
    """
    if answer is None:
        raise ValueError(f"answer=None: quiz {id!r} needs the choice that is right")
    return LiveQuestion(Question(id, question, choices, "", answer, replies or {}, "", again=True))
