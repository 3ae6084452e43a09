"""The questions of lesson 13."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "13.before.guess",
        "A classifier has ten classes, and its validation loss is 2.303 from the first epoch to the last. "
        "What has it learned?",
        answer="nothing: it gives every class a tenth",
        replies={
            "nothing: it gives every class a tenth": "log 10 is 2.303, the price of a guess.",
            "a little: it started higher":
                "It may have started higher or not; at 2.303 it does no better than a guess among ten.",
            "it has overfitted":
                "Then it would be sure of itself, and wrong, and that costs more than 2.303.",
        },
        again=True,
    ),
    Question(
        "13.before.scale",
        "All gradients of a network become a thousand times smaller. What happens to the steps of SGD and of "
        "Adam, at unchanged rates?",
        answer="SGD's shrink a thousandfold, Adam's stay",
        replies={
            "both shrink a thousandfold": "SGD's do. Adam divides by the size of the gradients it has seen.",
            "SGD's shrink a thousandfold, Adam's stay":
                "As long as the gradients stay well above eps, only their direction matters to Adam.",
            "both stay": "Adam's do. SGD multiplies the gradient itself.",
        },
        again=True,
    ),
    Question(
        "13.before.budget",
        "Two optimizers, one learning rate of 0.01 for both, five seeds, clear bands. What does the winner "
        "show?",
        answer="which of the two likes 0.01",
        replies={
            "which of the two is better here":
                "The seeds are in order. But 0.01 may be one's best rate and a hundredth of the other's.",
            "which of the two likes 0.01": "Each needs a rate of its own, chosen with the same effort.",
            "nothing, five seeds are too few": "Even fifty seeds would only say who likes 0.01.",
        },
        again=True,
    ),
    Question(
        "13.tuned",
        "Five optimizers on Fashion-MNIST, each at its own best learning rate. How far apart are the best "
        "and the worst, in validation loss? A guess costs 2.30.",
        answer="about 0.1",
        replies={
            "more than 0.5": "With one common rate for all, yes. Tuned, they end between 0.52 and 0.65.",
            "about 0.1": "From 0.52 to 0.65. And three of them are closer than that to each other.",
            "about 0.01": "Three of them are that close. SGD without momentum is 0.12 behind.",
        },
    ),
    Question(
        "13.deep",
        "Six convolutions, PyTorch's starting weights, momentum at a learning rate of 0.01. What is "
        "the validation loss after three epochs?",
        answer="2.30, as if it had not started",
        replies={
            "about 0.3":
                "Adam comes near that from the same start. Momentum is at 2.30.",
            "about 1": "It would be a beginning. Momentum is at 2.30, the price of a guess.",
            "2.30, as if it had not started": "At every seed.",
        },
    ),
    Question(
        "13.tenfold",
        "A convolution that is followed by a batch norm starts with ten times its weights. The learning rate "
        "stays. What changes?",
        answer="it learns more slowly",
        replies={
            "nothing, the batch norm divides it out":
                "So it is for the outputs. The gradient becomes ten times smaller and the weights it has to "
                "turn are ten times longer.",
            "it learns more slowly":
                "A gradient a tenth as long, on weights ten times as long: it turns a hundredth as far.",
            "it diverges": "The outputs are the same as before, and the gradient is a tenth as long.",
        },
    ),
    Question(
        "13.double",
        "Weights before a batch norm double in length during training. Their rate, as far as their direction "
        "is concerned, is now",
        answer="a quarter",
        replies={
            "the same": "Their lr is. But a direction turns by step over length, and both have changed.",
            "half": "Half for the gradient that shrinks, and half again for the length that it has to turn.",
            "a quarter": "lr over the square of the length.",
        },
        again=True,
    ),
    Question(
        "13.after.why",
        "Why did Adam learn from the start at which momentum did nothing?",
        answer="it divides by the gradient's size, and the tiny gradients had a good direction",
        replies={
            "it found a better minimum": "Momentum found none: it never left the place where it began.",
            "it divides by the gradient's size, and the tiny gradients had a good direction":
                "And with He's start, whose gradients have a usual size, momentum learns as well.",
            "it adapts to the curvature": "It knows nothing of curvature. It knows the size of gradients.",
        },
        again=True,
    ),
)
