"""必要書類の画面（H2.2-d）: 一覧で受け取る、一行の記録、ファイル、加える、省く、原本を返す、組合員への案内。"""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.views.generic import TemplateView, View

from coopfin.flow import StepRefused
from coopfin.models import Cooperative
from coopfin.views import GuardedMixin, OncePerToken, RememberReading
from documents import access
from documents.models import Upload
from documents.paper import CannotRender, render_pdf
from loans import checklist
from loans.document_list import DOCUMENT_LIST, document_list
from loans.enums import ENDED_STATES, DocumentBasis
from loans.forms.checklist import AddForm, FilesForm, ReceiveForm, ReturnForm, RowForm, ShortReasonForm
from loans.models import DocumentFile
from loans.operations import checklist as operations
from loans.views.base import CaseMixin, CaseOperation

READ = "loans.view_application"
KEEP = operations.KEEP


def page_url(application) -> str:
    return reverse("loans:checklist", args=[application.pk])


def rows_with_files(application):
    """一覧の行と、付いているファイル（実体は読まない）。"""
    files = DocumentFile.objects.select_related("upload", "set_aside_by").defer("upload__content")
    return application.required_documents.select_related(
        "received_by", "original_seen_by", "waived_by"
    ).prefetch_related(Prefetch("files", files))


def standing(application, user, on) -> dict:
    """一覧の面の値。"""
    rows = list(rows_with_files(application))
    for row in rows:
        row.label, row.tone = row.state(on)
        row.shown_files = [file for file in row.files.all() if file.set_aside_on is None]
    needed = [row for row in rows if row.is_required]
    settled = [row for row in needed if not row.is_missing and not row.has_expired(on)]
    ended = application.state in ENDED_STATES
    filed = {file.upload_id for row in rows for file in row.files.all()}
    others = Upload.objects.without_content().about(access.content_type_of(application), application.pk)
    may_keep = user.has_perm(KEEP)
    return {
        "rows": rows,
        "needed": len(needed),
        "settled": len(settled),
        "kept": sum(1 for row in rows if row.original_kept and row.returned_on is None),
        "ended": ended,
        "may_keep": may_keep and not ended,
        "may_return": may_keep,
        "may_waive": user.has_perm(operations.WAIVE) and not ended,
        "may_read": user.has_perm("documents.view_upload"),
        "can_draw_up": may_keep and not ended and not rows,
        "others": [upload for upload in others.select_related("uploaded_by") if upload.pk not in filed],
        "readers": access.readers_of(access.content_type_of(application)),
        "source": checklist.SOURCE,
        "product_basis": next((row.basis_text for row in rows if row.basis == DocumentBasis.PRODUCT), ""),
    }


class Checklist(CaseMixin, GuardedMixin, RememberReading, TemplateView):
    """必要書類の一覧。案件を見てよい人が見て、事務局がここで受け取る。"""

    permission_required = READ
    template_name = "loans/checklist.html"
    title = "必要書類"

    def get_context_data(self, **kwargs):
        self.object = application = self.load()
        self.remember(application)
        form = ReceiveForm(
            rows=application.required_documents.all(),
            initial={"received_on": self.on},
        )
        return super().get_context_data(
            title=self.title, form=form, **standing(application, self.request.user, self.on), **kwargs
        )


class Receive(CaseOperation):
    """印を付けた書類を、まとめて受け取る。"""

    permission_required = KEEP
    form_class = ReceiveForm
    template_name = "loans/checklist.html"
    title = "必要書類"

    def version_of(self, obj) -> str:
        # 何人もが別の行を記録してよいので、案件の版では断らない。
        return ""

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "rows": self.object.required_documents.all()}

    def get_initial(self):
        return {"received_on": self.on}

    def operate(self, form):
        rows = operations.record(
            self.object, form.cleaned_data["rows"], values=form.values(), by=self.request.user, on=self.on
        )
        names = "、".join(f"「{row.name}」" for row in rows[:3]) + (f"など{len(rows)}件" if len(rows) > 3 else "")
        return self.object, page_url(self.object), f"{names}を受け取りました。"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**standing(self.object, self.request.user, self.on), **kwargs)
        picked = set(self.request.POST.getlist("rows"))
        for row in context["rows"]:
            row.picked = str(row.pk) in picked
        return context


