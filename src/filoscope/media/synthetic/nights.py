"""Dark scenes that live from light: city rain, aurora, fireflies, fireworks, a candle, lanterns."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.media.synthetic.paint import Plane, blur, glow, ink, noise, ramp, splat, whole
from filoscope.media.synthetic.stage import Light, Stage

# when, where, how each spark flies `(2, sparks)`, its first and its second colour
Burst: TypeAlias = tuple[float, tuple[float, float], NDArray[np.float32], Plane, Plane]


class RainCity:
    """Lamps of a street out of focus, seen through a window on which rain runs down."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height // 2, stage.width // 2
        colours = stage.choose(
            ("#ff9a3c", "#ff4d5a", "#ffd9a0", "#3cc8ff", "#8a5bff"),
            ("#ff3fa4", "#7b3ff2", "#2ee6d6", "#ffcf5c", "#4f8dff"),
            ("#ffb347", "#ff6f3c", "#fff1c9", "#c2f970", "#e83f3f"),
        )
        base = (colours[4], "#05060d", "#0b1022")
        column = np.linspace(0, 1, self.h, dtype=np.float32)[:, None]
        self.back = np.repeat(ramp(("#05060f", "#101a33", "#06070d"), column), self.w, axis=1)
        self.back += noise(self.h, self.w, rng, cells=3)[..., None] * ink(base[0], 0.012)
        self.lamps = [
            (
                rng.uniform(-0.1, 1.1),
                0.60 - 0.17 * abs(rng.standard_normal()),
                rng.uniform(0.025, 0.085),
                ink(colours[rng.integers(len(colours))], rng.uniform(0.12, 0.55)),
                rng.uniform(-0.02, 0.02),
            )
            for _ in range(84)
        ]
        count = 260
        self.drops = rng.random((count, 4)).astype(np.float32)
        self.drops[:, 2] = rng.uniform(0.004, 0.017, count) ** 1.0
        self.runners = rng.random((16, 3))
        y, x = np.mgrid[0 : self.h, 0 : self.w].astype(np.float32)
        self.grid = (x, y)
        self.still = self._still_drops()

    def _still_drops(self) -> tuple[np.ndarray, np.ndarray]:
        bend = [np.zeros((self.h, self.w), np.float32) for _ in range(2)]
        for x, y, radius, _ in self.drops:
            self._lens(bend, float(x) * self.w, float(y) * self.h, float(radius) * self.w)
        return bend[0], bend[1]

    def _lens(self, bend: list[np.ndarray], x: float, y: float, radius: float) -> None:
        left, right = max(0, int(x - radius)), min(self.w, int(x + radius) + 2)
        top, bottom = max(0, int(y - radius)), min(self.h, int(y + radius) + 2)
        if left >= right or top >= bottom:
            return
        dx = (np.arange(left, right) - x)[None, :] / radius
        dy = (np.arange(top, bottom) - y)[:, None] / radius
        inside = np.clip(1 - dx**2 - dy**2, 0, 1) ** 0.5
        power = 9 * radius * inside
        bend[0][top:bottom, left:right] = -dx * power
        bend[1][top:bottom, left:right] = -dy * power

    def frame(self, time_s: float) -> Light:
        light = self.back.copy()
        pulse = 0.75 + 0.5 * self.stage.pulse(time_s, 0.3)
        discs = np.zeros_like(light)
        for number, (x, y, radius, colour, drift) in enumerate(self.lamps):
            at = (int(((x + drift * time_s) % 1.2 - 0.1) * self.w * 16), int(y * self.h * 16))
            shine = colour * (pulse if number % 4 == 0 else 1.0)
            size = int(radius * self.w * (1 + 0.05 * np.sin(time_s + number)) * 16)
            patch = discs if number % 2 else light
            before = (float(shine[0]), float(shine[1]), float(shine[2]))
            self._disc(patch, at, size, before)
        light += discs
        light = blur(light, 1.6)
        self._wet_street(light)
        bend = [self.still[0].copy(), self.still[1].copy()]
        for x, start, speed in self.runners:
            y = ((start + time_s * (0.08 + 0.25 * speed)) % 1.3 - 0.1) * self.h
            wobble = 3 * np.sin(y / 17 + 9 * x)
            for tail in range(7):
                radius = self.w * 0.016 * (1 - tail * 0.1)
                self._lens(bend, x * self.w + wobble, y - tail * 8, max(1.5, radius))
        return cv2.remap(
            light, self.grid[0] + bend[0], self.grid[1] + bend[1], cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip

    def _wet_street(self, light: Light) -> None:
        """Let the street below the lamps give their light back, drawn out by the water."""
        top = int(self.h * 0.62)
        mirror = light[2 * top - self.h : top][::-1]
        drawn = cv2.blur(mirror, (5, max(3, self.h // 9)), borderType=cv2.BORDER_REFLECT)
        fade = np.linspace(0.85, 0.25, self.h - top, dtype=np.float32)[:, None, None]
        light[top:] = light[top:] * 0.35 + drawn * fade

    def _disc(
        self, light: Light, at: tuple[int, int], size: int, colour: tuple[float, float, float]
    ) -> None:
        reach = size // 16 + 2
        x, y = at[0] // 16, at[1] // 16
        left, right = max(0, x - reach), min(self.w, x + reach)
        top, bottom = max(0, y - reach), min(self.h, y + reach)
        if left >= right or top >= bottom:
            return
        dx = np.arange(left, right) - at[0] / 16
        dy = np.arange(top, bottom) - at[1] / 16
        far = np.sqrt(dx[None, :] ** 2 + dy[:, None] ** 2) / (size / 16)
        cover = np.clip((1 - far) * 9, 0, 1) * (0.62 + 0.38 * far**4)
        light[top:bottom, left:right] += cover[..., None].astype(np.float32) * np.array(
            colour, np.float32
        )


class Aurora:
    """Curtains of light above black mountains, and the lake that repeats them."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height // 2, stage.width // 2
        self.shore = int(self.h * 0.66)
        self.colours = stage.choose(
            ("#7dffb0", "#2bd4a8", "#7a5cff"),
            ("#9dffe0", "#3fb8ff", "#ff5cc8"),
            ("#d8ff8a", "#4be38a", "#2a7bff"),
        )
        column = np.linspace(0, 1, self.shore, dtype=np.float32)[:, None]
        self.sky = np.repeat(ramp(("#03050f", "#071229", "#12324a"), column), self.w, axis=1)
        count = 260
        x, y = rng.random(count) * self.w, rng.random(count) ** 1.3 * self.shore
        bright = (rng.pareto(2.2, count) * 0.5).clip(0, 5).astype(np.float32)
        stars = splat(self.shore, self.w, x.astype(np.float32), y.astype(np.float32), bright)
        self.stars = (cv2.GaussianBlur(stars, (0, 0), 0.6))[..., None] * ink("#dfe8ff", 1.4)
        self.curtain = noise(64, 512, rng, cells=6, octaves=6)
        self.folds = rng.uniform(0, 9, 6)
        ridge = noise(2, self.w, rng, cells=3, octaves=6)[0]
        top = self.shore - (0.05 + 0.15 * ridge) * self.h
        rows = np.arange(self.shore)[:, None]
        self.land = np.clip(rows - top[None, :], 0, 1)[..., None].astype(np.float32)
        self.y, self.x = np.mgrid[0 : self.h - self.shore, 0 : self.w].astype(np.float32)

    def frame(self, time_s: float) -> Light:
        sky = self.sky + self.stars * (0.8 + 0.2 * np.sin(time_s * 3))
        across = np.linspace(0, 1, self.w, dtype=np.float32)
        down = np.linspace(0, 1, self.shore, dtype=np.float32)[:, None]
        beat = 1 + 0.35 * self.stage.bar_pulse(time_s, 0.8)
        low, mid, high = (ink(c, 1.0) for c in self.colours)
        for number in range(3):
            fold = self.folds[number]
            foot = 0.62 - 0.14 * number + 0.09 * np.sin(across * 5 + time_s * 0.35 + fold)
            foot = foot + 0.04 * np.sin(across * 13 - time_s * 0.5 + 2 * fold)
            place = (across * 300 + number * 60 + 40 * np.sin(across * 4 + time_s * 0.3)) % 511
            rays = np.interp(place, np.arange(512), self.curtain[int(time_s * 3 + fold) % 64])
            after = np.interp(place, np.arange(512), self.curtain[int(time_s * 3 + fold + 1) % 64])
            part = (time_s * 3 + fold) % 1
            rays = (rays * (1 - part) + after * part) ** 1.6
            above = foot[None, :] - down
            edge = np.clip(above * 40 + 1, 0, 1)
            tall = edge * np.exp(-np.maximum(above, 0) / (0.1 + 0.22 * rays[None, :]))
            shine = (tall * rays[None, :] * beat).astype(np.float32)
            hue = np.clip(above * 3.2, 0, 1).astype(np.float32)[..., None]
            sky += shine[..., None] * (low * (1 - hue) + mid * 0.3 + high * hue) * 0.85
        sky *= 1 - self.land * 0.97
        depth = self.shore - 1 - self.y * (self.shore / (self.h - self.shore)) * 0.8
        ripple = np.sin(self.y**1.25 * 0.9 - time_s * 2.6 + 3 * np.sin(self.x * 0.02))
        wave = ripple * (0.6 + self.y * 0.06)
        lake = cv2.remap(
            sky, self.x + wave, np.clip(depth + wave, 0, self.shore - 1), cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip
        return np.vstack([sky, lake * 0.55 + ink("#04101c", 0.6)]).astype(np.float32)


class Fireflies:
    """A forest at night; fireflies that agree with the song when to shine."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height // 2, stage.width // 2
        fog, shine, leaf = stage.choose(
            ("#1d3b46", "#d9ff6a", "#0b1a1c"),
            ("#2c2f56", "#ffd36a", "#11122a"),
            ("#234432", "#b8ffd0", "#0a1a12"),
        )
        self.shine = ink(shine)
        down = np.linspace(0, 1, self.h, dtype=np.float32)[:, None, None]
        mist = noise(self.h, self.w, rng, cells=2)[..., None]
        moon = np.zeros((self.h, self.w, 3), np.float32)
        glow(moon, self.w * 0.62, self.h * 0.2, self.w * 0.34, ink(fog, 2.2))
        self.back = ink(fog, 0.75) * (0.35 + 0.8 * mist) * (1 - 0.55 * down) + moon
        self.depths = [self._trees(rng, depth) for depth in range(4)]
        self.dark = ink(leaf, 0.5)
        self.flies = rng.random((70, 6))

    def _trees(self, rng: np.random.Generator, depth: int) -> np.ndarray:
        wide = int(self.w * 1.4)
        cover = np.zeros((self.h, wide), np.uint8)
        for _ in range(11 - 2 * depth):
            x, lean = rng.random() * wide, rng.normal(0, 0.02) * self.h
            girth = self.w * (0.010 + 0.013 * depth) * rng.uniform(0.7, 1.3)
            trunk = [
                (x - girth, self.h),
                (x + lean, -9),
                (x + lean + girth, -9),
                (x + girth * 2, self.h),
            ]
            cv2.fillPoly(cover, [whole(np.array(trunk) * 16)], 255, cv2.LINE_AA, 4)
            for _ in range(5):
                y = rng.uniform(0.02, 0.7) * self.h
                reach = rng.choice([-1, 1]) * rng.uniform(0.1, 0.35) * self.w
                points = [
                    (x + girth, y),
                    (x + reach * 0.5, y - abs(reach) * 0.2),
                    (x + reach, y - abs(reach) * 0.5),
                ]
                cv2.polylines(
                    cover, [whole(np.array(points) * 16)], False, 255, 1 + depth, cv2.LINE_AA, 4
                )
        ground = (0.86 + 0.035 * depth + 0.03 * noise(2, wide, rng, cells=9)[0]) * self.h
        blades = noise(2, wide, rng, cells=wide / 4, octaves=1)[0] * self.h * 0.022
        rows = np.arange(self.h)[:, None]
        soil = np.clip(rows - (ground - blades)[None, :], 0, 1)
        plane = np.maximum(cover.astype(np.float32) / 255, soil.astype(np.float32))
        return blur(plane, 2.2) if depth == 3 else plane

    def frame(self, time_s: float) -> Light:
        light: Light = self.back.astype(np.float32)
        flash = 0.35 + 0.65 * self.stage.pulse(time_s, 0.45)
        for depth, trees in enumerate(self.depths):
            shift = (time_s * 2.2 + 5) * (1 + depth * 1.3)
            move = np.array([[1, 0, -shift], [0, 1, 0]], np.float32)
            cover = cv2.warpAffine(trees, move, (self.w, self.h))[..., None]
            light *= 1 - cover
            light += cover * (self.dark * np.float32(0.9 - 0.28 * depth))
            self._swarm(light, time_s, depth, flash)
        return light

    def _swarm(self, light: Light, time_s: float, depth: int, flash: float) -> None:
        for number, (x, y, a, b, c, d) in enumerate(self.flies):
            if number % 4 != depth:
                continue
            at_x = (x + 0.06 * np.sin(time_s * (0.3 + a) + 6 * b)) * self.w
            at_y = (0.35 + 0.6 * y + 0.05 * np.sin(time_s * (0.4 + c) + 6 * d)) * self.h
            own = 0.5 + 0.5 * np.sin(time_s * (1.0 + a) + 20 * d)
            bright = (flash if number % 3 else own) * (0.5 + 0.5 * b)
            size = self.w * (0.004 + 0.0024 * depth)
            glow(light, at_x, at_y, size, self.shine * (2.0 * bright))
            glow(light, at_x, at_y, size * 4.0, self.shine * (0.07 * bright))


class Fireworks:
    """Rockets over a bay; each bursts on a beat, and the water answers."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height // 2, stage.width // 2
        self.shore = int(self.h * 0.72)
        self.colours = stage.choose(
            ("#ffcf6a", "#ff5a5a", "#7fd4ff", "#ffffff"),
            ("#ff6ad5", "#8c7bff", "#6affda", "#ffe98a"),
            ("#ffb070", "#ffd9a8", "#ff7f50", "#fff4dd"),
        )
        down = np.linspace(0, 1, self.shore, dtype=np.float32)[:, None]
        self.back = np.repeat(ramp(("#04060f", "#0b1230", "#2a2347"), down), self.w, axis=1)
        smoke = noise(self.shore, self.w, rng, cells=3)[..., None]
        self.back += smoke * ink("#2b2a44", 0.3)
        town = noise(2, self.w, rng, cells=22, octaves=2)[0]
        roof = self.shore - (0.012 + 0.045 * np.round(town * 6) / 6) * self.h
        rows = np.arange(self.shore)[:, None]
        self.town = (rows > roof[None, :]).astype(np.float32)[..., None]
        windows = (rng.random((self.shore, self.w)) > 0.93) * self.town[..., 0]
        self.windows = windows[..., None].astype(np.float32) * ink("#ffcf8a", 0.9)
        beats = list(stage.beats_s[::2]) or [0.2]
        self.bursts = [self._burst(rng, when) for when in [-0.6, *beats]]
        self.y, self.x = np.mgrid[0 : self.h - self.shore, 0 : self.w].astype(np.float32)
        self.trail = np.zeros((self.shore, self.w, 3), np.float32)
        self.before_s = 0.0

    def _burst(self, rng: np.random.Generator, when_s: float) -> Burst:
        count = 170
        turn = rng.uniform(0, 2 * np.pi, count)
        lift = rng.uniform(-1, 1, count)
        speed = self.w * rng.uniform(0.32, 0.5) * (1 + 0.06 * rng.standard_normal(count))
        flat = np.sqrt(1 - lift**2)
        way = np.stack([np.cos(turn) * flat * speed, lift * speed]).astype(np.float32)
        at = (rng.uniform(0.2, 0.8) * self.w, rng.uniform(0.14, 0.46) * self.shore)
        return (
            when_s,
            at,
            way,
            ink(self.colours[rng.integers(4)]),
            ink(self.colours[rng.integers(4)]),
        )

    def frame(self, time_s: float) -> Light:
        self.trail *= np.float32(0.80 ** ((time_s - self.before_s) * 30))
        flash = np.zeros(3, np.float32)
        for when_s, at, way, colour, second in self.bursts:
            age = time_s - when_s
            if not 0 <= age < 2.6:
                if -0.7 < age < 0:
                    rise = 1 + age / 0.7
                    y = self.shore + (at[1] - self.shore) * (1 - (1 - rise) ** 2)
                    glow(self.trail, at[0] + 3 * np.sin(age * 30), y, 1.1, ink("#ffd9a0", 0.9))
                continue
            spread = (1 - np.exp(-1.9 * age)) / 1.9 * 1.5
            x = at[0] + way[0] * spread
            y = at[1] + way[1] * spread + 26 * age**2 * self.w / 270
            fade = np.exp(-age * 1.35) * (0.75 + 0.25 * np.sin(age * 60 + np.arange(len(x)) * 9))
            drops = splat(self.shore, self.w, x, y, fade.astype(np.float32))
            mix = min(1.0, age * 0.8)
            shine = colour * (1 - mix) + second * mix
            self.trail += drops[..., None] * shine * 1.15
            flash += colour * np.float32(0.016 * np.exp(-age * 5))
        self.before_s = time_s
        bloom = blur(self.trail, 6)
        sky = self.back + self.trail * 1.6 + bloom * 1.5 + flash
        sky = sky * (1 - self.town * 0.95) + self.windows
        mirror = self.shore - 2 - self.y * (self.shore / (self.h - self.shore)) * 0.95
        wave = np.sin(self.y**1.2 * 1.1 - time_s * 3 + 2 * np.sin(self.x * 0.03)) * (
            1 + self.y * 0.09
        )
        sea = cv2.remap(
            sky, self.x + wave * 1.6, np.clip(mirror + wave, 0, self.shore - 1), cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip
        return np.vstack([sky, sea * 0.55 + ink("#060a1a", 0.6)]).astype(np.float32)
