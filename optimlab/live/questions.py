"""Questions without a picture, for the text of a lesson."""

from optimlab.live.figure import LiveQuestion
from optimlab.questions import Question, find


def predict(id):
    """A guess to commit to before the text goes on: recorded once, then answered.

    id: the question's name in `optimlab.questions`, such as "02.kappa"; or a Question of your own.
    Raises ValueError if there is no such prediction.

    >>> predict("02.kappa")
    predict 02.kappa: How many steps for kappa = 1000, at its best learning rate?
    """
    return LiveQuestion(_of_kind(id, again=False))


def quiz(id):
    """A question that may be tried again until it is right. Arguments and errors as for predict.

    >>> quiz("02.before.sum").question.answer
    '64 times as large'
    """
    return LiveQuestion(_of_kind(id, again=True))


def _of_kind(id, again):
    question = id if isinstance(id, Question) else find(id)
    if question.again != again:
        kind, call = ("quiz", "quiz") if question.again else ("prediction", "predict")
        raise ValueError(f"id: {question.id!r} is a {kind}, so write {call}({question.id!r})")
    return question
