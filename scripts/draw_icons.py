"""Draw the page's icons as PNG files, from the same shapes as icon.svg.

    python scripts/draw_icons.py

Only browsers that install the page read them; it shows the SVG itself.
"""

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WEB = Path(__file__).resolve().parent.parent / "src" / "vivavoz" / "web"
FOLDER = WEB / "icons"

CANVAS = 512.0
GROUND = (0x0D, 0x6E, 0x61)
BARS = ((136, 232, 280), (196, 178, 334), (256, 124, 388), (316, 192, 320), (376, 226, 286))
"""Across, top and bottom of each stroke's middle line."""
STROKE_RADIUS = 17.0
CORNER_RADIUS = 116.0
MASKABLE_SCALE = 0.8
"""Systems cut a maskable icon to a circle of four fifths of its width."""

Plane = NDArray[np.float64]


def draw(size: int, *, is_maskable: bool = False, is_rounded: bool = True) -> NDArray[np.uint8]:
    """One icon of ``size`` pixels; shape (size, size, 4)."""
    middles = (np.arange(size) + 0.5) * CANVAS / size
    x, y = np.meshgrid(middles, middles)
    pixel = CANVAS / size
    corner = CORNER_RADIUS if is_rounded and not is_maskable else 0.0
    ground = _coverage(_distance_to_box(x, y, corner), pixel)
    scale = MASKABLE_SCALE if is_maskable else 1.0
    centre = CANVAS / 2
    inner_x, inner_y = (x - centre) / scale + centre, (y - centre) / scale + centre
    bars = np.zeros_like(x)
    for across, top, bottom in BARS:
        nearest_y = np.clip(inner_y, top, bottom)
        distance = np.hypot(inner_x - across, inner_y - nearest_y) - STROKE_RADIUS
        bars = np.maximum(bars, _coverage(distance * scale, pixel))
    colours = np.array(GROUND) + bars[..., None] * (255 - np.array(GROUND))
    image = np.concatenate([colours, 255 * ground[..., None]], axis=2)
    return np.round(image).astype(np.uint8)


def _distance_to_box(x: Plane, y: Plane, radius: float) -> Plane:
    """Signed distance to the canvas with rounded corners; negative inside."""
    half = CANVAS / 2 - radius
    across, down = np.abs(x - CANVAS / 2) - half, np.abs(y - CANVAS / 2) - half
    outside = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
    distance: Plane = outside + np.minimum(np.maximum(across, down), 0) - radius
    return distance


def _coverage(distance: Plane, pixel: float) -> Plane:
    """How much of each pixel lies inside an edge at distance 0."""
    return np.clip(0.5 - distance / pixel, 0, 1)


def to_png(image: NDArray[np.uint8]) -> bytes:
    """The image as a PNG file."""
    height, width, _ = image.shape
    rows = b"".join(b"\0" + row.tobytes() for row in image)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def icons() -> dict[str, bytes]:
    """Every file by its name."""
    return {
        "icon-192.png": to_png(draw(192)),
        "icon-512.png": to_png(draw(512)),
        "maskable-192.png": to_png(draw(192, is_maskable=True)),
        "maskable-512.png": to_png(draw(512, is_maskable=True)),
        "apple-touch-icon.png": to_png(draw(180, is_rounded=False)),
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in icons().items():
        (FOLDER / name).write_bytes(content)
