"""今日の仕事・検索・メニュー・組合員の頁への登録。件数は見てよい案件だけを数え、問合せの数は件数で増えない。"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone

from coopfin import handbook, worklists
from coopfin.calc import days, words
from coopfin.charts import LineChart, Series
from coopfin.delegation import Reach
from coopfin.flow import block
from coopfin.models import DelegatedAct
from coopfin.worklists import MenuItem, Task, Tile
from governance.enums import CHAIR_TITLES, BodyKind
from governance.enums import OPEN_STATES as OPEN_ITEMS
from governance.models import AgendaItem, Opinion, Seat
from ledger.models import VoucherState
from loans import dealings, waiting
from loans.enums import EDITABLE_STATES, LoanState, LoanType
from loans.enums import ApplicationState as S
from loans.filters import CONTRACT_STATES
from loans.headroom import of_member
from loans.models import (
    Application,
    Condition,
    DecisionNotice,
    DirectorDealing,
    Escalation,
    GuaranteeReview,
    Instalment,
    Loan,
    LoanEvent,
    Product,
)  # fmt: skip
from loans.views.dealings import visible_dealings
from loans.views.search import search
from members.debts import Debt, register_debts
from members.merging import register_guard
from members.models import Member
from members.panels import register_member_panel
from oversight import targets

MOST_TASKS = 20
CHART_MONTHS = 24
WEEK = timedelta(days=7)

#: 事務局が次に踏むステップ（申込・審査のうち）
CLERK_STATES = (S.RECEIVED, S.INVESTIGATION, S.RECOMMENDED, S.RETURNED)
#: 状態 → することば（今日の仕事の行）
CLERK_WORK = {
    S.DRAFT: "申込を受け付ける",
    S.RECEIVED: "実態把握を始める",
    S.RETURNED: "差戻しを見て実態把握をやり直す",
    S.INVESTIGATION: "実態把握を書いて金融委員会に付議する",
    S.RECOMMENDED: "理事会に付議する",
    S.APPROVED: "契約手続を始める",
    S.CONTRACTING: "契約書類をそろえる",
    S.READY: "実行の伝票を起票する",
}


def _visible(user, on):
    return Application.objects.visible_to(user, on)


def _visible_loans(user, on):
    return Loan.objects.filter(application__in=_visible(user, on).order_by().values("pk"))


def _without_my_opinion(user, on):
    """この委員の意見を待つ申込。"""
    person = getattr(user, "person", None)
    if person is None or not user.has_perm("loans.give_opinion"):
        return Application.objects.none()
    mine = Opinion.objects.filter(
        seat__person=person,
        item__state__in=OPEN_ITEMS,
        item__body__kind=BodyKind.COMMITTEE,
        item__content_type=ContentType.objects.get_for_model(Application),
        item__object_id=OuterRef("pk"),
    )
    waiting = _visible(user, on).filter(state=S.COMMITTEE_QUEUE)
    return waiting.alias(opinion=Subquery(mine.values("pk")[:1])).filter(opinion__isnull=True)


def _to_conclude(user, on):
    """自分の意見を述べた委員長が、答申にまとめる申込（受け付けた人には出さない）。"""
    person = getattr(user, "person", None)
    if person is None or not user.has_perm("loans.recommend"):
        return Application.objects.none()
    chair = Seat.objects.of(BodyKind.COMMITTEE).current(on).filter(person=person, title__in=CHAIR_TITLES)
    given = _visible(user, on).filter(Exists(chair), state=S.COMMITTEE_QUEUE).exclude(received_by=user)
    return given.exclude(pk__in=_without_my_opinion(user, on).order_by().values("pk"))


def _decision_due(user, on):
    """理事会が開かれて、決定の記録を待つ申込（受け付けた人には出さない）。"""
    if not user.has_perm("loans.decide"):
        return Application.objects.none()
    held = AgendaItem.objects.filter(
        content_type=ContentType.objects.get_for_model(Application),
        state__in=OPEN_ITEMS,
        body__kind=BodyKind.BOARD,
        meeting__held_on__lte=on,
    )
    return _visible(user, on).filter(state=S.BOARD_QUEUE, pk__in=held.values("object_id")).exclude(received_by=user)


def _to_instruct(user, on):
    """理事長の指示を待つ申込（自分が求めたものは除く）。"""
    waiting = Escalation.objects.filter(instructed_on__isnull=True, superseded=False).exclude(asked_by=user)
    return _visible(user, on).filter(state__in=EDITABLE_STATES, pk__in=waiting.values("application"))


def _instructed(user, on):
    """指示があって、事務局が次に進める下書き（求めた人の仕事）。"""
    answered = Escalation.objects.filter(instructed_on__isnull=False, asked_by=user)
    return _visible(user, on).filter(state=S.DRAFT, pk__in=answered.values("application"))


def review_count(user, on) -> int:
    """申込・審査で、この人を待つ案件の数。"""
    total = 0
    if user.has_perm("loans.edit_application"):
        total += _visible(user, on).filter(state__in=CLERK_STATES).count()
    if user.has_perm("loans.give_opinion"):
        total += _without_my_opinion(user, on).count()
    if user.has_perm("loans.recommend"):
        total += _to_conclude(user, on).count()
    if user.has_perm("loans.decide"):
        total += _decision_due(user, on).count()
    if user.has_perm("loans.instruct"):
        total += _to_instruct(user, on).count()
    return total


def _contract_work(user, on):
    """契約・実行で、この人がすること。"""
    mine = Q(pk__in=[])
    if user.has_perm("loans.contract"):
        mine |= Q(state=S.APPROVED) | Q(state=S.CONTRACTING)
    if user.has_perm("loans.prepare_disbursement"):
        mine |= Q(state=S.READY)
    if user.has_perm("loans.confirm_ready") and not user.has_perm("loans.contract"):
        mine |= Q(state=S.CONTRACTING, pk__in=_to_confirm(user, on))
    waiting = LoanEvent.objects.filter(voucher__state=VoucherState.PREPARED).values("loan__application")
    return _visible(user, on).filter(mine).exclude(pk__in=waiting)


def _to_confirm(user, on) -> set[int]:
    """実行できることの確認が、この人の番に当たる案件。理事長には、委譲を受けただれも確認できないものだけ。"""
    reach = Reach.on(on)

    def may(one) -> set[int]:
        own = Loan.objects.filter(contracted_by=one).exclude(state=LoanState.CANCELLED).values("application")
        found = _visible(one, on).filter(state=S.CONTRACTING).exclude(pk__in=own).order_by()
        return {pk for pk, amount in found.values_list("pk", "amount")
                if reach.may(DelegatedAct.CONFIRM_READY, amount, one.roles)}  # fmt: skip

    mine = may(user)
    for deputy in reach.before(user) if mine else ():
        mine -= may(deputy)
    return mine


def contract_count(user, on) -> int:
    """契約・実行で、この人を待つ案件の数。"""
    return _contract_work(user, on).count()


# --- 札 -------------------------------------------------------------------------------------


def review_tile(user, on):
    """札「審査を待つ申込」。"""
    if not user.has_perm("loans.view_application"):
        return []
    counts = _visible(user, on).aggregate(
        committee=Count("pk", filter=Q(state=S.COMMITTEE_QUEUE)),
        board=Count("pk", filter=Q(state__in=(S.RECOMMENDED, S.BOARD_QUEUE))),
    )
    note = f"金融委員会 {counts['committee']}・理事会 {counts['board']}"
    return [Tile("審査を待つ申込", sum(counts.values()), "件", note, f"{reverse('loans:applications')}?stage=open")]


def contract_tile(user, on):
    """札「実行を待つ契約」。"""
    if not user.has_perm("loans.view_loan"):
        return []
    counts = _visible(user, on).aggregate(
        **{state: Count("pk", filter=Q(state=state)) for state in CONTRACT_STATES}, total=Sum(
            "amount", filter=Q(state__in=CONTRACT_STATES)
        )
    )  # fmt: skip
    note = f"承認済 {counts[S.APPROVED]}・契約手続中 {counts[S.CONTRACTING]}・実行待ち {counts[S.READY]}"
    count = sum(counts[state] for state in CONTRACT_STATES)
    return [Tile("実行を待つ契約", count, "件", note, reverse("loans:contracting"))]


def _due_this_week(user, on):
    """7日のうちに期日が来る回と手形（見てよい貸付）。"""
    loans = Loan.objects.active().filter(application__in=_visible(user, on).order_by().values("pk"))
    instalments = Instalment.objects.filter(loan__in=loans.values("pk"), pay_on__range=(on, on + WEEK))
    bills = loans.filter(loan_type=LoanType.BILL, maturity_on__range=(on, on + WEEK))
    return instalments, bills


def due_tile(user, on):
    """札「今週の期日」。"""
    if not user.has_perm("loans.view_loan"):
        return []
    instalments, bills = _due_this_week(user, on)
    rows = instalments.aggregate(
        count=Count("pk"),
        principal=Sum("principal", default=0),
        rest=Sum("interest", default=0),
        fee=Sum("fee", default=0),
    )
    bill = bills.aggregate(count=Count("pk"), principal=Sum("principal", default=0))
    total = rows["principal"] + rows["rest"] + rows["fee"] + bill["principal"]
    note = f"7日以内の支払 計{words.format_yen(total)}円" if total else "7日以内の期日はありません"
    return [Tile("今週の期日", rows["count"] + bill["count"], "件", note, reverse("loans:loans") + "?state=active")]


# --- 手を付けること -------------------------------------------------------------------------


def tasks(user, on):
    """この人がすること。古いものから。"""
    found = []
    work = [
        ("loans.give_opinion", lambda: _without_my_opinion(user, on), lambda a: ("意見を述べる", "loans:opinion")),
        (
            "loans.recommend",
            lambda: _to_conclude(user, on),
            lambda a: ("意見をまとめて答申を記録する", "loans:recommend"),
        ),
        (
            "loans.instruct",
            lambda: _to_instruct(user, on),
            lambda a: ("基準を満たさない申込に指示をする", "loans:instruct"),
        ),
        (
            "loans.receive_application",
            lambda: _instructed(user, on),
            lambda a: ("理事長の指示を読んで進める", "loans:application"),
        ),
        ("loans.decide", lambda: _decision_due(user, on), lambda a: ("理事会の決定を記録する", "loans:decide")),
        ("loans.edit_application", lambda: _clerk_work(user, on), lambda a: (CLERK_WORK[a.state], "loans:application")),
        (
            "loans.view_loan",
            lambda: _contract_work(user, on),
            lambda a: (_contract_word(user, a, on), "loans:application"),
        ),
    ]
    for permission, rows, say in work:
        if not user.has_perm(permission):
            continue
        for application in rows().select_related("member").order_by("entered_state_on", "pk")[:MOST_TASKS]:
            verb, page = say(application)
            found.append(
                Task(
                    f"{verb}　{application.number_label}",
                    f"{application.member}　{words.format_yen(application.amount)}円",
                    reverse(page, args=[application.pk]),
                    due_on=application.approval_expires_on if application.state in CONTRACT_STATES else None,
                    since_on=application.entered_state_on,
                )
            )
    return found


def _clerk_work(user, on):
    return _visible(user, on).filter(Q(state__in=CLERK_STATES) | Q(state=S.DRAFT, created_by=user))


def _contract_word(user, application, on) -> str:
    expires = application.approval_expires_on
    if expires is not None and expires < on and application.state == S.APPROVED:
        return "期限の切れた承認を付議し直すか取り下げる"
    if application.state == S.CONTRACTING and not user.has_perm("loans.contract"):
        return "実行できることを確認する"
    return CLERK_WORK[application.state]


# --- 図 -------------------------------------------------------------------------------------


def balance_panel(user, on):
    """貸付残高の推移（月末、計上済のできごとから）。"""
    if not user.has_perm("loans.view_loan"):
        return None
    moved = (
        LoanEvent.objects.posted()
        .filter(on__lte=on)
        .annotate(month=TruncMonth("on"))
        .values("month", "loan__loan_type")
        .annotate(total=Sum("principal"))
        .order_by("month")
    )
    by_month: dict = defaultdict(lambda: defaultdict(int))
    for row in moved:
        by_month[row["month"]][row["loan__loan_type"]] += row["total"]
    if not by_month:
        return None
    first = max(min(by_month), days.add_months(on.replace(day=1), 1 - CHART_MONTHS))
    running = dict.fromkeys(LoanType.values, 0)
    for month in sorted(by_month):
        if month < first:
            for kind, amount in by_month[month].items():
                running[kind] += amount
    lines: dict = {kind: [] for kind in LoanType.values}
    month = first
    while month <= on:
        for kind in LoanType.values:
            running[kind] += by_month.get(month, {}).get(kind, 0)
            lines[kind].append((min(days.month_end(month.year, month.month), on), running[kind]))
        month = days.add_months(month, 1)
    total = [(day, sum(lines[kind][place][1] for kind in lines)) for place, (day, _) in enumerate(lines[LoanType.BILL])]
    return {
        "template": "loans/parts/balance_panel.html",
        "chart": LineChart("貸付残高の推移", [Series("貸付残高", total, area=True)], step=False, width=480, height=200),
        "total": total[-1][1],
        "parts": [(LoanType(kind).label, points[-1][1]) for kind, points in lines.items()],
    }


# --- 組合員の頁 -----------------------------------------------------------------------------


def member_panel(member, user, on):
    """組合員の頁: この組合員の申込と貸付。"""
    if not user.has_perm("loans.view_application"):
        return None
    applications = list(_visible(user, on).filter(member=member).select_related("member")[:50])
    loans = []
    if user.has_perm("loans.view_loan"):
        visible = _visible(user, on).filter(member=member).order_by().values("pk")
        shown = Loan.objects.with_balance().filter(application__in=visible).exclude(state=LoanState.CANCELLED)
        loans = list(shown.select_related("member"))
    return {
        "template": "loans/parts/member_panel.html",
        "order": 10,
        "applications": applications,
        "loans": loans,
        "balance": sum(loan.balance for loan in loans),
        "create_url": f"{reverse('loans:create')}?member={member.pk}"
        if user.has_perm("loans.edit_application") and member.is_current(on)
        else "",
    }


def debts(member, on):
    """組合員の債務: 実行済の貸付の元金残高（持分の払戻しを止めるか、中協法22条）。"""
    for loan in Loan.objects.with_balance(on).filter(member=member).exclude(state=LoanState.CANCELLED).order_by("pk"):
        yield Debt(f"貸付 {loan.number}", loan.balance, loan.get_absolute_url())


def keep_cases_apart(kept, gone):
    """申込や貸付のある組合員は、ほかの組合員にまとめられない（受付番号・契約書・伝票が組合員の名を固めている）。"""
    count = Application.objects.filter(member=gone).count()
    if count:
        yield block(
            f"「{gone}」には申込・貸付が{count}件あります。金銭の記録のある組合員はまとめられません。",
            "帳簿の記録（中小企業等協同組合法41条）",
            detail="残すほうと逆にすると、まとめられることがあります。",
            code="cases",
        )


# --- 理事との取引 ---------------------------------------------------------------------------


def dealing_tasks(user, on):
    """理事会への報告を待つ取引。"""
    if not user.has_perm("loans.report_dealings"):
        return
    waiting = visible_dealings(user, on).filter(reported_on__isnull=True).order_by("disbursed_on", "pk")
    for dealing in waiting[:MOST_TASKS]:
        yield Task(
            "理事との取引を理事会に報告する",
            f"{dealing.loan}（理事 {dealing.person}）",
            reverse("loans:dealing_report", args=[dealing.pk]),
            due_on=dealing.due_on,
        )


def dealing_panel(obj, user, on):
    """案件・貸付のページの「理事との取引」。取引にあたらなければ出さない。"""
    application = obj if isinstance(obj, Application) else getattr(obj, "application", None)
    if application is None:
        return None
    found = list(DirectorDealing.objects.filter(loan__application=application).with_next_board().select_related(
        "meeting__body", "person"
    ))  # fmt: skip
    standing = [(dealing.person, dealing.capacity) for dealing in found]
    standing = standing or list(dealings.directors(application, on=on).items())
    if not standing:
        return None
    for dealing in found:
        dealing.late = dealing.is_overdue(on)
    return {
        "template": "loans/parts/dealing_panel.html",
        "source": dealings.SOURCE,
        "directors": standing,
        "decision": dealings.decision_of(application),
        "dealings": found,
        "may_report": user.has_perm("loans.report_dealings"),
    }


# --- 組合員の頁（限度と余力） ----------------------------------------------------------------


def headroom_panel(member, user, on):
    """組合員の頁: この組合員の限度と余力。利害関係のある人には出さない。"""
    if not user.has_perm("loans.view_loan"):
        return None
    found = of_member(member, on, on)
    visible = set(_visible(user, on).filter(member=member).order_by().values_list("pk", flat=True))
    if found["check"] is None or found["held"].is_veiled(visible):
        return None
    if not member.is_current(on) and not found["check"].outstanding and not found["guarantee"].outstanding:
        # 組合員でない人に新しい貸付はできないので、余力は言わない。
        return None
    return {
        "template": "loans/parts/headroom_panel.html",
        "place": "aside",
        "url": reverse("loans:headroom_member", args=[member.pk]),
        "sales": member.annual_sales.order_by("-ended_on").first(),
        "sales_url": reverse("members:sales", args=[member.pk]) if user.has_perm("members.edit_member") else "",
        **found,
    }


def _products_to_decide(user):
    """この人が承認・却下できる、商品の提案。"""
    if not user.has_perm("loans.approve_product"):
        return Product.objects.none()
    return Product.objects.waiting().exclude(proposed_by=user).order_by("pk")


def waiting_products(user, on) -> int:
    """商品のメニューの件数。"""
    return _products_to_decide(user).count()


def product_tasks(user, on):
    """承認を待つ商品。"""
    return [
        Task(
            "商品の提案を承認または却下する",
            f"{product}（提案 {product.proposed_by}）",
            product.proposal_url,
            since_on=timezone.localtime(product.proposed_at).date(),
        )
        for product in _products_to_decide(user).select_related("proposed_by")[:MOST_TASKS]
    ]


def register() -> None:
    targets.register(
        targets.Target("loans.application", "loans.view_application", "loans:application", _visible, is_case=True)
    )
    targets.register(targets.Target("loans.loan", "loans.view_loan", "loans:loan", _visible_loans))
    worklists.register_menu(
        MenuItem(
            "貸付", 20, "申込・審査", "loans:applications", "loans.view_application", review_count,
            (
                "loans:application", "loans:create", "loans:edit", "loans:receive", "loans:investigat",
                "loans:submit", "loans:opinion", "loans:attach", "loans:checklist", "loans:advice", "loans:escalate", "loans:take_back", "loans:instruct", "loans:recommend", "loans:reopen", "loans:timeline", "loans:memorandum", "loans:case_paper", "loans:notice", "loans:comment", "loans:decide", "loans:return", "loans:withdraw",
                "loans:security", "loans:guarantee",
            ),
        )
    )  # fmt: skip
    worklists.register_menu(
        MenuItem(
            "貸付", 30, "契約・実行", "loans:contracting", "loans.view_loan", contract_count,
            (
                "loans:contract", "loans:cancel_contract", "loans:paper", "loans:condition", "loans:confirm",
                "loans:disburse", "loans:funding",
            ),
        )
    )  # fmt: skip
    worklists.register_menu(MenuItem("貸付", 40, "貸付台帳", "loans:loans", "loans.view_loan", None, ("loans:loan",)))
    worklists.register_menu(
        MenuItem(
            "貸付",
            15,
            "商品",
            "loans:products",
            "loans.view_product",
            waiting_products,
            ("loans:products", "loans:product"),
        )
    )
    worklists.register_menu(
        MenuItem(
            "貸付", 45, "限度額の余力", "loans:headroom", "loans.view_loan", None, ("loans:headroom", "loans:limit")
        )
    )
    worklists.register_tile(review_tile)
    worklists.register_tile(contract_tile)
    worklists.register_tile(waiting.expiry_tile)
    worklists.register_tile(due_tile)
    worklists.register_task(tasks)
    worklists.register_task(dealing_tasks)
    worklists.register_task(product_tasks)
    worklists.register_task(waiting.question_tasks)
    worklists.register_task(waiting.waiver_tasks)
    worklists.register_task(waiting.notice_tasks)
    worklists.register_object_panel(dealing_panel)
    worklists.register_menu(
        MenuItem(
            "貸付", 46, "理事との取引", "loans:dealings", "loans.view_dealings", None,
            ("loans:dealing", "loans:related"),
        )
    )  # fmt: skip
    for label, url_name, permission, codes in (
        ("申込・審査", "loans:applications", "loans.view_application", ("H2.2-a", "H2.2-b", "H2.4-c", "H2.4-d")),
        ("案件のページの返済の力", "loans:applications", "loans.view_application", ("H2.4-a", "H2.4-b")),
        (
            "案件のページの実態把握調査書",
            "loans:applications",
            "loans.view_application",
            ("H2.3-0", "H2.3-a", "H2.3-b", "H2.3-c", "H2.3-d"),
        ),
        ("案件のページの経営者保証の検討", "loans:applications", "loans.view_application", ("H2.4-f",)),
        ("限度額の余力", "loans:headroom", "loans.view_loan", ("H2.1-c", "H2.1-f", "H2.2-a")),
        ("理事との取引", "loans:dealings", "loans.view_dealings", ("H2.1-e",)),
        ("契約・実行", "loans:contracting", "loans.view_loan", ("H2.1-g", "H2.5-a", "H2.5-e")),
    ):
        handbook.kept_at(label, url_name, permission, *codes)
    handbook.kept_at("案件のページの相談の記録と理事長の指示", "loans:applications", "loans.view_application", "H2.2-c")
    handbook.kept_by(Application, "application_instructed_by_another", "H2.2-c", "H2.1-e")
    handbook.kept_by(Escalation, "escalation_two_persons", "H2.2-c", "H2.1-e")
    handbook.kept_at("商品", "loans:products", "loans.view_product", "H2.1-b", "H2.2-d")
    handbook.kept_by(Application, "application_purpose", "H2.2-b")
    handbook.kept_by(Application, "application_split", "H2.2-b")
    handbook.kept_by(Application, "application_terms_by_type", "H2.4-c")
    handbook.kept_by(Application, "application_two_persons", "H2.1-e")
    handbook.kept_by(GuaranteeReview, "guaranteereview_waived_with_reason", "H2.4-f")
    handbook.kept_by(GuaranteeReview, "guaranteereview_explained_whole", "H2.4-f")
    handbook.kept_by(Condition, "condition_met_whole", "H2.4-g")
    handbook.kept_at("案件の稟議書", "loans:applications", "loans.view_application", "H2.3-0", "H2.4-a", "H2.4-g")
    handbook.kept_at("案件の答申書と決定通知", "loans:applications", "loans.view_application", "H2.1-d", "H2.4-g")
    handbook.kept_by(DecisionNotice, "decisionnotice_sent_whole", "H2.4-g")
    worklists.register_search(search)
    worklists.register_panel(balance_panel)
    register_member_panel(member_panel)
    register_member_panel(headroom_panel)
    register_debts(debts)
    register_guard(Member, keep_cases_apart)
