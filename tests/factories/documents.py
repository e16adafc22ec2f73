"""書類の値（データベースを使わない）と、発行した書類。"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from coopfin.calc import schedule
from documents import form_registry
from documents.models import FormArticle, FormVersion
from documents.paper import Paper
from documents.parties import Party
from documents.wording import Article
from ledger.printing import Seal, SlipEntry, VoucherSlip
from loans import limits, specimens
from loans.document_list import DocumentList, ListedDocument
from loans.history import Entry
from loans.papers import CollateralEntry, GuarantorEntry
from loans.resolution_paper import LimitProposal, ProposedLimit
from loans.security_papers import SECURITY_PAPERS, SecuredItem
from loans.views.limits import LABELS
from loans.views.timeline import TimelinePaper
from tests.factories.rules import decided

COOPERATIVE = Party("石川機械工業協同組合", "石川県金沢市鞍月二丁目20番地", "代表理事　小松　正")
DEBTOR = Party("株式会社山崎製作所", "石川県白山市相木町383番地", "代表取締役　山崎　太郎")
DIRECTOR = Party("山崎　太郎", "石川県白山市相木町383番地の5")
FRIEND = Party("𠮷田　花子", "石川県野々市市扇が丘7番1号")
AFFILIATE = Party("山崎不動産有限会社", "石川県白山市相木町383番地", "取締役　渡邉　次郎")

LONG_NAME = "特定非営利活動法人ではない" + "北陸精密機械加工技術開発推進" * 6 + "株式会社"
LONG_ADDRESS = "石川県金沢市" + "大字鞍月字東荒屋小字向田" * 8 + "二丁目20番地の1　石川機械会館別館西棟10階1001号室"
LONG_PARTY = Party(LONG_NAME, LONG_ADDRESS, "代表取締役　" + "寿限無" * 12)

EXEMPT = "民法第465条の9第1号（代表者）に当たるため、公正証書を要しません。"
NOTARISED = (
    "令和8年11月10日作成の公正証書（金沢公証人合同役場、証書番号 令和8年第123号）によって、"
    "保証債務を履行する意思を表示しました。"
)
CORPORATE = "法人であるため、公正証書を要しません。"


def make_plan(**changes):
    """償還予定: 1,200万円、60回、元金均等、末日。"""
    return schedule.build(replace(specimens.plan().terms, **changes))


def make_guarantor(party=DIRECTOR, statement=EXEMPT, **changes):
    """保証人の欄。"""
    values = {
        "party": party,
        "is_individual": not party.representative,
        "deed_statement": statement,
        "informed_on": date(2026, 11, 9),
        "maximum_amount": 15_000_000,
        "fixed_on": date(2031, 11, 20),
        "contracted_on": date(2026, 11, 24),
    }
    return GuarantorEntry(**{**values, **changes})


THREE_GUARANTORS = (
    make_guarantor(),
    make_guarantor(FRIEND, NOTARISED),
    make_guarantor(AFFILIATE, CORPORATE, informed_on=None, fixed_on=None),
)


def many_guarantors(count=20):
    """名前と住所の長い保証人。"""
    return tuple(
        make_guarantor(
            Party(f"{'寿限無' * 8}　第{number}郎", f"{LONG_ADDRESS}（{number}）"),
            NOTARISED,
            maximum_amount=1_234_567_890 + number,
        )
        for number in range(1, count + 1)
    )


LAND = CollateralEntry(
    description="土地　石川県白山市相木町字西浦12番3　宅地　661.15平方メートル",
    right="抵当権",
    rank=1,
    amount_label="債権額",
    amount=12_000_000,
    owner="山崎　太郎",
)


PARTIES = {"creditor": COOPERATIVE, "debtor": DEBTOR}


def make_master_agreement(**changes):
    """約定書の値。"""
    return replace(specimens.master_agreement(), **{"number": "D2026-0001", **PARTIES, **changes})


def make_deed(**changes):
    """証書の値。転貸・担保・保証人のすべてがある、ふつうの一件。"""
    values = {
        "number": "D2026-0002",
        **PARTIES,
        "account": "北國銀行 本店営業部 普通 1234567",
        "bank": "商工組合中央金庫金沢支店",
        "guarantors": THREE_GUARANTORS,
        "collateral": (LAND,),
        "owners": (DIRECTOR,),
    }
    return replace(specimens.deed(), **{**values, **changes})


def make_bare_deed(**changes):
    """保証人も担保も手数料もない、自己資金の証書。"""
    plain = make_plan(fee_rate=Decimal(0))
    return make_deed(
        **{"schedule": plain, "guarantors": (), "collateral": (), "owners": (), "bank": "", "account": "", **changes}
    )


def make_deed_with_mortgage(**changes):
    """抵当権も設定する証書の値。"""
    return make_deed(**{"mortgages": (LAND,), "collateral": specimens.deed_with_mortgage().collateral, **changes})


def make_security_contract(code, **changes):
    """担保の契約書の値。"""
    specimen = specimens.security_contract(SECURITY_PAPERS[code])
    ours = {specimens.DEBTOR: DEBTOR, specimens.DIRECTOR: DIRECTOR}
    items = tuple(replace(item, owner=ours[item.owner]) for item in specimen.items)
    return replace(specimen, **{"number": "D2026-0005", **PARTIES, "items": items, **changes})


SHARES = SecuredItem(
    kind="securities", description="北陸電機株式会社　普通株式　5,000株", right="assignment", rank=1,
    amount=5_000_000, owner=DEBTOR,
)  # fmt: skip
MACHINE = replace(SHARES, kind="machinery", description="マシニングセンタ　製造番号 M-0001")
CLAIM = replace(SHARES, kind="receivable", description="小松商事株式会社に対する令和8年10月分の売掛金")
FACTORY = replace(
    SHARES, kind="land", description="石川県白山市相木町字西浦12番3　宅地　661.15平方メートル", right="mortgage"
)
MANY = tuple(
    replace(
        FACTORY, description=f"{LONG_ADDRESS}　{number}番　宅地", rank=number, amount=9_876_543_210,
        owner=LONG_PARTY if number % 2 else Party(f"{'寿限無' * 8}{number}", LONG_ADDRESS),
    )
    for number in range(1, 21)
)  # fmt: skip
#: (名, 様式, 変えるところ)
SECURITY_SAMPLES = [
    ("mortgage_contract", "mortgage_contract", {}),
    ("mortgage_contract_by_the_debtor", "mortgage_contract", {"items": (replace(FACTORY, owner=DEBTOR),)}),
    ("mortgage_contract_long", "mortgage_contract", {"items": MANY, "debtor": LONG_PARTY, "creditor": LONG_PARTY}),
    ("revolving_mortgage_contract", "revolving_mortgage_contract", {}),
    (
        "revolving_mortgage_contract_by_the_debtor",
        "revolving_mortgage_contract",
        {
            "items": tuple(
                replace(FACTORY, right="revolving_mortgage", amount=amount) for amount in (8_000_000, 4_000_000)
            )
        },
    ),
    ("assignment_contract", "assignment_contract", {"items": (MACHINE, replace(CLAIM, owner=DIRECTOR))}),
    ("assignment_contract_of_goods", "assignment_contract", {"items": (MACHINE,)}),
    ("assignment_contract_of_claims", "assignment_contract", {"items": (CLAIM,)}),
    ("pledge_contract", "pledge_contract", {"items": (replace(CLAIM, right="pledge"),)}),
    ("pledge_contract_by_another", "pledge_contract", {"items": (replace(CLAIM, right="pledge", owner=DIRECTOR),)}),
    ("securities_pledge", "securities_pledge", {}),
    ("securities_pledge_assigned", "securities_pledge", {"items": (SHARES,)}),
]


def make_long_deed(**changes):
    """名前がとても長く、保証人が20人、償還が180回の証書。"""
    values = {
        "creditor": LONG_PARTY,
        "debtor": Party("有限会社" + LONG_NAME, LONG_ADDRESS, LONG_PARTY.representative),
        "purpose": "設備資金（" + "マシニングセンタ及び付帯設備の導入" * 10 + "）",
        "payment_place": LONG_ADDRESS,
        "bank": LONG_NAME,
        "guarantors": many_guarantors(),
        "owners": (LONG_PARTY, Party("担保　提供", LONG_ADDRESS)),
        "schedule": make_plan(principal=9_876_543_210, instalments=180, method="equal_payment", grace=6),
        "collateral": tuple(LAND for _ in range(8)),
    }
    return make_deed(**{**values, **changes})


def make_guarantee_letter(**changes):
    """保証書の値。"""
    values = {"number": "D2026-0003", **PARTIES, "guarantors": THREE_GUARANTORS}
    return replace(specimens.guarantee_letter(), **{**values, **changes})


def make_long_guarantee_letter(**changes):
    """名前がとても長く、保証人が20人の保証書。"""
    return make_guarantee_letter(
        **{"creditor": LONG_PARTY, "debtor": LONG_PARTY, "guarantors": many_guarantors(), **changes}
    )


def make_slip(**changes):
    """振替伝票の値: 手形貸付の実行（手引きの例、HB-V1）。"""
    values = {
        "number": "D2026-0004",
        "issuer": "石川機械工業協同組合",
        "heading": "振替伝票",
        "voucher_number": "2026-0123",
        "state_note": "",
        "dated_on": date(2026, 11, 24),
        "description": "手形貸付の実行　株式会社山崎製作所",
        "debits": (SlipEntry(account="手形貸付", amount=10_000_000, sub="株式会社山崎製作所　T-2026-001"),),
        "credits": (
            SlipEntry(account="貸付金利息", amount=147_945, sub="株式会社山崎製作所　T-2026-001", memo="90日 年6%"),
            SlipEntry(account="転貸手数料", amount=2_465, sub="株式会社山崎製作所　T-2026-001", memo="90日 年0.1%"),
            SlipEntry(account="当座預金", amount=9_849_590, memo="差引交付額"),
        ),
        "seals": (
            Seal(label="起票者", name="事務 一郎", on=date(2026, 11, 24)),
            Seal(label="承認者", name="局長 二郎", on=date(2026, 11, 24)),
        ),
    }
    return VoucherSlip(**{**values, **changes})


def make_long_slip(**changes):
    """行が多く、名前の長い伝票。"""
    return make_slip(
        **{
            "heading": "開始伝票",
            "issuer": LONG_NAME,
            "description": "期首の残高　" + "摘要の長い伝票" * 20,
            "debits": tuple(SlipEntry(account="証書貸付", amount=9_876_543_210 + n, sub=LONG_NAME) for n in range(30)),
            "credits": (SlipEntry(account="本部勘定", amount=9_876_543_210 * 30 + 435, memo="期首"),),
            "reverses": "2026-0100",
            "reason": "金額の誤り",
            **changes,
        }
    )


TINY = Paper("tiny", "試しの書類", "print/ledger/voucher_slip.html", "2026年版", sheet="slip")


# --- 議案の案 ------------------------------------------------------------------------------


def make_limit_proposal(**changes):
    """議案書の案: いまの決議より ① を上げる。"""
    before = (400_000_000, 50_000_000, 50_000_000, 10_000_000)
    amounts = changes.pop("amounts", (450_000_000, 50_000_000, 60_000_000, 10_000_000))
    estimate = limits.estimate_borrowing_limit(
        prev_year_end_borrowing=80_000_000, turnover_need=30_000_000, facility_need=50_000_000, other_need=5_000_000,
        own_funds=25_000_000, prev_year_end_onlending=220_000_000, new_onlending=90_000_000,
    )  # fmt: skip
    values = {
        "issuer": "石川機械工業協同組合",
        "meeting_name": "第49回通常総会",
        "item_number": "第5号議案",
        "written_on": date(2027, 4, 20),
        "meeting_on": date(2027, 5, 25),
        "limits": tuple(
            ProposedLimit(label=label, amount=amount, before=old)
            for label, amount, old in zip(LABELS.values(), amounts, before, strict=True)
        ),
        "banks": ("商工組合中央金庫 金沢支店", "北國銀行 県庁支店"),
        "member_limit_mode": "uniform",
        "sales_months": None,
        "sales_unit": 10_000,
        "estimate": estimate.explanation,
        "estimated": estimate.limit,
        "fiscal_end_on": date(2027, 3, 31),
        "borrowing_at_fiscal_end": 300_000_000,
        "borrowing_now": 310_000_000,
        "largest_member": 48_000_000,
        "guaranteed_now": 3_000_000,
        "facilities_total": 330_000_000,
        "valid_months": 3,
        "current": "第48回通常総会 第5号議案（令和8年5月25日）",
    }
    return LimitProposal(**{**values, **changes})


def make_long_limit_proposal():
    """名前のとても長い、初めての決議の案。保証はせず、売上等基準で差を付ける。"""
    limits_ = tuple(
        ProposedLimit(label=label, amount=amount)
        for label, amount in zip(LABELS.values(), (9_999_999_999_999, 0, 999_999_999_999, 0), strict=True)
    )
    return make_limit_proposal(
        issuer=LONG_NAME, meeting_name="臨時総会" * 15, item_number="第123456789号議案" * 2, limits=limits_,
        banks=tuple(f"{LONG_NAME} 第{number}支店" for number in range(1, 9)), member_limit_mode="sales",
        sales_months=2, current="", facilities_total=0,
    )  # fmt: skip


def make_document_list(**changes):
    """書類のご案内: 要るもの三つ、実行までのもの一つ、受け取ったもの一つ。"""
    values = {
        "issuer": "石川機械工業協同組合",
        "member": "能登精機株式会社",
        "about": "証書貸付　設備資金　12,000,000円",
        "written_on": date(2026, 11, 24),
        "person_in_charge": "山田 太郎",
        "needed": (
            ListedDocument(name="決算書（2期）", note="税務申告書の控え。電子申告は受信通知を添える。"),
            ListedDocument(
                name="見積書",
                note="設備の相手先が発行したもの。",
                conditions="発行から6か月以内のもの",
                state="期限切れ",
            ),
            ListedDocument(name="納税証明書", note="未納がないこと。", conditions="発行から3か月以内のもの・原本"),
        ),
        "later": (
            ListedDocument(name="登記事項証明書", note="履歴事項全部証明書。", conditions="発行から3か月以内のもの"),
        ),
        "welcome": (ListedDocument(name="定款", note="新しく取引する組合員だけ"),),
        "received": (ListedDocument(name="企業概要"),),
        **changes,
    }
    return DocumentList(**values)


def make_long_document_list():
    """名のとても長い三十件。"""
    rows = tuple(
        ListedDocument(
            name=f"{number}番　" + "長い名の書類" * 8,
            note="組合員に伝える言葉" * 16,
            conditions="発行から3か月以内のもの・原本",
        )
        for number in range(1, 31)
    )
    return make_document_list(issuer=LONG_NAME, member=LONG_NAME, needed=rows, later=(), welcome=(), received=())


def make_timeline(name="能登精機株式会社", *, times=1) -> TimelinePaper:
    """経過。手続と意見と書類が times 回ずつ。"""
    entries = [
        Entry(
            date(2026, 11, 24),
            "step",
            "差し戻す",
            "北村 洋子",
            f"{name}の見積書を取り直すこと。",
            "理事会 付議中 → 差戻し",
        ),
        Entry(
            date(2026, 11, 20), "opinion", "委員の意見", "高瀬 美穂", "", "意見 条件付賛成\n条件 公正証書〔契約まで〕"
        ),
        Entry(date(2026, 11, 2), "document", "書類の受領", "山田 花子", "", "見積書"),
    ] * times
    return TimelinePaper(
        title="2026-0042 経過", issuer="石川機械工業協同組合", subject=f"2026-0042　{name}　設備資金　12,000,000円",
        kind="すべて", reader="山田 花子", read_at="2026年11月24日 14:05", entries=tuple(entries),
    )  # fmt: skip


def make_form_version(
    *articles: Article, paper="master_agreement", effective_on=date(2026, 4, 1), proposer=None, approver=None,
    approved=True, **changes,
):  # fmt: skip
    """様式の版。articles がなければ標準の文言を写す。承認は、提案した人と別の人がする。"""
    copied = form_registry.standard(paper)
    values = {"label": "2027年版", "source": "第312回理事会 第4号議案", "lead": copied.lead, "closing": copied.closing}
    version = decided(
        FormVersion(paper=paper, effective_on=effective_on, **{**values, **changes}), proposer=proposer, approved=False
    )
    FormArticle.objects.bulk_create(
        FormArticle(version=version, position=place, heading=article.heading, when=article.when, body=article.body)
        for place, article in enumerate(articles or copied.articles, start=1)
    )
    if not approved:
        return version
    version.take_effect()
    return decided(version, proposer=version.proposed_by, approver=approver)
