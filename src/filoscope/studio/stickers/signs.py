"""What points, says or shouts something."""

from __future__ import annotations

from filoscope.studio.stickers.sheet import Sheet, arc, smooth, star

WHITE, INK, RED, GOLD = "#ffffff", "#2b1d16", "#ef2f56", "#ffc93c"
BLUE, GREEN, ORANGE, PURPLE = "#3fa7ff", "#2fb765", "#ff7a45", "#8a5cf6"


def arrow(sheet: Sheet) -> None:
    """An arrow drawn in one go."""
    sheet.line(smooth([(10, 30), (32, 22), (52, 36), (66, 62), (74, 76)]), 10, RED)
    sheet.line([(46, 74), (76, 80), (84, 50)], 10, RED)


def circle(sheet: Sheet) -> None:
    """A ring drawn by hand around something."""
    ring = [
        (62, 12),
        (30, 12),
        (9, 36),
        (10, 66),
        (34, 88),
        (68, 86),
        (91, 62),
        (86, 30),
        (58, 16),
        (36, 20),
    ]
    sheet.line(smooth(ring), 6, RED)


def check(sheet: Sheet) -> None:
    """A tick."""
    sheet.disc(50, 50, 44, GREEN)
    sheet.line([(28, 52), (44, 68), (73, 34)], 10, WHITE)


def cross(sheet: Sheet) -> None:
    """A cross."""
    sheet.disc(50, 50, 44, RED)
    for way in (-1, 1):
        sheet.line([(32, 50 - 18 * way), (68, 50 + 18 * way)], 10, WHITE)


def question(sheet: Sheet) -> None:
    """A question mark."""
    sheet.line(
        smooth([(28, 34), (32, 16), (52, 9), (70, 20), (68, 38), (52, 48), (50, 64)]), 13, PURPLE
    )
    sheet.disc(50, 86, 8.5, PURPLE)


def exclamation(sheet: Sheet) -> None:
    """Two exclamation marks."""
    for x, lean in ((34, -3), (64, 3)):
        sheet.poly([(x - 10 + lean, 8), (x + 10 + lean, 8), (x + 5, 64), (x - 5, 64)], RED)
        sheet.disc(x, 83, 9, RED)


def thumb(sheet: Sheet) -> None:
    """A thumb up."""
    skin, fold = GOLD, "#e09a12"
    sheet.box((8, 46, 28, 92), 4, BLUE)
    sheet.blob(
        [
            (30, 52),
            (44, 38),
            (46, 12),
            (56, 8),
            (64, 20),
            (60, 42),
            (80, 44),
            (86, 70),
            (78, 90),
            (44, 90),
            (30, 86),
        ],
        skin,
    )
    for y in (54, 67, 80):
        sheet.line([(64, y), (84 - (y - 54) * 0.12, y)], 2.6, fold)


def clap(sheet: Sheet) -> None:
    """Three lines that mean: here, now."""
    for turn in (-32, 0, 32):
        (x0, y0), (x1, y1) = (
            arc(50, 92, 40, 40, turn - 90, turn - 89)[0],
            arc(50, 92, 82, 82, turn - 90, turn - 89)[0],
        )
        sheet.line([(x0, y0), (x1, y1)], 9, GOLD)
    sheet.disc(50, 84, 8, ORANGE)


def bubble(sheet: Sheet) -> None:
    """A bubble in which somebody types."""
    sheet.box((6, 14, 94, 72), 26, BLUE)
    sheet.poly([(24, 64), (50, 70), (20, 92)], BLUE)
    for x in (30, 50, 70):
        sheet.disc(x, 43, 6.5, WHITE)


def wow_burst(sheet: Sheet) -> None:
    """WOW, in a burst."""
    _burst(sheet, "WOW", GOLD, RED, 25)


def pow_burst(sheet: Sheet) -> None:
    """POW, in a burst."""
    _burst(sheet, "POW!", RED, GOLD, 22)


def yes(sheet: Sheet) -> None:
    """YES, on a label."""
    _label(sheet, "YES!", GREEN, WHITE)


def no(sheet: Sheet) -> None:
    """NOPE, on a label."""
    _label(sheet, "NOPE", INK, WHITE)


def new(sheet: Sheet) -> None:
    """NEW, on a badge."""
    sheet.poly(star(50, 50, 47, 41, 16), ORANGE)
    sheet.letters("NEW", 50, 49, 28, WHITE)
    sheet.turned(-10)


def hundred(sheet: Sheet) -> None:
    """A hundred of a hundred."""
    sheet.letters("100", 50, 38, 50, RED)
    sheet.line(smooth([(14, 76), (46, 70), (86, 66)]), 5.5, RED)
    sheet.line(smooth([(26, 90), (52, 85), (80, 82)]), 5.5, RED)
    sheet.turned(-8)


def live(sheet: Sheet) -> None:
    """REC, as a camera shows it."""
    sheet.box((6, 30, 94, 70), 20, "#1f1b24")
    sheet.disc(24, 50, 9, RED)
    sheet.letters("REC", 63, 49, 25, WHITE)


def _burst(sheet: Sheet, words: str, color: str, ink: str, size: float) -> None:
    sheet.poly(star(50, 50, 48, 32, 11, 5), ink)
    sheet.poly(star(50, 50, 42, 29, 11, 5), color)
    sheet.letters(words, 50, 49, size, INK if color == GOLD else WHITE)
    sheet.turned(-9)


def _label(sheet: Sheet, words: str, color: str, ink: str) -> None:
    sheet.box((6, 28, 94, 72), 12, color)
    sheet.letters(words, 50, 49, 29 if len(words) < 4 or "!" in words else 26, ink)
    sheet.turned(-7)
