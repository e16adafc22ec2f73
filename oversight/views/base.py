"""一覧の土台。"""

from __future__ import annotations

from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from coopfin.exports import ExportedList
from coopfin.views import GuardedMixin


class RecordList(GuardedMixin, ExportedList, SingleTableMixin, FilterView):
    """記録の一覧。絞り込み・並べ替え・頁・書出しをそろえる。"""

    template_name = "generic/list.html"
    confidential = True
    paginate_by = 50
    strict = False
    lead = ""
    empty: dict[str, str] = {}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "title": self.title,
            "lead": self.lead,
            "count": context["table"].paginator.count,
            "exports": self.export_links(),
            "empty": self.empty,
        }
