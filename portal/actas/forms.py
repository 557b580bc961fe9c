"""The forms of an acta's page: signing, and attaching a copy signed by hand."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, SelectMultipleField, StringField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget


class SignForm(FlaskForm):  # type: ignore[misc]
    """What a signer types."""

    code = StringField(_l("Código"))
    agrees = BooleanField(_l("Leí el acta y la firmo"))


class ScanForm(FlaskForm):  # type: ignore[misc]
    """A scanned copy and what it shows."""

    scan = FileField(_l("Copia escaneada"), validators=[FileRequired()])
    positions = SelectMultipleField(
        _l("Firmas que están en la copia"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[Optional()],
    )
    signed_on = DateField(_l("Día de la firma"), validators=[Optional()])
