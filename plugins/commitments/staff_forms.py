"""The staff's forms: a process with its plan of signatures, and the acts on one commitment."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    EmailField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from plugins.commitments import reminding
from plugins.commitments.contacts import CHANNELS
from plugins.commitments.funnel import STAGES, TURNS
from plugins.commitments.plan import METHODS as WAYS
from plugins.commitments.plan import MOST_POOL, MOST_SLOTS, SIDES
from portal.choices import options
from portal.organisations.models import CAPACITIES, KINDS
from portal.web import whole


class SlotForm(Form):  # type: ignore[misc]
    """One expected signature; without a side it does not count."""

    side = SelectField(_l("Quién firma"), choices=options([("", _l("Ninguna")), *((name, _l(label)) for name, label in SIDES.items())]))
    capacity = SelectField(
        _l("Calidad"),
        choices=options([("", _l("Elija una calidad")), *((name, _l(label)) for name, label in CAPACITIES.items())]),
        validators=[Optional()],
    )
    group = IntegerField(_l("Orden"), [Optional(), NumberRange(1, MOST_SLOTS, _l("Escriba un número entre 1 y 30."))], default=1)
    method = SelectField(_l("Cómo se firma"), choices=options([(name, _l(label)) for name, label in WAYS.items()]), default="any")
    required = BooleanField(_l("Obligatoria"), default=True)
    pool = StringField(_l("Grupo que cuenta junto"), [Optional(), Length(max=MOST_POOL)])
    needed = IntegerField(_l("Cuántas bastan"), [Optional(), NumberRange(1, MOST_SLOTS, _l("Escriba un número entre 1 y 30."))])
    person = SelectField(_l("Persona"), default="", validate_choice=False)


class ProcessForm(FlaskForm):  # type: ignore[misc]
    """A process. Dates are in the portal's zone."""

    version = SelectField(_l("Versión de la agenda"), validators=[InputRequired(_l("Elija una versión congelada."))])
    code = StringField(
        _l("Código"),
        [InputRequired(_l("Escriba un código.")), Length(max=30)],
        description=_l("Corto y sin espacios, por ejemplo APU-2023-v1. Va en la dirección y en el documento."),
    )
    title = StringField(_l("Título"), [InputRequired(_l("Escriba el título del proceso.")), Length(max=250)])
    opens_at = DateTimeLocalField(
        _l("Apertura"),
        [InputRequired(_l("Elija cuándo se abre."))],
        format="%Y-%m-%dT%H:%M",
        description=_l("Desde entonces se invita. La fecha es la misma para todas."),
    )
    deadline = DateTimeLocalField(_l("Plazo"), [InputRequired(_l("Elija hasta cuándo se puede firmar."))], format="%Y-%m-%dT%H:%M")
    reminders = StringField(
        _l("Recordatorios"),
        [Length(max=60)],
        default=", ".join(str(one) for one in reminding.DEFAULT),
        description=_l("Días antes del plazo en que cada persona recibe un solo correo con todo lo que espera por ella. Vacío: ninguno."),
    )
    contact_name = StringField(
        _l("Persona o equipo de contacto"), [InputRequired(_l("Escriba a quién pueden preguntar las organizaciones.")), Length(max=200)]
    )
    contact_email = EmailField(
        _l("Correo de contacto"),
        [InputRequired(_l("Escriba el correo de contacto.")), Length(max=255)],
        description=_l("Recibe las preguntas y las respuestas a los correos."),
    )
    consent_text = TextAreaField(
        _l("Texto del consentimiento"),
        [InputRequired(_l("Escriba el texto del consentimiento."))],
        description=_l("Cada firmante lo acepta por escrito, tal como está aquí (Ley N.° 29733)."),
    )
    override = TextAreaField(
        _l("Por qué se envía así a las organizaciones"),
        [Length(max=2000)],
        description=_l("Se muestra a todas, con la fecha, en el registro público y junto a la versión."),
    )
    slots = FieldList(FormField(SlotForm), min_entries=1, max_entries=MOST_SLOTS)

    def plan(self) -> list[dict[str, Any]]:
        """Return the plan as typed (`plugins.commitments.plan.checked_plan` judges it)."""
        rows = (entry.form for entry in self.slots)
        return [
            {
                "side": row.side.data,
                "capacity": row.capacity.data,
                "group": row.group.data or 1,
                "required": bool(row.required.data),
                "method": row.method.data,
                "pool": " ".join((row.pool.data or "").split()) or None,
                "needed": row.needed.data,
                "person_id": whole(row.person.data),
            }
            for row in rows
            if row.side.data
        ]


