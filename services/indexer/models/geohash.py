"""Cells of longitude and latitude that nest: a letter more is one of 32 cells within."""

LETTERS = "0123456789bcdefghjkmnpqrstuvwxyz"
BITS = 5


def geohash(longitude: float, latitude: float, length: int) -> str:
    """The name of the cell that a place is in; longitudes and latitudes are halved in turn."""
    edges = [[-180.0, 180.0], [-90.0, 90.0]]
    number = 0
    for bit in range(length * BITS):
        axis = edges[bit % 2]
        middle = (axis[0] + axis[1]) / 2
        is_upper = (longitude, latitude)[bit % 2] >= middle
        axis[not is_upper] = middle
        number = number * 2 + is_upper
    places = range((length - 1) * BITS, -1, -BITS)
    return "".join(LETTERS[number >> place & 31] for place in places)
