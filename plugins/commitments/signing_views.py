"""The pages where a person reads what they sign, asks for a code, signs or declines, and finds their proof."""

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from plugins.commitments import closing, signing_acts, signing_pages, states, taking
from plugins.commitments.delegating import signed_as
from plugins.commitments.digital.queries import issuers
from plugins.commitments.models import Revision, Slot
from plugins.commitments.paper.readings import readings_of
from plugins.commitments.participants import Part, part_of
from plugins.commitments.plan import allows, missing
from plugins.commitments.record import METHODS
from plugins.commitments.review_forms import DeclineForm, SignForm
from portal import web
from portal.accounts.models import Person
from portal.errors import Conflict, Expired, Forbidden, Invalid, NotFound, PortalError, TooMany
from portal.failures import told
from portal.limits import PER_ADDRESS, limiter
from portal.organisations.models import CAPACITIES
from portal.web import signed_in

blueprint = Blueprint("signing", __name__)


@blueprint.get("/firmar/<code>")
@signed_in
def short(code: str) -> AnyResponse:
    """Lead the Mesa's signatories and witnesses to the page where they sign."""
    part_of(web.session, code=code, person_id=web.person_id())
    return redirect(url_for(".read", code=code))


@blueprint.get("/mi-compromiso/<code>/firmar")
@signed_in(fresh=True)
def read(code: str) -> Any:
    """Show what is to be signed: summary, document, name, capacity, consent."""
    part = part_of(web.session, code=code, person_id=web.person_id())
    if part.slot is None and part.delegated:
        return redirect(url_for("delegating.ask", code=code))
    part, slot = _slot(code)
    if slot.signed_at is not None:
        return redirect(url_for(".proof", code=code))
    return _page(part, slot, SignForm(formdata=None))


@blueprint.post("/mi-compromiso/<code>/firmar/codigo")
@signed_in(fresh=True)
@limiter.limit(PER_ADDRESS)
def send_code(code: str) -> AnyResponse:
    """Queue the mail with the one-time code."""
    _, slot = _slot(code)
    mail = signing_acts.send_code(web.portal(), web.session, now=g.now, slot_id=slot.id, person_id=web.person_id())
    web.commit()
    web.portal().queue.enqueue("mail.send", mail.id)
    return redirect(url_for(".read", code=code, _anchor="firma"), 303)


@blueprint.post("/mi-compromiso/<code>/firmar")
@signed_in(fresh=True)
@limiter.limit(PER_ADDRESS)
def sign(code: str) -> Any:
    """Sign."""
    part, slot = _slot(code)
    form = SignForm()
    try:
        outcome = signing_acts.sign(
            web.portal(),
            web.session,
            now=g.now,
            slot_id=slot.id,
            person_id=web.person_id(),
            code=form.code.data or "",
            name=form.name.data or "",
            agrees=bool(form.agrees.data),
            drawing=request.form.get("drawing", ""),
        )
    except (Invalid, TooMany, Expired, Conflict) as error:
        web.session.rollback()
        return _refused(code, form, error)
    web.commit()
    taking.announce(web.portal(), part.commitment.id, outcome)
    return web.back_to(".proof", code=code)


@blueprint.get("/mi-compromiso/<code>/constancia")
@signed_in
def proof(code: str) -> str:
    """Say what was signed, who is missing and what comes next; to who delegated their signature, of their substitute's."""
    part = part_of(web.session, code=code, person_id=web.person_id())
    slot = next((one for one in (part.slot, *part.delegated) if one is not None), None)
    if slot is None:
        raise Forbidden
    waiting = missing(part.commitment.slots)
    return render_template(
        "commitments/representative/proof.html",
        part=part,
        commitment=part.commitment,
        slot=slot,
        signed_as=signed_as,
        waiting=waiting,
        capacities=CAPACITIES,
        labels=states.LABELS,
        address=f"{web.portal().settings.public_url}/v/{part.commitment.code}",
        method=METHODS.get(slot.signed_method or ""),
        issuer=issuers(web.session, part.commitment).get(slot.id),
        acts=[one for one in readings_of(web.session, part.commitment) if one.state == "taken"],
    )


@blueprint.get("/mi-compromiso/<code>/documento.pdf")
@signed_in
def document(code: str) -> Response:
    """Give the document as it stands now to those who take part."""
    part = part_of(web.session, code=code, person_id=web.person_id())
    if part.commitment.head_sha256 is None:
        raise NotFound
    return signing_pages.pdf(web.portal(), part.commitment.head_sha256, f"compromiso-{part.commitment.code}.pdf")


