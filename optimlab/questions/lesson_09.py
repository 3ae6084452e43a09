"""The questions of lesson 09."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "09.before.floor",
        "On a noisy bowl a constant rate of 0.1 holds you at a variance of 0.053. You divide the rate by "
        "ten. What becomes of the variance, in the long run?",
        answer="about a tenth",
        replies={
            "about a third": "That is the distance, whose square is the variance.",
            "about a tenth": "`lr / (h (2 - lr h))`: for small rates, proportional to the rate.",
            "it stays": "The noise of a gradient stays. How far it carries you is the rate's doing.",
        },
        again=True,
    ),
    Question(
        "09.before.limit",
        "The largest curvature of a loss is 5 where you are. Gradient descent at a rate of 0.6 does what?",
        answer="the steepest direction grows",
        replies={
            "it converges, a little slowly": "The limit is `2 / 5 = 0.4`, and 0.6 is above it.",
            "the steepest direction grows": "0.6 is above `2 / 5 = 0.4`. On a bowl that would be the end.",
            "all directions grow": "Only those with curvatures above `2 / 0.6 = 3.3`.",
        },
        again=True,
    ),
    Question(
        "09.before.time",
        "At a rate of 0.01, about how many steps until a direction of curvature 0.1 has shrunk to a third?",
        answer="1000",
        replies={
            "10": "That is `1 / h`. The rate is missing.",
            "100": "That is `1 / lr`. The curvature is missing.",
            "1000": "`1 / (lr h)`. Whoever lowers the rate stretches this time.",
        },
        again=True,
    ),
    Question(
        "09.luck",
        "At curvature 1 the ends were 0.25 for a constant rate, 0.0037 for the cosine and 0.0005 for 1 / t. "
        "At curvature 0.1, which is last?",
        answer="1 / t",
        replies={
            "constant": "It is held up by noise as before, at 0.204. But 1 / t, whose rates fell before it "
                        "had arrived, ends at 0.241.",
            "the cosine": "It ends at 0.017, first of the three. 1 / t ends at 0.241, last.",
            "1 / t": "0.241, where a constant rate has 0.204 and the cosine 0.017.",
        },
    ),
    Question(
        "09.warm",
        "The sharpness at the start allows rates up to 0.37. You want to train at 0.6. Can a warm-up make "
        "that possible?",
        answer="yes, if it is slow enough",
        replies={
            "no, 0.6 stays above the limit":
                "On a bowl you would be right: its curvature is the same everywhere. A network's is not. 300 "
                "steps of warm-up are enough, 100 are not.",
            "yes, any warm-up will do":
                "100 steps are too few. It takes 300, and at a peak of 0.9 even 1000 do not help.",
            "yes, if it is slow enough":
                "300 steps are, 100 are not. And at a peak of 0.9 even 1000 do not help.",
        },
    ),
    Question(
        "09.range",
        "A range test on your problem blows up at 0.3, and its loss fell most steeply at 0.004. What do you "
        "do?",
        answer="train at 0.1, 0.03 and 0.01, and compare",
        replies={
            "train at 0.004": "It may be right, as on the digits, or too small by a factor of twenty, as on "
                              "the clusters. The test cannot tell you which.",
            "train at 0.1, 0.03 and 0.01, and compare":
                "A factor of three below the break, and down from there until it gets worse.",
            "train at 0.3": "That is where it broke.",
        },
        again=True,
    ),
    Question(
        "09.after.longer",
        "A cosine over 10,000 steps is at step 5000 when you learn that you may train for 20,000. With WSD, "
        "whose decay is to begin at 80 %, what would you have to change?",
        answer="nothing so far: move the decay to 16,000",
        replies={
            "start again": "With the cosine you would: at step 5000 it is at half the rate already.",
            "nothing so far: move the decay to 16,000":
                "Until the decay begins, no rate depends on T.",
            "raise the rate for the rest": "It is still at its highest, where it should be.",
        },
        again=True,
    ),
)
