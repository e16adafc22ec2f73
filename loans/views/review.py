"""審査: 付議、委員の意見、答申、理事会の決定。"""

from __future__ import annotations

from functools import cached_property

from coopfin.kept import KeepsWhatIsTyped
from governance import operations as governance
from governance.enums import BodyKind, ItemResult
from loans import casefile, items, judging
from loans.conditions import gathered
from loans.forms.review import DecisionForm, OpinionForm, RecommendationForm
from loans.models import ProposedCondition
from loans.operations import review as operations
from loans.views import rounds
from loans.views.base import CaseOperation, CaseStep


class SubmitToCommittee(CaseStep):
    """金融委員会に付議する。"""

    step_name = "submit_to_committee"
    operation = operations.submit_to_committee
    notice = "金融委員会に付議しました。"


class GiveOpinion(KeepsWhatIsTyped, CaseOperation):
    """委員の意見。答申がまとまるまでは書き直せる。"""

    form_class = OpinionForm
    template_name = "loans/opinion_form.html"
    permission_required = "loans.give_opinion"
    title = "意見を述べる"
    submit_label = "意見を記録する"

    def version_of(self, obj):
        # ほかの委員の意見で版が進んでも、案件の条件は変わらない。同じ付議のままであればよい。
        item = items.open_item(obj, BodyKind.COMMITTEE) if obj is not None else None
        return str(item.pk) if item else ""

    def _own(self):
        item = items.open_item(self.object, BodyKind.COMMITTEE)
        person = getattr(self.request.user, "person", None)
        return item.opinions.filter(seat__person=person).first() if item and person else None

    def get_initial(self):
        own = self._own()
        if own is None:
            return {}
        asked = [one.wanted for one in own.proposed_conditions.all()]
        return {"choice": own.choice, "text": own.reason, "conditions": asked}

    def operate(self, form):
        operations.give_opinion(
            self.object, choice=form.cleaned_data["choice"], text=form.cleaned_data["text"],
            conditions=form.cleaned_data["conditions"], by=self.request.user, on=self.on,
        )  # fmt: skip
        return self.object, self.object.get_absolute_url(), "意見を記録しました。答申がまとまるまでは書き直せます。"

    def get_context_data(self, **kwargs):
        refusals = operations.opinion_refusals(self.object, by=self.request.user, on=self.on)
        return super().get_context_data(
            blocked=bool(refusals),
            findings=refusals or None,
            committee=casefile.committee(self.object, self.on),
            changed=rounds.changed_since(self.object, self.request.user),
            **kwargs,
        )


class Recommend(CaseStep):
    """答申を記録する。"""

    step_name = "recommend"
    form_class = RecommendationForm
    template_name = "loans/recommend_form.html"

    @cached_property
    def failing(self) -> bool:
        """返済の力の試算が足りず、答申で触れなければならないか。"""
        return bool(judging.judged(self.object, self.on).failing)

    def given(self):
        """送られたときは、返済の力についての意見も確かめる。"""
        if self.request.method != "POST":
            return {}
        return {"capacity_comment": self.request.POST.get("capacity_comment", "")}

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "failing": self.failing}

    def get_form(self, form_class=None):
        """残る注意が返済の力だけなら、答えるのは「返済の力についての意見」の欄で、別の理由は尋ねない。"""
        form = super().get_form(form_class)
        if "reason" in form.fields and not self._asks_for_a_reason() and not form.data.get("reason", "").strip():
            del form.fields["reason"]
        return form

    def _asks_for_a_reason(self) -> bool:
        return any(finding.warns and finding.code != "capacity" for finding in self.findings)

    def get_initial(self):
        item = items.open_item(self.object, BodyKind.COMMITTEE)
        asked = ProposedCondition.objects.filter(item=item, opinion__isnull=False) if item else ()
        return {"conditions": gathered(one.wanted for one in asked)}

    def operate(self, form):
        cleaned = form.cleaned_data
        application = operations.recommend(
            self.object, result=cleaned["result"], conditions=cleaned["conditions"], comment=cleaned["comment"],
            capacity_comment=cleaned.get("capacity_comment", ""), reason=cleaned.get("reason", ""), by=self.request.user, on=self.on,
        )  # fmt: skip
        return application, application.get_absolute_url(), "答申を記録しました。事務局が理事会に付議します。"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            committee=casefile.committee(self.object, self.on),
            changed=rounds.changed_since(self.object, self.request.user),
            **kwargs,
        )
        return context | {"needs_overrule": self._asks_for_a_reason()}


class SubmitToBoard(CaseStep):
    """理事会に付議する。"""

    step_name = "submit_to_board"
    operation = operations.submit_to_board
    notice = "理事会に付議しました。会議のページで議案に載せてください。"


class SubmitAgain(CaseStep):
    """有効期限の切れる承認を、理事会に付議し直す。"""

    step_name = "submit_again"
    operation = operations.submit_again
    notice = "理事会に付議し直しました。会議のページで議案に載せてください。"


class Decide(CaseStep):
    """理事会の決定を記録する。可決・条件付可決・否決・継続審議を、この一枚で記録する。"""

    step_name = "approve"
    form_class = DecisionForm
    template_name = "loans/decide_form.html"
    title = "理事会の決定を記録する"
    submit_label = "決定を記録する"

    NOTICES = {
        ItemResult.FAVOURABLE: "理事会の承認を記録しました。",
        ItemResult.CONDITIONAL: "理事会の条件付の承認を記録しました。",
        ItemResult.UNFAVOURABLE: "理事会の否決を記録しました。",
        ItemResult.CONTINUED: "継続審議としました。次の会議の議案に載せてください。",
    }

    def get_initial(self):
        advised = items.last_decided(self.object, BodyKind.COMMITTEE)
        if advised is not None and advised.result == ItemResult.CONDITIONAL:
            asked = ProposedCondition.objects.filter(item=advised, opinion__isnull=True)
            return {"conditions": [one.wanted for one in asked]}
        return {}

    def operate(self, form):
        cleaned = form.cleaned_data
        result = cleaned["result"]
        application = operations.decide(
            self.object, result=result,
            conditions=cleaned["conditions"] if result == ItemResult.CONDITIONAL else [],
            comment=cleaned["comment"], reason=cleaned.get("reason", ""), by=self.request.user, on=self.on,
        )  # fmt: skip
        return application, application.get_absolute_url(), self.NOTICES[ItemResult(result)]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        item = items.open_item(self.object, BodyKind.BOARD)
        # 承認はできなくても、否決・継続審議は記録できる。まったく記録できないときだけ閉じる。
        closing = {"state", "permission", "interested", "receiver", "no-item", "no-meeting"}
        agenda = casefile.agenda_of(self.object)
        context.update(
            changed=rounds.changed_since(self.object, self.request.user),
            blocked=any(finding.blocks and finding.code in closing for finding in self.findings),
            standing=governance.standing(item, on=self.on) if item else None,
            item=item,
            board=casefile.board(self.object, self.on, agenda),
            committee=casefile.committee(self.object, self.on, agenda),
        )
        return context
