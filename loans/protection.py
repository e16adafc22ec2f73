"""保全: 担保が申込と組合員の与信をいくら覆うか（手引き Q&A 3、B12a）。純粋な計算は collateral.valuation がする。

金額は円の整数。一つの担保の余力は、いくつの貸付を担保していても一度だけ数える。何も変えず、日付は受け取る。
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, Q

from collateral import valuation
from collateral.models import Asset, SecurityInterest
from coopfin.calc.yen import Explanation, group, percent_of
from coopfin.charts import Segment, StackedBar
from ledger.accounts import AccountCode
from loans import exposure
from loans.enums import COMMITTED_STATES, ApplicationState
from loans.models import Loan, LoanSecurity

#: 先に担保を使っている申込の状態
ENTITLED = (*COMMITTED_STATES, ApplicationState.DISBURSED)
#: 組合員の与信のうち、この申込の鍵
THIS = "this"


@dataclass(frozen=True, kw_only=True)
class SecurityRow:
    """担保一つの保全。link は申込と担保権を結ぶ行の番号（試算では None）。

    capacity は担保権の保全額、taken は先に承認・実行されたほかの貸付が使う額、cover は残り（この申込に使える額）。
    """

    asset: Asset
    interest: SecurityInterest
    appraised: int
    haircut_rate: Decimal
    lending_value: int
    liens: tuple[valuation.SeniorLien, ...]
    seniors: int
    margin: int
    amount: int
    capacity: int
    explanation: tuple[Explanation, ...]
    taken: int = 0
    #: 同じ担保を使うほかの貸付（受付番号）
    others: tuple[str, ...] = ()
    #: この申込のうち、この担保が覆う額
    drawn: int = 0
    link: int | None = None

    @property
    def cover(self) -> int:
        return self.capacity - self.taken

    @property
    def label(self) -> str:
        return f"{self.asset.get_kind_display()}（{self.interest.get_right_display()} 第{self.interest.rank}順位）"

    @property
    def is_joint(self) -> bool:
        """この担保権が、共同担保のうち二つ目からのものか。"""
        return self.interest.joint_with_id is not None


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """申込の保全。exposure は申込の金額、ratio は％（小数第1位、四捨五入の文字列）。"""

    rows: tuple[SecurityRow, ...]
    exposure: int
    secured: int
    unsecured: int
    ratio: str | None
    explanation: tuple[Explanation, ...]

    @property
    def appraised(self) -> int:
        return sum(asset.appraised for asset in self._assets())

    @property
    def lending_value(self) -> int:
        return sum(asset.lending_value for asset in self._assets())

    @property
    def cover(self) -> int:
        """担保の保全額の合計。金額を超えることがある。"""
        return sum(row.cover for row in self.rows)

    @property
    def taken(self) -> int:
        return sum(row.taken for row in self.rows)

    @property
    def is_full(self) -> bool:
        return self.exposure > 0 and self.unsecured == 0

    def _assets(self):
        """物件。担保権が二つあっても一度だけ。"""
        return {row.asset.pk or id(row.asset): row.asset for row in self.rows}.values()


def security_links(application):
    """申込の担保。物件・所有者・先順位・ほかの担保権まで、決まった回数の問合せで読む。"""
    if application.pk is None:
        return []
    return list(_read(Q(application=application)))


def _read(condition: Q):
    ours = SecurityInterest.objects.live().select_related("debtor").order_by("rank", "pk")
    return (
        LoanSecurity.objects.filter(condition)
        .select_related(
            "application", "interest__debtor", "interest__asset__owner_person", "interest__asset__owner_member"
        )
        .prefetch_related(
            "interest__asset__seniors", Prefetch("interest__asset__interests", queryset=ours, to_attr="live_interests")
        )
        .order_by("pk")
    )


def row_of(interest: SecurityInterest, asset: Asset, link: int | None = None, seniors=None) -> SecurityRow:
    """担保一つの保全の計算。登録の前の試算（seniors を渡す）にも、登録した後にも、この一つを使う。"""
    liens = tuple(asset.liens_before(interest, seniors))
    result = valuation.cover(asset.appraised, asset.haircut_rate, liens, interest.amount)
    return SecurityRow(
        asset=asset,
        interest=interest,
        appraised=asset.appraised,
        haircut_rate=asset.haircut_rate,
        lending_value=result.lending_value,
        liens=liens,
        seniors=sum(lien.deduction for lien in liens),
        margin=result.margin,
        amount=interest.amount,
        capacity=result.cover,
        explanation=result.explanation,
        link=link,
    )


def counted_once(rows) -> list[SecurityRow]:
    """共同担保は、合わせて一つの債権額・極度額まで。はじめの物件から順に割り当てる（民法392条・398条の16）。"""
    rows = list(rows)
    together: dict[object, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        together[row.interest.joint_key or id(row)].append(index)
    for indexes in together.values():
        if len(indexes) == 1:
            continue
        shares = valuation.joint_shares([rows[i].margin for i in indexes], rows[indexes[0]].amount)
        for i, share in zip(indexes, shares, strict=True):
            if share != rows[i].capacity:
                text = f"共同担保なので、ほかの物件と合わせて{group(rows[i].amount)}円まで。ここでは {group(share)}円"
                line = Explanation("共同担保", text, share)
                rows[i] = replace(rows[i], capacity=share, explanation=(*rows[i].explanation, line))
    return rows


def together(rows, exposure: int) -> Coverage:
    """担保の保全額を合わせ、金額と比べる。"""
    rows = _drawn(counted_once(rows), exposure)
    protection = valuation.protection(exposure, real_estate_cover=sum(row.cover for row in rows))
    names = " ＋ ".join(f"{row.asset.get_kind_display()}{group(row.cover)}円" for row in rows) or "担保なし 0円"
    total = sum(row.cover for row in rows)
    secured, unsecured = group(protection.secured), group(protection.unsecured)
    explanation = [Explanation("担保の保全額", f"{names} = {group(total)}円", total)]
    if total > exposure:
        explanation.append(
            Explanation("保全額", f"金額{group(exposure)}円を上限として {secured}円", protection.secured)
        )
    explanation.append(
        Explanation("無保全額", f"{group(exposure)}円 － {secured}円 = {unsecured}円", protection.unsecured)
    )
    return Coverage(
        rows=tuple(rows),
        exposure=exposure,
        secured=protection.secured,
        unsecured=protection.unsecured,
        ratio=protection.ratio,
        explanation=tuple(explanation),
    )


def _drawn(rows: list[SecurityRow], exposure: int) -> list[SecurityRow]:
    """それぞれの担保が、この申込のいくらを覆うか。上の担保から順に使う。"""
    shares = valuation.draw(
        {i: row.cover for i, row in enumerate(rows)}, {THIS: exposure}, [(i, THIS) for i in range(len(rows))]
    )
    return [replace(row, drawn=shares.get((i, THIS), 0)) for i, row in enumerate(rows)]


def cover_of(application) -> Coverage:
    """申込の保全。担保ごとに、評価 × 掛目 − 先順位 = 余力、余力と債権額・極度額の低い方 = 保全額（B12a）。

    同じ担保を、先に承認・実行されたほかの貸付も使うときは、その分を引いた残りを数える。
    """
    own = security_links(application)
    rows = _less_others(application, own) if own else []
    return together(rows, application.amount or 0)


def _less_others(application, own) -> list[SecurityRow]:
    earlier = Q(application__state__in=ENTITLED) & ~Q(application=application)
    if application.state in ENTITLED:
        earlier &= Q(application__lt=application.pk)
    live = Q(interest__debtor=application.member_id, interest__released_on__isnull=True)
    links = [*_read(earlier & live), *own]
    rows = {}
    for link in links:
        rows.setdefault(link.interest_id, row_of(link.interest, link.interest.asset, link.pk))
    rows = {row.interest.pk: row for row in counted_once(rows.values())}
    if len(links) == len(own):
        return [replace(rows[link.interest_id], link=link.pk) for link in own]
    others = {link.application_id: link.application for link in links if link.application_id != application.pk}
    owed = owed_by(others.values())
    pairs = sorted(
        ((link.interest_id, link.application_id) for link in links if link.application_id in others),
        key=lambda pair: pair[1],
    )
    drawn = valuation.draw({pk: row.capacity for pk, row in rows.items()}, owed, pairs)
    found = []
    for link in own:
        takers = [pk for item, pk in drawn if item == link.interest_id]
        found.append(
            replace(
                rows[link.interest_id], link=link.pk,
                taken=sum(drawn[link.interest_id, pk] for pk in takers),
                others=tuple(others[pk].number_label for pk in takers),
            )
        )  # fmt: skip
    return found


def owed_by(applications) -> dict[int, int]:
    """ほかの申込の残り。実行済は残高、実行の前は金額。"""
    owed = {each.pk: each.amount for each in applications if each.state != ApplicationState.DISBURSED}
    done = [each.pk for each in applications if each.state == ApplicationState.DISBURSED]
    if done:
        owed |= dict.fromkeys(done, 0)
        for loan in Loan.objects.filter(application__in=done).with_balance():
            owed[loan.application_id] += max(0, loan.balance)
    return owed


# --- 組合員の与信と保全 --------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ItemCover:
    """担保一つが、組合員の与信のいくらを覆うか。"""

    interest: SecurityInterest
    capacity: int
    drawn: int

    @property
    def left(self) -> int:
        return self.capacity - self.drawn

    @property
    def bar(self) -> StackedBar:
        """保全できる額のうち、使っている額の棒。"""
        return StackedBar(self.label, [Segment("使っている額", self.drawn, "ok")], whole=self.capacity)

    @property
    def label(self) -> str:
        return f"{self.interest.asset.get_kind_display()}（{self.interest.get_right_display()} 第{self.interest.rank}順位）"


@dataclass(frozen=True, kw_only=True)
class MemberCover:
    """この申込を実行したときの、組合員の与信と保全。"""

    outstanding: int
    committed: int
    requested: int
    items: tuple[ItemCover, ...]
    deposits: int

    @property
    def exposure(self) -> int:
        return self.outstanding + self.committed + self.requested

    @property
    def capacity(self) -> int:
        return sum(item.capacity for item in self.items)

    @property
    def left(self) -> int:
        return sum(item.left for item in self.items)

    @property
    def bar(self) -> StackedBar:
        """与信を、担保・預り保証金・無保全に分けた棒。"""
        parts = [
            Segment("担保", self.by_collateral, "ok"),
            Segment("預り保証金", self.by_deposits, "used"),
            Segment("無保全額", self.unsecured, "caution"),
        ]
        return StackedBar(
            f"組合員の与信の保全 {self.ratio or 0}%", [part for part in parts if part.amount], whole=self.exposure
        )

    @property
    def by_collateral(self) -> int:
        return sum(item.drawn for item in self.items)

    @property
    def by_deposits(self) -> int:
        return min(self.deposits, self.exposure - self.by_collateral)

    @property
    def unsecured(self) -> int:
        return self.exposure - self.by_collateral - self.by_deposits

    @property
    def ratio(self) -> str | None:
        return percent_of(self.exposure - self.unsecured, self.exposure)


def of_member(application, on: date) -> MemberCover:
    """組合員の与信（残高・承認済未実行・今回）を、担保と預り保証金がどこまで覆うか。

    抵当権は付けた貸付だけを、根抵当権は付けた貸付のあと、残りでこの組合員のほかの貸付も覆う（H2.3-g）。
    """
    member = application.member
    everything = exposure.of_member(member, on, on=on)
    own = everything.without(application)
    requested = 0 if application.state == ApplicationState.DISBURSED else application.amount
    owed: dict[object, int] = defaultdict(int)
    for part in own.parts:
        owed[part.application_id or part.label] += max(0, part.amount)
    if requested:
        owed[application.pk] += requested
    interests = _of_debtor(member)
    rows = {row.interest.pk: row for row in counted_once(row_of(each, each.asset) for each in interests)}
    linked = [
        (each.pk, link.application_id)
        for each in interests
        for link in each.loan_securities.all()
        if link.application_id in owed
    ]
    loans_in_order = sorted(owed, key=lambda key: key == application.pk)
    place = {key: index for index, key in enumerate(loans_in_order)}
    linked.sort(key=lambda pair: place[pair[1]])
    rest = [(each.pk, key) for key in loans_in_order for each in interests if each.is_revolving]
    drawn = valuation.draw({pk: row.capacity for pk, row in rows.items()}, owed, [*linked, *rest])
    by_item: dict[int, int] = defaultdict(int)
    for (item, _), amount in drawn.items():
        by_item[item] += amount
    return MemberCover(
        outstanding=own.outstanding,
        committed=own.committed,
        requested=requested,
        items=tuple(
            ItemCover(interest=row.interest, capacity=row.capacity, drawn=by_item[pk]) for pk, row in rows.items()
        ),
        deposits=exposure.ledger_by_member(AccountCode.MEMBER_DEPOSITS, on).get(member.pk, 0),
    )


def _of_debtor(member) -> list[SecurityInterest]:
    """この組合員の債務を担保する、効力のある担保権。"""
    live = SecurityInterest.objects.live().select_related("debtor").order_by("rank", "pk")
    return list(
        SecurityInterest.objects.live()
        .filter(debtor=member)
        .select_related("debtor", "asset__owner_person", "asset__owner_member")
        .prefetch_related(
            "loan_securities", "asset__seniors", Prefetch("asset__interests", queryset=live, to_attr="live_interests")
        )
        .order_by("pk")
    )
