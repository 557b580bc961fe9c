"""Honest files changed at random (the same way in every run): never valid, never authentic, never an exception."""

import hashlib
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.commitments.signing.verdict import Candidate, Verdict, judge
from tests.commitments.signing.kit import Instrument, Outside, base_pdf, look, sign_outside
from tests.commitments.signing.test_strangers import simple_pdf

ROUNDS = 300
WORDS = (b"/ByteRange", b"/Prev", b"/Size", b"/Root", b"endobj", b"obj", b"xref", b"trailer", b"/V", b"/Contents", b"/Kids", b"/Type", b"%%EOF", b"/DocMDP", b"/Filter")  # fmt: skip


def mutated(pdf: bytes, other: bytes, dice: random.Random) -> bytes:
    """One change of a random kind: bits, pieces cut, doubled, moved, taken from another file, numbers and names."""
    place, length = dice.randrange(len(pdf)), dice.choice((1, 2, 7, 40, 400))
    before, piece, after = pdf[:place], pdf[place : place + length], pdf[place + length :]
    to, begin = dice.randrange(len(pdf)), dice.randrange(len(other))
    number = next((at for at in range(place, len(pdf)) if 48 <= pdf[at] <= 57), place)
    word = dice.choice(WORDS)
    name = pdf.find(word, to) if word in pdf[to:] else to
    changes = (
        before + bytes([pdf[place] ^ (1 << dice.randrange(8))]) + pdf[place + 1 :],
        before + after,
        before + piece + piece + after,
        pdf[:to] + piece + pdf[to:],
        before + other[begin : begin + length] + after,
        before,
        pdf[:number] + b"%d" % dice.randrange(10) + pdf[number + 1 :],
        pdf[:name] + dice.choice(WORDS) + pdf[name + len(word) :],
    )
    return dice.choice(changes)


def test_three_hundred_changed_files_are_never_valid(outside: Outside, waiting: Instrument) -> None:
    dice = random.Random(4)  # the same each time, so that a failure can be seen again
    one = sign_outside(simple_pdf(), outside.other, field="uno", box=(10, 10, 110, 60))
    two = sign_outside(one, outside.other, field="dos")
    honest = (one, two, sign_outside(base_pdf(), outside.other, field="uno", certify=True), waiting.latest)
    assert [look(pdf, outside.root.asn1, waiting.authority).verdict for pdf in honest] == ["valid"] * len(honest)
    seen: dict[str, int] = {}
    for _ in range(ROUNDS):
        pdf = dice.choice(honest)
        changed = mutated(pdf, dice.choice(honest), dice)
        if changed in honest:
            continue
        found = look(changed, outside.root.asn1, waiting.authority)
        seen[found.verdict] = seen.get(found.verdict, 0) + 1
        assert found.verdict != "valid"
        assert found.reasons
    assert seen["altered"] > ROUNDS // 3, seen  # many changes are called by their name, not only riddles


def verdict_on(pdf: bytes, instrument: Instrument) -> Verdict:
    """The portal's verdict, with its record of the instrument at hand."""
    record = instrument.record()
    known = {one.sha256 for one in record.revisions}
    exact = record if hashlib.sha256(pdf).hexdigest() in known else None
    found = look(pdf, instrument.authority)
    return judge(pdf, inspection=found, exact=exact, candidates=[Candidate(record, instrument.latest)])


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_is_altered(waiting: Instrument, data: st.DataObject) -> None:
    pdf = waiting.latest
    place, bit = data.draw(st.integers(0, len(pdf) - 1)), data.draw(st.integers(0, 7))
    found = verdict_on(pdf[:place] + bytes([pdf[place] ^ (1 << bit)]) + pdf[place + 1 :], waiting)
    assert (found.verdict, found.instrument) == ("altered", waiting.code)


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tail=st.one_of(
        st.binary(min_size=1, max_size=200), st.sampled_from([b"\n", b"\r\n", b" ", b"\0", b"%%EOF\n", b"startxref\n9\n%%EOF\n"])
    )
)
def test_any_appended_bytes_are_altered(waiting: Instrument, tail: bytes) -> None:
    found = verdict_on(waiting.latest + tail, waiting)
    assert (found.verdict, found.instrument) == ("altered", waiting.code)


@pytest.mark.parametrize("number", [0, 1])
def test_the_registered_revisions_alone_are_authentic(waiting: Instrument, number: int) -> None:
    assert verdict_on(waiting.revisions[number], waiting).authentic
