"""書類の画面: 発行書類の一覧、一件、ダウンロード。見てよい対象の書類だけを出す（documents.access）。"""

from __future__ import annotations

import uuid
from urllib.parse import quote

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import DetailView, View
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from coopfin.calc.words import search_key
from coopfin.exports import ExportedList
from coopfin.flow import StepRefused
from coopfin.forms import ReasonForm
from coopfin.lists import DateFilter
from coopfin.models import UsedToken
from coopfin.templatetags.coopfin import jdate, jmoment, stage_badge
from coopfin.views import GuardedMixin, OncePerToken, OperationView, RememberReading, deny
from documents import access, form_versions, operations
from documents.models import IssuedDocument
from documents.operations import AlreadyIssued
from documents.paper import Paper, preview_response

VIEW_FORM = "documents.view_form"
_TONES = {"無効": "plain", "作成中": "caution", "発行済": "go", "調印済": "ok"}


class IssuedDocumentFilter(django_filters.FilterSet):
    """発行書類の絞り込み。"""

    q = django_filters.CharFilter(label="番号・対象", method="find", max_length=100)
    paper = django_filters.ChoiceFilter(label="書類", empty_label="すべて")
    state = django_filters.ChoiceFilter(
        label="状態",
        empty_label="すべて",
        method="in_state",
        choices=[("unsigned", "発行済（調印待ち）"), ("signed", "調印済"), ("voided", "無効")],
    )
    from_on = DateFilter(label="発行日（から）", field_name="issued_on", lookup_expr="gte")
    to_on = DateFilter(label="発行日（まで）", field_name="issued_on", lookup_expr="lte")

    class Meta:
        model = IssuedDocument
        fields = ["q", "paper", "state", "from_on", "to_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        labels = IssuedDocument.objects.order_by("paper", "paper_label").values_list("paper", "paper_label").distinct()
        self.filters["paper"].extra["choices"] = list(dict(labels).items())

    def find(self, queryset, name, value):
        for word in value.split():
            number = search_key(word).upper().removeprefix("D")
            found = Q(object_text__icontains=word)
            if number.isascii() and number.isdigit():
                found |= Q(number=int(number[4:] or 0), fiscal_year=int(number[:4])) | Q(number=int(number))
            queryset = queryset.filter(found)
        return queryset

    def in_state(self, queryset, name, value):
        if value == "voided":
            return queryset.filter(voided_at__isnull=False)
        standing = queryset.filter(voided_at__isnull=True, signed_on__isnull=value == "unsigned")
        # そのときの姿を写しただけの書類は、調印を待たない。
        return standing.filter(repeatable=False) if value == "unsigned" else standing


class IssuedDocumentTable(tables.Table):
    """発行書類の一覧。"""

    label = tables.Column(
        "発行番号", order_by=("fiscal_year", "number"), linkify=True, attrs={"td": {"class": "nowrap"}}
    )
    paper_label = tables.Column("書類", attrs={"td": {"class": "nowrap"}})
    object_text = tables.Column("対象")
    issued_on = tables.Column("発行日")
    issued_by = tables.Column("発行した人", order_by="issued_by__name")
    pages = tables.Column("ページ", attrs={"td": {"class": "num"}, "th": {"class": "num"}})
    state_label = tables.Column("状態", orderable=False)

    class Meta:
        model = IssuedDocument
        fields = ()
        sequence = ("label", "paper_label", "object_text", "issued_on", "issued_by", "pages", "state_label")
        order_by = ("-label",)
        caption = "発行書類の一覧"

    def render_issued_on(self, value):
        return format_html('<span class="nowrap">{}</span>', jdate(value))

    def render_state_label(self, value):
        return stage_badge(value, _TONES[value])

    def value_issued_on(self, value):
        return value

    def value_state_label(self, value):
        return value


class IssuedDocumentList(GuardedMixin, ExportedList, SingleTableMixin, FilterView):
    """発行書類の一覧。"""

    permission_required = "documents.view_paper"
    template_name = "generic/list.html"
    filterset_class = IssuedDocumentFilter
    table_class = IssuedDocumentTable
    paginate_by = 50

    def get_queryset(self):
        documents = IssuedDocument.objects.without_content().select_related("issued_by")
        return access.visible_documents(documents, self.request.user, self.on)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "title": "発行書類",
            "actions": [{"label": "書類の様式", "url": reverse("documents:forms")}]
            if self.request.user.has_perm(VIEW_FORM)
            else [],
            "lead": "発行した契約書類と伝票。中身は発行したときのまま保存され、作り直されません。",
            "count": context["paginator"].count if context.get("paginator") else self.object_list.count(),
            "empty": {"text": "発行した書類はまだありません。", "hint": "契約手続の画面から発行します。"},
        }


class VisibleDocumentMixin(GuardedMixin, RememberReading):
    """見てよい対象の書類だけを引く。ほかは 404。"""

    permission_required = "documents.view_paper"

    def get_queryset(self):
        return access.visible_documents(self.model.objects.all(), self.request.user, self.on)

    def get_object(self, queryset=None):
        document = super().get_object(queryset)
        self.remember(document)
        return document


