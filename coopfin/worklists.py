"""仕事の登録所。各アプリが「今日の仕事」の札・行・メニューの件数をここに登録し、desk が集めて見せる。

上の階を見ずに済むように、登録するのは関数だけである（利用者と日付を受け取り、データを返す）。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from coopfin import reading


@dataclass(frozen=True)
class Tile:
    """今日の仕事の札。"""

    label: str
    count: int
    unit: str
    note: str
    url: str
    alarm: bool = False


@dataclass(frozen=True)
class Task:
    """手を付けること。due_on は期限（なければ None）。"""

    title: str
    counterpart: str
    url: str
    due_on: date | None = None
    since_on: date | None = None


@dataclass(frozen=True)
class Hit:
    """検索で見つかったもの。"""

    kind: str
    title: str
    note: str
    url: str


@dataclass(frozen=True)
class MenuItem:
    """メニューの一行。count は自分がする仕事の件数を返す関数。"""

    group: str
    order: int
    label: str
    url_name: str
    permission: str
    count: Callable | None = None
    #: このいずれかで始まる url 名の画面で「いまここ」を示す
    namespaces: tuple[str, ...] = ()


TileSource = Callable[..., Iterable[Tile]]
TaskSource = Callable[..., Iterable[Task]]
SearchSource = Callable[..., Iterable[Hit]]
Panel = Callable[..., dict | None]

tiles: list[TileSource] = []
tasks: list[TaskSource] = []
searches: list[SearchSource] = []
panels: list[Panel] = []
menu: list[MenuItem] = []
#: 案件・貸付・伝票・会議・組合員のページに、上の階が足す欄
object_panels: list[Panel] = []


def open_to(sources, user, on: date) -> list:
    """この人に見せてよい届け出だけ。守秘義務の誓約のない人には、案件や台帳を知る部屋のものを出さない（H2.2-e）。"""
    if reading.may(user, on):
        return list(sources)
    return [source for source in sources if source.__module__.partition(".")[0] not in reading.CONFIDENTIAL_ROOMS]


def register_tile(source: TileSource) -> TileSource:
    """source(user, on) → Tile の列。"""
    tiles.append(source)
    return source


def register_task(source: TaskSource) -> TaskSource:
    """source(user, on) → Task の列（多くても20件ほど）。"""
    tasks.append(source)
    return source


def register_search(source: SearchSource) -> SearchSource:
    """source(user, text) → Hit の列（多くても10件）。"""
    searches.append(source)
    return source


def register_panel(panel: Panel) -> Panel:
    """panel(user, on) → {"template": …, …} か None。"""
    panels.append(panel)
    return panel


def register_menu(item: MenuItem) -> MenuItem:
    menu.append(item)
    return item


def register_object_panel(panel: Panel) -> Panel:
    """panel(obj, user, on) → {"template": …, …} か None。{% object_panels obj %} のあるページに出る。"""
    object_panels.append(panel)
    return panel
