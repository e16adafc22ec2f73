"""玄関: ログインしていない人が開く頁。最初の管理者と、招待のリンク。どちらも、合言葉がなければ何も出ない。"""

from __future__ import annotations

from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import FormView, TemplateView

from coopfin.clock import business_date
from coopfin.flow import StepRefused
from coopfin.operations import first, invitations
from coopfin.views import add_problems, add_refusal
from desk.forms.entrance import ChosenPasswordForm, FirstAdministratorForm


class EntranceView(FormView):
    """玄関の入力の頁。断りは 422 で、打ったものを残す（パスワードだけは打ち直す）。"""

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


@method_decorator(login_not_required, name="dispatch")
class FirstStart(TemplateView):
    """何もないデータベースの最初の頁。合言葉の出し方だけを言う。利用者がいれば、ない。"""

    template_name = "desk/first_start.html"

    def dispatch(self, request, *args, **kwargs):
        if not first.needed():
            raise Http404("最初の管理者は、もう登録されている。")
        return super().dispatch(request, *args, **kwargs)


@method_decorator([login_not_required, rate_limit(action="entrance")], name="dispatch")
class FirstAdministrator(EntranceView):
    """最初の管理者の登録。サーバーで出した合言葉があるときだけ開く。"""

    template_name = "desk/first_administrator.html"
    form_class = FirstAdministratorForm

    def dispatch(self, request, *args, code, **kwargs):
        if not first.needed():
            raise Http404("最初の管理者は、もう登録されている。")
        if not first.is_valid(code):
            return render(request, "desk/first_start.html", {"wrong_code": True}, status=404)
        return super().dispatch(request, *args, code=code, **kwargs)

    def form_valid(self, form):
        try:
            user = first.register_first_administrator(self.kwargs["code"], on=business_date(), **form.values())
        except StepRefused as refusal:
            add_refusal(form, refusal)
            return self.form_invalid(form)
        except ValidationError as error:
            add_problems(form, error)
            return self.form_invalid(form)
        login(self.request, user, backend="coopfin.auth.RoleBackend")
        messages.success(self.request, "最初の管理者を登録しました。続けて、組合を整えましょう。")
        return redirect("desk:setup")


@method_decorator([login_not_required, rate_limit(action="entrance")], name="dispatch")
class AcceptInvitation(EntranceView):
    """招待のリンク。本人がパスワードを決める。使えないリンクは、どれも同じ文で断る。"""

    template_name = "desk/invitation_accept.html"
    form_class = ChosenPasswordForm

    def dispatch(self, request, *args, token, **kwargs):
        self.invitation = invitations.find_invitation(token, business_date())
        if self.invitation is None:
            return render(request, "desk/invitation_gone.html", status=404)
        return super().dispatch(request, *args, token=token, **kwargs)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.invitation.user}

    def get_context_data(self, **kwargs):
        return super().get_context_data(invited=self.invitation.user, expires_on=self.invitation.expires_on, **kwargs)

    def form_valid(self, form):
        try:
            invitations.accept_invitation(
                self.kwargs["token"], password=form.cleaned_data["password1"], on=business_date()
            )
        except StepRefused:
            return render(self.request, "desk/invitation_gone.html", status=404)
        # 二段階の確認を飛ばさないように、ログインはログインの画面から。ほかの人が入ったままなら出てもらう。
        logout(self.request)
        messages.success(self.request, "パスワードを決めました。利用者名と、そのパスワードでログインしてください。")
        return HttpResponseRedirect(reverse("account_login"))
