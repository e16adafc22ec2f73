"""相談の記録と、理事長の指示: 求める・取り下げる・指示する（H2.2-c）。"""

from __future__ import annotations

from django.utils.functional import cached_property

from coopfin.kept import KeepsWhatIsTyped
from loans import rulebook, stand_in
from loans.forms.escalation import AdviceForm, AskForm, InstructForm, TakeBackForm
from loans.operations import escalation as operations
from loans.views.base import CaseOperation


class AddAdvice(KeepsWhatIsTyped, CaseOperation):
    """相談を記録する。"""

    form_class = AdviceForm
    permission_required = "loans.advise"
    title = "相談を記録する"
    submit_label = "記録する"

    def get_initial(self):
        return {"advised_on": self.on}

    def operate(self, form):
        operations.advise(self.object, record=form.record, by=self.request.user, on=self.on)
        return self.object, f"{self.object.get_absolute_url()}#advice", "相談を記録しました。"

    def get_context_data(self, **kwargs):
        explanation = "ほかの制度や手続をだれに説明し、どう答えたか。案件に残り、委員と理事も読みます。"
        return super().get_context_data(explanation=explanation, **kwargs)


class AskInstruction(KeepsWhatIsTyped, CaseOperation):
    """満たさない基準について、理事長の指示を求める。"""

    form_class = AskForm
    template_name = "loans/ask_form.html"
    permission_required = "loans.escalate"
    title = "理事長の指示を求める"
    submit_label = "指示を求める"

    def operate(self, form):
        reason = form.cleaned_data["reason"]
        operations.ask(self.object, reason=reason, by=self.request.user, on=self.on)
        message = "理事長の指示を求めました。理事長の「今日の仕事」に出ます。"
        return self.object, f"{self.object.get_absolute_url()}#instructions", message

    def get_context_data(self, **kwargs):
        refused = operations.ask_refusals(self.object, self.on)
        misses, beyond = rulebook.misses_to_escalate(self.object, self.on)
        return super().get_context_data(
            misses=misses, beyond=beyond, findings=list(filter(None, [stand_in.finding(self.object, self.on)])) or None,
            blocked=bool(refused), blocked_why=" ".join(found.text for found in refused),
            **kwargs,
        )  # fmt: skip


class TakeBackInstruction(CaseOperation):
    """求めを取り下げる。"""

    form_class = TakeBackForm
    permission_required = "loans.escalate"
    title = "理事長への求めを取り下げる"
    submit_label = "取り下げる"

    def operate(self, form):
        reason = form.cleaned_data["reason"]
        operations.take_back(self.object, reason=reason, by=self.request.user, on=self.on)
        return self.object, self.object.get_absolute_url(), "理事長への求めを取り下げました。"

    def get_context_data(self, **kwargs):
        waits = operations.waiting_of(self.object) is not None
        why = "" if waits else "指示を待っている求めはありません。"
        return super().get_context_data(blocked=not waits, blocked_why=why, danger=True, **kwargs)


class Instruct(KeepsWhatIsTyped, CaseOperation):
    """理事長が、一点ごとに指示する。"""

    form_class = InstructForm
    template_name = "loans/instruct_form.html"
    permission_required = "loans.instruct"
    title = "理事長の指示"
    submit_label = "指示を記録する"

    @cached_property
    def waiting(self):
        return operations.waiting_of(self.object)

    def get_form_kwargs(self):
        misses = self.waiting.misses.all() if self.waiting else ()
        return {**super().get_form_kwargs(), "misses": misses}

    def operate(self, form):
        operations.instruct(self.object, rulings=form.rulings, by=self.request.user, on=self.on)
        return self.object, f"{self.object.get_absolute_url()}#instructions", "指示を記録しました。"

    def get_context_data(self, **kwargs):
        refused = operations.instruct_refusals(self.object, by=self.request.user, on=self.on)
        return super().get_context_data(
            waiting=self.waiting, blocked=bool(refused), blocked_why=" ".join(found.text for found in refused), **kwargs
        )
