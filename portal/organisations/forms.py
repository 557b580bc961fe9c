"""The forms of organisations, their members and the import."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, EmailField, HiddenField, SearchField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from portal.choices import options
from portal.organisations.models import CAPACITIES, KINDS


class OrganisationForm(FlaskForm):  # type: ignore[misc]
    """An organisation's own data. `territory` is a name or an INEI code; `revision` is the one that was read."""

    name = StringField(
        _l("Nombre"),
        [InputRequired(_l("Escriba el nombre de la organización.")), Length(max=200)],
        description=_l("Como figura en su inscripción."),
    )
    short_name = StringField(_l("Nombre corto o siglas"), [Length(max=60)], description=_l("Para tablas y columnas angostas."))
    kind = SelectField(
        _l("Tipo"),
        choices=options([("", _l("Elija un tipo")), *((name, _l(label)) for name, label in KINDS.items())]),
        validators=[InputRequired(_l("Elija qué tipo de organización es."))],
    )
    jne_code = StringField(_l("Código del JNE"), [Length(max=30)], description=_l("El del Registro de Organizaciones Políticas."))
    territory = StringField(
        _l("Territorio"), [Length(max=200)], description=_l("Escriba el nombre o el ubigeo del INEI y elija de la lista.")
    )
    logo = FileField(_l("Logo"), description=_l("PNG o JPEG de menos de 3 MB. Se muestra del mismo tamaño para todas."))
    remove_logo = BooleanField(_l("Quitar el logo actual"))
    active = BooleanField(
        _l("En actividad"),
        default=True,
        description=_l("Las que no están en actividad no se ofrecen en procesos nuevos; su historia queda."),
    )
    revision = HiddenField(default="0")


class MemberForm(FlaskForm):  # type: ignore[misc]
    """A person of an organisation, in a capacity."""

    full_name = StringField(_l("Nombres y apellidos"), [InputRequired(_l("Escriba nombres y apellidos.")), Length(max=200)])
    capacity = SelectField(
        _l("Calidad"),
        choices=options([("", _l("Elija una calidad")), *((name, _l(label)) for name, label in CAPACITIES.items())]),
        validators=[InputRequired(_l("Elija la calidad en que participa."))],
    )
    email = EmailField(_l("Correo"), [Length(max=255)], description=_l("Ahí llegan sus enlaces y códigos. Nunca se publica."))
    phone = StringField(_l("Teléfono"), [Length(max=40)])
    dni = StringField(_l("DNI"), [Length(max=15)], description=_l("Nunca se publica."))
    since = DateField(_l("Desde"), [Optional()])
    until = DateField(_l("Hasta"), [Optional()], description=_l("Déjela vacía mientras siga en esa calidad."))


class SearchForm(FlaskForm):  # type: ignore[misc]
    """The filters of the list; they live in the address."""

    class Meta:
        """A GET form."""

        csrf = False

    q = SearchField(_l("Buscar"))
    tipo = SelectField(_l("Tipo"), choices=options([("", _l("Todos")), *((name, _l(label)) for name, label in KINDS.items())]))
    territorio = StringField(_l("Territorio"))


class ImportForm(FlaskForm):  # type: ignore[misc]
    """The file to preview."""

    file = FileField(
        _l("Archivo"),
        [FileRequired(_l("Elija un archivo CSV o XLSX."))],
        description=_l("CSV o XLSX, hasta 5000 filas. Se acepta lo que guarda Excel."),
    )
