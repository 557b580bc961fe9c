"""What the 85 municipalities of Apurímac planned and spent in 2024, added up from the Consulta Amigable (soles)."""

from dataclasses import dataclass

from .figures import MEF_2024 as SOURCE

__all__ = ["BY_PROVINCE_2024", "SOURCE", "TOTAL_2024", "BudgetTotal"]


@dataclass(frozen=True, slots=True)
class BudgetTotal:
    """A sum over municipalities, in soles: initial (PIA) and modified budget (PIM), accrued spending (devengado)."""

    territory: str
    municipalities: int
    pia: int
    pim: int
    devengado: int


TOTAL_2024 = BudgetTotal("03", 85, 889_263_683, 1_319_830_096, 976_409_395)

# By INEI province code. MEF counts a province's own municipality among those of its province.
BY_PROVINCE_2024 = (
    BudgetTotal("0301", 9, 122_755_102, 152_554_115, 129_276_176),
    BudgetTotal("0302", 20, 224_189_629, 289_982_738, 224_240_902),
    BudgetTotal("0303", 7, 29_063_081, 45_879_954, 33_762_563),
    BudgetTotal("0304", 17, 73_882_808, 110_190_335, 64_051_247),
    BudgetTotal("0305", 6, 303_325_979, 445_986_742, 360_174_889),
    BudgetTotal("0306", 12, 88_546_995, 180_208_567, 104_272_074),
    BudgetTotal("0307", 14, 47_500_089, 95_027_645, 60_631_544),
)
