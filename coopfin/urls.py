"""URL の入口。ここだけが、すべてのアプリを知っている。"""

from allauth.account import views as account
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.urls import include, path
from django.views.generic import TemplateView

from coopfin.columns import ListChoices
from coopfin.operations import first


@login_not_required
def login(request):
    """ログイン。何もないデータベースではログインする人がいないので、最初の管理者の頁へ案内する。"""
    return redirect("desk:first") if first.needed() else account.login(request)


# パスワードを忘れた人には、管理者に頼むことを案内するだけ。管理者が新しいリンクを渡す。
forgotten_password = login_not_required(TemplateView.as_view(template_name="account/password_reset.html"))

# 利用者は管理者が登録し、メールアドレスでの手続はしない。allauth の画面のうち要るものだけを開く。
account_urls = [
    path("login/", login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("signup/", account.signup, name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", forgotten_password, name="account_reset_password"),
    path("2fa/", include("allauth.mfa.urls")),
]

urlpatterns = [
    path("", include("desk.urls")),
    path("members/", include("members.urls")),
    path("governance/", include("governance.urls")),
    path("funding/", include("funding.urls")),
    path("loans/", include("loans.urls")),
    path("collateral/", include("collateral.urls")),
    path("ledger/", include("ledger.urls")),
    path("oversight/", include("oversight.urls")),
    path("documents/", include("documents.urls")),
    path("lists/", ListChoices.as_view(), name="list_choices"),
    path("accounts/", include(account_urls)),
    path("admin/", admin.site.urls),
]
