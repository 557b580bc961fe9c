"""Questions of a representative to the Mesa, and the answers, which reach everybody of the organisation who asked."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import letters, states
from plugins.commitments.models import Commitment, Question
from portal.accounts.models import Person
from portal.errors import Conflict, Invalid, NotFound
from portal.i18n import N_
from portal.mail import Mailer

LONGEST = 4000


def questions_of(session: Session, commitment: Commitment) -> list[Question]:
    """Return the questions about a commitment, the newest first."""
    return list(session.scalars(select(Question).where(Question.commitment_id == commitment.id).order_by(Question.id.desc())))


def ask(
    session: Session,
    *,
    now: datetime,
    person_id: int,
    commitment: Commitment,
    text: str,
    item_code: str | None,
    mailer: Mailer,
    staff_path: str = "/gestion/preguntas/",
) -> Question:
    """Put a question to the Mesa; its contact gets it by mail, with a link to `staff_path` + the question's id."""
    text = checked(text, N_("Escriba su pregunta."))
    question = Question(commitment_id=commitment.id, item_code=item_code, text=text, asked_at=now, asked_by_id=person_id)
    session.add(question)
    states.note(session, commitment.id, "question_asked", now=now, person_id=person_id, item=item_code)
    person = session.get(Person, person_id)
    letters.question(
        mailer,
        session,
        now=now,
        commitment=commitment,
        text=text,
        item_code=item_code,
        asker=person.full_name if person else "",
        path=f"{staff_path}{question.id}",
    )
    return question


def answer(session: Session, *, now: datetime, person_id: int, question_id: int, text: str, mailer: Mailer) -> Question:
    """Answer a question, once; who asked gets the answer by mail."""
    question = session.get(Question, question_id, with_for_update=True)
    if question is None:
        raise NotFound
    if question.answer is not None:
        raise Conflict(N_("Esta pregunta ya tiene respuesta."))
    question.answer, question.answered_at, question.answered_by_id = checked(text, N_("Escriba la respuesta.")), now, person_id
    commitment = session.get_one(Commitment, question.commitment_id)
    states.note(session, commitment.id, "question_answered", now=now, person_id=person_id, item=question.item_code)
    asker = session.get(Person, question.asked_by_id) if question.asked_by_id else None
    if asker is not None:
        letters.answer(mailer, session, now=now, commitment=commitment, person=asker, text=question.text, reply=question.answer)
    return question


def checked(text: str, empty: str) -> str:
    """Return a text ready to keep. Raises `Invalid` (field "text") with the sentence `empty`, or when it is too long."""
    text = text.strip()
    if not text:
        raise Invalid(empty, fields={"text": empty})
    if len(text) > LONGEST:
        sentence = N_("El texto pasa de 4000 caracteres. Acórtelo.")
        raise Invalid(sentence, fields={"text": sentence})
    return text
