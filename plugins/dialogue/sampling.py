"""A small consultation to look at: contributions of every kind, each answer there is, one that is withheld, one that waits."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.dialogue import answering, consulting, contributing, moderating
from plugins.dialogue.answering import Given
from plugins.dialogue.contributing import Forum, Said
from plugins.dialogue.models import Consultation, Contribution
from plugins.dialogue.places import Place
from portal.accounts.models import Person
from portal.agendas.models import Agenda, AgendaVersion, Item
from portal.context import Portal

PURPOSE = (
    "Texto de muestra. Queremos saber qué falta, qué sobra y qué debe decirse de otra manera antes de validar la agenda.\n\n"
    "Cada aporte recibe una respuesta con su motivo."
)
SAID = (
    (
        "change",
        "Conviene decir con qué frecuencia se publica el avance.",
        "Publicar el avance cada seis meses, en lenguaje claro.",
        "Asociación de muestra",
    ),
    ("opposition", "No estoy de acuerdo: la meta es menor que la de la agenda anterior.", "", ""),
    ("addition", "Falta nombrar a las comunidades campesinas entre quienes deciden.", "", "Vecina de muestra"),
    ("comment", "Está bien así. Ojalá se cumpla.", "", ""),
    ("comment", "Este texto de muestra contenía un insulto.", "", ""),
    ("comment", "Acaba de llegar: la Mesa todavía no lo ha leído.", "", ""),
)
ANSWERED = (
    (0, "accepted", "Se recoge: el texto dirá cada cuánto se publica."),
    (1, "rejected", "La meta se calculó con la línea de base del año 2021 y es la que se puede financiar."),
    (2, "partial", "Se nombra a las comunidades en el texto; la composición de la instancia la fija su reglamento."),
)


def sample(portal: Portal, session: Session, *, now: datetime, agenda: Agenda, people: Mapping[str, Person]) -> Consultation | None:
    """Return a consultation (muestra) on the agenda's first version; the one there is, if there is one; None without a version.

    `people`: "coordinator", who answers, and "staff", if there is one, who types in what was said at a forum.
    """
    found = session.scalar(select(Consultation).where(Consultation.agenda_id == agenda.id).order_by(Consultation.number).limit(1))
    if found is not None:
        return found
    first = select(AgendaVersion).where(AgendaVersion.agenda_id == agenda.id).order_by(AgendaVersion.number).limit(1)
    version = session.scalar(first)
    if version is None:
        return None
    by = people["coordinator"].id
    made = consulting.open_consultation(
        session,
        now=now,
        version=version,
        title="Diálogo social sobre la versión preliminar (muestra)",
        purpose=PURPOSE,
        opens_at=now - timedelta(days=9),
        closes_at=now + timedelta(days=21),
        person_id=by,
    )
    items = session.scalars(
        select(Item).where(Item.agenda_id == agenda.id, Item.retired.is_(False)).order_by(Item.dimension, Item.code)
    ).all()
    given = _contribute(portal, session, now=now, consultation=made, items=list(items), by=people.get("staff", people["coordinator"]).id)
    for one in given[:-2]:
        moderating.publish(session, now=now, contribution=one, revision=one.revision, person_id=by)
    reason = "El texto insultaba a una persona. Puede volver a presentarlo sin el insulto."
    moderating.withhold(
        session, portal.mailer, now=now, contribution=given[-2], revision=given[-2].revision, kind="insult", reason=reason, person_id=by
    )
    for place, verdict, why in ANSWERED:
        one = given[place]
        answer = Given(verdict, why, one.item_code or "" if verdict != "rejected" else "")
        answering.answer(session, portal.mailer, now=now, contributions=[(one, one.revision)], given=answer, person_id=by)
    contributing.reply(session, now=now, contribution=given[1], text="Mantengo mi desacuerdo: una meta menor no debería llamarse avance.")
    moderating.judge_reply(session, now=now, contribution=given[1], shown=True, reason="", person_id=by)
    return made


def _contribute(
    portal: Portal, session: Session, *, now: datetime, consultation: Consultation, items: list[Item], by: int
) -> list[Contribution]:
    given = []
    for number, (kind, text, wording, name) in enumerate(SAID):
        item = items[number * 5 % len(items)] if items and number != 3 else None  # noqa: PLR2004 - one is on the whole agenda
        place = Place(item.code, "item", item.dimension, "", item.code) if item else Place("", "whole")
        made, _ = contributing.contribute(
            session,
            portal.store,
            portal.mailer,
            now=now - timedelta(days=len(SAID) - number),
            consultation=consultation,
            said=Said(kind, place, text, wording, name),
            forum=Forum(by),
        )
        given.append(made)
    return given
