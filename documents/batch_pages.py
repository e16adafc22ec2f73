"""まとめて発行する頁: 進み具合を見せ、次々に一通ずつ頼む。済んだものは、まとめて印刷できる。"""

from __future__ import annotations

import io

import pypdfium2
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.generic import DetailView, View

from coopfin.flow import StepRefused
from coopfin.templatetags.coopfin import stage_badge
from coopfin.views import GuardedMixin, RememberReading
from documents import access, batches
from documents.models import IssueBatch, IssuedDocument
from documents.views import attachment

VIEW = "documents.view_paper"
_TONES = {"waiting": "plain", "working": "caution", "done": "ok", "failed": "stop"}


def shown(batch: IssueBatch, user, on) -> dict:
    """頁に出すもの。見てよい対象の書類だけを並べる。"""
    rows = access.visible_documents(batch.rows.select_related("document"), user, on).defer("document__content")
    progress = batch.progress()
    return {
        "batch": batch,
        "progress": progress,
        "percent": 100 * (progress["whole"] - progress["left"]) // progress["whole"],
        "rows": [(row, stage_badge(row.get_state_display(), _TONES[row.state])) for row in rows],
        "mine": batch.started_by_id == user.pk,
    }


class BatchMixin(GuardedMixin, RememberReading):
    """自分か、書類を見てよい人の見る、まとめての発行。"""

    permission_required = VIEW

    def load(self, pk) -> IssueBatch:
        batch = get_object_or_404(IssueBatch.objects.select_related("started_by"), pk=pk)
        if not access.visible_documents(batch.rows.all(), self.request.user, self.on).exists():
            raise Http404
        return batch


class BatchPage(BatchMixin, DetailView):
    """進み具合と結果。"""

    model = IssueBatch
    template_name = "documents/batch.html"

    def get_object(self, queryset=None):
        return self.load(self.kwargs["pk"])

    def get_context_data(self, **kwargs):
        context = super().get_context_data(title=self.object.label, **kwargs)
        return {**context, **shown(self.object, self.request.user, self.on)}


class BatchStep(BatchMixin, View):
    """次の一通を発行する。頁（htmx）が続けて頼む。JavaScript がなければ、押すたびに一通。"""

    permission_required = "documents.issue_papers"
    http_method_names = ["post"]

    def post(self, request, pk):
        batch = self.load(pk)
        try:
            if request.POST.get("again"):
                batches.try_again(batch, by=request.user, on=self.on)
            else:
                batches.issue_next(batch, by=request.user, on=self.on)
        except StepRefused as refused:
            messages.error(request, refused.findings[0].text)
        if request.htmx:
            return render(request, "documents/batch_progress.html", shown(batch, request.user, self.on))
        return HttpResponseRedirect(batch.get_absolute_url())


class BatchPrint(BatchMixin, View):
    """発行した書類を、並びの順に一つの PDF にして渡す（印刷のため。原本は一通ずつのもの）。"""

    http_method_names = ["get"]

    def get(self, request, pk):
        batch = self.load(pk)
        rows = access.visible_documents(batch.rows.filter(document__isnull=False), request.user, self.on)
        documents = IssuedDocument.objects.valid().in_bulk(rows.values_list("document", flat=True))
        ordered = [documents[row.document_id] for row in rows if row.document_id in documents]
        if not ordered:
            raise Http404("発行した書類がありません。")
        for document in ordered:
            self.remember(document)
        whole = all(document.is_intact for document in ordered)
        return attachment(joined(ordered) if whole else b"", f"{batch.label}.pdf", "application/pdf", intact=whole)


def joined(documents: list[IssuedDocument]) -> bytes:
    """PDF をつなぐ。"""
    target, content = pypdfium2.PdfDocument.new(), io.BytesIO()
    for document in documents:
        source = pypdfium2.PdfDocument(bytes(document.content))
        target.import_pages(source)
        source.close()
    target.save(content)
    target.close()
    return content.getvalue()