class DrawUp(CaseMixin, GuardedMixin, RememberReading, OncePerToken, View):
    """一覧を作る（POST だけ）。"""

    permission_required = KEEP
    http_method_names = ["post"]

    def post(self, request, pk):
        application = self.load()
        self.remember(application)
        try:
            operations.draw_up(application, by=request.user, on=self.on)
        except StepRefused as refusal:
            for finding in refusal.findings:
                messages.error(request, finding.text)
        else:
            messages.success(request, "必要書類の一覧を作りました。")
        return HttpResponseRedirect(page_url(application))


class ListOperation(CaseOperation):
    """一覧に戻る操作。"""

    def version_of(self, obj) -> str:
        return ""

    def back_url(self) -> str:
        return page_url(self.object)

    def get_context_data(self, **kwargs):
        crumbs = [
            ("申込・審査", reverse("loans:applications")), (self.object.number_label, self.object.get_absolute_url()),
            (Checklist.title, page_url(self.object)), (self.title, ""),
        ]  # fmt: skip
        return super().get_context_data(breadcrumbs=crumbs, **kwargs)


class Add(ListOperation):
    """この案件だけに要る書類を加える。"""

    permission_required = KEEP
    form_class = AddForm
    title = "書類を加える"
    submit_label = "加える"

    def get_form_kwargs(self):
        taken = self.object.required_documents.filter(kind__isnull=False).values_list("kind", flat=True)
        return {**super().get_form_kwargs(), "taken": list(taken)}

    def operate(self, form):
        given = {name: form.cleaned_data[name] for name in ("kind", "name", "note", "due", "reason")}
        row = operations.add(self.object, **given, by=self.request.user, on=self.on)
        return row, page_url(self.object), f"「{row.name}」を必要書類に加えました。"


class GiveBack(ListOperation):
    """預かった原本を返す。案件が終わったあとも、ここで返す。"""

    permission_required = KEEP
    form_class = ReturnForm
    title = "原本を返す"
    submit_label = "返したことを記録する"

    def load(self):
        application = super().load()
        self.kept = application.required_documents.kept()
        return application

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "rows": self.kept}

    def get_initial(self):
        return {"returned_on": self.on}

    def operate(self, form):
        cleaned = form.cleaned_data
        rows = operations.give_back(
            self.object, cleaned["rows"], returned_on=cleaned["returned_on"], receipt=cleaned["receipt"],
            by=self.request.user, on=self.on,
        )  # fmt: skip
        return self.object, page_url(self.object), f"原本{len(rows)}件を返したことを記録しました。"

    def get_context_data(self, **kwargs):
        blocked = not self.kept.exists()
        why = "いま預かっている原本はありません。" if blocked else ""
        return super().get_context_data(blocked=blocked, blocked_why=why, **kwargs)


class RowOperation(ListOperation):
    """一覧の一行についての操作。"""

    def load(self):
        application = super().load()
        self.row = get_object_or_404(rows_with_files(application), pk=self.kwargs["row"])
        return application

    def get_context_data(self, **kwargs):
        self.row.label, self.row.tone = self.row.state(self.on)
        return super().get_context_data(
            row=self.row, files=list(self.row.files.all()), may_keep=self.request.user.has_perm(KEEP), **kwargs
        )


class Row(RowOperation):
    """一行の記録を直す。ファイルと、なぜ求めるかもここで見る。"""

    permission_required = KEEP
    form_class = RowForm
    template_name = "loans/checklist_row.html"
    submit_label = "記録する"

    @property
    def title(self):
        return self.row.name

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "row": self.row}

    def get_initial(self):
        return {name: getattr(self.row, name) for name in operations.RECORDED}

    def operate(self, form):
        values = {name: form.cleaned_data[name] for name in operations.RECORDED if name in form.cleaned_data}
        (row,) = operations.record(self.object, [self.row], values=values, by=self.request.user, on=self.on)
        return row, page_url(self.object), f"「{row.name}」の記録を直しました。"

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(
            waiver_url=reverse("loans:checklist_waive", args=[self.object.pk, self.row.pk])
            if user.has_perm(operations.WAIVE) and self.row.waived_on is None
            else "",
            **kwargs,
        )


