"""重複らしいものの一覧と、統合の下見・確定の画面。"""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from coopfin.views import GuardedMixin, OperationView
from members import duplicates, merging
from members.forms import RequiredReasonForm
from members.models import Member, Person
from members.operations import merge
from members.operations.merging import MERGE
from members.views.base import MEMBERS_CRUMB, PEOPLE_CRUMB

MOST = 100


class DuplicatesView(GuardedMixin, TemplateView):
    """重複らしい人と組合員。見るのは台帳を見る人すべて、まとめるのは事務局長。"""

    permission_required = "members.view_member"
    template_name = "members/duplicates.html"

    def get_context_data(self, **kwargs):
        people, members = duplicates.likely_people(), duplicates.likely_members()
        return super().get_context_data(
            title="重複らしいもの",
            breadcrumbs=[MEMBERS_CRUMB, ("重複らしいもの", "")],
            groups=[
                ("人", "members:person_merge", people[:MOST], len(people)),
                ("組合員", "members:member_merge", members[:MOST], len(members)),
            ],
            may_merge=self.request.user.has_perm(MERGE),
            most=MOST,
            **kwargs,
        )


class MergeView(OperationView):
    """統合の下見と確定。pk を残し、gone をまとめる。"""

    permission_required = MERGE
    template_name = "members/merge.html"
    form_class = RequiredReasonForm
    submit_label = "統合する"
    model = Person
    crumb = PEOPLE_CRUMB
    facts: tuple[str, ...] = ()

    @property
    def title(self):
        return f"{self.model._meta.verbose_name}の統合"

    def load(self):
        """統合済のものも開ける（なぜ統合できないかを文で見せる）。"""
        self.gone = get_object_or_404(self.model.everyone, pk=self.kwargs["gone"])
        self.remember(self.gone)
        return get_object_or_404(self.model.everyone, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs):
        kept, gone = self.object, self.gone
        plan = merging.plan(kept, gone, self.request.user)
        compared = [
            (self.model._meta.get_field(name).verbose_name, _shown(kept, name), _shown(gone, name))
            for name in self.facts
        ]
        return super().get_context_data(
            breadcrumbs=[self.crumb, ("重複らしいもの", reverse("members:duplicates")), (self.title, "")],
            plan=plan,
            gone=gone,
            compared=compared,
            other_way=reverse(self.request.resolver_match.view_name, args=[gone.pk, kept.pk]),
            **kwargs,
        )

    def back_url(self):
        return reverse("members:duplicates")

    def operate(self, form):
        kept = merge(
            kept=self.object, gone=self.gone, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on
        )
        return kept, kept.get_absolute_url(), f"「{self.gone}」を「{kept}」にまとめました。"


def _shown(row, name):
    display = getattr(row, f"get_{name}_display", None)
    return display() if display else getattr(row, name)


class PersonMergeView(MergeView):
    """人の統合。"""

    model = Person
    crumb = PEOPLE_CRUMB
    facts = ("name", "kana", "born_on", "postal_code", "address", "phone", "user")


class MemberMergeView(MergeView):
    """組合員の統合。金銭の記録のあるものは、まとめられない。"""

    model = Member
    crumb = MEMBERS_CRUMB
    facts = (
        "number", "name", "kana", "kind", "corporate_number", "representative", "address", "phone", "shares", "joined_on",
    )  # fmt: skip
