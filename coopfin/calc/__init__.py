"""計算の部屋: plain Python. Integer yen, exact fractions, no Django, no clock, no float."""