class Files(RowOperation):
    """ファイルを付ける。一覧の上に落とすか、ボタンで選ぶ。"""

    permission_required = "documents.upload"
    form_class = FilesForm
    submit_label = "付ける"

    @property
    def title(self):
        return f"「{self.row.name}」のファイルを付ける"

    def operate(self, form):
        found = operations.attach(
            self.object, self.row, files=form.cleaned_data["files"], by=self.request.user, on=self.on
        )
        return self.row, page_url(self.object), f"「{self.row.name}」にファイルを{len(found)}個付けました。"


class Waive(RowOperation):
    """書類を省くと決める。受け付けた人とは別の人が決める。"""

    permission_required = operations.WAIVE
    form_class = ShortReasonForm
    submit_label = "省くと決める"

    @property
    def title(self):
        return f"「{self.row.name}」を省く"

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.fields["reason"].help_text = "なぜこの申込に要らないか。委員・理事・監事が読みます。"
        return form

    def operate(self, form):
        row = operations.waive(
            self.object, self.row, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on
        )
        return row, page_url(self.object), f"「{row.name}」を省くと決めました。"

    def get_context_data(self, **kwargs):
        why = operations.waiver_refusal(self.object, self.row, by=self.request.user)
        return super().get_context_data(blocked=bool(why), blocked_why=why, **kwargs)


class SetAside(RowOperation):
    """まちがえて付けたファイルを外す。"""

    permission_required = "documents.upload"
    form_class = ShortReasonForm
    title = "ファイルを外す"
    submit_label = "外す"

    def load(self):
        application = super().load()
        self.file = next((one for one in self.row.files.all() if one.pk == self.kwargs["file"]), None)
        if self.file is None:
            raise Http404
        return application

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.fields["reason"].help_text = f"「{self.file.upload}」を一覧から外します。ファイルと記録は残ります。"
        return form

    def operate(self, form):
        operations.set_aside(self.file, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on)
        return self.row, page_url(self.object), f"「{self.file.upload}」を外しました。"


class ListPaper(CaseMixin, GuardedMixin, RememberReading, View):
    """組合員に渡す「書類のご案内」（PDF）。何も残さない。"""

    permission_required = READ
    http_method_names = ["get"]

    def get(self, request, pk):
        application = self.load()
        self.remember(application)
        cooperative = Cooperative.current()
        it = document_list(
            application, checklist.rows_of(application), issuer=cooperative.name if cooperative else "", on=self.on
        )
        try:
            content, _ = render_pdf(DOCUMENT_LIST.render_html(it))
        except CannotRender as problem:
            messages.error(request, str(problem))
            return HttpResponseRedirect(page_url(application))
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="documents-{application.pk}.pdf"'
        response["Cache-Control"] = "private, no-store"
        return response


_CASE = "applications/<int:pk>/documents/"
urlpatterns = [
    path(_CASE, Checklist.as_view(), name="checklist"),
    path(f"{_CASE}receive/", Receive.as_view(), name="checklist_receive"),
    path(f"{_CASE}draw-up/", DrawUp.as_view(), name="checklist_draw_up"),
    path(f"{_CASE}add/", Add.as_view(), name="checklist_add"),
    path(f"{_CASE}return/", GiveBack.as_view(), name="checklist_return"),
    path(f"{_CASE}list.pdf", ListPaper.as_view(), name="checklist_paper"),
    path(f"{_CASE}<int:row>/", Row.as_view(), name="checklist_row"),
    path(f"{_CASE}<int:row>/files/", Files.as_view(), name="checklist_files"),
    path(f"{_CASE}<int:row>/waive/", Waive.as_view(), name="checklist_waive"),
    path(f"{_CASE}<int:row>/files/<int:file>/", SetAside.as_view(), name="checklist_set_aside"),
]
