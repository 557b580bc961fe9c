"""Whatever is done to a signed file afterwards is refused, and for the right reason; the honest file beside it is valid."""

import io
import re
from collections.abc import Callable

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields as hanko_fields
from pyhanko.sign.fields import MDPPerm, SigFieldSpec
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import TextStampStyle

from plugins.commitments.signing.authority import Authority
from tests.commitments.signing.kit import Instrument, Outside, base_pdf, codes_of, look, sign_outside

Attack = Callable[[IncrementalPdfFileWriter], None]


def update(pdf: bytes, attack: Attack) -> bytes:
    """An incremental update that no signature covers."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    attack(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _page(writer: IncrementalPdfFileWriter, number: int = 0) -> generic.DictionaryObject:
    return writer.find_page_for_modification(number)[0].get_object()


def add_page(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    page = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Page"),
            pdf_name("/Parent"): writer.root.raw_get("/Pages"),
            pdf_name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))),
        }
    )
    pages["/Kids"].append(writer.add_object(page))
    pages["/Count"] = generic.NumberObject(pages["/Count"] + 1)
    writer.update_container(pages["/Kids"])
    writer.update_container(pages)


def remove_page(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    del pages["/Kids"][0]
    pages["/Count"] = generic.NumberObject(pages["/Count"] - 1)
    writer.update_container(pages["/Kids"])
    writer.update_container(pages)


def replace_page_content(writer: IncrementalPdfFileWriter) -> None:
    page = _page(writer)
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 500 500 re f"))
    writer.update_container(page)


def overwrite_content_stream(writer: IncrementalPdfFileWriter) -> None:
    contents = _page(writer)["/Contents"]
    stream = contents[0].get_object() if isinstance(contents, generic.ArrayObject) else contents
    stream._data = b"0 0 500 500 re f"
    stream._encoded_data = None
    stream.pop("/Filter", None)
    writer.update_container(stream)


def add_annotation(writer: IncrementalPdfFileWriter) -> None:
    page = _page(writer)
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 100, 300, 200))),
            pdf_name("/Contents"): pdf_string("otra cosa"),
        }
    )
    notes = page.setdefault(pdf_name("/Annots"), generic.ArrayObject())
    notes.get_object().append(writer.add_object(note))
    writer.update_container(page)
    if isinstance(page.raw_get("/Annots"), generic.IndirectObject):
        writer.update_container(page["/Annots"])


def move_a_signed_slot(writer: IncrementalPdfFileWriter) -> None:
    field = _field(writer, "firma-1")
    field["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 500, 700)))
    writer.update_container(field)


def swap_a_signed_appearance(writer: IncrementalPdfFileWriter) -> None:
    field = _field(writer, "firma-1")
    field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(_drawing())})
    writer.update_container(field)


def overwrite_a_signed_appearance(writer: IncrementalPdfFileWriter) -> None:
    stream = _field(writer, "firma-1")["/AP"]["/N"]
    stream._data = b"0 0 50 50 re f"
    stream._encoded_data = None
    stream.pop("/Filter", None)
    writer.update_container(stream)


def swap_a_waiting_appearance(writer: IncrementalPdfFileWriter) -> None:
    field = _field(writer, "firma-3")
    field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(_drawing())})
    writer.update_container(field)


def rename_the_signer(writer: IncrementalPdfFileWriter) -> None:
    field = _field(writer, "firma-1")
    field["/TU"] = pdf_string("Firma de otra persona")
    writer.update_container(field)


def take_a_signature_out(writer: IncrementalPdfFileWriter) -> None:
    field = _field(writer, "firma-1")
    del field["/V"]
    writer.update_container(field)


def drop_the_form(writer: IncrementalPdfFileWriter) -> None:
    del writer.root["/AcroForm"]
    writer.update_root()


def replace_a_font(writer: IncrementalPdfFileWriter) -> None:
    font = writer.root["/AcroForm"]["/DR"]["/Font"]["/RbRegular"]
    font["/BaseFont"] = pdf_name("/Helvetica")
    writer.update_container(font)


def retitle(writer: IncrementalPdfFileWriter) -> None:
    info = writer.trailer["/Info"]
    info["/Title"] = pdf_string("Otro compromiso")
    writer.update_container(info)


def open_with_an_action(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/OpenAction"] = generic.DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("1")})
    writer.update_root()


def replace_an_attachment(writer: IncrementalPdfFileWriter) -> None:
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    stream = names[1].get_object()["/EF"]["/F"]
    stream._data = b'{"agenda":2}'
    stream._encoded_data = None
    stream.pop("/Filter", None)
    writer.update_container(stream)


def add_an_empty_visible_field(writer: IncrementalPdfFileWriter) -> None:
    hanko_fields.append_signature_field(writer, SigFieldSpec("otra", box=(0, 0, 500, 700)))


def add_a_text_field(writer: IncrementalPdfFileWriter) -> None:
    field = generic.DictionaryObject({pdf_name("/FT"): pdf_name("/Tx"), pdf_name("/T"): pdf_string("texto")})
    writer.root["/AcroForm"]["/Fields"].append(writer.add_object(field))
    writer.update_container(writer.root["/AcroForm"]["/Fields"])


def _field(writer: IncrementalPdfFileWriter, name: str) -> generic.DictionaryObject:
    return next(field.get_object() for field in writer.root["/AcroForm"]["/Fields"] if field.get_object()["/T"] == name)


def _drawing() -> generic.StreamObject:
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 100, 100)))
    shape = {pdf_name("/Type"): pdf_name("/XObject"), pdf_name("/Subtype"): pdf_name("/Form"), pdf_name("/BBox"): box}
    return generic.StreamObject(shape, stream_data=b"0 0 100 100 re f")


ATTACKS = [
    add_page,
    remove_page,
    replace_page_content,
    overwrite_content_stream,
    add_annotation,
    move_a_signed_slot,
    swap_a_signed_appearance,
    overwrite_a_signed_appearance,
    swap_a_waiting_appearance,
    rename_the_signer,
    take_a_signature_out,
    replace_a_font,
    retitle,
    open_with_an_action,
    replace_an_attachment,
    add_an_empty_visible_field,
    add_a_text_field,
]


ALSO = {
    move_a_signed_slot: {"overlay"},
    add_an_empty_visible_field: {"overlay"},
    take_a_signature_out: {"signature_removed"},
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_change_after_signing_is_refused(waiting: Instrument, attack: Attack) -> None:
    assert look(waiting.latest, waiting.authority).verdict == "valid"
    also = ALSO.get(attack, set())
    found = look(update(waiting.latest, attack), waiting.authority)
    assert (found.verdict, codes_of(found)) == ("altered", {"changed_after", "appended"} | also)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_later_signature_does_not_launder_the_change(waiting: Instrument, outside: Outside, attack: Attack) -> None:
    """The accomplice holds a trusted certificate and signs the changed file in a reserved field."""
    also = ALSO.get(attack, set())
    changed = update(waiting.latest, attack)
    found = look(sign_outside(changed, outside.person, field="firma-2"), waiting.authority, outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("altered", {"changed_after"} | also)


def test_honest_signing_by_the_same_outsider_is_valid(waiting: Instrument, outside: Outside) -> None:
    found = look(sign_outside(waiting.latest, outside.person, field="firma-2"), waiting.authority, outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("valid", set())


def test_a_form_taken_away_does_not_make_the_file_look_unsigned(waiting: Instrument) -> None:
    found = look(update(waiting.latest, drop_the_form), waiting.authority)
    assert (found.verdict, codes_of(found)) == ("altered", {"signature_removed"})


@pytest.mark.parametrize("tail", [b"\n", b" ", b"%", b"\0" * 10, b"%%EOF\n", b"startxref\n0\n%%EOF\n", b"%PDF-1.7\nhola"])
def test_appended_bytes_are_refused(instrument: Instrument, tail: bytes) -> None:
    found = look(instrument.latest + tail, instrument.authority)
    assert found.verdict in {"altered", "unverifiable"}
    if found.verdict == "altered":
        assert codes_of(found) - {"damaged"} == {"appended"}


@pytest.mark.parametrize("tail", [b"%%EOF\n", b"\n4 0 obj\n<</Type/Page>>\nendobj\n%%EOF\n"])
def test_objects_appended_without_a_table_are_said_to_be_appended(instrument: Instrument, tail: bytes) -> None:
    """A lenient reader rebuilds the table and shows them; a strict one cannot open the file."""
    found = look(instrument.latest + tail, instrument.authority)
    assert (found.verdict, codes_of(found)) == ("altered", {"appended", "damaged"})


def test_evidence_added_to_a_file_in_which_an_object_was_freed_is_valid(outside: Outside) -> None:
    """The first table may free numbers that nothing uses, as several producers do."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>",
    ]
    pdf, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"xref\n0 5\n0000000004 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places) + b"0000000000 65535 f \n"
    pdf += table + b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(pdf)
    out = io.BytesIO(sign_outside(pdf, outside.person, field="uno", strict=False))
    DocumentSecurityStore.add_dss(output_stream=out, sig_contents=None, certs=[outside.root.asn1], crls=[], ocsps=[])
    found = look(out.getvalue(), outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("valid", set())


def test_an_empty_update_is_refused(instrument: Instrument) -> None:
    found = look(update(instrument.latest, lambda writer: writer.update_root()), instrument.authority)
    assert (found.verdict, codes_of(found)) == ("altered", {"appended"})


def _text_form() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(base_pdf())) as document:
        page = document.pages[0].obj
        drawing = document.make_stream(b"q Q")
        drawing.Type, drawing.Subtype, drawing.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, pikepdf.Array([0, 0, 200, 30])
        field = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T="monto",
                V="mil",
                F=4,
                Rect=[100, 300, 300, 330],
                AP=pikepdf.Dictionary(N=drawing),
            )
        )
        page.Annots = pikepdf.Array([field])
        document.Root.AcroForm = document.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array([field])))
        document.save(out)
    return out.getvalue()


