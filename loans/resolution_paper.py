"""議案書「借入金残高の最高限度等に関する件」の案（H2.1-c、手引き Q&A 1・2）。試算の数字から書き、案と記す。発行はしない。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coopfin.calc import words
from coopfin.calc.yen import Explanation, group
from documents.paper import Paper

LIMIT_PROPOSAL = Paper("limit_proposal", "総会議案（案）", "print/loans/limit_proposal.html", "2026年版")


#: 組合員ごとの定め方 → その訳
_MEMBER_REASONS = {
    "uniform": "組合員の間に差は設けません。",
    "backing": "組合員ごとには、担保などの裏付けのある額に収めます。",
    "sales": "組合員ごとには、売上高に見合う額に収め、別に担保又は保証を求めます。",
}


@dataclass(frozen=True, kw_only=True)
class ProposedLimit:
    """①〜④ の一つ。before は、いまの決議の額（なければ None）。"""

    label: str
    amount: int
    before: int | None = None

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.amount - self.before


@dataclass(frozen=True, kw_only=True)
class LimitProposal:
    """議案書の案に印字する値。"""

    issuer: str
    meeting_name: str
    item_number: str
    written_on: date
    meeting_on: date
    limits: tuple[ProposedLimit, ...]
    banks: tuple[str, ...]
    member_limit_mode: str
    sales_months: int | None
    sales_unit: int
    estimate: tuple[Explanation, ...]
    estimated: int
    fiscal_end_on: date
    borrowing_at_fiscal_end: int
    borrowing_now: int
    largest_member: int
    guaranteed_now: int
    facilities_total: int
    valid_months: int
    current: str = ""

    number = "案"
    stamp_duty = 0

    @property
    def title(self) -> str:
        return "借入金残高の最高限度等に関する件"

    @property
    def borrowing(self) -> ProposedLimit:
        return self.limits[0]

    @property
    def guarantee(self) -> ProposedLimit:
        return self.limits[1]

    @property
    def member(self) -> ProposedLimit:
        return self.limits[2]

    @property
    def compares(self) -> bool:
        """いまの決議と並べて見せるか。"""
        return any(limit.before is not None for limit in self.limits)

    @property
    def member_rule(self) -> str:
        """③ の範囲での組合員ごとの限度（名詞の形）。"""
        if self.member_limit_mode == "backing":
            return "③の範囲で、担保の保全額、出資金及び預り金の合計額"
        if self.member_limit_mode == "sales":
            return f"③の範囲で、年間売上高の{self.sales_months}か月分（{group(self.sales_unit)}円未満切捨て）の額"
        return "③の額（一律）"

    @property
    def reasons(self) -> tuple[str, ...]:
        """提案の理由。"""
        return (
            self._borrowing_reason(),
            self._member_reason(),
            self._guarantee_reason(),
            self._bank_reason(),
        )

    def _borrowing_reason(self) -> str:
        text = (
            f"①について。前年度末（{words.to_wareki(self.fiscal_end_on)}）の借入金残高は"
            f"{group(self.borrowing_at_fiscal_end)}円、本日現在は{group(self.borrowing_now)}円です。"
            f"次の表のとおり、残高は最も多いときで{group(self.estimated)}円になる見込みです。"
        )
        amount = self.borrowing.amount
        if amount == self.estimated:
            return f"{text}この額を最高限度とします。"
        if amount < self.estimated:
            return (
                f"{text}新たな借入は返済と合わせて計画し、これより{group(self.estimated - amount)}円少ない"
                f"{group(amount)}円を最高限度とします。"
            )
        return (
            f"{text}年度の途中の需要に備え、これに{group(amount - self.estimated)}円を加えた"
            f"{group(amount)}円を最高限度とします。"
        )

    def _member_reason(self) -> str:
        return (
            f"③について。貸付残高（承認してまだ実行していない額を含みます。）の最も多い組合員は"
            f"{group(self.largest_member)}円です。これからの申込も見込み、1組合員に対する最高限度は"
            f"{group(self.member.amount)}円とします。{_MEMBER_REASONS[self.member_limit_mode]}"
        )

    def _guarantee_reason(self) -> str:
        if not self.guarantee.amount:
            return "②及び④について。債務の保証は行わないので、いずれも0円とします。"
        return (
            f"②及び④について。債務保証の残高は{group(self.guaranteed_now)}円です。保証は貸付とは別の枠とし、"
            f"全体を{group(self.guarantee.amount)}円、1組合員を{group(self.limits[3].amount)}円までとします。"
        )

    def _bank_reason(self) -> str:
        if not self.banks:
            return "⑤について。借入をする金融機関は、指定しません。"
        text = "⑤について。借入は、この指定をした金融機関からだけ行います。"
        if self.facilities_total:
            text += f"これらの金融機関の融資枠は、合わせて{group(self.facilities_total)}円です。"
        return text
