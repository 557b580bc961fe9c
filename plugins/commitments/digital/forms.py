"""The form of the page where a file signed outside is uploaded."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField


class UploadForm(FlaskForm):  # type: ignore[misc]
    """The signed file, the consent that goes with a signature, and whether the file itself may be public."""

    archivo = FileField(_l("Documento firmado (PDF)"), validators=[FileRequired()])
    agrees = BooleanField(_l("Leí el documento y lo firmé en la calidad indicada. Acepto el texto de consentimiento."))
    publish = BooleanField(_l("Acepto además que el archivo firmado se pueda descargar del registro público."))
