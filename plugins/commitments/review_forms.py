"""The forms of the representative's pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice


class ItemForm(Form):  # type: ignore[misc]
    """What is typed beside the four positions of one item; made with the item's code as prefix."""

    observation = TextAreaField(_l("Observación"))
    revision = HiddenField()


class DataForm(FlaskForm):  # type: ignore[misc]
    """Whether the data shown are right, and what to mend."""

    right = RadioField(
        _l("¿Son correctos estos datos?"),
        choices=[SelectChoice("si", _l("Sí, son correctos")), SelectChoice("no", _l("No, hay que corregir algo"))],
    )
    correction = TextAreaField(_l("Qué hay que corregir"))


class QuestionForm(FlaskForm):  # type: ignore[misc]
    """A question to the Mesa."""

    item = SelectField(_l("Sobre qué punto"))
    text = TextAreaField(_l("Su pregunta"))


class SignForm(FlaskForm):  # type: ignore[misc]
    """The act of signing."""

    name = StringField(_l("Escriba su nombre completo"))
    agrees = BooleanField(_l("Leí el documento y quiero firmarlo en la calidad indicada. Acepto el texto de consentimiento."))
    code = StringField(_l("Código que recibió por correo"))


class DeclineForm(FlaskForm):  # type: ignore[misc]
    """The reason for not signing, and whether it may be shown."""

    reason = TextAreaField(_l("Motivo"))
    public = RadioField(
        _l("¿Quién puede leer el motivo?"),
        choices=[
            SelectChoice("privado", _l("Solo la organización y la Mesa")),
            SelectChoice("publico", _l("Cualquier persona, en el registro")),
        ],
    )
    sure = BooleanField(_l("Confirmo que la organización declina suscribir este compromiso."))