def test_a_shadow_replace_of_an_unlocked_text_field_is_refused(outside: Outside) -> None:
    signed = sign_outside(_text_form(), outside.person, field="uno")
    assert look(signed, outside.root.asn1).verdict == "valid"

    def replace(writer: IncrementalPdfFileWriter) -> None:
        field = _field(writer, "monto")
        field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(_drawing())})
        writer.update_container(field)

    def fill(writer: IncrementalPdfFileWriter) -> None:
        field = _field(writer, "monto")
        field["/V"] = pdf_string("un millón")
        writer.update_container(field)

    for attack in (replace, fill):
        found = look(sign_outside(update(signed, attack), outside.other, field="dos"), outside.root.asn1)
        assert (found.verdict, codes_of(found)) == ("altered", {"changed_after"})


def test_a_shadow_hide_is_refused(outside: Outside) -> None:
    """The picture that hides the true text is there when the victim signs, and is taken away later."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(base_pdf())) as document:
        page = document.pages[0]
        cover = document.make_stream(b"1 1 1 rg 0 0 1 1 re f")
        cover.Type, cover.Subtype, cover.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, pikepdf.Array([0, 0, 1, 1])
        page.Resources.XObject = pikepdf.Dictionary(Cover=cover)
        page.contents_add(document.make_stream(b"q 595 0 0 842 0 0 cm /Cover Do Q"))
        document.save(out)
    signed = sign_outside(out.getvalue(), outside.person, field="uno")
    assert look(signed, outside.root.asn1).verdict == "valid"

    def uncover(writer: IncrementalPdfFileWriter) -> None:
        resources = _page(writer)["/Resources"]
        cover = resources["/XObject"]["/Cover"]
        cover["/BBox"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 0, 0)))
        writer.update_container(cover)

    changed = update(signed, uncover)
    assert codes_of(look(changed, outside.root.asn1)) == {"changed_after", "appended"}
    found = look(sign_outside(changed, outside.other, field="dos"), outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("altered", {"changed_after"})


SNEAKY = TextStampStyle(stamp_text="El compromiso queda sin efecto", background=None)


def test_a_full_page_signature_is_refused_on_certified_files_and_on_others(
    authority: Authority, outside: Outside, waiting: Instrument
) -> None:
    found = look(
        sign_outside(waiting.latest, outside.person, field="otra", box=(0, 0, 595, 842), style=SNEAKY),
        authority,
        outside.root.asn1,
    )
    assert (found.verdict, codes_of(found)) == ("altered", {"changed_after", "overlay"})
    first = sign_outside(base_pdf(), outside.other, field="uno", box=(100, 60, 300, 130), page=1)
    found = look(sign_outside(first, outside.person, field="otra", box=(0, 0, 595, 842), style=SNEAKY), outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("altered", {"overlay"})


def test_a_small_signature_over_text_or_over_another_signature_is_refused(outside: Outside) -> None:
    first = sign_outside(base_pdf(), outside.other, field="uno", box=(100, 60, 300, 130), page=0)
    over_text = sign_outside(first, outside.person, field="dos", box=(80, 680, 560, 760), style=SNEAKY)
    found = look(over_text, outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("altered", {"overlay"})
    assert "letters" in found.reasons[0].detail
    over_signature = sign_outside(first, outside.person, field="dos", box=(90, 50, 310, 140), style=SNEAKY)
    found = look(over_signature, outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("altered", {"overlay"})
    assert "signature in uno" in found.reasons[0].detail
    beside = sign_outside(first, outside.person, field="dos", box=(320, 60, 520, 130), style=SNEAKY)
    assert look(beside, outside.root.asn1).verdict == "valid"


@pytest.mark.parametrize("level", [MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_certified_then_changed_is_refused_at_every_level(outside: Outside, level: MDPPerm) -> None:
    certified = sign_outside(base_pdf(), outside.person, field="uno", certify=True, docmdp_permissions=level)
    assert look(certified, outside.root.asn1).verdict == "valid"
    found = look(update(certified, add_annotation), outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("altered", {"changed_after", "appended"})


def test_certified_against_any_change_refuses_even_another_signature(outside: Outside) -> None:
    certified = sign_outside(base_pdf(), outside.person, field="uno", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    writer = IncrementalPdfFileWriter(io.BytesIO(certified))
    hanko_fields.append_signature_field(writer, SigFieldSpec("dos"))
    out = io.BytesIO()
    writer.write(out)
    from pyhanko.sign import signers

    worker = signers.PdfSigner(signers.PdfSignatureMetadata(field_name="dos"), signer=outside.other.signer())
    worker._enforce_certification_constraints = lambda _reader: None  # type: ignore[method-assign]
    signed = worker.sign_pdf(IncrementalPdfFileWriter(out)).getbuffer().tobytes()
    found = look(signed, outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("altered", {"changed_after"})


def test_an_object_that_the_signed_page_points_to_cannot_be_supplied_later(outside: Outside) -> None:
    """The page names a drawing that does not exist yet; the update that defines it would look like a new, unused object."""
    signed = sign_outside(_page_with_a_promise(), outside.person, field="uno")
    assert look(signed, outside.root.asn1).verdict == "valid"
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    while writer.allocate_placeholder().reference.idnum < 899:
        pass
    drawing = generic.StreamObject(stream_data=b"0 0 500 700 re f")
    assert writer.add_object(drawing).idnum == 900
    out = io.BytesIO()
    writer.write(out)
    changed = out.getvalue()
    assert codes_of(look(changed, outside.root.asn1)) == {"changed_after", "appended"}
    found = look(sign_outside(changed, outside.other, field="dos"), outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("altered", {"changed_after"})


def _page_with_a_promise() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(base_pdf())) as document:
        page = document.pages[0].obj
        contents = document.make_indirect(page.Contents) if not isinstance(page.Contents, pikepdf.Array) else page.Contents[0]
        page.Contents = pikepdf.Array([contents, document.make_stream(b"PROMISE")])
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    pdf = out.getvalue()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        number = document.pages[0].obj.Contents[1].objgen[0]
    array = re.search(rb"\[ \d+ 0 R %d 0 R \]" % number, pdf)
    assert array is not None
    promised = array.group().replace(b"%d 0 R ]" % number, b"900 0 R]")
    assert len(promised) <= len(array.group())
    return pdf.replace(array.group(), promised.ljust(len(array.group())))
