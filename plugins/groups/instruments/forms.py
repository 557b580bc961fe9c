"""The library's forms: an instrument, a version, a handing, and the list's filters."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, HiddenField, IntegerField, RadioField, SearchField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from plugins.groups.instruments.words import KINDS, TO, WAYS
from portal.choices import options


class InstrumentForm(FlaskForm):  # type: ignore[misc]
    """An instrument's own data."""

    title = StringField(_l("Nombre"), description=_l("Como se le conoce: «Agenda Regional 2019-2022», «PDRC al 2030»."))
    kind = SelectField(
        _l("Clase"),
        choices=options([("", _l("Elija una clase")), *((name, _l(label)) for name, label in KINDS.items())]),
        validate_choice=False,
    )
    issuer = StringField(_l("De quién es"), description=_l("La entidad que lo hizo o lo aprobó."))
    about = TextAreaField(_l("De qué trata"))
    public = BooleanField(_l("Publicar"), default=True, description=_l("Cualquiera puede leerlo en la página de la agenda."))
    active = BooleanField(_l("En uso"), default=True)
    revision = HiddenField(default="0")


class VersionForm(FlaskForm):  # type: ignore[misc]
    """A version: a file or an address."""

    label = StringField(_l("Versión"), description=_l("«2019-2022», «aprobada en marzo»."))
    file = FileField(_l("Archivo"), description=_l("PDF, imagen o documento de oficina de menos de 20 MB."))
    link = StringField(_l("O un enlace"), description=_l("La dirección https://… donde está."))


class HandingForm(FlaskForm):  # type: ignore[misc]
    """Who was given which version, how and when."""

    version = SelectField(_l("Versión entregada"), choices=[], validate_choice=False)
    to = RadioField(_l("A quién"), choices=options((name, _l(label)) for name, label in TO.items()), validate_choice=False)
    group = SelectField(_l("Grupo"), choices=[], validate_choice=False, description=_l("Si se entregó a un grupo."))
    name = StringField(_l("Organización o persona"), description=_l("Si no fue a un grupo. Los nombres conocidos se sugieren al escribir."))
    way = SelectField(
        _l("Cómo"), choices=options([("", _l("Elija cómo")), *((name, _l(label)) for name, label in WAYS.items())]), validate_choice=False
    )
    meeting = SelectField(_l("Reunión"), choices=[], validate_choice=False, description=_l("Si se entregó en una reunión."))
    given_on = DateField(_l("Día"), [Optional()])
    copies = IntegerField(_l("Ejemplares"), [Optional()], default=1)
    note = TextAreaField(_l("Nota"))


class SearchForm(FlaskForm):  # type: ignore[misc]
    """The filters of the list; they live in the address."""

    class Meta:
        """A GET form."""

        csrf = False

    q = SearchField(_l("Buscar"))
    clase = SelectField(
        _l("Clase"), choices=options([("", _l("Todas")), *((name, _l(label)) for name, label in KINDS.items())]), validate_choice=False
    )
