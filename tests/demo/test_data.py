"""What the sample data promises: real figures carry their source, nothing invented can pass for real, sums are sums."""

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest

from plugins.demo.data.apurimac import AGENDA
from plugins.demo.data.budget import BY_PROVINCE_2024, TOTAL_2024
from plugins.demo.data.organisations import ORGANISATIONS, STAGES
from plugins.demo.data.people import SIGN_INS
from plugins.demo.data.stances import QUESTIONS, stances
from plugins.opengov.data import COMMITMENTS, SDG, THEMES, TRANSVERSAL
from portal.accounts.actor import ROLES
from portal.organisations.models import CAPACITIES, POLITICAL_KINDS

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
PLAN = SHARED / "seeds" / "004_03ba054197051477.txt"
SPENDING = SHARED / "data" / "consulta-amigable-apurimac-municipalidades-2024-2025.csv"
UBIGEO = SHARED / "data" / "ubigeo-apurimac.csv"
TERRITORIES = ROOT / "portal" / "organisations" / "data" / "ubigeo_apurimac.csv"

CODES = [item.code for item in AGENDA.items]
INDICATORS = [(item, indicator) for item in AGENDA.items for indicator in item.indicators]


def beside(path: Path) -> Path:
    """Return a file of the briefs' folder, which only stands beside the project where the project is developed."""
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this clone: nothing to compare with")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_item_codes_are_unique_well_formed_and_under_the_prefix_of_a_dimension() -> None:
    assert len(CODES) == len(set(CODES)) == 63
    prefixes = [dimension.prefix for dimension in AGENDA.dimensions]
    assert prefixes == ["SOC", "ECO", "AMB", "INS"]
    assert [code for code in CODES if not re.fullmatch(rf"({'|'.join(prefixes)})-\d\d(\.\d)?", code)] == []
    # The dimensions come in their order, and inside each the items in the order of their codes.
    assert sorted(CODES, key=lambda code: (prefixes.index(code[:3]), code)) == CODES


def test_every_item_hangs_from_its_lineamiento() -> None:
    for item in AGENDA.items:
        head, dot, _ = item.code.partition(".")
        assert item.parent == (head if dot else None)
        assert (item.kind == "lineamiento") == (not dot)
        assert item.kind in {"lineamiento", "objetivo", "resultado", "producto"}
        assert item.parent is None or item.parent in CODES


def test_every_item_says_something_and_who_answers_for_it() -> None:
    for item in AGENDA.items:
        assert 1 <= len(re.findall(r"\.(?:\s|\*|$)", item.text)) <= 4, item.code
        assert item.responsible, item.code
        assert item.alignments, item.code
        assert len(set(item.alignments)) == len(item.alignments), item.code


def test_a_baseline_has_a_year_and_a_source_and_a_missing_one_says_where_to_look() -> None:
    assert len(INDICATORS) == 32
    assert sum(indicator.baseline is None for _, indicator in INDICATORS) == 7
    for item, indicator in INDICATORS:
        assert indicator.source, item.code
        if indicator.baseline is None:
            assert (indicator.baseline_year, indicator.target, indicator.source_url) == (None, None, None), item.code
            assert "por consultar" in indicator.note, item.code
        else:
            assert Decimal(indicator.baseline).is_finite(), item.code
            assert indicator.baseline_year is not None, item.code
            assert 1990 <= indicator.baseline_year <= 2025, item.code
            assert indicator.source_url is not None, item.code
            assert indicator.source_url.startswith("http"), item.code


def test_every_result_has_an_indicator_and_every_target_is_ours_and_inside_the_period() -> None:
    assert [item.code for item in AGENDA.items if item.kind == "resultado" and not item.indicators] == []
    for item, indicator in INDICATORS:
        assert (indicator.target is None) == (indicator.target_year is None), item.code
        assert indicator.target_is_sample, item.code
        if indicator.target is not None:
            assert Decimal(indicator.target) != Decimal(indicator.baseline or "0"), item.code
            assert indicator.target_year == AGENDA.period_end, item.code


def test_every_environmental_item_names_a_basin() -> None:
    basins = ("cuenca", "Chumbao", "Mariño")
    unnamed = [item.code for item in AGENDA.items if item.code.startswith("AMB") and not any(b in item.text for b in basins)]
    assert unnamed == []


