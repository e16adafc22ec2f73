"""机の頁: 集める頁（pages）・玄関（entrance）・設定（setup・users ほか）。"""
