"""Markdown as a word processor's paragraphs, and back: what is not touched comes back letter by letter.

Only what can be written again exactly as it was becomes lists and emphasis; anything else travels as its own Markdown, line by line.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from plugins.drafting.word.folding import folded, restore

Kind = Literal["p", "bullet", "number", "heading", "quote", "raw"]
LISTS = ("bullet", "number")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")
_OPENING = re.compile(r"^(\s*)(?:([-+=>#])|(\d{1,9})([.)]))")
_EMPHASIS = {"strong_open": "b", "em_open": "i", "s_open": "s"}


@dataclass(frozen=True)
class Run:
    """Characters with one look. `marks`: letters of "b" (bold), "i", "s" (struck out), "c" (code), in this order. A line feed breaks the line."""

    text: str
    marks: str = ""
    href: str = ""


@dataclass(frozen=True)
class Para:
    """A paragraph. `level`: depth in a list from 0, or a heading's level. `number`: where a numbered list begins."""

    kind: Kind
    runs: tuple[Run, ...]
    level: int = 0
    number: int = 1

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(one.text for one in self.runs)


@dataclass(frozen=True)
class Style:
    """How an author writes what Markdown lets one write in several ways."""

    bullet: str = "-"
    delimiter: str = "."
    em: str = "*"
    strong: str = "**"
    hard: str = ""  # what stands before a line's end that breaks the line
    loose: bool = False


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough")


@lru_cache(maxsize=1_000)  # a file that came back asks for each text three times
def paragraphs(source: str) -> tuple[tuple[Para, ...], Style]:
    """Return a Markdown text as paragraphs, and the style in which `markdown` writes them again exactly."""
    tokens = _parser().parse(source)
    style = _style(tokens, source)
    lines = source.split("\n")
    found: list[Para] = []
    for chunk, (start, end) in _chunks(tokens):
        text = "\n".join(lines[start:end]).rstrip("\n")
        read = _readable(chunk)
        if read is None or _chunk(read, style) != text:
            read = [Para("raw", (Run(line),)) for line in text.split("\n")]
            if found and found[-1].kind == "raw":
                found.append(Para("raw", (Run(""),)))
        found += read
    if markdown(found, style) != source:
        found = [Para("raw", (Run(line),)) for line in source.split("\n")]
    return tuple(found), style


def markdown(paras: Iterable[Para], style: Style) -> str:
    """Return paragraphs as Markdown."""
    return "\n\n".join(_chunk(chunk, style) for chunk in _grouped(paras))


def returned(source: str, read: Sequence[Para]) -> str:
    """Return the Markdown of paragraphs that came back, given the text that went out: the same text when nothing but looks changed."""
    sent, style = paragraphs(source)
    kept = _adopted(sent, [one for one in read if one.text.strip() or one.kind == "raw"])
    if _keys(kept) == _keys(sent):
        return source
    return restore(source, markdown(kept, style)).strip()


def written(read: Iterable[Para]) -> str:
    """Return paragraphs that nobody sent as Markdown."""
    return markdown([one for one in read if one.text.strip()], Style())


def _keys(paras: Iterable[Para]) -> list[tuple[object, ...]]:
    return [(one.kind, one.level, look(one)) for one in paras]


def look(para: Para) -> tuple[tuple[str, str, str], ...]:
    """Return a paragraph's words and their emphasis, as they are compared."""
    return tuple((folded(f"|{one.text}|"), one.marks, one.href) for one in tidy(para.runs))


