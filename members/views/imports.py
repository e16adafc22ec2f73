"""取込の画面: ファイルを預かる → 下見 → 登録か取りやめ。預かったファイルは、預けた本人だけが扱える。"""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import HiddenInput
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from coopfin.flow import StepRefused
from coopfin.views import GuardedMixin, OperationView, PlainView
from members import importing, operations, sheets
from members.forms import ImportConfirmForm, ImportUploadForm
from members.models import ImportBatch
from members.resources import MemberResource
from members.views.base import MEMBERS_CRUMB, download

IMPORT_CRUMB = ("取込", "/members/import/")
PER_PAGE = 100


class ImportStartView(OperationView):
    """ファイルを選ぶ画面。選んでも、まだ何も登録されない。"""

    permission_required = "members.import_members"
    template_name = "members/import_start.html"
    form_class = ImportUploadForm
    title = "組合員の取込"
    submit_label = "下見する"

    def back_url(self):
        return reverse("members:list")

    def get_context_data(self, **kwargs):
        required = set(MemberResource.required_columns())
        return super().get_context_data(
            breadcrumbs=[MEMBERS_CRUMB, (self.title, "")],
            columns=[(column, column in required) for column in MemberResource.columns().values()],
            recent=ImportBatch.objects.filter(by=self.request.user).defer("content", "rows")[:5],
            **kwargs,
        )

    def operate(self, form):
        file = form.cleaned_data["file"]
        try:
            batch = importing.start(filename=file.name, content=file.read(), by=self.request.user, on=self.on)
        except sheets.UnreadableFile as problem:
            raise ValidationError({"file": str(problem)}) from problem
        return batch, batch.get_absolute_url(), "下見ができました。"


class OwnBatches(GuardedMixin):
    """自分が預けた取込だけ。"""

    permission_required = "members.import_members"

    def batches(self):
        return ImportBatch.objects.filter(by=self.request.user)

    def batch(self):
        return get_object_or_404(self.batches(), pk=self.kwargs["pk"])


class ImportBatchView(OwnBatches, OperationView):
    """下見と登録の画面。登録が済んだあとは、結果を見る画面になる。"""

    template_name = "members/import_batch.html"
    form_class = ImportConfirmForm
    title = "組合員の取込の下見"
    queryset = ImportBatch.objects.all()

    def get_queryset(self):
        return self.batches()

    def back_url(self):
        return reverse("members:import")

    def get_form(self, form_class=None):
        """直す行がなければ、登録のしかたを尋ねることはない。"""
        form = super().get_form(form_class)
        if not self.object.refused_count:
            form.fields["choice"].widget = HiddenInput()
        return form

    def get_context_data(self, **kwargs):
        batch = self.object
        counts = {
            importing.REFUSED: batch.refused_count,
            importing.NEW: batch.new_count,
            importing.CHANGED: batch.changed_count,
            importing.UNCHANGED: batch.unchanged_count,
        }
        wanted = self.request.GET.get("show", "")
        if wanted not in counts:
            wanted = next((name for name, count in counts.items() if count), importing.NEW)
        rows = [row for row in batch.rows if row["result"] == wanted]
        return super().get_context_data(
            breadcrumbs=[MEMBERS_CRUMB, IMPORT_CRUMB, (batch.filename, "")],
            counts=[(name, importing.LABELS[name], count, name == wanted) for name, count in counts.items()],
            wanted=wanted,
            page=Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page")),
            total=len(batch.rows),
            good_count=batch.new_count + batch.changed_count,
            **kwargs,
        )

    def operate(self, form):
        batch = importing.confirm(
            batch=self.object, choice=form.cleaned_data["choice"], by=self.request.user, on=self.on
        )
        message = f"組合員を取り込みました（新規 {batch.new_count}件、変更 {batch.changed_count}件）。"
        if batch.refused_count:
            message += f"直す行が {batch.refused_count}行残っています。"
        return batch, batch.get_absolute_url(), message


class ImportAgainView(OwnBatches, PlainView):
    """いまの台帳で下見をやり直す。"""

    def post(self, request, pk):
        batch = self.batch()
        try:
            importing.again(batch=batch, by=request.user, on=self.on)
            messages.success(request, "いまの台帳で下見をやり直しました。まだ登録していません。")
        except (StepRefused, sheets.UnreadableFile) as problem:
            messages.error(request, str(problem))
        return HttpResponseRedirect(batch.get_absolute_url())


class ImportDiscardView(OwnBatches, PlainView):
    """登録せずに取りやめ、預かったファイルを消す。"""

    def post(self, request, pk):
        try:
            operations.discard_import(batch=self.batch(), by=request.user, on=self.on)
            messages.success(request, "取込を取りやめ、預かったファイルを消しました。何も登録していません。")
        except StepRefused as problem:
            messages.error(request, str(problem))
        return HttpResponseRedirect(reverse("members:import"))


class ImportRefusedView(OwnBatches, PlainView):
    """直す行を、理由を付けた Excel で受け取る。"""

    def get(self, request, pk):
        batch = get_object_or_404(self.batches().filter(discarded_at__isnull=True, refused_count__gt=0), pk=pk)
        return download(importing.refused_rows(batch), "組合員_直す行.xlsx")


class ImportTemplateView(PlainView):
    """取込の雛形を受け取る。"""

    permission_required = "members.import_members"

    def get(self, request):
        return download(importing.template(), "組合員_雛形.xlsx")
