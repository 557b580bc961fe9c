"""What people type about sections, suggestions and returned files; the services decide whether it can be used."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectField, SelectMultipleField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget


class Checkboxes(SelectMultipleField):  # type: ignore[misc]
    """Several choices, each with its box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SectionForm(FlaskForm):  # type: ignore[misc]
    """A new section."""

    part = SelectField(_l("Parte de la agenda"), validate_choice=False)
    owners = Checkboxes(_l("Quiénes responden por ella"), validate_choice=False)


class StateForm(FlaskForm):  # type: ignore[misc]
    """A section's next state."""

    state = SelectField(_l("Estado"), validate_choice=False)
    note = TextAreaField(_l("Nota"), description=_l("Queda en la historia de la sección."))
    revision = HiddenField()


class OwnerForm(FlaskForm):  # type: ignore[misc]
    """Who answers for a section too."""

    owner = SelectField(_l("Persona"), validate_choice=False)


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Why."""

    reason = TextAreaField(_l("Por qué"))


class FeedForm(FlaskForm):  # type: ignore[misc]
    """Which item a demand feeds."""

    item = SelectField(_l("Punto que ya existe"), validate_choice=False)


class UploadForm(FlaskForm):  # type: ignore[misc]
    """A Word file that came back."""

    file = FileField(
        _l("Archivo de Word"),
        description=_l("El .docx que se descargó de esta agenda, con los cambios. Hasta 10 MB."),
        validators=[FileRequired()],
    )
    note = TextAreaField(
        _l("De quién viene"), description=_l("Por ejemplo: lo que acordó la comisión en su reunión. Quien decide lo leerá.")
    )


class FilterForm(FlaskForm):  # type: ignore[misc]
    """Which suggestions to show."""

    class Meta:
        """A form that only reads needs no token."""

        csrf = False

    estado = SelectField(_l("Estado"), validate_choice=False)
    dimension = SelectField(_l("Dimensión"), validate_choice=False)


class CompareForm(FlaskForm):  # type: ignore[misc]
    """Which two wordings to compare."""

    class Meta:
        """A form that only reads needs no token."""

        csrf = False

    de = SelectField(_l("De"), validate_choice=False)
    a = SelectField(_l("A"), validate_choice=False)