def _adopted(sent: Sequence[Para], read: Sequence[Para]) -> list[Para]:
    """Return `read` with the sent paragraph itself wherever it says the same."""
    found: list[Para] = []
    matcher = SequenceMatcher(None, [look(one) for one in sent], [look(one) for one in read], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        pairs: Iterator[tuple[Para | None, Para]]
        pairs = zip(sent[a:b], read[c:d], strict=True) if b - a == d - c else ((None, one) for one in read[c:d])
        for before, after in pairs:
            same = tag == "equal" and before is not None
            if before is not None and before.kind == "raw" and after.kind in {"p", "raw"}:
                found.append(before if same else Para("raw", (Run(after.text),)))
            elif same and before is not None:
                found.append(replace(before, kind=after.kind, level=after.level))
            else:
                found.append(replace(after, number=before.number) if before is not None else after)
        if tag == "delete":
            found += [one for one in sent[a:b] if one.kind == "raw" and not one.text]  # an empty line of a table or of code
    return found


def tidy(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Return runs joined where they look alike, with blanks outside of emphasis: how a word processor cuts them says nothing."""
    parts = [part for one in runs for part in _bare_edges(one)]
    found: list[Run] = []
    for place, one in enumerate(parts):
        after = next((other for other in parts[place + 1 :] if other.text.strip()), None)
        part = one
        if not one.text.strip() and found and after is not None:  # a blank has the look that both its neighbours have
            shared = "".join(mark for mark in found[-1].marks if mark in after.marks and mark != "c")
            part = Run(one.text, shared, after.href if after.href == found[-1].href else "")
        if found and (found[-1].marks, found[-1].href) == (part.marks, part.href):
            found[-1] = replace(found[-1], text=found[-1].text + part.text)
        else:
            found.append(part)
    return tuple(_trimmed(found))


def _bare_edges(run: Run) -> list[Run]:
    if not run.marks and not run.href:
        return [run] if run.text else []
    core = run.text.strip()
    if not core:
        return [Run(run.text)] if run.text else []
    start = run.text.index(core)
    parts = [Run(run.text[:start]), replace(run, text=core), Run(run.text[start + len(core) :])]
    return [one for one in parts if one.text]


def _trimmed(runs: list[Run]) -> list[Run]:
    if runs:
        runs[0] = replace(runs[0], text=runs[0].text.lstrip())
        runs[-1] = replace(runs[-1], text=runs[-1].text.rstrip())
    return [one for one in runs if one.text]


# ---------- reading Markdown


def _chunks(tokens: Sequence[Token]) -> Iterator[tuple[list[Token], list[int]]]:
    chunk: list[Token] = []
    for one in tokens:
        chunk.append(one)
        if one.level == 0 and one.nesting <= 0:
            yield chunk, chunk[0].map or [0, 0]
            chunk = []


def _style(tokens: Sequence[Token], source: str) -> Style:
    flat = [child for one in tokens for child in (one, *(one.children or ()))]

    def first(kind: str, otherwise: str) -> str:
        return next((one.markup for one in flat if one.type == kind and one.markup), otherwise)

    loose = any(one.type == "paragraph_open" and one.level >= 2 and not one.hidden for one in tokens if one.level and one.map)  # noqa: PLR2004
    in_list = any(one.type.endswith("_list_open") for one in tokens)
    hard = next((found[1] for found in [re.search(r"(\\| {2,})\n", source)] if found), "")
    return Style(
        bullet=next((one.markup for one in tokens if one.type == "bullet_list_open"), "-"),
        delimiter=next((one.markup for one in tokens if one.type == "ordered_list_open"), "."),
        em=first("em_open", "*"),
        strong=first("strong_open", "**"),
        hard=hard if any(one.type == "hardbreak" for one in flat) else "",
        loose=loose and in_list,
    )


def _readable(chunk: Sequence[Token]) -> list[Para] | None:
    """Return the paragraphs of one piece of Markdown, or None for a kind that travels as it is written."""
    first = chunk[0].type
    if first in {"paragraph_open", "heading_open"}:
        runs = _runs(chunk[1])
        level = int(chunk[0].tag[1:]) if first == "heading_open" else 0
        return None if runs is None else [Para("heading" if level else "p", runs, level)]
    if first == "blockquote_open":
        if [one.type for one in chunk] != ["blockquote_open", "paragraph_open", "inline", "paragraph_close", "blockquote_close"]:
            return None
        runs = _runs(chunk[2])
        return None if runs is None else [Para("quote", runs)]
    return _list(chunk) if first in {"bullet_list_open", "ordered_list_open"} else None


@dataclass
class _Open:
    """Where in nested lists the reader is."""

    kinds: list[tuple[Kind, int]] = field(default_factory=list)
    said: bool = True


def _list(chunk: Sequence[Token]) -> list[Para] | None:
    found: list[Para] = []
    at = _Open()
    for one in chunk:
        if one.type.endswith("_list_open"):
            at.kinds.append(("bullet", 1) if one.type == "bullet_list_open" else ("number", int(one.attrs.get("start", 1))))
        elif one.type.endswith("_list_close"):
            at.kinds.pop()
        elif one.type == "list_item_open":
            at.said = False
        elif one.type == "inline":
            runs = _runs(one)
            if runs is None or at.said:
                return None
            kind, number = at.kinds[-1]
            found.append(Para(kind, runs, len(at.kinds) - 1, number))
            at.said = True
        elif one.type not in {"paragraph_open", "paragraph_close", "list_item_close"}:
            return None
    return found


def _runs(inline: Token) -> tuple[Run, ...] | None:
    found: list[Run] = []
    marks: list[str] = []
    href = ""
    for one in inline.children or ():
        if one.type in {"text", "softbreak", "hardbreak", "code_inline"}:
            text = one.content if one.type in {"text", "code_inline"} else "\n"
            found.append(Run(text, _ordered([*marks, "c"] if one.type == "code_inline" else marks), href))
        elif one.type in _EMPHASIS:
            marks.append(_EMPHASIS[one.type])
        elif one.type in {"strong_close", "em_close", "s_close"}:
            marks.remove(_EMPHASIS[one.type.replace("close", "open")])
        elif one.type == "link_open" and not one.attrs.get("title"):
            href = str(one.attrs["href"])
        elif one.type == "link_close":
            href = ""
        else:
            return None
    return tidy(found)


def _ordered(marks: Iterable[str]) -> str:
    return "".join(one for one in "bisc" if one in set(marks))


# ---------- writing Markdown


def _grouped(paras: Iterable[Para]) -> Iterator[list[Para]]:
    chunk: list[Para] = []
    for one in paras:
        joins = bool(chunk) and (
            (one.kind == "raw" and chunk[-1].kind == "raw")
            or (one.kind in LISTS and chunk[-1].kind in LISTS and (one.level > 0 or one.kind == chunk[0].kind))
        )
        if chunk and not joins:
            yield chunk
            chunk = []
        chunk.append(one)
    if chunk:
        yield chunk


def _chunk(chunk: Sequence[Para], style: Style) -> str:
    """Return one piece of Markdown: plain when that is read back the same, else with as few characters escaped as will do."""
    if chunk[0].kind == "raw":
        return "\n".join(one.text for one in chunk)
    chunk = _leveled(chunk)
    plain = [replace(one, runs=tuple(Run(run.text) for run in one.runs)) for one in chunk]
    for paras, escape in ((chunk, 0), (chunk, 1), (chunk, 2), (plain, 2)):
        found = _lines(paras, style, escape=escape)
        if _read_again(found) == tuple(_keys(paras)):
            return found
    return _lines(plain, style, escape=2)


@lru_cache(maxsize=4_000)
def _read_again(text: str) -> tuple[tuple[object, ...], ...] | None:
    """Return how one piece of Markdown reads, None when it is not one piece or travels as it is written."""
    chunks = list(_chunks(_parser().parse(text)))
    read = _readable(chunks[0][0]) if len(chunks) == 1 else None
    return None if read is None else tuple(_keys(read))


def _leveled(chunk: Sequence[Para]) -> list[Para]:
    """Return list items none of which stands more than one level under the one before."""
    found: list[Para] = []
    for one in chunk:
        deepest = found[-1].level + 1 if found else 0
        found.append(replace(one, level=min(one.level, deepest)) if one.kind in LISTS else one)
    return found


def _lines(chunk: Sequence[Para], style: Style, *, escape: int) -> str:
    if chunk[0].kind not in LISTS:
        [one] = chunk
        text = _inline(one, style, escape=escape)
        if one.kind == "heading":
            return f"{'#' * one.level} {text}"
        return "\n".join(f"> {line}" for line in text.split("\n")) if one.kind == "quote" else text
    found: list[str] = []
    widths: list[int] = []
    counts: list[tuple[Kind, int]] = []
    for one in chunk:
        del counts[one.level + 1 :], widths[one.level :]
        if len(counts) > one.level and counts[one.level][0] == one.kind:
            counts[one.level] = (one.kind, counts[one.level][1] + 1)
        else:
            counts[one.level :] = [(one.kind, one.number)]
        marker = f"{style.bullet} " if one.kind == "bullet" else f"{counts[one.level][1]}{style.delimiter} "
        indent = " " * sum(widths)
        widths.append(len(marker))
        text = _inline(one, style, escape=escape).replace("\n", "\n" + indent + " " * len(marker))
        found.append(f"{indent}{marker}{text}")
    return ("\n\n" if style.loose else "\n").join(found)


def _inline(para: Para, style: Style, *, escape: int) -> str:
    signs = {"b": style.strong, "i": style.em, "s": "~~"}
    found = ""
    standing = ""  # the marks that are open, outermost first
    runs = tidy(para.runs)
    for place, one in enumerate(runs):
        wanted = one.marks.replace("c", "")
        while standing and not set(standing) <= set(wanted):
            found += signs[standing[-1]]
            standing = standing[:-1]
        for mark in sorted(set(wanted) - set(standing), key=lambda mark: (-_lasts(runs[place:], mark), "bis".index(mark))):
            found += signs[mark]
            standing += mark
        text = _text(one, escape=escape)
        found += f"[{text}]({one.href})" if one.href else text
    found += "".join(signs[mark] for mark in reversed(standing))
    return found.replace("\n", f"{style.hard}\n")


def _lasts(runs: Sequence[Run], mark: str) -> int:
    """Return over how many runs a mark goes on: the one that lasts longer is opened first."""
    count = 0
    for one in runs:
        if mark not in one.marks:
            break
        count += 1
    return count


def _text(run: Run, *, escape: int) -> str:
    if "c" in run.marks:
        fence = "`" * (1 + max((len(one) for one in re.findall(r"`+", run.text)), default=0))
        edge = " " if run.text.startswith("`") or run.text.endswith("`") else ""
        return f"{fence}{edge}{run.text}{edge}{fence}"
    lines = (_SPECIAL.sub(r"\\\1", run.text) if escape > 1 else run.text).split("\n")
    return "\n".join(_OPENING.sub(_escaped, line) if escape else line for line in lines)


def _escaped(found: re.Match[str]) -> str:
    """Return a line's opening (a dash, a number with its dot) so that it opens no list."""
    return f"{found[1]}\\{found[2]}" if found[2] else f"{found[1]}{found[3]}\\{found[4]}"
