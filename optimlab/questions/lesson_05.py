"""The questions of lesson 05."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "05.before.limit",
        "A valley has curvature 1 along `w1` and 10,000 along `w2`. Above which learning rate does gradient "
        "descent run away?",
        answer="0.0002",
        replies={
            "0.0002": "2 / L. The flat direction has no say in it.",
            "2": "That is the limit of the flat direction. The steep one is gone long before.",
            "0.02": "You took the root of the curvature. The limit is 2 / L itself.",
        },
        again=True,
    ),
    Question(
        "05.before.kappa",
        "Gradient descent at its best rate needs 691 steps for kappa = 100. How many for kappa = 1000?",
        answer="6908",
        replies={
            "about 2200": "The root of ten is what momentum makes of it.",
            "691, at a smaller rate": "The steep direction can be answered with a smaller rate. The flat one "
                                      "then waits.",
            "6908": "Ten times the valley, ten times the steps.",
        },
        again=True,
    ),
    Question(
        "05.before.shared",
        "Momentum keeps a velocity for every weight. How many learning rates does it use?",
        answer="one",
        replies={
            "one": "Each weight has its own velocity, and all velocities are multiplied by the same `lr`.",
            "one for every weight": "The velocity is each weight's own. The `lr` in front of it is shared.",
            "two": "`lr` and `momentum` are two numbers, but only one of them is a learning rate.",
        },
        again=True,
    ),
    Question(
        "05.scales",
        "The loss starts at 3.1. Where is SGD after 20 epochs, at the best of 17 learning rates from 1e-8 "
        "to 1?",
        answer="at about 1.4",
        replies={
            "at zero, the fit is perfect": "A perfect fit exists, and some rate would be right for each "
                "column. But one rate has to serve all six: it ends at 1.4.",
            "at about 0.0035": "That is where Adagrad ends. SGD has one rate for six scales and ends at 1.4.",
            "at about 1.4": "One rate for six scales: the largest columns are learned, the others wait.",
            "it diverges at every rate": "The smallest rates are safe: the limit is near 2e-6. They are also "
                "slow, and the best ends at 1.4.",
        },
    ),
    Question(
        "05.rare",
        "One weight has a gradient of 1 in every step, another in one step of 100. After 10,000 steps, how "
        "many times as large is the rare weight's rate?",
        unit="times",
        answer=10,
        reply="The sums are 10,000 and 100, and the rates feel their roots, 100 and 10. If you wrote 100, "
              "you had the sums right and left out the root.",
    ),
    Question(
        "05.sparse",
        "On paragraphs that no method has seen, each at its best learning rate: who has the lowest loss?",
        answer="SGD, by a little",
        replies={
            "Adagrad, by far": "That is what its reputation says. It is faster on the paragraphs it learns "
                "from; on new ones tuned SGD is a little ahead.",
            "Adagrad, by a little": "A careful guess, and on the paragraphs it learns from it is ahead. On "
                "new ones tuned SGD is, by a little.",
            "SGD, by a little": "0.156 against 0.165, and the seeds overlap. Tuning is worth that much.",
        },
    ),
    Question(
        "05.after.why",
        "You turn the valley by 45 degrees. Why does Adagrad lose its advantage?",
        answer="both coordinates now see the steep direction, and both get its small rate",
        replies={
            "the turned valley has a larger condition number":
                "Turning changes no curvature: gradient descent needs as many steps as before.",
            "both coordinates now see the steep direction, and both get its small rate":
                "It can rescale coordinates, and no rescaling of these two makes that valley round.",
            "the learning rate was tuned for the valley along the axes":
                "It was tuned again at each angle. That is what the toggle in the figure is for.",
        },
        again=True,
    ),
)
