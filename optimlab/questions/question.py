"""A question the learner answers before the figure moves, and what the text says back."""

import math
from dataclasses import dataclass, field


@dataclass
class Question:
    """One question with a list of choices, or with a number for an answer.

    choices: the answers to pick from; the keys of replies if left out; a number is asked for without both.
    replies: choice -> the sentence that answers it; reply: the sentence where there is none of its own
    (text, or a function of the guess). again: another try is welcome (a quiz).
    """

    id: str
    text: str
    choices: tuple = ()
    unit: str = ""
    answer: object = None
    replies: dict = field(default_factory=dict)
    reply: object = ""
    again: bool = False

    def __post_init__(self):
        self.replies = dict(self.replies or {})
        self.choices = tuple(self.choices or self.replies)
        if self.choices:
            for name, given in [("answer", [self.answer]), ("replies", self.replies)]:
                for choice in given:
                    if choice is not None and choice not in self.choices:
                        raise ValueError(f"{name}: {choice!r} is not a choice of question {self.id!r}")
        elif self.answer is not None and not isinstance(self.answer, (int, float)):
            raise ValueError(f"answer={self.answer!r}: question {self.id!r} has no choices, so give a number")

    def clean(self, guess):
        """The guess as one of the choices or a finite number; ValueError if it is neither."""
        if self.choices:
            if guess not in self.choices:
                raise ValueError("Choose one of the answers first.")
            return guess
        try:
            number = float(str(guess).replace(",", "."))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ValueError("Write a number, for example 10.")
        return int(number) if number == int(number) else number

    def right(self, guess):
        """True or False; None if the question has no single answer."""
        return None if self.answer is None else guess == self.answer

    def respond(self, guess):
        """What the text says to this guess."""
        reply = self.replies.get(guess, self.reply)
        if callable(reply):
            reply = reply(guess)
        if self.again:
            return f"{'Right.' if self.right(guess) else 'Not yet.'} {reply}".strip()
        if self.choices:
            return f"You chose: {guess}. {reply}".strip()
        counted = "" if self.answer is None else f" The answer is {with_unit(self.answer, self.unit)}."
        return f"You wrote {with_unit(guess, self.unit)}.{counted} {reply}".strip()

    def spec(self):
        """What the browser needs to ask it: no answer and no replies."""
        return {
            "id": self.id,
            "text": self.text,
            "choices": list(self.choices),
            "unit": self.unit,
            "again": self.again,
        }


def with_unit(value, unit):
    return f"{value:g} {unit}".strip()
