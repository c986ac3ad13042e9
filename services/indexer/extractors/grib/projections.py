"""What projections and turned degrees are called in PROJ text, whichever edition says them."""


def turned_degrees(pole: tuple[float, float], earth: str) -> str:
    """Around other poles, of which the south one is at this longitude and latitude."""
    return (
        f"+proj=ob_tran +o_proj=longlat +o_lat_p={-pole[1]} +o_lon_p=0 +lon_0={pole[0]} "
        f"{earth} +type=crs"
    )


def lambert(origin: tuple[float, float], parallels: tuple[float, float], earth: str) -> str:
    """The origin is a longitude and a latitude."""
    return (
        f"+proj=lcc +lat_0={origin[1]} +lon_0={origin[0]} "
        f"+lat_1={parallels[0]} +lat_2={parallels[1]} {earth} +units=m +type=crs"
    )


def polar(pole: int, true_latitude: float, longitude: float, earth: str) -> str:
    """Steps are as long as they are said to be at the true latitude; `pole` is 90 or -90."""
    return (
        f"+proj=stere +lat_0={pole} +lat_ts={true_latitude} +lon_0={longitude} "
        f"{earth} +units=m +type=crs"
    )


def mercator(true_latitude: float, longitude: float, earth: str) -> str:
    """From the longitude on, so that no grid is cut by a meridian of its own."""
    return f"+proj=merc +lat_ts={true_latitude} +lon_0={longitude} {earth} +units=m +type=crs"
