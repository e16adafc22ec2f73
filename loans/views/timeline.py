"""経過のページ: 種類で絞り、頁に分け、PDF に印刷する。"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.views.generic import TemplateView, View

from coopfin.models import Cooperative
from coopfin.templatetags.coopfin import jmoment
from coopfin.views import GuardedMixin, RememberReading
from documents.paper import CannotRender, Paper, render_pdf
from documents.views import attachment
from loans.history import KINDS, Entry, History
from loans.models import Application
from loans.views.base import CaseMixin

PER_PAGE = 50
#: 案件のページに出す行
RECENT = 8
TIMELINE = Paper("timeline", "案件の経過", "print/loans/timeline.html", "2026年版")


@dataclass(frozen=True)
class TimelinePaper:
    """印刷する経過。読んだ人の氏名と時刻を、すべての頁に入れる。"""

    title: str
    issuer: str
    subject: str
    kind: str
    reader: str
    read_at: str
    entries: tuple[Entry, ...]
    number: str = ""
    stamp_duty: int = 0


def recent(application: Application) -> dict:
    """案件のページの「経過」: 新しいほうから何行かと、全部の件数。"""
    history = History(application)
    return {"recent": history.entries(history.without_votes()[:RECENT]), "count": history.all.count()}


class TimelineMixin(CaseMixin, GuardedMixin, RememberReading):
    """見てよい案件の経過だけを読む。"""

    permission_required = "loans.view_application"
    title = "経過"

    def read(self):
        self.object = self.load()
        self.remember(self.object)
        kind = self.request.GET.get("kind", "")
        return History(self.object), kind if kind in KINDS else ""


class Timeline(TimelineMixin, TemplateView):
    """経過のすべて。"""

    template_name = "loans/timeline.html"

    def get_context_data(self, **kwargs):
        history, kind = self.read()
        page = Paginator(history.records(kind), PER_PAGE).get_page(self.request.GET.get("page"))
        counts = history.counts()
        tabs = [{"key": "", "label": "すべて", "count": counts["all"], "current": not kind}]
        tabs += [
            {"key": key, "label": label, "count": counts[key], "current": key == kind}
            for key, label in KINDS.items()
            if counts[key] or key == kind
        ]
        return super().get_context_data(
            title=self.title, tabs=tabs, kind=kind, page=page, entries=history.entries(page), **kwargs
        )


class TimelinePdf(TimelineMixin, View):
    """経過の PDF。読む人ごとにそのつど作り、何も残さない（開いたことは閲覧の記録に残る）。"""

    http_method_names = ["get"]

    def get(self, request, pk):
        history, kind = self.read()
        cooperative = Cooperative.current()
        values = TimelinePaper(
            title=f"{self.object.number_label} 経過",
            issuer=str(cooperative) if cooperative else "",
            subject=f"{self.object.number_label}　{self.object.title}",
            kind=KINDS.get(kind, "すべて"),
            reader=str(request.user),
            read_at=jmoment(timezone.localtime()),
            entries=tuple(history.entries(history.records(kind))),
        )
        try:
            content, _ = render_pdf(TIMELINE.render_html(values))
        except CannotRender as error:
            return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
        return attachment(content, f"{self.object.number_label}_経過.pdf", "application/pdf")
