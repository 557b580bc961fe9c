"""Territories, organisations, and who belongs to them in what capacity."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.db import Base, UtcDateTime
from portal.i18n import N_

KINDS = {
    "partido_politico": N_("Partido político"),
    "movimiento_regional": N_("Movimiento regional"),
    "alianza_electoral": N_("Alianza electoral"),
    "sociedad_civil": N_("Organización de la sociedad civil"),
    "entidad_publica": N_("Entidad pública"),
}
POLITICAL_KINDS = ("partido_politico", "movimiento_regional", "alianza_electoral")
IMPORTED = "application/x-rubrica-import"  # spreadsheets with people's data, kept while their preview may be confirmed
CAPACITIES = {
    "candidato_gobernador": N_("Candidato/a a gobernador/a"),
    "personero_titular": N_("Personero/a legal titular"),
    "personero_alterno": N_("Personero/a legal alterno/a"),
    "representante": N_("Representante"),
    "coordinador_regional": N_("Coordinador/a regional"),
    "testigo": N_("Testigo"),
}


class Territory(Base):
    """A territory by its INEI code (MEF and INEI use it); `reniec` is the code that JNE and ONPE use."""

    __tablename__ = "territory"

    inei: Mapped[str] = mapped_column(String(6), primary_key=True)
    reniec: Mapped[str | None] = mapped_column(String(6), index=True)
    name: Mapped[str] = mapped_column(String(120))
    level: Mapped[str] = mapped_column(String(12))  # country, department, province, district
    parent_inei: Mapped[str | None] = mapped_column(ForeignKey("territory.inei"), index=True)


class Organisation(Base):
    """A political organisation, or another body. `jne_code` is its code in the JNE's register."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(String(200), index=True)  # without accents and articles: alphabetical order is the neutral one
    short_name: Mapped[str | None] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(30), index=True)
    jne_code: Mapped[str | None] = mapped_column(String(30), unique=True)
    territory_inei: Mapped[str | None] = mapped_column(ForeignKey("territory.inei"), index=True)
    logo_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)
    territory: Mapped[Territory | None] = relationship()
    memberships: Mapped[list["Membership"]] = relationship(back_populates="organisation", cascade="all, delete-orphan")


class Membership(Base):
    """A person in an organisation, in a capacity (calidad), from and until a date."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("organisation_id", "person_id", "capacity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    capacity: Mapped[str] = mapped_column(String(40))
    since: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    organisation: Mapped[Organisation] = relationship(back_populates="memberships")
    person: Mapped[Person] = relationship()
