"""A draft goes out to Word and comes back: what nobody changed is no suggestion, what somebody changed is exactly that one."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.documents.canonical import sha256
from portal.errors import Invalid

from . import word
from .conftest import LIST, TEXT, Desk
from .word import Edited

pytestmark = [pytest.mark.settings(plugins=("social", "economica", "ambiental", "drafting")), pytest.mark.once]

UNTOUCHED = {
    "as it went out": lambda data: data,
    "saved by python-docx": lambda data: Edited(data).done(),
    "saved by Word": word.as_word_saves,
    "autocorrected": word.curled,
    "without bookmarks and manifest": word.without_anchors,
    "inside content controls": word.wrapped,
    "all of it": lambda data: word.wrapped(word.curled(word.as_word_saves(data))),
}


@pytest.mark.parametrize("way", UNTOUCHED, ids=[name.replace(" ", "-") for name in UNTOUCHED])
def test_an_unchanged_file_makes_no_suggestion(desk: Desk, codes: list[str], way: str) -> None:
    made = desk.receive(UNTOUCHED[way](desk.export()))
    assert desk.proposed(made) == {}
    assert made.reading["same"] == len(codes)
    assert (made.reading["missing"], [one.text for one in made.loose]) == ([], [])
    assert len(made.reading["told"]) == (1 if way.startswith("without") else 0)


def test_three_edited_items_make_exactly_three_suggestions_word_by_word(desk: Desk, codes: list[str]) -> None:
    first, second, third = codes[:3]
    file = Edited(desk.export())
    file.replace(first, "anem", "desnutrición y la anem")
    file.replace(second, "ternas", "ternas nuevas")
    file.replace(third, "Entidad", "Oficina", "Responsable")
    made = desk.receive(word.curled(word.as_word_saves(file.done())))
    assert desk.proposed(made) == {
        first: {"text": TEXT.replace("anemia", "desnutrición y la anemia")},
        second: {"text": LIST.replace("cisternas", "cisternas nuevas")},
        third: {"responsible": "Oficina de muestra"},
    }
    assert (made.reading["same"], made.reading["told"], made.loose) == (len(codes) - 3, [], [])


def test_the_original_file_is_kept(desk: Desk) -> None:
    data = desk.export()
    made = desk.receive(data)
    assert made.sha256 == sha256(data)
    assert desk.portal.store.get(made.sha256) == data


def test_own_fields_and_indicators_come_back(desk: Desk, codes: list[str]) -> None:
    code = next(one for one in codes if one.startswith("AMB") and "." in one)
    before = desk.item(code).content
    file = Edited(desk.export())
    file.replace(code, "Meta: 45", "Meta: 40", "Indicador 1")
    file.replace(code, "Decisiones", "Decisiones", "Alineamientos")
    label = next(one.label for one in desk.portal.registry.item_fields("ambiental") if one.name == "cuenca")
    other = next(
        words
        for value, words in next(one for one in desk.portal.registry.item_fields("ambiental") if one.name == "cuenca").choices
        if value != before["fields"]["cuenca"]
    )
    text = file.words(code, label)[0]
    next(text.iter(word.W + "t")).text = other
    found = desk.proposed(desk.receive(file.done()))[code]
    assert found["indicators"] == [{**before["indicators"][0], "target": "40"}]
    assert sorted(found) == ["fields", "indicators"]
    assert {name for name in found["fields"] if found["fields"][name] != before["fields"].get(name)} == {"cuenca"}


def test_what_a_field_cannot_hold_is_said_and_the_rest_still_comes_in(desk: Desk, codes: list[str]) -> None:
    code = [one for one in codes if one.startswith("AMB") and "." in one][1]
    file = Edited(desk.export())
    file.replace(code, "Meta: 45", "Meta: mucho", "Indicador 1")
    file.replace(code, "ODS 16.7", "ODS 99.9", "Alineamientos")
    file.replace(code, "Texto de", "Escrito de")
    made = desk.receive(file.done())
    assert list(desk.proposed(made)[code]) == ["text"]
    said = [one["sentence"] % one["params"] for one in made.reading["told"]]
    assert said == [
        "El alineamiento «ODS 99.9: Decisiones inclusivas» se agrega o se corrige en el portal.",
        f"En {code} no se puede usar lo escrito en «Indicadores»: Escriba una cifra, por ejemplo 55.8.",
    ]


def test_deleted_items_are_reported_and_never_deleted(desk: Desk, codes: list[str]) -> None:
    file = Edited(desk.export())
    file.delete_item(codes[0])
    file.delete_item(codes[5])
    row = file.row(codes[3], "Responsable")
    row.getparent().remove(row)
    for paragraph in file.words(codes[4])[:1]:
        for run in list(paragraph.iter(word.W + "r")):
            run.getparent().remove(run)
    made = desk.receive(file.done())
    assert sorted(made.reading["missing"]) == [codes[0], codes[5]]
    assert desk.proposed(made) == {}
    assert sorted(one["sentence"] % one["params"] for one in made.reading["told"]) == [
        f"El texto de {codes[4]} quedó vacío: un punto no se retira desde Word, así que se dejó como estaba.",
        f"En {codes[3]} falta la fila «Responsable»: se dejó como estaba.",
    ]
    assert not desk.item(codes[0]).retired


def test_text_of_no_item_is_kept_for_whoever_makes_an_item_of_it(desk: Desk, codes: list[str]) -> None:
    file = Edited(desk.export())
    file.table_after(codes[2], [["Año", "Meta"], ["2027", "10 | 12"]])
    file.paragraph_after(codes[1], "", xml="<w:r><w:rPr><w:b/></w:rPr><w:t>Punto</w:t></w:r><w:r><w:t> nuevo: riego.</w:t></w:r>")
    made = desk.receive(file.done())
    assert [(one.near, one.text) for one in made.loose] == [
        (codes[1], "**Punto** nuevo: riego."),
        (codes[2], "| Año | Meta |\n| --- | --- |\n| 2027 | 10 \\| 12 |"),
    ]
    assert desk.proposed(made) == {}


def test_tracked_changes_are_read_as_accepted_and_comments_reported(desk: Desk, codes: list[str]) -> None:
    file = Edited(desk.export())
    [paragraph] = file.words(codes[0])
    run = next(one for one in paragraph.iter(word.W + "r") if "anemia" in "".join(one.itertext()))
    text = "".join(one.text for one in run.iter(word.W + "t"))
    before, after = text.split("anemia")
    xml = (
        f"<w:p {word.nsdecls('w')}><w:r><w:t xml:space='preserve'>{before}</w:t></w:r>"
        "<w:del w:id='90' w:author='Muestra'><w:r><w:delText>anemia</w:delText></w:r></w:del>"
        "<w:ins w:id='91' w:author='Muestra'><w:r><w:t>desnutrición</w:t></w:r></w:ins>"
        f"<w:commentRangeStart w:id='0'/><w:r><w:t xml:space='preserve'>{after}</w:t></w:r><w:commentRangeEnd w:id='0'/></w:p>"
    )
    new = word.parse_xml(xml)
    for one in list(new):
        run.addprevious(one)
    paragraph.remove(run)
    comments = f"<w:comments xmlns:w='{word.W[1:-1]}'><w:comment w:id='0' w:author='Persona de muestra'><w:p><w:r><w:t>¿Y las metas?</w:t></w:r></w:p></w:comment></w:comments>"
    found = word.parts(file.done())
    found["word/comments.xml"] = comments.encode()
    made = desk.receive(word.packed(found))
    assert desk.proposed(made) == {codes[0]: {"text": TEXT.replace("anemia", "desnutrición")}}
    assert (made.reading["inserted"], made.reading["deleted"]) == (1, 1)
    assert made.reading["comments"] == [{"code": codes[0], "author": "Persona de muestra", "text": "¿Y las metas?"}]


def test_a_frozen_version_goes_out_and_comes_back_against_itself(desk: Desk, codes: list[str]) -> None:
    version = desk.freeze()
    desk.edit(codes[0], text="Otro texto desde entonces.")
    data = desk.export(version=version)
    assert desk.proposed(desk.receive(data)) == {}
    file = Edited(data)
    file.replace(codes[0], "anem", "gran anem")
    file.replace(codes[1], "ternas", "ternas nuevas")
    made = desk.receive(file.done())
    assert desk.proposed(made) == {
        codes[0]: {"text": TEXT.replace("anemia", "gran anemia")},
        codes[1]: {"text": LIST.replace("cisternas", "cisternas nuevas")},
    }
    assert [one["moved"] for one in made.reading["changes"]] == [True, False]


def test_one_dimension_alone_misses_nothing_of_the_others(desk: Desk, codes: list[str]) -> None:
    made = desk.receive(desk.export(dimension="social"))
    assert (made.reading["missing"], made.reading["same"]) == ([], sum(one.startswith("SOC") for one in codes))


def test_a_file_that_left_before_the_draft_changed_is_read_against_what_it_said(desk: Desk, codes: list[str]) -> None:
    """An old file, unchanged, undoes nothing that was written since; what the draft says already is no suggestion."""
    data = desk.export()
    desk.edit(codes[0], text="Escrito después de exportar.")
    assert desk.proposed(desk.receive(data)) == {}
    file = Edited(data)
    file.replace(codes[1], "ternas", "ternas nuevas")
    desk.edit(codes[1], text=LIST.replace("cisternas", "cisternas nuevas"))
    made = desk.receive(file.done())
    assert (made.reading["changes"], made.reading["already"]) == ([], [codes[1]])


def test_a_file_of_another_agenda_is_refused(desk: Desk, make_desk: Callable[..., Desk]) -> None:
    other = make_desk(code="APU-X")
    with pytest.raises(Invalid) as refused:
        desk.receive(other.export())
    assert refused.value.fields == {"file": "Este archivo salió de otra agenda. Súbalo en la agenda a la que pertenece."}


def test_a_document_of_ones_own_is_kept_as_loose_text(desk: Desk) -> None:
    own = word.Document()
    own.add_paragraph("Propuesta de la comisión.")
    out = Edited.__new__(Edited)
    out.document = own
    made = desk.receive(out.done())
    assert [one.text for one in made.loose] == ["Propuesta de la comisión."]
    assert (made.reading["changes"], made.reading["missing"]) == ([], [])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice on this machine (soffice): apt-get install libreoffice-writer")
def test_a_file_that_libreoffice_saved_again(desk: Desk, codes: list[str], tmp_path: Path) -> None:
    file = Edited(desk.export())
    file.replace(codes[1], "ternas", "ternas nuevas")
    for name, data in (("igual.docx", desk.export()), ("cambiado.docx", file.done())):
        (tmp_path / name).write_bytes(data)
    saved = tmp_path / "saved"
    command = ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to", "docx:MS Word 2007 XML"]
    names = [str(tmp_path / name) for name in ("igual.docx", "cambiado.docx")]
    subprocess.run([*command, "--outdir", str(saved), *names], check=True, capture_output=True, timeout=120)
    same, changed = ((saved / name).read_bytes() for name in ("igual.docx", "cambiado.docx"))
    made = desk.receive(same)
    assert (desk.proposed(made), made.reading["missing"], made.loose, made.reading["told"]) == ({}, [], [], [])
    assert desk.proposed(desk.receive(changed)) == {codes[1]: {"text": LIST.replace("cisternas", "cisternas nuevas")}}
