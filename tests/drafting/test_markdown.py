"""Markdown goes out as paragraphs and comes back letter by letter; what Word corrects by itself is no change."""

import pytest

from plugins.drafting.word.folding import folded, restore, tokens
from plugins.drafting.word.markdown import Para, Run, markdown, paragraphs, returned, written

TEXTS = [
    "",
    "Una línea con **negrita**, *cursiva* y ***ambas***.",
    "Uno\n\nDos\n\nTres",
    "Acciones:\n\n- a\n- b\n  - c\n    - d\n- e\n\n1. x\n2. y\n\nFin",
    "* con asterisco\n* otro __fuerte__ y _suave_",
    "1) uno\n2) dos",
    "7. siete\n8. ocho",
    "- suelta\n\n- lista",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "Antes\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncódigo\n\nmás\n```\n\ndespués",
    "línea uno\nlínea dos\n\n> cita **x**\n> sigue\n\n### Título",
    "a  \nb",
    "a\\\nb",
    "Dice \\*esto\\* y 5 * 3 y nombre_largo_de_campo & más <10 [no enlace]",
    "**a *b* c** y *a **b** c*",
    "[Plan](https://www.gob.pe/x_y_z) y ~~tachado~~ y `código *x*`",
    '[Con título](https://www.gob.pe/ "t")',
    "- uno\n\n  segundo párrafo\n- dos",
    "    código sangrado\n\ntexto",
    "Raro:\n\n\n\ncon tres líneas vacías",
    "a &amp; b &nbsp; c",
    "![imagen](https://www.gob.pe/i.png)",
    "Ñandú qhichwaʼ «comillas» – raya",
    "1\\. no es lista\n\n\\- tampoco",
    "***",
    "Fin **abierto",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_nobody_touched_comes_back_letter_by_letter(text: str) -> None:
    sent, style = paragraphs(text)
    assert markdown(sent, style) == text
    assert returned(text, sent) == text


@pytest.mark.parametrize("text", TEXTS)
def test_the_same_text_without_its_paragraph_styles_is_still_the_same(text: str) -> None:
    """A program that knows no style of ours leaves plain paragraphs where Markdown travelled as it is written, and drops empty ones."""
    sent, _ = paragraphs(text)
    plain = [Para("p", one.runs) if one.kind == "raw" else one for one in sent if one.text.strip()]
    assert returned(text, plain) == text


def test_lists_and_emphasis_become_paragraphs() -> None:
    sent, _ = paragraphs("Hay **dos**:\n\n- una\n  1. otra")
    assert list(sent) == [
        Para("p", (Run("Hay "), Run("dos", "b"), Run(":"))),
        Para("bullet", (Run("una"),)),
        Para("number", (Run("otra"),), 1),
    ]


def test_a_changed_word_changes_that_word_only() -> None:
    text = 'Dijo "sí" - dos veces...\n\n* uno **fuerte**\n* dos'
    read = [
        Para("p", (Run("Dijo “no” – dos veces…"),)),
        Para("bullet", (Run("uno "), Run("fuerte", "b"))),
        Para("bullet", (Run("dos"),)),
        Para("bullet", (Run("tres"),)),
    ]
    assert returned(text, read) == 'Dijo "no" - dos veces...\n\n* uno **fuerte**\n* dos\n* tres'


def test_emphasis_alone_is_a_change() -> None:
    assert returned("uno dos", [Para("p", (Run("uno "), Run("dos", "b")))]) == "uno **dos**"
    assert returned("uno **dos**", [Para("p", (Run("uno dos"),))]) == "uno dos"


def test_words_that_look_like_marks_are_kept_as_words() -> None:
    found = written([Para("p", (Run("- no es lista, 2 * 3 * 4"),)), Para("p", (Run("1. tampoco"),)), Para("p", (Run("# ni título"),))])
    assert found == "\\- no es lista, 2 * 3 * 4\n\n1\\. tampoco\n\n\\# ni título"
    assert [one.kind for one in paragraphs(found)[0]] == ["p", "p", "p"]


def test_how_a_program_cuts_and_pads_runs_says_nothing() -> None:
    read = [Para("p", (Run("Hay "), Run("d", "b"), Run("os ", "b"), Run("", "i"), Run("tareas"), Run(" ", "b")))]
    assert returned("Hay **dos** tareas", read) == "Hay **dos** tareas"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"hola"', "“hola”"),
        ("l'eau", "l’eau"),
        ("a - b -- c", "a – b — c"),
        ("y...", "y…"),
        ("20 %", "20\u00a0%"),
        ("1/2 kilo", "½ kilo"),
        ("a  b", "a b"),
        ("soles", "so\u00adles"),
        ("él", "e\u0301l"),
    ],
)
def test_autocorrections_are_no_change(before: str, after: str) -> None:
    assert folded(before) == folded(after)
    assert restore(before, after) == before


@pytest.mark.parametrize(("before", "after"), [("solo", "sólo"), ("20%", "2%"), ("año", "ano"), ("A", "a"), ("qhichwaʼ", "qhichwa")])
def test_other_letters_are_a_change(before: str, after: str) -> None:
    assert folded(before) != folded(after)


def test_tokens_cover_a_text_without_a_gap() -> None:
    text = "“Uno”…  dos--tres\u00ad ½ → fin\n\n4"
    found = tokens(text)
    assert "".join(text[one.start : one.end] for one in found) == text
    assert [one.folded for one in found if one.folded.strip()] == ['"', "Uno", '"', "...", "dos", "-", "tres", "1/2", "->", "fin", "4"]


def test_a_long_text_is_compared_quickly() -> None:
    words = " ".join(f"palabra{number}" for number in range(20_000))
    assert restore(words, words.replace("palabra7777 ", "otra ")) == words.replace("palabra7777 ", "otra ")
