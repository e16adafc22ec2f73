"""限度額の余力の頁: どの日でも、①〜④ と融資枠と組合員ごとの余力を、内訳の一行まで（限度額管理、F2）。"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView
from django_tables2 import SingleTableMixin

from coopfin import exports
from coopfin.views import GuardedMixin
from loans import headroom
from loans.exposure import Exposure, Part
from loans.forms.headroom import AtForm, MemberRowsForm
from loans.models import Application
from loans.tables import MemberHeadroomTable
from members.models import Member

SEE = "loans.view_loan"
#: 「余力が少ない」とみる、限度に対する使用率（％）
TIGHT_PERCENT = 80


def visible_to(user, on: date) -> set[int]:
    """見てよい案件。"""
    return set(Application.objects.visible_to(user, on).order_by().values_list("pk", flat=True))


class DayPage(GuardedMixin):
    """どの日について見るかを受け取る頁。読めない日付は欄のそばで断り、今日について見せる。"""

    permission_required = SEE
    form_class = AtForm

    @cached_property
    def form(self):
        data = self.request.GET.copy()
        data.setdefault("at", self.on.isoformat())
        return self.form_class(data, initial={"at": self.on})

    @cached_property
    def at(self) -> date:
        valid = self.form.is_valid()
        return (self.form.cleaned_data.get("at") if valid else None) or self.on

    @property
    def page_status(self) -> int:
        return 200 if self.form.is_valid() else 422

    def visible(self) -> set[int]:
        return visible_to(self.request.user, self.on)

    def at_query(self) -> str:
        return f"?at={self.at.isoformat()}" if self.at != self.on else ""

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            form=self.form,
            at=self.at,
            is_past=self.at < self.on,
            is_future=self.at > self.on,
            at_query=self.at_query(),
            **kwargs,
        )

    def render_to_response(self, context, **kwargs):
        return super().render_to_response(context, status=self.page_status, **kwargs)


@dataclass(frozen=True)
class Step:
    """これからの実行の予定と、そのあとの残高。"""

    on: date
    parts: tuple[Part, ...]
    after: int
    headroom: int | None

    @property
    def amount(self) -> int:
        return sum(part.amount for part in self.parts)


def steps(held: Exposure, limit: int | None, start: date) -> list[Step]:
    """予定日ごとの実行と、そのあとの残高と余力。予定日の過ぎたものは、その日に実行するとみる。"""
    after = held.outstanding
    found = []
    planned = [part for part in held.parts if part.is_committed]
    for day in sorted({max(start, part.planned_on) for part in planned}):
        parts = tuple(part for part in planned if max(start, part.planned_on) == day)
        after += sum(part.amount for part in parts)
        found.append(Step(day, parts, after, None if limit is None else limit - after))
    return found


class HeadroomPage(DayPage, TemplateView):
    """限度額の余力。"""

    template_name = "loans/headroom.html"

    def get_context_data(self, **kwargs):
        found, visible = headroom.standing(self.at, on=self.on), self.visible()
        borrowing = found.exposures.borrowing.veiled(visible)
        known = found.facilities
        uses = [replace(use, exposure=use.exposure.veiled(visible)) for use in known.uses]
        rows, hidden = open_rows(found.rows, visible)
        return super().get_context_data(
            title="限度額の余力",
            standing=found,
            resolution=found.resolution,
            borrowing=borrowing,
            steps=steps(
                borrowing, found.resolution.borrowing_limit if found.resolution else None, max(self.at, self.on)
            )
            if self.at >= self.on
            else [],
            uses=uses,
            unnamed=known.unnamed,
            undecided=[part.veiled(visible) for part in known.undecided],
            without_facility=[part.veiled(visible) for part in known.without_facility],
            heaviest=sorted(
                (row for row in rows if row.used and row.limit is not None),
                key=lambda row: (row.headroom, row.member.number),
            )[:5],
            guaranteed=sorted((row for row in rows if row.guaranteed), key=lambda row: -row.guaranteed)[:5],
            hidden=hidden,
            over=[row for row in rows if row.is_over],
            breadcrumbs=None,
            **kwargs,
        )


def open_rows(rows, visible: set[int]):
    """見てよい組合員の行と、利害関係のため見せない組合員の数。"""
    shown = [row for row in rows if not row.exposure.is_veiled(visible)]
    return shown, len(rows) - len(shown)


class HeadroomMembers(DayPage, SingleTableMixin, TemplateView):
    """組合員ごとの余力。探し、絞り、並べ、書き出す。"""

    template_name = "loans/list.html"
    form_class = MemberRowsForm
    table_class = MemberHeadroomTable
    paginate_by = 50
    title = "組合員ごとの余力"
    export_permission = "loans.export"

    @cached_property
    def standing(self):
        return headroom.standing(self.at, on=self.on)

    @cached_property
    def rows_and_hidden(self):
        rows, hidden = open_rows(self.standing.rows, self.visible())
        cleaned = self.form.cleaned_data if self.form.is_valid() else {}
        if text := cleaned.get("q"):
            found = set(Member.objects.search(text).order_by().values_list("pk", flat=True))
            rows = [row for row in rows if row.member.pk in found]
        keep = {
            "used": lambda row: bool(row.used),
            "over": lambda row: row.is_over,
            "tight": lambda row: row.used and row.percent is not None and row.percent > TIGHT_PERCENT,
        }.get(cleaned.get("show"))
        return ([row for row in rows if keep(row)] if keep else rows), hidden

    def get_table_data(self):
        return self.rows_and_hidden[0]

    def get_table_kwargs(self):
        resolution = self.standing.resolution
        uniform = resolution is None or resolution.member_limit_mode == "uniform"
        return {"exclude": ["basis_amount"] if uniform else [], "at_query": self.at_query()}

    def get(self, request, *args, **kwargs):
        file_format = exports.wanted(request)
        if not file_format:
            return super().get(request, *args, **kwargs)
        if not request.user.has_perm(self.export_permission):
            return self.handle_no_permission()
        self.table_pagination = False
        headers, *rows = exports.values_of(self.get_table(**self.get_table_kwargs()))
        return exports.download(self.title, headers, rows, file_format, on=self.at)

    def get_context_data(self, **kwargs):
        rows, hidden = self.rows_and_hidden
        context = super().get_context_data(**kwargs)
        resolution = self.standing.resolution
        lead = f"{_day(self.at)}　{resolution}　{resolution.rule_of_members}" if resolution else _day(self.at)
        if hidden:
            lead += f"　（利害関係のため表示しない組合員 {hidden}名）"
        return {
            **context,
            "title": self.title,
            "lead": lead,
            "breadcrumbs": [("限度額の余力", reverse("loans:headroom") + self.at_query()), (self.title, "")],
            "filter": {"form": self.form},
            "count": len(rows),
            "sums": [
                {"label": "貸付残高の計", "amount": sum(row.outstanding for row in rows)},
                {"label": "承認済未実行の計", "amount": sum(row.committed for row in rows)},
            ],
            "exports": exports.links(self.request) if self.request.user.has_perm(self.export_permission) else [],
            "empty": {"text": "組合員がまだ登録されていません。"},
        }


class HeadroomMember(DayPage, TemplateView):
    """組合員ひとりの余力。限度の数え方と、貸付の一件ずつ。利害関係のある人には、ないのと同じ。"""

    template_name = "loans/headroom_member.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        member = get_object_or_404(Member.objects.select_related("representative"), pk=self.kwargs["pk"])
        found = headroom.of_member(member, self.at, self.on)
        held = found["held"]
        if held.is_veiled(self.visible()):
            raise Http404
        return super().get_context_data(
            title=f"{member.name}の余力",
            member=member,
            breadcrumbs=[
                ("限度額の余力", reverse("loans:headroom") + self.at_query()),
                ("組合員ごとの余力", reverse("loans:headroom_members") + self.at_query()),
                (member.name, ""),
            ],
            steps=steps(held, found["check"].limit if found["check"] else None, self.at) if self.at >= self.on else [],
            may_record_sales=user.has_perm("members.edit_member"),
            **found,
            **kwargs,
        )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
