"""役員・代表者・出資・脱退の入力欄。"""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from coopfin.forms import JapaneseDateField, OperationForm, ReasonForm, YenFormField
from members.enums import SOLE_TITLES, LeavingCause, LeavingKind, OfficerTitle, ShareKind
from members.forms.fields import CountField, NewPersonMixin, person_choice_field
from members.leaving import LONGEST_NOTICE_DAYS, NOTICE_DAYS
from members.models import Member

CONSENT_HELP = "例: 第312回理事会 第2号議案"


def titles_for(member: Member) -> list:
    """その組合員の役員・関係者に選べる役職。"""
    fit = [title for title in OfficerTitle if not (member.is_corporate and title in SOLE_TITLES)]
    return [("", "選んでください"), *((title.value, title.label) for title in fit)]


class OfficerForm(NewPersonMixin, OperationForm):
    """役員・関係者を加える。"""

    person = person_choice_field()
    title = forms.ChoiceField(label="役職")
    from_on = JapaneseDateField(
        label="就任日", required=False, help_text="登記事項証明書の就任日。分からなければ空欄。"
    )
    term_ends_on = JapaneseDateField(
        label="任期満了日", required=False, help_text="入れておくと、近づいたときに今日の仕事で知らせます。"
    )

    def __init__(self, *args, member: Member, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].choices = titles_for(member)


class EndOfficerForm(OperationForm):
    """役員の退任。"""

    to_on = JapaneseDateField(label="退任日", help_text="この日から役職にないものとして扱います。")


class ReappointForm(OperationForm):
    """再任。"""

    from_on = JapaneseDateField(label="再任の日", help_text="この日に前の任期を閉じ、新しい任期を始めます。")
    term_ends_on = JapaneseDateField(label="新しい任期満了日", required=False)


class RepresentativeForm(NewPersonMixin, OperationForm):
    """代表者の交代。"""

    person = person_choice_field("新しい代表者")
    title = forms.ChoiceField(label="新しい代表者の肩書")
    changed_on = JapaneseDateField(label="就任日", help_text="登記事項証明書の就任日。前の代表者はこの日に退きます。")
    stays_as = forms.ChoiceField(label="前の代表者の、残る役職", required=False)

    def __init__(self, *args, member: Member, **kwargs):
        super().__init__(*args, **kwargs)
        titles = titles_for(member)[1:]
        self.fields["title"].choices = titles
        self.fields["title"].initial = member.representative_title
        self.fields["stays_as"].choices = [
            ("", "残らない"), *(choice for choice in titles if choice[0] != member.representative_title),
        ]  # fmt: skip


class ShareChangeForm(OperationForm):
    """増資・減口。"""

    kind = forms.ChoiceField(
        label="異動",
        choices=[(kind.value, kind.label) for kind in (ShareKind.INCREASE, ShareKind.DECREASE)],
        widget=forms.RadioSelect,
    )
    shares = CountField(label="口数", min_value=None, help_text="増やす・減らす口数を、正の数で入れます。")
    amount = YenFormField(label="金額")
    effective_on = JapaneseDateField(
        label="効力の日", help_text="増資は払込みの済んだ日。減口は事業年度の末日（先の日付なら予定として残ります）。"
    )
    consented_on = JapaneseDateField(label="承認の日", required=False)
    consent = forms.CharField(label="承認の決議", required=False, max_length=100, help_text=CONSENT_HELP)
    reason = forms.CharField(label="理由・確かめた書類", required=False, max_length=300)

    def clean_shares(self):
        shares = self.cleaned_data["shares"]
        if shares < 1:
            raise ValidationError("口数は1口以上の正の数で入れてください。")
        return shares


class CorrectSharesForm(OperationForm):
    """出資の訂正。"""

    shares = CountField(label="正しい口数", min_value=None)
    share_capital = YenFormField(label="正しい出資金額", min_value=0)
    reason = forms.CharField(label="訂正の理由", max_length=300)

    def clean_shares(self):
        shares = self.cleaned_data["shares"]
        if shares < 0:
            raise ValidationError("口数に負の数は使えません。")
        return shares


