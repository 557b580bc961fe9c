"""What can be found: one row a thing, written in the transaction that changes the thing."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime


class SearchDocument(Base):
    """`ref` names the thing. Who finds it: everybody if `public`, else whoever may do `action` in the agenda.

    `source`: the plugin that put it, or "core"; while that plugin is not in use it is not found.
    Looked in are folded words (`portal.search.words`): `title_terms` and `terms` are the stems of title and body, in order;
    `words` the whole words that differ from their stem, for whoever has not finished typing one. Each database keeps its
    full-text index of those three columns by itself (revision 0003): a table `ft_search` or a column `ft_vector`.
    """

    __tablename__ = "search_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(80), unique=True)
    source: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40), index=True)
    agenda_id: Mapped[int | None] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), index=True)
    public: Mapped[bool] = mapped_column(Boolean)
    action: Mapped[str] = mapped_column(String(60), default="")
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text, default="")
    href: Mapped[str] = mapped_column(String(300))
    title_terms: Mapped[str] = mapped_column(Text)
    terms: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
