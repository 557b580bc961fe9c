"""The forms of a consultation, of a contribution, of moderating it and of answering it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    DateTimeLocalField,
    EmailField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.validators import InputRequired, Optional

from plugins.dialogue.attachments import MEGABYTES, Upload
from plugins.dialogue.places import Place, short
from plugins.dialogue.queries import MINE, NOBODY, UNANSWERED
from plugins.dialogue.words import KINDS, LONGEST, MANY, STATES, VERDICTS, WITHHELD_FOR
from portal.choices import options


class ConsultationForm(FlaskForm):  # type: ignore[misc]
    """A consultation; dates are in the portal's zone."""

    revision = HiddenField()
    version = SelectField(_l("Versión que se consulta"))
    title = StringField(_l("Título"), [InputRequired(_l("Escriba un título de hasta 200 caracteres."))])
    purpose = TextAreaField(
        _l("Para qué se consulta"),
        [InputRequired(_l("Escriba para qué se consulta y qué pasará con los aportes."))],
        description=_l("Se muestra al comienzo de la consulta. Puede usar Markdown."),
    )
    opens_at = DateTimeLocalField(_l("Apertura"), [InputRequired(_l("Elija cuándo se abre."))], format="%Y-%m-%dT%H:%M")
    closes_at = DateTimeLocalField(_l("Cierre"), [InputRequired(_l("Elija cuándo se cierra."))], format="%Y-%m-%dT%H:%M")
    reason = TextAreaField(
        _l("Por qué cambian las fechas"), [Optional()], description=_l("Solo si las cambia. Se muestra a todas las personas.")
    )


class ContributionForm(FlaskForm):  # type: ignore[misc]
    """What somebody says. `sitio_web` is not shown: only programs fill it in."""

    kind = RadioField(_l("Qué quiere hacer"), choices=options((name, _l(label)) for name, label in KINDS.items()), validate_choice=False)
    place = SelectField(_l("Sobre qué"), validate_choice=False)
    text = TextAreaField(_l("Su aporte"), description=_l("Hasta %(limit)s caracteres. Diga qué piensa y por qué.", limit=LONGEST))
    wording = TextAreaField(
        _l("Redacción que propone"),
        [Optional()],
        description=_l("Necesaria para un cambio de redacción: el texto tal como debería quedar."),
    )
    name = StringField(
        _l("Nombre o seudónimo que se publica"), [Optional()], description=_l("Déjelo vacío para que el aporte aparezca como anónimo.")
    )
    email = EmailField(
        _l("Su correo electrónico"),
        description=_l("No se publica ni lo ve la Mesa. Sirve para confirmar el aporte y para avisarle de la respuesta."),
    )
    files = MultipleFileField(
        _l("Archivos"),
        [Optional()],
        description=_l("Hasta %(many)s archivos PDF, JPEG, PNG o DOCX, de %(size)s MB cada uno.", many=MANY, size=MEGABYTES),
    )
    sitio_web = StringField(_l("Deje este campo vacío"), [Optional()])

    def choose(self, places: Iterable[Place]) -> None:
        """Offer the places of the version."""
        self.place.choices = options((one.key, _place_words(one)) for one in places)

    def uploads_named(self) -> bool:
        """Tell whether files came with the form."""
        return any(getattr(one, "filename", "") for one in self.files.data or [])

    def uploads(self) -> list[Upload]:
        """Return the files as they came."""
        given = self.files.data or []
        return [Upload(one.filename or "", one.read()) for one in given if one and getattr(one, "filename", "")]


def _place_words(one: Place) -> str:
    if one.scope == "whole":
        return str(gettext("Toda la agenda"))
    return (
        str(gettext("Dimensión %(label)s", label=one.dimension_label))
        if one.scope == "dimension"
        else f"{one.item_code} · {short(one.text)}"
    )


class TypedForm(ContributionForm):
    """What staff type in from a meeting or a paper sheet."""

    meeting = StringField(
        _l("Reunión"),
        [Optional()],
        description=_l("El código de la reunión, por ejemplo R-003. Vacío si no fue en una reunión registrada."),
    )
    said_on = DateField(_l("Fecha en que se dijo"), [Optional()])


class FilterForm(FlaskForm):  # type: ignore[misc]
    """What a list of contributions shows; it lives in the address."""

    class Meta:
        """A GET form."""

        csrf = False

    q = SearchField(_l("Palabras del aporte"))
    sobre = SelectField(_l("Sobre"), validate_choice=False)
    tipo = SelectField(_l("Tipo"), choices=options([("", _l("Todos")), *((name, _l(label)) for name, label in KINDS.items())]))
    respuesta = SelectField(
        _l("Respuesta"),
        choices=options(
            [("", _l("Todas")), (UNANSWERED, _l("Sin respuesta todavía")), *((name, _l(word.label)) for name, word in VERDICTS.items())]
        ),
    )
    estado = SelectField(_l("Estado"), choices=options([("", _l("Todos")), *((name, _l(word.label)) for name, word in STATES.items())]))
    asignado = SelectField(_l("Responde"), choices=options([("", _l("Cualquiera")), (MINE, _l("Yo")), (NOBODY, _l("Nadie todavía"))]))


class ModerationForm(FlaskForm):  # type: ignore[misc]
    """Publish, or withhold with a reason."""

    revision = HiddenField()
    reason_kind = SelectField(
        _l("Motivo"),
        choices=options([("", _l("Elija el motivo")), *((name, _l(label)) for name, label in WITHHELD_FOR.items())]),
        validate_choice=False,
    )
    reason = TextAreaField(
        _l("Explicación"),
        [Optional()],
        description=_l("La lee cualquiera, también quien presentó el aporte. No repita los insultos ni los datos personales."),
    )
    hidden = SelectMultipleField(
        _l("Adjuntos que no se publican"),
        [Optional()],
        validate_choice=False,
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """The Mesa's answer to one contribution or to many."""

    verdict = RadioField(_l("Respuesta"), choices=options((name, _l(word.label)) for name, word in VERDICTS.items()), validate_choice=False)
    reason = TextAreaField(_l("Motivo"), description=_l("Se publica y se envía a quien aportó. Hasta %(limit)s caracteres.", limit=LONGEST))
    items = StringField(
        _l("Puntos que cambiaron"),
        [Optional()],
        description=_l("Códigos separados por comas, por ejemplo SOC-01, SOC-02. Déjelo vacío si el cambio todavía no se hizo."),
    )
    version = SelectField(_l("Dónde está el cambio"), validate_choice=False)


class ReplyForm(FlaskForm):  # type: ignore[misc]
    """The contributor's one reply."""

    text = TextAreaField(_l("Por qué mantiene su desacuerdo"), description=_l("Puede responder una sola vez. Se lee antes de publicarse."))


class ReplyJudgeForm(FlaskForm):  # type: ignore[misc]
    """Whether a reply is shown."""

    reason = TextAreaField(_l("Por qué no se publica"), [Optional()])


class AssignForm(FlaskForm):  # type: ignore[misc]
    """Who answers."""

    person = SelectField(_l("Responde"), validate_choice=False)


def moment(typed: datetime, zone: str) -> datetime:
    """Return a date and time typed in the portal's zone as an instant in UTC."""
    return typed.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def typed(instant: datetime, zone: str) -> datetime:
    """Return an instant as a form shows it in the portal's zone."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def place_choices(dimensions: Iterable[Any], items: Iterable[str]) -> list[tuple[str, str]]:
    """Return what a list can be narrowed to: each dimension, then the items that somebody spoke of."""
    return [("", gettext("Todo")), *((one.name, one.label) for one in dimensions), *((code, code) for code in items)]
