"""A street of houses, drawn through a pinhole camera whose roll and pitch are known."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE = (640, 360)
FOCAL_PX = 560.0
_EYE_M = 1.7


def street(
    *, roll_deg: float = 0.0, pitch_deg: float = 0.0, yaw_deg: float = 0.0, seed: int = 1
) -> NDArray[np.uint8]:
    """Grey picture; a positive roll leans what is upright to the right."""
    lots = np.random.default_rng(seed)
    picture = np.full(SIZE[::-1], 205, np.uint8)
    picture = np.asarray(picture + lots.normal(0, 3, picture.shape), np.uint8)
    camera = _camera(roll_deg, pitch_deg, yaw_deg)
    for side in (-1, 1):
        for house in range(5, -1, -1):
            near_m, width_m = 9.0 + 9 * house, 8.0
            height_m = float(lots.uniform(6, 12))
            x_m = side * float(lots.uniform(5.5, 7.5))
            shade = int(lots.uniform(90, 170))
            depth = (near_m, near_m + width_m)
            wall = [(x_m, 0, depth[0]), (x_m, 0, depth[1])]
            wall += [(x_m, height_m, depth[1]), (x_m, height_m, depth[0])]
            _fill(picture, camera, wall, shade)
            _windows(picture, camera, x_m, depth, height_m, shade - 55)
            front = [(x_m, 0, depth[0]), (x_m + side * 8, 0, depth[0])]
            front += [(x_m + side * 8, height_m, depth[0]), (x_m, height_m, depth[0])]
            _fill(picture, camera, front, shade - 25)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.7), np.uint8)


def meadow(seed: int = 1) -> NDArray[np.uint8]:
    """Blades of grass that stand about upright, each as it likes."""
    lots = np.random.default_rng(seed)
    picture = np.full(SIZE[::-1], 110, np.uint8)
    for _ in range(1500):
        x, y, long = lots.uniform(0, SIZE[0]), lots.uniform(0, SIZE[1]), lots.uniform(15, 60)
        lean = np.radians(lots.normal(0, 14))
        tip = (int(x + long * np.sin(lean)), int(y - long * np.cos(lean)))
        shade = int(lots.uniform(40, 220))
        cv2.line(picture, (int(x), int(y)), tip, shade, 1, cv2.LINE_AA)
    return picture


def leaning(picture: NDArray[np.uint8], *, lean_deg: float, x_px: int) -> NDArray[np.uint8]:
    """The picture with a big subject in front, whose every edge leans the same way."""
    copy = picture.copy()
    slope = np.tan(np.radians(lean_deg))
    for shade, left, right in ((60, -45, 45), (150, -30, -18), (220, -6, 8), (120, 20, 34)):
        at = [(x_px + left, 360), (x_px + right, 360)]
        at += [(x_px + right + slope * 330, 30), (x_px + left + slope * 330, 30)]
        cv2.fillPoly(copy, [np.array(at, np.int32)], shade, cv2.LINE_AA)
    return copy


def _camera(roll_deg: float, pitch_deg: float, yaw_deg: float) -> NDArray[np.float64]:
    roll, pitch, yaw = np.radians([roll_deg, pitch_deg, yaw_deg])
    about_z = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    about_x = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    about_y = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
    return np.array(about_z) @ np.array(about_x) @ np.array(about_y)


def _fill(
    picture: NDArray[np.uint8],
    camera: NDArray[np.float64],
    corners: list[tuple[float, float, float]],
    shade: int,
) -> None:
    places = np.array([(x, _EYE_M - y, z) for x, y, z in corners]) @ camera.T
    if places[:, 2].min() < 0.5:
        return
    at = FOCAL_PX * places[:, :2] / places[:, 2:] + np.array(SIZE) / 2
    fine = np.rint(at * 16).astype(np.int32)
    cv2.fillPoly(picture, [fine], max(shade, 10), cv2.LINE_AA, 4)


def _windows(
    picture: NDArray[np.uint8],
    camera: NDArray[np.float64],
    x_m: float,
    depth: tuple[float, float],
    height_m: float,
    shade: int,
) -> None:
    for z_m in np.arange(depth[0] + 0.8, depth[1] - 1.5, 2.2):
        for y_m in np.arange(0.8, height_m - 1.8, 2.6):
            pane = [(x_m, y_m, z_m), (x_m, y_m, z_m + 1.3)]
            pane += [(x_m, y_m + 1.7, z_m + 1.3), (x_m, y_m + 1.7, z_m)]
            _fill(picture, camera, pane, shade)
