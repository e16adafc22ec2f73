"""限度額・決議、方針・規程、機関と席、会議、決議一覧。"""

from django.urls import path

from governance.views import closing, convening, deciding, decisions, meeting, meetings, papers, registers, room, rules

app_name = "governance"
urlpatterns = [
    path("resolutions/", registers.ResolutionsView.as_view(), name="resolutions"),
    path("proposals/<str:model>/<int:pk>/table/", deciding.TableView.as_view(), name="table"),
    path("rules/", rules.RulesView.as_view(), name="rules"),
    path("rules/bylaws/<int:pk>/", rules.BylawView.as_view(), name="bylaw"),
    path("rules/standards/<int:pk>/", rules.RuleView.as_view(), name="rule"),
    path("rules/articles/", rules.ArticlesView.as_view(), name="articles"),
    path("rules/policy/", rules.PolicyView.as_view(), name="policy"),
    path("rules/delegation/", rules.DelegationView.as_view(), name="delegation"),
    path("bodies/", registers.BodiesView.as_view(), name="bodies"),
    path("bodies/<int:pk>/", registers.BodyView.as_view(), name="body"),
    path("seats/<int:pk>/reappoint/", registers.ReappointView.as_view(), name="reappoint"),
    path("decisions/", decisions.DecisionsView.as_view(), name="decisions"),
    path("decisions/<int:pk>/", decisions.DecisionView.as_view(), name="decision"),
    path("meetings/", meetings.MeetingsView.as_view(), name="meetings"),
    path("meetings/convene/", meetings.ConveneView.as_view(), name="convene"),
    path("meetings/<int:pk>/", meeting.MeetingView.as_view(), name="meeting"),
    path("meetings/<int:pk>/notice/", papers.NoticeView.as_view(), name="notice"),
    path("meetings/<int:pk>/papers/", papers.MeetingPapersView.as_view(), name="papers"),
    path("meetings/<int:pk>/attendance/", meeting.AttendanceView.as_view(), name="attendance"),
    path("meetings/<int:pk>/members/", meeting.MembersView.as_view(), name="members"),
    path("meetings/<int:pk>/agenda/", meeting.AgendaAddView.as_view(), name="agenda_add"),
    path("meetings/<int:pk>/agenda/all/", meeting.AgendaAllView.as_view(), name="agenda_all"),
    path("meetings/<int:pk>/items/<int:item>/now/", meeting.TakeUpView.as_view(), name="take_up"),
    path("meetings/<int:pk>/items/<int:item>/votes/", meeting.VotesView.as_view(), name="votes"),
    path("meetings/<int:pk>/items/<int:item>/remove/", meeting.AgendaRemoveView.as_view(), name="agenda_remove"),
    path("meetings/<int:pk>/room/", room.RoomView.as_view(), name="room"),
    path("meetings/<int:pk>/room/<int:item>/vote/", room.RoomVoteView.as_view(), name="room_vote"),
    path("meetings/<int:pk>/reschedule/", convening.RescheduleView.as_view(), name="reschedule"),
    path("meetings/<int:pk>/call-off/", convening.CallOffView.as_view(), name="call_off"),
    path("meetings/<int:pk>/close/", closing.CloseView.as_view(), name="close"),
    path("meetings/<int:pk>/adjourn/", closing.AdjournView.as_view(), name="adjourn"),
    path("meetings/<int:pk>/finalise/", closing.FinaliseView.as_view(), name="finalise"),
    path("meetings/<int:pk>/send-back/", closing.SendBackView.as_view(), name="send_back"),
    path("meetings/<int:pk>/minutes/", papers.MinutesView.as_view(), name="minutes"),
    path("meetings/<int:pk>/minutes/annex/", papers.DraftAnnexView.as_view(), name="minutes_annex"),
    path("items/<int:pk>/decide/", deciding.DecideView.as_view(), name="decide"),
    path("items/<int:pk>/take-back/", deciding.TakeBackView.as_view(), name="take_back"),
    path("items/<int:pk>/interest/", meeting.InterestView.as_view(), name="interest"),
]
