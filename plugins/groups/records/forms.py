"""The forms of relatorías and agreements."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, RadioField, SearchField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from plugins.groups.records.words import STATES
from portal.choices import options


class ReportForm(FlaskForm):  # type: ignore[misc]
    """The relatoría; `revision` is the one that was read."""

    text = TextAreaField(
        _l("Relatoría"),
        description=_l("Texto con formato Markdown: # para títulos, - para listas, **negrita**. Cada versión que guarde se conserva."),
    )
    revision = HiddenField(default="0")


class AgreementForm(FlaskForm):  # type: ignore[misc]
    """An agreement as it is noted."""

    text = TextAreaField(_l("Qué se acordó"))
    person = SelectField(_l("Persona responsable"), validate_choice=False, description=_l("Recibe los avisos."))
    body = StringField(_l("Órgano o institución responsable"))
    due_on = DateField(_l("Hasta cuándo"), [Optional()])


class ChangeForm(AgreementForm):
    """An agreement as it is followed up; `revision` is the one that was read."""

    state = RadioField(_l("Estado"), choices=options((name, _l(label)) for name, label in STATES.items()))
    outcome = TextAreaField(_l("Cómo se cumplió, o por qué quedó sin efecto"))
    revision = HiddenField(default="0")


class AgreementFilter(FlaskForm):  # type: ignore[misc]
    """What the list of agreements is asked for."""

    class Meta:
        """It changes nothing."""

        csrf = False

    q = SearchField(_l("Buscar"))
    estado = SelectField(_l("Estado"), choices=options([("", _l("Todos")), *((name, _l(label)) for name, label in STATES.items())]))
    vencidos = BooleanField(_l("Solo vencidos"))


class ActaForm(FlaskForm):  # type: ignore[misc]
    """Whether the acta is for everybody; who signs is read from the table beside it."""

    public = BooleanField(
        _l("Cualquiera puede leer esta acta"),
        description=_l("Una acta pública da la asistencia en cifras; una reservada, con los nombres por organización."),
    )
