"""Codes are read aloud, written on paper and typed again: one wrong character must not lead to another instrument."""

from hypothesis import given
from hypothesis import strategies as st

from plugins.commitments.signing.codes import ALPHABET, PATTERN, new_code, normalise


def test_new_codes_have_the_shape_and_pass_their_own_check() -> None:
    codes = [new_code() for _ in range(200)]
    assert len(set(codes)) == 200
    assert all(PATTERN.fullmatch(code) and normalise(code) == code for code in codes)


@given(st.integers(0, 9), st.sampled_from(ALPHABET))
def test_any_one_changed_character_is_noticed(position: int, character: str) -> None:
    code = new_code()
    bare = code.removeprefix("RUB-").replace("-", "")
    changed = bare[:position] + character + bare[position + 1 :]
    expected = code if changed == bare else None
    assert normalise(changed) == expected


def test_what_people_type_is_understood() -> None:
    code = "RUB-7K3MQ-9TD24"
    typed = ("rub 7k3mq 9td24", "7K3MQ9TD24", " RUB–7k3mq–9td24 ", "rub.7k3mq.9td24", "7K3MQ-9TD24")
    assert [normalise(text) for text in typed] == [code] * 5


def test_letters_that_look_like_digits_are_taken_for_them() -> None:
    code = next(code for code in iter(new_code, None) if "0" in code and "1" in code)
    assert normalise(code.replace("0", "O").replace("1", "I")) == code
    assert normalise(code.replace("0", "o").replace("1", "l")) == code


def test_what_is_no_code_is_none() -> None:
    assert [normalise(text) for text in ("", "RUB-", "RUB-7K3MQ-9TD2", "7K3MQ9TD2U", "ñ" * 10, "RUB-7K3MQ-9TD25")] == [None] * 6
