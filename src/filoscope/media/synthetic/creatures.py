"""Scenes with life in them: starlings at dusk, carp in a pond, jellyfish in the deep."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.spatial import cKDTree

from filoscope.media.synthetic.paint import Plane, blur, glow, ink, noise, rgb, sky, whole
from filoscope.media.synthetic.shapes import crest_line, hill, sun, to_picture
from filoscope.media.synthetic.stage import Light, Picture, Stage


class Murmuration:
    """Starlings that keep together, apart and in step (Reynolds 1987) over evening fields."""

    BIRDS = 900

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height, stage.width
        above, land, light = stage.choose(
            (("#5a6c98", "#c99aa0", "#f7c59f", "#ffe8c9"), "#221c2b", "#fff3d6"),
            (("#31566b", "#8fb0a9", "#e9d8a6", "#fff4d6"), "#1a2422", "#fffbe8"),
            (("#3a2a52", "#9b4f72", "#f08a5d", "#ffcf8b"), "#1b1020", "#ffe9bf"),
        )
        back = sky(self.h, self.w, above)
        cloud = cv2.resize(noise(self.h, self.w // 4, rng, cells=2, octaves=5), (self.w, self.h))
        back += (rgb(above[3]) - back) * (np.clip(cloud * 1.6 - 0.7, 0, 1) * 0.5)[..., None]
        sun(back, self.w * 0.3, self.h * 0.80, stage.unit * 0.06, light)
        for depth in range(3):
            line = crest_line(self.w, rng, cells=3 + 4 * depth, octaves=7)
            crest = (0.83 + 0.045 * depth - 0.03 * line) * self.h
            cover = hill(self.h, crest.astype(np.float32))[..., None]
            tone = rgb(land) * (0.4 + 0.3 * depth) + rgb(above[2]) * (0.6 - 0.3 * depth) * 0.7
            back = back * (1 - cover) + tone * cover
        self.back = to_picture(back.astype(np.float32))
        self.dark = tuple(int(v * 200) for v in rgb(land))
        unit = stage.unit
        self.at = (rng.standard_normal((self.BIRDS, 2)) * unit * 0.12).astype(np.float32)
        self.at += np.array([self.w * 0.5, self.h * 0.38], np.float32)
        self.way = (rng.standard_normal((self.BIRDS, 2)) * unit * 0.2).astype(np.float32)
        self.far = rng.uniform(0.6, 1.3, self.BIRDS)
        self.step = 0
        for step in range(60):
            self._fly(step / 30 - 2)

    def _fly(self, time_s: float) -> None:
        """Move all birds by one thirtieth of a second: each minds its seven nearest."""
        unit, step_s = self.stage.unit, 1 / 30
        _, near = cKDTree(self.at).query(self.at, k=8)
        others, ways = self.at[near[:, 1:]], self.way[near[:, 1:]]
        apart = self.at[:, None] - others
        far = np.sqrt((apart**2).sum(axis=2, keepdims=True)) + 1e-3
        room = unit * 0.026
        push = (apart / far * np.clip(room / far - 1, 0, 3)).sum(axis=1) * unit * 1.5
        together = (others.mean(axis=1) - self.at) * 2.2
        alike = (ways.mean(axis=1) - self.way) * 3.2
        turn = self.stage.phase(time_s) * np.pi / 8
        lure = np.array(
            [
                0.5 + 0.10 * np.sin(turn) + 0.05 * np.sin(2.7 * turn),
                0.36 + 0.15 * np.sin(1.6 * turn + 1),
            ]
        ) * [self.w, self.h]
        pull = (lure - self.at) * 1.3
        low, high = np.array([0.14, 0.10]), np.array([0.86, 0.68])
        place = self.at / [self.w, self.h]
        back = (np.maximum(low - place, 0) - np.maximum(place - high, 0)) * unit * 22
        from_lure = self.at - lure
        swirl = (
            np.stack([-from_lure[:, 1], from_lure[:, 0]], 1)
            * 1.5
            * (0.5 + 0.5 * np.sin(turn * 0.8))
        )
        self.way += ((push + together + alike + pull + back + swirl) * step_s).astype(np.float32)
        speed = np.sqrt((self.way**2).sum(axis=1, keepdims=True)) + 1e-3
        self.way *= np.clip(speed, unit * 0.32, unit * 0.75) / speed
        self.at += self.way * step_s

    def frame(self, time_s: float) -> Picture:
        wanted = int(time_s * 30)
        for _ in range(min(3, wanted - self.step)):
            self._fly(time_s)
        self.step = wanted
        picture = self.back.copy()
        cover = np.zeros((self.h, self.w), np.uint8)
        span = self.stage.unit * 0.0052 * self.far[:, None]
        way = self.way / (np.sqrt((self.way**2).sum(axis=1, keepdims=True)) + 1e-3)
        side = np.stack([-way[:, 1], way[:, 0]], 1)
        flap = (0.5 + 0.5 * np.sin(time_s * 30 + np.arange(self.BIRDS) * 1.9))[:, None]
        nose, tail = self.at + way * span * 1.3, self.at - way * span
        left, right = (self.at + s * side * span * (0.5 + flap) - way * span * 0.3 for s in (1, -1))
        shapes = whole(np.stack([nose, left, tail, right], axis=1) * 16)
        for shape in shapes:
            cv2.fillConvexPoly(cover, shape, 215, cv2.LINE_AA, 4)
        top, bottom = self._rows(shapes)
        alpha = cover[top:bottom, :, None].astype(np.float32) / 255
        part = picture[top:bottom]
        part[:] = (part * (1 - alpha) + np.array(self.dark, np.float32) * alpha).astype(np.uint8)
        return picture

    def _rows(self, shapes: np.ndarray) -> tuple[int, int]:
        low, high = int(shapes[..., 1].min()) // 16 - 1, int(shapes[..., 1].max()) // 16 + 2
        return max(0, min(self.h - 1, low)), max(1, min(self.h, high))


class CarpPond:
    """Carp under moving water: their bodies sway, rain rings on the beat bend all that is below."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height // 2, stage.width // 2
        deep, self.fish_inks, leaf = stage.choose(
            (("#06313b", "#1c6b6a"), ("#ff6b35", "#fff4e6", "#d62828"), "#5f9e5a"),
            (("#10243f", "#2f5d8a"), ("#ffd166", "#fdfdf8", "#ef476f"), "#6fa88a"),
            (("#1e2b1f", "#4d6b4a"), ("#f4f1de", "#e07a5f", "#f2cc8f"), "#8aa06a"),
        )
        bed = noise(self.h, self.w, rng, cells=4, octaves=6)[..., None]
        self.bed = (ink(deep[0]) * (1 - bed) + ink(deep[1]) * bed).astype(np.float32)
        self.fish = rng.random((9, 6))
        self.leaf = ink(leaf, 0.9)
        self.pads = rng.random((6, 4))
        self.slow = np.zeros((self.h // 2, self.w // 2), np.float32)
        self.past = self.slow.copy()
        self.rng, self.step, self.last_beat = rng, 0, 0
        self.y, self.x = np.mgrid[0 : self.h, 0 : self.w].astype(np.float32)
        self.glitter = noise(256, 256, rng, cells=9, octaves=3)

    def _ripple(self, time_s: float) -> None:
        """Let the rings run: the wave equation on a grid of half the size."""
        beat = self.stage.beat(time_s)
        if beat // 2 != self.last_beat:
            self.last_beat = beat // 2
            at = (int(self.rng.random() * self.w / 2), int(self.rng.random() * self.h / 2))
            cv2.circle(self.slow, at, 5, 1.3, -1)
        for _ in range(2):
            spread = cv2.blur(self.slow, (3, 3), borderType=cv2.BORDER_REFLECT)
            ahead = (2 * self.slow - self.past + 2.0 * (spread - self.slow)) * np.float32(0.975)
            self.past, self.slow = self.slow, ahead

    def frame(self, time_s: float) -> Light:
        wanted = int(time_s * 30)
        for _ in range(min(3, max(1, wanted - self.step))):
            self._ripple(time_s)
        self.step = wanted
        light, shade = self.bed.copy(), np.zeros((self.h, self.w), np.float32)
        swimmers = [self._body(fish, number, time_s) for number, fish in enumerate(self.fish)]
        for spine, girth, _ in swimmers:
            self._fill(shade, spine + np.array([7, 11]), girth, 1.0)
        light *= (1 - 0.45 * blur(shade, 5))[..., None]
        for spine, girth, number in swimmers:
            self._paint(light, spine, girth, number)
        wave = cv2.resize(self.slow, (self.w, self.h), interpolation=cv2.INTER_LINEAR)
        gx, gy = (cv2.Sobel(wave, cv2.CV_32F, *way, ksize=3) for way in ((1, 0), (0, 1)))
        swell = 1.2 * np.sin(self.y * 0.05 + time_s * 1.5 + 2 * np.sin(self.x * 0.03 + time_s))
        light = cv2.remap(
            light, self.x + gx * 14 + swell, self.y + gy * 14, cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip
        light += (np.clip(gx * 0.7 - gy * 0.7, 0, 0.5) * 0.7)[..., None]
        light += self._caustics(time_s)[..., None] * ink("#d8fff4", 0.2)
        for number, pad in enumerate(self.pads):
            self._pad(light, pad, number, time_s)
        return np.asarray(light, np.float32)

    def _caustics(self, time_s: float) -> Plane:
        nets = []
        for way in (1, -1):
            x = self.x * 0.8 + way * time_s * 11 + 60
            y = self.y * 0.8 + time_s * 7 * way + 90
            net = cv2.remap(
                self.glitter,
                np.asarray(x, np.float32),
                np.asarray(y, np.float32),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REFLECT,
            )
            nets.append(1 - np.abs(net - 0.5) * 5)
        return np.asarray(np.clip(np.minimum(nets[0], nets[1]), 0, 1) ** 2, np.float32)

    def _body(self, fish: Plane, number: int, time_s: float) -> tuple[Plane, Plane, int]:
        x, y, a, b, c, d = fish
        length = min(self.w, self.h) * (0.27 + 0.15 * c)
        speed = 0.28 + 0.2 * a
        back = np.linspace(0, 1, 22)
        past = time_s - back * length / (speed * 110)
        path = np.stack([
            (0.5 + 0.55 * np.sin(past * speed * 0.8 + 6.3 * x) + 0.12 * np.sin(past * 0.9 + 5 * d)) * self.w,
            (0.5 + 0.5 * np.cos(past * speed * 0.6 * (1 + 0.3 * b) + 6.3 * y)) * self.h,
        ], 1)  # fmt: skip
        step = np.diff(path, axis=0)
        step /= np.sqrt((step**2).sum(axis=1, keepdims=True)) + 1e-6
        spine = path[0] + np.vstack([np.zeros((1, 2)), np.cumsum(step, axis=0)]) * (length / 21)
        side = np.stack([-step[:, 1], step[:, 0]], 1)
        sway = np.sin(time_s * 7 * (0.7 + 0.5 * a) - back * 5 + number) * back**1.6 * length * 0.09
        spine = spine + np.vstack([side, side[-1:]]) * sway[:, None]
        girth = length * 0.13 * np.sin(np.pi * np.clip(back * 0.86 + 0.13, 0, 1)) ** 0.8
        girth[-5:] = length * np.array([0.03, 0.05, 0.085, 0.115, 0.125])
        return spine, girth, number

    def _outline(self, spine: Plane, girth: Plane) -> np.ndarray:
        step = np.gradient(spine, axis=0)
        step /= np.sqrt((step**2).sum(axis=1, keepdims=True)) + 1e-6
        side = np.stack([-step[:, 1], step[:, 0]], 1) * girth[:, None]
        return whole(np.vstack([spine + side, (spine - side)[::-1]]) * 16)

    def _fill(self, plane: Plane, spine: Plane, girth: Plane, value: float) -> None:
        cv2.fillPoly(plane, [self._outline(spine, girth)], value, cv2.LINE_AA, 4)

    def _paint(self, light: Light, spine: Plane, girth: Plane, number: int) -> None:
        first, second = self.fish_inks[number % 3], self.fish_inks[(number + 1) % 3]
        paint = ink(first, 0.9)
        fins = np.array([spine[6], spine[6]])
        step = spine[5] - spine[7]
        side = np.array([-step[1], step[0]]) * 1.0
        for sign in (1, -1):
            fin = np.array(
                [fins[0], fins[0] + sign * side * 1.7 - step * 1.2, fins[0] - step * 1.3]
            )
            cv2.fillPoly(
                light, [whole(fin * 16)], tuple(float(v) * 0.7 for v in paint), cv2.LINE_AA, 4
            )
        for share, tone in ((1.0, 0.62), (0.78, 0.85), (0.5, 1.05), (0.22, 1.25)):
            colour = tuple(float(v) * tone for v in paint)
            cv2.fillPoly(light, [self._outline(spine, girth * share)], colour, cv2.LINE_AA, 4)
        patch = ink(second, 0.95)
        for low, high in ((1, 5), (8, 12), (14, 16)):
            piece, wide = (
                spine[low:high],
                girth[low:high] * np.sin(np.linspace(0.5, 2.6, high - low)),
            )
            cv2.fillPoly(
                light,
                [self._outline(piece, wide * 0.85)],
                tuple(float(v) for v in patch),
                cv2.LINE_AA,
                4,
            )

    def _pad(self, light: Light, pad: Plane, number: int, time_s: float) -> None:
        edge = (pad[0] - 0.5) * 1.3 + 0.5
        x = edge * self.w + 3 * np.sin(time_s * 0.6 + number)
        y = (0.05 + 0.9 * pad[1]) * self.h + 2 * np.cos(time_s * 0.5 + number)
        radius = min(self.w, self.h) * (0.06 + 0.07 * pad[2])
        notch = 6.3 * pad[3] + 0.08 * np.sin(time_s * 0.4 + number)
        for shrink, tone, shift in ((1.0, 0.0, 5), (1.0, 0.8, 0), (0.9, 1.0, 0), (0.5, 1.12, 0)):
            turn = np.linspace(notch + 0.22, notch + 2 * np.pi - 0.22, 40)
            rim = np.stack([np.cos(turn), np.sin(turn)], 1) * radius * shrink
            shape = np.vstack([rim, [[0, 0]]]) + np.array([x + shift, y + shift])
            colour = tuple(float(v) * tone for v in self.leaf) if tone else (0.01, 0.03, 0.03)
            cv2.fillPoly(light, [whole(shape * 16)], colour, cv2.LINE_AA, 4)


class Jellyfish:
    """Bells of light that beat with the song, deep down, with threads that follow."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height // 2, stage.width // 2
        deep, self.bells = stage.choose(
            (("#0b3c6b", "#041a36", "#01060f"), ("#ff9ecf", "#9fd8ff", "#c7a6ff")),
            (("#0d4f4f", "#04252b", "#01080a"), ("#ffd3a1", "#a6ffe0", "#ff9e9e")),
            (("#3a1a5c", "#160a30", "#05020d"), ("#8affff", "#ff8ad8", "#ffe28a")),
        )
        back = sky(self.h, self.w, deep)
        self.back = -np.log1p(-(np.minimum(back, 0.98) ** 2))
        self.shafts = noise(2, 400, rng, cells=14, octaves=3)[0]
        self.those = rng.random((6, 6))
        self.dust = rng.random((90, 4))

    def frame(self, time_s: float) -> Light:
        light = self.back.copy()
        x = np.linspace(0, 1, self.w)[None, :]
        y = np.linspace(0, 1, self.h)[:, None]
        place = (x - 0.5) / (1 + 1.3 * y) + 0.5 + 0.03 * np.sin(time_s * 0.4)
        beams = np.interp(place * 300 + time_s * 4, np.arange(400), self.shafts)
        light += (np.clip(beams - 0.4, 0, 1) * (1 - y) ** 2.5 * 0.4)[..., None].astype(
            np.float32
        ) * ink("#bfe8ff", 0.5)
        for a, b, c, d in self.dust:
            at_x, at_y = (
                ((a + 0.02 * np.sin(time_s * 0.5 + 6 * c)) % 1) * self.w,
                ((b - time_s * 0.015 * (1 + d)) % 1) * self.h,
            )
            glow(light, at_x, at_y, 0.8 + 1.4 * c * d, ink("#cfeaff", 0.14))
        veil = np.zeros_like(light)
        for number in np.argsort(self.those[:, 2]):
            self._bell(veil, self.those[number], int(number), time_s)
        return np.asarray(light + veil + blur(veil, 9) * 0.9, np.float32)

    def _bell(self, light: Light, one: Plane, number: int, time_s: float) -> None:
        x, y, near, a, b, _ = one
        size = min(self.w, self.h) * (0.06 + 0.13 * near)
        phase = self.stage.phase(time_s) / 2 + a
        squeeze = np.exp(-(phase % 1) * 4.0)
        climb = np.floor(phase) + 1 - np.exp(-(phase % 1) * 2.5) * 0.9
        at_x = ((x * 0.8 + 0.1) + 0.04 * np.sin(time_s * 0.5 + 6 * b)) * self.w
        at_y = ((y + 0.3 - climb * 0.045 * (0.6 + near)) % 1.35 - 0.1) * self.h
        lean = 0.22 * np.sin(time_s * 0.4 + 5 * a)
        wide, tall = size * (1.05 - 0.26 * squeeze), size * (0.78 + 0.22 * squeeze)
        paint = ink(self.bells[number % 3], 0.5 + 0.5 * near)
        self._threads(light, (at_x, at_y, size, wide, lean), paint, number, time_s)
        turn = np.linspace(np.pi, 2 * np.pi, 30)
        for share, strength in ((1.0, 0.16), (0.86, 0.10), (0.62, 0.16), (0.36, 0.26)):
            dome = np.stack([np.cos(turn) * wide * share, np.sin(turn) * tall * share], 1)
            ruffle = np.linspace(1, -1, 17)
            hem = np.stack(
                [ruffle * wide * share, size * (0.10 + 0.05 * np.cos(np.arange(17) * np.pi))], 1
            )
            shape = self._lean(np.vstack([dome, hem]), lean) + np.array([at_x, at_y])
            self._veil(light, shape, paint * strength * 2)
        rim = self._lean(np.stack([np.cos(turn) * wide, np.sin(turn) * tall], 1), lean) + np.array(
            [at_x, at_y]
        )
        edge = tuple(float(v) * 0.9 for v in paint)
        cv2.polylines(light, [whole(rim * 16)], False, edge, 1, cv2.LINE_AA, 4)

    def _lean(self, points: Plane, angle: float) -> Plane:
        c, s = np.cos(angle), np.sin(angle)
        return np.asarray(points @ np.array([[c, s], [-s, c]]), np.float32)

    def _veil(self, light: Light, shape: Plane, paint: Plane) -> None:
        low = np.clip(np.floor(shape.min(axis=0)).astype(int) - 1, 0, [self.w - 1, self.h - 1])
        high = np.clip(np.ceil(shape.max(axis=0)).astype(int) + 2, low + 1, [self.w, self.h])
        cover = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        cv2.fillPoly(cover, [whole((shape - low) * 16)], 255, cv2.LINE_AA, 4)
        light[low[1] : high[1], low[0] : high[0]] += (cover[..., None] / np.float32(255)) * paint

    def _threads(
        self,
        light: Light,
        bell: tuple[float, float, float, float, float],
        paint: Plane,
        number: int,
        time_s: float,
    ) -> None:
        x, y, size, wide, lean = bell
        down = np.linspace(0, 1, 24)
        for thread in range(11):
            part = (thread / 10 - 0.5) * 2
            long = size * (2.4 + 1.3 * np.sin(thread * 2.3 + number))
            wave = np.sin(down * 7 - time_s * 2.6 + thread * 1.3) * down * size * 0.20
            points = np.stack(
                [part * wide * 0.85 * (1 - 0.35 * down) + wave, size * 0.1 + down * long], 1
            )
            points = self._lean(points, lean) + np.array([x, y])
            strength = 0.5 if thread % 3 else 0.9
            colour = tuple(float(v) * strength * 0.6 for v in paint)
            cv2.polylines(
                light,
                [whole(points * 16)],
                False,
                colour,
                2 if thread % 3 == 0 else 1,
                cv2.LINE_AA,
                4,
            )
