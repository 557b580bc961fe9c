"""The pages where a substitute is named: by the person who was to sign, or by the Mesa for them; and the mandate itself."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import EmailField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from plugins.commitments import delegating
from plugins.commitments.models import Commitment, Slot
from plugins.commitments.participants import part_of
from plugins.commitments.staff import BOARD, MANAGE, commitment_for, deliver
from plugins.commitments.staff import blueprint as staff
from portal import form_errors, web
from portal.accounts.models import Person
from portal.documents.models import StoredFile
from portal.errors import Forbidden, Invalid, NotFound
from portal.organisations.models import CAPACITIES
from portal.web import requires, signed_in

blueprint = Blueprint("delegating", __name__)
ADDRESS = "/gestion/compromisos/<code>/<commitment>/delegacion/<int:slot_id>"
OWN = "/mi-compromiso/<code>/delegar"


class DelegateForm(FlaskForm):  # type: ignore[misc]
    """Who signs instead, and the document that says so."""

    person = SelectField(_l("Persona sustituta"), default="", validate_choice=False)
    full_name = StringField(_l("Nombre completo"), [Length(max=200)])
    email = EmailField(_l("Correo"), [Length(max=255)])
    mandate = FileField(_l("Documento que autoriza la delegación"), [FileRequired(_l("Adjunte el documento que autoriza la delegación."))])


def _form(known: list[Person], **values: Any) -> DelegateForm:
    form = DelegateForm(**values)
    form.person.choices = [
        SelectChoice("", gettext("Otra persona: escribo su nombre y su correo")),
        *(SelectChoice(str(one.id), one.full_name) for one in known),
    ]
    return form


def _known(slot: Slot) -> list[Person]:
    found = delegating.candidates(web.session, slot.commitment, g.now.date())[slot.side]
    return [one for one in found if one.id != slot.person_id]


def _page(slot: Slot, form: DelegateForm, *, action: str, back: str, revoking: str, mandate: str, status: int = 200) -> tuple[str, int]:
    return render_template(
        "commitments/delegating/form.html",
        slot=slot,
        commitment=slot.commitment,
        form=form,
        action=action,
        back=back,
        revoking=revoking,
        mandate=mandate,
        capacity=CAPACITIES.get(slot.capacity, slot.capacity),
        own=slot.person_id == web.person_id(),
    ), status


def _delegate(slot: Slot, page: Callable[..., Any], back: str) -> Any:
    known = _known(slot)
    form = _form(known)
    if form.validate():
        try:
            substitute = delegating.substitute_of(
                web.session,
                now=g.now,
                known=known,
                person_id=form.person.data or "",
                full_name=form.full_name.data or "",
                email=form.email.data or "",
            )
            mails = delegating.delegate(
                web.session,
                now=g.now,
                store=web.portal().store,
                mailer=web.portal().mailer,
                slot=slot,
                substitute=substitute,
                mandate=form.mandate.data.read(delegating.LARGEST + 1) if form.mandate.data else b"",
                by=web.person_id(),
            )
        except Invalid as error:
            web.session.rollback()
            form_errors.show(error, form)
        else:
            web.commit()
            deliver(mails)
            flash(gettext("Se registró la delegación. Avisamos por correo a las dos personas."), "ok")
            return redirect(back, 303)
    return page(slot, form, status=422)


def _revoke(slot: Slot, back: str) -> Any:
    mails = delegating.revoke(web.session, now=g.now, mailer=web.portal().mailer, slot=slot, by=web.person_id())
    web.commit()
    deliver(mails)
    flash(gettext("Se revocó la delegación: firma la persona prevista."), "ok")
    return redirect(back, 303)


def _file(slot: Slot) -> Response:
    if slot.mandate_sha256 is None:
        raise NotFound
    return hand_over(slot.mandate_sha256, f"mandato-{slot.commitment.code}-{slot.position}")


def hand_over(sha256: str, name: str) -> Response:
    """Hand a letter over as a file to keep; nothing a stranger made is shown inside a page of the portal."""
    stored = web.session.get_one(StoredFile, sha256)
    ending = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}[stored.media_type]
    response = Response(web.portal().store.get(sha256), mimetype=stored.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


# The Mesa, for the person named


def _of(found: Commitment, slot_id: int) -> Slot:
    slot = next((one for one in found.slots if one.id == slot_id), None)
    if slot is None:
        raise NotFound
    return slot


def _staff_page(slot: Slot, form: DelegateForm, status: int = 200) -> tuple[str, int]:
    where: dict[str, Any] = {"code": slot.commitment.process.code, "commitment": slot.commitment.code}
    of_slot = {**where, "slot_id": slot.id}
    return _page(
        slot,
        form,
        action=url_for("commitments_staff.delegate", **of_slot),
        back=url_for("commitments_staff.case", **where, _anchor="firmas"),
        revoking=url_for("commitments_staff.revoke_delegation", **of_slot),
        mandate=url_for("commitments_staff.mandate", **of_slot),
        status=status,
    )


@staff.get(ADDRESS)
@requires(MANAGE, fresh=True)
def delegation(code: str, commitment: str, slot_id: int) -> Any:
    """Show who signs for whom, and ask for a substitute and the mandate."""
    slot = _of(commitment_for(MANAGE, code, commitment), slot_id)
    return _staff_page(slot, _form(_known(slot), formdata=None))


@staff.post(ADDRESS)
@requires(MANAGE, fresh=True)
def delegate(code: str, commitment: str, slot_id: int) -> Any:
    """Record the substitute that the person named asked for in writing."""
    slot = _of(commitment_for(MANAGE, code, commitment), slot_id)
    return _delegate(slot, _staff_page, url_for("commitments_staff.case", code=code, commitment=commitment, _anchor="firmas"))


@staff.post(f"{ADDRESS}/revocar")
@requires(MANAGE, fresh=True)
def revoke_delegation(code: str, commitment: str, slot_id: int) -> Any:
    """Take the delegation back."""
    slot = _of(commitment_for(MANAGE, code, commitment), slot_id)
    return _revoke(slot, url_for("commitments_staff.case", code=code, commitment=commitment, _anchor="firmas"))


@staff.get(f"{ADDRESS}/mandato")
@requires(BOARD)
def mandate(code: str, commitment: str, slot_id: int) -> Response:
    """Give the mandate to the Mesa."""
    return _file(_of(commitment_for(BOARD, code, commitment), slot_id))


# The person who was to sign


def _own(code: str) -> Slot:
    """Return the signature that is named after the acting person, one still owed first."""
    part = part_of(web.session, code=code, person_id=web.person_id())
    mine = [one for one in part.commitment.slots if one.person_id == web.person_id()]
    if not mine:
        raise Forbidden
    return next((one for one in mine if one.signed_at is None), mine[0])


def _own_page(slot: Slot, form: DelegateForm, status: int = 200) -> tuple[str, int]:
    code = slot.commitment.code
    return _page(
        slot,
        form,
        action=url_for("delegating.send", code=code),
        back=url_for("mine.home", code=code),
        revoking=url_for("delegating.revoke", code=code),
        mandate=url_for("delegating.document", code=code),
        status=status,
    )


@blueprint.get(OWN)
@signed_in(fresh=True)
def ask(code: str) -> Any:
    """Show who signs for the person, and ask for a substitute and the mandate."""
    slot = _own(code)
    return _own_page(slot, _form(_known(slot), formdata=None))


@blueprint.post(OWN)
@signed_in(fresh=True)
def send(code: str) -> Any:
    """Delegate one's own signature."""
    return _delegate(_own(code), _own_page, url_for("mine.home", code=code))


@blueprint.post(f"{OWN}/revocar")
@signed_in(fresh=True)
def revoke(code: str) -> Any:
    """Take one's own delegation back."""
    return _revoke(_own(code), url_for("delegating.ask", code=code))


@blueprint.get(f"{OWN}/mandato")
@signed_in
def document(code: str) -> Response:
    """Give the mandate to who delegated and to who signs."""
    part = part_of(web.session, code=code, person_id=web.person_id())
    slot = next((one for one in (*part.delegated, *part.slots) if one.mandate_sha256 is not None), None)
    if slot is None:
        raise NotFound
    return _file(slot)
