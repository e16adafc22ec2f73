"""受け取った書類を、画面で読むための絵にする。実体はブラウザに渡さず、一ページずつ PNG にして見せる。

描くのは別の小さなプログラム（documents/rasterise.py）で、環境も組合のデータも渡さず、終わらなければ止める。
"""

from __future__ import annotations

import logging
import subprocess
import sys
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)

#: 絵にできる形式
SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg"})
#: 絵の長い辺（画素）と、待つ時間（秒）
SIDE = 1400
_PATIENCE = 20
_PROGRAM = Path(__file__).with_name("rasterise.py")


@dataclass(frozen=True)
class Picture:
    """一ページの絵と、もとの書類のページ数。"""

    png: bytes
    pages: int

    @property
    def data_url(self) -> str:
        """頁に埋め込む形。絵だけの URL を作らないので、頁を見てよい人のほかには渡らない。"""
        return f"data:image/png;base64,{b64encode(self.png).decode()}"


def can_show(media_type: str) -> bool:
    return media_type in SHOWN


def picture_of(content: bytes, media_type: str, *, page: int = 1, side: int = SIDE) -> Picture | None:
    """page（1 から数える）の絵。絵にできないときは None。"""
    if not can_show(media_type):
        return None
    command = [sys.executable, "-I", str(_PROGRAM), media_type, str(max(page, 1) - 1), str(side)]
    try:
        done = subprocess.run(command, input=bytes(content), capture_output=True, timeout=_PATIENCE, env={}, check=True)
    except (subprocess.SubprocessError, OSError) as problem:
        said = getattr(problem, "stderr", None) or b""
        logger.warning("書類を絵にできませんでした: %s %s", problem, said[-500:].decode(errors="replace"))
        return None
    pages, _, png = done.stdout.partition(b"\n")
    if not pages.isdigit() or not png.startswith(b"\x89PNG"):
        logger.warning("書類を絵にするプログラムの返事が読めません。")
        return None
    return Picture(png, int(pages))
