"""一覧の見方: 人ごとに選べる列、残した絞り込み、案件から戻ったときに保たれる絞り込み。どの部屋の一覧にも付けられる。

一覧の名は URL の名（例: loans:applications）。列は table_class.Meta.fields から選び、はじめは table_class.SHOWN。
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import cached_property

from coopfin.exports import wanted
from coopfin.flow import StepRefused
from coopfin.models import ListColumns, SavedFilter
from coopfin.operations import lists as operations
from coopfin.remembered import keep_query
from coopfin.views import PlainView

#: 絞り込みとして残さない引数
PASSING = ("page", "export", "columns")


class ChosenColumns:
    """列を選べる一覧（GuardedMixin・SingleTableMixin・FilterView と合わせる）。"""

    @property
    def list_name(self) -> str:
        return self.request.resolver_match.view_name

    @classmethod
    def all_columns(cls) -> list[str]:
        return list(cls.table_class.Meta.fields)

    def first_columns(self) -> list[str]:
        """選ばないときの列。"""
        return list(self.table_class.SHOWN)

    @cached_property
    def shown_columns(self) -> list[str]:
        """いま見せる列: アドレスに書かれたもの、自分が選んだもの、はじめの列の順に採る。"""
        asked = self.request.GET.getlist("columns") or self._stored()
        return [name for name in self.all_columns() if name in asked] or self.first_columns()

    def _stored(self) -> list[str]:
        mine = ListColumns.objects.filter(user=self.request.user, list_name=self.list_name)
        return next(iter(mine.values_list("columns", flat=True)), [])

    def get_table_kwargs(self):
        return {
            **super().get_table_kwargs(),
            "exclude": [name for name in self.all_columns() if name not in self.shown_columns],
        }

    def get(self, request, *args, **kwargs):
        if not wanted(request):
            keep_query(request)
        return super().get(request, *args, **kwargs)

    def list_choices(self) -> dict:
        """テンプレート（generic/list.html）に渡す値。"""
        query = _lasting(self.request.GET)
        saved = SavedFilter.objects.filter(user=self.request.user, list_name=self.list_name)
        return {
            "list_name": self.list_name,
            "list_query": query,
            "columns": [
                {
                    "name": name,
                    "label": self.table_class.base_columns[name].header or "",
                    "shown": name in self.shown_columns,
                }
                for name in self.all_columns()
            ],
            "saved_filters": [
                {"pk": one.pk, "name": one.name, "url": f"?{one.query}", "current": one.query == query} for one in saved
            ],
        }


def _lasting(given: QueryDict) -> str:
    """残してよい引数だけを、決まった順に。"""
    return urlencode(
        sorted((key, value) for key in given if key not in PASSING for value in given.getlist(key) if value)
    )


class ListChoices(PlainView):
    """一覧の列を選び、絞り込みを残し、消す。その一覧を見られる人だけが、自分の分だけを変える。"""

    permission_required = "coopfin.view_desk"
    http_method_names = ["post"]

    def post(self, request):
        view, address = self._list(request.POST.get("list", ""))
        name, query = request.POST["list"], _lasting(QueryDict(request.POST.get("query", "")[:2000]))
        action = request.POST.get("action", "")
        try:
            if action == "columns":
                chosen = request.POST.getlist("columns")
                operations.choose_columns(name, [one for one in view.all_columns() if one in chosen], by=request.user)
            elif action == "reset":
                operations.choose_columns(name, [], by=request.user)
            elif action == "save":
                saved = operations.save_filter(name, name=request.POST.get("name", ""), query=query, by=request.user)
                messages.success(request, f"絞り込み「{saved.name}」を残しました。")
            elif action == "forget":
                operations.forget_filter(name, request.POST.get("filter", ""), by=request.user)
            else:
                raise Http404
        except StepRefused as refusal:
            for finding in refusal.findings:
                messages.error(request, finding.text)
        return HttpResponseRedirect(f"{address}?{query}" if query else address)

    def _list(self, name: str):
        """一覧のビューと URL。列を選べる一覧でなければ、ないのと同じ。"""
        try:
            address = reverse(name)
        except NoReverseMatch as error:
            raise Http404 from error
        view = getattr(resolve(address).func, "view_class", None)
        if (
            view is None
            or not issubclass(view, ChosenColumns)
            or not self.request.user.has_perm(view.permission_required)
        ):
            raise Http404
        return view, address
