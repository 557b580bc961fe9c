"""The forms of groups, meetings and attendance. Dates are typed in the portal's zone."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from plugins.groups.words import GROUP_KINDS, MEETING_KINDS, MEMBER_ROLES, SECTORS, SEXES, STATES
from portal.choices import options

_WHEN = "%Y-%m-%dT%H:%M"


def _choices(words: dict[str, str], first: Any = None) -> list[Any]:
    return options([*([("", first)] if first else []), *((name, _l(label)) for name, label in words.items())])


class GroupForm(FlaskForm):  # type: ignore[misc]
    """A group's own data; `revision` is the one that was read."""

    name = StringField(_l("Nombre"), [InputRequired(_l("Escriba el nombre del grupo.")), Length(max=200)])
    kind = SelectField(_l("Clase"), choices=_choices(GROUP_KINDS), default="grupo")
    dimension = SelectField(_l("Dimensión"), validate_choice=False, description=_l("La que trabaja el grupo, si es una sola."))
    territory_inei = SelectField(
        _l("Territorio"), validate_choice=False, description=_l("Si trabaja en una parte del territorio de la agenda.")
    )
    purpose = TextAreaField(_l("Para qué se reúne"), [Length(max=4000)])
    active = BooleanField(
        _l("En actividad"), default=True, description=_l("Los que ya no se reúnen dejan de ofrecerse; su historia queda.")
    )
    revision = HiddenField(default="0")


class PersonForm(FlaskForm):  # type: ignore[misc]
    """A person with the organisation and the sector that they speak for."""

    full_name = StringField(_l("Nombres y apellidos"), [InputRequired(_l("Escriba nombres y apellidos.")), Length(max=200)])
    email = EmailField(
        _l("Correo"),
        [Length(max=255)],
        description=_l("Ahí llegan las convocatorias. Sin correo se le avisa por otro medio. Nunca se publica."),
    )
    organisation = StringField(_l("Organización"), [Length(max=200)], description=_l("Como figura en el directorio, o escriba su nombre."))
    sector = SelectField(_l("Sector"), choices=_choices(SECTORS, _l("Elija un sector")), validators=[InputRequired(_l("Elija el sector."))])
    sex = SelectField(_l("Sexo"), validate_choice=False, choices=_choices(SEXES, _l("Sin responder")), validators=[Optional()])


class MemberForm(PersonForm):
    """Somebody who joins a group."""

    role = SelectField(_l("Qué hace en el grupo"), choices=_choices(MEMBER_ROLES), default="member")


class InviteForm(PersonForm):
    """Somebody who is invited to one meeting."""

    dimension = SelectField(_l("Dimensión que representa"), validate_choice=False)


class MeetingForm(FlaskForm):  # type: ignore[misc]
    """A meeting's own data; `revision` is the one that was read, `clashes` the mark of those that were shown."""

    kind = SelectField(_l("Clase"), choices=_choices(MEETING_KINDS))
    title = StringField(_l("De qué es"), [InputRequired(_l("Escriba de qué es la reunión.")), Length(max=200)])
    group = SelectField(_l("Grupo"), validate_choice=False, description=_l("Se invita a todos sus integrantes."))
    organisation = SelectField(_l("Organización política"), validate_choice=False, description=_l("Solo para un conversatorio bilateral."))
    starts_at = DateTimeLocalField(_l("Empieza"), [InputRequired(_l("Elija cuándo empieza."))], format=_WHEN)
    ends_at = DateTimeLocalField(_l("Termina"), [InputRequired(_l("Elija cuándo termina."))], format=_WHEN)
    place = StringField(_l("Lugar"), [Length(max=250)])
    link = URLField(
        _l("Enlace"), [Length(max=300)], description=_l("De la sala virtual. Lo reciben las personas convocadas; no se publica.")
    )
    points = TextAreaField(_l("Puntos de agenda"), [Length(max=4000)], description=_l("Uno por línea."))
    public = BooleanField(_l("Se anuncia en la página pública"), default=True)
    revision = HiddenField(default="0")


class CancelForm(FlaskForm):  # type: ignore[misc]
    """Why a meeting is cancelled."""

    reason = TextAreaField(
        _l("Motivo"),
        [InputRequired(_l("Escriba el motivo.")), Length(max=1000)],
        description=_l("Se envía a las personas convocadas y se muestra en la página pública."),
    )


class HoldForm(FlaskForm):  # type: ignore[misc]
    """That a meeting was held; the two texts are for bilaterals."""

    presented = TextAreaField(_l("Cómo se presentó la agenda"), [Length(max=4000)])
    exchanged = TextAreaField(_l("Qué propuestas se intercambiaron"), [Length(max=4000)])


class ObservationForm(FlaskForm):  # type: ignore[misc]
    """What the organisation observed."""

    item_code = SelectField(_l("Punto de la agenda"), validate_choice=False)
    text = TextAreaField(_l("Observación"), [InputRequired(_l("Escriba qué observó la organización.")), Length(max=4000)])


class OpenForm(FlaskForm):  # type: ignore[misc]
    """For how long people register themselves."""

    hours = IntegerField(
        _l("Horas"), [InputRequired(_l("Escriba cuántas horas.")), NumberRange(1, 12, _l("Entre 1 y 12 horas."))], default=4
    )


class CheckinForm(FlaskForm):  # type: ignore[misc]
    """What somebody present says of themselves: nothing that is not needed, no address."""

    name = StringField(_l("Nombres y apellidos"), [InputRequired(_l("Escriba sus nombres y apellidos.")), Length(max=200)])
    organisation = StringField(_l("Organización"), [Length(max=200)], description=_l("Si viene por su cuenta, déjelo vacío."))
    sector = RadioField(_l("Sector"), choices=_choices(SECTORS), validators=[InputRequired(_l("Elija su sector."))])
    sex = RadioField(
        _l("Sexo"), validate_choice=False, choices=_choices(SEXES, _l("Prefiero no decirlo")), default="", validators=[Optional()]
    )


class Filter(FlaskForm):  # type: ignore[misc]
    """The filters of the list of meetings; they live in the address."""

    class Meta:
        """A GET form."""

        csrf = False

    q = SearchField(_l("Título o código"))
    estado = SelectField(_l("Estado"), choices=_choices(STATES, _l("Todos")), validate_choice=False)
    tipo = SelectField(_l("Clase"), choices=_choices(MEETING_KINDS, _l("Todas")), validate_choice=False)
    grupo = SelectField(_l("Grupo"), validate_choice=False)


def moment(typed_: datetime | None, zone: str) -> datetime | None:
    """Return a date and time typed in the portal's zone as an instant in UTC."""
    try:
        return typed_.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if typed_ else None
    except OverflowError:  # the last hours of the year 9999: no moment in UTC
        return None


def typed(instant: datetime, zone: str) -> datetime:
    """Return an instant as a form shows it in the portal's zone."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
