"""What can be done with a demand before it is decided: collect, moderate, mend its wording, say who else asked for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.demands import finding
from plugins.demands.desk import desk, next_number
from plugins.demands.models import Demand, Sheet, Source, Wording
from plugins.demands.words import CHANNELS, KINDS, MOST_DETAIL, MOST_TEXT, OPEN, PENDING, REJECTED, SOURCES
from portal.agendas.models import Agenda
from portal.errors import Conflict, Invalid, Stale
from portal.i18n import N_
from portal.organisations.models import Organisation, Territory
from portal.threads.service import link, unlink
from portal.threads.words import ref

AGAIN = timedelta(hours=1)  # the same words within it are the same proposal, sent twice


@dataclass(frozen=True, kw_only=True)
class Said:
    """Who said a demand. `kind`: "organisation" (by id or by name), "group", "meeting" (by ref or by name) or "person" (no name is kept).

    `said`: their own words, where they differ from the demand's. `ref`: "meeting:APU-2027/R-003", "group:APU-2027/G-01" or "".
    """

    kind: str = "person"
    organisation_id: int | None = None
    ref: str = ""
    name: str = ""
    said: str = ""
    said_on: date | None = None


def collect(
    session: Session,
    *,
    now: datetime,
    agenda: Agenda,
    text: str,
    kind: str = "demand",
    dimension: str = "",
    territory: str = "",
    detail: str = "",
    said: Iterable[Said] = (),
    channel: str = "desk",
    collected_on: date | None = None,
    person_id: int | None = None,
    sheet: Sheet | None = None,
    line: int | None = None,
) -> Demand:
    """Register a demand and return it, with a code of its own. `channel` "form": nobody reads it until it is moderated.

    `dimension`: a name of one of the agenda's, or "". `territory`: an INEI code, or "". Raises `Invalid`.
    """
    values = checked(session, agenda, text=text, kind=kind, dimension=dimension, territory=territory, detail=detail)
    if channel not in CHANNELS:
        raise Invalid(N_("No conocemos esa forma de recoger demandas."))
    people = [_fit(session, one) for one in said] or [Said()]
    number = next_number(session, agenda.id, "demand")
    made = Demand(
        agenda_id=agenda.id,
        number=number,
        code=f"D-{number:03d}",
        channel=channel,
        state=PENDING if channel == "form" else OPEN,
        collected_on=collected_on or now.date(),
        created_at=now,
        created_by_id=person_id,
        terms=finding.stems(f"{values['text']} {values['detail']}"),
        decision="",
        state_reason="",
        revision=1,
        **_columns(values),
    )
    session.add(made)
    session.flush()
    for one in people:
        _attach(session, agenda, made, one, now=now, person_id=person_id, sheet=sheet, line=line)
    _index(session, agenda, made)
    return made


def propose(session: Session, *, now: datetime, agenda: Agenda, organisation: str = "", **values: str) -> Demand:
    """Keep what somebody proposed in the public form, to be moderated; the same words sent twice are one. Raises `Invalid`."""
    text = " ".join(values.get("text", "").split())
    rows = select(Demand).where(Demand.agenda_id == agenda.id, Demand.channel == "form", Demand.text == text)
    twice = session.scalar(rows.where(Demand.state == PENDING, Demand.created_at > now - AGAIN))
    if twice is not None:
        return twice
    name = " ".join(organisation.split())
    said = Said(kind="organisation", name=name) if name else Said()
    return collect(session, now=now, agenda=agenda, said=[said], channel="form", **values)  # type: ignore[arg-type]


def checked(session: Session, agenda: Agenda, *, text: str, kind: str, dimension: str, territory: str, detail: str) -> dict[str, str]:
    """Return what a demand says, tidied. Raises `Invalid` with a sentence for each field."""
    text, detail, wrong = " ".join(text.split()), detail.strip(), {}
    if not text:
        wrong["text"] = N_("Escriba la demanda.")
    elif len(text) > MOST_TEXT:
        wrong["text"] = N_("La demanda tiene más de 1000 caracteres. Resúmala aquí y ponga lo demás en el detalle.")
    if len(detail) > MOST_DETAIL:
        wrong["detail"] = N_("El detalle tiene más de 8000 caracteres. Acórtelo.")
    if kind not in KINDS:
        wrong["kind"] = N_("Elija qué es.")
    if dimension and dimension not in {one.name for one in agenda.dimensions}:
        wrong["dimension"] = N_("Elija una dimensión de la agenda.")
    if territory and session.get(Territory, territory) is None:
        wrong["territory"] = N_("Elija un territorio de la lista.")
    if wrong:
        raise Invalid(fields=wrong)
    return {"text": text, "kind": kind, "dimension": dimension, "territory": territory, "detail": detail}


def hold(session: Session, *demands: Demand) -> None:
    """Wait for whoever changes any of `demands`, then read them anew: what is checked next stays true until the commit."""
    session.flush()
    for one in sorted(demands, key=lambda demand: demand.id):
        session.refresh(one, with_for_update={"of": Demand})


def amend(session: Session, *, now: datetime, agenda: Agenda, demand: Demand, revision: int, person_id: int, **values: str) -> Demand:
    """Change what a demand says; what it said before is kept. Raises `Invalid`, `Stale`, `Conflict`."""
    fit = checked(session, agenda, **values)
    hold(session, demand)
    if demand.state not in {OPEN, PENDING}:
        raise Conflict(N_("Esta demanda ya no está vigente: lo que dice queda como está."))
    if demand.revision != revision:
        raise Stale(
            N_("Otra persona guardó esta demanda mientras usted escribía. Abajo está lo que dejó; lo suyo sigue aquí."), theirs=demand
        )
    reword(session, demand, fit, now=now, person_id=person_id)
    _index(session, agenda, demand)
    return demand


def reword(session: Session, demand: Demand, values: Mapping[str, str], *, now: datetime, person_id: int | None) -> None:
    """Keep the present wording aside and write another. `values` are `checked`."""
    session.add(Wording(demand_id=demand.id, revision=demand.revision, snapshot=wording(demand), at=now, by_id=person_id))
    for name, value in _columns(values).items():
        setattr(demand, name, value)
    demand.terms = finding.stems(f"{demand.text} {demand.detail}")
    demand.revision += 1
    session.flush()


def wording(demand: Demand) -> dict[str, str]:
    """Return what a demand says, as `checked` takes it."""
    return {
        "text": demand.text,
        "kind": demand.kind,
        "dimension": demand.dimension,
        "territory": demand.territory_inei or "",
        "detail": demand.detail,
    }


def _columns(values: Mapping[str, str]) -> dict[str, str | None]:
    columns: dict[str, str | None] = {name: value for name, value in values.items() if name != "territory"}
    return columns | {"territory_inei": values["territory"] or None}


def add_source(session: Session, *, now: datetime, agenda: Agenda, demand: Demand, said: Said, person_id: int) -> Source:
    """Note that somebody else asked for the same. Raises `Invalid`, `Conflict`."""
    hold(session, demand)
    if demand.state not in {OPEN, PENDING}:
        raise Conflict(N_("Esta demanda ya no está vigente. Agregue la fuente a la que la reemplaza."))
    return _attach(session, agenda, demand, _fit(session, said), now=now, person_id=person_id, sheet=None, line=None)


def remove_source(session: Session, *, agenda: Agenda, demand: Demand, source_id: int) -> None:
    """Take out a source noted by mistake. Raises `Conflict` for what came from paper or from another demand, and for the last one."""
    hold(session, demand)
    if demand.state not in {OPEN, PENDING}:
        raise Conflict(N_("Esta demanda ya no está vigente: lo que dice queda como está."))
    source = next((one for one in demand.sources if one.id == source_id), None)
    if source is None:
        return
    if source.fusion_id is not None or source.sheet_id is not None:
        raise Conflict(N_("Esta fuente viene de una hoja o de otra demanda: se conserva."))
    if len(demand.sources) == 1:
        raise Conflict(N_("Cada demanda tiene al menos una fuente. Agregue otra antes de quitar esta."))
    if source.ref and sum(one.ref == source.ref for one in demand.sources) == 1:
        unlink(session, source=ref("demand", agenda.code, demand.code), relation="came_from", target=source.ref)
    demand.sources.remove(source)
    session.flush()


def moderate(
    session: Session, *, now: datetime, agenda: Agenda, demand: Demand, publish: bool, reason: str = "", person_id: int, **values: str
) -> Demand:
    """Let a proposal join the others, worded as given, or keep it apart with a reason that the staff reads. Raises `Invalid`, `Conflict`."""
    hold(session, demand)
    if demand.state not in {PENDING, REJECTED}:
        raise Conflict(N_("Otra persona ya moderó esta propuesta."))
    if publish:
        fit = checked(session, agenda, **(wording(demand) | values))
        if fit != wording(demand):
            reword(session, demand, fit, now=now, person_id=person_id)
        demand.state, demand.state_reason = OPEN, ""
    else:
        if not reason.strip():
            raise Invalid(fields={"reason": N_("Escriba el motivo: queda guardado con la propuesta.")})
        demand.state, demand.state_reason = REJECTED, reason.strip()
    demand.moderated_at, demand.moderated_by_id = now, person_id
    session.flush()
    _index(session, agenda, demand)
    return demand


def _fit(session: Session, said: Said) -> Said:
    """Return a source fit to be kept. Raises `Invalid`."""
    name = " ".join(said.name.split())[:200]
    if said.kind not in SOURCES:
        raise Invalid(fields={"source": N_("Elija quién lo dijo.")})
    if said.kind == "person":
        return Said(kind="person", said=said.said.strip(), said_on=said.said_on)
    if said.kind == "organisation" and said.organisation_id is not None:
        found = session.get(Organisation, said.organisation_id)
        if found is None:
            raise Invalid(fields={"organisation": N_("Elija una organización de la lista, o escriba su nombre.")})
        name = found.name
    if not name and not said.ref:
        raise Invalid(fields={"name": N_("Escriba el nombre de la organización, del grupo o de la reunión.")})
    own = said.organisation_id if said.kind == "organisation" else None
    return Said(kind=said.kind, organisation_id=own, ref=said.ref, name=name, said=said.said.strip(), said_on=said.said_on)


def _attach(
    session: Session,
    agenda: Agenda,
    demand: Demand,
    said: Said,
    *,
    now: datetime,
    person_id: int | None,
    sheet: Sheet | None,
    line: int | None,
) -> Source:
    made = Source(
        kind=said.kind,
        organisation_id=said.organisation_id,
        ref=said.ref,
        name=said.name,
        said=said.said,
        said_on=said.said_on,
        sheet_id=sheet.id if sheet else None,
        line=line,
        at=now,
        by_id=person_id,
    )
    demand.sources.append(made)
    session.flush()
    if said.ref:
        name = ref("demand", agenda.code, demand.code)
        link(session, now=now, agenda_id=agenda.id, source=name, relation="came_from", target=said.ref, person_id=person_id)
    return made


def _index(session: Session, agenda: Agenda, demand: Demand) -> None:
    finding.index(session, demand, agenda.code, public=desk(session, agenda.id).public)