def test_each_figure_is_listed_in_the_sources_and_no_other_item_is() -> None:
    listed = (ROOT / "plugins" / "demo" / "data" / "SOURCES.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| ([A-Z]{3}-\d\d\.\d) \|", listed, flags=re.MULTILINE)
    assert table == sorted({item.code for item, i in INDICATORS if i.baseline is not None}, key=CODES.index)
    without = listed.partition("**No figure found")[2].partition("**Alignments")[0]
    assert re.findall(r"[A-Z]{3}-\d\d\.\d", without) == [item.code for item, i in INDICATORS if i.baseline is None]


def test_the_agenda_says_that_it_is_a_sample() -> None:
    assert "(muestra)" in AGENDA.title
    assert "muestra" in AGENDA.summary


def test_the_2024_budget_adds_up_and_the_agenda_shows_what_follows_from_it() -> None:
    assert (TOTAL_2024.pia, TOTAL_2024.pim, TOTAL_2024.devengado) == (889_263_683, 1_319_830_096, 976_409_395)
    for part in ("municipalities", "pia", "pim", "devengado"):
        assert sum(getattr(province, part) for province in BY_PROVINCE_2024) == getattr(TOTAL_2024, part)
    advance = next(i for _, i in INDICATORS if i.name.startswith("Avance del gasto"))
    assert advance.baseline == f"{Decimal(TOTAL_2024.devengado) / TOTAL_2024.pim:.2%}".removesuffix("%")
    assert f"{TOTAL_2024.pim:,}" in advance.note
    growth = next(i for _, i in INDICATORS if i.name.startswith("Presupuesto modificado"))
    assert growth.baseline == f"{Decimal(TOTAL_2024.pim) / TOTAL_2024.pia:.1%}".removesuffix("%")


def test_the_2024_budget_is_the_one_of_the_consulta_amigable() -> None:
    spent = [row for row in rows(beside(SPENDING)) if row["Año"] == "2024"]
    for total in (TOTAL_2024, *BY_PROVINCE_2024):
        of = [row for row in spent if row["UBI_DIST"].startswith(total.territory)]
        sums = [sum(int(row[column]) for row in of) for column in ("PIA", "PIM", "Devengado")]
        assert (len(of), *sums) == (total.municipalities, total.pia, total.pim, total.devengado)
    slow = next(i for _, i in INDICATORS if "menor a 60" in i.name)
    assert slow.baseline == str(sum(int(row["Devengado"]) / int(row["PIM"]) < 0.6 for row in spent))


def test_the_18_commitments_are_the_plans_word_for_word() -> None:
    plan = beside(PLAN).read_text(encoding="utf-8")
    quoted = re.findall(r"\n(\d+)\. ([^\n]+)\n\n(.*?)(?=\n\n\d+\. |\Z)", plan[plan.index("\n1. Foros") :], flags=re.DOTALL)
    expected = [(int(number), " ".join(title.split()), " ".join(text.split())) for number, title, text in quoted]
    assert [(c.number, c.title, c.text) for c in COMMITMENTS] == expected


def test_the_18_commitments_have_a_theme_a_code_and_sdg_links() -> None:
    assert [c.number for c in COMMITMENTS] == list(range(1, 19))
    assert [theme.label for theme in THEMES] == [
        "Seguridad ciudadana",
        "Educación",
        "Infraestructura",
        "Salud",
        "Saneamiento",
        "Ambiente",
    ]
    by_theme = {theme.prefix: sum(c.theme == theme for c in COMMITMENTS) for theme in (*THEMES, TRANSVERSAL)}
    assert by_theme == {"OGC": 3, "OGE": 4, "OGI": 2, "OGS": 3, "OGN": 2, "OGA": 3, "OGT": 1}
    assert {c.number: c.code for c in COMMITMENTS}[5] == "OGE-05"
    assert {dimension.prefix for dimension in AGENDA.dimensions}.isdisjoint(by_theme)
    assert {code for c in COMMITMENTS for code in c.sdg} == set(SDG)
    assert all(c.sdg for c in COMMITMENTS)


