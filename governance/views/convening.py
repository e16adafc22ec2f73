"""招集した会議の、日時・場所の変更と招集の取消。"""

from __future__ import annotations

from coopfin.calc import days
from coopfin.templatetags.coopfin import weekday
from governance import operations
from governance.forms import CallOffForm, RescheduleForm
from governance.operations.locks import RECORD
from governance.views.closing import MeetingOperation


def closed_day_notice(held_on) -> str:
    """開催日が休業日のときに添える文。休みの日の会議もあるので、断りはしない。"""
    return "" if days.is_business_day(held_on) else f"開催日（{weekday(held_on)}）は休業日です。日を確かめてください。"


class RescheduleView(MeetingOperation):
    """日時・場所を改める。"""

    permission_required = RECORD
    form_class = RescheduleForm
    title = "日時・場所を変える"
    submit_label = "変える"

    def get_initial(self):
        return {name: getattr(self.object, name) for name in ("held_on", "starts_at", "place")}

    def get_context_data(self, **kwargs):
        text = "回と議案はそのままです。招集通知をもう出していれば、前のものは無効になります。新しい日時で出し直してください。"
        return super().get_context_data(explanation=text, **kwargs)

    def operate(self, form):
        given = {name: form.cleaned_data[name] for name in ("held_on", "starts_at", "place", "reason")}
        meeting = operations.reschedule(self.object, by=self.request.user, on=self.on, **given)
        return (
            meeting,
            meeting.get_absolute_url(),
            f"{meeting}の日時・場所を改めました。{closed_day_notice(meeting.held_on)}",
        )


class CallOffView(MeetingOperation):
    """招集を取り消す。"""

    permission_required = RECORD
    form_class = CallOffForm
    title = "招集を取り消す"
    submit_label = "取り消す"

    def get_context_data(self, **kwargs):
        text = "議案は付議待ちに戻ります。回は、次に招集する会議が使います。出した招集通知は無効になるので、取消を知らせてください。"
        return super().get_context_data(explanation=text, danger=True, **kwargs)

    def operate(self, form):
        meeting = operations.call_off(self.object, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on)
        return meeting, meeting.get_absolute_url(), f"{meeting}の招集を取り消しました。議案は付議待ちに戻りました。"
