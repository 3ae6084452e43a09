"""The questions of lesson 07."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "07.before.averaged",
        "Momentum in its averaged form, `v = 0.9 * v + 0.1 * g`, starts at zero. How far does its first "
        "step go, compared with a step of gradient descent at the same `lr`?",
        answer="a tenth as far",
        replies={
            "as far": "In the summed form it does. Here the first gradient enters with the factor 0.1.",
            "a tenth as far": "v is 0.1 * g after one gradient. Lesson 04 needed 10 lr for that reason.",
            "ten times as far": "Ten times is what the summed form reaches in the long run, not the "
            "averaged one in its first step.",
        },
        again=True,
    ),
    Question(
        "07.before.rmsprop",
        "RMSprop with `alpha = 0.9` divides by the root of `0.9 * cache + 0.1 * g**2`, and the cache starts "
        "at zero. How long is its first step?",
        answer="3.16 lr",
        replies={
            "lr": "That would need the root to be the size of g. It holds a tenth of g squared.",
            "0.1 lr": "The small cache stands below the line: it makes the step longer.",
            "3.16 lr": "g over the root of 0.1 * g**2 is 1 / sqrt(0.1), whatever g is.",
        },
        again=True,
    ),
    Question(
        "07.before.turned",
        "Adagrad and RMSprop give every coordinate a rate of its own. In which valley does that help least?",
        answer="one that lies across the axes, turned by 45 degrees",
        replies={
            "one that lies along the axes": "There each coordinate has one curvature, and one rate fits it.",
            "one that lies across the axes, turned by 45 degrees": "Each coordinate then sees the same "
            "mixture of steep and flat, and gets the same rate.",
            "one whose two curvatures differ by a factor of 1000": "Along the axes that is where it helps "
            "most.",
        },
        again=True,
    ),
    Question(
        "07.uncorrected",
        "Take both corrections out. Gradients of 1, `betas` 0.9 and 0.999. The first step is 3.16 lr. And "
        "the steps after it?",
        answer="longer still for a while, then slowly down to lr",
        replies={
            "at once down to lr": "`m` is right after some 20 steps. But `v` takes thousands: the steps grow "
            "to 6.57 lr at step 12, and step 1000 still has 1.26 lr.",
            "longer still for a while, then slowly down to lr": "`m` fills up in some 20 steps, `v` in "
            "thousands. So they grow to 6.57 lr at step 12, and step 1000 still has 1.26 lr.",
            "3.16 lr for ever": "Both averages fill up, at two speeds: the steps grow to 6.57 lr at step 12, "
            "and step 1000 still has 1.26 lr.",
        },
    ),
    Question(
        "07.rare",
        "200 classes, the k-th with a share proportional to 1/k. After 200 steps of gradient descent with "
        "lr = 10: how many times as large is the loss of the rare half as that of the ten commonest?",
        unit="times",
        answer=158,
        reply="If you thought that the rare ones are behind, you were right, and hardly anybody thinks they "
        "are so far behind. Adam's answer to the same question is 1.0.",
    ),
    Question(
        "07.batch",
        "You make the batch 16 times as large, and gradients are mostly noise. Adam should do the same as "
        "before for the same number of examples. Which learning rate?",
        answer="4 times the old one",
        replies={
            "16 times the old one": "That is the rule for SGD, from lesson 03. Adam divides by the noise, "
            "and the noise of a mean of 16 is 4 times smaller: half of the rule is in Adam already, and a "
            "factor of 4 is left for you.",
            "4 times the old one": "Adam divides by the noise, and the noise of a mean of 16 is 4 times "
            "smaller. That makes it go 4 times as fast by itself; the rest is yours.",
            "the old one": "Adam does adapt: it goes 4 times as fast with the larger batch. But it takes 16 "
            "times fewer steps for the same examples, and a rate 4 times as large makes up for the rest.",
        },
    ),
    Question(
        "07.fails",
        "Every third gradient is 3, the two between are −1 each. Where does Adam take `w`, which may move "
        "between −1 and 1, with `betas` 0 and 0.1?",
        answer="to 1, where the sum is largest",
        replies={
            "to −1, where the sum is smallest": "So does gradient descent: 3 − 1 − 1 is 1 uphill, so down. "
            "For Adam the 3 counts hardly more than each of the others: it goes to 0.997.",
            "to 1, where the sum is largest": "It goes to 0.997. The 3 is divided by a root of about 3, and "
            "the two −1 by roots close to 1.",
            "nowhere, it swings about 0": "Two steps one way and one the other, all about equally long: it "
            "goes to 0.997.",
        },
    ),
    Question(
        "07.after.why",
        "Why is Adam so far ahead on the letters of the novel?",
        answer="what is rarely seen moves as fast as the rest",
        replies={
            "it finds a better minimum": "The loss is convex, so there is one lowest value for all of them.",
            "what is rarely seen moves as fast as the rest": "The size of a gradient cancels between m and "
            "the root of v. Gradient descent has to wait for rare rows, and for what rarely follows.",
            "it needs no learning rate": "It was given the best of five rates, like the others.",
        },
        again=True,
    ),
)
