"""利用者の頁: 一覧・一人・登録・変更と、招待のリンク（管理者だけ）。"""

from __future__ import annotations

from base64 import b64encode

from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.db.models import Prefetch
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import DetailView
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from coopfin import log
from coopfin.exports import ExportedList
from coopfin.models import Cooperative, Invitation, User
from coopfin.operations import invitations, users
from coopfin.templatetags.coopfin import jmoment
from coopfin.views import GuardedMixin
from desk import mail
from desk.forms.users import IssueInvitationForm, UserForm
from desk.tables import UserFilter, UserTable, standing
from desk.views.base import SETUP_CRUMB, USERS_CRUMB, SettingView
from members.linking import link_person
from oversight.register import obliged


def users_with_all():
    """一覧と一人の頁に要るものを、利用者ごとに読み直さずに。"""
    return User.objects.select_related("person").prefetch_related(
        "role_rows",
        "authenticator_set",
        Prefetch("invitations", queryset=Invitation.objects.open(), to_attr="open_invitations"),
    )


class UserListView(GuardedMixin, ExportedList, SingleTableMixin, FilterView):
    """利用者の一覧。"""

    permission_required = "coopfin.manage_users"
    template_name = "generic/list.html"
    filterset_class = UserFilter
    table_class = UserTable
    paginate_by = 50
    title = "利用者"
    strict = False

    def get_queryset(self):
        return users_with_all()

    def get_filterset_kwargs(self, filterset_class):
        return {**super().get_filterset_kwargs(filterset_class), "on": self.on}

    def get_table_kwargs(self):
        owed = {found.user.pk: found for found in obliged(self.on) if found.user}
        return {"on": self.on, "pledges": owed}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "title": self.title,
            "exports": self.export_links(),
            "breadcrumbs": [SETUP_CRUMB, ("利用者", "")],
            "lead": "ログインできる人と、その役割。招待のリンクで、本人がパスワードを決めます。",
            "count": context["table"].paginator.count,
            "primary": {"label": "利用者を招く", "url": reverse("desk:user_create")},
            "empty": {"text": "利用者がいません。"},
        }


class UserDetailView(GuardedMixin, DetailView):
    """利用者の頁。役割、人の台帳との結び付き、招待の状態、これまでの経過。"""

    permission_required = "coopfin.manage_users"
    template_name = "desk/user_detail.html"
    context_object_name = "subject"

    def get_queryset(self):
        return users_with_all()

    def get_context_data(self, **kwargs):
        user = self.object
        invitation = next(iter(user.open_invitations), None)
        label, tone = standing(user, invitation, self.on)
        own = user.pk == self.request.user.pk
        return super().get_context_data(
            title=user.name,
            breadcrumbs=[SETUP_CRUMB, USERS_CRUMB, (user.name, "")],
            standing={"label": label, "tone": tone},
            facts=[
                ("利用者名", user.username),
                ("メールアドレス", user.email),
                ("役割", user.role_labels or "（なし。ログインしても何もできません）"),
                ("人の台帳", str(getattr(user, "person", None) or "（結んでいません）")),
                ("最後のログイン", jmoment(user.last_login) if user.last_login else "まだ"),
                ("二段階の確認", "使っている" if user.authenticator_set.all() else "使っていない"),
                ("登録", jmoment(user.joined_at)),
            ],
            invitation=invitation,
            expired=invitation is not None and invitation.expires_on < self.on,
            may_invite=user.is_active and not own,
            may_drop=bool(user.authenticator_set.all()) and not own,
            own=own,
            timeline=log.timeline(user).select_related("by"),
            **kwargs,
        )


class UserFormView(SettingView):
    """利用者の登録・変更に共通のこと。"""

    permission_required = "coopfin.manage_users"
    template_name = "desk/user_form.html"
    form_class = UserForm

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "acting_user": self.request.user}

    def link(self, user, form):
        person = form.chosen_person(by=self.request.user, on=self.on)
        link_person(user, person, by=self.request.user, on=self.on)


class InvitationPaper:
    """招待のリンクを一度だけ見せる。合言葉は残していないので、読み直すと利用者の頁へ戻る。"""

    paper = None

    def form_valid(self, form):
        response = super().form_valid(form)
        if self.paper is None or response.status_code != 302:
            return response
        return self.show_paper(mailing=form.cleaned_data.get("mail", False))

    def show_paper(self, *, mailing: bool):
        invitation, token = self.paper
        link = self.request.build_absolute_uri(reverse("desk:invitation", args=[token]))
        cooperative = Cooperative.current()
        if mailing:
            if mail.send_invitation(invitation, link, cooperative=str(cooperative or "組合")):
                messages.success(self.request, f"{invitation.user.email} へ送りました。")
            else:
                messages.error(self.request, "メールを送れませんでした。この頁のリンクを、手で渡してください。")
        picture = b64encode(get_adapter().build_totp_svg(link).encode()).decode()
        context = {
            "title": "招待のリンク", "invitation": invitation, "invited": invitation.user, "link": link,
            "picture": f"data:image/svg+xml;base64,{picture}",
            "breadcrumbs": [SETUP_CRUMB, USERS_CRUMB, (invitation.user.name, reverse("desk:user", args=[invitation.user_id])), ("招待", "")],
        }  # fmt: skip
        response = render(self.request, "desk/invitation_paper.html", context)
        response["Cache-Control"] = "no-store"
        return response


