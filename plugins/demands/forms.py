"""What people type about demands; the services decide whether it can be used."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from plugins.demands.rounds import HIGHEST, LOWEST, MOST_CRITERIA
from plugins.demands.sheets import MOST_SHEETS
from plugins.demands.words import BY, KINDS, OUTCOMES, SOURCES, STATES
from portal.choices import options

DAY = "%Y-%m-%dT%H:%M"


class Checkboxes(SelectMultipleField):  # type: ignore[misc]
    """Several choices, each with its box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def kinds() -> list[Any]:
    """Return what a demand may be, to choose from."""
    return options((name, _l(label)) for name, label in KINDS.items())


class DemandForm(FlaskForm):  # type: ignore[misc]
    """What a demand says. `revision` is the one that was read."""

    text = TextAreaField(
        _l("Demanda"),
        [InputRequired(_l("Escriba la demanda."))],
        description=_l("En una oración, con las palabras de quien la dijo. Sin nombres de personas: se publica."),
    )
    kind = SelectField(_l("Qué es"), choices=kinds(), default="demand")
    dimension = SelectField(_l("Dimensión"))
    territory = SelectField(_l("Territorio"))
    detail = TextAreaField(_l("Detalle"), description=_l("Lo que ayude a entenderla. También se publica."))
    revision = HiddenField(default="0")


class SourceForm(FlaskForm):  # type: ignore[misc]
    """Who said it."""

    source = RadioField(_l("Quién lo dijo"), choices=options((name, _l(label)) for name, label in SOURCES.items()), default="organisation")
    name = StringField(
        _l("Nombre de la organización, del grupo o de la reunión"),
        [Length(max=200)],
        description=_l("Nunca el de una persona: de ellas no se guarda el nombre."),
    )
    group = SelectField(_l("Grupo de trabajo"), description=_l("Solo si lo dijo un grupo de la agenda."))
    meeting = SelectField(_l("Reunión en que se dijo"), description=_l("Queda enlazada con la demanda."))
    said = TextAreaField(_l("Con sus palabras"), [Length(max=4000)], description=_l("Solo si lo dijo de otra manera. Se publica."))


class NewDemandForm(DemandForm, SourceForm):
    """A demand and who said it."""

    collected_on = DateField(_l("Recogida el"), [Optional()], description=_l("Vacía: hoy."))


class FilterForm(FlaskForm):  # type: ignore[misc]
    """The list's filters; they live in the address."""

    class Meta:
        """A GET form."""

        csrf = False

    q = SearchField(_l("Palabras o código"))
    dimension = SelectField(_l("Dimensión"))
    tipo = SelectField(_l("Qué es"), choices=options([("", _l("Todo")), *((name, _l(label)) for name, label in KINDS.items())]))
    origen = SelectField(
        _l("De dónde viene"),
        choices=options(
            [
                ("", _l("Cualquier origen")),
                ("organisation", _l("Una organización")),
                ("group", _l("Un grupo")),
                ("meeting", _l("Una reunión")),
                ("person", _l("Una persona")),
                ("form", _l("El formulario público")),
                ("paper", _l("Una hoja de papel")),
            ]
        ),
    )
    estado = SelectField(_l("Estado"))
    decision = SelectField(
        _l("Decisión"),
        choices=options([("", _l("Cualquiera")), ("-", _l("Sin decisión")), *((name, _l(label)) for name, label in OUTCOMES.items())]),
    )


def states(*, public: bool) -> list[Any]:
    """Return the states to filter by."""
    left = {"pending", "rejected", "undone"} if public else set()
    named = ((name, _l(label)) for name, label in STATES.items() if name not in left)
    return options([("", _l("Vigentes") if public else _l("Vigentes y por moderar")), *named])


class ProposalForm(FlaskForm):  # type: ignore[misc]
    """What anybody proposes. `website` is a trap: people do not see it, programs fill it in."""

    text = TextAreaField(_l("Qué pide"), [InputRequired(_l("Escriba qué pide."))], description=_l("En una oración. Hasta 1000 caracteres."))
    detail = TextAreaField(_l("Por qué hace falta"))
    dimension = SelectField(_l("Sobre qué tema"))
    territory = SelectField(_l("Dónde"))
    organisation = StringField(
        _l("En nombre de qué organización o grupo"), [Length(max=200)], description=_l("Déjelo vacío si lo pide usted por su cuenta.")
    )
    website = StringField(_l("No escriba nada aquí"))


