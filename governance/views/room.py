"""手もとの画面: 会議室のタブレットで、出席している本人が、いまの議案を読み、自分の議決を入れる。"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from coopfin.flow import StepRefused
from coopfin.views import OncePerToken, add_refusal
from governance import briefing, operations
from governance.enums import BodyKind, SeatTitle, VoteChoice
from governance.forms import OwnVoteForm
from governance.models import AgendaItem, Seat
from governance.views.meeting import OneMeeting
from governance.workflow import person_of, present_seats, standing

TEMPLATE = "governance/room.html"


class RoomView(OneMeeting):
    """いまの議案と、自分にできること。数秒ごとに、議案が変わっていないかを尋ねる（変わっていなければ何も返さない）。"""

    def dispatch(self, request, *args, **kwargs):
        self.polling = "seen" in request.GET
        return super().dispatch(request, *args, **kwargs)

    def remember(self, *objects):
        # 尋ね直すたびに閲覧の記録を増やさない。開いたとき（と、議案が変わって読み直すとき）に残す。
        if not self.polling:
            super().remember(*objects)

    def get(self, request, pk):
        context = self.room()
        if self.polling and request.GET["seen"] == context["mark"]:
            return HttpResponse(status=204)
        if self.polling:
            response = HttpResponse(status=204)
            response["HX-Refresh"] = "true"
            return response
        return render(request, TEMPLATE, context)

    def seat(self, page) -> Seat:
        person = person_of(self.request.user)
        found = next((seat for seat in page.seats if person and seat.person_id == person.pk), None)
        if found is None:
            raise Http404
        return found

    def current(self, page) -> AgendaItem | None:
        """いま審議中の議案。記録する人が選んでいなければ、まだ議決していない最初の議案。"""
        undecided = [item for item in page.items if item.is_open]
        chosen = next((item for item in undecided if item.pk == self.meeting.current_item_id), None)
        return chosen or (undecided[0] if undecided else None)

    def room(self, form=None) -> dict:
        page = self.page()
        seat, item = self.seat(page), self.current(page)
        hidden = page.hides(item) if item is not None else None
        attendance = page.attendances.get(seat.pk)
        counts = standing(item, on=self.on, seats=page.voting) if item and not hidden else None
        brief = briefing.of(item, self.on) if item and not hidden else None
        vote = None
        if item is not None:
            vote = next((one for one in item.votes.all() if one.seat_id == seat.pk), None)
        may_vote = (
            item is not None
            and not hidden
            and seat.title != SeatTitle.AUDITOR
            and item.body.kind == BodyKind.BOARD
            and page.held
            and bool(present_seats(item, [seat]))
        )
        opinion = None
        if item is not None and not hidden:
            opinion = next((one for one in item.opinions.all() if one.seat_id == seat.pk), None)
        done = [one for one in page.items if not one.is_open]
        return {
            "title": f"{self.meeting} 手もとの画面",
            "meeting": self.meeting,
            "seat": seat,
            "item": item,
            "hidden": hidden,
            "attendance": attendance,
            "counts": counts,
            "sections": brief.sections if brief else (),
            "advice": page.advice().get((item.content_type_id, item.object_id)) if item and not hidden else None,
            "opinion": opinion,
            "opinion_url": brief.opinion_url if brief and self.request.user.has_perm("loans.give_opinion") else "",
            "vote": vote,
            "may_vote": may_vote,
            "held": page.held,
            "choices": VoteChoice.choices,
            "form": form or OwnVoteForm(initial={"comment": vote.comment} if vote else None),
            "done": [(one.label, str(page.hides(one) or one.get_result_display())) for one in done],
            "mark": self.mark(item, attendance),
        }

    def mark(self, item, attendance) -> str:
        """画面を出したときの印。議案・状態・自分の出席が変わると変わる。"""
        here = attendance.kind if attendance else ""
        return f"{self.meeting.state}-{item.pk if item else 0}-{here}"


class RoomVoteView(RoomView, OncePerToken):
    """手もとの画面から、自分の議決を入れる。"""

    def seat(self, page) -> Seat:
        """議決に加わる席。監事は、読むだけ。"""
        found = super().seat(page)
        if found.title == SeatTitle.AUDITOR:
            raise Http404
        return found

    def get(self, request, pk, item):
        self.seat(self.page())
        return HttpResponseRedirect(reverse("governance:room", args=[pk]))

    def post(self, request, pk, item):
        page = self.page()
        seat = self.seat(page)
        target = next((one for one in page.items if one.pk == item and not page.hides(one)), None)
        if target is None:
            raise Http404
        form = OwnVoteForm(request.POST)
        here = reverse("governance:room", args=[pk])
        if not form.is_valid():
            return render(request, TEMPLATE, self.room(form), status=422)

        def work():
            vote = operations.cast_vote(
                target, seat=seat, choice=form.cleaned_data["choice"], comment=form.cleaned_data["comment"],
                by=request.user, on=self.on,
            )  # fmt: skip
            return vote, here

        try:
            vote, response = self.run_once(form.cleaned_data["token"], work)
        except StepRefused as refusal:
            add_refusal(form, refusal)
            self.meeting.refresh_from_db()
            return render(request, TEMPLATE, self.room(form), status=422)
        if vote is not None:
            messages.success(request, f"{target.label}に「{vote.get_choice_display()}」と入れました。")
        return response
