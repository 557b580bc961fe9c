"""The two forms of the verification page: a code or SHA-256, and a file."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import Form, StringField


class CodeForm(Form):  # type: ignore[misc]
    """Travels in the address: it changes nothing and can be linked."""

    codigo = StringField(lazy_gettext("Código o huella SHA-256"))


class FileForm(FlaskForm):  # type: ignore[misc]
    """A file to be judged; without CSRF token, because nothing changes and programs may send it."""

    class Meta:
        """Switches the token off."""

        csrf = False

    archivo = FileField(lazy_gettext("Archivo PDF"), validators=[FileRequired()])
