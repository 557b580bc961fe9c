"""The forms of signing in, of one's account and of the people's pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

EMAIL = _l("Correo electrónico")


class SignInForm(FlaskForm):  # type: ignore[misc]
    """The address, and a password for those who have one."""

    email = EmailField(EMAIL, [DataRequired(_l("Escriba su correo electrónico.")), Length(max=255)])
    password = PasswordField(_l("Contraseña"), [Optional()])


class CodeForm(FlaskForm):  # type: ignore[misc]
    """Six digits."""

    code = StringField(_l("Código"), [DataRequired(_l("Escriba las seis cifras del código.")), Length(max=40)])


class RecoverForm(FlaskForm):  # type: ignore[misc]
    """The address of somebody who forgot their password."""

    email = EmailField(EMAIL, [DataRequired(_l("Escriba su correo electrónico.")), Length(max=255)])


class PresentPasswordForm(FlaskForm):  # type: ignore[misc]
    """The password one has."""

    password = PasswordField(_l("Contraseña"), [InputRequired(_l("Escriba su contraseña."))])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """The password one wants."""

    password = PasswordField(_l("Contraseña nueva"), [InputRequired(_l("Escriba la contraseña nueva."))])


class KeyForm(FlaskForm):  # type: ignore[misc]
    """A name for a passkey."""

    name = StringField(_l("Nombre de la llave"), [DataRequired(_l("Escriba un nombre para la llave.")), Length(max=64)])


class RoleForm(FlaskForm):  # type: ignore[misc]
    """A role, and where it is held; the choices depend on who gives it."""

    role = SelectField(_l("Rol"))
    agenda = SelectField(_l("Agenda"))
    organisation = SelectField(_l("Organización que representa"))
    dimension = SelectField(_l("Dimensión"))


class InviteForm(RoleForm):
    """A person and their role."""

    full_name = StringField(_l("Nombre y apellidos"), [DataRequired(_l("Escriba el nombre y los apellidos.")), Length(max=200)])
    email = EmailField(EMAIL, [DataRequired(_l("Escriba un correo completo, por ejemplo nombre@ejemplo.pe.")), Length(max=255)])
    phone = StringField(_l("Teléfono"), [Optional(), Length(max=40)])


class PeopleFilter(FlaskForm):  # type: ignore[misc]
    """What the list of people shows."""

    class Meta:
        """A GET form."""

        csrf = False

    q = StringField(_l("Nombre o correo"))
    agenda = SelectField(_l("Agenda"))
    role = SelectField(_l("Rol"))


class CorrectionForm(FlaskForm):  # type: ignore[misc]
    """One's own data as they ought to be."""

    full_name = StringField(_l("Nombre y apellidos"), [DataRequired(_l("Escriba el nombre y los apellidos.")), Length(max=200)])
    email = EmailField(EMAIL, [DataRequired(_l("Escriba su correo electrónico.")), Length(max=255)])
    phone = StringField(_l("Teléfono"), [Optional(), Length(max=40)])
    dni = StringField(_l("DNI o carné de extranjería"), [Optional(), Length(max=12)])
    text = TextAreaField(_l("Qué hay que corregir, si no está arriba"), [Optional(), Length(max=4000)])


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """What one asks, in one's own words."""

    text = TextAreaField(_l("Su pedido"), [Optional(), Length(max=4000)])


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """The answer to a request, which the person gets by mail."""

    text = TextAreaField(_l("Respuesta"), [DataRequired(_l("Escriba la respuesta, en no más de 4000 caracteres.")), Length(max=4000)])
