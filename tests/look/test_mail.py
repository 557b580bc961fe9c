"""A mail is one table of 600 px with inline styles and no image, far from the size at which it would be clipped."""

import re
from datetime import datetime

import jinja2

HTML = (
    '{% extends "mail/base.html" %}{% from "macros/mail.html" import heading, para, button, facts, code, fine %}'
    "{% block title %}Invitación{% endblock %}{% block content %}"
    '{{ heading("La Mesa le invita") }}{% call para() %}Tiene hasta el {{ at | fecha_hora }}.{% endcall %}'
    '{{ facts([("Organización", name)]) }}{{ button("https://portal.example/entrar/abc", "Abrir la invitación") }}{{ code("482 913") }}{{ fine("Vence en 7 días.") }}{% endblock %}'
)
TEXT = '{% extends "mail/base.txt" %}{% block content %}Abra la invitación:\nhttps://portal.example/entrar/abc{% endblock %}'


def test_the_html_mail_is_light_and_fetches_nothing(env: jinja2.Environment, noon: datetime) -> None:

    html = env.from_string(HTML).render(at=noon, name="<b>Muestra</b>", public_url="https://portal.example")
    assert len(html.encode()) < 30_000
    assert re.findall(r"<img|<style|<link|<script|url\(|@import|background=", html) == []
    assert re.findall(r'width="600"', html) == ['width="600"']
    assert html.count("Abrir la invitación</a>") == 1
    assert "10:32 (hora de Lima)" in html
    assert "&lt;b&gt;Muestra&lt;/b&gt;" in html


def test_the_plain_mail_keeps_the_address_on_its_own_line(env: jinja2.Environment) -> None:
    text = env.from_string(TEXT).render(public_url="https://portal.example")
    assert "https://portal.example/entrar/abc" in text.splitlines()
    assert "<" not in text
