"""台帳の画面に共通のもの。"""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from coopfin.views import OperationView
from members import operations, sheets
from members.models import Member

MEMBERS_CRUMB = ("組合員", "/members/")
PEOPLE_CRUMB = ("人", "/members/people/")


def download(content: bytes, filename: str) -> HttpResponse:
    """ファイルとして受け取らせる。"""
    media_type = sheets.CSV_TYPE if filename.endswith(".csv") else sheets.XLSX_TYPE
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, filename)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def chosen_person(form, *, by, on):
    """選ばれた人か、新しく書かれた人（台帳に載せる）。"""
    written = form.new_person()
    if written is None:
        return form.cleaned_data[form.person_field]
    return operations.register_person(by=by, on=on, **written)


class MemberOperation(OperationView):
    """組合員ひとつについての操作の画面。"""

    permission_required = "members.edit_member"
    template_name = "members/operation.html"
    queryset = Member.objects.select_related("representative", "industry")

    @property
    def member(self) -> Member:
        return self.object

    def back_url(self):
        return self.member.get_absolute_url()

    def get_context_data(self, **kwargs):
        crumbs = [MEMBERS_CRUMB, (self.member.name, self.member.get_absolute_url()), (self.title, "")]
        return super().get_context_data(**{"breadcrumbs": crumbs, "lead": self.member.name, **kwargs})

    def who(self, form=None) -> dict:
        """操作に渡す、した人と日付（組合員そのものを変える操作には版も）。"""
        given = {"by": self.request.user, "on": self.on}
        return {**given, "version": form.cleaned_data["version"]} if form is not None else given


class MemberRowOperation(MemberOperation):
    """組合員にぶら下がるもの（役員・関係先など）一つについての操作の画面。"""

    @property
    def member(self) -> Member:
        return self.object.member

    def get_context_data(self, **kwargs):
        return super().get_context_data(**{"lead": str(self.object), **kwargs})
