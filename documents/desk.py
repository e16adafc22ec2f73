"""メニューへの登録。"""

from coopfin.worklists import MenuItem, register_menu

register_menu(
    MenuItem(
        group="貸付",
        order=45,
        label="発行書類",
        url_name="documents:list",
        permission="documents.view_paper",
        namespaces=("documents:",),
    )
)
