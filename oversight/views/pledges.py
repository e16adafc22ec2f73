"""守秘義務の誓約: 本人の画面、登録簿、書面の受領、文面の印刷（H2.2-e）。"""

from __future__ import annotations

from functools import cached_property

from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import TemplateView

from coopfin import exports
from coopfin.views import GuardedMixin, OperationView
from oversight import wording
from oversight.forms import ConfirmForm, PaperForm
from oversight.operations import pledges as operations
from oversight.register import obliged

REGISTER = ("守秘義務の誓約", "/oversight/pledges/")


class ConfirmView(OperationView):
    """本人が文面を読み、誓約する。案件を開こうとして来た人は、誓約するとその案件へ進む。"""

    permission_required = "coopfin.view_desk"
    template_name = "oversight/pledge.html"
    form_class = ConfirmForm
    title = "守秘義務の誓約"
    submit_label = "誓約する"

    @cached_property
    def current(self):
        return operations.current_of(self.request.user, self.on)

    def next_url(self) -> str:
        wanted = self.request.GET.get("next", "")
        if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/"):
            return wanted
        return reverse("desk:today")

    def get_context_data(self, **kwargs):
        current = self.current
        return super().get_context_data(
            pledge=current,
            text=wording.text_on(self.on),
            on=self.on,
            source=wording.SOURCE,
            led_here="next" in self.request.GET,
            next_url=self.next_url(),
            may_pledge=operations.renewable(current, self.on),
            **kwargs,
        )

    def operate(self, form):
        pledge = operations.confirm(agreed=form.cleaned_data["agreed"], by=self.request.user, on=self.on)
        return pledge, self.next_url(), "守秘義務の誓約を記録しました。"


class RegisterView(GuardedMixin, TemplateView):
    """誓約の登録簿。誓約のない人が上に並ぶ。"""

    permission_required = "oversight.view_pledges"
    template_name = "oversight/pledge_list.html"

    def get(self, request, *args, **kwargs):
        rows = obliged(self.on)
        if wanted := exports.wanted(request):
            headers = ["氏名", "席・役割", "状態", "誓約した日", "効力の終わる日", "しかた", "文面の版"]
            lines = [[row.name, "、".join(row.capacities), row.state, *_told(row.pledge)] for row in rows]
            return exports.download("守秘義務の誓約", headers, lines, wanted, on=self.on)
        return render(request, self.template_name, self.get_context_data(rows=rows))

    def get_context_data(self, **kwargs):
        missing = sum(not row.in_force for row in kwargs["rows"])
        return super().get_context_data(
            title="守秘義務の誓約",
            missing=missing,
            may_record=self.request.user.has_perm("oversight.record_pledges"),
            may_see_papers=self.request.user.has_perm("documents.view_paper"),
            exports=exports.links(self.request),
            **kwargs,
        )


def _told(pledge) -> list:
    if pledge is None:
        return ["", "", "", ""]
    return [pledge.pledged_on, pledge.until_on, pledge.get_kind_display(), pledge.text_version]


class PaperView(OperationView):
    """書面の誓約書を受け取ったことを、写しとともに記録する。"""

    permission_required = "oversight.record_pledges"
    template_name = "generic/form.html"
    form_class = PaperForm
    title = "誓約書の受領を記録する"
    submit_label = "記録する"

    def get_form_kwargs(self):
        # 自分の誓約書は、自分では記録しない。
        people = [row for row in obliged(self.on) if row.user is None or row.user.pk != self.request.user.pk]
        return {**super().get_form_kwargs(), "people": people}

    def get_initial(self):
        return {"who": self.request.GET.get("who", ""), "pledged_on": self.on}

    def back_url(self):
        return reverse("oversight:pledges")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            breadcrumbs=[REGISTER, (self.title, "")],
            lead="署名のある誓約書を受け取り、写しを登録します。任期のある人の誓約は、任期とともに終わります。",
            **kwargs,
        )

    def operate(self, form):
        row = form.chosen
        pledge = operations.record_paper(
            person=row.person, user=row.user, pledged_on=form.cleaned_data["pledged_on"],
            file=form.cleaned_data["file"], by=self.request.user, on=self.on,
        )  # fmt: skip
        return pledge, self.back_url(), f"{row.name}さんの誓約書の受領を記録しました。"


class TextView(GuardedMixin, TemplateView):
    """誓約書の用紙。印刷して、署名してもらう。"""

    permission_required = "oversight.view_pledges"
    template_name = "oversight/pledge_paper.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title="守秘義務誓約書",
            text=wording.text_on(self.on),
            breadcrumbs=[REGISTER, ("誓約書の用紙", "")],
            **kwargs,
        )
