"""申込・審査、契約・実行、貸付台帳。"""

from django.urls import path

from loans.views import application, case, contract, disbursement, lists, loan, review, security

app_name = "loans"
urlpatterns = [
    path("", lists.Loans.as_view(), name="loans"),
    path("<int:pk>/", loan.LoanPage.as_view(), name="loan"),
    path("<int:pk>/schedule/", loan.LoanExport.as_view(), name="loan_export"),
    path("contracting/", lists.Contracting.as_view(), name="contracting"),
    path("applications/", lists.Applications.as_view(), name="applications"),
    path("applications/new/", application.ApplicationCreate.as_view(), name="create"),
    path("applications/members/", application.MemberChoices.as_view(), name="member_choices"),
    path("applications/preview/", application.Preview.as_view(), name="preview"),
    path("applications/maturity/", application.Maturity.as_view(), name="maturity"),
    path("applications/<int:pk>/", case.Case.as_view(), name="application"),
    path("applications/<int:pk>/edit/", application.ApplicationEdit.as_view(), name="edit"),
    path("applications/<int:pk>/receive/", application.Receive.as_view(), name="receive"),
    path("applications/<int:pk>/investigate/", application.Investigate.as_view(), name="investigate"),
    path("applications/<int:pk>/investigation/", application.InvestigationRecord.as_view(), name="investigation"),
    path("applications/<int:pk>/committee/", review.SubmitToCommittee.as_view(), name="submit_to_committee"),
    path("applications/<int:pk>/opinion/", review.GiveOpinion.as_view(), name="opinion"),
    path("applications/<int:pk>/recommendation/", review.Recommend.as_view(), name="recommend"),
    path("applications/<int:pk>/board/", review.SubmitToBoard.as_view(), name="submit_to_board"),
    path("applications/<int:pk>/decision/", review.Decide.as_view(), name="decide"),
    path("applications/<int:pk>/return/", application.Return.as_view(), name="return"),
    path("applications/<int:pk>/withdraw/", application.Withdraw.as_view(), name="withdraw"),
    path("applications/<int:pk>/funding/", contract.Funding.as_view(), name="funding"),
    path("applications/<int:pk>/contract/", contract.Contract.as_view(), name="contract"),
    path("applications/<int:pk>/contract/preview/", contract.ContractPreview.as_view(), name="contract_preview"),
    path("applications/<int:pk>/contract/cancel/", contract.CancelContract.as_view(), name="cancel_contract"),
    path("applications/<int:pk>/papers/", contract.ContractPapers.as_view(), name="contract_papers"),
    path("applications/<int:pk>/papers/<slug:code>/", contract.PaperPreview.as_view(), name="paper_preview"),
    path("applications/<int:pk>/papers/<slug:code>/issue/", contract.PaperIssue.as_view(), name="paper_issue"),
    path("applications/<int:pk>/papers/<int:document>/signed/", contract.PaperSigned.as_view(), name="paper_signed"),
    path("applications/<int:pk>/conditions/", contract.Conditions.as_view(), name="conditions"),
    path("applications/<int:pk>/ready/", contract.ConfirmReady.as_view(), name="confirm_ready"),
    path("applications/<int:pk>/disburse/", disbursement.Disburse.as_view(), name="disburse"),
    path("applications/<int:pk>/disburse/preview/", disbursement.DisbursePreview.as_view(), name="disburse_preview"),
    *security.urlpatterns,
]
