"""受け取った書類の一ページを絵（PNG）にする、別の小さなプログラム。documents.preview が呼ぶ。

中身を読み解く部品（PDFium・Pillow）に穴があっても、ここで止まるように、記憶・時間・書込みを自分で狭めてから読む。
標準入力から実体を受け、標準出力へ絵を返す。このプログラムは Django もデータベースも知らない。
"""

import resource
import sys
from io import BytesIO

#: 使ってよい記憶（バイト）と計算の時間（秒）
MEMORY = 1024 * 1024 * 1024
SECONDS = 10


def confine() -> None:
    """これから先、ファイルは書けず、記憶と時間に限りがある。"""
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def page_of_pdf(content: bytes, page: int, side: int):
    """PDF の一ページ（0 から数える）と、ページの数。"""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    count = len(document)
    sheet = document[min(page, count - 1)]
    scale = side / max(*sheet.get_size(), 1)
    # 動くフォームは初めから読み込まず、書込みの欄（注釈）は紙に出るとおりに描く。
    return sheet.render(scale=scale, may_draw_forms=False).to_pil(), count


def picture(content: bytes, side: int):
    """画像。向きを直し、撮った場所などの添え書きは落とす。"""
    from PIL import Image, ImageOps

    with Image.open(BytesIO(content), formats=["PNG", "JPEG"]) as image:
        if image.format == "JPEG":
            image.draft("RGB", (side, side))
        image.thumbnail((side, side))
        return ImageOps.exif_transpose(image).convert("RGB"), 1


def main(media_type: str, page: str, side: str) -> None:
    content = sys.stdin.buffer.read()
    if media_type == "application/pdf":
        import pypdfium2  # noqa: F401  狭める前に部品を読み込む

        confine()
        image, count = page_of_pdf(content, int(page), int(side))
    else:
        import PIL.Image  # noqa: F401

        confine()
        image, count = picture(content, int(side))
    out = BytesIO()
    image.convert("RGB").save(out, "PNG")
    sys.stdout.buffer.write(b"%d\n" % count + out.getvalue())


if __name__ == "__main__":
    main(*sys.argv[1:])
