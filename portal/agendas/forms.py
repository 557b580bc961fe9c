"""What people type about agendas and their items; the service decides whether it can be used."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.agendas.own_fields import LIST
from portal.choices import options
from portal.errors import Invalid
from portal.extend.kinds import Dimension, ItemField
from portal.i18n import N_

MOST_ROWS = 40


class AgendaForm(FlaskForm):  # type: ignore[misc]
    """An agenda's settings."""

    code = StringField(
        lazy_gettext("Código"),
        description=lazy_gettext("Forma parte de la dirección pública y no cambia: APU-2027."),
        validators=[InputRequired(lazy_gettext("Escriba el código."))],
    )
    title = StringField(lazy_gettext("Título"), validators=[InputRequired(lazy_gettext("Escriba el título.")), Length(max=250)])
    summary = TextAreaField(lazy_gettext("Resumen"), description=lazy_gettext("Una o dos oraciones que cualquiera entienda."))
    period_start = IntegerField(lazy_gettext("Primer año"), validators=[InputRequired(lazy_gettext("Escriba un año de cuatro cifras."))])
    period_end = IntegerField(lazy_gettext("Último año"), validators=[InputRequired(lazy_gettext("Escriba un año de cuatro cifras."))])
    territory_inei = SelectField(lazy_gettext("Territorio"))
    revision = HiddenField()


class AgendaSettingsForm(AgendaForm):
    """The settings of an agenda that exists: its code stays."""

    code = None


class Checkboxes(SelectMultipleField):  # type: ignore[misc]
    """Several choices, each with its box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Several(Checkboxes):
    """Several choices of an item's own field, kept as one text with commas between."""

    def process_data(self, value: object) -> None:
        """Take apart what was kept."""
        super().process_data([one for one in str(value or "").split(LIST) if one] if not isinstance(value, list) else value)


class DimensionsForm(FlaskForm):  # type: ignore[misc]
    """Which dimensions an agenda uses."""

    names = Checkboxes(lazy_gettext("Dimensiones de esta agenda"))


class FreezeForm(FlaskForm):  # type: ignore[misc]
    """What goes with a version, and which draft the person reviewed."""

    note = TextAreaField(
        lazy_gettext("Nota sobre esta versión"),
        description=lazy_gettext("Se publica junto con la versión: por ejemplo, en qué sesión se aprobó."),
    )
    expected = HiddenField()
    sure = BooleanField(
        lazy_gettext("Revisé el contenido y quiero congelarlo"), validators=[InputRequired(lazy_gettext("Marque que revisó el contenido."))]
    )


class IndicatorForm(Form):  # type: ignore[misc]
    """One indicator."""

    name = StringField(lazy_gettext("Nombre"))
    unit = StringField(lazy_gettext("Unidad"), description=lazy_gettext("%, soles, hectáreas…"))
    baseline = StringField(lazy_gettext("Línea de base"))
    baseline_year = StringField(lazy_gettext("Año de la línea de base"))
    target = StringField(lazy_gettext("Meta"))
    target_year = StringField(lazy_gettext("Año de la meta"))
    source = StringField(lazy_gettext("Fuente"))
    source_url = StringField(lazy_gettext("Dirección de la fuente"))


class AlignmentForm(Form):  # type: ignore[misc]
    """One link to a wider framework."""

    scheme = StringField(lazy_gettext("Marco"), description=lazy_gettext("ods, acuerdo-nacional, pdrc…"))
    code = StringField(lazy_gettext("Código"))
    label = StringField(lazy_gettext("Nombre"))