class DeskForm(FlaskForm):  # type: ignore[misc]
    """How demands are collected. Dates are in the portal's zone."""

    public = BooleanField(_l("Publicar la lista de demandas"), description=_l("Con sus decisiones y el orden de las rondas cerradas."))
    form = BooleanField(_l("Abrir el formulario público"), description=_l("Cualquiera propone, sin cuenta. Nada se publica sin moderar."))
    opens_at = DateTimeLocalField(_l("Desde"), [Optional()], format=DAY)
    closes_at = DateTimeLocalField(_l("Hasta"), [Optional()], format=DAY)
    intro = TextAreaField(_l("Presentación del formulario"), [Length(max=2000)], description=_l("Puede usar Markdown."))
    revision = HiddenField(default="1")


class RejectForm(FlaskForm):  # type: ignore[misc]
    """Why a proposal is not published."""

    reason = TextAreaField(_l("Motivo"), description=_l("Lo lee solo la Mesa."))


class DecisionForm(FlaskForm):  # type: ignore[misc]
    """What the group decided, where and why."""

    outcome = RadioField(_l("Qué decidió el grupo"), choices=options((name, _l(label)) for name, label in OUTCOMES.items()))
    other = StringField(
        _l("Con qué demanda se une"), [Length(max=12)], description=_l("Su código, por ejemplo D-014. Solo si se une con otra.")
    )
    reason = TextAreaField(_l("Motivo"), description=_l("Se publica. Si difiere del orden de los puntajes, diga por qué."))
    meeting = SelectField(_l("Reunión en que se decidió"))
    place = StringField(_l("O escriba cuál"), [Length(max=200)])
    decided_on = DateField(_l("Fecha de la decisión"), [Optional()], description=_l("Vacía: hoy."))
    round = SelectField(_l("Puntajes que el grupo tuvo a la vista"))


class SheetsForm(FlaskForm):  # type: ignore[misc]
    """Sheets to print."""

    many = IntegerField(
        _l("Cuántas hojas"),
        [InputRequired(_l("Escriba un número entre 1 y 50.")), NumberRange(1, MOST_SHEETS, _l("Escriba un número entre 1 y 50."))],
        default=5,
    )
    dimension = SelectField(_l("Dimensión"))
    meeting = SelectField(_l("Reunión"))
    place = StringField(_l("O escriba dónde"), [Length(max=200)])
    held_on = DateField(_l("Fecha"), [Optional()])


class ScanForm(FlaskForm):  # type: ignore[misc]
    """A sheet's scan."""

    file = FileField(_l("Hoja escaneada o fotografiada"))


class CriterionForm(Form):  # type: ignore[misc]
    """A criterion; without a name and weight it does not count."""

    name = StringField(_l("Criterio"), [Length(max=120)])
    weight = StringField(_l("Peso"), [Length(max=12)])
    hint = StringField(_l("Qué se pregunta"), [Length(max=300)])


class RoundForm(FlaskForm):  # type: ignore[misc]
    """A round of prioritisation."""

    title = StringField(_l("Título"), [InputRequired(_l("Escriba el título de la ronda.")), Length(max=200)])
    by = RadioField(_l("Quién puntúa"), choices=options((name, _l(label)) for name, label in BY.items()), default="table")
    lowest = IntegerField(_l("Escala: desde"), [InputRequired(_l("Escriba un número.")), NumberRange(LOWEST, HIGHEST)], default=1)
    highest = IntegerField(_l("Escala: hasta"), [InputRequired(_l("Escriba un número.")), NumberRange(LOWEST, HIGHEST)], default=5)
    meeting = SelectField(_l("Reunión"))
    criteria = FieldList(FormField(CriterionForm), min_entries=4, max_entries=MOST_CRITERIA)
    demands = Checkboxes(_l("Demandas que se puntúan"))
    revision = HiddenField(default="0")


class BallotsForm(FlaskForm):  # type: ignore[misc]
    """Who is expected to score."""

    labels = TextAreaField(_l("Mesas, una por línea"), description=_l("Por ejemplo: Mesa de salud. De cada una se espera una ficha."))
    people = Checkboxes(_l("Personas con cuenta"), description=_l("Cada una puntúa en pantalla, con su propia ficha."))
