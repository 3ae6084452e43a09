"""The questions of lesson 10."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "10.before.ball",
        "The bowl `x**2 / 2`, gradients with noise of standard deviation 1, `lr = 0.4` for ever. How far "
        "from the minimum is a run, typically?",
        answer="0.5",
        replies={
            "0": "That takes gradients that are exact at the minimum. Here the noise pushes at every step.",
            "0.5": "The variance is lr / (2 - lr) = 0.4 / 1.6 = 0.25, and its root is 0.5.",
            "it drifts away": "The slope pulls it back. Lesson 03: the variance is lr / (2 - lr).",
        },
        again=True,
    ),
    Question(
        "10.before.start",
        "A fading average starts at zero and keeps the share 0.99 at each step. After one value of 5, what "
        "does it hold?",
        answer="0.05",
        replies={
            "5": "It would if it were corrected: divided by 1 - 0.99**1. As it stands it holds 0.05.",
            "0.05": "A hundredth of 5. Lesson 07 divides it by 1 - 0.99**t.",
            "4.95": "0.99 is the share of the old average, which is zero.",
        },
        again=True,
    ),
    Question(
        "10.before.decay",
        "Why do people let the learning rate fall towards the end of a run?",
        answer="the noise holds a run at a distance that shrinks with lr",
        replies={
            "the noise holds a run at a distance that shrinks with lr": "Large steps to get there, small "
            "ones to calm down. Today you get the calm without the small steps.",
            "the gradient grows towards the end": "Near a minimum it gets smaller. What stays is its noise.",
            "small steps find better minima": "There is one minimum in the bowl, and the same thing happens.",
        },
        again=True,
    ),
    Question(
        "10.ema",
        "At lr = 0.4, keep a fading average of the weights with decay 0.99 beside the run. By which factor "
        "is its variance smaller than that of the weights themselves?",
        unit="times",
        answer=50.7,
        reply="If you thought of 100 or 199, you counted how many weights are in the average, and for "
        "weights that know nothing of each other 199 is right. These are neighbours on a path, and agree a "
        "little.",
    ),
    Question(
        "10.small",
        "Now lr = 0.04, a tenth. The run itself is nearer to the minimum. And the average?",
        answer="about where it was",
        replies={
            "ten times nearer": "The run is: its variance fell from 0.25 to 0.02. But it also moves more "
            "slowly, neighbours agree more, and averaging removes less. The average stays where it was.",
            "about where it was": "The run got calmer by the factor by which averaging became weaker.",
            "further away": "It is within a fifth of where it was: the run got calmer, and averaging weaker.",
        },
    ),
    Question(
        "10.free",
        "Training loss, medians. At how many of the four lengths is the one run of Schedule-Free at or below "
        "the cosine that was tuned for that length?",
        unit="lengths",
        answer=4,
        reply="If you expected it to lose where the cosine has just come to its end, that is where a "
        "schedule is at its best. It does not lose there either. By the validation loss it does: look at the "
        "right panel.",
    ),
    Question(
        "10.after.why",
        "Why can Schedule-Free do without the length of the run?",
        answer="the average is good at every step, not only at the last",
        replies={
            "its learning rate adapts": "It is constant, and you tuned it. What adapts is the share 1/t of "
            "the newest point.",
            "the average is good at every step, not only at the last": "A schedule is calm only at its end. "
            "The mean is always as calm as the steps so far allow.",
            "it takes no noise from the gradients": "z jumps about like any other run. Its mean does not.",
        },
        again=True,
    ),
)
