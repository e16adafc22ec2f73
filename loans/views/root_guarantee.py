"""設定済の根保証を、手形貸付の申込にも使う画面。"""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.functional import cached_property

from collateral.models import Guarantee
from coopfin.forms import OperationForm
from coopfin.templatetags.coopfin import jdate
from loans import root_guarantees
from loans.operations import security
from loans.views.security import SecurityOperation


class GuaranteeUse(SecurityOperation):
    """設定済の根保証を使う。使えないものは、なぜかを言う。"""

    form_class = OperationForm
    template_name = "loans/security_remove.html"
    title = "設定済の根保証を使う"
    submit_label = "この根保証を使う"

    @cached_property
    def guarantee(self):
        found = Guarantee.objects.filter(debtor=self.object.member_id)
        return get_object_or_404(
            found.select_related("person", "member__representative", "debtor"), pk=self.kwargs["guarantee"]
        )

    def operate(self, form):
        link = security.use_guarantee(self.object, guarantee=self.guarantee, by=self.request.user, on=self.on)
        return link, self.object.get_absolute_url(), f"設定済の根保証を付けました（{link.guarantee}）。"

    def facts(self):
        guarantee = self.guarantee
        yield "保証人", str(guarantee)
        yield "範囲", f"{guarantee.get_kind_display()}・{guarantee.get_scope_display()}"
        standing = root_guarantees.standings(self.object, [guarantee]).get(guarantee.pk)
        if standing is None:
            return
        if standing.given is not None:
            yield "受けた契約", f"{standing.given.number}（{jdate(standing.given.contracted_on)}）"
        yield "元本の確定する日", jdate(standing.fixes_on()) if standing.fixes_on() else "定めがありません"
        yield "極度額", f"{guarantee.maximum_amount:,}円"
        others = [f"{number} {owed:,}円" for number, owed in standing.owed.items()]
        yield "ほかに保証している貸付の残り", "、".join(others) or "ありません"
        yield "極度額の残り", f"{standing.left:,}円（この申込は {self.object.amount:,}円）"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            text="この根保証を、この申込にも使います。新しい保証書は要りません。公正証書・情報提供は、受けた契約で確かめたもの"
            "を使います。同じ人の新しい保証がこの申込に付いていれば、取りやめます。",
            facts=list(self.facts()),
            **kwargs,
        )
        if not context["blocked"]:
            refused = root_guarantees.use_refusals(self.object, self.guarantee)
            context.update(blocked=bool(refused), blocked_why="".join(finding.text for finding in refused))
        return context


urlpatterns = [
    path("applications/<int:pk>/guarantee/use/<int:guarantee>/", GuaranteeUse.as_view(), name="guarantee_use"),
]
