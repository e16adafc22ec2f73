"""守秘義務の誓約、閲覧の記録、閲覧の制限と許し、監査の記録。"""

from django.urls import path

from oversight.views import access, marks, pledges, readings

app_name = "oversight"
urlpatterns = [
    path("pledge/", pledges.ConfirmView.as_view(), name="pledge"),
    path("pledges/", pledges.RegisterView.as_view(), name="pledges"),
    path("pledges/paper/", pledges.PaperView.as_view(), name="pledge_record"),
    path("pledges/text/", pledges.TextView.as_view(), name="pledge_text"),
    path("readings/", readings.ReadingList.as_view(), name="readings"),
    path("access/", access.AccessList.as_view(), name="access"),
    path("access/<str:label>/<int:pk>/restrict/", access.RestrictView.as_view(), name="restrict"),
    path("access/<str:label>/<int:pk>/lift/", access.LiftView.as_view(), name="lift"),
    path("access/<str:label>/<int:pk>/grant/", access.GrantView.as_view(), name="grant"),
    path("grants/<int:pk>/revoke/", access.RevokeView.as_view(), name="revoke"),
    path("marks/", marks.MarkList.as_view(), name="marks"),
    path("marks/<int:pk>/", marks.MarkPage.as_view(), name="mark"),
    path("marks/<int:pk>/reply/", marks.ReplyView.as_view(), name="mark_reply"),
    path("marks/<int:pk>/again/", marks.AgainView.as_view(), name="mark_again"),
    path("marks/<int:pk>/resolve/", marks.ResolveView.as_view(), name="mark_resolve"),
    path("marks/<str:label>/<int:pk>/new/", marks.MarkCreate.as_view(), name="mark_create"),
]
