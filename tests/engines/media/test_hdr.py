"""HDR comes out as an ordinary screen should show it: known answers of the standards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from filoscope.media import transcode
from filoscope.media.hdr import hlg_to_nits, nits_to_pq, pq_to_nits, roll_off, to_sdr
from tests.engines.media.marks import picture_at


@pytest.mark.parametrize(
    ("nits", "code"),
    [(0.0, 0.0), (100.0, 0.508), (203.0, 0.581), (1000.0, 0.752), (10_000.0, 1.0)],
)
def test_pq_is_that_of_st_2084(nits: float, code: float) -> None:
    assert float(nits_to_pq(nits)) == pytest.approx(code, abs=0.0006)
    assert float(pq_to_nits(nits_to_pq(nits))) == pytest.approx(nits, abs=0.01)


@pytest.mark.parametrize(("code", "nits"), [(0.0, 0.0), (0.75, 203.0), (1.0, 1000.0)])
def test_hlg_is_that_of_bt_2100(code: float, nits: float) -> None:
    # BT.2408: reference white is 75 % HLG and 203 cd/m2.
    assert hlg_to_nits(np.full(3, code)) == pytest.approx(nits, abs=1.5)


def test_dark_stays_and_light_rolls_off_to_white() -> None:
    nits = np.array([0.1, 1.0, 10.0, 90.0, 203.0, 500.0, 1000.0, 4000.0])

    shown = roll_off(nits)

    assert shown[:4] == pytest.approx(nits[:4], rel=0.001)
    assert np.all(np.diff(shown) >= 0)
    assert shown[-2:] == pytest.approx(203.0, rel=0.001)
    assert 120 < shown[4] < 180


def test_grey_stays_grey_and_red_stays_red() -> None:
    grey = to_sdr(np.array([50.0, 50.0, 50.0]))
    red = to_sdr(np.array([80.0, 5.0, 3.0]))

    assert np.ptp(grey) < 0.003
    assert red[0] > 3 * red[1]


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_patches_of_known_light_come_out_at_their_known_code(tmp_path: Path, transfer: str) -> None:
    codes = [0.1, 0.3, 0.45, 0.581, 0.75]
    source = tmp_path / "bright.mkv"
    _write_patches(source, codes, transfer)

    ladder = transcode(source, tmp_path / "out")

    to_nits = pq_to_nits if transfer == "smpte2084" else hlg_to_nits
    expected = [round(float(to_sdr(to_nits(np.full(3, code)))[0]) * 255) for code in codes]
    shown = picture_at(tmp_path / "out" / ladder.rungs[0].file, 0.2)
    found = [int(shown[60, 32 + 64 * number].mean()) for number in range(len(codes))]
    assert found == pytest.approx(expected, abs=3)
    with av.open(str(tmp_path / "out" / ladder.rungs[0].file)) as container:
        frame = next(container.decode(video=0))
        assert (frame.color_trc, frame.color_primaries, frame.colorspace) == (1, 1, 1)
        assert frame.format.name == "yuv420p"


def _write_patches(path: Path, codes: list[float], transfer: str) -> None:
    luma = np.zeros((120, 64 * len(codes)), np.uint16)
    for number, code in enumerate(codes):
        luma[:, number * 64 : (number + 1) * 64] = round(64 + 876 * code)
    chroma = np.full((60, 32 * len(codes)), 512, np.uint16)
    planes: Any = np.concatenate([luma.ravel(), chroma.ravel(), chroma.ravel()])
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx265",
            rate=10,
            options={"preset": "ultrafast", "crf": "2", "x265-params": "log-level=none"},
        )
        stream.width, stream.height, stream.pix_fmt = luma.shape[1], luma.shape[0], "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.colorspace, context.color_range = 9, 9, 1
        context.color_trc = 16 if transfer == "smpte2084" else 18
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(
                planes.reshape(luma.shape[0] * 3 // 2, -1), format="yuv420p10le"
            )
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
