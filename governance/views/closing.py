"""会議を終える・流会にする・議事録を確定する・記録を差し戻す。"""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.utils import timezone

from coopfin.flow import StepRefused
from coopfin.forms import OperationForm, ReasonForm
from coopfin.views import OperationView
from governance import minutes, operations, proceedings
from governance.forms import AdjournForm, CloseForm
from governance.models import Meeting, Minutes
from governance.operations.closing import FINALISE
from governance.operations.locks import RECORD
from governance.printing import issue_minutes
from governance.workflow import finalising_findings, standing


class MeetingOperation(OperationView):
    """見てよい会議についての操作。"""

    def load(self):
        found = Meeting.objects.visible_to(self.request.user, self.on).select_related("body", "closed_by")
        return get_object_or_404(found, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(subject=f"{self.object}　{self.object.place}", **kwargs)


class CloseView(MeetingOperation):
    """会議を終える。"""

    permission_required = RECORD
    template_name = "generic/confirm.html"
    form_class = CloseForm
    title = "会議を終える"
    submit_label = "終える"

    def get_initial(self):
        return {"ends_at": _now_if_today(self.object, self.on)}

    def get_context_data(self, **kwargs):
        text = (
            f"{self.object}を終えます。終えたあとは、出席・議決の記録を変えられず、議長が議事録を確定するのを待ちます。"
        )
        return super().get_context_data(text=text, **kwargs)

    def operate(self, form):
        meeting = operations.close_meeting(
            self.object, ends_at=form.cleaned_data["ends_at"], by=self.request.user, on=self.on
        )
        return meeting, meeting.get_absolute_url(), f"{meeting}を終えました。議長が議事録を確定します。"


def _now_if_today(meeting, on):
    """今日の会議なら、いまの時刻。"""
    now = timezone.localtime().time().replace(second=0, microsecond=0)
    return now if meeting.held_on == on and now >= meeting.starts_at else None


class AdjournView(MeetingOperation):
    """流会・延会にする。"""

    permission_required = RECORD
    form_class = AdjournForm
    title = "流会・延会にする"
    submit_label = "流会・延会にする"
    template_name = "governance/adjourn.html"

    def get_initial(self):
        return {"ends_at": _now_if_today(self.object, self.on), "place": self.object.place,
                "starts_at": self.object.starts_at}  # fmt: skip

    def get_context_data(self, **kwargs):
        record = proceedings.read(self.object)
        hidden = record.hidden_from(self.request.user, self.on)
        return super().get_context_data(
            rows=[
                (item.label, standing(item, on=self.on, seats=record.voting))
                for item in record.items
                if item.is_open and item.pk not in hidden
            ],
            explanation="定足数に満たないとき、会議を流会にします。議決に至らない議案は次の会議に載ります。"
            "次の開催日が決まっていれば、延会として次の会議を招集します。",
            danger=True,
            **kwargs,
        )

    def operate(self, form):
        given, following = form.cleaned_data, None
        if given["held_on"]:
            following = operations.NextMeeting(
                held_on=given["held_on"], starts_at=given["starts_at"], place=given["place"]
            )
        meeting = operations.adjourn(
            self.object, reason=given["reason"], ends_at=given["ends_at"], following=following, by=self.request.user,
            on=self.on,
        )  # fmt: skip
        coming = meeting.continued_by.first()
        told = f"{coming}を招集し、議案を載せました。" if coming else "議決に至らない議案は、次の会議に載ります。"
        return meeting, (coming or meeting).get_absolute_url(), f"{meeting}を流会にしました。{told}"


class FinaliseView(MeetingOperation):
    """議長が議事録を確定する。確定のあと、議事録（と別紙）を一度だけ発行する。"""

    permission_required = FINALISE
    form_class = OperationForm
    title = "議事録を確定する"
    submit_label = "この議事録を確定する"
    template_name = "governance/finalise.html"

    def get_context_data(self, **kwargs):
        record = proceedings.read(self.object)
        findings = finalising_findings(self.object, by=self.request.user, chair=record.chair)
        return super().get_context_data(
            text=minutes.shown(minutes.compose(record, on=self.on), record.hidden_from(self.request.user, self.on)),
            explanation="読んで誤りがなければ確定します。確定すると、議事録に番号と指紋を付けて保存し、"
            f"{Minutes.kept_until_of(self.object.held_on).year}年まで消すことも変えることもできません。",
            findings=findings,
            blocked=any(finding.blocks for finding in findings),
            **kwargs,
        )

    def operate(self, form):
        kept = operations.finalise(self.object, by=self.request.user, on=self.on)
        return kept, kept.get_absolute_url(), f"{self.object}の議事録を確定しました。"

    def form_valid(self, form):
        response = super().form_valid(form)
        if response.status_code == 302:
            # 書類は取引の外で描く。描けなければ、会議の頁からやり直せる。
            try:
                for document in issue_minutes(self.object, by=self.request.user, on=self.on):
                    messages.info(self.request, f"{document.paper_label}を発行しました（{document.label}）。")
            except StepRefused as refusal:
                for finding in refusal.findings:
                    messages.error(self.request, f"{finding.text}{finding.detail}")
        return response


class SendBackView(MeetingOperation):
    """記録に誤りがあるとき、記録する人へ戻す。"""

    permission_required = FINALISE
    form_class = ReasonForm
    title = "記録を差し戻す"
    submit_label = "差し戻す"

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.fields["reason"].required = True
        form.fields["reason"].help_text = "何を直すか。事務局が読みます。"
        return form

    def operate(self, form):
        meeting = operations.send_back(
            self.object, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on
        )
        return meeting, meeting.get_absolute_url(), "記録する人へ差し戻しました。"
