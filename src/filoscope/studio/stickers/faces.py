"""Round faces, and what else looks at one."""

from __future__ import annotations

from filoscope.studio.stickers.sheet import Sheet, arc, heart, smooth

INK, SKIN, SHADE, SHINE = "#4a2410", "#ffc93c", "#f5a623", "#ffe08a"
TEAR, ROSE, RED, WHITE, TONGUE = "#49b6ff", "#ff8f70", "#ef2f56", "#ffffff", "#ff6b81"


def _face(sheet: Sheet) -> None:
    sheet.disc(50, 50, 43, SHADE)
    sheet.disc(50, 48, 41, SKIN)
    sheet.oval(36, 24, 13, 6.5, SHINE, -28)


def _eyes(sheet: Sheet, y: float = 42) -> None:
    for x in (35, 65):
        sheet.oval(x, y, 5, 7.5, INK)
        sheet.disc(x + 1.6, y - 3, 1.9, WHITE)


def _laughing(sheet: Sheet, y: float = 54) -> None:
    """Draw an open mouth with teeth and a tongue."""
    mouth = arc(50, y, 24, 25, 0, 180)
    sheet.poly(mouth, INK)
    sheet.oval(50, y + 20, 13, 6, TONGUE)
    sheet.poly([(28, y), (72, y), (69.5, y + 7), (30.5, y + 7)], WHITE)


def smile(sheet: Sheet) -> None:
    """A face that smiles."""
    _face(sheet)
    _eyes(sheet)
    sheet.line(arc(50, 52, 22, 19, 15, 165), 5, INK)
    for x in (22, 78):
        sheet.oval(x, 57, 6, 4.2, ROSE)


def laugh(sheet: Sheet) -> None:
    """A face that laughs until it cries."""
    _face(sheet)
    for x in (33, 67):
        sheet.line(arc(x, 43, 8, 7, 200, 340), 5, INK)
    _laughing(sheet)
    for side in (-1, 1):
        tear = [(50 + side * x, y) for x, y in ((33, 44), (44, 53), (46, 62), (39, 65), (33, 58))]
        sheet.blob(tear, TEAR)


def love(sheet: Sheet) -> None:
    """A face with hearts for eyes."""
    _face(sheet)
    for x in (32, 68):
        sheet.poly(heart(x, 40, 27), RED)
    _laughing(sheet, 57)


def wink(sheet: Sheet) -> None:
    """A face that winks, its tongue out."""
    _face(sheet)
    sheet.oval(35, 41, 5, 7.5, INK)
    sheet.disc(36.6, 38, 1.9, WHITE)
    sheet.line(arc(66, 45, 8.5, 7, 195, 345), 5, INK)
    sheet.blob([(50, 64), (66, 61), (69, 74), (62, 81), (54, 76)], TONGUE)
    sheet.line(arc(50, 52, 22, 17, 15, 165), 5, INK)


def cool(sheet: Sheet) -> None:
    """A face behind dark glasses."""
    _face(sheet)
    sheet.line([(10, 37), (90, 37)], 5, "#1d1a22")
    for x in (31, 69):
        sheet.blob([(x - 18, 35), (x + 18, 35), (x + 15, 51), (x, 57), (x - 15, 51)], "#1d1a22")
        sheet.line([(x - 9, 41), (x - 2, 38)], 3, "#6f6a80")
    sheet.line(smooth([(36, 70), (50, 74), (66, 66)]), 5, INK)


def wow(sheet: Sheet) -> None:
    """A face whose mouth stands open."""
    _face(sheet)
    for x in (33, 67):
        sheet.disc(x, 41, 9.5, WHITE)
        sheet.disc(x, 42, 5, INK)
        sheet.line(arc(x, 28, 8, 5, 205, 335), 3.6, INK)
    sheet.oval(50, 70, 10.5, 13, INK)
    sheet.oval(50, 77, 7, 5, TONGUE)


def cry(sheet: Sheet) -> None:
    """A face that weeps."""
    _face(sheet)
    for x, way in ((33, -1), (67, 1)):
        sheet.line(arc(x, 39, 8.5, 7, 15, 165), 5, INK)
        sheet.line([(x - 9 * way, 25), (x + 8 * way, 29)], 4, INK)
        sheet.box((x - 5, 48, x + 5, 84), 5, TEAR)
    sheet.oval(50, 69, 12, 10, INK)
    sheet.oval(50, 75, 8, 4, TONGUE)


def eyes(sheet: Sheet) -> None:
    """Two eyes that look aside."""
    for x in (29, 71):
        sheet.oval(x, 50, 20, 27, "#d9cfc6")
        sheet.oval(x, 50, 17.5, 24.5, WHITE)
        sheet.oval(x - 6, 55, 9, 12, "#2b1b12")
        sheet.disc(x - 3, 50, 3.2, WHITE)


def cat(sheet: Sheet) -> None:
    """The face of a cat."""
    for side in (-1, 1):
        sheet.poly([(50 + side * x, y) for x, y in ((40, 9), (12, 26), (40, 52))], "#e8823a")
        sheet.poly([(50 + side * x, y) for x, y in ((35.5, 18), (20, 28), (35, 42))], "#ffb7a1")
    sheet.oval(50, 56, 42, 35, "#f79a4b")
    sheet.oval(50, 72, 20, 15, "#fff1e0")
    for x in (38, 50, 62):
        sheet.line([(x, 22.5), (50 + (x - 50) * 0.8, 33)], 4.4, "#c9632a")
    _eyes(sheet, 52)
    sheet.poly([(44.5, 63), (55.5, 63), (50, 69)], "#e2586b")
    for side in (-1, 1):
        sheet.line(arc(50 + side * 6.5, 70, 6.5, 6, 10, 170), 3, INK)
        for y, fall in ((64, -3), (69, 2)):
            sheet.line([(50 + side * 25, y), (50 + side * 43, y + fall)], 1.8, INK)


def ghost(sheet: Sheet) -> None:
    """A small ghost that waves."""
    body = "#e9e4fb"
    sheet.disc(50, 38, 31, body)
    sheet.poly([(19, 38), (81, 38), (81, 86), (19, 86)], body)
    for x in (26.75, 42.25, 57.75, 73.25):
        sheet.disc(x, 86, 7.75, body)
    sheet.oval(16, 56, 9, 6, body, -35)
    sheet.oval(84, 56, 9, 6, body, 35)
    for x in (39, 61):
        sheet.oval(x, 39, 5.5, 8, "#3a2f5b")
        sheet.disc(x + 1.8, 36, 2, WHITE)
        sheet.oval(x + (x - 50) * 0.75, 51, 5, 3.2, "#ffa8b9")
    sheet.oval(50, 55, 6, 7.5, "#3a2f5b")
