"""URL。"""

from django.urls import path

from desk.views import entrance, handbook, pages, proposals, setup, users, waiting

app_name = "desk"
urlpatterns = [
    path("", pages.Today.as_view(), name="today"),
    path("search/", pages.Search.as_view(), name="search"),
    path("help/", pages.Help.as_view(), name="help"),
    path("handbook/", handbook.HandbookView.as_view(), name="handbook"),
    path("health/", pages.health, name="health"),
    # 承認待ちの提案
    path("proposals/", waiting.WaitingProposalsView.as_view(), name="proposals"),
    path("proposals/<str:kind>/<int:pk>/", waiting.ProposalDetailView.as_view(), name="proposal"),
    path("proposals/<str:kind>/<int:pk>/approve/", waiting.ApproveView.as_view(), name="proposal_approve"),
    path("proposals/<str:kind>/<int:pk>/reject/", waiting.RejectView.as_view(), name="proposal_reject"),
    path("proposals/<str:kind>/<int:pk>/withdraw/", waiting.WithdrawView.as_view(), name="proposal_withdraw"),
    # 玄関（ログインしていない人）
    path("first/", entrance.FirstStart.as_view(), name="first"),
    path("first/<str:code>/", entrance.FirstAdministrator.as_view(), name="first_administrator"),
    path("invitation/<str:token>/", entrance.AcceptInvitation.as_view(), name="invitation"),
    # 設定
    path("setup/", setup.SetupView.as_view(), name="setup"),
    path("setup/cooperative/", setup.CooperativeView.as_view(), name="setup_cooperative"),
    path("setup/accounts/", setup.AccountsView.as_view(), name="setup_accounts"),
    path("setup/accounts/load/", setup.MasterDataView.as_view(), name="setup_master_data"),
    path("setup/articles/", setup.ArticlesView.as_view(), name="setup_articles"),
    path("setup/limits/", setup.LimitsView.as_view(), name="setup_limits"),
    path("setup/bylaw/", proposals.BylawProposal.as_view(), name="setup_bylaw"),
    path("setup/rule/", proposals.RuleProposal.as_view(), name="setup_rule"),
    path("setup/policy/", proposals.PolicyProposal.as_view(), name="setup_policy"),
    path("setup/delegation/", proposals.DelegationProposal.as_view(), name="setup_delegation"),
    path("setup/bodies/", setup.BodiesView.as_view(), name="setup_bodies"),
    path("setup/users/", users.UserListView.as_view(), name="users"),
    path("setup/users/new/", users.UserCreateView.as_view(), name="user_create"),
    path("setup/users/<int:pk>/", users.UserDetailView.as_view(), name="user"),
    path("setup/users/<int:pk>/edit/", users.UserUpdateView.as_view(), name="user_edit"),
    path("setup/users/<int:pk>/invite/", users.InvitationIssueView.as_view(), name="user_invite"),
    path("setup/users/<int:pk>/second-step/", users.SecondStepDropView.as_view(), name="user_second_step"),
    path("setup/users/<int:pk>/revoke/", users.InvitationRevokeView.as_view(), name="user_revoke"),
]
