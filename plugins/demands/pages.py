"""What several of the plugin's pages need: choices, badges, and who may do what in which dimension."""

from typing import Any

from flask import g
from flask_babel import gettext
from sqlalchemy import select
from wtforms.form import BaseForm

from plugins.demands import meetings, words
from plugins.demands.blueprint import EDIT
from plugins.demands.collecting import Said
from plugins.demands.models import Demand
from portal import web
from portal.agendas.models import Agenda
from portal.choices import options
from portal.errors import Forbidden
from portal.organisations.models import Organisation, Territory
from portal.organisations.names import sort_name

_MOST = 400
TONES = {
    words.INCLUDED: ("ok", "full"),
    words.POSTPONED: ("warn", "half"),
    words.NOT_INCLUDED: ("neutral", "bar"),
    words.MERGED_WITH: ("info", "tick-clock"),
    words.PENDING: ("warn", "hollow"),
    words.MERGED: ("neutral", "bar"),
    words.SPLIT: ("neutral", "bar"),
    words.REJECTED: ("neutral", "cross"),
    words.UNDONE: ("neutral", "bar"),
}


def badge_of(demand: Demand) -> tuple[str, str, str]:
    """Return how a demand stands: (words, tone, shape) of its badge; its decision while it is live."""
    if demand.state != words.OPEN:
        return (gettext(words.STATES[demand.state]), *TONES[demand.state])
    if demand.decision:
        return (gettext(words.OUTCOMES[demand.decision]), *TONES[demand.decision])
    return gettext(words.UNDECIDED), "neutral", "hollow"


def dimensions(agenda: Agenda, *, none: str = "", mine: bool = False) -> list[Any]:
    """Return the agenda's dimensions to choose from. `mine`: only those where the person may edit."""
    found = [(one.name, one.label) for one in agenda.dimensions]
    if mine:
        found = [(name, label) for name, label in found if web.allowed(EDIT, agenda_id=agenda.id, dimension=name)]
    whole = not mine or web.allowed(EDIT, agenda_id=agenda.id, dimension="")
    return options([("", none or gettext("Sin dimensión todavía")), *found] if whole else found)


def labels(agenda: Agenda) -> dict[str, str]:
    """Return the dimensions' labels by name."""
    return {one.name: one.label for one in agenda.dimensions}


def territories(agenda: Agenda) -> list[Any]:
    """Return the territories inside the agenda's own to choose from, by name; of a country, its departments and provinces. One query."""
    rows = select(Territory.inei, Territory.name, Territory.level).order_by(Territory.name, Territory.inei)
    if agenda.territory.level == "country":
        rows = rows.where(Territory.level.in_(("department", "province")))
    else:
        rows = rows.where(Territory.inei.startswith(agenda.territory_inei), Territory.inei != agenda.territory_inei)
    kinds = {"department": gettext("departamento"), "province": gettext("provincia"), "district": gettext("distrito")}
    found = [(inei, f"{name} ({kinds.get(level, level)})") for inei, name, level in web.session.execute(rows)]
    return options([("", gettext("Todo el territorio de la agenda")), *found])


def meeting_choices(agenda: Agenda, none: str = "") -> list[tuple[str, str]]:
    """Return the agenda's meetings to choose from; nothing at all where there are none."""
    found = meetings.offered(web.portal().registry, web.session, agenda)
    return [("", none or gettext("Ninguna de estas")), *found] if found else []


def group_choices(agenda: Agenda) -> list[tuple[str, str]]:
    """Return the agenda's groups to choose from; nothing at all where there are none."""
    return meetings.groups(web.portal().registry, web.session, agenda)


def with_meetings(form: BaseForm, agenda: Agenda) -> None:
    """Offer the agenda's meetings (and groups) in the form's fields of those names, or take the field away where there are none."""
    found = meeting_choices(agenda)
    if found:
        form["meeting"].choices = options(found)
    else:
        del form["meeting"]
    if "group" not in form:
        return
    named = group_choices(agenda)
    if named:
        form["group"].choices = options([("", gettext("Ninguno de estos")), *named])
    else:
        del form["group"]


def meeting_of(form: BaseForm) -> str:
    """Return the ref of the meeting chosen, or ""."""
    return str(form["meeting"].data or "") if "meeting" in form else ""


def organisations() -> list[str]:
    """Return names to offer as one types."""
    rows = select(Organisation.name).where(Organisation.active).order_by(Organisation.sort_name).limit(_MOST)
    return list(web.session.scalars(rows))


def organisation_id(name: str) -> int | None:
    """Return the organisation in the directory that is called so, or None."""
    key = sort_name(name)
    return web.session.scalar(select(Organisation.id).where(Organisation.sort_name == key).limit(1)) if key else None


def said_in(form: BaseForm, agenda: Agenda, **more: Any) -> list[Said]:
    """Return who said it, as typed: the one chosen, and the meeting where one was."""
    kind, name = str(form["source"].data or ""), str(form["name"].data or "")
    ref = meeting_of(form)
    words_ = dict(meeting_choices(agenda)).get(ref, "")
    said = str(form["said"].data or "")
    if kind == "meeting":
        return [Said(kind="meeting", ref=ref, name=name or words_, said=said, **more)]
    own = organisation_id(name) if kind == "organisation" else None
    group = str(form["group"].data or "") if kind == "group" and "group" in form else ""
    name = name or dict(group_choices(agenda)).get(group, "") if group else name
    found = [Said(kind=kind, organisation_id=own, ref=group, name=name, said=said, **more)]
    if ref:
        found.append(Said(kind="meeting", ref=ref, name=words_, **more))
    return found


def may_edit(demand: Demand) -> bool:
    """Whether the acting person may change this demand: delegates only those of their dimension."""
    return web.allowed(EDIT, agenda_id=demand.agenda_id, dimension=demand.dimension)


def only_editors(*demands: Demand) -> None:
    """Raise `Forbidden` unless the acting person may change every one of `demands`."""
    if not all(may_edit(one) for one in demands):
        raise Forbidden


def only_dimension(name: str) -> None:
    """Raise `Forbidden` unless the acting person may put demands into this dimension of `g.agenda`."""
    if not web.allowed(EDIT, agenda_id=g.agenda.id, dimension=name):
        raise Forbidden


def names(demand: Demand) -> list[str]:
    """Return who said a demand, each once, in words: what a list shows."""
    found = [one.name or gettext(words.SOURCES[one.kind]) for one in demand.sources]
    return list(dict.fromkeys(found))
