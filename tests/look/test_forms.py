"""The form macros draw every kind of WTForms field with its label, hint and error tied to the control."""

import re

import jinja2
import pytest
import wtforms as w
from wtforms.validators import InputRequired

IMPORT = '{% from "macros/forms.html" import post_form, field, error_summary, post_button, stance_radios, file_drop %}'
STANCES = [("suscribe", "Suscribe"), ("observa", "Suscribe con observación"), ("no", "No suscribe"), ("sin", "Sin pronunciamiento")]


class Sample(w.Form):
    """One field of each kind."""

    text = w.StringField("Nombre", [InputRequired("Escriba su nombre.")], description="Como figura en su DNI.")
    email = w.EmailField("Correo")
    area = w.TextAreaField("Observación")
    choice = w.SelectField("Etapa", choices=[("a", "Primera")])
    radio = w.RadioField("Calidad", [InputRequired("Elija su calidad.")], choices=[("c", "Candidato/a"), ("p", "Personero/a")])
    boxes = w.SelectMultipleField(
        "Dimensiones",
        choices=[("s", "Social"), ("e", "Económica")],
        widget=w.widgets.ListWidget(prefix_label=False),
        option_widget=w.widgets.CheckboxInput(),
    )
    agree = w.BooleanField("Acepto")
    day = w.DateField("Fecha")
    file = w.FileField("Archivo")
    secret = w.PasswordField("Contraseña")
    count = w.IntegerField("Cantidad", [w.validators.Optional()])


def drawn(env: jinja2.Environment, body: str, **context: object) -> str:
    """Return `body` rendered with the form macros at hand."""
    return env.from_string(IMPORT + body).render(**context)


@pytest.mark.parametrize("name", ["text", "email", "area", "choice", "day", "file", "secret", "count", "agree"])
def test_a_control_has_its_own_label(env: jinja2.Environment, name: str) -> None:
    html = drawn(env, "{{ field(form[name]) }}", form=Sample(), name=name)
    assert html.count(f'<label for="{name}">') == 1
    assert html.count(f' id="{name}"') == 1


@pytest.mark.parametrize("name", ["radio", "boxes"])
def test_a_group_has_a_legend_and_a_label_for_each_choice(env: jinja2.Environment, name: str) -> None:
    html = drawn(env, "{{ field(form[name]) }}", form=Sample(), name=name)
    assert html.count("<legend>") == 1
    assert re.findall(r'<label for="([^"]+)"', html) == [f"{name}-0", f"{name}-1"]


def test_the_hint_and_the_error_are_read_with_the_control(env: jinja2.Environment) -> None:
    form = Sample(data={"choice": "a"})
    form.validate()
    html = drawn(env, "{{ field(form.text) }}", form=form)
    assert 'aria-describedby="text-hint text-error"' in html
    assert '<p class="hint" id="text-hint">Como figura en su DNI.</p>' in html
    assert re.search(r'id="text-error">.*Escriba su nombre\.', html, re.DOTALL)
    assert 'aria-invalid="true"' in html


def test_attributes_go_on_the_control(env: jinja2.Environment) -> None:
    html = drawn(env, '{{ field(form.text, inputmode="numeric", autocomplete="one-time-code", width="xs") }}', form=Sample())
    control = re.search(r"<input[^>]*>", html)
    assert control is not None
    assert 'inputmode="numeric"' in control[0]
    assert 'autocomplete="one-time-code"' in control[0]
    assert 'class="control control-xs"' in control[0]


def test_only_what_may_be_left_empty_says_so(env: jinja2.Environment) -> None:
    html = drawn(
        env,
        "{{ field(form.text) }}|{{ field(form.email) }}|{{ field(form.choice) }}|{{ field(form.email, optional=false) }}",
        form=Sample(),
    )
    assert ["(opcional)" in part for part in html.split("|")] == [False, True, False, False]


def test_the_summary_leads_to_each_mistake(env: jinja2.Environment) -> None:
    form = Sample(data={"choice": "a"})
    form.validate()
    html = drawn(env, "{{ error_summary(form, [('El código no coincide.', '#code')]) }}", form=form)
    assert re.findall(r'<a href="([^"]+)">([^<]+)</a>', html) == [
        ("#text", "Escriba su nombre."),
        ("#radio-0", "Elija su calidad."),
        ("#code", "El código no coincide."),
    ]
    assert "Hay 3 datos por corregir" in html
    assert not drawn(env, "{{ error_summary(form) }}", form=Sample())


def test_a_form_that_acts_carries_the_token_once(env: jinja2.Environment) -> None:
    html = drawn(env, '{% call post_form("/x", upload=true, fields={"step": 2}) %}dentro{% endcall %}')
    assert html.count('name="csrf_token" value="the-token"') == 1
    assert '<input type="hidden" name="step" value="2">' in html
    assert 'enctype="multipart/form-data"' in html
    button = drawn(env, '{{ post_button("/y", "Reintentar", about="el correo") }}')
    assert button.count('name="csrf_token" value="the-token"') == 1
    assert 'Reintentar<span class="visually-hidden"> el correo</span>' in button


def test_no_stance_is_chosen_and_all_four_look_alike(env: jinja2.Environment) -> None:
    html = drawn(env, '{{ stance_radios("s", "Su posición", choices) }}', choices=STANCES)
    assert "checked" not in html
    assert re.findall(r'value="([^"]+)"', html) == ["suscribe", "observa", "no", "sin"]
    assert len(set(re.findall(r'<div class="([^"]+)"><input', html))) == 1


def test_a_saved_stance_is_chosen(env: jinja2.Environment) -> None:
    html = drawn(env, '{{ stance_radios("s", "Su posición", choices, value="no") }}', choices=STANCES)
    assert re.findall(r'value="([^"]+)" checked', html) == ["no"]


def test_what_people_typed_is_never_markup(env: jinja2.Environment) -> None:
    form = Sample(data={"text": '"><script>alert(1)</script>'})
    html = drawn(env, "{{ field(form.text) }}{{ stance_radios('s', legend, []) }}", form=form, legend="<b>")
    assert "<script>" not in html
    assert "<b>" not in html
