"""会議の頁と、そこから送られる記録（出席・議決・議案・利害の申出）。"""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.generic import View

from coopfin.flow import StaleObject, StepRefused, block
from coopfin.forms import OperationForm
from coopfin.views import GuardedMixin, OncePerToken, OperationView, RememberReading, add_refusal
from governance import operations
from governance.forms import InterestForm
from governance.models import AgendaItem, Meeting, Seat
from governance.operations.locks import RECORD, lock_meeting
from governance.views.page import MeetingPage, waiting_items
from governance.workflow import day_of, person_of

TEMPLATE = "governance/meeting_detail.html"


class OneMeeting(GuardedMixin, RememberReading, View):
    """見てよい会議を一つ読む。ほかの機関の会議は、ないのと同じに扱う。"""

    permission_required = "governance.view_governance"

    def dispatch(self, request, *args, **kwargs):
        if not self.has_permission():
            return self.handle_no_permission()
        visible = Meeting.objects.visible_to(request.user, self.on).select_related("body")
        self.meeting = get_object_or_404(visible, pk=kwargs["pk"])
        self.remember(self.meeting)
        return super().dispatch(request, *args, **kwargs)

    def page(self) -> MeetingPage:
        return MeetingPage(self.meeting, user=self.request.user, on=self.on)


class MeetingView(OneMeeting):
    """会議の頁。"""

    def get(self, request, pk):
        return render(request, TEMPLATE, self.page().context())


class MeetingAction(OneMeeting, OncePerToken):
    """会議の頁から送られる記録。断られたら、打ったものを残して同じ頁を出す。"""

    permission_required = RECORD
    title = ""
    #: 受け付けられなかったフォームを渡す、頁の側の名前
    form_slot = "refused"

    def make_form(self, page: MeetingPage, data):
        return OperationForm(data, version=str(page.meeting.version))

    #: 各画面が書く: act(form) → 知らせの文

    def needs_fresh_page(self) -> bool:
        """古い画面からの記録を断るか。"""
        return True

    def get(self, request, **kwargs):
        return HttpResponseRedirect(self.meeting.get_absolute_url())

    def post(self, request, **kwargs):
        form = self.make_form(self.page(), request.POST)
        if not form.is_valid():
            return self.again(form)
        token = form.cleaned_data["token"]
        done = self.already_done(token)
        if done:
            return done

        def work():
            if self.needs_fresh_page():
                self.check_version(form)
            return self.act(form), self.meeting.get_absolute_url()

        try:
            message, response = self.run_once(token, work)
        except StepRefused as refusal:
            add_refusal(form, refusal)
            return self.again(form)
        if message:
            messages.success(request, message)
        return response

    def check_version(self, form) -> None:
        """会議を鎖錠してから版を比べる。"""
        if form.cleaned_data["version"] != str(lock_meeting(self.meeting).version):
            raise StaleObject(
                self.title,
                [
                    block(
                        "この画面を開いたあとに、ほかの人が会議の記録を更新しました。最新の記録を確かめて、もう一度送ってください。"
                        "入力した内容はこの画面に残っています。",
                        "二重操作の防止",
                        code="stale",
                    )
                ],
            )

    def again(self, form):
        """最新の会議の上に、打ったフォームを重ねて出す。次に送るときは最新の版で送られる。"""
        self.meeting.refresh_from_db()
        form.data = form.data.copy()
        form.data[form.add_prefix("version")] = str(self.meeting.version)
        context = self.page().context(**{"refused": form, self.form_slot: form})
        return render(self.request, TEMPLATE, context, status=422)


class AttendanceView(MeetingAction):
    """出席をまとめて記録する。"""

    title = "出席の記録"
    form_slot = "attendance_form"

    def make_form(self, page, data):
        return page.attendance_form(data)

    def act(self, form):
        operations.record_attendance(self.meeting, entries=form.entries(), by=self.request.user, on=self.on)
        return "出席を記録しました。"


class MembersView(MeetingAction):
    """総会に出席した組合員の数と議長を記録する。"""

    title = "組合員の出席の記録"
    form_slot = "members_form"

    def make_form(self, page, data):
        if not self.meeting.is_general:
            raise Http404
        return page.members_form(data)

    def act(self, form):
        given = {name: form.cleaned_data.get(name) or 0 for name in ("in_person", "by_proxy", "in_writing")}
        found = operations.record_members(
            self.meeting, **given, chair_name=form.cleaned_data["chair_name"], by=self.request.user, on=self.on
        )
        return f"組合員の出席を記録しました（{found.votes}名）。"


class OneItem(MeetingAction):
    """会議の議案一つに対する記録。見せてはならない議案は、ないのと同じに扱う。"""

    def item(self) -> AgendaItem:
        page = self.page()
        for item in page.items:
            if item.pk == self.kwargs["item"] and not page.hides(item):
                return item
        raise Http404

    def dispatch(self, request, *args, **kwargs):
        self.kwargs = kwargs
        return super().dispatch(request, *args, **kwargs)


