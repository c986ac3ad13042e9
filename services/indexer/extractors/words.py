"""Numbers as a scientist reads them on the page."""

from collections.abc import Sequence

METRES_PER_DEGREE = 111_320.0
UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")


def count(number: int, noun: str) -> str:
    """`1 row`, `5,040 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def named(names: Sequence[str], number: int) -> str:
    """What a format calls its code; `type 99` where it has no such code."""
    return names[number] if number < len(names) else f"type {number}"


def shape(width: int, height: int) -> str:
    """`5,040 × 3,000`."""
    return f"{width:,} × {height:,}"


def size(number: int) -> str:
    """`176 KB`, in decimal units."""
    value, unit = float(number), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return (
        f"{value:.0f} {UNITS[unit]}" if value >= 10 or unit == 0 else f"{value:.1f} {UNITS[unit]}"
    )


def box(bbox: Sequence[float]) -> str:
    """`-12.004, 35.004, 29.996, 60.004`: west, south, east, north."""
    return ", ".join(f"{value:.3f}" for value in bbox)


def number(value: float) -> str:
    """The shortest form: `255`, not `255.0`."""
    return f"{value:.15g}"


def length(metres: float) -> str:
    """`930 m` or `0.93 km` of ground."""
    return f"{metres / 1000:.3g} km" if metres >= 500 else f"{metres:.3g} m"


def degrees(step: float) -> str:
    """`0.00833°, about 0.93 km`, the ground being measured along the meridian."""
    return f"{step:.3g}°, about {length(METRES_PER_DEGREE * step)}"
