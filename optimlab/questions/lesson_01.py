"""The questions of lesson 01."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "01.before.sees",
        "Gradient descent takes a step. What does it get to know about the loss?",
        answer="its slope in each weight",
        replies={
            "its value": "The value is good for the log. The rule `w - lr * g` has no place for it.",
            "its slope in each weight": "That is all. Two losses with the same slopes are the same to it.",
            "where its minimum lies": "If it knew that, one step would do.",
        },
        again=True,
    ),
    Question(
        "01.before.chain",
        "`p = w * h` and the slope of the loss in `p` is `dp`. What is its slope in `w`?",
        answer="dp * h",
        replies={
            "dp * h": "When `w` moves by a little, `p` moves by `h` times that.",
            "dp * w": "That is the slope in `h`. Ask how much `p` moves when `w` does.",
            "dp / h": "Rates along a chain multiply.",
        },
        again=True,
    ),
    Question(
        "01.before.lr",
        "You multiply the loss by 10 and leave everything else. What happens to the steps of gradient "
        "descent?",
        answer="ten times as long",
        replies={
            "ten times as long": "The slopes are ten times as large. The lowest point stays where it was.",
            "nothing: the lowest point is the same": "The lowest point is. The slopes that lead there are "
                "ten times as large.",
            "ten times as many are needed": "It is the length that changes, by ten.",
        },
        again=True,
    ),
    Question(
        "01.steps",
        "Squared error from p = 0.0001 to p = 1/2, at the same learning rate of 1: how many steps?",
        unit="steps",
        answer=5019,
        reply="It starts at 0.0002 a step, and so needs about 5000 before anything can be seen. A guess of "
              "50 or 100 has the slope grow sooner than it does: nearly all the steps are spent in the "
              "first stretch.",
    ),
    Question(
        "01.outlier",
        "Where is the smallest squared error for 1, 2, 3, 4 and 90?",
        answer="at 20, the mean",
        replies={
            "at 3, the middle one": "That is where the absolute error is smallest. Squares count the 90 in "
                "full: 20.",
            "at 20, the mean": "The 90 alone pulls as hard as the other four together.",
            "at 2.5, without the outlier": "No loss leaves a measurement out by itself. Squares least of "
                "all: 20.",
        },
    ),
    Question(
        "01.sum",
        "How will the sum at lr 0.3 / 64 compare with the mean at lr 0.3?",
        answer="the same curve, to the last digit",
        replies={
            "the same curve, to the last digit": "64 times the slope, a 64th of the learning rate: the "
                "same step.",
            "similar, but noisier": "The batches are the same, so the noise is. And 64 times 1/64 is 1: "
                "the same curve, to the last digit.",
            "64 times slower": "The learning rate is 64 times smaller, and the slope 64 times larger: the "
                "same curve, to the last digit.",
        },
    ),
    Question(
        "01.start",
        "What is the loss of a fresh network with ten classes, before any step?",
        answer=2.3,
        reply="`log(10)` is 2.3026: each class gets about a tenth, and minus the logarithm of a tenth is "
              "that. If you wrote 0.9, you thought of the share it gets wrong, which is right about "
              "accuracy.",
    ),
    Question(
        "01.h",
        "Which `h` gives the most exact slope with the two-sided formula?",
        answer="1e-5",
        replies={
            "1e-1": "The curve bends too much over such a distance: the error is 0.005. The best is "
                "near 1e-5.",
            "1e-5": "Between 1e-5 and 1e-7. Smaller is worse again.",
            "1e-12": "In exact arithmetic it would be. But at 1e-12 the two values agree in 12 of their 16 "
                "digits, and the difference has four left. The best is near 1e-5.",
        },
    ),
    Question(
        "01.floor",
        "A perfect network with ten classes, softmax applied twice: how low can its loss get?",
        answer="about 1.5",
        replies={
            "0": "For one softmax, yes. The second one takes probabilities for scores, and 1 against 0 is "
                "a small lead: 1.4612.",
            "about 1.5": "1.4612. A score of 1 against nine of 0 becomes a probability of 0.23.",
            "2.3, it cannot learn": "It does learn. A score of 1 against nine of 0 is a small lead, not "
                "none: 1.4612.",
        },
    ),
    Question(
        "01.after.accuracy",
        "Why do we not train on the accuracy itself?",
        answer="its slope is zero almost everywhere",
        replies={
            "it takes too long to compute": "It is cheaper than the loss. But a tiny move of the weights "
                "changes no answer, so it has no slope.",
            "its slope is zero almost everywhere": "A tiny move changes no answer. It changes every "
                "probability, and so the loss has a slope.",
            "it can be above the loss": "They are in different units. The trouble is that a tiny move of "
                "the weights does not change it.",
        },
        again=True,
    ),
)
