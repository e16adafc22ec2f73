"""誰がどのページを開けるか。役割の表と組合の仕事（ドメイン E）から手で書いた期待で、プログラムから計算しない。

一行に一つの URL。名前の後の @ は、何について開くか（tests/prepared.py の案件か物）。
列は 事務局・事務局長・金融委員・理事・理事長・監事・管理者・ログインしていない人。

    200  開ける            403  権限がない          404  ないのと同じ（見せてはならない）
    302  ほかのページへ     405  POST だけを受ける    in   ログインの画面へ
"""

from coopfin.roles import Role

COLUMNS = (
    Role.CLERK, Role.CHIEF, Role.COMMITTEE, Role.DIRECTOR, Role.PRESIDENT, Role.AUDITOR, Role.ADMIN, None,
)  # fmt: skip

TABLE = """
#                                                局   長   委   理   代   監   管   誰も
desk:today                                       200  200  200  200  200  200  200  in
list_choices                                     405  405  405  405  405  405  405  in
desk:search                                      200  200  200  200  200  200  200  in
desk:help                                        200  200  200  200  200  200  200  in
desk:handbook                                    200  200  200  200  200  200  200  in
desk:health                                      200  200  200  200  200  200  200  200
# 最初の管理者の頁は、利用者が一人でもいれば、ない。招待のリンクは、持っている人のもの。
desk:first                                       404  404  404  404  404  404  404  404
desk:first_administrator@token                   404  404  404  404  404  404  404  404
desk:invitation@token                            200  200  200  200  200  200  200  200
# 設定。入口は管理サイトに入れる人、書くのは事務局長と管理者、利用者は管理者だけ。
desk:setup                                       403  200  403  403  200  200  200  in
desk:setup_cooperative                           403  200  403  403  403  403  200  in
desk:setup_accounts                              403  200  403  403  403  403  200  in
desk:setup_master_data                           403  200  403  403  403  403  200  in
desk:setup_articles                              403  200  403  403  403  403  200  in
desk:setup_limits                                403  200  403  403  403  403  200  in
desk:setup_bylaw                                 403  200  403  403  403  403  200  in
desk:setup_rule                                  403  200  403  403  403  403  200  in
desk:setup_policy                                403  200  403  403  403  403  200  in
desk:setup_delegation                            403  200  403  403  403  403  200  in
desk:setup_bodies                                403  200  403  403  403  403  200  in
# 承認待ちの提案。設定を見る人が読み、承認は二人目、取下げは提案する人。
desk:proposals                                   200  200  403  403  200  200  200  in
desk:proposal@waiting_resolution                 200  200  403  403  200  200  200  in
desk:proposal@waiting_policy                     200  200  403  403  200  200  200  in
desk:proposal@waiting_facility                   200  200  403  403  200  200  200  in
desk:proposal@waiting_product                    200  200  403  403  200  200  200  in
desk:proposal_approve@waiting_resolution         403  200  403  403  200  403  403  in
desk:proposal_approve@waiting_policy             403  200  403  403  200  403  403  in
desk:proposal_approve@waiting_facility           403  200  403  403  200  403  403  in
desk:proposal_approve@waiting_product            403  200  403  403  200  403  403  in
desk:proposal_reject@waiting_resolution          403  200  403  403  200  403  403  in
desk:proposal_reject@waiting_policy              403  200  403  403  200  403  403  in
desk:proposal_reject@waiting_facility            403  200  403  403  200  403  403  in
desk:proposal_reject@waiting_product             403  200  403  403  200  403  403  in
desk:proposal_withdraw@waiting_resolution        403  200  403  403  403  403  200  in
desk:proposal_withdraw@waiting_policy            403  200  403  403  403  403  200  in
desk:proposal_withdraw@waiting_facility          403  200  403  403  403  403  200  in
desk:proposal_withdraw@waiting_product           403  200  403  403  403  403  200  in
desk:users                                       403  403  403  403  403  403  200  in
desk:user_create                                 403  403  403  403  403  403  200  in
desk:user@user                                   403  403  403  403  403  403  200  in
desk:user_edit@user                              403  403  403  403  403  403  200  in
desk:user_invite@user                            403  403  403  403  403  403  200  in
desk:user_second_step@user                       403  403  403  403  403  403  200  in
desk:user_revoke@user                            403  403  403  403  403  403  200  in

# 組合員。財務や家族のことが分かるので、委員・理事・管理者には見せない。
members:list                                     200  200  403  403  200  200  403  in
members:create                                   200  200  403  403  403  403  403  in
members:export                                   200  200  403  403  403  200  403  in
members:bank_names                               200  200  403  403  403  403  403  in
members:detail@member                            200  200  403  403  200  200  403  in
members:edit@member                              200  200  403  403  403  403  403  in
members:sales@member                             200  200  403  403  403  403  403  in
members:officer_add@member                       200  200  403  403  403  403  403  in
members:officer_end@officer                      200  200  403  403  403  403  403  in
members:officer_reappoint@officer                200  200  403  403  403  403  403  in
members:representative@member                    200  200  403  403  403  403  403  in
members:shares_change@member                     200  200  403  403  403  403  403  in
members:shares_correct@member                    200  200  403  403  403  403  403  in
members:shares_transfer@member                   200  200  403  403  403  403  403  in
members:shares_apply@planned_change              200  200  403  403  403  403  403  in
members:shares_cancel@planned_change             200  200  403  403  403  403  403  in
members:leave@member                             200  200  403  403  403  403  403  in
members:leaving_preview@member                   405  405  403  403  403  403  403  in
members:leaving_withdraw@leaving                 200  200  403  403  403  403  403  in
members:refund@leaving                           200  200  403  403  403  403  403  in
members:refund_preview@leaving                   405  405  403  403  403  403  403  in
members:relationship_add@member                  200  200  403  403  403  403  403  in
members:relationship_edit@relationship           200  200  403  403  403  403  403  in
members:relationship_end@relationship            200  200  403  403  403  403  403  in
members:contact_add@member                       200  200  403  403  403  403  403  in
members:contact_edit@contact                     200  200  403  403  403  403  403  in
members:mandate_add@member                       200  200  403  403  403  403  403  in
members:mandate_end@mandate                      200  200  403  403  403  403  403  in
members:note_add@member                          200  200  403  403  403  403  403  in
members:note_correct@note                        200  200  403  403  403  403  403  in
members:follow_up@follow_up                      200  200  403  403  403  403  403  in
# 口座は、事務局が申請し、事務局長か理事長（申請した人とは別の人）が承認する。
members:account_request@member                   200  200  403  403  403  403  403  in
members:accounts                                 200  200  403  403  200  200  403  in
members:account@account_request                  200  200  403  403  200  200  403  in
members:account_approve@account_request          403  200  403  403  200  403  403  in
members:account_withdraw@account_request         200  200  403  403  403  403  403  in
members:account_reject@account_request           403  200  403  403  200  403  403  in
# 重複は事務局が見つけ、事務局長がまとめる。
members:duplicates                               200  200  403  403  200  200  403  in
members:member_merge@member                      403  200  403  403  403  403  403  in
members:person_merge@person                      403  200  403  403  403  403  403  in
members:people                                   200  200  403  403  200  200  403  in
members:person_create                            200  200  403  403  403  403  403  in
members:person_options                           200  200  403  403  403  403  403  in
members:person@person                            200  200  403  403  200  200  403  in
members:person_edit@person                       200  200  403  403  403  403  403  in
members:kinship_add@person                       200  200  403  403  403  403  403  in
members:kinship_end@kinship                      200  200  403  403  403  403  403  in
# 取込は、ファイルを預けた本人（事務局）だけのもの。
members:import                                   200  200  403  403  403  403  403  in
members:import_template                          200  200  403  403  403  403  403  in
members:import_batch@batch                       200  404  403  403  403  403  403  in
members:import_again@batch                       405  405  403  403  403  403  403  in
members:import_discard@batch                     405  405  403  403  403  403  403  in
members:import_refused@batch                     200  404  403  403  403  403  403  in

# 機関。限度額と席は皆が見る。会議は、記録する人・監査する人と、その機関に席のある人。
governance:resolutions                           200  200  200  200  200  200  200  in
# 規約・規程と定款は皆が見る。方針と権限委譲は、方針を見る役割だけ。
governance:rules                                 200  200  200  200  200  200  200  in
governance:bylaw@bylaw                           200  200  200  200  200  200  200  in
governance:rule@rule                             200  200  200  200  200  200  200  in
governance:articles                              200  200  200  200  200  200  200  in
governance:policy                                200  200  403  403  200  200  200  in
governance:delegation                            200  200  403  403  200  200  200  in
governance:bodies                                200  200  200  200  200  200  200  in
governance:table@proposal                        200  200  403  403  403  403  200  in
governance:body@body                             200  200  200  200  200  200  200  in
governance:reappoint@seat                        403  200  403  403  403  403  200  in
governance:meetings                              200  200  200  200  200  200  200  in
governance:convene                               200  200  403  403  403  403  403  in
governance:meeting@board                         200  200  404  200  200  200  404  in
governance:meeting@committee                     200  200  200  404  200  200  404  in
# 総会は組合の皆のもので、誰でも見る。
governance:meeting@general                       200  200  200  200  200  200  200  in
governance:papers@general                        200  200  200  200  200  200  200  in
governance:papers@board                          200  200  404  200  200  200  404  in
governance:papers@committee                      200  200  200  404  200  200  404  in
governance:notice@board                          200  200  403  403  403  403  403  in
# 手もとの画面は、その会議に席のある本人だけのもの。
governance:room@board                            404  404  404  200  200  200  404  in
governance:room@committee                        404  404  200  404  404  404  404  in
governance:room_vote@board                       404  404  404  302  302  404  404  in
# 議決は記録する人が、議事録の確定は議長が。書類として見るのは、書類を見る権限のある人。
governance:decide@general_item                   200  200  403  403  403  403  403  in
governance:take_back@general_item                200  200  403  403  403  403  200  in
governance:adjourn@board                         200  200  403  403  403  403  403  in
governance:reschedule@board                      200  200  403  403  403  403  403  in
governance:call_off@board                        200  200  403  403  403  403  403  in
governance:finalise@closed_board                 403  403  404  200  200  403  403  in
governance:send_back@closed_board                403  403  404  200  200  403  403  in
governance:minutes@closed_board                  200  200  403  403  200  200  403  in
governance:minutes_annex@closed_board            200  200  403  403  200  200  403  in
governance:decisions                             200  200  200  200  200  200  200  in
governance:decision@decision                     200  200  404  200  200  200  404  in
# POST だけを受けるが、断られたあとに読み直せるよう、GET は会議のページへ案内する。
governance:attendance@board                      302  302  403  403  403  403  403  in
governance:agenda_add@board                      302  302  403  403  403  403  403  in
governance:agenda_all@board                      302  302  403  403  403  403  403  in
governance:take_up@board                         302  302  403  403  403  403  403  in
governance:members@general                       302  302  403  403  403  403  403  in
governance:agenda_remove@board                   302  302  403  403  403  403  403  in
governance:votes@board                           302  302  404  302  302  302  404  in
governance:close@board                           200  200  403  403  403  403  403  in
governance:interest@item                         200  200  404  200  200  200  404  in
governance:interest@committee_item               200  200  200  404  404  404  404  in

# 申込と審査。委員は委員会に、理事は理事会に付議されてから見る。
# 商品は皆が見る。提案と承認は設定画面でする。
loans:products                                   200  200  200  200  200  200  200  in
loans:product@product                            200  200  200  200  200  200  200  in
loans:applications                               200  200  200  200  200  200  403  in
loans:create                                     200  200  403  403  403  403  403  in
loans:member_choices                             200  200  403  403  403  403  403  in
loans:product_terms                              405  405  403  403  403  403  403  in
loans:preview                                    405  405  403  403  403  403  403  in
loans:maturity                                   405  405  403  403  403  403  403  in
loans:application@draft                          200  200  404  404  200  200  403  in
loans:application@investigation                  200  200  404  404  200  200  403  in
loans:application@committee_queue                200  200  200  404  200  200  403  in
loans:application@recommended                    200  200  200  404  200  200  403  in
loans:application@board_queue                    200  200  200  200  200  200  403  in
loans:application@approved                       200  200  200  200  200  200  403  in
loans:application@contracting                    200  200  200  200  200  200  403  in
loans:application@ready                          200  200  200  200  200  200  403  in
loans:application@disbursed                      200  200  200  200  200  200  403  in
loans:timeline@draft                             200  200  404  404  200  200  403  in
loans:timeline@board_queue                       200  200  200  200  200  200  403  in
loans:timeline_pdf@board_queue                   200  200  200  200  200  200  403  in
loans:comment@committee_queue                    200  200  200  404  200  403  403  in
loans:comment_answer@board_queue                 200  200  200  200  200  403  403  in
loans:comment_withdraw@board_queue               200  200  200  200  200  403  403  in
loans:edit@draft                                 200  200  403  403  403  403  403  in
loans:advice@investigation                       200  200  403  403  403  403  403  in
loans:escalate@investigation                     200  200  403  403  403  403  403  in
loans:take_back_escalation@investigation         200  200  403  403  403  403  403  in
loans:instruct@investigation                     403  403  403  403  200  403  403  in
loans:attach@investigation                       200  200  403  403  403  403  403  in
# 必要書類。一覧は案件を見る人が見て、書くのは事務局。省くと決めるのは、受け付けた人とは別の事務局長か理事長。
loans:checklist@investigation                    200  200  404  404  200  200  403  in
loans:checklist_paper@investigation              200  200  404  404  200  200  403  in
loans:checklist_receive@investigation            200  200  403  403  403  403  403  in
loans:checklist_draw_up@investigation            405  405  403  403  403  403  403  in
loans:checklist_add@investigation                200  200  403  403  403  403  403  in
loans:checklist_return@investigation             200  200  403  403  403  403  403  in
loans:checklist_row@investigation                200  200  403  403  403  403  403  in
loans:checklist_files@investigation              200  200  403  403  403  403  403  in
loans:checklist_set_aside@investigation          200  200  403  403  403  403  403  in
loans:checklist_waive@investigation              403  200  403  403  200  403  403  in
loans:receive@draft                              200  200  403  403  403  403  403  in
loans:investigate@draft                          200  200  403  403  403  403  403  in
loans:investigation@investigation                200  200  403  403  403  403  403  in
loans:worksheet@investigation                    200  200  404  404  200  200  403  in
loans:worksheet@board_queue                      200  200  200  200  200  200  403  in
loans:worksheet_section@investigation            200  200  403  403  403  403  403  in
loans:funds_needs@investigation                  200  200  403  403  403  403  403  in
loans:capacity@investigation                     200  200  403  403  403  403  403  in
loans:capacity_preview@investigation             405  405  403  403  403  403  403  in
loans:interview_add@investigation                200  200  403  403  403  403  403  in
loans:interview_edit@investigation               200  200  403  403  403  403  403  in
loans:follow_up@investigation                    200  200  403  403  403  403  403  in
loans:submit_to_committee@investigation          200  200  403  403  403  403  403  in
loans:opinion@investigation                      403  403  404  403  403  403  403  in
loans:opinion@committee_queue                    403  403  200  403  403  403  403  in
loans:recommend@committee_queue                  403  403  200  403  403  403  403  in
loans:submit_to_board@recommended                200  200  403  403  403  403  403  in
loans:decide@board_queue                         403  200  403  403  200  403  403  in
loans:return@investigation                       403  200  404  403  200  403  403  in
loans:return@committee_queue                     403  200  200  403  200  403  403  in
loans:submit_again@approved                      200  200  403  403  403  403  403  in
loans:withdraw@draft                             200  200  403  403  403  403  403  in
loans:reopen@draft                               200  200  403  403  403  403  403  in
loans:security_add@investigation                 200  200  403  403  403  403  403  in
loans:security_use@investigation                 200  200  403  403  403  403  403  in
loans:security_preview@investigation             405  405  403  403  403  403  403  in
loans:security_remove@investigation              200  200  403  403  403  403  403  in
loans:guarantee_add@investigation                200  200  403  403  403  403  403  in
loans:guarantee_preview@investigation            405  405  403  403  403  403  403  in
loans:guarantee_use@investigation                200  200  403  403  403  403  403  in
loans:guarantee_remove@investigation             200  200  403  403  403  403  403  in
loans:guarantee_deed@investigation               200  200  403  403  403  403  403  in
loans:guarantee_statement@investigation          200  200  403  403  403  403  403  in
loans:guarantee_review@investigation             200  200  403  403  403  403  403  in
loans:party_search@investigation                 200  200  403  403  403  403  403  in

# 契約と実行。理事長と事務局長が確かめ、事務局が手続をする。
loans:contracting                                200  200  403  403  200  200  403  in
loans:funding@approved                           200  200  403  403  403  403  403  in
loans:contract@approved                          200  200  403  403  403  403  403  in
loans:contract_preview@approved                  405  405  403  403  403  403  403  in
loans:conditions@approved                        200  200  403  403  403  403  403  in
loans:condition_unmeet@approved                  200  200  403  403  403  403  403  in
loans:condition_ask@approved                     200  200  403  403  403  403  403  in
loans:condition_waiver@approved                  403  200  403  403  200  403  403  in
loans:cancel_contract@contracting                200  200  403  403  403  403  403  in
loans:contract_papers@contracting                200  200  403  403  200  200  403  in
loans:paper_preview@contracting                  200  200  403  403  200  200  403  in
loans:papers_issue_all@contracting               405  405  403  403  403  403  403  in
loans:paper_issue@contracting                    405  405  403  403  403  403  403  in
loans:paper_signed@contracting                   405  405  403  403  403  403  403  in
loans:confirm_ready@contracting                  403  200  403  403  200  403  403  in
loans:disburse@ready                             200  200  403  403  403  403  403  in
loans:disburse_preview@ready                     405  405  403  403  403  403  403  in
# 案件の書類。発行し、送るのは事務局。案件を見てよい人は、発行したものを読める。
loans:memorandum@draft                           404  404  403  403  403  403  403  in
loans:memorandum@investigation                   200  200  403  403  403  403  403  in
loans:recommendation_paper@committee_queue       404  404  403  403  403  403  403  in
loans:recommendation_paper@board_queue           200  200  403  403  403  403  403  in
loans:case_paper@committee_queue                 200  200  200  404  200  200  403  in
loans:notice@board_queue                         404  404  403  403  403  403  403  in
loans:notice@approved                            200  200  403  403  403  403  403  in
loans:notice_preview@approved                    405  405  403  403  403  403  403  in
loans:notice_sent@approved                       200  200  403  403  403  403  403  in
# 限度額の余力と試算。案件のページの余力は、案件を見てよい人が見る。
loans:headroom                                   200  200  403  403  200  200  403  in
loans:headroom_members                           200  200  403  403  200  200  403  in
loans:headroom_member@member                     200  200  403  403  200  200  403  in
loans:limit_borrowing                            200  200  403  403  200  200  403  in
loans:limit_borrowing_preview                    405  405  403  403  405  405  403  in
loans:limit_draft                                302  302  403  403  302  302  403  in
loans:limit_member                               200  200  403  403  200  200  403  in
loans:limit_member_preview                       405  405  403  403  405  405  403  in
loans:loans                                      200  200  403  403  200  200  403  in
loans:loan@loan                                  200  200  403  403  200  200  403  in
loans:loan_export@loan                           200  200  403  403  403  200  403  in
# 理事との取引。一覧は見る人すべて、関連当事者の名簿は事務局長と監事。
loans:dealings                                   200  200  403  403  200  200  403  in
loans:dealing_report@dealing                     200  200  403  403  403  403  403  in
loans:related_parties                            403  200  403  403  403  200  403  in

# 取引金融機関と融資枠
funding:facilities                               200  200  403  403  200  200  200  in

# 担保・保証の台帳
collateral:assets                                200  200  403  403  200  200  403  in
collateral:guarantees                            200  200  403  403  200  200  403  in
collateral:asset@asset                           200  200  403  403  200  200  403  in
collateral:asset_edit@asset                      200  200  403  403  403  403  403  in
collateral:guarantee@guarantee                   200  200  403  403  200  200  403  in

# 伝票。起票は事務局、承認は事務局長と理事長、監事は読むだけ。
ledger:voucher_list                              200  200  403  403  200  200  403  in
ledger:voucher_create                            200  200  403  403  403  403  403  in
ledger:opening_create                            200  200  403  403  403  403  403  in
ledger:voucher_preview                           405  405  403  403  403  403  403  in
ledger:voucher@posted                            200  200  403  403  200  200  403  in
ledger:voucher@waiting                           200  200  403  403  200  200  403  in
ledger:voucher@prepared                          200  200  403  403  200  200  403  in
ledger:voucher_paper@transfer                    200  200  403  403  200  200  403  in
ledger:voucher_paper@posted                      302  302  403  403  302  302  403  in
ledger:voucher_approve@prepared                  403  200  403  403  200  403  403  in
ledger:voucher_approve@waiting                   403  200  403  403  200  403  403  in
ledger:voucher_send_back@prepared                403  200  403  403  200  403  403  in
ledger:voucher_reverse@transfer                  200  200  403  403  403  403  403  in
ledger:journal                                   200  200  403  403  200  200  403  in
ledger:trial_balance                             200  200  403  403  200  200  403  in
ledger:general_ledger                            200  200  403  403  200  200  403  in

# 発行した書類と、受け取った書類
documents:list                                   200  200  403  403  200  200  403  in
documents:issued@issued                          200  200  403  403  200  200  403  in
documents:issued@slip                            200  200  403  403  200  200  403  in
documents:issued_download@issued                 200  200  403  403  200  200  403  in
documents:issued_void@issued                     200  200  403  403  403  403  403  in
documents:issued_void@slip                       200  200  403  403  403  403  403  in
documents:issued_void@signed                     403  403  403  403  403  403  403  in
documents:batch@issue_batch                      200  200  403  403  200  200  403  in
documents:batch_step@issue_batch                 405  405  403  403  403  403  403  in
documents:batch_print@issue_batch                404  404  403  403  404  404  403  in
documents:forms                                  200  200  403  403  200  200  200  in
documents:form                                   200  200  403  403  200  200  200  in
documents:form_specimen                          200  200  403  403  200  200  200  in
documents:form_version@form_version              200  200  403  403  200  200  200  in
documents:form_version_specimen@form_version     200  200  403  403  200  200  200  in
# 受け取った書類は、案件を見てよい人が画面で読む。ファイルとして受け取れるのは、書類を見る権限のある人だけ。
documents:uploads                                200  200  200  200  200  200  403  in
documents:received@upload                        200  200  404  404  200  200  403  in
documents:upload@upload                          200  200  403  403  200  200  403  in

# 守秘と監査。誓約はだれもが自分でする。閲覧を限るのは事務局長、監事は見て、印だけを付ける。
oversight:pledge                                 200  200  200  200  200  200  200  in
oversight:pledges                                200  200  403  403  403  200  403  in
oversight:pledge_record                          200  200  403  403  403  403  403  in
oversight:pledge_text                            200  200  403  403  403  200  403  in
oversight:readings                               403  200  403  403  403  200  200  in
oversight:access                                 403  200  403  403  403  200  403  in
oversight:restrict@draft                         403  200  403  403  403  403  403  in
oversight:lift@draft                             403  200  403  403  403  403  403  in
oversight:grant@draft                            403  200  403  403  403  403  403  in
oversight:revoke@given                           403  200  403  403  403  403  403  in
oversight:marks                                  200  200  403  403  200  200  403  in
oversight:mark@remark                            200  200  403  403  200  200  403  in
oversight:mark_reply@remark                      200  200  403  403  403  403  403  in
oversight:mark_again@remark                      403  403  403  403  403  200  403  in
oversight:mark_resolve@remark                    403  403  403  403  403  200  403  in
oversight:mark_create@disbursed                  403  403  403  403  403  200  403  in

# ログインと自分の設定。役割によらない。自分では登録できない。
# 二段階の設定は、使っている人にだけある（404）。
account_login                                    302  302  302  302  302  302  302  200
account_logout                                   200  200  200  200  200  200  200  302
account_signup                                   302  302  302  302  302  302  302  200
account_inactive                                 200  200  200  200  200  200  200  200
account_reauthenticate                           200  200  200  200  200  200  200  in
account_change_password                          200  200  200  200  200  200  200  in
account_reset_password                           200  200  200  200  200  200  200  200
mfa_index                                        200  200  200  200  200  200  200  in
mfa_authenticate                                 302  302  302  302  302  302  302  in
mfa_reauthenticate                               302  302  302  302  302  302  302  in
mfa_activate_totp                                302  302  302  302  302  302  302  in
mfa_deactivate_totp                              404  404  404  404  404  404  404  in
mfa_view_recovery_codes                          404  404  404  404  404  404  404  in
mfa_generate_recovery_codes                      302  302  302  302  302  302  302  in
mfa_download_recovery_codes                      404  404  404  404  404  404  404  in

# 管理サイト。入れない人は今日の仕事へ戻る（302）。消すことは誰にもできない。
admin:index                                      302  200  302  302  200  200  200  in
admin:app_list@coopfin                           302  200  302  302  200  200  200  in
admin:app_list@members                           302  200  302  302  200  200  200  in
admin:app_list@governance                        302  200  302  302  200  200  200  in
admin:app_list@funding                           302  200  302  302  200  200  200  in
admin:app_list@ledger                            302  200  302  302  200  200  200  in
admin:app_list@loans                             302  200  302  302  200  200  200  in
admin:login                                      302  302  302  302  302  302  302  in
admin:logout                                     302  405  302  302  405  405  405  in
admin:jsi18n                                     302  200  302  302  200  200  200  in
admin:password_change                            302  200  302  302  200  200  200  in
admin:password_change_done                       302  200  302  302  200  200  200  in
admin:autocomplete                               302  200  302  302  200  200  200  in
admin:view_on_site@member                        302  302  302  302  302  302  302  in
# 方針・限度額は、事務局長か管理者が提案し、事務局長か理事長（提案した人とは別の人）が承認する。
admin:coopfin_policy_changelist                  302  200  302  302  200  200  200  in
admin:coopfin_policy_add                         302  200  302  302  403  403  200  in
admin:coopfin_policy_change@policy               302  200  302  302  200  200  200  in
admin:coopfin_policy_change@waiting_policy       302  200  302  302  200  200  200  in
admin:coopfin_policy_history@policy              302  200  302  302  200  200  200  in
admin:coopfin_policy_delete@policy               302  403  302  302  403  403  403  in
admin:coopfin_policy_approve@waiting_policy      302  200  302  302  200  403  403  in
admin:coopfin_policy_reject@waiting_policy       302  200  302  302  200  403  403  in
admin:coopfin_delegation_changelist              302  200  302  302  200  200  200  in
admin:coopfin_delegation_add                     302  200  302  302  403  403  200  in
admin:coopfin_delegation_change@delegation       302  200  302  302  200  200  200  in
admin:coopfin_delegation_change@waiting_delegation 302  200  302  302  200  200  200  in
admin:coopfin_delegation_history@delegation      302  200  302  302  200  200  200  in
admin:coopfin_delegation_delete@delegation       302  403  302  302  403  403  403  in
admin:coopfin_delegation_approve@waiting_delegation 302  200  302  302  200  403  403  in
admin:coopfin_delegation_reject@waiting_delegation 302  200  302  302  200  403  403  in
admin:governance_limitresolution_changelist      302  200  302  302  200  200  200  in
admin:governance_limitresolution_add             302  200  302  302  403  403  200  in
admin:governance_limitresolution_change@resolution             302  200  302  302  200  200  200  in
admin:governance_limitresolution_change@waiting_resolution     302  200  302  302  200  200  200  in
admin:governance_limitresolution_history@resolution            302  200  302  302  200  200  200  in
admin:governance_limitresolution_delete@resolution             302  403  302  302  403  403  403  in
admin:governance_limitresolution_approve@waiting_resolution    302  200  302  302  200  403  403  in
admin:governance_limitresolution_reject@waiting_resolution     302  200  302  302  200  403  403  in
# 融資枠も、事務局長か管理者が提案し、別の権限者が承認する。
admin:funding_facility_changelist                302  200  302  302  200  200  200  in
admin:funding_facility_add                       302  200  302  302  403  403  200  in
admin:funding_facility_change@facility           302  200  302  302  200  200  200  in
admin:funding_facility_change@waiting_facility   302  200  302  302  200  200  200  in
admin:funding_facility_history@facility          302  200  302  302  200  200  200  in
admin:funding_facility_delete@facility           302  403  302  302  403  403  403  in
admin:funding_facility_approve@waiting_facility  302  200  302  302  200  403  403  in
admin:funding_facility_reject@waiting_facility   302  200  302  302  200  403  403  in
# 組合は一つだけ。
admin:coopfin_cooperative_changelist             302  200  302  302  200  200  200  in
admin:coopfin_cooperative_add                    302  403  302  302  403  403  403  in
admin:coopfin_cooperative_change@cooperative     302  200  302  302  200  200  200  in
admin:coopfin_cooperative_history@cooperative    302  200  302  302  200  200  200  in
admin:coopfin_cooperative_delete@cooperative     302  403  302  302  403  403  403  in
# 利用者は、管理者が見るだけ（招く・変えるのは設定の頁）。
admin:coopfin_user_changelist                    302  403  302  302  403  403  200  in
admin:coopfin_user_add                           302  403  302  302  403  403  403  in
admin:coopfin_user_change@user                   302  403  302  302  403  403  200  in
admin:coopfin_user_history@user                  302  403  302  302  403  403  200  in
admin:coopfin_user_delete@user                   302  403  302  302  403  403  403  in
# 記録は、理事長・監事・管理者が読むだけ。
admin:coopfin_actionlog_changelist               302  403  302  302  200  200  200  in
admin:coopfin_actionlog_add                      302  403  302  302  403  403  403  in
admin:coopfin_actionlog_change@actionlog         302  403  302  302  200  200  200  in
admin:coopfin_actionlog_history@actionlog        302  403  302  302  200  200  200  in
admin:coopfin_actionlog_delete@actionlog         302  403  302  302  403  403  403  in
admin:coopfin_readlog_changelist                 302  403  302  302  200  200  200  in
admin:coopfin_readlog_add                        302  403  302  302  403  403  403  in
admin:coopfin_readlog_change@readlog             302  403  302  302  200  200  200  in
admin:coopfin_readlog_history@readlog            302  403  302  302  200  200  200  in
admin:coopfin_readlog_delete@readlog             302  403  302  302  403  403  403  in
# 機関・席・人・業種
admin:governance_articlesclause_changelist       302  200  302  302  200  200  200  in
admin:governance_articlesclause_add              302  200  302  302  403  403  200  in
admin:governance_articlesclause_change@clause    302  200  302  302  200  200  200  in
admin:governance_articlesclause_change@waiting_clause 302  200  302  302  200  200  200  in
admin:governance_articlesclause_history@clause   302  200  302  302  200  200  200  in
admin:governance_articlesclause_delete@clause    302  403  302  302  403  403  403  in
admin:governance_articlesclause_approve@waiting_clause 302  200  302  302  200  403  403  in
admin:governance_articlesclause_reject@waiting_clause 302  200  302  302  200  403  403  in
admin:governance_financebylaw_changelist         302  200  302  302  200  200  200  in
admin:governance_financebylaw_add                302  200  302  302  403  403  200  in
admin:governance_financebylaw_change@bylaw       302  200  302  302  200  200  200  in
admin:governance_financebylaw_change@waiting_bylaw 302  200  302  302  200  200  200  in
admin:governance_financebylaw_history@bylaw      302  200  302  302  200  200  200  in
admin:governance_financebylaw_delete@bylaw       302  403  302  302  403  403  403  in
admin:governance_financebylaw_approve@waiting_bylaw 302  200  302  302  200  403  403  in
admin:governance_financebylaw_reject@waiting_bylaw 302  200  302  302  200  403  403  in
admin:governance_financerule_changelist          302  200  302  302  200  200  200  in
admin:governance_financerule_add                 302  200  302  302  403  403  200  in
admin:governance_financerule_change@rule         302  200  302  302  200  200  200  in
admin:governance_financerule_change@waiting_rule 302  200  302  302  200  200  200  in
admin:governance_financerule_history@rule        302  200  302  302  200  200  200  in
admin:governance_financerule_delete@rule         302  403  302  302  403  403  403  in
admin:governance_financerule_approve@waiting_rule 302  200  302  302  200  403  403  in
admin:governance_financerule_reject@waiting_rule 302  200  302  302  200  403  403  in
admin:governance_body_changelist                 302  200  302  302  200  200  200  in
admin:governance_body_add                        302  200  302  302  403  403  200  in
admin:governance_body_change@body                302  200  302  302  200  200  200  in
admin:governance_body_history@body               302  200  302  302  200  200  200  in
admin:governance_body_delete@body                302  403  302  302  403  403  403  in
admin:governance_seat_changelist                 302  200  302  302  200  200  200  in
admin:governance_seat_add                        302  200  302  302  403  403  200  in
admin:governance_seat_change@seat                302  200  302  302  200  200  200  in
admin:governance_seat_history@seat               302  200  302  302  200  200  200  in
admin:governance_seat_delete@seat                302  403  302  302  403  403  403  in
admin:members_person_changelist                  302  200  302  302  200  200  200  in
admin:members_person_add                         302  200  302  302  403  403  200  in
admin:members_person_change@person               302  200  302  302  200  200  200  in
admin:members_person_history@person              302  200  302  302  200  200  200  in
admin:members_person_delete@person               302  403  302  302  403  403  403  in
admin:members_industry_changelist                302  200  302  302  200  200  200  in
admin:members_industry_add                       302  200  302  302  403  403  200  in
admin:members_industry_change@industry           302  200  302  302  200  200  200  in
admin:members_industry_history@industry          302  200  302  302  200  200  200  in
admin:members_industry_delete@industry           302  403  302  302  403  403  403  in
admin:loans_fundscause_changelist                302  200  302  302  200  200  200  in
admin:loans_fundscause_add                       302  200  302  302  403  403  200  in
admin:loans_fundscause_change@funds_cause        302  200  302  302  200  200  200  in
admin:loans_fundscause_history@funds_cause       302  200  302  302  200  200  200  in
admin:loans_fundscause_delete@funds_cause        302  403  302  302  403  403  403  in
# 組合員・案件・貸付・伝票は見るだけで、管理者には見せない（履歴は「ない」と案内して一覧へ戻す）。
admin:members_member_changelist                  302  200  302  302  200  200  403  in
admin:members_member_add                         302  403  302  302  403  403  403  in
admin:members_member_change@member               302  200  302  302  200  200  403  in
admin:members_member_history@member              302  200  302  302  200  200  403  in
admin:members_member_delete@member               302  403  302  302  403  403  403  in
admin:documents_documentkind_changelist          302  200  302  302  200  200  200  in
admin:documents_documentkind_add                 302  200  302  302  403  403  200  in
admin:documents_documentkind_change@document_kind 302  200  302  302  200  200  200  in
admin:documents_documentkind_history@document_kind 302  200  302  302  200  200  200  in
admin:documents_documentkind_delete@document_kind 302  403  302  302  403  403  403  in
admin:documents_formversion_changelist           302  200  302  302  200  200  200  in
admin:documents_formversion_add                  302  302  302  302  403  403  302  in
admin:documents_formversion_change@form_version  302  200  302  302  200  200  200  in
admin:documents_formversion_change@waiting_form  302  200  302  302  200  200  200  in
admin:documents_formversion_history@form_version 302  200  302  302  200  200  200  in
admin:documents_formversion_delete@form_version  302  403  302  302  403  403  403  in
admin:documents_formversion_approve@waiting_form 302  200  302  302  200  403  403  in
admin:documents_formversion_reject@waiting_form  302  200  302  302  200  403  403  in
admin:loans_product_changelist                   302  200  302  302  200  200  200  in
admin:loans_product_add                          302  200  302  302  403  403  200  in
admin:loans_product_change@product               302  200  302  302  200  200  200  in
admin:loans_product_change@waiting_product       302  200  302  302  200  200  200  in
admin:loans_product_history@product              302  200  302  302  200  200  200  in
admin:loans_product_delete@product               302  403  302  302  403  403  403  in
admin:loans_product_approve@waiting_product      302  200  302  302  200  403  403  in
admin:loans_product_reject@waiting_product       302  200  302  302  200  403  403  in
admin:loans_application_changelist               302  200  302  302  200  200  403  in
admin:loans_application_add                      302  403  302  302  403  403  403  in
admin:loans_application_change@disbursed         302  200  302  302  200  200  403  in
admin:loans_application_history@disbursed        302  200  302  302  200  200  302  in
admin:loans_application_delete@disbursed         302  403  302  302  403  403  403  in
admin:loans_loan_changelist                      302  200  302  302  200  200  403  in
admin:loans_loan_add                             302  403  302  302  403  403  403  in
admin:loans_loan_change@loan                     302  200  302  302  200  200  403  in
admin:loans_loan_history@loan                    302  200  302  302  200  200  302  in
admin:loans_loan_delete@loan                     302  403  302  302  403  403  403  in
admin:ledger_voucher_changelist                  302  200  302  302  200  200  403  in
admin:ledger_voucher_add                         302  403  302  302  403  403  403  in
admin:ledger_voucher_change@posted               302  200  302  302  200  200  403  in
admin:ledger_voucher_history@posted              302  200  302  302  200  200  403  in
admin:ledger_voucher_delete@posted               302  403  302  302  403  403  403  in
admin:ledger_voucherline_changelist              302  200  302  302  200  200  403  in
admin:ledger_voucherline_add                     302  403  302  302  403  403  403  in
admin:ledger_voucherline_change@line             302  200  302  302  200  200  403  in
admin:ledger_voucherline_history@line            302  200  302  302  200  200  403  in
admin:ledger_voucherline_delete@line             302  403  302  302  403  403  403  in
admin:ledger_account_changelist                  302  200  302  302  200  200  200  in
admin:ledger_account_add                         302  403  302  302  403  403  403  in
admin:ledger_account_change@account              302  200  302  302  200  200  200  in
admin:ledger_account_history@account             302  200  302  302  200  200  200  in
admin:ledger_account_delete@account              302  403  302  302  403  403  403  in
# 部品の持ってくる管理画面は、誰も使わない。
admin:account_emailaddress_changelist            302  403  302  302  403  403  403  in
admin:account_emailaddress_add                   302  403  302  302  403  403  403  in
admin:account_emailaddress_change@user           302  403  302  302  403  403  403  in
admin:account_emailaddress_history@user          302  302  302  302  302  302  302  in
admin:account_emailaddress_delete@user           302  403  302  302  403  403  403  in
admin:mfa_authenticator_changelist               302  403  302  302  403  403  403  in
admin:mfa_authenticator_add                      302  403  302  302  403  403  403  in
admin:mfa_authenticator_change@user              302  403  302  302  403  403  403  in
admin:mfa_authenticator_history@user             302  302  302  302  302  302  302  in
admin:mfa_authenticator_delete@user              302  403  302  302  403  403  403  in
"""


def _rows():
    for line in TABLE.splitlines():
        if line.strip() and not line.startswith("#"):
            address, *cells = line.split()
            name, _, thing = address.partition("@")
            yield name, thing, dict(zip(COLUMNS, cells, strict=True))


#: （URL の名前, 何について, 役割 → 期待）
ROWS = tuple(_rows())

#: 読むために開けるが、書いてはならない人（POST は 403）
READS_BUT_MAY_NOT_SEND = {
    ("governance:minutes", "closed_board"): (Role.PRESIDENT, Role.AUDITOR),
    ("ledger:voucher_paper", "transfer"): (Role.PRESIDENT, Role.AUDITOR),
}

#: 送った欄から数えて見せるだけで、何も書かない（監事も試算してよい）
SENT_TO_BE_RECKONED = {"loans:limit_borrowing_preview", "loans:limit_member_preview"}
