"""Who takes part in the demo: people with a role each, and the invented organisations with theirs."""

from datetime import datetime

from sqlalchemy import select

from plugins.demo.data import apurimac
from plugins.demo.data.organisations import ORGANISATIONS
from plugins.demo.data.people import SIGN_INS
from plugins.demo.scene import Scene
from plugins.opengov import api as opengov
from portal.accounts import service as accounts
from portal.agendas.models import Agenda
from portal.organisations.models import Organisation
from portal.organisations.service import add_member, create_organisation

OF_AN_ORGANISATION = "representative"


def load_people(scene: Scene, now: datetime) -> None:
    """Add the people who can sign in; representatives come with their organisations."""
    with scene.transaction() as session:
        for one in SIGN_INS:
            if one.role == OF_AN_ORGANISATION:
                continue
            person = accounts.add_person(session, now=now, full_name=one.name, email=one.email)
            if one.role == "administrator":
                accounts.grant(session, now=now, person_id=person.id, role=one.role)


def load_roles(scene: Scene, now: datetime) -> None:
    """Give the people their roles in both agendas; a delegate only where the dimension is."""
    with scene.transaction() as session:
        for code in (apurimac.AGENDA.code, opengov.PLAN_CODE):
            agenda = session.scalar(select(Agenda).where(Agenda.code == code))
            if agenda is None:
                continue
            names = {dimension.name for dimension in agenda.dimensions}
            for one in SIGN_INS:
                if one.role in {OF_AN_ORGANISATION, "administrator"} or (one.dimension and one.dimension not in names):
                    continue
                person = scene.person(session, one.email)
                accounts.grant(session, now=now, person_id=person.id, role=one.role, agenda_id=agenda.id, dimension=one.dimension)


def load_organisations(scene: Scene, now: datetime) -> None:
    """Add the invented organisations, each with its people."""
    with scene.transaction() as session:
        for one in ORGANISATIONS:
            if session.scalar(select(Organisation.id).where(Organisation.jne_code == one.jne_code)) is not None:
                continue
            made = create_organisation(
                session,
                now=now,
                name=one.name,
                short_name=one.short_name,
                kind=one.kind,
                jne_code=one.jne_code,
                territory_inei=one.territory,
                is_sample=True,
                active=True,
            )
            for person in one.people:
                add_member(session, made, now=now, full_name=person.name, capacity=person.capacity, email=person.email)
