"""Music, weather and what one brings to a party."""

from __future__ import annotations

from filoscope.studio.stickers.sheet import Sheet, arc, heart, smooth, star

WHITE, INK = "#ffffff", "#2b1d16"
RED, DEEP, PINK = "#ef2f56", "#c21d42", "#ff8fa8"
GOLD, AMBER, CREAM = "#ffc93c", "#f39c12", "#ffe9a8"
BLUE, NAVY, SKY = "#3fa7ff", "#2374c6", "#a9dbff"
PURPLE, PLUM = "#8a5cf6", "#6434d6"
GREEN, FOREST, STEEL = "#39c26b", "#1f9350", "#b8bcc8"


def red_heart(sheet: Sheet) -> None:
    """A heart."""
    sheet.poly(heart(50, 51, 88), DEEP)
    sheet.poly(heart(50, 49, 82), RED)
    sheet.oval(29, 31, 10, 6, PINK, -42)


def broken_heart(sheet: Sheet) -> None:
    """A heart in two."""
    red_heart(sheet)
    sheet.line([(50, 24), (41, 40), (56, 50), (43, 64), (50, 88)], 5.5, WHITE)


def hearts(sheet: Sheet) -> None:
    """Three hearts that rise."""
    for x, y, size, color in ((38, 64, 62, RED), (72, 36, 42, "#ff5c86"), (30, 20, 28, PINK)):
        sheet.poly(heart(x, y, size), color)
        sheet.oval(x - size * 0.22, y - size * 0.2, size * 0.1, size * 0.06, "#ffd3dd", -42)


def fire(sheet: Sheet) -> None:
    """A flame."""
    outer = [(50, 5), (66, 26), (70, 38), (78, 33), (85, 60), (70, 90), (50, 95), (30, 90), (15, 62),
             (26, 36), (34, 44), (42, 28)]  # fmt: skip
    sheet.blob(outer, "#f4511e")
    sheet.blob(
        [(52, 34), (64, 54), (72, 62), (66, 84), (50, 92), (34, 84), (29, 66), (42, 56)], "#ff9800"
    )
    sheet.blob([(50, 58), (60, 72), (58, 86), (50, 90), (42, 86), (40, 74)], "#ffe45c")


def sun(sheet: Sheet) -> None:
    """The sun."""
    sheet.poly(star(50, 50, 47, 33, 12), AMBER)
    sheet.disc(50, 50, 30, GOLD)
    sheet.oval(40, 36, 10, 5.5, CREAM, -35)


def moon(sheet: Sheet) -> None:
    """A crescent with two stars."""
    outer = arc(46, 52, 40, 40, -60, 240)
    inner = arc(62, 42, 33, 33, 205, -20)
    sheet.poly([*outer, *inner], GOLD)
    sheet.poly(star(70, 34, 13, 5.5, 5), CREAM)
    sheet.poly(star(56, 56, 8, 3.4, 5), CREAM)


def cloud(sheet: Sheet) -> None:
    """A cloud."""
    parts = ((30, 58, 20), (50, 44, 25), (71, 56, 21))
    for x, y, radius in parts:
        sheet.disc(x, y + 3, radius, "#8cc4f0")
    sheet.box((14, 56, 88, 80), 12, "#8cc4f0")
    for x, y, radius in parts:
        sheet.disc(x, y, radius - 1, "#dff1ff")
    sheet.box((15, 54, 87, 76), 11, "#dff1ff")


def rainbow(sheet: Sheet) -> None:
    """A rainbow between clouds."""
    for radius, color in (
        (44, RED),
        (37, "#ff9d3c"),
        (30, GOLD),
        (23, GREEN),
        (16, BLUE),
        (9, WHITE),
    ):
        sheet.poly(
            [*arc(50, 66, radius, radius, 180, 360), (50 + radius, 74), (50 - radius, 74)], color
        )
    for x in (18, 82):
        for dx, dy, radius in ((-8, 3, 8), (0, -2, 11), (9, 3, 8)):
            sheet.disc(x + dx, 74 + dy, radius, "#eef6ff")


def bolt(sheet: Sheet) -> None:
    """A flash of lightning."""
    sheet.poly([(58, 4), (18, 56), (44, 56), (34, 96), (82, 38), (55, 38), (72, 4)], AMBER)
    sheet.poly([(58, 8), (26, 52), (49, 52), (41, 84), (75, 42), (50, 42), (66, 8)], GOLD)


def gold_star(sheet: Sheet) -> None:
    """A star."""
    sheet.poly(star(50, 53, 48, 22, 5), AMBER)
    sheet.poly(star(50, 53, 40, 18, 5), GOLD)
    sheet.poly([(50, 17), (43, 42), (28, 44), (43, 40)], CREAM)


def sparkles(sheet: Sheet) -> None:
    """Three sparkles."""
    for x, y, size in ((42, 56, 40), (78, 24, 21), (80, 78, 15)):
        sheet.poly(star(x, y, size, size * 0.26, 4), AMBER)
        sheet.poly(star(x, y, size * 0.86, size * 0.24, 4), GOLD)


def crown(sheet: Sheet) -> None:
    """A crown."""
    sheet.poly([(10, 30), (30, 52), (50, 18), (70, 52), (90, 30), (82, 80), (18, 80)], GOLD)
    sheet.box((17, 70, 83, 83), 3, AMBER)
    for x, y in ((10, 28), (50, 16), (90, 28)):
        sheet.disc(x, y, 6, AMBER)
    for x, color in ((32, RED), (50, BLUE), (68, GREEN)):
        sheet.disc(x, 76.5, 4, color)


