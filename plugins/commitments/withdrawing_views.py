"""The page where an organisation takes back what it signed, with its letter; the letter itself, for the Mesa."""

from typing import Any

from flask import Blueprint, Response, flash, g, render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, TextAreaField
from wtforms.validators import InputRequired, Length

from plugins.commitments import closing, delegating
from plugins.commitments.delegating_views import hand_over
from plugins.commitments.models import Commitment
from plugins.commitments.participants import part_of
from plugins.commitments.staff import BOARD, commitment_for
from plugins.commitments.staff import blueprint as staff
from portal import form_errors, web
from portal.errors import Forbidden, Invalid, NotFound
from portal.web import requires, signed_in

blueprint = Blueprint("withdrawing", __name__)


class PresentForm(FlaskForm):  # type: ignore[misc]
    """The letter, and whether its reason may be shown."""

    letter = FileField(_l("Carta de la organización"), [FileRequired(_l("Adjunte la carta firmada."))])
    reason = TextAreaField(_l("Motivo"), [Length(max=4000)])
    public = BooleanField(_l("Pedimos que el motivo sea público"))
    sure = BooleanField(
        _l("Confirmo que la organización desiste de este compromiso. No se puede deshacer."),
        [InputRequired(_l("Marque la casilla para confirmar."))],
    )


def _own(code: str) -> Commitment:
    part = part_of(web.session, code=code, person_id=web.person_id())
    if not part.may_decline:
        raise Forbidden
    return part.commitment


def _page(found: Commitment, form: PresentForm, status: int = 200) -> tuple[str, int]:
    return render_template("commitments/representative/withdraw.html", commitment=found, form=form), status


@blueprint.get("/mi-compromiso/<code>/desistir")
@signed_in(fresh=True)
def ask(code: str) -> Any:
    """Ask for the letter."""
    found = _own(code)
    closing.check_may_withdraw(found)
    return _page(found, PresentForm(formdata=None))


@blueprint.post("/mi-compromiso/<code>/desistir")
@signed_in(fresh=True)
def present(code: str) -> Any:
    """Withdraw: what was signed stays, with the withdrawal beside it."""
    found, form = _own(code), PresentForm()
    closing.check_may_withdraw(found)
    if not form.validate():
        return _page(found, form, 422)
    letter = form.letter.data.read(delegating.LARGEST + 1)
    try:
        kind = delegating.media_type(letter)
    except Invalid as error:
        sentence = error.fields["mandate"]
        form.letter.errors = [gettext(sentence)]
        return _page(found, form, 422)
    try:
        closing.withdraw(
            web.session,
            now=g.now,
            person_id=web.person_id(),
            commitment=found,
            document=gettext("Carta presentada en el portal"),
            reason=form.reason.data or "",
            public=bool(form.public.data),
            letter_sha256=web.portal().store.put(web.session, letter, kind, now=g.now),
        )
    except Invalid as error:
        form_errors.show(error, form)
        return _page(found, form, 422)
    web.commit()
    web.portal().ask.commitment_changed(web.portal(), found.id, "withdrawn")
    flash(gettext("Registramos el desistimiento. El documento firmado no cambia: el desistimiento figura a su lado."), "ok")
    return web.back_to("mine.home", code=code)


@staff.get("/gestion/compromisos/<code>/<commitment>/desistimiento/carta")
@requires(BOARD)
def withdrawal_letter(code: str, commitment: str) -> Response:
    """Give the letter to the Mesa."""
    found = commitment_for(BOARD, code, commitment)
    sha256 = closing.letter_of(web.session, found)
    if not sha256:
        raise NotFound
    return hand_over(sha256, f"desistimiento-{found.code}")