def test_no_organisation_or_person_can_be_taken_for_a_real_one() -> None:
    for number, organisation in enumerate(ORGANISATIONS, start=1):
        assert organisation.name.endswith("(muestra)")
        assert organisation.short_name.endswith("(muestra)")
        assert organisation.jne_code == f"MUESTRA-{number:02d}"
        assert organisation.kind in POLITICAL_KINDS
    people = [person for organisation in ORGANISATIONS for person in organisation.people]
    numbers = range(1, len(people) + 1)
    assert [person.name for person in people] == [f"Persona de muestra {number:02d}" for number in numbers]
    assert [person.email for person in people] == [f"persona{number:02d}@muestra.example" for number in numbers]
    assert {person.capacity for person in people} <= set(CAPACITIES)
    for sign_in in SIGN_INS:
        assert "muestra" in sign_in.name
        assert sign_in.email.endswith("@muestra.example")


def test_every_stage_of_the_funnel_has_its_organisation_and_declining_shows_both_ways() -> None:
    assert {organisation.stage for organisation in ORGANISATIONS} == set(STAGES)
    declined = [organisation for organisation in ORGANISATIONS if organisation.stage == "declina"]
    assert sorted(organisation.reason_public for organisation in declined) == [False, True]
    with_reason = {organisation.stage for organisation in ORGANISATIONS if organisation.reason}
    assert with_reason == {"declina", "retirada"}


def test_every_role_has_a_sign_in_and_representatives_belong_to_their_organisation() -> None:
    assert {sign_in.role for sign_in in SIGN_INS} == set(ROLES)
    people = {o.slug: {(p.name, p.email) for p in o.people} for o in ORGANISATIONS}
    representatives = [sign_in for sign_in in SIGN_INS if sign_in.role == "representative"]
    assert len(representatives) == 2
    for sign_in in representatives:
        assert sign_in.organisation is not None
        assert (sign_in.name, sign_in.email) in people[sign_in.organisation]
    delegates = [sign_in.dimension for sign_in in SIGN_INS if sign_in.role == "delegate"]
    assert delegates == ["ambiental"]


def test_stances_are_the_same_on_every_run_and_go_as_far_as_the_stage_says() -> None:
    for organisation in ORGANISATIONS:
        said = stances(organisation.slug, CODES)
        assert said == stances(organisation.slug, CODES)
        assert [stance.item for stance in said] == CODES[: len(said)]
        for stance in said:
            assert bool(stance.observation) == (stance.stance in {"con_observacion", "no_suscribe"})
    reached = {o.stage: len(stances(o.slug, CODES)) for o in ORGANISATIONS}
    assert (reached["invitada"], reached["en_revision"], reached["reunion_realizada"]) == (0, 18, 44)
    assert {reached[stage] for stage in ("observada", "lista_para_firma", "firmada", "publicada")} == {63}
    seen = {stance.stance for o in ORGANISATIONS for stance in stances(o.slug, CODES)}
    assert seen == {"suscribe", "con_observacion", "no_suscribe", "sin_pronunciamiento"}


def test_questions_point_to_what_exists_and_one_still_waits() -> None:
    assert {question.organisation for question in QUESTIONS} <= {organisation.slug for organisation in ORGANISATIONS}
    assert {question.item for question in QUESTIONS} - {None} <= set(CODES)
    assert [bool(question.answer) for question in QUESTIONS].count(False) == 1


def test_the_territories_are_the_country_its_departments_and_all_of_apurimac() -> None:
    territories = rows(TERRITORIES)
    by_level = {level: [t for t in territories if t["level"] == level] for level in ("country", "department", "province", "district")}
    assert [len(of) for of in by_level.values()] == [1, 25, 7, 85]
    codes = {t["inei"] for t in territories}
    assert len(codes) == len(territories) == 118
    assert [t["name"] for t in territories if t["parent_inei"] and t["parent_inei"] not in codes] == []
    assert sum(t["inei"] != t["reniec"] for t in by_level["district"]) == 75
    names = {t["inei"]: t["name"] for t in territories}
    assert (names["00"], names["03"], names["030213"]) == ("Perú", "Apurímac", "San Jerónimo")


def test_the_codes_of_apurimac_are_those_of_the_equivalence_table() -> None:
    typed = {(t["inei"], t["reniec"], t["level"]) for t in rows(TERRITORIES) if t["inei"].startswith("03")}
    assert typed == {(t["inei"], t["reniec"], t["level"]) for t in rows(beside(UBIGEO))}
