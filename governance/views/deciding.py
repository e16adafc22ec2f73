"""決議による定め（限度額など）を議案にし、その議決を記録する。"""

from __future__ import annotations

from django.apps import apps
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from coopfin.forms import OperationForm, ReasonForm
from coopfin.views import OperationView
from governance import briefing, operations
from governance.enums import BodyKind
from governance.forms import BoardDecisionForm, GeneralDecisionForm
from governance.models import AgendaItem, Resolved
from governance.operations.locks import RECORD
from governance.operations.resolving import TABLE
from governance.workflow import concerns_proposal, standing


class TableView(OperationView):
    """待っている提案を議案にする（決める機関に付議する）。"""

    permission_required = TABLE
    form_class = OperationForm
    template_name = "generic/confirm.html"
    title = "議案にする"
    submit_label = "議案にする"

    def load(self):
        try:
            model = apps.get_model(self.kwargs["model"])
        except (LookupError, ValueError):
            raise Http404 from None
        if not issubclass(model, Resolved):
            raise Http404
        return get_object_or_404(model, pk=self.kwargs["pk"])

    def version_of(self, obj):
        return ""

    def back_url(self):
        return reverse("governance:resolutions")

    def get_context_data(self, **kwargs):
        body = BodyKind(self.object.body_kind).label
        how = "（特別議決）" if self.object.special_resolution else ""
        text = (
            f"「{self.object.title_on_agenda}」を{body}に付議します{how}。付議したあとは、提案の中身は直せません。"
            f"{body}の会議のページで議案に載せ、可決されたら、提案した人とは別の権限者が承認します。"
        )
        return super().get_context_data(text=text, facts=self.object.outline(), **kwargs)

    def operate(self, form):
        item = operations.table(self.object, by=self.request.user, on=self.on)
        return item, reverse("governance:meetings"), f"{item.body}に付議しました。会議のページで議案に載せてください。"


class DecideView(OperationView):
    """総会の議決、または理事会の規程などの議決を記録する。"""

    permission_required = RECORD
    template_name = "governance/decide.html"
    title = "議決を記録する"
    submit_label = "議決を記録する"

    def load(self):
        items = AgendaItem.objects.visible_to(self.request.user, self.on).undecided()
        item = get_object_or_404(
            items.select_related("body", "meeting", "meeting__body", "content_type"), pk=self.kwargs["pk"]
        )
        if not (item.body.is_general or concerns_proposal(item)) or item.meeting_id is None:
            raise Http404
        return item

    def version_of(self, obj):
        return str(obj.meeting.version) if obj is not None and obj.meeting_id else ""

    def get_form_class(self):
        return GeneralDecisionForm if self.object.body.is_general else BoardDecisionForm

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        if self.object.body.is_general:
            kwargs["chair_breaks_tie"] = self.object.body.chair_breaks_tie and not self.object.special
        return kwargs

    def back_url(self):
        return self.object.meeting.get_absolute_url()

    def get_context_data(self, **kwargs):
        counts = standing(self.object, on=self.on)
        brief = briefing.of(self.object, self.on)
        findings = [finding for finding in counts.findings() if finding.code == "quorum"]
        return super().get_context_data(
            subject=f"{self.object.meeting} {self.object.label}　{self.object.title}",
            counts=counts,
            sections=brief.sections if brief else (),
            findings=findings,
            explanation="特別議決です。総組合員の半数以上が出席し、その議決権の3分の2以上の賛成が要ります。"
            if self.object.special
            else "出席した議決権の過半数の賛成で可決します。",
            **kwargs,
        )

    def operate(self, form):
        given, item = form.cleaned_data, self.object
        common = {"result": given["result"], "comment": given["comment"], "by": self.request.user, "on": self.on}
        if item.body.is_general:
            done = operations.decide_general(
                item, yes=given["yes"] or 0, no=given["no"] or 0, casting=given.get("casting", False), **common
            )
        else:
            done = operations.decide_board(item, **common)
        url = self.object.meeting.get_absolute_url()
        if done.is_open:
            return done, url, "継続審議としました。次の会議の議案に載せてください。"
        return done, url, f"{done.number}の議決（{done.get_result_display()}）を記録しました。"


class TakeBackView(OperationView):
    """提案の付議を取り下げる（議決の前）。"""

    permission_required = TABLE
    form_class = ReasonForm
    title = "付議を取り下げる"
    submit_label = "取り下げる"

    def load(self):
        items = AgendaItem.objects.undecided().select_related("body", "meeting", "meeting__body", "content_type")
        item = get_object_or_404(items, pk=self.kwargs["pk"])
        if not concerns_proposal(item):
            raise Http404
        return item

    def version_of(self, obj):
        return str(obj.meeting.version) if obj is not None and obj.meeting_id else ""

    def back_url(self):
        return self.object.target_url

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.fields["reason"].required = True
        return form

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            subject=f"{self.object.body}　{self.object.title}",
            explanation="取り下げると、提案した人が中身を直せるようになり、もう一度「議案にする」ことができます。"
            "会議に載っていれば、取下げとして議事録に残ります。",
            danger=True,
            **kwargs,
        )

    def operate(self, form):
        item = operations.take_back(self.object, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on)
        return item, item.target_url, "付議を取り下げました。"
