"""会議の書類: 招集通知の見本と発行、会議資料（読む人ごと）、議事録の見本と発行。"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import View

from coopfin.templatetags.coopfin import jmoment
from coopfin.views import GuardedMixin, RememberReading
from documents.paper import CannotRender, preview_response, render_pdf
from documents.views import IssuePaperView, attachment
from governance import printing
from governance.models import AgendaItem, Meeting, Minutes
from governance.operations.locks import RECORD


def _meeting(view) -> Meeting:
    found = Meeting.objects.visible_to(view.request.user, view.on).select_related("body")
    return get_object_or_404(found, pk=view.kwargs["pk"])


class NoticeView(IssuePaperView):
    """招集通知の見本と発行。"""

    permission_required = RECORD

    def load(self):
        return _meeting(self)

    def paper_of(self, target):
        return printing.CONVENING_NOTICE

    def context_of(self, paper, target):
        return printing.convening_notice(target, on=self.on)

    def issue(self, paper, target):
        return printing.issue_notice(target, by=self.request.user, on=self.on)


class MeetingPapersView(GuardedMixin, RememberReading, View):
    """会議資料の PDF。読む人ごとにそのつど作り、氏名と時刻をすべての頁に入れる。開いたことは記録に残る。"""

    permission_required = "governance.view_governance"

    def get(self, request, pk):
        meeting = _meeting(self)
        values = printing.meeting_papers(meeting, user=request.user, read_at=jmoment(timezone.localtime()), on=self.on)
        self.remember(meeting)
        try:
            content, _ = render_pdf(printing.MEETING_PAPERS.render_html(values))
        except CannotRender as error:
            return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
        return attachment(content, f"{meeting}_会議資料.pdf", "application/pdf")


class MinutesView(IssuePaperView):
    """議事録の見本。確定したあとは発行した実体へ案内し、まだ発行していなければ発行する。"""

    permission_required = "documents.view_paper"

    def load(self):
        meeting = _meeting(self)
        if not printing.visible_meetings(self.request.user, self.on).filter(pk=meeting.pk).exists():
            raise Http404
        self.kept = Minutes.objects.select_related("finalised_by", "meeting").filter(meeting=meeting).first()
        return meeting

    def paper_of(self, target):
        return printing.MINUTES

    def may_issue(self) -> bool:
        return self.kept is not None and self.request.user.has_perm(RECORD)

    def context_of(self, paper, target):
        return printing.minutes_paper(self.kept) if self.kept else printing.draft_minutes(target, on=self.on)

    def get(self, request, *args, **kwargs):
        issued = printing.papers_of(self.object, user=request.user, on=self.on)
        document = next((one for one in issued if one.paper == printing.MINUTES.code), None)
        if document is not None and not printing.unissued(self.kept):
            return HttpResponseRedirect(document.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if not request.user.has_perm(RECORD):
            raise PermissionDenied("議事録を発行する権限がありません。")
        return super().post(request, *args, **kwargs)

    def issue(self, paper, target):
        issued = printing.issue_minutes(target, by=self.request.user, on=self.on)
        if issued:
            return issued[0]
        return next(one for one in printing.papers_of(target, user=self.request.user, on=self.on)
                    if one.paper == printing.MINUTES.code)  # fmt: skip


class DraftAnnexView(GuardedMixin, RememberReading, View):
    """議事録別紙（秘）の見本。確定の前に、何が別紙になるかを見る。"""

    permission_required = "documents.view_paper"

    def get(self, request, pk):
        meeting = _meeting(self)
        closed = AgendaItem.objects.filter(meeting=meeting).closed_to(request.user, self.on)
        if closed.exists() or not printing.visible_meetings(request.user, self.on).filter(pk=meeting.pk).exists():
            raise Http404
        self.remember(meeting)
        kept = Minutes.objects.select_related("finalised_by").filter(meeting=meeting).first()
        values = printing.minutes_paper(kept) if kept else printing.draft_minutes(meeting, on=self.on)
        return preview_response(request, printing.MINUTES_ANNEX, values, back_url=meeting.get_absolute_url())
