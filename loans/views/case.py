"""案件のページ。道のり・残っていること・計算・保全・審査・契約・経過を一枚に集める。"""

from __future__ import annotations

from django.urls import reverse
from django.views.generic import TemplateView

from coopfin.models import Policy
from coopfin.views import GuardedMixin, RememberReading
from governance.models import AgendaItem
from loans import casefile, judging, rulebook, wording
from loans.enums import COMMITTED_STATES, EDITABLE_STATES
from loans.enums import ApplicationState as S
from loans.models import Application, Product
from loans.operations import review
from loans.views import capacity as repayment
from loans.views import comments, conditions, letters, panels, rounds, security, timeline
from loans.views.base import CaseMixin
from loans.workflow import documents_of


class Case(CaseMixin, GuardedMixin, RememberReading, TemplateView):
    """案件のページ。見てよい人だけが開け、開いたことは記録に残る。"""

    permission_required = "loans.view_application"
    template_name = "loans/application_detail.html"
    title = ""

    def get_context_data(self, **kwargs):
        self.object = application = self.load()
        self.remember(application)
        user, on = self.request.user, self.on
        voucher = panels.waiting_voucher(application)
        upcoming = panels.next_step(application, user, on, voucher)
        agenda = casefile.agenda_of(application)
        committee, board = casefile.committee(application, on, agenda), casefile.board(application, on, agenda)
        advised = _decided(committee)
        decided, waiting = _decided(board), _open(board)
        opinion = _opinion(application, committee, user, on)
        loan = application.loan
        calculation, room = casefile.calculation(application, on), panels.room(application, on)
        return super().get_context_data(
            title=application.title,
            breadcrumbs=[("申込・審査", reverse("loans:applications")), (application.number_label, "")],
            under=_under(application, on),
            road=panels.road(application, advised, decided, waiting),
            upcoming=upcoming,
            setback=panels.setback(application),
            changed=rounds.changed_since(application, user),
            relatives=_relatives(application, user, on),
            expiry=_expiry(application, on),
            closed=application.state in (S.DECLINED, S.WITHDRAWN),
            actions=panels.actions(application, user, on, upcoming, voucher),
            committee=committee,
            board=board,
            opinion=opinion,
            board_first=application.state == S.BOARD_QUEUE and not user.has_perm("loans.edit_application"),
            calculation=calculation,
            headroom=room,
            repayment=repayment.panel_of_case(application, calculation["computation"]),
            outlook=judging.outlook(application, room, calculation["computation"], on) if room else None,
            facts=_facts(application, user, on),
            plan=casefile.plan(application),
            **panels.instructions(application, user, upcoming),
            attachments=panels.attachments(application, user),
            security=security.section(application, user, self.on),
            worksheet=panels.worksheet(application),
            investigation=getattr(application, "investigation", None),
            may_investigate=application.state == S.INVESTIGATION and user.has_perm("loans.investigate"),
            may_edit=application.state in EDITABLE_STATES and user.has_perm("loans.edit_application"),
            may_copy=user.has_perm("loans.edit_application"),
            loan=loan,
            voucher=voucher,
            papers=list(documents_of(loan).defer("content")) if loan and user.has_perm("documents.view_paper") else [],
            may_see_loan=loan is not None and user.has_perm("loans.view_loan"),
            may_see_papers=user.has_perm("documents.view_paper"),
            conditions=conditions.sorted_out(application, user),
            fundings=list(application.funding_decisions.select_related("recorded_by", "document")),
            letters=letters.panel(application, user, agenda),
            timeline=timeline.recent(application),
            comments=comments.thread(application, user),
            **kwargs,
        )


def _decided(panel) -> AgendaItem | None:
    item = panel["item"] if panel else None
    return item if item and not item.is_open else None


def _open(panel) -> AgendaItem | None:
    item = panel["item"] if panel else None
    return item if item and item.is_open else None


def _opinion(application, committee, user, on) -> dict | None:
    """この人が委員として意見を述べる欄。委員でなければ None。"""
    if application.state != S.COMMITTEE_QUEUE or not user.has_perm("loans.give_opinion") or _open(committee) is None:
        return None
    person = getattr(user, "person", None)
    own = next((row["opinion"] for row in committee["rows"] if row["seat"].person == person), None)
    return {"own": own, "refusals": review.opinion_refusals(application, by=user, on=on)}