class UserCreateView(InvitationPaper, UserFormView):
    """利用者の登録。登録すると、招待のリンクが出る。"""

    title = "利用者を招く"
    submit_label = "登録して、招待のリンクを出す"

    def back_url(self):
        return reverse("desk:users")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            breadcrumbs=[SETUP_CRUMB, USERS_CRUMB, (self.title, "")],
            lead="パスワードは本人が決めます。ここでは決めません。",
            **kwargs,
        )

    def operate(self, form):
        given = {"by": self.request.user, "on": self.on}
        user = users.register_user(**form.values(), **given)
        self.link(user, form)
        self.paper = invitations.issue_invitation(user, **given)
        return user, reverse("desk:user", args=[user.pk]), f"「{user}」を登録しました。"


class UserUpdateView(UserFormView):
    """利用者の変更。役割・人の台帳・有効。"""

    title = "利用者の変更"
    submit_label = "変更する"
    queryset = User.objects.select_related("person").prefetch_related("role_rows")

    def back_url(self):
        return reverse("desk:user", args=[self.object.pk])

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.object}

    def get_context_data(self, **kwargs):
        crumbs = [SETUP_CRUMB, USERS_CRUMB, (self.object.name, self.back_url()), ("変更", "")]
        return super().get_context_data(breadcrumbs=crumbs, lead=self.object.name, **kwargs)

    def operate(self, form):
        user = users.change_user(self.object, **form.values(), by=self.request.user, on=self.on)
        self.link(user, form)
        return user, self.back_url(), f"「{user}」を変更しました。"


class InvitationIssueView(InvitationPaper, SettingView):
    """招待のリンクを出す（初めての人にも、パスワードを忘れた人にも）。前のリンクは使えなくなる。"""

    permission_required = "coopfin.manage_users"
    template_name = "generic/confirm.html"
    form_class = IssueInvitationForm
    title = "招待のリンクを出す"
    submit_label = "リンクを出す"
    queryset = User.objects.all()

    def back_url(self):
        return reverse("desk:user", args=[self.object.pk])

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "address": self.object.email if mail.can_send() else ""}

    def get_context_data(self, **kwargs):
        text = "この人が自分のパスワードを決めるためのリンクを出します。"
        if self.object.has_usable_password():
            text = "パスワードを忘れた人に、決め直すためのリンクを出します。決め直すまで、いまのパスワードも使えます。"
        return super().get_context_data(
            text=f"{text}{invitations.DAYS}日のあいだ、一度だけ使えます。前に出したリンクは使えなくなります。",
            facts=[("氏名", self.object.name), ("利用者名", self.object.username)],
            breadcrumbs=[SETUP_CRUMB, USERS_CRUMB, (self.object.name, self.back_url()), ("招待", "")],
            **kwargs,
        )

    def operate(self, form):
        self.paper = invitations.issue_invitation(self.object, by=self.request.user, on=self.on)
        return self.object, self.back_url(), "招待のリンクを出しました。"


class InvitationRevokeView(SettingView):
    """まだ使われていない招待を取り消す。"""

    permission_required = "coopfin.manage_users"
    template_name = "generic/confirm.html"
    title = "招待を取り消す"
    submit_label = "取り消す"
    queryset = User.objects.all()

    def back_url(self):
        return reverse("desk:user", args=[self.object.pk])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            text="渡したリンクは、この時から使えなくなります。",
            facts=[("氏名", self.object.name)],
            breadcrumbs=[SETUP_CRUMB, USERS_CRUMB, (self.object.name, self.back_url()), ("招待の取消", "")],
            danger=True,
            **kwargs,
        )

    def operate(self, form):
        invitations.revoke_invitation(self.object, by=self.request.user, on=self.on)
        return self.object, self.back_url(), "招待を取り消しました。"


class SecondStepDropView(SettingView):
    """機器を失くした人の、二段階の確認を外す。"""

    permission_required = "coopfin.manage_users"
    template_name = "generic/confirm.html"
    title = "二段階の確認を外す"
    submit_label = "外す"
    queryset = User.objects.all()

    def back_url(self):
        return reverse("desk:user", args=[self.object.pk])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            text="機器を失くした本人からの申し出を確かめてから外してください。次のログインはパスワードだけになり、"
            "本人が設定し直せます。外したことは記録に残ります。",
            facts=[("氏名", self.object.name)],
            breadcrumbs=[SETUP_CRUMB, USERS_CRUMB, (self.object.name, self.back_url()), ("二段階の確認", "")],
            danger=True,
            **kwargs,
        )

    def operate(self, form):
        users.drop_second_step(self.object, by=self.request.user, on=self.on)
        return self.object, self.back_url(), "二段階の確認を外しました。"
