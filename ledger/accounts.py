"""勘定科目の符号（ドメイン D1）。純粋な一覧。名称は組合が科目表で変えてよいが、符号は変えない。"""

from enum import StrEnum


class Side(StrEnum):
    """貸借。"""

    DEBIT = "debit"
    CREDIT = "credit"

    @property
    def label(self) -> str:
        return "借方" if self is Side.DEBIT else "貸方"

    @property
    def opposite(self) -> "Side":
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


class AccountKind(StrEnum):
    """科目の区分。"""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"

    @property
    def label(self) -> str:
        return {"asset": "資産", "liability": "負債", "equity": "純資産", "income": "収益", "expense": "費用"}[
            self.value
        ]

    @property
    def normal_side(self) -> Side:
        """増えるときに記入する側。"""
        return Side.DEBIT if self in (AccountKind.ASSET, AccountKind.EXPENSE) else Side.CREDIT


class AccountCode(StrEnum):
    """科目の符号と手引きの名称。転記（postings）はこの名前で科目を指す。"""

    def __new__(cls, code: str, label: str, kind: AccountKind, per_member: bool = False):
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.kind = kind
        member.per_member = per_member
        return member

    CASH = ("111", "現金", AccountKind.ASSET)
    CURRENT_DEPOSIT = ("112", "当座預金", AccountKind.ASSET)
    ORDINARY_DEPOSIT = ("113", "普通預金", AccountKind.ASSET)
    TIME_DEPOSIT = ("114", "定期預金", AccountKind.ASSET)
    BILL_LOANS = ("131", "手形貸付", AccountKind.ASSET, True)
    DEED_LOANS = ("132", "証書貸付", AccountKind.ASSET, True)
    DISCOUNTED_BILLS = ("133", "割引手形", AccountKind.ASSET, True)
    ADVANCES_PAID = ("144", "立替金", AccountKind.ASSET, True)
    SUSPENSE_PAYMENTS = ("145", "仮払金", AccountKind.ASSET)
    GUARANTEES_CONTRA = ("198", "保証債務見返", AccountKind.ASSET, True)
    BORROWINGS_ON_BILL = ("211", "転貸借入金（手形）", AccountKind.LIABILITY)
    BORROWINGS_ON_DEED = ("212", "転貸借入金（証書）", AccountKind.LIABILITY)
    OTHER_PAYABLES = ("224", "未払金", AccountKind.LIABILITY)
    RETAINED_LOAN_MONEY = ("225", "預り金（貸付留保）", AccountKind.LIABILITY, True)
    MEMBER_DEPOSITS = ("226", "預り保証金", AccountKind.LIABILITY, True)
    SUSPENSE_RECEIPTS = ("227", "仮受金", AccountKind.LIABILITY)
    GUARANTEES_ISSUED = ("298", "保証債務", AccountKind.LIABILITY, True)
    SHARE_CAPITAL = ("311", "出資金", AccountKind.EQUITY)
    RETAINED_EARNINGS = ("321", "剰余金", AccountKind.EQUITY)
    HEAD_OFFICE = ("399", "本部勘定", AccountKind.EQUITY)
    LOAN_INTEREST = ("411", "貸付金利息", AccountKind.INCOME, True)
    ON_LENDING_FEE = ("421", "転貸手数料", AccountKind.INCOME, True)
    BORROWING_INTEREST = ("511", "転貸借入金利息", AccountKind.EXPENSE)
    TAXES_AND_STAMPS = ("513", "租税公課", AccountKind.EXPENSE)
    COMMISSIONS = ("514", "支払手数料", AccountKind.EXPENSE)


#: 貸付の残高を持つ科目
LOAN_ACCOUNTS = (AccountCode.BILL_LOANS, AccountCode.DEED_LOANS, AccountCode.DISCOUNTED_BILLS)
#: ① 借入金残高の限度の対象になる科目
BORROWING_ACCOUNTS = (AccountCode.BORROWINGS_ON_BILL, AccountCode.BORROWINGS_ON_DEED)
