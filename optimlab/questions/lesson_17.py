"""The questions of lesson 17."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "17.before.edge",
        "You try seven learning rates, and the best is the largest of them. What have you found?",
        answer="where your grid ends",
        replies={
            "the best learning rate": "It is the best that you tried. The next one up may be better still.",
            "where your grid ends": "So you go on upwards, until something is worse on either side.",
            "that larger is always better": "Only as far as you have looked, and somewhere a cliff is "
                                            "waiting.",
        },
        again=True,
    ),
    Question(
        "17.before.step",
        "Gradient 200, lr 0.1, first step. How far does gradient descent go, how far Adam?",
        answer="20 and 0.1",
        replies={
            "20 and 20": "Gradient descent does go lr times the gradient. Adam divides by the gradient's "
                         "size.",
            "20 and 0.1": "One multiplies the gradient by lr, the other divides its size out first.",
            "0.1 and 0.1": "Adam does: its first step is lr. Gradient descent multiplies lr by the gradient.",
        },
        again=True,
    ),
    Question(
        "17.before.turn",
        "A valley that lies along the axes is turned by 45 degrees. Which optimizer takes as many steps as "
        "before?",
        answer="gradient descent",
        replies={
            "gradient descent": "It sees nothing but slopes, and they turn along with the valley.",
            "Adagrad": "It gives each coordinate a rate of its own, and after the turn the coordinates mean "
                       "something else.",
            "Adam": "It divides coordinate by coordinate, so it cares how the axes lie.",
        },
        again=True,
    ),
    Question(
        "17.famous",
        "The six rates go from 0.0007 to 0.3. Had the course chosen 0.3 for both methods, what would its "
        "students have seen?",
        answer="gradient descent far ahead",
        replies={
            "Adam far ahead, as before": "Adam's steps are about as long as its rate, whatever the slope: "
                                         "0.3 in each of the 30 weights is too long to settle. Gradient "
                                         "descent's shrink with the slope. It leads by 8 points or more.",
            "both level, near 98 %": "At 0.03 and at 0.1 they are. At 0.3 gradient descent still names 98 % "
                                     "right, and Adam 88 to 90 %.",
            "gradient descent far ahead": "By 8 points or more, with decay and without. One number decides "
                                          "which method the lecture recommends.",
        },
    ),
    Question(
        "17.scale",
        "You measure the loss in other units, so that it is a hundred times as large. Whose best learning "
        "rate changes?",
        answer="SGD's",
        replies={
            "SGD's": "It becomes a hundred times smaller, since its step is lr times a slope that is a "
                     "hundred times as long.",
            "Adam's": "Adam divides the slope's size out again, so a hundred above and a hundred below the "
                      "fraction line cancel.",
            "both": "For SGD you are right: the slope is a hundred times as long. Adam divides it out.",
            "neither": "The place of the minimum does not move, there you are right. But SGD's steps become "
                       "a hundred times as long.",
        },
    ),
    Question(
        "17.fresh",
        "SGD's best of 21 rates has a median loss of 0.25 on the five seeds that chose it. On five fresh "
        "seeds?",
        answer="higher, most likely",
        replies={
            "0.25, give or take": "That is what one number from a paper makes one expect. But among 21 rates "
                                  "some are lucky on these seeds, and the choice looks for luck.",
            "higher, most likely": "The choice took what was good on these seeds, and part of that was luck.",
            "lower, most likely": "Luck is taken along when choosing, and does not come along to fresh "
                                  "seeds.",
        },
    ),
    Question(
        "17.pairs",
        "Two optimizers are equally good. How likely does one of them win on all of five seeds?",
        answer="1 in 16",
        replies={
            "1 in 16": "2 / 2**5: either may be the one. So five out of five is no proof at the usual 1 in "
                       "20.",
            "1 in 32": "That is the chance for one that you named before. Either of them would have "
                       "impressed you.",
            "1 in 1000": "It feels like that. But it is five tosses of a coin: 2 / 2**5.",
        },
    ),
    Question(
        "17.after.claim",
        "A paper shows its optimizer below Adam on three tasks, Adam at its default rate. What can you "
        "conclude?",
        answer="nothing about the two methods yet",
        replies={
            "the new one is better": "It may be. The picture would look the same if Adam only wanted another "
                                     "rate.",
            "the new one is better at defaults": "For that its own rate would have to be a default too, "
                                                 "fixed before these tasks. The new one was tuned on them.",
            "nothing about the two methods yet": "Ask how many tries each had, over which rates, and which "
                                                 "seeds judged.",
        },
        again=True,
    ),
)
