"""Scenes that are drawn by their song: a record, a harmonograph, a night road, lines, pendulums."""

from __future__ import annotations

import cv2
import numpy as np

from filoscope.media.synthetic.paint import Plane, blur, glow, ink, noise, ramp, rgb, whole
from filoscope.media.synthetic.shapes import to_picture
from filoscope.media.synthetic.stage import Light, Picture, Stage


class TurningRecord:
    """A record on its player: grooves in the light, a label that turns, waves from the needle."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height, stage.width
        table, label, accent = stage.choose(
            ("#c8553d", "#f2d0a4", "#588b8b"),
            ("#2f4858", "#f6ae2d", "#f26419"),
            ("#5f7161", "#efead8", "#d0534f"),
        )
        wood = noise(self.h, self.w, rng, cells=5, octaves=4)
        fine = noise(self.h, self.w, rng, cells=120, octaves=2)
        y, x = np.mgrid[0 : self.h, 0 : self.w].astype(np.float32)
        light = 1.12 - 0.5 * np.sqrt((x / self.w - 0.25) ** 2 + (y / self.h - 0.2) ** 2)
        back = rgb(table) * (0.86 + 0.1 * wood + 0.10 * fine)[..., None] * light[..., None]
        self.cx, self.cy, self.radius = self.w / 2, self.h * 0.47, stage.unit * 0.40
        self.far = np.sqrt((x - self.cx) ** 2 + (y - self.cy) ** 2) / self.radius
        self.turn = np.arctan2(y - self.cy, x - self.cx)
        drop = np.sqrt((x - self.cx - 14) ** 2 + (y - self.cy - 24) ** 2) / self.radius
        back *= (1 - 0.5 * np.clip((1.14 - drop) * 4, 0, 1))[..., None]
        self.disc = np.clip((1 - self.far) * self.radius, 0, 1)[..., None]
        grooves = 0.035 + 0.022 * rng.random(1024)[np.clip(self.far * 900, 0, 1023).astype(int)]
        gap = np.isin((self.far * 100).astype(int), (47, 62, 63, 80))
        self.vinyl = (grooves + 0.03 * gap).astype(np.float32)
        self.sheen = (0.05 + 0.22 * rng.random(1024)).astype(np.float32)[
            np.clip(self.far * 700, 0, 1023).astype(int)
        ]
        self.label = self._label(rng, label, accent)
        self.on_label = np.clip((0.36 - self.far) * self.radius, 0, 1)[..., None]
        self.back = back.astype(np.float32)
        self.accent, self.pale = rgb(accent), rgb(label)
        reach = int(self.radius * 1.02)
        self.box = (
            slice(int(self.cy) - reach, int(self.cy) + reach),
            slice(max(0, int(self.cx) - reach), int(self.cx) + reach),
        )

    def _label(self, rng: np.random.Generator, label: str, accent: str) -> Plane:
        size = int(self.radius * 0.76)
        plane = np.full((size, size, 3), rgb(label), np.float32)
        plane *= 0.95 + 0.08 * noise(size, size, rng, cells=40, octaves=2)[..., None]
        middle, colour = size // 2, tuple(float(v) for v in rgb(accent))
        cv2.ellipse(plane, (middle, middle), (middle, middle), 0, 0, 180, colour, -1, cv2.LINE_AA)
        ring = tuple(float(v) * 0.4 for v in rgb(accent))
        cv2.circle(plane, (middle, middle), int(size * 0.43), ring, 2, cv2.LINE_AA)
        for row, length in ((0.26, 0.3), (0.32, 0.2), (0.66, 0.24)):
            at = int(size * row)
            cv2.line(
                plane,
                (int(middle - size * length / 2), at),
                (int(middle + size * length / 2), at),
                ring,
                4,
                cv2.LINE_AA,
            )
        cv2.circle(plane, (middle, middle), int(size * 0.035), (0.05, 0.05, 0.05), -1, cv2.LINE_AA)
        return plane

    def frame(self, time_s: float) -> Picture:
        picture = self.back.copy()
        turned = time_s * 2 * np.pi * 33.3 / 60
        box = self.box
        far, turn = self.far[box], self.turn[box]
        warp = turn + 0.03 * np.sin(turned)
        fan = np.abs(np.cos(warp - 0.9)) ** 14 + 0.6 * np.abs(np.cos(warp + 0.35)) ** 30
        shade = self.vinyl[box] + self.sheen[box] * fan
        disc = np.repeat(shade[..., None], 3, axis=2)
        size = self.label.shape[0]
        spin = cv2.getRotationMatrix2D((size / 2, size / 2), -np.degrees(turned), 1)
        label = cv2.warpAffine(self.label, spin, (size, size), borderMode=cv2.BORDER_REPLICATE)
        top = int(self.cy) - size // 2 - box[0].start
        left = int(self.cx) - size // 2 - box[1].start
        cover = self.on_label[box][top : top + size, left : left + size]
        spot = disc[top : top + size, left : left + size]
        spot[:] = spot * (1 - cover) + label * cover
        part = picture[box]
        part[:] = part * (1 - self.disc[box]) + disc * self.disc[box]
        del far
        shown = to_picture(picture)
        self._waves(shown, time_s)
        self._arm(shown, time_s)
        return shown

    def _waves(self, picture: Picture, time_s: float) -> None:
        """A ring around the record rises with the beat."""
        around = np.linspace(0, 2 * np.pi, 120, endpoint=False)
        beat = self.stage.pulse(time_s, 0.22)
        for number in range(len(around)):
            wave = np.abs(np.sin(number * 1.7 + time_s * 5) * np.sin(number * 0.37 - time_s * 3))
            reach = self.radius * (1.06 + 0.012 + (0.03 + 0.13 * beat) * wave)
            way = np.array([np.cos(around[number]), np.sin(around[number])])
            near, end = np.array([self.cx, self.cy]) + np.outer([self.radius * 1.06, reach], way)
            colour = tuple(int(v * 255) for v in self.pale)
            cv2.line(
                picture,
                tuple(whole(near * 16)),
                tuple(whole(end * 16)),
                colour,
                3,
                cv2.LINE_AA,
                4,
            )

    def _arm(self, picture: Picture, time_s: float) -> None:
        u = self.stage.unit
        base = np.array([self.cx + 0.40 * u, self.cy - 0.52 * u])
        angle = 1.92 + 0.006 * time_s + 0.004 * np.sin(time_s * 3.5)
        way = np.array([np.cos(angle), np.sin(angle)])
        tip = base + way * 0.68 * u
        for offset, colour, width in (
            (14, (30, 24, 22), 9),
            (0, (205, 203, 198), 7),
            (-2, (244, 243, 240), 2),
        ):
            a, b = base + offset, tip + offset
            cv2.line(
                picture,
                tuple(whole(a * 16)),
                tuple(whole(b * 16)),
                colour,
                width,
                cv2.LINE_AA,
                4,
            )
        cv2.circle(
            picture,
            tuple(whole(base * 16)),
            int(0.055 * u * 16),
            (52, 48, 46),
            -1,
            cv2.LINE_AA,
            4,
        )
        cv2.circle(
            picture,
            tuple(whole((base - 2) * 16)),
            int(0.035 * u * 16),
            (214, 212, 206),
            -1,
            cv2.LINE_AA,
            4,
        )
        side = np.array([-way[1], way[0]]) * 0.018 * u
        head = [tip - side, tip + side, tip + way * 0.07 * u + side, tip + way * 0.07 * u - side]
        cv2.fillPoly(
            picture,
            [whole(np.array(head) * 16)],
            tuple(int(v * 255) for v in self.accent),
            cv2.LINE_AA,
            4,
        )


class Harmonograph:
    """Two pendulums and a pen of light; every bar they are pushed into another figure."""

    RATIOS = ((2, 3), (3, 4), (3, 5), (4, 5), (1, 2), (5, 6))

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height // 2, stage.width // 2
        self.colours = stage.choose(
            ("#ffd6a5", "#ff5d8f", "#5a3fd6", "#0a0a18"),
            ("#d0fff4", "#2ec4b6", "#1b5fd1", "#040f16"),
            ("#fff2b0", "#ff9f1c", "#c1121f", "#120707"),
        )
        self.phases = rng.uniform(0, 2 * np.pi, (12, 4))
        self.order = rng.permutation(len(self.RATIOS))
        self.back = np.zeros((self.h, self.w, 3), np.float32) + ink(self.colours[3])
        glow(self.back, self.w / 2, self.h / 2, self.w * 0.55, ink(self.colours[2], 0.10))
        self.trail = np.zeros((self.h, self.w), np.float32)
        self.age = np.zeros((self.h, self.w), np.float32)
        self.before_s = -1.6

    def _pen(self, time_s: Plane, figure: int) -> Plane:
        a, b = self.RATIOS[self.order[figure % len(self.order)]]
        p = self.phases[figure % len(self.phases)]
        swing = np.exp(-0.05 * (time_s % 6))
        speed = 2.6
        x = np.sin(a * time_s * speed + p[0]) + 0.28 * np.sin((b + 0.01) * time_s * speed + p[1])
        y = np.sin((b + 0.012) * time_s * speed + p[2]) + 0.22 * np.sin(a * time_s * speed + p[3])
        return np.stack(
            [
                0.5 * self.w + 0.33 * self.w * swing * x,
                0.5 * self.h + 0.33 * self.h * 0.82 * swing * y,
            ],
            1,
        )

    def frame(self, time_s: float) -> Light:
        figure = sum(1 for bar in self.stage.downbeats_s[2::2] if bar <= time_s)
        span = max(1e-3, time_s - self.before_s)
        moments = np.linspace(self.before_s, time_s, max(8, int(span * 900)))
        self.before_s = time_s
        self.trail *= np.float32(np.exp(-span * 0.30))
        self.age += np.float32(span)
        fresh = np.zeros((self.h, self.w), np.uint8)
        points = whole(self._pen(moments, figure) * 16)
        cv2.polylines(fresh, [points], False, 255, 1, cv2.LINE_AA, 4)
        line = fresh.astype(np.float32) / 255
        self.trail = np.minimum(self.trail + line * 0.55, 2.2)
        self.age[fresh > 40] = 0
        old = np.clip(self.age / 3.2, 0, 1)
        colour = ramp(self.colours[:3], old)
        light = self.back + colour * self.trail[..., None] * (1 + 0.25 * self.stage.pulse(time_s))
        light = light + blur(light - self.back, 5) * 0.9
        pen = self._pen(np.array([time_s]), figure)[0]
        glow(light, pen[0], pen[1], 3.2, ink("#ffffff", 1.6))
        glow(light, pen[0], pen[1], 18, ink(self.colours[0], 0.3))
        return light


class NightRoad:
    """A grid that runs to a striped sun; hills on both sides leap on the beat."""

    def __init__(self, stage: Stage) -> None:
        self.stage, rng = stage, stage.rng
        self.h, self.w = stage.height // 2, stage.width // 2
        self.horizon = int(self.h * 0.54)
        self.line, top, low, high = (
            ink(colour) for colour in stage.choose(
                ("#ff4fd8", "#ffe66d", "#ff2e63", "#2a1052"),
                ("#35e8ff", "#fff3b0", "#ff7a3d", "#0d2148"),
                ("#b8ff5c", "#ffd9f0", "#ff5ca8", "#151a4a"),
            )
        )  # fmt: skip
        down = np.linspace(0, 1, self.horizon, dtype=np.float32)[:, None, None]
        self.sky = np.zeros((self.horizon, self.w, 3), np.float32) + high * (0.15 + 0.9 * down**2)
        self.sky += low * 0.16 * down**8
        stars = (rng.random((self.horizon, self.w)) > 0.9975).astype(np.float32)
        self.sky += (cv2.GaussianBlur(stars, (0, 0), 0.6) * 2)[..., None] * (1 - down)
        y, x = np.mgrid[0 : self.horizon, 0 : self.w].astype(np.float32)
        radius = min(self.w, self.h) * 0.31
        self.sy = (y - (self.horizon - radius * 0.75)) / radius
        far = np.sqrt((x - self.w / 2) ** 2 / radius**2 + self.sy**2)
        self.disc = np.clip((1 - far) * radius, 0, 1)
        mix = np.clip(0.5 + self.sy * 0.6, 0, 1)[..., None]
        self.sun = top * (1 - mix) + low * mix
        glow(self.sky, self.w / 2, self.horizon - radius * 0.75, radius * 1.2, low * 0.16)
        self.heights = noise(64, 25, rng, cells=11, octaves=2)
        rows = np.arange(self.h - self.horizon, dtype=np.float32)[:, None] + 0.7
        self.depth = 0.06 * self.h / rows
        self.across = (np.arange(self.w)[None, :] - self.w / 2) * self.depth * (4.2 / self.w)
        self.fog = np.clip(rows / rows[-1], 0, 1) ** 0.7

    def frame(self, time_s: float) -> Light:
        beat = self.stage.pulse(time_s, 0.2)
        cut = np.clip(
            np.sin(self.sy * 15 - time_s * 1.2) * 3 + 1.1 - np.clip(self.sy, 0, 1) * 2.2, 0, 1
        )
        cut = np.where(self.sy < -0.05, 1, cut)
        cover = (self.disc * cut)[..., None]
        sky = self.sky * (1 - cover) + self.sun * cover * (0.9 + 0.25 * beat)
        road = self.stage.phase(time_s) * 0.9
        width = 0.016 + 0.02 * self.depth
        rows = self._lines(self.depth * 3.2 + road, width * 2)
        columns = self._lines(self.across * 2.2, width * 1.4)
        grid = np.maximum(rows, columns) * self.fog
        ground = grid[..., None] * self.line * (1.1 + 0.8 * beat) + self.line * 0.03
        mirror = np.exp(-((self.across / (0.35 + self.depth)) ** 2) * 3)[..., None]
        ground = ground + mirror * self.sun[-1, self.w // 2] * 0.16 * (1.2 - self.fog)[..., None]
        light = np.vstack([sky, ground]).astype(np.float32)
        self._hills(light, road, beat)
        return light + blur(light, 10) * 0.4

    def _lines(self, place: Plane, width: Plane) -> Plane:
        near = np.abs((place + 0.5) % 1 - 0.5)
        return np.clip(1 - near / np.maximum(width, 1e-4), 0, 1) ** 1.5

    def _hills(self, light: Light, road: float, beat: float) -> None:
        """Ranks of peaks to the left and right, far ones first."""
        part = road % 1
        line = tuple(float(v) for v in self.line * 0.9)
        for rank in range(13, -1, -1):
            depth = 1.4 + rank - part
            scale = self.w * 0.62 / depth
            ground_y = self.horizon + (self.h - self.horizon) * 0.62 / depth
            for side in (-1, 1):
                column = np.arange(9)
                tall = self.heights[
                    int(rank + np.floor(road)) % 64, column + (12 if side > 0 else 0)
                ]
                up = tall * (0.35 + 0.12 * column) * scale * (0.55 + 0.25 * beat)
                x = self.w / 2 + side * (0.55 + 0.42 * column) * scale
                top = np.stack([x, ground_y - up * (column > 0)], 1)
                foot = np.array([[x[-1], ground_y + 5], [x[0], ground_y + 5]])
                shape = whole(np.vstack([top, foot]) * 16)
                fade = float(np.clip((11 - rank) / 8, 0, 1))
                base = tuple(float(v) * (0.06 + 0.02 * fade) for v in self.line)
                cv2.fillPoly(light, [shape], base, cv2.LINE_AA, 4)
                edge = tuple(v * (0.15 + 0.85 * fade) for v in line)
                cv2.polylines(light, [shape[:-2]], False, edge, 1, cv2.LINE_AA, 4)


class PendulumWave:
    """Lamps on strings of growing length: in step, apart, and in step again."""

    COUNT = 15

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.h, self.w = stage.height // 2, stage.width // 2
        self.colours = stage.choose(
            ("#ff6b6b", "#ffd93d", "#6bcb77", "#4d96ff", "#14121f"),
            ("#f72585", "#b5179e", "#4361ee", "#4cc9f0", "#0b1020"),
            ("#fff1c9", "#ffbf69", "#ff7f51", "#ce4257", "#160d0d"),
        )
        self.back = np.zeros((self.h, self.w, 3), np.float32) + ink(self.colours[4], 0.9)
        glow(self.back, self.w / 2, self.h * 0.30, self.w * 0.9, ink(self.colours[4], 1.4))
        along = np.linspace(0, 1, self.COUNT, dtype=np.float32)
        self.paints = ramp(self.colours[:4], along)
        self.floor = int(self.h * 0.80)

    def frame(self, time_s: float) -> Light:
        light = self.back.copy()
        room = light[: self.floor]
        unit = min(self.w, self.h)
        phase = self.stage.phase(time_s)
        for number in range(self.COUNT - 1, -1, -1):
            part = number / (self.COUNT - 1)
            angle = 0.40 * np.cos(2 * np.pi * phase / 4 * (1 + number / 16))
            length = self.h * (0.30 + 0.40 * part)
            hang = np.array([self.w / 2 + (part - 0.5) * unit * 0.16, -0.02 * self.h])
            at = hang + length * np.array([np.sin(angle), np.cos(angle)])
            string = tuple(float(v) * 0.25 for v in self.paints[number])
            cv2.line(
                room,
                tuple(whole(hang * 16)),
                tuple(whole(at * 16)),
                string,
                1,
                cv2.LINE_AA,
                4,
            )
            self._ball(room, at, unit * 0.034, self.paints[number])
        beat = 0.7 + 0.4 * self.stage.pulse(time_s, 0.25)
        light[: self.floor] += blur(room - self.back[: self.floor], 14) * (0.8 * beat)
        tall = self.h - self.floor
        mirror = light[self.floor - tall : self.floor][::-1]
        fade = np.linspace(0.42, 0.05, tall, dtype=np.float32)[:, None, None]
        light[self.floor :] = blur(mirror, 3) * fade + ink(self.colours[4], 0.8)
        return light

    def _ball(self, light: Light, at: Plane, radius: float, paint: Plane) -> None:
        left, top = int(at[0] - radius - 2), int(at[1] - radius - 2)
        size = int(2 * radius + 5)
        if left < 0 or top < 0 or left + size > self.w or top + size > len(light):
            return
        x = (np.arange(left, left + size) - at[0])[None, :] / radius
        y = (np.arange(top, top + size) - at[1])[:, None] / radius
        far = x**2 + y**2
        cover = np.clip((1 - np.sqrt(far)) * radius + 0.5, 0, 1)[..., None]
        z = np.sqrt(np.clip(1 - far, 0, 1))
        shade = 0.35 + 0.9 * np.clip(-0.45 * x - 0.6 * y + 0.66 * z, 0, 1)
        gleam = np.clip(-0.4 * x - 0.55 * y + 0.73 * z, 0, 1) ** 40
        solid = shade[..., None] * paint * 1.3 + gleam[..., None]
        spot = light[top : top + size, left : left + size]
        spot[:] = spot * (1 - cover) + solid * cover