class TransferForm(OperationForm):
    """持分の譲渡。"""

    receiver = forms.ModelChoiceField(
        label="譲り受ける組合員", queryset=Member.objects.none(), empty_label="選んでください"
    )
    shares = CountField(label="口数", min_value=None)
    amount = YenFormField(label="出資金額", help_text="譲渡の代金ではなく、出資金額です。")
    effective_on = JapaneseDateField(label="譲渡の日")
    consented_on = JapaneseDateField(label="組合の承諾の日", help_text="中小企業等協同組合法17条")
    consent = forms.CharField(label="承諾の決議", max_length=100, help_text=CONSENT_HELP)

    def __init__(self, *args, member: Member, on, **kwargs):
        super().__init__(*args, **kwargs)
        others = Member.objects.current(on).exclude(pk=member.pk).order_by("kana", "number")
        self.fields["receiver"].queryset = others
        self.fields["receiver"].label_from_instance = lambda other: f"{other.number}　{other.name}"

    def clean_shares(self):
        shares = self.cleaned_data["shares"]
        if shares < 1:
            raise ValidationError("口数は1口以上の正の数で入れてください。")
        return shares


class LeavingForm(OperationForm):
    """脱退の予告・法定脱退。"""

    kind = forms.ChoiceField(
        label="種類", choices=LeavingKind.choices, initial=LeavingKind.VOLUNTARY, widget=forms.RadioSelect
    )
    cause = forms.ChoiceField(
        label="事由", choices=[("", "自由脱退（事由は要りません）"), *LeavingCause.choices], required=False
    )
    notified_on = JapaneseDateField(
        label="予告の日・事由の日", help_text="自由脱退は予告が届いた日。法定脱退は事由が生じた日。"
    )
    notice_days = forms.IntegerField(
        label="予告の期間（日）",
        initial=NOTICE_DAYS,
        min_value=NOTICE_DAYS,
        max_value=LONGEST_NOTICE_DAYS,
        help_text="定款に定めがあればその日数。なければ90日。自由脱退だけに使います。",
        error_messages={
            "min_value": "予告の期間は90日から365日までです。", "max_value": "予告の期間は90日から365日までです。",
            "invalid": "日数を数字で入れてください。",
        },
    )  # fmt: skip
    document = forms.CharField(
        label="受け取った書面・確かめた書類", max_length=200, help_text="例: 2026年10月1日付の脱退予告書、除籍謄本"
    )

    def clean(self):
        cleaned = super().clean()
        kind, cause = cleaned.get("kind"), cleaned.get("cause")
        if kind == LeavingKind.STATUTORY and not cause:
            self.add_error("cause", "法定脱退の事由を選んでください。")
        if kind == LeavingKind.VOLUNTARY and cause:
            self.add_error("cause", "自由脱退に事由は要りません。「法定脱退」を選ぶか、事由を外してください。")
        return cleaned


class RequiredReasonForm(ReasonForm):
    """理由が要る操作。"""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True
        self.fields["reason"].max_length = 300


class RefundForm(OperationForm):
    """持分の払戻し。"""

    amount = YenFormField(
        label="払戻しの額",
        min_value=0,
        help_text="脱退した事業年度末の財産で確定した持分の額（中小企業等協同組合法20条）。",
    )
    set_off = YenFormField(label="うち債務と相殺する額", min_value=0, initial=0)
    refunded_on = JapaneseDateField(label="払い戻した日", help_text="相殺だけなら、相殺の通知が届いた日。")
    reason = forms.CharField(
        label="根拠", required=False, max_length=300,
        help_text="出資金額を超えて払うとき、事業年度の終わりより前に払うときに書きます。例: 定款 第14条、第49回通常総会 第2号議案。",
    )  # fmt: skip
