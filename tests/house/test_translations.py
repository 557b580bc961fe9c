"""English: nothing is missing, what is compiled is what is written, and pages speak it."""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from flask.testing import FlaskClient

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import translations

pytestmark = pytest.mark.once

PARTS = {part.home.name: part for part in translations.parts() if translations.messages(part)}
HELD = re.compile(r"%(?:\(\w+\)[a-z]|%)|</?\w[^>]*>")


def messages(name: str) -> Iterator[Message]:
    """Yield what is translated; the first test tells what is not."""
    return (message for message in translations.read(PARTS[name]) if message.id and all(strings(message.string)))


def strings(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("name", PARTS)
def test_every_sentence_has_its_english(name: str) -> None:
    assert list(translations.missing(PARTS[name])) == []


@pytest.mark.parametrize("name", PARTS)
def test_no_sentence_is_kept_that_nobody_says(name: str) -> None:
    assert {strings(one.id) for one in messages(name)} <= {strings(one) for one in translations.messages(PARTS[name])}


@pytest.mark.parametrize("name", PARTS)
def test_what_is_compiled_is_what_is_written(name: str) -> None:
    part = PARTS[name]
    assert part.po.with_suffix(".mo").read_bytes() == translations.compiled(translations.read(part)), "run scripts/translations.py update"


@pytest.mark.parametrize("name", PARTS)
def test_placeholders_agree(name: str) -> None:
    assert [(message.id, errors) for message, errors in translations.read(PARTS[name]).check() if all(strings(message.string))] == []
    for message in messages(name):
        expected = {frozenset(HELD.findall(one)) for one in strings(message.id)}
        for one in strings(message.string):
            assert frozenset(HELD.findall(one)) in expected, message.id


@pytest.mark.parametrize("name", PARTS)
def test_the_space_around_a_sentence_is_kept(name: str) -> None:
    for message in messages(name):
        for spanish, english in zip(strings(message.id), strings(message.string), strict=True):
            assert re.sub(r"\S.*\S|\S", "", spanish, flags=re.DOTALL) == re.sub(r"\S.*\S|\S", "", english, flags=re.DOTALL), spanish


def test_two_catalogues_say_the_same_of_the_same_sentence() -> None:
    """They are merged into one, where the last would win."""
    said: dict[object, set[object]] = {}
    for name in PARTS:
        for message in messages(name):
            said.setdefault(strings(message.id)[0], set()).add(strings(message.string)[0])
    assert {sentence: english for sentence, english in said.items() if len(english) > 1} == {}


class Page(HTMLParser):
    """The sentences a person sees or hears on a page, and the language of the whole."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.language, self.words, self._silent = "", set[str](), ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "html":
            self.language = values.get("lang") or ""
        if tag in {"script", "style"} or (tag == "button" and values.get("lang")):  # the names of languages are their own
            self._silent = tag
        self.words |= {str(values[name]) for name in ("aria-label", "alt", "title", "placeholder") if values.get(name)}

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""

    def handle_data(self, data: str) -> None:
        if re.search(r"\w", data) and not self._silent:
            self.words.add(" ".join(data.split()).removesuffix(" – Rúbrica"))


ENGLISH = {
    "/": "An agenda in full view",
    "/agendas": "There are no published agendas yet",
    "/entrar": "Sign in with a passkey",
    "/verificar": "Find the document",
    "/compromisos": "No signing process has been opened yet",
}


@pytest.mark.parametrize("address", ENGLISH)
def test_a_page_in_english_has_no_spanish(client: FlaskClient, address: str) -> None:
    spanish = Page(client.get(address).text)
    assert spanish.language == "es-PE"
    client.set_cookie("idioma", "en")
    page = Page(client.get(address).text)
    assert page.language == "en"
    assert ENGLISH[address] in page.words
    catalogues = [message for name in PARTS for message in messages(name)]
    english = {one for message in catalogues for one in strings(message.string)}
    assert page.words & ({one for message in catalogues for one in strings(message.id)} - english) == set()
    assert page.words & spanish.words <= english | {"Rúbrica"}, "words that no catalogue knows"


def test_a_language_that_is_not_spoken_is_spanish(client: FlaskClient) -> None:
    client.set_cookie("idioma", "qu")
    assert Page(client.get("/").text).language == "es-PE"
