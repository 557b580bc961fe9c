"""The plan's forms: the table to import, a row, its progress, its new dates, who answers for it, and the plan itself."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from plugins.workplan.queries import LATE
from plugins.workplan.words import LATE as LATE_WORD
from plugins.workplan.words import STATES
from portal.choices import options


class ImportForm(FlaskForm):  # type: ignore[misc]
    """A table, as a file or pasted. `year`: that of dates without one."""

    file = FileField(_l("Archivo"), description=_l("XLSX, CSV o texto con tabulaciones, hasta 500 filas."))
    table = TextAreaField(
        _l("O pegue la tabla"), description=_l("Copie las celdas en su hoja de cálculo, con los títulos, y péguelas aquí.")
    )
    year = IntegerField(
        _l("Año del plan"),
        [Optional()],
        description=_l("Para las fechas que no lo dicen, como «Marzo - Abril». Vacío: el que diga la tabla."),
    )


class PlanForm(FlaskForm):  # type: ignore[misc]
    """The plan's own data."""

    title = StringField(_l("Título"))
    year = IntegerField(_l("Año"), [Optional()], description=_l("De las fechas que no lo dicen. Si lo cambia, se leen de nuevo."))
    public = BooleanField(
        _l("Publicar"), description=_l("Cualquiera puede leer el plan y su avance; los nombres de personas no se muestran.")
    )
    revision = HiddenField(default="0")


class RowForm(FlaskForm):  # type: ignore[misc]
    """The six cells of a row. The two days only count where the date's text is not understood."""

    after = SelectField(_l("Después de"), choices=[], validate_choice=False)
    objective = TextAreaField(_l("Objetivo"))
    action = TextAreaField(_l("Acción"))
    sub_activity = TextAreaField(_l("Subactividad"))
    strategy = TextAreaField(_l("Estrategia"))
    date_text = StringField(
        _l("Fecha"), description=_l("Como se dice: «Marzo - Abril», «Julio-agosto- setiembre», «15/08/2022», «ene-23».")
    )
    starts_on = DateField(_l("Comienza"), [Optional()], description=_l("Solo si la fecha de arriba no se puede entender."))
    ends_on = DateField(_l("Termina"), [Optional()])
    responsible = StringField(_l("Responsable"), description=_l("Entidades o equipos, separados por comas."))
    revision = HiddenField(default="0")

    def cells(self) -> dict[str, str]:
        """Return what was typed in the six cells."""
        return {name: self[name].data or "" for name in ("objective", "action", "sub_activity", "strategy", "date_text", "responsible")}

    def days(self) -> tuple[date, date] | None:
        """Return the two days, None unless both were typed."""
        return two(self.starts_on.data, self.ends_on.data)


def two(start: date | None, end: date | None) -> tuple[date, date] | None:
    """Return both days or none; one alone is both."""
    first, last = start or end, end or start
    return (first, last) if first and last else None


class ReportForm(FlaskForm):  # type: ignore[misc]
    """How far an activity is."""

    state = RadioField(_l("Estado"), choices=options((name, _l(label)) for name, label in STATES.items()), validate_choice=False)
    done_on = DateField(_l("Día en que se completó o del último avance"), [Optional()])
    link = StringField(_l("Enlace a la evidencia"), description=_l("Una dirección https://… o de este portal."))
    file = FileField(_l("O un archivo"), description=_l("PDF, imagen o documento de Office de menos de 10 MB."))
    note = TextAreaField(_l("Nota"))
    public = BooleanField(_l("Mostrar esta evidencia en la página pública del plan"))
    revision = HiddenField(default="0")


class RescheduleForm(FlaskForm):  # type: ignore[misc]
    """New dates and why."""

    text = StringField(_l("Fecha nueva"), description=_l("Como se dice: «junio - julio», «15/08/2022»."))
    starts_on = DateField(_l("O desde"), [Optional()])
    ends_on = DateField(_l("Hasta"), [Optional()])
    reason = TextAreaField(_l("Motivo"))
    revision = HiddenField(default="0")


class PeopleForm(FlaskForm):  # type: ignore[misc]
    """Who answers for an activity."""

    people = SelectMultipleField(
        _l("Personas"), coerce=int, choices=[], validate_choice=False, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )


class FilterForm(FlaskForm):  # type: ignore[misc]
    """The filters of the list; they live in the address."""

    class Meta:
        """A GET form."""

        csrf = False

    estado = SelectField(
        _l("Estado"),
        choices=options([("", _l("Todos")), (LATE, _l(LATE_WORD)), *((name, _l(label)) for name, label in STATES.items())]),
        validate_choice=False,
    )
    responsable = SelectField(_l("Responsable"), choices=[], validate_choice=False)
    objetivo = SelectField(_l("Objetivo"), choices=[], validate_choice=False)
    de = SelectField(_l("De quién"), choices=options([("", _l("De todos")), ("mi", _l("A mi cargo"))]), validate_choice=False)


def typed_number(value: Any) -> int:
    """Return the whole number in a hidden field, 0 when it is none."""
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - what a database holds