class BoardFilter(FlaskForm):  # type: ignore[misc]
    """The board's filters; they live in the address."""

    class Meta:
        """A GET form."""

        csrf = False

    q = SearchField(_l("Organización o código"))
    turno = SelectField(_l("Le toca a"), choices=options([("", _l("Cualquiera")), *((name, _l(label)) for name, label in TURNS.items())]))
    etapa = SelectField(_l("Etapa"), choices=options([("", _l("Todas")), *((name, _l(word.label)) for name, word in STAGES.items())]))
    tipo = SelectField(_l("Tipo"), choices=options([("", _l("Todos")), *((name, _l(label)) for name, label in KINDS.items())]))
    vencidas = SelectField(_l("Plazo"), choices=options([("", _l("Todos")), ("1", _l("Vencido"))]))
    orden = SelectField(_l("Orden"), choices=options([("", _l("Quien espera hace más tiempo")), ("nombre", _l("Alfabético"))]))


class ContactForm(FlaskForm):  # type: ignore[misc]
    """A contact or a meeting that already happened."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"prefix": "contacto", **values})  # several forms share a page: their fields' ids differ

    what = RadioField(
        _l("Qué ocurrió"),
        choices=options([("contact", _l("Un contacto")), ("meeting", _l("Una reunión"))]),
        validators=[InputRequired(_l("Elija qué ocurrió."))],
    )
    channel = SelectField(
        _l("Cómo"),
        choices=options([(name, _l(label)) for name, label in CHANNELS.items()]),
        validators=[Optional()],
        description=_l("Solo para un contacto."),
    )
    at = DateTimeLocalField(_l("Cuándo"), [InputRequired(_l("Elija cuándo fue."))], format="%Y-%m-%dT%H:%M")
    text = TextAreaField(
        _l("Qué se conversó"),
        [InputRequired(_l("Escriba en pocas palabras qué se conversó.")), Length(max=4000)],
        description=_l("Lo lee solo el equipo de la Mesa."),
    )


class DeadlineForm(FlaskForm):  # type: ignore[misc]
    """Another deadline, with its reason."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"prefix": "plazo", **values})  # several forms share a page: their fields' ids differ

    deadline = DateTimeLocalField(_l("Plazo nuevo"), [InputRequired(_l("Elija el plazo nuevo."))], format="%Y-%m-%dT%H:%M")
    reason = TextAreaField(
        _l("Motivo"),
        [InputRequired(_l("Escriba el motivo: se muestra en la tabla de trato igual.")), Length(max=1000)],
        description=_l("Se muestra en la tabla de trato igual."),
    )


class LateForm(DeadlineForm):
    """The deadline of organisations that join after the process's own, with the reason."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"prefix": "adhesion", **values})


class RemindersForm(FlaskForm):  # type: ignore[misc]
    """On which days before the deadline digests are written."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"prefix": "avisos", **values})  # several forms share a page: their fields' ids differ

    reminders = StringField(
        _l("Días antes del plazo"),
        [Length(max=60)],
        description=_l("Separados por comas, por ejemplo 14, 7, 3, 1. Vacío: ninguno."),
    )


class WithdrawForm(FlaskForm):  # type: ignore[misc]
    """A withdrawal that the organisation communicated by letter."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"prefix": "desistimiento", **values})  # several forms share a page: their fields' ids differ

    document = StringField(
        _l("Referencia de la carta"),
        [InputRequired(_l("Escriba la referencia de la carta: número, fecha y quién la firma.")), Length(max=500)],
    )
    reason = TextAreaField(_l("Motivo"), [Length(max=4000)])
    public = BooleanField(_l("La organización pide que el motivo sea público"))


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """The Mesa's answer to a question."""

    text = TextAreaField(_l("Respuesta"), [InputRequired(_l("Escriba la respuesta.")), Length(max=4000)])


def moment(typed: datetime, zone: str) -> datetime:
    """Return a date and time typed in the portal's zone as an instant in UTC."""
    return typed.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def typed(instant: datetime, zone: str) -> datetime:
    """Return an instant as a form shows it in the portal's zone."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