@blueprint.get("/mi-compromiso/<code>/constancia.pdf")
@signed_in
def certificate(code: str) -> Response:
    """Give the constancia to those who take part."""
    part = part_of(web.session, code=code, person_id=web.person_id())
    if part.commitment.constancia_sha256 is None:
        raise NotFound
    return signing_pages.pdf(web.portal(), part.commitment.constancia_sha256, f"constancia-{part.commitment.code}.pdf")


@blueprint.get("/mi-compromiso/<code>/plazo.ics")
@signed_in
def calendar(code: str) -> Response:
    """Give the deadline as a calendar entry; it carries the public address only."""
    commitment = part_of(web.session, code=code, person_id=web.person_id()).commitment
    moment = f"{commitment.deadline:%Y%m%dT%H%M%SZ}"
    summary = gettext("Plazo del compromiso %(code)s", code=commitment.code)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Rúbrica//ES",
        "BEGIN:VEVENT",
        f"UID:{commitment.code}@rubrica",
        f"DTSTAMP:{g.now:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{moment}",
        f"DTEND:{moment}",
        f"SUMMARY:{summary}",
        f"URL:{web.portal().settings.public_url}/v/{commitment.code}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return Response(
        "\r\n".join(lines), mimetype="text/calendar", headers={"Content-Disposition": f'attachment; filename="plazo-{commitment.code}.ics"'}
    )


@blueprint.get("/mi-compromiso/<code>/declinar")
@signed_in(fresh=True)
def refuse(code: str) -> str:
    """Ask for the reason, and whether to show it."""
    part = _declining(code)
    closing.check_may_decline(part.commitment)
    return render_template("commitments/representative/decline.html", commitment=part.commitment, form=DeclineForm(formdata=None))


@blueprint.post("/mi-compromiso/<code>/declinar")
@signed_in(fresh=True)
def decline(code: str) -> Any:
    """Decline; every party hears of it."""
    part, form = _declining(code), DeclineForm()
    if form.public.data not in {"privado", "publico"}:
        form.public.errors = [gettext("Elija quién puede leer el motivo.")]
    if not form.sure.data:
        form.sure.errors = [gettext("Marque la casilla para confirmar.")]
    if not form.errors:
        try:
            mails = closing.decline(
                web.session,
                now=g.now,
                person_id=web.person_id(),
                commitment=part.commitment,
                reason=form.reason.data or "",
                public=form.public.data == "publico",
                mailer=web.portal().mailer,
            )
        except Invalid as error:
            form.reason.errors = [gettext(error.fields["reason"])]
        else:
            web.commit()
            web.portal().ask.commitment_changed(web.portal(), part.commitment.id, "declined")
            for mail in mails:
                web.portal().queue.enqueue("mail.send", mail)
            flash(gettext("Registramos la declinación. Avisamos por correo a todas las partes."), "ok")
            return web.back_to("mine.home", code=code)
    return render_template("commitments/representative/decline.html", commitment=part.commitment, form=form), 422


def _slot(code: str) -> tuple[Part, Slot]:
    part = part_of(web.session, code=code, person_id=web.person_id())
    if part.slot is None:
        raise Forbidden
    return part, part.slot


def _declining(code: str) -> Part:
    part = part_of(web.session, code=code, person_id=web.person_id())
    if not part.may_decline:
        raise Forbidden
    return part


def _refused(code: str, form: SignForm, error: PortalError) -> Any:
    """Show the page again with what was wrong beside its field; a closed or signed commitment answers with its sentence."""
    part, slot = _slot(code)
    if isinstance(error, Invalid) and error.fields:
        for name, sentence in error.fields.items():
            form[name].errors = [gettext(sentence)]
        return _page(part, slot, form), 422
    if isinstance(error, Conflict) and error.code == "conflict":
        return _page(part, slot, form, problem=told(error)), 409
    form.code.errors = [told(error)]
    return _page(part, slot, form), error.status


def _page(part: Part, slot: Slot, form: SignForm, *, problem: str | None = None) -> str:
    commitment = part.commitment
    ways = {method: allows(slot, method) for method in ("electronic", "digital", "paper")}
    method = "digital" if ways["digital"] and not ways["electronic"] else "electronic"
    try:
        taking.check_turn(web.portal(), web.session, now=g.now, slot=slot, person_id=web.person_id(), method=method)
    except PortalError as error:
        problem = problem or told(error)
    revision = web.session.scalar(select(Revision).where(Revision.sha256 == commitment.head_sha256)) if commitment.head_sha256 else None
    return render_template(
        "commitments/representative/sign.html",
        part=part,
        form=form,
        problem=problem,
        ways=ways,
        revision=revision,
        person=web.session.get_one(Person, web.person_id()),
        retry=request.method == "POST",
        **signing_pages.reading(web.portal(), web.session, slot),
    )
