"""Scenes with depth by day: mountains, fields behind a train window, sheets of hills."""

from __future__ import annotations

import cv2
import numpy as np

from filoscope.media.synthetic.paint import Layer, Plane, around, blur, noise, ramp, rgb, sky, whole
from filoscope.media.synthetic.shapes import AROUND, crest_line, hill, poly, sun, to_picture
from filoscope.media.synthetic.stage import Picture, Stage


class Ridges:
    """Ranges of mountains behind one another at the end of the day, and birds."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height, stage.width
        above, near, light = stage.choose(
            (("#2b2a5e", "#a5527e", "#f28a6b", "#ffd29a"), "#1b1233", "#ffdf9e"),
            (("#0e3a53", "#3c7f8c", "#b9d3b0", "#ffe9b8"), "#08222c", "#fff3cf"),
            (("#3a1436", "#b0323f", "#f2703d", "#ffc46b"), "#1d0a1f", "#ffe08a"),
        )
        wide = int(self.w * 1.35)
        back = sky(self.h, self.w, above)
        veil = noise(self.h, self.w // 3, rng, cells=2, octaves=6)
        veil = cv2.resize(veil, (self.w, self.h), interpolation=cv2.INTER_CUBIC) ** 2
        back += (rgb(above[3]) - back) * (0.45 * veil * np.linspace(1, 0.1, self.h)[:, None])[
            ..., None
        ]
        sun(back, self.w * rng.uniform(0.3, 0.7), self.h * 0.47, stage.unit * 0.075, light)
        self.back = to_picture(back)
        self.layers = []
        for depth in range(6):
            part = depth / 5
            level = 0.50 + 0.085 * depth + 0.012 * depth**1.5
            tall = 0.11 - 0.004 * depth
            line = crest_line(wide, rng, cells=2.4 + 1.4 * depth, octaves=8)
            crest = (level - tall * (line - 0.4) * 1.5) * self.h
            cover = hill(self.h, crest)
            calm = cv2.GaussianBlur(crest[None, :], (0, 0), 0.12 * self.w)
            below = (np.arange(self.h)[:, None] - calm) / self.h
            fog = np.clip(below * (7 - 4 * part) + 0.2, 0, 1)[..., None] * (0.55 * (1 - part))
            rock = noise(self.h, wide, rng, cells=14, octaves=5)[..., None] * 0.10
            colour = rgb(above[2]) * (1 - part) ** 1.3 * 0.8 + rgb(near) * (
                1 - (1 - part) ** 1.3 * 0.8
            )
            colour = colour * (0.93 + rock) + (rgb(above[3]) - colour) * fog
            if depth == 5:
                cover = np.maximum(cover, self._pines(wide, crest, rng))
            self.layers.append(Layer(colour.astype(np.float32), cover))
        self.birds = rng.random((11, 4))
        self.dark = tuple(int(v * 255) for v in rgb(near))

    def _pines(self, wide: int, crest: Plane, rng: np.random.Generator) -> Plane:
        cover = np.zeros((self.h, wide), np.uint8)
        for _ in range(int(70 * wide / self.h)):
            x = rng.uniform(0, wide - 1)
            foot, tall = float(crest[int(x)]) + 6, self.stage.unit * rng.uniform(0.04, 0.12)
            for tier in range(6):
                y, half = foot - tall * tier / 6, tall * 0.17 * (1 - tier / 6.5)
                poly(cover, [(x - half, y), (x, y - tall * 0.34), (x + half, y)])
        return cover.astype(np.float32) / 255

    def frame(self, time_s: float) -> Picture:
        picture = self.back.copy()
        rise = 0.012 * self.h * np.sin(time_s * 0.4)
        for depth, layer in enumerate(self.layers):
            if depth == 3:
                self._flock(picture, time_s)
            speed = 1.2 + 1.5 * depth**1.55
            layer.over(picture, (time_s * speed) % (0.3 * self.w) + 2, rise * depth / 6)
        return picture

    def _flock(self, picture: Picture, time_s: float) -> None:
        for number, (x, y, a, b) in enumerate(self.birds):
            at_x = ((x * 0.5 + 0.06 * time_s + 0.1 * a) % 1.3 - 0.15) * self.w
            at_y = (0.24 + 0.14 * y + 0.012 * np.sin(time_s + 6 * b)) * self.h
            span = self.stage.unit * (0.014 + 0.012 * a)
            flap = np.sin(self.stage.phase(time_s) * np.pi * 2 + number) * 0.55
            wing = [
                (-span, -flap * span),
                (-span * 0.4, -span * 0.28),
                (0, 0),
                (span * 0.4, -span * 0.28),
                (span, -flap * span),
            ]
            points = whole([((at_x + dx) * AROUND, (at_y + dy) * AROUND) for dx, dy in wing])
            cv2.polylines(picture, [points], False, self.dark, 2, cv2.LINE_AA, 4)


class TrainWindow:
    """Fields and hills go by behind the glass of a train; poles pass on the beat."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height, stage.width
        above, hills, light = stage.choose(
            (
                ("#5d8fb8", "#a9cbd6", "#f6e3c0"),
                ("#8fa9a8", "#6f9a6c", "#b9a653", "#58763a"),
                "#fff2d0",
            ),
            (
                ("#46406e", "#c97b84", "#ffcf9e"),
                ("#8d6f86", "#7a5a63", "#a8694e", "#4a3440"),
                "#ffd9a0",
            ),
            (
                ("#7fa3a8", "#c5d3cf", "#eef0e6"),
                ("#9db0b0", "#7b9488", "#8fa06e", "#4f6650"),
                "#ffffff",
            ),
        )
        self.loop = 2 * self.w
        back = sky(self.h, self.w, above)
        cloud = np.clip(noise(self.h, self.w, rng, cells=2.5, octaves=6) * 1.7 - 0.7, 0, 1)[
            ..., None
        ]
        back += (1 - back) * cloud * 0.6 * np.linspace(1, 0, self.h)[:, None, None]
        sun(back, self.w * 0.72, self.h * 0.34, stage.unit * 0.05, light)
        self.back = to_picture(back)
        self.layers = [self._field(rng, depth, hills, above[2]) for depth in range(4)]
        self.frame_layer = self._window()
        self.pole = tuple(int(v * 160) for v in rgb(hills[3]))

    def _field(
        self, rng: np.random.Generator, depth: int, hills: tuple[str, ...], haze: str
    ) -> Layer:
        """Return a strip that repeats: its end is its beginning, once more."""
        turn = np.linspace(0, 2 * np.pi, self.loop, endpoint=False)
        line = sum(
            rng.uniform(0.3, 1) * np.sin(turn * k + rng.uniform(0, 6)) / k**0.8
            for k in range(1, 7 + 2 * depth)
        )
        level = (0.50, 0.56, 0.62, 0.74)[depth]
        crest = ((level - (0.02, 0.014, 0.008, 0.006)[depth] * line) * self.h).astype(np.float32)
        cover = hill(self.h, crest)
        below = (np.arange(self.h)[:, None] - crest[None, :]) / self.h
        grass = around(noise(self.h, self.loop, rng, cells=30 / (depth + 1), octaves=5))
        rows = 0.5 + 0.5 * np.sin(below * 260 / (1 + 1.5 * depth) + 3 * np.sin(turn * 3)[None, :])
        tone = 0.82 + 0.26 * grass + (0.10 * rows if depth == 2 else 0)
        colour = rgb(hills[depth]) * tone[..., None]
        colour += (rgb(haze) - colour) * (0.35 - 0.11 * depth)
        if depth in (1, 2):
            trees = np.zeros((self.h, self.loop), np.uint8)
            for _ in range(36):
                x = rng.uniform(20, self.loop - 20)
                size = self.stage.unit * rng.uniform(0.012, 0.03) * depth
                for _ in range(9):
                    dx, dy = rng.normal(0, 0.6, 2) * size
                    at = (int((x + dx) * 16), int((float(crest[int(x)]) - size + dy * 0.6) * 16))
                    cv2.circle(trees, at, int(size * 8), 255, -1, cv2.LINE_AA, 4)
            leaf = trees.astype(np.float32)[..., None] / 255
            green = rgb(hills[3]) * (
                0.7 + 0.5 * noise(self.h, self.loop, rng, cells=60, octaves=3)[..., None]
            )
            colour = colour * (1 - leaf) + (green * 0.8 + 0.2 * rgb(haze)) * leaf
            cover = np.maximum(cover, trees.astype(np.float32) / 255)
        if depth == 3:
            colour = cv2.blur(colour.astype(np.float32), (61, 1))
        again = slice(0, self.w + 2)
        colour = np.concatenate([colour, colour[:, again]], axis=1).astype(np.float32)
        return Layer(colour, np.concatenate([cover, cover[:, again]], axis=1))

    def _window(self) -> Layer:
        cover = np.full((self.h, self.w + 2), 255, np.uint8)
        side, top = int(self.w * 0.055), int(self.h * 0.05)
        radius = int(self.stage.unit * 0.09)
        bottom = int(self.h * 0.88)
        cv2.rectangle(cover, (side + radius, top), (self.w - side - radius, bottom), 0, -1)
        cv2.rectangle(cover, (side, top + radius), (self.w - side, bottom - radius), 0, -1)
        for x in (side + radius, self.w - side - radius):
            for y in (top + radius, bottom - radius):
                cv2.circle(cover, (x * 16, y * 16), radius * 16, 0, -1, cv2.LINE_AA, 4)
        alpha = cover.astype(np.float32) / 255
        edge = blur(alpha, 12)
        colour = np.full((self.h, self.w + 2, 3), rgb("#2a2622"), np.float32)
        colour *= (0.55 + 0.9 * np.linspace(0.6, 1, self.h)[:, None] * (1.6 - edge))[..., None]
        glass = (1 - alpha) * np.clip(edge * 1.6, 0, 0.45)
        y, x = np.mgrid[0 : self.h, 0 : self.w + 2]
        streak = np.exp(-(((x - 0.6 * y + self.h * 0.1) / (0.09 * self.h)) ** 2)) * 0.10
        colour = colour + ((1 - alpha) * streak)[..., None]
        return Layer(
            colour, np.clip(alpha + glass + (1 - alpha) * streak * 0.6, 0, 1).astype(np.float32)
        )

    def frame(self, time_s: float) -> Picture:
        picture = self.back.copy()
        jolt = 1.6 * self.stage.pulse(time_s, 0.06) + 0.8 * np.sin(time_s * 9)
        for depth, layer in enumerate(self.layers):
            speed = self.w * (0.035, 0.11, 0.28, 1.3)[depth]
            layer.over(picture, (time_s * speed) % self.loop, jolt * depth * 0.4)
            if depth == 2:
                self._wires(picture, time_s, jolt)
        self.frame_layer.over(picture)
        return picture

    def _wires(self, picture: Picture, time_s: float, jolt: float) -> None:
        """A pole comes by every second beat, smeared by its speed; the wires sag between."""
        phase = self.stage.phase(time_s) / 2
        gap = self.w * 1.25
        first = 0.5 * self.w - (phase % 1) * gap
        for level in (0.27, 0.29, 0.335):
            x = np.linspace(-0.05 * self.w, self.w * 1.05, 40)
            between = ((x - first) / gap) % 1
            y = self.h * (level + 0.06 * 4 * (between - between**2)) + jolt
            points = whole(np.stack([x, y], axis=1) * AROUND)
            cv2.polylines(picture, [points], False, self.pole, 1, cv2.LINE_AA, 4)
        for pole in (first, first + gap):
            half, top = self.w * 0.055, int(self.h * 0.23)
            left, right = int(pole - half), int(pole + half)
            a, b = max(0, left), min(self.w, right)
            if a >= b:
                continue
            smear = np.clip(1 - np.abs(np.arange(a, b) - pole) / half, 0, 1)[None, :, None] * 0.75
            piece = picture[top:, a:b]
            piece[:] = (piece * (1 - smear) + np.array(self.pole, np.float32) * smear).astype(
                np.uint8
            )