class VotesView(OneItem):
    """議決をまとめて記録する。理事は自分の議決だけを送れる。"""

    permission_required = "governance.view_governance"
    title = "議決の記録"
    form_slot = "votes_form"

    def needs_fresh_page(self):
        # 自分の議決だけを送る理事は、ほかの理事の議決で画面が古くなっても断られない（議場では同時に押される）。
        return self.request.user.has_perm(RECORD)

    def make_form(self, page, data):
        self.target = self.item()
        return page.votes_form(self.target, data)

    def act(self, form):
        refused, count = [], 0
        for seat, choice, comment in form.entries():
            try:
                operations.cast_vote(
                    self.target, seat=seat, choice=choice, comment=comment, by=self.request.user, on=self.on
                )
                count += 1
            except StepRefused as refusal:
                refused.extend(refusal.findings)
        if not form.seats:
            refused.append(block("この議案であなたが記録できる議決はありません。", "役割の表"))
        if refused:
            raise StepRefused(self.title, refused)
        return f"{self.target.label}の議決を{count}名分記録しました。" if count else "変わった議決はありませんでした。"


class AgendaAddView(MeetingAction):
    """付議待ちの案件を議案に載せる。"""

    title = "議案に載せる"
    form_slot = "agenda_form"

    def make_form(self, page, data):
        return page.agenda_form(data)

    def act(self, form):
        item = operations.put_on_agenda(
            form.cleaned_data["item"], meeting=self.meeting, by=self.request.user, on=self.on
        )
        return f"{item.label}として載せました。"


class AgendaAllView(MeetingAction):
    """付議待ちの案件を、まとめて議案に載せる。"""

    title = "すべて議案に載せる"

    def act(self, form):
        items = list(waiting_items(self.meeting, self.request.user, self.on))
        operations.put_all_on_agenda(self.meeting, items=items, by=self.request.user, on=self.on)
        return f"付議待ちの{len(items)}件を議案に載せました。" if items else "付議待ちの案件はありませんでした。"


class TakeUpView(OneItem):
    """この議案の審議に入る。出席者の手もとの画面が変わる。"""

    title = "審議に入る"

    def act(self, form):
        item = self.item()
        operations.take_up(item, by=self.request.user, on=self.on)
        return f"{item.label}の審議に入りました。出席者の手もとの画面が、この議案に変わります。"


class AgendaRemoveView(OneItem):
    """議案から外す。"""

    title = "議案から外す"

    def act(self, form):
        item = self.item()
        operations.remove_from_agenda(item, by=self.request.user, on=self.on)
        return f"{item.label}を議案から外し、付議待ちに戻しました。"


class InterestView(OperationView):
    """特別の利害関係の申出。本人が自分について、記録する人が申し出た人について。"""

    permission_required = "governance.view_governance"
    form_class = InterestForm
    title = "利害関係の申出"
    submit_label = "申出を記録する"

    def get_queryset(self):
        user = self.request.user
        items = AgendaItem.objects.undecided().open_to(user, self.on)
        items = items.select_related("body", "meeting", "meeting__body")
        if user.has_perm(RECORD):
            return items
        mine = Seat.objects.filter(person__user=user).current(self.on)
        held = Meeting.objects.visible_to(user, self.on)
        return items.filter(Q(meeting__isnull=True, body__seats__in=mine) | Q(meeting__in=held)).distinct()

    def load(self):
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    def version_of(self, obj):
        return str(obj.meeting.version) if obj is not None and obj.meeting_id else ""

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        if self.request.user.has_perm(RECORD):
            seats = Seat.objects.filter(body=self.object.body).current(day_of(self.object, self.on))
            kwargs["seats"] = seats.select_related("person")
        return kwargs

    def back_url(self):
        if self.object.meeting_id:
            return self.object.meeting.get_absolute_url()
        return self.object.target_url if self.request.user.has_perm("loans.view_application") else self.away()

    def away(self):
        return reverse("governance:meetings")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            subject=f"{self.object.body} {self.object.label} {self.object.title}",
            explanation="申し出た人は、この議案の定足数にも議決にも数えられず、案件も見られなくなります。"
            "先に記録された議決・意見は取り除かれます（中小企業等協同組合法 36条の6）。",
            danger=True,
            **kwargs,
        )

    def operate(self, form):
        seat = form.cleaned_data.get("seat")
        person = seat.person if seat else person_of(self.request.user)
        operations.declare_interest(
            self.object, person=person, reason=form.cleaned_data["reason"], left_at=form.cleaned_data["left_at"],
            by=self.request.user, on=self.on,
        )  # fmt: skip
        url = self.object.meeting.get_absolute_url() if self.object.meeting_id else self.away()
        return None, url, f"{person}さんの利害関係の申出を記録しました。"
