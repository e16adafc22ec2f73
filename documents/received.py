"""受け取った書類の画面: 一覧、一件（一ページずつ絵で読む）、ダウンロード。見てよい対象の書類だけを出す（documents.access）。

画面で読むのは、サーバーで描いた絵。実体は、書類を見る権限のある人にだけ、添付として渡す。
"""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import DetailView
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from coopfin.calc import words
from coopfin.exports import ExportedList
from coopfin.lists import TIGHT, CheckFilter, DateFilter
from coopfin.templatetags.coopfin import jdate, jmoment
from coopfin.views import GuardedMixin
from documents import access, operations, preview
from documents.models import Upload
from documents.views import VisibleDocumentMixin, attachment

FORMATS = {
    "application/pdf": "PDF",
    "image/png": "画像（PNG）",
    "image/jpeg": "画像（JPEG）",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
}
SEE = "documents.view_upload"
DOWNLOAD = "documents.view_paper"


class UploadFilter(django_filters.FilterSet):
    """受け取った書類の絞り込み。"""

    q = django_filters.CharFilter(label="書類・対象・ファイル名", method="find", max_length=100)
    media_type = django_filters.ChoiceFilter(label="形式", empty_label="すべて", choices=list(FORMATS.items()))
    from_on = DateFilter(label="受け取った日（から）", field_name="at", lookup_expr="date__gte")
    to_on = DateFilter(label="受け取った日（まで）", field_name="at", lookup_expr="date__lte")
    mine = CheckFilter(label="自分が登録したもの", method="by_me")

    class Meta:
        model = Upload
        fields: list[str] = []

    def find(self, queryset, name, value):
        for word in words.search_terms(value):
            queryset = queryset.filter(
                Q(object_text__icontains=word)
                | Q(kind__icontains=word)
                | Q(filename__icontains=word)
                | Q(sha256__startswith=word.lower())
            )
        return queryset

    def by_me(self, queryset, name, value):
        return queryset.filter(uploaded_by=self.request.user) if value else queryset


class UploadTable(tables.Table):
    """受け取った書類の一覧。"""

    kind = tables.Column("書類", linkify=True)
    object_text = tables.Column("対象")
    filename = tables.Column("ファイル名")
    media_type = tables.Column("形式", attrs=TIGHT)
    size = tables.Column("大きさ", attrs={"td": {"class": "num nowrap"}, "th": {"class": "num"}})
    at = tables.Column("受け取った時", attrs=TIGHT)
    uploaded_by = tables.Column("登録した人", order_by="uploaded_by__name", attrs=TIGHT)

    class Meta:
        model = Upload
        fields = ()
        sequence = ("kind", "object_text", "filename", "media_type", "size", "at", "uploaded_by")
        order_by = ("-at",)
        caption = "受け取った書類の一覧"

    def render_filename(self, value):
        return format_html('<span class="text-break">{}</span>', value)

    def render_media_type(self, value):
        return FORMATS.get(value, value)

    def render_size(self, record):
        return record.size_text

    def value_size(self, value):
        return value

    def render_at(self, value):
        return jmoment(value)

    def value_at(self, value):
        return jmoment(value)


class Uploads(GuardedMixin, ExportedList, SingleTableMixin, FilterView):
    """受け取った書類の一覧。見てよい対象のものだけが並ぶ。"""

    permission_required = SEE
    export_permission = "loans.export"
    template_name = "generic/list.html"
    filterset_class = UploadFilter
    table_class = UploadTable
    paginate_by = 50
    strict = False
    title = "受け取った書類"

    def get_queryset(self):
        uploads = Upload.objects.without_content().select_related("uploaded_by")
        return access.visible_documents(uploads, self.request.user, self.on)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "title": self.title,
            "lead": "申込に添えられた書類、決定通知や誓約書の写しなど。見てよい案件のものだけが並びます。",
            "count": context["table"].paginator.count,
            "exports": self.export_links(),
            "empty": {
                "text": "受け取った書類はまだありません。",
                "hint": "案件の必要書類の頁などで受け取ったファイルが、ここに並びます。",
            },
        }


class VisibleUploadMixin(VisibleDocumentMixin):
    """見てよい受け取った書類だけを引く。"""

    model = Upload
    permission_required = SEE


class ReceivedDocument(VisibleUploadMixin, DetailView):
    """受け取った書類の一件: 記録、見られる人、同じ中身の書類、一ページの絵。"""

    template_name = "documents/upload_detail.html"

    def get_queryset(self):
        return super().get_queryset().select_related("uploaded_by", "content_type")

    def get_context_data(self, **kwargs):
        upload, user = self.object, self.request.user
        same = access.visible_documents(operations.same_files(upload), user, self.on)
        number, picture = page_number(self.request), None
        if upload.is_intact:
            picture = preview.picture_of(upload.content, upload.media_type, page=number)
        return super().get_context_data(
            title=upload.kind,
            facts=[
                ("対象", upload.object_text),
                ("ファイル名", upload.filename),
                ("形式", f"{FORMATS.get(upload.media_type, upload.media_type)}　{upload.size_text}"),
                ("受け取った時", jmoment(upload.at)),
                ("登録した人", upload.uploaded_by),
                ("見られる人", access.readers_of(upload.content_type)),
                ("指紋（SHA-256）", format_html('<span class="text-break">{}</span>', upload.sha256)),
            ],
            same=[(document, jdate(document.at)) for document in same.select_related("uploaded_by")],
            may_download=user.has_perm(DOWNLOAD),
            intact=upload.is_intact,
            shown_page=min(number, picture.pages) if picture else number,
            picture=picture,
            breadcrumbs=[("受け取った書類", reverse("documents:uploads")), (upload.kind, "")],
            **kwargs,
        )


def page_number(request) -> int:
    """読むページ（1 から数える）。読めない値は 1 ページ目。"""
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:5]) <= 9999 else 1


class UploadDownload(VisibleUploadMixin, DetailView):
    """受け取った書類の実体。"""

    permission_required = DOWNLOAD

    def render_to_response(self, context, **kwargs):
        upload = self.object
        return attachment(upload.content, upload.filename, upload.media_type, intact=upload.is_intact)
