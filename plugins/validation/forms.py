"""The form of a formal act: when, where, who was convened, who came, and what was decided."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from plugins.validation.service import Row
from plugins.validation.words import MOST_MEMBERS, OUTCOMES, SESSIONS
from portal.choices import options

DRAFT = "borrador"  # the choice that freezes


class MemberForm(Form):  # type: ignore[misc]
    """Somebody who was convened; a row without person and name does not count."""

    person = SelectField(_l("Persona con cuenta"), default="", validate_choice=False)
    name = StringField(_l("O su nombre, si no tiene cuenta"), [Length(max=200)])
    organisation = StringField(_l("Institución"), [Length(max=250)])
    capacity = StringField(_l("Calidad"), [Length(max=120)])
    present = BooleanField(_l("Estuvo presente"))
    signs = BooleanField(_l("Firma el acta"))


class ActForm(FlaskForm):  # type: ignore[misc]
    """A formal act. The date is in the portal's zone."""

    held_at = DateTimeLocalField(_l("Fecha y hora"), [InputRequired(_l("Elija cuándo fue el acto."))], format="%Y-%m-%dT%H:%M")
    place = StringField(_l("Lugar"), [InputRequired(_l("Escriba dónde fue el acto.")), Length(max=200)])
    session_kind = SelectField(_l("Tipo de sesión"), choices=options([(name, _l(label)) for name, label in SESSIONS.items()]))
    required = IntegerField(
        _l("Quórum requerido"),
        [InputRequired(_l("Escriba cuántas personas presentes pide el quórum."))],
        description=_l("Cuántas personas presentes hacen falta. Las presentes se cuentan de la lista."),
    )
    outcome = RadioField(
        _l("Qué se decidió"),
        choices=options([(name, _l(label)) for name, label in OUTCOMES.items()]),
        validators=[InputRequired(_l("Elija qué se decidió."))],
    )
    version = SelectField(
        _l("Qué se valida"),
        validators=[Optional()],
        description=_l("Si elige el borrador, este acto lo congela: las palabras validadas ya no cambian. No cuenta si no hubo quórum."),
    )
    expected = HiddenField()
    note = TextAreaField(
        _l("Acuerdos y observaciones"),
        [Length(max=20_000)],
        description=_l("Va en el acta. Puede usar párrafos, listas y negritas (Markdown)."),
    )
    public = BooleanField(_l("Publicar el acta"), default=True)
    members = FieldList(FormField(MemberForm), min_entries=1, max_entries=MOST_MEMBERS)

    def rows(self) -> list[Row]:
        """Return the members as typed (`service.record_act` judges them)."""
        return [
            Row(
                name="" if _number(one.person.data) else one.name.data or "",
                person_id=_number(one.person.data),
                organisation=one.organisation.data or "",
                capacity=one.capacity.data or "",
                present=bool(one.present.data),
                signs=bool(one.signs.data),
            )
            for one in (entry.form for entry in self.members)
            if _number(one.person.data) or (one.name.data or "").strip()
        ]


class AnnulForm(FlaskForm):  # type: ignore[misc]
    """Why an act is annulled."""

    reason = TextAreaField(
        _l("Motivo"),
        [InputRequired(_l("Escriba por qué se anula: se muestra junto al acto.")), Length(max=2000)],
        description=_l("Se muestra junto al acto."),
    )


def _number(value: Any) -> int | None:
    return int(value) if str(value or "").isascii() and str(value or "").isdecimal() else None
