"""A sea cut from paper."""

from __future__ import annotations

import cv2
import numpy as np

from filoscope.media.synthetic.paint import Layer, Plane, blur, noise, rgb, sky
from filoscope.media.synthetic.shapes import hill, poly, to_picture
from filoscope.media.synthetic.stage import Picture, Stage


class PaperSea:
    """A sea cut from coloured paper: sheets of waves, a boat, a moon, a whale that surfaces."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height, stage.width
        above, sheets, accent, moon = stage.choose(
            (
                ("#f7d9b5", "#f3b6a0"),
                ("#e98f7d", "#c9657a", "#8a4b7c", "#56407a", "#2d2f5e", "#191f45"),
                "#fff3de",
                "#fff0cf",
            ),
            (
                ("#dfeee8", "#b8dcd9"),
                ("#84c4c4", "#4fa3b1", "#2f7f9c", "#215f86", "#194469", "#102d4b"),
                "#ffb35c",
                "#fff8e6",
            ),
            (
                ("#222a52", "#3b3f77"),
                ("#4c5a9c", "#3f6ea3", "#2f7f96", "#23626f", "#18454f", "#0e2b33"),
                "#ffd166",
                "#fff1b8",
            ),
        )
        back = sky(self.h, self.w, above)
        self.fibre = noise(self.h, int(self.w * 2.2), rng, cells=90, octaves=3)
        back *= (0.95 + 0.09 * self.fibre[:, : self.w])[..., None]
        self._moon(back, moon)
        self.back = to_picture(back)
        self.period = self.w * 0.56
        self.sheets = [self._sheet(number, colour) for number, colour in enumerate(sheets)]
        self.boat = self._cut(self._boat(), rgb(accent))
        self.whale = self._cut(self._whale(), rgb(sheets[4]) * 0.8)
        self.cloud = [self._cut(self._cloud(rng), rgb(above[0]) * 0.4 + 0.6) for _ in range(3)]

    def _moon(self, back: Plane, colour: str) -> None:
        y, x = np.ogrid[0 : self.h, 0 : self.w]
        far = np.sqrt((x - self.w * 0.66) ** 2 + (y - self.h * 0.22) ** 2)
        for ring in (0.40, 0.30, 0.21):
            disc = np.clip(self.stage.unit * ring - far + 0.5, 0, 1)[..., None]
            back += (rgb(colour) - back) * disc * (0.25 if ring > 0.21 else 0.95)

    def _cut(self, cover: Plane, colour: Plane) -> Layer:
        """Return a cut-out together with the shadow it throws on what lies behind."""
        fibre = 0.93 + 0.12 * self.fibre[: cover.shape[0], : cover.shape[1], None]
        shadow = np.roll(blur(cover, 9), (-8, 4), axis=(0, 1))
        shadow[-12:] = 1 if cover[-1].min() > 0.5 else 0
        alpha = cover + (1 - cover) * shadow * 0.38
        tint = colour * fibre * (cover / np.maximum(alpha, 1e-4))[..., None]
        return Layer(tint.astype(np.float32), alpha.astype(np.float32))

    def _sheet(self, number: int, colour: str) -> Layer:
        wide = int(self.w + 2 * self.period)
        x = np.arange(wide) / self.period
        bend = np.abs(np.sin(np.pi * (x + 0.23 * number))) ** 0.8
        level = self.h * (0.42 + 0.095 * number)
        cover = hill(self.h, (level - self.h * 0.035 * bend + 8).astype(np.float32))
        if number < 5:
            cover[int(level + 0.17 * self.h) :] = 0  # hidden by the next sheet
        pale = np.clip(1 - (np.arange(self.h)[:, None] - level) / (0.2 * self.h), 0, 1)
        shade = rgb(colour) * (0.92 + 0.16 * np.repeat(pale, wide, axis=1))[..., None]
        return self._cut(cover, shade.astype(np.float32))

    def _boat(self) -> Plane:
        cover = np.zeros((self.h, int(self.w * 1.6)), np.uint8)
        x, y, u = self.w * 0.8, self.h * 0.5, self.stage.unit * 0.13
        hull = [(x - u, y), (x + u, y), (x + 0.62 * u, y + 0.45 * u), (x - 0.62 * u, y + 0.45 * u)]
        poly(cover, hull)
        poly(
            cover,
            [(x + 0.04 * u, y - 0.1 * u), (x + 0.04 * u, y - 1.6 * u), (x + 0.9 * u, y - 0.1 * u)],
        )
        poly(
            cover,
            [(x - 0.08 * u, y - 0.1 * u), (x - 0.08 * u, y - 1.3 * u), (x - 0.7 * u, y - 0.1 * u)],
        )
        return cover.astype(np.float32) / 255

    def _whale(self) -> Plane:
        cover = np.zeros((self.h, int(self.w * 1.8)), np.uint8)
        x, y, u = self.w * 0.9, self.h * 0.5, self.stage.unit * 0.2
        turn = np.linspace(np.pi, 2 * np.pi, 30)
        body = [(x + u * np.cos(a) * 1.25, y + 0.62 * u * np.sin(a)) for a in turn]
        poly(cover, [*body, (x + 1.3 * u, y + u), (x - 1.3 * u, y + u)])
        tail = [
            (1.2, 0.1),
            (1.75, -0.45),
            (1.6, -0.78),
            (1.95, -0.6),
            (2.35, -0.72),
            (2.0, -0.35),
            (1.6, 0.5),
        ]
        poly(cover, [(x + dx * u, y + dy * u) for dx, dy in tail])
        cv2.circle(
            cover,
            (int((x - 0.78 * u) * 16), int((y - 0.12 * u) * 16)),
            int(0.055 * u * 16),
            0,
            -1,
            cv2.LINE_AA,
            4,
        )
        return cover.astype(np.float32) / 255

    def _cloud(self, rng: np.random.Generator) -> Plane:
        cover = np.zeros((self.h, int(self.w * 2)), np.uint8)
        x, y, u = self.w, self.h * 0.5, self.stage.unit * rng.uniform(0.06, 0.1)
        for place in range(-2, 3):
            radius = u * (1.0 - 0.2 * abs(place)) * rng.uniform(0.8, 1.1)
            cv2.circle(
                cover,
                (int((x + place * u * 0.8) * 16), int((y - radius * 0.3) * 16)),
                int(radius * 16),
                255,
                -1,
                cv2.LINE_AA,
                4,
            )
        cover[int(y + u * 0.2) :] = 0
        return cover.astype(np.float32) / 255

    def frame(self, time_s: float) -> Picture:
        picture = self.back.copy()
        for number, cloud in enumerate(self.cloud):
            drift = (time_s * 7 * (1 + 0.4 * number) + number * self.w * 0.37) % (self.w * 0.9)
            cloud.over(picture, drift + self.w * 0.05, self.h * (-0.38 + 0.08 * number))
        phase = self.stage.phase(time_s)
        for number, sheet in enumerate(self.sheets):
            sway = self.period * (0.18 * np.sin(phase * np.pi / 4 + number * 1.3) + 0.5)
            drift = (time_s * 14 * (1 if number % 2 else -1) + sway) % self.period
            bob = self.h * 0.007 * (1.1 + np.sin(phase * np.pi / 2 + number))
            if number == 2:
                ride = self.h * (0.045 + 0.012 * np.sin(phase * np.pi / 2))
                across = self.w * (0.30 + 0.12 * np.sin(time_s * 0.35))
                self.boat.over(picture, across, ride)
            if number == 4:
                up = np.sin(time_s * 0.9 - 0.6)
                self.whale.over(
                    picture,
                    self.w * (0.2 + 0.03 * time_s),
                    self.h * (0.285 - 0.065 * up),
                )
            sheet.over(picture, drift, bob)
        return picture
