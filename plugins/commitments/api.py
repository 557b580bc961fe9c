"""What another plugin may use of this one: the acts of a signing, in the order in which they happen."""

from plugins.commitments.agenda_text import frozen_agenda
from plugins.commitments.closing import decline, expire, withdraw
from plugins.commitments.contacts import invite, note_contact, record_meeting, remind
from plugins.commitments.evidence import publish
from plugins.commitments.issuing import issue
from plugins.commitments.keys import authority, root_pem
from plugins.commitments.models import Commitment, Event, Process, Question, Slot
from plugins.commitments.opening import open_process
from plugins.commitments.plan import WITNESS, default_plan, entry
from plugins.commitments.processes import CONSENT_TEXT, choose, move_deadline
from plugins.commitments.questions import answer, ask
from plugins.commitments.sampling import SAMPLES, samples
from plugins.commitments.signing_acts import send_code, sign
from plugins.commitments.stances import Typed, confirm, save_page, stances_of
from plugins.commitments.states import note

__all__ = [
    "CONSENT_TEXT",
    "SAMPLES",
    "WITNESS",
    "Commitment",
    "Event",
    "Process",
    "Question",
    "Slot",
    "Typed",
    "answer",
    "ask",
    "authority",
    "choose",
    "confirm",
    "decline",
    "default_plan",
    "entry",
    "expire",
    "frozen_agenda",
    "invite",
    "issue",
    "move_deadline",
    "note",
    "note_contact",
    "open_process",
    "publish",
    "record_meeting",
    "remind",
    "root_pem",
    "samples",
    "save_page",
    "send_code",
    "sign",
    "stances_of",
    "withdraw",
]
