"""案件の書類: 稟議書・答申書の見本と発行、決定通知を作る・送ったことを記録する、読む、案件のページの面。"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.views.generic import View

from coopfin.flow import StepRefused
from coopfin.models import UsedToken
from coopfin.templatetags.coopfin import jmoment
from coopfin.views import GuardedMixin, ReadingPost, RememberReading, add_refusal
from documents import access
from documents.models import IssuedDocument
from documents.paper import CannotRender, preview_response
from documents.views import IssuePaperView, attachment
from governance.enums import ItemResult
from loans import letters, memorandum
from loans.case_papers import CREDIT_MEMORANDUM, DECISION_NOTICE, PAPERS, RECOMMENDATION
from loans.forms.letters import NoticeForm, SentForm
from loans.models import Application, DecisionNotice
from loans.operations import letters as operations
from loans.views.base import CaseMixin, CaseOperation

READ = "loans.view_application"


def place(application: Application) -> str:
    """案件のページの「案件の書類」。"""
    return f"{application.get_absolute_url()}#case-papers"


# --- 案件のページ ---------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Row:
    """書類一つの、いま。"""

    label: str
    latest: IssuedDocument | None
    earlier: int = 0
    issue_url: str = ""
    issue_label: str = ""
    notice: DecisionNotice | None = None
    sent_url: str = ""


def panel(application: Application, user, agenda) -> dict | None:
    """案件のページの「案件の書類」。まだ何もなく、発行もできなければ None。"""
    may, issued = user.has_perm(operations.PERMISSION), letters.issued(application)
    advised = letters.advice_of(application, agenda) is not None
    decision = letters.decision_of(application, agenda)
    notices = [one.decision_notice for one in issued.get(DECISION_NOTICE.code, ()) if hasattr(one, "decision_notice")]
    told = next((one for one in notices if decision and one.decision_id == decision.pk), None)

    def row(paper, name: str, issuable: bool, again: str, **more) -> Row:
        found = issued.get(paper.code, [])
        return Row(
            label=paper.label,
            latest=found[0] if found else None,
            earlier=len(found[1:]),
            issue_url=reverse(f"loans:{name}", args=[application.pk]) if may and issuable else "",
            issue_label=again if found else "作る",
            **more,
        )

    send = may and told is not None and told.sent_on is None
    rows = [
        row(CREDIT_MEMORANDUM, "memorandum", application.state not in letters.TOO_EARLY, "いまの内容で作り直す"),
        row(RECOMMENDATION, "recommendation_paper", advised, "もう一度発行する"),
        row(
            DECISION_NOTICE, "notice", decision is not None, "もう一度作る", notice=told,
            sent_url=reverse("loans:notice_sent", args=[application.pk, told.pk]) if send else "",
        ),
    ]  # fmt: skip
    shown = [one for one in rows if one.latest or one.issue_url]
    if not shown:
        return None
    due = may and decision is not None and told is None and application.state in letters.TO_TELL
    return {"rows": shown, "notice_url": rows[2].issue_url if due else "", "sent_url": rows[2].sent_url}


# --- 稟議書と答申書 -------------------------------------------------------------------------


class CasePaper(CaseMixin, IssuePaperView):
    """案件から写す書類の見本と発行。下に書く: is_ready(application) → もう発行できるか。"""

    permission_required = operations.PERMISSION
    paper_name = ""

    def load(self):
        application = super().load()
        if not self.is_ready(application):
            raise Http404
        return application

    def paper_of(self, target):
        return PAPERS[self.paper_name]

    def back_url(self) -> str:
        return place(self.object)

    def success_url(self, document) -> str:
        return place(self.object)

    @property
    def read_at(self) -> str:
        return jmoment(timezone.localtime())


class Memorandum(CasePaper):
    """稟議書。"""

    paper_name = CREDIT_MEMORANDUM.code

    def is_ready(self, application):
        return application.state not in letters.TOO_EARLY

    def context_of(self, paper, target):
        user = self.request.user
        return memorandum.compose(target, by=user, on=self.on, reader=str(user), read_at=self.read_at)

    def issue(self, paper, target):
        return operations.issue_memorandum(target, read_at=self.read_at, by=self.request.user, on=self.on)


class RecommendationPaper(CasePaper):
    """答申書。"""

    paper_name = RECOMMENDATION.code

    def is_ready(self, application):
        return letters.advice_of(application) is not None

    def context_of(self, paper, target):
        return letters.recommendation(target, on=self.on)

    def issue(self, paper, target):
        return operations.issue_recommendation(target, by=self.request.user, on=self.on)


class Download(CaseMixin, GuardedMixin, RememberReading, View):
    """案件の書類を読む。案件を見てよい人なら、委員・理事も読める。保存した実体をそのまま渡す。"""

    permission_required = READ
    http_method_names = ["get"]

    def get(self, request, pk, document):
        application = self.load()
        papers = IssuedDocument.objects.valid().about(access.content_type_of(application), application.pk)
        found = get_object_or_404(papers.filter(paper__in=PAPERS), pk=document)
        self.remember(application, found)
        return attachment(found.content, found.filename, "application/pdf", intact=found.is_intact)


# --- 決定通知 -------------------------------------------------------------------------------


class Notice(CaseOperation):
    """決定通知を作る。描くのは取引の外なので、二度押しは合言葉で防ぐ。"""

    permission_required = operations.PERMISSION
    form_class = NoticeForm
    template_name = "loans/notice_form.html"
    title = "決定通知を作る"
    submit_label = "この内容で発行する"

    def load(self):
        application = super().load()
        self.decision = letters.decision_of(application)
        if self.decision is None:
            raise Http404
        return application

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "result": self.decision.result}

    def back_url(self) -> str:
        return place(self.object)

    def form_valid(self, form):
        token = form.cleaned_data.get("token", "")[:40]
        if done := self.already_done(token):
            return done
        try:
            self.check_version(form)
            notice = operations.notify(self.object, **form.words, by=self.request.user, on=self.on)
        except StepRefused as refusal:
            add_refusal(form, refusal)
            if any(finding.code == "stale" for finding in refusal.findings):
                self.catch_up(form)
            return self.form_invalid(form)
        url = place(self.object)
        if token:
            UsedToken.objects.get_or_create(token=token, by=self.request.user, defaults={"result_url": url})
        messages.success(
            self.request, f"決定通知を発行しました（{notice.document.label}）。送ったら、そのことを記録してください。"
        )
        return HttpResponseRedirect(url)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            decision=self.decision,
            declined=self.decision.result == ItemResult.UNFAVOURABLE,
            conditions=[one for one in self.object.conditions.all() if one.lapsed_on is None],
            returned=letters.to_return(self.object),
            specimen_url=reverse("loans:notice_preview", args=[self.object.pk]),
            **kwargs,
        )


class NoticePreview(CaseMixin, ReadingPost):
    """書きかけの決定通知の見本。何も書かない。"""

    permission_required = operations.PERMISSION

    def answer(self, request, pk):
        self.object = application = self.load()
        decision = letters.decision_of(application)
        if decision is None:
            raise Http404
        form = NoticeForm(request.POST, result=decision.result)
        form.is_valid()
        try:
            values = letters.decision_letter(application, on=self.on, **form.words)
        except CannotRender as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(place(application))
        return preview_response(request, DECISION_NOTICE, values)


class NoticeSent(CaseOperation):
    """決定通知を送った・渡したことの記録。"""

    permission_required = operations.PERMISSION
    form_class = SentForm
    template_name = "loans/step.html"
    title = "決定通知を送ったことを記録する"
    submit_label = "記録する"

    def load(self):
        application = super().load()
        notices = DecisionNotice.objects.in_force().filter(application=application).select_related("document")
        self.notice = get_object_or_404(notices, pk=self.kwargs["notice"])
        return application

    def version_of(self, obj) -> str:
        # 契約手続が先に進んでいても、送ったことは記録できる。
        return ""

    def get_initial(self):
        return {"sent_on": self.on}

    def operate(self, form):
        cleaned = form.cleaned_data
        notice = operations.send(
            self.notice, means=cleaned["means"], sent_on=cleaned["sent_on"], evidence=cleaned["evidence"],
            by=self.request.user, on=self.on,
        )  # fmt: skip
        return notice, place(self.object), "決定通知を送ったことを記録しました。"

    def get_context_data(self, **kwargs):
        sent = self.notice.sent_on is not None
        why = "この通知を送ったことは、すでに記録されています。" if sent else ""
        return super().get_context_data(blocked=sent, blocked_why=why, explanation=str(self.notice), **kwargs)


_CASE = "applications/<int:pk>/"
urlpatterns = [
    path(f"{_CASE}memorandum/", Memorandum.as_view(), name="memorandum"),
    path(f"{_CASE}recommendation-paper/", RecommendationPaper.as_view(), name="recommendation_paper"),
    path(f"{_CASE}case-papers/<int:document>/", Download.as_view(), name="case_paper"),
    path(f"{_CASE}notice/", Notice.as_view(), name="notice"),
    path(f"{_CASE}notice/preview/", NoticePreview.as_view(), name="notice_preview"),
    path(f"{_CASE}notice/<int:notice>/sent/", NoticeSent.as_view(), name="notice_sent"),
]
