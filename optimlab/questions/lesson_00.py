"""The questions of lesson 00."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "00.before.slope",
        "`f(x) = x**2`, and you stand at `x = -3`. The slope there is -6. To make `f` smaller, which way do "
        "you go?",
        answer="to the right, towards 0",
        replies={
            "to the right, towards 0":
                "A negative slope says that `f` falls to the right. Against the slope is always down.",
            "to the left": "The slope -6 says: one to the right, about six down. So the left is up.",
            "it depends on the learning rate":
                "The learning rate says how far. The sign of the slope says which way. If slopes are new to "
                "you, read a chapter on derivatives first.",
        },
        again=True,
    ),
    Question(
        "00.before.alias",
        "`a = np.array([1.0, 2.0])`, then `b = a`, then `b -= 1`. What is `a` now?",
        answer="[0, 1]",
        replies={
            "[1, 2]": "`b = a` makes a second name, not a second array, and `-=` writes into the one there "
                "is.",
            "[0, 1]": "One array with two names. `b = b - 1` would have made a new one.",
            "[2, 3]": "`b -= 1` takes one away. And it does so in `a` too: both names mean the same array.",
        },
        again=True,
    ),
    Question(
        "00.before.partials",
        "A loss depends on 1210 weights. How many numbers does its gradient have?",
        answer="1210",
        replies={
            "1": "The loss is one number. Its gradient has a slope for each weight.",
            "1210": "One slope for each weight, so the gradient has the shape of the weights.",
            "1210 times 1210": "That many second derivatives it has. Lesson 02 says why nobody stores them.",
        },
        again=True,
    ),
    Question(
        "00.down",
        "Of 100 random directions, how many will lower the loss, at the start?",
        answer="about 50",
        replies={
            "about 1": "Most directions look hopeless, and they nearly are. But each is up or down: about "
                "half go down, by next to nothing.",
            "about 50": "About half. A direction that goes up goes down when you turn it round.",
            "about 99": "The network is bad at everything, so one would think so. Yet a direction that goes "
                "up goes down when you turn it round: about half.",
        },
    ),
    Question(
        "00.random",
        "The best of the 100 lowers the loss by what share of the gradient step's?",
        unit="percent",
        answer=7.2,
        reply="That is the theory, `2.51 / sqrt(1210)`, and the networks below scatter around it. A guess of "
              "50 or more is right for two weights, where 100 directions lie 3.6 degrees apart. In 1210 "
              "dimensions they are lost.",
    ),
    Question(
        "00.length",
        "Fresh weights, and the step against the gradient is 4 long, 80 times as long as before. In how many "
        "of ten networks does it make the loss larger?",
        answer="8",
        replies={
            "none: it is the best direction":
                "It is, for a short step. The slope under your feet says nothing about the ground far off: "
                "8.",
            "2": "More: it is the rule, not the exception. In 8.",
            "8": "In 8. The best direction does not help who goes too far in it.",
        },
    ),
    Question(
        "00.adapt",
        "The gradient is 1 first and 1000 in a second run, `lr` is 0.1 in both. How much longer is Adam's "
        "first step in the second run?",
        answer="not at all",
        replies={
            "1000 times": "That is gradient descent. Adam divides by the size of the gradients it has seen.",
            "about 32 times": "A square root is involved, and of a square: nothing is left of the 1000.",
            "not at all": "Its first step is `lr`, whatever the gradient. Lesson 07 shows where that helps "
                "and where it hurts.",
        },
    ),
    Question(
        "00.zero",
        "You forget `zero_grad`, so each step uses the sum of all gradients so far. Which optimizer have you "
        "built?",
        answer="momentum, with momentum 1",
        replies={
            "gradient descent with a growing learning rate":
                "The sum does grow at first. But when the slope turns, the old gradients still push the old "
                "way: that is a velocity, with momentum 1.",
            "momentum, with momentum 1": "A velocity that never fades. And it is not always slower, as you "
                "will see.",
            "none: it cannot train anything":
                "One would hope so, it would be found sooner. It is momentum with momentum 1, and it may "
                "well train.",
        },
    ),
    Question(
        "00.after.kind",
        "An unknown optimizer gets the gradient 5 three times and moves by 0.1, 0.0707 and 0.0577. Which "
        "kind is it?",
        answer="one that sums up how large the gradients were",
        replies={
            "one without a state": "Without a state the same gradient makes the same step each time.",
            "one with a velocity": "A velocity would make the steps longer: 0.5, 0.95, 1.36 at `lr` 0.1.",
            "one that sums up how large the gradients were":
                "It is Adagrad, at `lr` 0.1: it divides by the square root of a sum that only grows.",
        },
        again=True,
    ),
)
