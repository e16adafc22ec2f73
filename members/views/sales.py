"""組合員の年間売上高の画面。"""

from __future__ import annotations

from coopfin.views import OperationView
from members import operations
from members.forms import SalesForm
from members.models import Member
from members.views.base import MEMBERS_CRUMB


class SalesRecordView(OperationView):
    """年間売上高を記録する。組合員ごとの限度（売上等基準、手引き Q&A 2）の基になる。"""

    permission_required = "members.edit_member"
    template_name = "members/sales_form.html"
    form_class = SalesForm
    title = "年間売上高の記録"
    submit_label = "記録する"
    queryset = Member.objects.select_related("representative", "industry")

    def version_of(self, obj) -> str:
        return ""

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "on": self.on}

    def get_context_data(self, **kwargs):
        crumbs = [MEMBERS_CRUMB, (self.object.name, self.object.get_absolute_url()), (self.title, "")]
        return super().get_context_data(
            breadcrumbs=crumbs,
            lead=self.object.name,
            sales=list(self.object.annual_sales.select_related("recorded_by")),
            **kwargs,
        )

    def operate(self, form):
        cleaned = form.cleaned_data
        sales = operations.record_sales(
            member=self.object, ended_on=cleaned["ended_on"], amount=cleaned["amount"], source=cleaned["source"],
            by=self.request.user, on=self.on,
        )  # fmt: skip
        return (
            sales,
            self.request.path,
            f"{sales.ended_on.year}年{sales.ended_on.month}月期の年間売上高を記録しました。",
        )
