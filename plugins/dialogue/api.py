"""What another plugin may use of this one: the acts of a consultation, in the order in which they happen."""

from plugins.dialogue.answering import Given, answer
from plugins.dialogue.consulting import edit, open_consultation
from plugins.dialogue.contributing import Forum, Said, confirm, contribute, reply
from plugins.dialogue.models import Answer, Consultation, Contribution
from plugins.dialogue.moderating import judge_reply, publish, withhold
from plugins.dialogue.places import Place
from plugins.dialogue.sampling import sample

__all__ = [
    "Answer",
    "Consultation",
    "Contribution",
    "Forum",
    "Given",
    "Place",
    "Said",
    "answer",
    "confirm",
    "contribute",
    "edit",
    "judge_reply",
    "open_consultation",
    "publish",
    "reply",
    "sample",
    "withhold",
]
