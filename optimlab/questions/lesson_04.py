"""The questions of lesson 04."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "04.before.limit",
        "The largest curvature of a bowl is 4. Above which learning rate does gradient descent run away?",
        answer="0.5",
        replies={
            "0.25": "At 1/L the steep direction is done in one step. The limit is twice as far.",
            "0.5": "2 / L, whatever the other curvatures are.",
            "2": "2 / L is the limit, and L is 4.",
            "4": "Learning rate times curvature has to stay below 2.",
        },
        again=True,
    ),
    Question(
        "04.before.kappa",
        "Two valleys: curvatures 1 and 50, and curvatures 4 and 200. Which one needs more steps, each at its "
        "best learning rate?",
        answer="both the same",
        replies={
            "the first": "Its curvatures are smaller, but the learning rate may be larger for that.",
            "the second": "It is steeper everywhere, and the learning rate is smaller to match.",
            "both the same": "kappa is 50 in both, and at the best rate kappa is all that is left.",
        },
        again=True,
    ),
    Question(
        "04.before.swing",
        "A path jumps from wall to wall of the valley. What does that tell you?",
        answer="its multiplier in the steep direction is negative",
        replies={
            "the learning rate is beyond its limit":
                "It may be, but it also jumps anywhere between 1/L and 2/L, and arrives.",
            "its multiplier in the steep direction is negative":
                "And whether it arrives depends on its size alone.",
            "the gradient has the wrong sign":
                "Then it would climb the wall it stands on, and not jump at all.",
        },
        again=True,
    ),
    Question(
        "04.kappa",
        "The heavy ball needs 27 steps for kappa = 10 and 93 for kappa = 100. How many for kappa = 1000?",
        unit="steps",
        answer=315,
        reply="From 27 to 93 is a factor of 3.4, and another one makes 315, near enough to the square root "
              "of ten. If you wrote about 900, you multiplied by ten, as gradient descent would have you do.",
    ),
    Question(
        "04.round",
        "What does the formula say for a round bowl, kappa = 1?",
        answer="momentum 0",
        replies={
            "momentum 0":
                "And lr 1 / L: one step of gradient descent. With no valley there is nothing to make equal.",
            "momentum 0.5": "Put kappa = 1 into the formula: the numerator is zero. No valley, no momentum.",
            "momentum 0.9":
                "0.9 is a habit. The formula says 0: with no valley there is nothing to make equal.",
        },
    ),
    Question(
        "04.ruler",
        "Measured by the loss, kappa = 1000: who is first?",
        answer="Nesterov",
        replies={
            "the heavy ball, as before":
                "The order does not survive the change of ruler: Nesterov 164, heavy ball 204.",
            "Nesterov": "164 steps against 204. And that is not the only pair that changes places.",
            "they tie": "Both get faster by this ruler, but not equally: Nesterov 164, heavy ball 204.",
        },
    ),
    Question(
        "04.after.why",
        "Why is the heavy ball fast in a long valley?",
        answer="it gives all directions in the spiral region the same rate",
        replies={
            "it damps the zigzag across the valley":
                "You saw it swing almost four times as wide as gradient descent, and win.",
            "it gives all directions in the spiral region the same rate": "sqrt(β), whatever the curvature.",
            "it takes larger steps":
                "It does, and gradient descent with larger steps diverges. The memory makes them safe.",
        },
        again=True,
    ),
)
