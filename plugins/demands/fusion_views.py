"""The staff's pages for merging demands, splitting one, and undoing either."""

from typing import Any

from flask import flash, g, render_template, request
from flask_babel import gettext, ngettext

from plugins.demands import finding, fusing, pages, queries, words
from plugins.demands.blueprint import EDIT, PLACE
from plugins.demands.blueprint import staff as blueprint
from plugins.demands.models import Demand
from portal import web
from portal.errors import Invalid, PortalError
from portal.failures import told
from portal.web import requires

FIRST_PARTS = 3


def _codes(values: list[str]) -> list[str]:
    """Return codes of demands as people type them: "d-1, D-002 3" → D-001, D-002, D-003."""
    found = []
    for word in " ".join(values).replace(",", " ").upper().split():
        digits = word.removeprefix("D-")
        if digits.isdecimal() and len(digits) < 10:  # noqa: PLR2004 - longer than any number given
            found.append(f"D-{int(digits):03d}")
    return list(dict.fromkeys(found))[:50]


@blueprint.route(f"{PLACE}/unir", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def merge(code: str) -> Any:
    """Merge several demands into one of them; similar ones are shown as help."""
    codes = _codes(request.values.getlist("d"))
    chosen = queries.by_codes(web.session, g.agenda.id, codes)
    first = next((one for one in chosen if codes and one.code == codes[0]), chosen[0] if chosen else None)
    into = next((one for one in chosen if one.code == request.values.get("queda")), first)
    if request.method == "POST":
        pages.only_editors(*chosen)
        problem: PortalError
        try:
            if into is None:
                raise Invalid(gettext("Elija al menos dos demandas para unir."))
            fusing.merge(
                web.session,
                now=g.now,
                agenda=g.agenda,
                into=into,
                others=chosen,
                text=request.form.get("text", ""),
                note=request.form.get("note", ""),
                person_id=web.person_id(),
            )
        except PortalError as error:
            web.session.rollback()
            problem = error
            return _merge_page(code, chosen, into, _sentences(problem)), 409 if error.status == 409 else 422  # noqa: PLR2004 - HTTP's numbers
        web.commit()
        gone = len(chosen) - 1
        flash(
            ngettext("%(code)s reúne ahora a %(num)d demanda más.", "%(code)s reúne ahora a %(num)d demandas más.", gone, code=into.code),
            "ok",
        )
        return web.back_to("demands_staff.demand", code=code, demand=into.code)
    return _merge_page(code, chosen, into, [])


def _sentences(error: PortalError) -> list[str]:
    fields = getattr(error, "fields", {})
    return [gettext(sentence) for sentence in fields.values()] or [told(error)]


def _merge_page(code: str, chosen: list[Demand], into: Demand | None, wrong: list[str]) -> str:
    similar = finding.similar(web.session, g.agenda.id, into.text, but=[one.id for one in chosen]) if into else []
    return render_template(
        "demands/staff/merge.html",
        agenda=g.agenda,
        code=code,
        chosen=chosen,
        into=into,
        similar=similar,
        wrong=wrong,
        text=request.form.get("text", into.text if into else ""),
        note=request.form.get("note", ""),
        names=pages.names,
        badge_of=pages.badge_of,
    )


@blueprint.route(f"{PLACE}/<demand>/dividir", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def split(code: str, demand: str) -> Any:
    """Split a demand into several, each with who said it."""
    found = queries.demand(web.session, g.agenda.id, demand)
    pages.only_editors(found)
    many = max(FIRST_PARTS, min(fusing.MOST_PARTS, request.args.get("partes", FIRST_PARTS, type=int)))
    rows = [_row(place, found) for place in range(many)]
    wrong: list[str] = []
    status = 200
    if request.method == "POST":
        parts = [
            fusing.Part(text=row["text"], kind=row["kind"], dimension=row["dimension"], sources=frozenset(row["sources"]))
            for row in rows
            if row["text"].strip()
        ]
        for one in parts:
            pages.only_dimension(one.dimension)
        try:
            made = fusing.split(
                web.session,
                now=g.now,
                agenda=g.agenda,
                demand=found,
                parts=parts,
                note=request.form.get("note", ""),
                person_id=web.person_id(),
            )
        except PortalError as error:
            web.session.rollback()
            wrong, status = _sentences(error), 409 if error.status == 409 else 422  # noqa: PLR2004 - HTTP's numbers
        else:
            web.commit()
            flash(gettext("%(code)s se dividió en %(codes)s.", code=demand, codes=", ".join(one.code for one in made)), "ok")
            return web.back_to("demands_staff.demand", code=code, demand=demand)
    page = render_template(
        "demands/staff/split.html",
        agenda=g.agenda,
        code=code,
        demand=found,
        rows=rows,
        wrong=wrong,
        note=request.form.get("note", ""),
        more=many + 2 if many < fusing.MOST_PARTS else None,
        kinds=words.KINDS,
        sources=words.SOURCES,
        dimensions=pages.dimensions(g.agenda, mine=True),
    )
    return page, status


def _row(place: int, found: Demand) -> dict[str, Any]:
    if request.method == "POST":
        return {
            "text": request.form.get(f"t{place}", ""),
            "kind": request.form.get(f"k{place}", "demand"),
            "dimension": request.form.get(f"d{place}", ""),
            "sources": web.wholes(request.form.getlist(f"s{place}")),
        }
    return {"text": "", "kind": found.kind, "dimension": found.dimension, "sources": [one.id for one in found.sources]}


@blueprint.post(f"{PLACE}/uniones/<int:fusion_id>/deshacer")
@requires(EDIT, agenda="code")
def undo(code: str, fusion_id: int) -> Any:
    """Put demands back as they were before a merge or a split."""
    fusion = queries.fusion(web.session, g.agenda.id, fusion_id)
    pages.only_editors(*(part.demand for part in fusion.parts))
    back = next(part.demand.code for part in fusion.parts if part.side == ("to" if fusion.kind == "merge" else "from"))
    fusing.undo(web.session, now=g.now, agenda=g.agenda, fusion=fusion, person_id=web.person_id())
    web.commit()
    flash(gettext("Se deshizo: las demandas están como antes."), "ok")
    return web.back_to("demands_staff.demand", code=code, demand=back)
