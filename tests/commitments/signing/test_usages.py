"""The paths to an object, found for that object alone: what pyHanko finds among the paths to all objects."""

import io

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils.generic import IndirectObject, Reference
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from plugins.commitments.signing import policy
from plugins.commitments.signing.authority import Authority
from plugins.commitments.signing.usages import Usages
from tests.commitments.signing.kit import Outside, issue, sign_outside

PAGES = 30


def shared(pdf: bytes) -> bytes:
    """Add pages that share drawings with fonts within drawings, point to each other, and stand in a structure tree of two levels."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        font = document.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Widths=Array([500] * 200)))
        drawings = Dictionary()
        for number in range(20):
            form = document.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
            form.Resources = Dictionary(Font=Dictionary(F=font))
            drawings[f"/X{number}"] = form
        for _ in range(PAGES):
            document.add_blank_page().obj.Resources = Dictionary(XObject=drawings, Font=Dictionary(F=font))
        pages = [page.obj for page in document.pages]
        tree = document.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array()))
        part = document.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Part, P=tree, K=Array()))
        tree.K.append(part)
        for page, following in zip(pages, [*pages[1:], pages[0]], strict=True):
            page.Annots = Array(
                [*page.get("/Annots", []), Dictionary(Type=Name.Annot, Subtype=Name.Link, Dest=Array([following, Name.Fit]))]
            )
            part.K.append(document.make_indirect(Dictionary(S=Name.P, P=part, Pg=page, K=0)))
        document.Root.StructTreeRoot = tree
        document.Root.Names = Dictionary(Dests=Dictionary(Names=Array(["one", part, "two", Array([pages[1], Name.Fit])])))
        document.save(out := io.BytesIO())
    return out.getvalue()


def last(pdf: bytes) -> HistoricalResolver:
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    return reader.get_historical_resolver(reader.xrefs.total_revisions - 1)


@pytest.mark.once
def test_every_object_has_the_paths_that_pyhanko_finds(authority: Authority, outside: Outside) -> None:
    pdf = shared(sign_outside(issue(authority, 2), outside.person, field="firma-1"))
    revision = last(pdf)
    revision._load_reverse_xref_cache()
    theirs, ours = revision._indirect_object_access_cache, Usages(last(pdf))
    assert {str(one): {path.path for path in ours[one]} for one in theirs} == {str(o): {p.path for p in ps} for o, ps in theirs.items()}
    assert max(map(len, theirs.values())) > 20 * PAGES  # the font, through each drawing of each page
    assert ours[Reference(99_999, 0)] == set()


@pytest.mark.once
def test_only_what_leads_to_the_changed_objects_is_walked(authority: Authority, outside: Outside) -> None:
    """A program from outside touches the catalogue too, so that its signature is judged by the whole policy."""
    reader = PdfFileReader(io.BytesIO(sign_outside(issue(authority, 2), outside.person, field="firma-1")), strict=False)
    old, new = (reader.get_historical_resolver(reader.xrefs.total_revisions - back) for back in (2, 1))
    policy._compare(old, new, policy.Mentions(reader), None, [])
    asked = old._indirect_object_access_cache
    assert isinstance(asked, Usages)
    assert len(asked) < 20


@pytest.mark.once
def test_circular_trees_are_an_error(authority: Authority) -> None:
    with pikepdf.open(io.BytesIO(shared(issue(authority, 1)))) as document:
        part = document.Root.StructTreeRoot.K[0]
        part.K.append(part)
        document.save(out := io.BytesIO())
    revision = last(out.getvalue())
    assert isinstance(revision.root.raw_get("/StructTreeRoot"), IndirectObject)
    with pytest.raises(PdfReadError, match="Circular"):
        Usages(revision)
