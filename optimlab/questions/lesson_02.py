"""The questions of lesson 02."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "02.before.gradient",
        "The gradient of a loss at a point: where does it point?",
        answer="uphill, the steepest way",
        replies={
            "downhill, the steepest way": "That is where you want to go, and so the rule has a minus in it.",
            "uphill, the steepest way": "So the rule has to step against it.",
            "towards the minimum":
                "It knows only the slope under your feet. In a long valley it points at the wall.",
        },
        again=True,
    ),
    Question(
        "02.before.sum",
        "You sum the loss over 64 examples where you used to average it. What happens to the gradient?",
        answer="64 times as large",
        replies={
            "nothing": "A sum of 64 terms has the slope of all 64.",
            "64 times as large": "And so is every step, unless you divide the learning rate by 64.",
            "64 times as small": "It is the average that divides by 64; the sum does not.",
        },
        again=True,
    ),
    Question(
        "02.before.local",
        "Plain gradient descent takes a step. Which of these does it use?",
        answer="the gradient here",
        replies={
            "the gradient here": "Here, now, and a learning rate that is yours to choose.",
            "the gradients of all steps so far": "Methods with a memory come two lessons from now.",
            "the loss at the place it will land":
                "Nobody looks before the step. That is how it can end up higher.",
        },
        again=True,
    ),
    Question(
        "02.four.rates",
        "With lr = 0.51, a little above the limit of 0.5, what is the loss after 20 steps?",
        answer="above 10.5, but below 100",
        replies={
            "below 10.5, but not by much": "Near the limit things do go slowly. But x2 already grows: 38.",
            "above 10.5, but below 100":
                "38. Just past the edge the growth is slow, and easy to mistake for bad luck.",
            "above a million":
                "That is 0.60. At 0.51 the multiplier is -1.04, and 20 steps make 2.2 of it: 38.",
        },
    ),
    Question(
        "02.kappa",
        "How many steps for kappa = 1000, at its best learning rate?",
        unit="steps",
        answer=6908,
        reply="Ten times as many. A guess near 691 trusts that the best rate makes up for the shape, and it "
              "does not; a guess near 2200 expects a square root, and in lesson 04 you will earn exactly "
              "that one.",
    ),
    Question(
        "02.saddle",
        "How many steps until it has left, that is, until the nudge of 1e-12 has grown to 1?",
        answer="about 300",
        replies={
            "about 30": "Growth is quick once it shows, but a factor of 1e12 at 10 % a step takes 290 steps.",
            "about 300": "290. Each step multiplies the nudge by 1.1, and log(1e12) / log(1.1) is 289.9.",
            "about 3 million": "It looks like that for a long time. But growth by 10 % a step is fast: 290.",
            "it never leaves":
                "On the ridge exactly, that is right. With a nudge of 1e-12 it leaves: after 290 steps.",
        },
    ),
    Question(
        "02.flat",
        "A loss curve has been flat for 200 steps. Which single measurement tells you most?",
        answer="the length of the gradient and the curvatures",
        replies={
            "the loss of ten more steps": "Flat again, most likely, in all three cases.",
            "the length of the gradient and the curvatures":
                "A gradient that is not small: lr is too low or too high. A small one with a curvature below "
                "zero: a saddle. Small with all curvatures above zero: a minimum. All of them near zero: a "
                "plateau.",
            "the learning rate": "It helps to know it, but a saddle is a saddle at any learning rate.",
        },
        again=True,
    ),
    Question(
        "02.search",
        "A search that starts at 1 and halves chooses each step length. How many steps will it need?",
        answer="fewer than 69",
        replies={
            "fewer than 69": "54. It may use lengths that would be too large for ever, and it does.",
            "exactly 69, it finds the best length":
                "It does not look for one best length. It takes a different one each time, and needs 54.",
            "more than 69, it is careful":
                "It is careful about the loss, and bold about the length: 54 steps, some beyond the limit.",
        },
    ),
    Question(
        "02.after.bigger",
        "A colleague: 'I raised lr from 0.40 to 0.49, still below the limit of 0.5, so it must be faster.'",
        answer="It may be slower: past the best rate the steep direction slows down",
        replies={
            "Right, up to the limit larger is faster":
                "Above, 0.49 ended at a loss of 1.6 and 0.40 at 0.089.",
            "It may be slower: past the best rate the steep direction slows down":
                "The best rate there was 2 / 4.2 = 0.476; beyond it the multiplier of the steep direction "
                "nears -1.",
        },
        again=True,
    ),
)
