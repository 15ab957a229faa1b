"""Abstract scenes, each the picture of one equation: silk, kaleidoscope, lava, patterns, ink."""

from __future__ import annotations

import cv2
import numpy as np

from filoscope.media.synthetic.paint import Plane, blur, glow, ink, noise, ramp, splat, whole
from filoscope.media.synthetic.stage import Light, Stage


class Silk:
    """Folded cloth: noise that is bent by itself, lit from the side."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height // 2, stage.width // 2
        self.colours = stage.choose(
            ("#12061f", "#5b1a5e", "#d8436c", "#ffb28a", "#fff0d8"),
            ("#031018", "#0b4a5c", "#2fa59b", "#d3e9a8", "#fffbe6"),
            ("#0a0d24", "#26347f", "#6d6bdc", "#f0a6d4", "#fff2f6"),
        )
        self.cloth = noise(512, 512, rng, cells=3, octaves=5)
        self.cloth = cv2.GaussianBlur(self.cloth, (0, 0), 6)
        y, x = np.mgrid[0 : self.h, 0 : self.w].astype(np.float32)
        self.x, self.y = x / self.w, y / self.w

    def _bent(self, x: Plane, y: Plane) -> Plane:
        """Sample the cloth mirrored at its edges."""
        across = np.asarray(x * 300 + 60, np.float32)
        down = np.asarray(y * 300 + 60, np.float32)
        bent = cv2.remap(self.cloth, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        return np.asarray(bent, np.float32)

    def frame(self, time_s: float) -> Light:
        slow = time_s * 0.11
        beat = 0.02 * self.stage.pulse(time_s, 0.25)
        one = self._bent(self.x * 0.7 + slow, self.y * 0.5 + 0.1 * np.sin(slow * 2))
        two = self._bent(self.x * 0.6 + 1.1 * one - slow * 0.6, self.y * 0.6 + 0.9 * one + beat)
        fold = self._bent(self.x * 0.4 + 1.5 * two + 0.2, self.y * 0.35 + 1.2 * two + slow)
        fold = np.clip((fold - 0.2) * 1.5, 0, 1)
        bands = 0.5 + 0.5 * np.sin(fold * 26 + time_s * 0.9)
        slope = cv2.Sobel(fold, cv2.CV_32F, 1, 1, ksize=5) * 1.2
        tone = np.clip(0.15 + 0.62 * fold + 0.12 * bands + slope * 0.5, 0, 1)
        light = ramp(self.colours, tone)
        gleam = np.clip(slope * 1.6 - 0.15, 0, 1) ** 2
        return np.asarray(
            (light + gleam[..., None] * ink(self.colours[4], 0.8)).astype(np.float32), np.float32
        )


class Kaleidoscope:
    """Glass splinters between two mirrors that turn; the tube is shaken on each bar."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height // 2, stage.width // 2
        colours = stage.choose(
            ("#e63946", "#ffb703", "#1d3557", "#2a9d8f", "#f1faee", "#7209b7"),
            ("#ff6b9d", "#c44dff", "#2d1b69", "#00c2cb", "#ffe66d", "#10316b"),
            ("#d4a373", "#606c38", "#bc4749", "#fefae0", "#283618", "#dda15e"),
        )
        self.glass = self._splinters(rng, colours)
        y, x = np.mgrid[0 : self.h, 0 : self.w].astype(np.float32)
        dx, dy = x - self.w / 2, y - self.h / 2
        self.far = np.sqrt(dx**2 + dy**2) / min(self.w, self.h)
        self.turn = np.arctan2(dy, dx)

    def _splinters(self, rng: np.random.Generator, colours: tuple[str, ...]) -> Light:
        size = 768
        plane = np.zeros((size, size, 3), np.float32) + ink(colours[2], 0.7)
        for number in range(340):
            at, reach = rng.random(2) * size, rng.uniform(26, 120) * (1 - number / 480)
            corners = np.sort(rng.random(rng.integers(3, 7))) * 2 * np.pi
            points = at + reach * np.stack([np.cos(corners), np.sin(corners)], 1)
            low = np.clip(points.min(axis=0).astype(int) - 1, 0, size - 2)
            high = np.clip(points.max(axis=0).astype(int) + 2, low + 1, size)
            cover = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
            cv2.fillPoly(cover, [whole((points - low) * 16)], 255, cv2.LINE_AA, 4)
            share = cover.astype(np.float32)[..., None] / 255 * 0.72
            across = np.linspace(0.6, 1.35, cover.shape[1], dtype=np.float32)[None, :, None]
            colour = ink(colours[rng.integers(len(colours))], 1.1) * across
            spot = plane[low[1] : high[1], low[0] : high[0]]
            spot[:] = spot * (1 - share) + colour * share
            cv2.polylines(plane, [whole(points * 16)], True, (1.1, 1.0, 0.85), 1, cv2.LINE_AA, 4)
        return np.ascontiguousarray(plane, np.float32)

    def frame(self, time_s: float) -> Light:
        wedge = np.pi / (5 + self.stage.seed % 3)
        turn = np.abs((self.turn + time_s * 0.16) % (2 * wedge) - wedge)
        zoom = 1 - 0.06 * self.stage.pulse(time_s, 0.2) + 0.12 * np.sin(time_s * 0.3)
        far = self.far * zoom * 340
        angle = turn + time_s * 0.22
        x = 384 + far * np.cos(angle) + 150 * np.sin(time_s * 0.37)
        y = 384 + far * np.sin(angle) + 150 * np.cos(time_s * 0.29)
        light = cv2.remap(
            self.glass,
            np.asarray(x, np.float32),
            np.asarray(y, np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        seam = 0.72 + 0.28 * np.clip(np.minimum(turn, wedge - turn) * far / 5, 0, 1)
        edge = 1.15 - 0.55 * np.clip(self.far - 0.25, 0, 1)
        return np.asarray(light * (seam * edge)[..., None], np.float32)


class LavaLamp:
    """Warm wax in a lit liquid: blobs that rise, merge and part, shaded as solids."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height // 2, stage.width // 2
        self.colours = stage.choose(
            ("#1a0633", "#5e1675", "#ff5f3c", "#ffd166"),
            ("#02142e", "#0b5394", "#37e2b0", "#eaffc9"),
            ("#2b0a12", "#7b1e3a", "#ff8fa3", "#fff0c9"),
        )
        self.blobs = rng.random((13, 5))
        y, x = np.mgrid[0 : self.h // 2, 0 : self.w // 2].astype(np.float32)
        self.x, self.y = x * 2, y * 2
        down = np.linspace(0, 1, self.h, dtype=np.float32)[:, None]
        self.back = np.repeat(ramp((self.colours[0], self.colours[1]), down), self.w, 1) * 0.8
        glow(self.back, self.w / 2, self.h * 1.02, self.w * 0.75, ink(self.colours[2], 0.55))

    def frame(self, time_s: float) -> Light:
        field = np.zeros_like(self.x)
        unit = min(self.w, self.h)
        for x, y, a, b, c in self.blobs:
            at_x = (0.5 + 0.36 * np.sin(time_s * (0.15 + 0.2 * a) + 6.3 * x)) * self.w
            at_y = (0.5 + 0.56 * np.sin(time_s * (0.22 + 0.25 * b) + 6.3 * y)) * self.h
            size = unit * (0.075 + 0.085 * c) * (1 + 0.07 * self.stage.pulse(time_s, 0.3))
            field += size**2 / ((self.x - at_x) ** 2 + 0.8 * (self.y - at_y) ** 2 + 40)
        base = (self.y / self.h - 0.93) * 9
        field = cv2.resize(field + np.exp(base), (self.w, self.h), interpolation=cv2.INTER_CUBIC)
        cover = np.clip((field - 1.0) * 14, 0, 1)[..., None]
        depth = 1 - np.exp(-np.maximum(field - 1, 0) * 1.3)
        gx, gy = (cv2.Sobel(depth, cv2.CV_32F, *way, ksize=5) for way in ((1, 0), (0, 1)))
        lamp = np.clip(0.35 + 0.9 * depth + gy * -0.10, 0, 1)
        below = np.linspace(0.25, 0.75, self.h, dtype=np.float32)[:, None]
        wax = ramp(self.colours[1:], np.clip(0.25 + 0.6 * lamp * (0.35 + below), 0, 1))
        gleam = np.clip(-gx * 0.25 - gy * 0.35 - 0.2, 0, 1)[..., None] ** 2
        wax = wax + gleam * ink("#ffffff", 0.35)
        halo = blur(cover[..., 0], 22)[..., None] * ink(self.colours[2], 0.35)
        return np.asarray(
            ((self.back + halo) * (1 - cover) + wax * cover).astype(np.float32), np.float32
        )


class Coral:
    """Two substances that feed on each other draw coral (Gray and Scott 1984; Pearson 1993)."""

    FEEDS = ((0.0545, 0.062), (0.037, 0.06), (0.029, 0.057))
    STEPS = 7  # of the reaction, for each frame at 30 a second
    WARM_UP = 700  # steps before the first frame: it opens on a grown pattern

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height // 4, stage.width // 4
        self.size = (stage.width // 2, stage.height // 2)
        self.colours = stage.choose(
            ("#0d1b2a", "#1b4965", "#ee6c4d", "#ffe8c2"),
            ("#10002b", "#5a189a", "#e0aaff", "#fff1e6"),
            ("#081c15", "#2d6a4f", "#d8f3dc", "#fefae0"),
        )
        self.feed, self.kill = self.FEEDS[stage.seed % 3]
        self.u = np.ones((self.h, self.w), np.float32)
        self.v = np.zeros((self.h, self.w), np.float32)
        for _ in range(26):
            x, y = int(rng.random() * self.w), int(rng.random() * self.h)
            cv2.circle(self.v, (x, y), int(rng.uniform(3, 8)), 0.6, -1)
        self.kernel = np.array([[0.05, 0.2, 0.05], [0.2, -1, 0.2], [0.05, 0.2, 0.05]], np.float32)
        self.steps = 0
        self._react(self.WARM_UP)

    def _react(self, steps: int) -> None:
        for _ in range(steps):
            eaten = self.u * self.v * self.v
            spread_u = cv2.filter2D(self.u, cv2.CV_32F, self.kernel, borderType=cv2.BORDER_REFLECT)
            spread_v = cv2.filter2D(self.v, cv2.CV_32F, self.kernel, borderType=cv2.BORDER_REFLECT)
            self.u += spread_u - eaten + self.feed * (1 - self.u)
            self.v += 0.5 * spread_v + eaten - (self.feed + self.kill) * self.v

    def frame(self, time_s: float) -> Light:
        wanted = int(time_s * 30 * self.STEPS)
        self._react(min(60, wanted - self.steps))
        self.steps = wanted
        tall = cv2.resize(self.v, self.size, interpolation=cv2.INTER_CUBIC) * 2.6
        soft = cv2.GaussianBlur(tall, (0, 0), 1.2)
        gx, gy = (cv2.Sobel(soft, cv2.CV_32F, *way, ksize=3) for way in ((1, 0), (0, 1)))
        turn = time_s * 0.5
        lit = gx * np.float32(np.cos(turn)) + gy * np.float32(np.sin(turn))
        shade = np.clip(0.5 + 0.75 * lit, 0, 1.4)
        light = ramp(self.colours, np.clip(soft * 1.05, 0, 1)) * (0.35 + 1.1 * shade)[..., None]
        beat = 0.35 + 0.6 * self.stage.pulse(time_s, 0.22)
        gleam = np.clip(lit - 0.22, 0, 1)[..., None] ** 1.5
        return (light + gleam * ink(self.colours[3], beat * 2)).astype(np.float32)


class InkFlow:
    """Thousands of grains drift along a turning field and leave threads of ink or of light."""

    GRAINS = 1_500

    def __init__(self, stage: Stage) -> None:
        self.stage, self.rng = stage, stage.rng
        self.h, self.w = stage.height // 2, stage.width // 2
        self.colours = stage.choose(
            ("#ff8a5b", "#ffd7a8", "#5bc0ff", "#070a17"),
            ("#e8ff8c", "#4be0c0", "#2a78ff", "#050d12"),
            ("#ff6fb5", "#b79bff", "#ffe9c7", "#0d0616"),
        )
        heights = [noise(self.h, self.w, self.rng, cells=2.6, octaves=3) for _ in range(2)]
        scale = self.w * 0.9
        self.fields = [
            (cv2.Sobel(z, cv2.CV_32F, 0, 1, ksize=5), -cv2.Sobel(z, cv2.CV_32F, 1, 0, ksize=5))
            for z in (cv2.GaussianBlur(height, (0, 0), 6) * scale for height in heights)
        ]
        self.at = self.rng.random((2, self.GRAINS)).astype(np.float32)
        self.at *= np.array([[self.w], [self.h]], np.float32)
        self.life = self.rng.random(self.GRAINS).astype(np.float32)
        self.plates = np.zeros((3, self.h, self.w), np.float32)
        self.inks = [ink(colour, 1.0) for colour in self.colours[:3]]
        self.step = 0
        for _ in range(45):
            self._drift(0.0)

    def _drift(self, time_s: float) -> None:
        x = np.clip(self.at[0].astype(int), 0, self.w - 1)
        y = np.clip(self.at[1].astype(int), 0, self.h - 1)
        mix = np.float32(0.5 + 0.5 * np.sin(time_s * 0.45))
        (ax, ay), (bx, by) = self.fields
        way = np.stack(
            [ax[y, x] * (1 - mix) + bx[y, x] * mix, ay[y, x] * (1 - mix) + by[y, x] * mix]
        )
        speed = np.sqrt((way**2).sum(axis=0)) + 1e-3
        push = 1.0 + 1.2 * self.stage.pulse(time_s, 0.25)
        self.at += way / speed * np.float32(1.1 * push)
        self.life -= 0.008
        lost = self.life < 0
        fresh = self.rng.random((3, self.GRAINS)).astype(np.float32)
        self.at[:, lost] = (fresh[:2] * np.array([[self.w], [self.h]], np.float32))[:, lost]
        self.life[lost] = 0.5 + 0.5 * fresh[2, lost]
        self.plates *= np.float32(0.972)
        weight = np.sin(np.pi * np.clip(self.life, 0, 1)).astype(np.float32) * 0.55
        for place in range(3):
            mine = slice(place, None, 3)
            self.plates[place] += splat(
                self.h, self.w, self.at[0, mine], self.at[1, mine], weight[mine]
            )

    def frame(self, time_s: float) -> Light:
        wanted = int(time_s * 30)
        for _ in range(min(4, wanted - self.step)):
            self._drift(time_s)
        self.step = wanted
        light = np.zeros((self.h, self.w, 3), np.float32) + ink(self.colours[3])
        for plate, colour in zip(self.plates, self.inks, strict=True):
            soft = cv2.GaussianBlur(plate, (0, 0), 0.7)
            light += (soft * 0.9)[..., None] * colour
        return light + blur(light, 9) * 0.55