class IssuedDocumentDetail(VisibleDocumentMixin, DetailView):
    """発行した書類の一件。"""

    model = IssuedDocument
    template_name = "documents/issueddocument_detail.html"

    def get_queryset(self):
        return (
            super().get_queryset().without_content().select_related("issued_by", "signed_by", "content_type", "wording")
        )

    def get_context_data(self, **kwargs):
        document = self.object
        facts = [
            ("発行番号", document.label),
            ("対象", document.object_text),
            ("発行日", jdate(document.issued_on)),
            ("発行した人", document.issued_by),
            ("様式の版", self.version()),
            ("ページ数", f"{document.pages}ページ" if document.pages else ""),
            *([("選択した条項", "、".join(document.clauses["chosen"]))] if document.clauses.get("chosen") else []),
            ("印紙税額", f"{document.stamp_duty:,}円" if document.stamp_duty else "印紙は要りません"),
            ("指紋（SHA-256）", format_html('<span class="text-break">{}</span>', document.sha256)),
        ]
        if document.signed_on:
            facts.append(("調印済の受領", f"{jdate(document.signed_on)}　{document.signed_by}"))
        if document.voided_at:
            facts.append(("無効", f"{jmoment(document.voided_at)}　{document.voided_reason}"))
        return super().get_context_data(
            title=f"{document.paper_label}　{document.label}",
            tone=_TONES[document.state_label],
            facts=facts,
            may_void=access.may_void(document, self.request.user, self.on),
            breadcrumbs=[("発行書類", reverse("documents:list")), (document.label, "")],
            **kwargs,
        )

    def version(self):
        """様式の版。組合の版なら、その文言へ。"""
        document = self.object
        if document.wording_id and self.request.user.has_perm(VIEW_FORM):
            return format_html('<a href="{}">{}</a>', document.wording.get_absolute_url(), document.form_version)
        return document.form_version


class IssuedDocumentDownload(VisibleDocumentMixin, DetailView):
    """発行した書類の実体。保存した bytes をそのまま渡す。"""

    model = IssuedDocument

    def render_to_response(self, context, **kwargs):
        document = self.object
        if not document.sha256:
            raise Http404("この書類には実体がありません。")
        return attachment(document.content, document.filename, "application/pdf", intact=document.is_intact)


class IssuedDocumentVoid(OperationView):
    """発行した書類を理由付きで無効にする。してよいかは、対象を知る上の階が決める。"""

    permission_required = "documents.view_paper"
    form_class = ReasonForm
    title = "書類を無効にする"
    submit_label = "無効にする"

    def load(self):
        documents = IssuedDocument.objects.without_content().select_related("content_type")
        document = get_object_or_404(
            access.visible_documents(documents, self.request.user, self.on), pk=self.kwargs["pk"]
        )
        self.title = f"{document.paper_label} {document.label} を無効にする"
        if not access.may_void(document, self.request.user, self.on):
            deny("この書類は、いまは無効にできません。")
        return document

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.fields["reason"].required = True
        form.fields["reason"].help_text = "番号と中身は残り、理由とともに記録されます。"
        return form

    def operate(self, form):
        document = operations.void(self.object, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on)
        return document, document.get_absolute_url(), f"{document.paper_label} {document.label} を無効にしました。"


def attachment(content, filename: str, media_type: str, *, intact: bool = True) -> HttpResponse:
    """添付としてのダウンロード。ブラウザの中では開かせず、控えも残させない。"""
    if not intact:
        return HttpResponse(
            "この書類の中身が、登録したときの指紋と合いません。管理者に知らせてください。",
            status=409,
            content_type="text/plain; charset=utf-8",
        )
    response = HttpResponse(bytes(content), content_type=media_type)
    ascii_name = f"document.{filename.rsplit('.', 1)[-1]}"
    response["Content-Disposition"] = (
        f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(filename, safe='')}"
    )
    return sealed(response)


def sealed(response: HttpResponse) -> HttpResponse:
    """渡した実体が、このサイトのページとしては決して動かないようにする。種類を当て推量させず、控えも残させない。"""
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return response


class IssuePaperView(GuardedMixin, RememberReading, OncePerToken, View):
    """書類の見本（GET）と発行（POST）。発行は取引の外で描くので、OperationView を使わない。

    下の階に書く: load() → 対象、paper_of(target) → 様式、context_of(paper, target) → 値、issue(paper, target) → 書類。
    同じ書類を二度送っても、二度目は一度目の結果へ案内するだけになる。
    """

    def dispatch(self, request, *args, **kwargs):
        if not self.has_permission():
            return self.handle_no_permission()
        self.object = self.load()
        self.paper: Paper = form_versions.worded(self.paper_of(self.object), self.on)
        self.remember(self.object)
        return super().dispatch(request, *args, **kwargs)

    def back_url(self) -> str:
        return self.object.get_absolute_url()

    def may_issue(self) -> bool:
        return True

    def get(self, request, *args, **kwargs):
        return preview_response(
            request,
            self.paper,
            self.context_of(self.paper, self.object),
            back_url=self.back_url(),
            issue_url=request.path if self.may_issue() else "",
            token=uuid.uuid4().hex,
        )

    def success_url(self, document: IssuedDocument) -> str:
        return document.get_absolute_url()

    def post(self, request, *args, **kwargs):
        token = request.POST.get("token", "")[:40]
        if done := self.already_done(token):
            return done
        try:
            document = self.issue(self.paper, self.object)
        except AlreadyIssued as refusal:
            messages.info(request, refusal.findings[0].text)
            return HttpResponseRedirect(refusal.document.get_absolute_url())
        except StepRefused as refusal:
            for finding in refusal.findings:
                messages.error(request, f"{finding.text}{finding.detail}")
            return HttpResponseRedirect(self.back_url())
        url = self.success_url(document)
        if token:
            UsedToken.objects.get_or_create(token=token, by=request.user, defaults={"result_url": url})
        messages.success(request, f"{document.paper_label}を発行しました（{document.label}）。")
        return HttpResponseRedirect(url)
