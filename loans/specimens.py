"""契約書類の見本の値。条文の版を確かめる頁が使う。人も会社も、この世にいない。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from collateral.enums import AssetKind, RightKind
from coopfin.calc import schedule
from documents import form_registry
from documents.paper import Paper
from documents.parties import Party
from loans.papers import MASTER_AGREEMENT, CollateralEntry, Deed, GuaranteeLetter, GuarantorEntry, MasterAgreement
from loans.security_papers import SecuredItem, SecurityContract

COOPERATIVE = Party("見本機械工業協同組合", "石川県金沢市見本町一丁目1番1号", "代表理事　見本　正")
DEBTOR = Party("株式会社見本製作所", "石川県白山市見本町383番地", "代表取締役　山川　太郎")
DIRECTOR = Party("山川　太郎", "石川県白山市見本町383番地の5")
FRIEND = Party("川上　花子", "石川県野々市市見本町7番1号")
CONTRACTED_ON = date(2026, 11, 24)


def master_agreement() -> MasterAgreement:
    """約定書。"""
    return MasterAgreement(
        number="",
        agreed_on=CONTRACTED_ON,
        creditor=COOPERATIVE,
        debtor=DEBTOR,
        damages_rate=Decimal("14.5"),
        rounding="floor",
        grace_days=14,
        court="金沢地方裁判所",
    )


def plan() -> schedule.Schedule:
    """償還予定: 1,200万円、60回、元金均等、末日。"""
    return schedule.build(
        schedule.ScheduleTerms(
            principal=12_000_000,
            rate=Decimal("2.45"),
            fee_rate=Decimal("0.1"),
            disbursed_on=date(2026, 11, 30),
            instalments=60,
            first_due_on=date(2026, 12, 31),
            anchor=31,
            roll="following",
        )
    )


def deed() -> Deed:
    """証書。転貸・担保・第三者の保証人のすべてがあるので、選択条項のおおかたが入る。"""
    return Deed(
        number="",
        contract_number="S-2026-001",
        contracted_on=CONTRACTED_ON,
        creditor=COOPERATIVE,
        debtor=DEBTOR,
        purpose="設備資金（マシニングセンタの導入）",
        account="見本銀行 本店営業部 普通 1234567",
        schedule=plan(),
        damages_rate=Decimal("14.5"),
        grace_days=14,
        payment_place="組合の指定する組合名義の預金口座",
        court="金沢地方裁判所",
        bank="見本中央銀行金沢支店",
        guarantors=(_insider(), _outsider()),
        collateral=(
            CollateralEntry(
                description="土地　石川県白山市見本町字西浦12番3　宅地　661.15平方メートル",
                right="抵当権",
                rank=1,
                amount_label="債権額",
                amount=12_000_000,
                owner=DIRECTOR.name,
            ),
        ),
        owners=(DIRECTOR,),
        agreement_articles=_agreement_articles(),
    )


def deed_with_mortgage() -> Deed:
    """証書で抵当権も設定する。"""
    ordinary = deed()
    machine = CollateralEntry(
        description="機械設備　マシニングセンタ　製造番号 M-0001", right=RightKind.ASSIGNMENT.label, rank=1,
        amount_label="債権額", amount=12_000_000, owner=DEBTOR.name,
    )  # fmt: skip
    return replace(ordinary, mortgages=ordinary.collateral, collateral=(machine,))


#: 担保の契約書の見本で設定する（物件の種類, 表示, 権利, 所有者）
_SECURED = {
    "mortgage_contract": ((AssetKind.LAND, "石川県白山市見本町字西浦12番3　宅地　661.15平方メートル", RightKind.MORTGAGE, DIRECTOR),),
    "revolving_mortgage_contract": (
        (AssetKind.LAND, "石川県白山市見本町字西浦12番3　宅地　661.15平方メートル", RightKind.REVOLVING_MORTGAGE, DIRECTOR),
        (AssetKind.BUILDING, "石川県白山市見本町字西浦12番地3　家屋番号12番3　工場　鉄骨造　412.50平方メートル", RightKind.REVOLVING_MORTGAGE, DEBTOR),
    ),
    "assignment_contract": (
        (AssetKind.MACHINERY, "マシニングセンタ　製造番号 M-0001（白山市見本町383番地の工場内）", RightKind.ASSIGNMENT, DEBTOR),
        (AssetKind.RECEIVABLE, "見本商事株式会社に対する令和8年10月分の売掛金", RightKind.ASSIGNMENT, DEBTOR),
    ),
    "pledge_contract": ((AssetKind.RECEIVABLE, "見本銀行本店営業部の定期預金（証書番号 第123号）", RightKind.PLEDGE, DEBTOR),),
    "securities_pledge": ((AssetKind.SECURITIES, "見本電機株式会社　普通株式　10,000株（振替口座簿）", RightKind.PLEDGE, DIRECTOR),),
}  # fmt: skip


def security_contract(paper: Paper) -> SecurityContract:
    """担保の契約書。"""
    secured = _SECURED[paper.code]
    return SecurityContract(
        heading=paper.label,
        number="",
        contract_number="S-2026-001",
        contracted_on=CONTRACTED_ON,
        creditor=COOPERATIVE,
        debtor=DEBTOR,
        principal=12_000_000,
        interest_rate=Decimal("2.45"),
        damages_rate=Decimal("14.5"),
        maturity_on=date(2031, 11, 30),
        claim="令和8年11月24日付け金銭消費貸借契約（契約番号 S-2026-001）",
        court="金沢地方裁判所",
        items=tuple(
            SecuredItem(
                kind=kind,
                description=description,
                right=right,
                rank=1,
                amount=12_000_000,
                owner=owner,
                joint=right == RightKind.REVOLVING_MORTGAGE,
            )
            for kind, description, right, owner in secured
        ),
        agreement_articles=_agreement_articles(),
    )


def guarantee_letter() -> GuaranteeLetter:
    """保証書（根保証）。"""
    return GuaranteeLetter(
        number="",
        contract_number="T-2026-001",
        contracted_on=CONTRACTED_ON,
        creditor=COOPERATIVE,
        debtor=DEBTOR,
        court="金沢地方裁判所",
        guarantors=(_insider(), _outsider()),
        agreement_articles=_agreement_articles(),
    )


def _agreement_articles() -> tuple[tuple[str, int], ...]:
    return tuple(form_registry.composed(MASTER_AGREEMENT, master_agreement()).numbers.items())


def _insider() -> GuarantorEntry:
    return GuarantorEntry(
        party=DIRECTOR,
        is_individual=True,
        deed_statement="民法第465条の9第1号（代表者）に当たるため、公正証書を要しません。",
        informed_on=date(2026, 11, 9),
        maximum_amount=15_000_000,
        fixed_on=date(2031, 11, 20),
        contracted_on=CONTRACTED_ON,
    )


def _outsider() -> GuarantorEntry:
    return GuarantorEntry(
        party=FRIEND,
        is_individual=True,
        deed_statement="令和8年11月10日作成の公正証書（見本公証人合同役場、証書番号 令和8年第123号）によって、"
        "保証債務を履行する意思を表示しました。",
        informed_on=date(2026, 11, 9),
        maximum_amount=15_000_000,
        contracted_on=CONTRACTED_ON,
    )