def balloon(sheet: Sheet) -> None:
    """A balloon on a string."""
    sheet.line(smooth([(50, 72), (45, 80), (54, 88), (49, 96)]), 2.4, INK)
    sheet.oval(50, 38, 29, 34, RED)
    sheet.poly([(50, 70), (44, 78), (56, 78)], DEEP)
    sheet.oval(39, 24, 6, 10, PINK, 25)


def party(sheet: Sheet) -> None:
    """A popper with confetti."""
    sheet.poly([(30, 40), (62, 70), (8, 94)], PURPLE)
    sheet.poly([(24, 55), (48, 77), (33, 83), (17, 73)], GOLD)
    sheet.oval(46, 55, 22, 8, PLUM, 43)
    for x, y, turn, color in (
        (34, 14, 20, RED), (54, 24, -30, BLUE), (74, 12, 50, GOLD), (84, 36, 10, GREEN),
        (66, 42, -20, PINK), (88, 62, 35, RED), (76, 76, -40, BLUE), (92, 16, 0, PURPLE),
    ):  # fmt: skip
        sheet.oval(x, y, 6, 3, color, turn)
    sheet.line(smooth([(52, 48), (60, 38), (56, 28), (64, 18)]), 3, GREEN)
    sheet.line(smooth([(56, 56), (68, 58), (74, 50), (86, 50)]), 3, RED)


def disco(sheet: Sheet) -> None:
    """A ball of mirrors."""
    sheet.line([(50, 6), (50, 20)], 3, INK)
    sheet.disc(50, 56, 38, "#6d7bb8")
    colors = ("#cfd8ff", "#9fb0f5", "#f3b6ff", "#8fe3ff", "#ffffff", "#b9a5ff")
    for row, y in enumerate(range(-30, 31, 10)):
        half = (36**2 - y**2) ** 0.5
        for place in range(-3, 4):
            x = half * place / 3.6
            wide = max(half / 9, 1.2)
            sheet.oval(50 + x, 56 + y, wide, 3.9, colors[(row * 3 + place * 2) % len(colors)])
    for x, y, size in ((86, 22, 12), (12, 30, 9)):
        sheet.poly(star(x, y, size, size * 0.25, 4), GOLD)


def note(sheet: Sheet) -> None:
    """Two notes under a beam."""
    sheet.poly([(34, 20), (84, 10), (84, 26), (34, 36)], PURPLE)
    for x, top, bottom in ((36.5, 22, 76), (81.5, 14, 66)):
        sheet.line([(x, top), (x, bottom)], 5.5, PURPLE)
    for x, y in ((26, 78), (71, 68)):
        sheet.oval(x, y, 15, 11.5, PLUM, -18)
        sheet.oval(x - 3, y - 3, 5, 3, "#b79cff", -18)


def headphones(sheet: Sheet) -> None:
    """Headphones."""
    sheet.line(arc(50, 52, 36, 38, 180, 360), 8, INK)
    for x, way in ((15, 1), (85, -1)):
        sheet.box((x - 9, 50, x + 9, 88), 8, "#ff7a45")
        sheet.box((x + way * 5 - 4, 54, x + way * 5 + 4, 84), 4, "#c94d1c")


def microphone(sheet: Sheet) -> None:
    """A microphone to sing into."""
    sheet.poly([(38, 46), (56, 64), (22, 96), (8, 82)], INK)
    sheet.line([(35, 49), (53, 67)], 8, "#ff7a45")
    sheet.disc(64, 36, 29, STEEL)
    for radius in (9, 17, 25):
        sheet.line(arc(64, 36, radius, 29, 0, 360, 45), 1.6, "#8a8f9e")
    sheet.oval(54, 24, 9, 5, WHITE, -40)


def vinyl(sheet: Sheet) -> None:
    """A record."""
    sheet.disc(50, 50, 45, "#1f1b24")
    for radius in (38, 32, 26):
        sheet.line(arc(50, 50, radius, radius, 200, 260), 1.4, "#5b5566")
        sheet.line(arc(50, 50, radius, radius, 20, 80), 1.4, "#5b5566")
    sheet.disc(50, 50, 18, "#ff7a45")
    sheet.disc(50, 50, 3.5, WHITE)


def camera(sheet: Sheet) -> None:
    """A film camera."""
    sheet.disc(30, 27, 18, INK)
    sheet.disc(64, 23, 21, INK)
    for x, y, radius in ((30, 27, 7), (64, 23, 8)):
        sheet.disc(x, y, radius, "#8a8f9e")
    sheet.box((10, 40, 76, 88), 8, "#ff7a45")
    sheet.poly([(76, 58), (94, 46), (94, 84), (76, 72)], "#c94d1c")
    sheet.poly([(34, 52), (34, 76), (56, 64)], WHITE)


def flower(sheet: Sheet) -> None:
    """A flower."""
    for turn in range(0, 360, 60):
        for x, y in arc(50, 50, 27, 27, turn, turn + 1)[:1]:
            sheet.disc(x, y, 19, "#ff8fc4")
    for turn in range(0, 360, 60):
        for x, y in arc(50, 50, 20, 20, turn, turn + 1)[:1]:
            sheet.disc(x, y, 9, "#ffb3d9")
    sheet.disc(50, 50, 16, GOLD)
    sheet.disc(46, 46, 5, CREAM)
