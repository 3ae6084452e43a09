"""The questions of lesson 16: a diagnosis for each case of the clinic, answered from its curves and log."""

from optimlab.questions.question import Question


def _diagnosis(case, text, answer, **replies):
    """Question 16.`case`.diagnosis; `replies` are {short name: (choice, reply)}, `answer` a short name."""
    return Question(
        f"16.{case}.diagnosis",
        text,
        answer=replies[answer][0],
        replies=dict(replies.values()),
        again=True,
    )


LR_HIGH = "the learning rate is too high"
LR_LOW = "the learning rate is too low"
SUMMED = "the loss is summed, not averaged"
UNMIXED = "the examples are not mixed"
KEPT = "the gradients are not set to zero"
TWICE = "softmax is taken twice"
EXPLODES = "single gradients explode"
DEAD = "the hidden units are dead"
DECAY = "the weight decay is far too strong"
NO_WARMUP = "there is no warm-up"
MISSING = "some parameters are missing from the optimizer"
PER_STEP = "the schedule falls with every step"
NO_STATE = "the run was resumed without its state"

QUESTIONS = (
    _diagnosis(
        1,
        "Case 1. The loss is 2.3, jumps to 16 in the third batch, and stays near 2.4. The gradient is 0.4 "
        "long at first. What is wrong?",
        "high",
        high=(
            LR_HIGH,
            "A step of 8 times a gradient of 0.4 goes three units far. The loss rises within two batches, "
            "and an ordinary gradient is all it took.",
        ),
        summed=(
            SUMMED,
            "A summed loss would show a gradient about thirty times as long. The log says 0.4, that of a "
            "mean.",
        ),
        unmixed=(UNMIXED, "Then the loss would swing with a period of fifteen batches. It does not."),
        kept=(
            KEPT,
            "Added-up gradients do their harm after many batches: the run would start well. This one is lost"
            " in the third.",
        ),
        dead=(
            DEAD,
            "In the end they are: the last gradient of the hidden layer is 0. But the jump to 16 came before"
            " that, and killed them. Ask what made the jump.",
        ),
    ),
    _diagnosis(
        2,
        "Case 2. The same network and batches as in case 1, with lr 0.5, which suits them. The loss jumps to"
        " 204, and the first gradient is 11.3 long where case 1 has 0.375. What is wrong?",
        "summed",
        high=(
            LR_HIGH,
            "Lowering it would calm the run. But lr 0.5 suits this network when the gradient is 0.375 long; "
            "ask where a factor of 30 comes from.",
        ),
        summed=(SUMMED, "11.3 / 0.375 is 30, and there are 30 examples in a batch. No accident."),
        explodes=(
            EXPLODES,
            "Then most gradients would be ordinary and a few long. Here the very first is already 30 times "
            "too long, and so are the others.",
        ),
        kept=(KEPT, "In the first batch nothing can have added up yet, and its gradient is already 11.3."),
    ),
    _diagnosis(
        3,
        "Case 3. The loss of the batches falls to 0.2 and rises to 3.5, again and again, every fifteen "
        "batches. The accuracy stays below 30 %. What is wrong?",
        "unmixed",
        high=(
            LR_HIGH,
            "A rate that is too high knows nothing of epochs. This curve repeats every fifteen batches, and "
            "an epoch has fifteen.",
        ),
        unmixed=(
            UNMIXED,
            "Each batch holds one or two classes. The network learns the one it sees, and forgets the last.",
        ),
        kept=(KEPT, "Then each step would be longer than the one before. The gradient here stays near 2."),
        dead=(DEAD, "Dead units cannot bring a loss down to 0.2, and here that happens again and again."),
        low=(LR_LOW, "Within a few batches the loss falls by 2. It learns fast, and forgets as fast."),
    ),
    _diagnosis(
        4,
        "Case 4. After one epoch the accuracy is 73 %, after four 54 %, and in the end it is below 30 %. The"
        " first steps grow from batch to batch, and the gradients hardly do. What is wrong?",
        "kept",
        high=(
            LR_HIGH,
            "With a rate that is too high from the start, the first batches would be bad. They are the best.",
        ),
        kept=(
            KEPT,
            "Each step is made of all gradients so far: a good start, and then nothing can turn it around.",
        ),
        unmixed=(UNMIXED, "Then the loss would repeat itself every fifteen batches. It runs away instead."),
        perstep=(PER_STEP, "A falling rate makes steps shorter. Here they grow."),
        decay=(DECAY, "Decay pulls the weights to 0 and the loss to 2.30. This loss ends above its start."),
    ),
    _diagnosis(
        5,
        "Case 5. Lr 0.5 suits this network. The loss falls from 2.30 to 2.0 only, and the first gradient is "
        "0.034 long where case 1 has 0.375. What is wrong?",
        "twice",
        low=(
            LR_LOW,
            "It looks like it. But ten times the rate gets to 1.6 and not near 0, and lr does not change the"
            " length of the first gradient: that one is ten times too short before any step.",
        ),
        twice=(
            TWICE,
            "Probabilities lie between 0 and 1, and as scores they are nearly all the same. So the slope is "
            "small, and the loss cannot fall below ln(1 + 9/e) = 1.46.",
        ),
        dead=(
            DEAD,
            "All layers get a gradient, and the accuracy rises to 52 %. It is the slope that is small.",
        ),
        missing=(
            MISSING,
            "What the optimizer has been given does not change the gradient. The first one is already ten "
            "times too short.",
        ),
        decay=(DECAY, "Decay acts through the steps. The first gradient is too short before there was one."),
    ),
    _diagnosis(
        6,
        "Case 6. A recurrent network. After two epochs the accuracy is 97 %; in the third it falls to about "
        "50 %, and stays there. The gradients before the fall are about 1 long, and then one is nearly 12. "
        "What is wrong?",
        "explodes",
        high=(
            LR_HIGH,
            "If the rate were too high, ordinary batches would throw it as well. For thirty batches they do "
            "not, and it learns; one long gradient does, in a batch whose own loss was nothing special.",
        ),
        explodes=(
            EXPLODES,
            "One step was ten times as long as those before it. Its direction is fine; its length must be "
            "bounded.",
        ),
        unmixed=(UNMIXED, "The order is new in each epoch, and the jump comes once, not with a period."),
        nostate=(NO_STATE, "This run was never interrupted. The jump follows a long gradient, not a pause."),
        dead=(DEAD, "The cells are tanh. They can be saturated, but at 90 % and more they were not."),
    ),
    _diagnosis(
        7,
        "Case 7. The loss stays at 2.30, which is ln 10. The gradient is 0.15 long, all of it in the bias of"
        " the last layer. What is wrong?",
        "dead",
        low=(
            LR_LOW,
            "With ten times the rate the loss would stay where it is: ten times a gradient of 0 is 0, and "
            "all other layers have exactly 0.",
        ),
        dead=(
            DEAD,
            "No unit answers to any example, so nothing reaches the output but its bias, and no slope comes "
            "back.",
        ),
        decay=(
            DECAY,
            "Decay would shrink the weights. In this run the hidden weights have not changed at all.",
        ),
        missing=(
            MISSING,
            "A missing layer still gets a gradient, which is not used. Here the gradient itself is 0.",
        ),
    ),
    _diagnosis(
        8,
        "Case 8. The loss goes to 2.30, which is ln 10, and stays. The first gradient is as in case 1, all "
        "layers have one, and the weights get smaller from batch to batch. What is wrong?",
        "decay",
        dead=(
            DEAD,
            "Dead units have a gradient of exactly 0 from the first batch on. Here every layer has one at "
            "first, and it fades together with the weights.",
        ),
        decay=(
            DECAY,
            "Each step takes 15 % off every weight. After ten batches a fifth is left of what the network "
            "was.",
        ),
        low=(LR_LOW, "With small steps the weights would stay near their start. They go to 0, fast."),
        high=(LR_HIGH, "Then the loss would rise above its start. It never exceeds 2.32."),
        summed=(SUMMED, "The first gradient is 0.375 long, as that of the mean loss in case 1."),
    ),
    _diagnosis(
        9,
        "Case 9. Adam, four layers. The loss jumps from 2.4 to 4.3 in the second batch, and the first step "
        "is the longest of all. The accuracy then climbs slowly to 90 %, while the rate falls. What is "
        "wrong?",
        "warmup",
        warmup=(
            NO_WARMUP,
            "The longest steps are made first, when Adam's averages know one gradient. Later the same rate "
            "does no harm.",
        ),
        high=(
            "the learning rate is too high for the whole run",
            "Half the rate helps, since the start is calmer. But the run is thrown in its first batches, and"
            " with a warm-up it stands this very rate and gets to 99 %.",
        ),
        explodes=(
            EXPLODES,
            "There is a gradient of 8.9, and it comes with the jump, not before it: the first step was made "
            "with one of 0.9. And Adam divides by the size of the gradient, so clipping changes next to "
            "nothing.",
        ),
        dead=(DEAD, "Some units may have been lost in the jump. What was it that threw them?"),
    ),
    _diagnosis(
        10,
        "Case 10. The loss falls steadily and slowly, to 1.8. The gradient GROWS, from 0.4 to 1.5, and most "
        "of it is in the first layer, whose weights have not changed. What is wrong?",
        "missing",
        low=(LR_LOW, "With a low rate all layers would move a little. The first one has not moved at all."),
        missing=(
            MISSING,
            "The first layer's gradient is there and nobody uses it. The last layer does what it can with "
            "random features.",
        ),
        dead=(DEAD, "Dead units pass back no gradient. Here the first layer has the longest."),
        perstep=(PER_STEP, "Then the last layer would stop too. It learns until the end."),
    ),
    _diagnosis(
        11,
        "Case 11. In the first epoch the loss falls a little. From the second one on nothing moves, while "
        "the gradient is as long as at the start. What is wrong?",
        "perstep",
        low=(LR_LOW, "The first batches move well at this rate. Something happens to the rate afterwards."),
        perstep=(
            PER_STEP,
            "Three quarters, fifteen times an epoch: after one epoch 1 % of the rate is left, after two 0.02"
            " %.",
        ),
        dead=(DEAD, "Dead units have no gradient. This one is 0.4 long to the end."),
        decay=(DECAY, "Decay would pull the weights to 0. They stand still."),
        minimum=(
            "it has arrived at a minimum",
            "At a minimum the gradient is 0. Here it is as long as at the start, and the loss is 2.2.",
        ),
    ),
    _diagnosis(
        12,
        "Case 12. Until the end of the tenth epoch the run is near 99 %. Then it is saved and resumed; the "
        "loss jumps, and at the end it is at 93 %. What is wrong?",
        "nostate",
        nostate=(
            NO_STATE,
            "The weights were saved. The velocity and the count of steps were not, so the schedule begins "
            "again at its highest rate.",
        ),
        high=(
            LR_HIGH,
            "For ten epochs the schedule was right. At the jump the rate is a hundred times what it was one "
            "batch before; ask why.",
        ),
        unmixed=(UNMIXED, "The order is new in every epoch, before and after."),
        explodes=(EXPLODES, "The gradient at the jump is ordinary, below 2. The step is not."),
        warmup=(
            NO_WARMUP,
            "A warm-up would soften the jump. There should be no jump: the run had long been warm.",
        ),
    ),
    Question(
        "16.before.sum",
        "A loss is summed over a batch of 64 where it was a mean. Which learning rate gives the same run as "
        "before?",
        answer="lr / 64",
        replies={
            "the same lr": "The gradient is 64 times as long, so every step is.",
            "lr / 64": "The gradient is 64 times as long. Nothing else has changed.",
            "lr / 8": "The square root belongs to noise. Here the whole gradient is multiplied by 64.",
        },
        again=True,
    ),
    Question(
        "16.before.start",
        "A network that knows nothing tells ten classes apart. What is its cross-entropy?",
        answer="2.30",
        replies={
            "0.10": "That is the probability it gives to each class. The loss is minus its logarithm.",
            "1.46": "You will meet that number in this lesson. It is the floor of a loss, not its start.",
            "2.30": "ln 10. A run that stands there has learned nothing, or forgotten everything.",
        },
        again=True,
    ),
    Question(
        "16.before.adam",
        "Adam, first step, a gradient of 1000 in every weight. How far does each weight move?",
        answer="by lr",
        replies={
            "by 1000 times lr": "That would be gradient descent. Adam divides by the size of the gradient.",
            "by lr": "At full length from the very first gradient. One of the cases below is about that.",
            "hardly at all": "The averages start at zero, but both of them do, and the correction undoes it.",
        },
        again=True,
    ),
    Question(
        "16.falling",
        "Twelve runs, each broken by a line or a number. In how many is the loss of the last epoch at least "
        "0.05 below that of the first batch?",
        unit="runs",
        answer=6,
        reply="Half of them learn something. A loss that falls is no proof that all is well: the question is "
        "what it should have been.",
    ),
    Question(
        "16.after.first",
        "Ten classes, and the loss stands at 2.30. Dead units or a decay that is too strong: which print-out "
        "tells you at once?",
        answer="each array's length, and its gradient's",
        replies={
            "the loss, with more digits": "Both stand at ln 10, to all digits that matter.",
            "the accuracy": "About 10 % in both.",
            "each array's length, and its gradient's":
                "Dead units: weights as at the start, gradients of 0 from the first batch on. Decay: "
                "gradients at first, and weights that melt.",
            "the learning rate": "It is what it should be in both cases.",
        },
        again=True,
    ),
)