class Strata:
    """Sheets of a relief, one behind another, that travel towards us and swell with the beat."""

    SHEETS = 30

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height, stage.width
        self.colours = stage.choose(
            ("#f7e7ce", "#f4a261", "#e76f51", "#6d2e46", "#20122b"),
            ("#e9f5db", "#97c8b8", "#3c8d93", "#1f4e6b", "#0c1c33"),
            ("#fde2e4", "#cdb4db", "#8f8bd8", "#3f4a9c", "#141a45"),
        )
        top = np.linspace(0, 0.25, self.h, dtype=np.float32)[:, None]
        back = np.repeat(ramp(self.colours, top, light=False), self.w, 1)
        back *= 0.97 + 0.05 * noise(self.h, self.w, rng, cells=70, octaves=3)[..., None]
        self.back = to_picture(back.astype(np.float32))
        self.relief = cv2.GaussianBlur(noise(256, 160, rng, cells=5, octaves=4), (0, 0), 1.5)
        self.x = np.linspace(-0.02, 1.02, 160)
        self.table = ramp(self.colours, np.linspace(0, 1, 256, dtype=np.float32), light=False) * 255

    def frame(self, time_s: float) -> Picture:
        picture = self.back.copy()
        beat = self.stage.pulse(time_s, 0.3)
        travel = time_s * 0.9
        for number in range(self.SHEETS + 1):
            part = (number + travel % 1) / self.SHEETS
            level = 0.20 + 0.95 * part**1.35
            row = ((number - np.floor(travel)) * 3.3) % 255
            low = int(row)
            wave = self.relief[low] * (1 - row % 1) + self.relief[(low + 1) % 256] * (row % 1)
            wave = np.roll(wave, int(12 * np.sin(number)))
            swell = 0.5 + 0.5 * np.sin(self.x * 6 + number * 0.5 + time_s * 1.4)
            y = (level - (wave - 0.4) * (0.09 + 0.11 * part) - 0.03 * beat * swell * part) * self.h
            line = np.stack([self.x * self.w, y], axis=1)
            foot = np.array([[1.02 * self.w, self.h + 9], [-0.02 * self.w, self.h + 9]])
            paint = self.table[min(255, int((0.12 + 0.88 * part) * 255))]
            self._sheet(picture, line, foot, paint, part)
        return picture

    def _sheet(self, picture: Picture, line: Plane, foot: Plane, paint: Plane, part: float) -> None:
        """Fill a sheet below its line: a shadow above it, a light edge on it, a shaded slope."""
        for lift, share in ((9, 0.93), (5, 0.88), (0, 1.0)):
            colour = tuple(float(v) * share * (1 if lift == 0 else 0.9) for v in paint)
            shape = whole(np.vstack([line - [0, lift * (0.3 + part)], foot]) * 16)
            cv2.fillPoly(picture, [shape], colour, cv2.LINE_AA, 4)
        edge = tuple(min(255.0, float(v) * 1.12 + 14) for v in paint)
        cv2.polylines(picture, [whole(line * 16)], False, edge, 2, cv2.LINE_AA, 4)