class ItemForm(FlaskForm):  # type: ignore[misc]
    """An item of the draft; `item_form` adds the fields that plugins bring."""

    code = StringField(lazy_gettext("Código"))
    kind = SelectField(lazy_gettext("Tipo"), validate_choice=False)
    text = TextAreaField(lazy_gettext("Texto"), description=lazy_gettext("Puede usar Markdown: **negrita**, listas con guion."))
    responsible = StringField(lazy_gettext("Responsable"))
    indicators = FieldList(FormField(IndicatorForm), max_entries=MOST_ROWS)
    alignments = FieldList(FormField(AlignmentForm), max_entries=MOST_ROWS)
    parent = HiddenField()
    revision = HiddenField()

    def content(self) -> dict[str, Any]:
        """Return what was typed in the shape that the service takes."""
        extra = {name.removeprefix("fields-"): _typed(self[name].data) for name in self._fields if name.startswith("fields-")}
        rows = {
            name: [{key: value for key, value in row.items() if key != "csrf_token"} for row in self[name].data]
            for name in ("indicators", "alignments")
        }
        return {"text": self.text.data, "responsible": self.responsible.data, "fields": extra, **rows}

    def extra(self) -> list[Field]:
        """Return the fields that plugins bring."""
        return [self[name] for name in self._fields if name.startswith("fields-")]


def item_form(
    kinds: Mapping[str, str], fields: Sequence[ItemField], data: Mapping[str, Any] | None = None, *, typed: bool = False
) -> ItemForm:
    """Return the form of an item of a dimension; with `typed` it holds what was sent, else `data`."""
    own: dict[str, Any] = {f"fields-{field.name}": _extra(field) for field in fields}
    made: type[ItemForm] = type("DimensionItemForm", (ItemForm,), {})
    for name, unbound in own.items():
        setattr(made, name, unbound)
    form = made(data=dict(data or {})) if typed else made(formdata=None, data=dict(data or {}))
    form.kind.choices = options(kinds.items())
    return form


def _typed(value: object) -> object:
    """Return several choices as the service takes them: with commas between."""
    return LIST.join(map(str, value)) if isinstance(value, list) else value


def _extra(field: ItemField) -> Any:
    text: dict[str, Any] = {"label": field.label, "description": field.hint}
    if field.required:
        text["validators"] = [_Required()]
    if field.kind == "choice":
        return SelectField(choices=options([("", lazy_gettext("Sin definir")), *field.choices]), validate_choice=False, **text)
    if field.kind == "choices":
        return Several(choices=options(field.choices), validate_choice=False, **text)
    if field.kind == "rows":
        columns = " | ".join(column.label for column in field.columns)
        text["description"] = lazy_gettext("Una fila por línea, así: %(columns)s. %(hint)s", columns=columns, hint=field.hint)
    return TextAreaField(**text) if field.kind in {"textarea", "rows"} else StringField(**text)


class _Required:
    """Says in the form that a field is required; the service enforces it, with everything else that is wrong."""

    field_flags = {"required": True}  # noqa: RUF012 - the name and kind that WTForms reads

    def __call__(self, form: Form, field: Field) -> None:
        """Accept anything."""


def item_data(content: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return an item's content as the data of its form."""
    fields = {f"fields-{name}": value for name, value in content.get("fields", {}).items()}
    return {**{name: content.get(name) for name in ("text", "responsible", "indicators", "alignments")}, **fields, **more}


def show_errors(form: FlaskForm, error: Invalid) -> list[tuple[str, str | None]]:
    """Put an error's sentences beside the fields they name; return those of rows and of no field, for the summary."""
    rest: list[tuple[str, str | None]] = []
    for name, sentence in error.fields.items():
        told = gettext(sentence)
        place, _, more = name.partition("-")
        if name in form:
            form[name].errors = [*form[name].errors, told]
        elif more and place in form:
            row, _, key = more.partition("-")
            field = form[place].entries[int(row)].form[key]
            field.errors = [*field.errors, told]
            rest.append((f"{gettext(ROW_NAMES[place])} {int(row) + 1}: {told}", f"#{field.id}"))
        else:
            rest.append((told, None))
    return rest


ROW_NAMES = {"indicators": N_("Indicador"), "alignments": N_("Alineamiento")}


def dimension_choices(offered: Mapping[str, Dimension], present: Sequence[Any]) -> list[tuple[str, str]]:
    """Return the dimensions to choose from: those on offer, then those of plugins that are gone."""
    gone = [(one.name, one.label) for one in present if one.name not in offered]
    return [(one.name, f"{one.label} ({one.prefix})") for one in offered.values()] + gone
