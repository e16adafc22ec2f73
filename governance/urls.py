"""限度額・決議、機関と席、会議。"""

from django.urls import path

from governance.views import meeting, meetings, registers

app_name = "governance"
urlpatterns = [
    path("resolutions/", registers.ResolutionsView.as_view(), name="resolutions"),
    path("bodies/", registers.BodiesView.as_view(), name="bodies"),
    path("meetings/", meetings.MeetingsView.as_view(), name="meetings"),
    path("meetings/convene/", meetings.ConveneView.as_view(), name="convene"),
    path("meetings/<int:pk>/", meeting.MeetingView.as_view(), name="meeting"),
    path("meetings/<int:pk>/attendance/", meeting.AttendanceView.as_view(), name="attendance"),
    path("meetings/<int:pk>/agenda/", meeting.AgendaAddView.as_view(), name="agenda_add"),
    path("meetings/<int:pk>/items/<int:item>/votes/", meeting.VotesView.as_view(), name="votes"),
    path("meetings/<int:pk>/items/<int:item>/remove/", meeting.AgendaRemoveView.as_view(), name="agenda_remove"),
    path("meetings/<int:pk>/close/", meeting.CloseView.as_view(), name="close"),
    path("items/<int:pk>/interest/", meeting.InterestView.as_view(), name="interest"),
]