def _under(application: Application, on) -> list[str]:
    """見出しの下の一行。"""
    number = f"受付番号 {application.number}" if application.number else "受付前（番号はまだありません）"
    found = [number]
    if application.received_on:
        day = application.received_on
        found.append(f"{day.year}年{day.month}月{day.day}日受付")
    found.append(f"担当 {application.received_by or application.created_by}")
    if application.entered_state_on and application.state in (S.RETURNED, *OPEN_AND_WAITING):
        waited = (on - application.entered_state_on).days
        if waited:
            found.append(f"この段で{waited}日")
    return found


def _relatives(application: Application, user, on) -> list[tuple[str, Application]]:
    """前の申込と、あらためて出された申込（見てよいものだけ）。"""
    near = Application.objects.visible_to(user, on).select_related("member")
    found = [("前の申込", one) for one in near.filter(pk=application.previous_id)] if application.previous_id else []
    return found + [("あとの申込", one) for one in near.filter(previous=application).order_by("pk")]


def _expiry(application: Application, on) -> dict | None:
    """決定の有効期限が近いか、過ぎているか。"""
    expires, policy = application.approval_expires_on, application.policy
    if expires is None or policy is None or application.state not in COMMITTED_STATES:
        return None
    left = (expires - on).days
    return {"expires": expires, "left": left, "past": left < 0} if left <= policy.approval_reminder_days else None


OPEN_AND_WAITING = (
    S.RECEIVED, S.INVESTIGATION, S.COMMITTEE_QUEUE, S.RECOMMENDED, S.BOARD_QUEUE, S.APPROVED, S.CONTRACTING, S.READY,
)  # fmt: skip


def _facts(application: Application, user, on) -> list[dict]:
    """申込の内容。"""
    member = application.member
    policy = application.policy or Policy.on(on)
    term = wording.term_text(application.disburse_on, application.maturity_on, application.loan_type, policy)
    account = member.bank_account or "（口座が登録されていません）"
    rows = [
        {
            "label": "申込者",
            "value": member,
            "url": member.get_absolute_url() if user.has_perm("members.view_member") else "",
        },
        {"label": "代表者", "value": member.representative},
        {"label": "形式", "value": f"{application.get_loan_type_display()}（{term}）"},
        {"label": "使いみち", "value": f"{application.purpose_label}。{application.purpose_detail}"},
        {"label": "返済の財源", "value": application.repayment_source},
        {"label": "利率", "rate": application.interest_rate},
        {"label": "転貸手数料", "rate": application.fee_rate},
        {"label": "原資", "value": application.get_funding_source_display()},
        {"label": "実行希望日", "day": application.disburse_on},
        {"label": "手形の期日" if application.is_bill else "最終期日", "day": application.maturity_on},
        {"label": "返し方", "value": wording.repayment_text(application)},
    ]
    for version in rulebook.standards_of(application, on):
        rows.append(
            {
                "label": "商品" if isinstance(version, Product) else f"適用する{version._meta.verbose_name}",
                "value": version,
                "url": version.get_absolute_url(),
            }
        )
    rows += _asked(application)
    if user.has_perm("members.view_member"):
        rows.append({"label": "振込先", "value": account})
    return rows


def _asked(application: Application) -> list[dict]:
    """だれがどう申し込んだか、受け付けたときの希望（いまの条件と違うものだけ）。"""
    rows = []
    if application.signed_form_id:
        rows.append({"label": "申込", "value": "本人の署名のある申込書"})
    if application.consented_on:
        rows.append({"label": "申込に来た人", "value": application.applied_by})
        rows.append({"label": "本人の同意", "day": application.consented_on})
    if application.requested_amount not in (None, application.amount):
        rows.append({"label": "受付のときの希望額", "value": f"{application.requested_amount:,}円"})
    if application.requested_maturity_on not in (None, application.maturity_on):
        rows.append({"label": "受付のときの希望期日", "day": application.requested_maturity_on})
    if application.requested_interest_rate not in (None, application.interest_rate):
        rows.append({"label": "受付のときの希望利率", "rate": application.requested_interest_rate})
    return rows
