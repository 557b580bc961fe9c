"""The forms of signing on paper: a pack, files that came back, what was read on them, why a reading is given back."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import DateField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from plugins.commitments.paper.printing import PARTS
from portal.choices import options


class Boxes(SelectMultipleField):  # type: ignore[misc]
    """Several choices as boxes to mark."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PackForm(FlaskForm):  # type: ignore[misc]
    """What to print for a ceremony."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"prefix": "paquete", **values})

    commitments = Boxes(_l("Organizaciones"), validate_choice=False)
    parts = Boxes(_l("Qué imprimir"), choices=options([(name, _l(label)) for name, label in PARTS.items()]), validate_choice=False)
    place = StringField(
        _l("Lugar del acto"), [Optional(), Length(max=200)], description=_l("Si lo deja en blanco, se imprime una línea para escribirlo.")
    )
    held_on = DateField(_l("Día del acto"), [Optional()])


class FilesForm(FlaskForm):  # type: ignore[misc]
    """Files that came back."""

    files = MultipleFileField(_l("Escaneos o fotos"), [InputRequired(_l("Elija al menos un archivo: PDF, JPG o PNG."))])


class ReadingForm(FlaskForm):  # type: ignore[misc]
    """Who signed, and on what day."""

    slots = Boxes(_l("Quiénes firmaron en estas hojas"), validate_choice=False)
    signed_on = DateField(_l("Día en que firmaron"), [Optional()], description=_l("El que está escrito en el papel o el día del acto."))


class RejectForm(FlaskForm):  # type: ignore[misc]
    """Why a reading is given back."""

    reason = TextAreaField(
        _l("Por qué la devuelve"),
        [InputRequired(_l("Escriba por qué la devuelve: lo lee quien la hizo.")), Length(max=2000)],
    )


class SheetForm(FlaskForm):  # type: ignore[misc]
    """Which page of which document a sheet is."""

    commitment = SelectField(_l("Documento"), validate_choice=False)
    page = IntegerField(_l("Página"), [Optional()])
