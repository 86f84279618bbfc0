"""The command photometry: files of luminaires, the law, a road."""

from pathlib import Path
from typing import Any

import click

from bocage.cli.forms import Amount, Command, option, talks
from bocage.cli.show import show
from bocage.cli.wording import mark


@click.command(
    "photometry",
    cls=Command,
    help=mark(
        "Read photometric files (EULUMDAT, IES): flux, upward light, CIE flux code, the law.\n\n"
        "With --class, --width, --spacing and --height: luminance, uniformity, glare and edges of a road "
        "lit by each of them (EN 13201), against its class."
    ),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@option("--tilt", "tilt_deg", type=float, default=0.0, help=mark("Tilt as installed, upwards to the street [°]."))
@option(
    "--turn",
    "turn_deg",
    type=float,
    default=0.0,
    help=mark("Angle by which the luminaires are turned about the vertical, counter-clockwise from above [°]."),
)
@option("--lamp-set", type=click.IntRange(1), help=mark("Lamp set of an EULUMDAT file; the first one where absent."))
@option("--flux", "source_flux_lm", type=Amount(), help=mark("Flux of the source [lm]; that of the file where absent."))
@option("--class", "class_name", help=mark("Lighting class of a road to compute: M1 to M6, C0 to C5, P1 to P6."))
@option("--width", "width_m", type=Amount(), help=mark("Width of the carriageway [m]."))
@option("--spacing", "spacing_m", type=Amount(), help=mark("Distance between luminaires of the same row [m]."))
@option("--height", "height_m", type=Amount(), help=mark("Height of the light above the road [m]."))
@option("--lanes", type=click.IntRange(1, 12), default=2, help=mark("Number of lanes; 2 by default."))
@option(
    "--overhang",
    "overhang_m",
    type=float,
    default=0.0,
    help=mark("From the edge to the light, positive over the road [m]."),
)
@option(
    "--arrangement",
    type=click.Choice(["single", "opposite", "staggered", "central"]),
    default="single",
    show_default=True,
    help=mark("One row, two rows face to face, two rows staggered, or poles in a median."),
)
@option("--median", "median_m", type=Amount(), default=0.0, help=mark("Width of the median, with central [m]."))
@option(
    "--maintenance",
    "maintenance_factor",
    type=Amount(),
    default=1.0,
    help=mark("Maintained over initial light, such as 0.8; 1 by default."),
)
@option("--check", is_flag=True, help=mark("End with status 1 where the law or the class is not met."))
@talks
def photometry_command(
    *,
    files: tuple[Path, ...],
    check: bool,
    as_json: bool,
    tilt_deg: float,
    class_name: str | None,
    **asked: Any,  # noqa: ANN401 - the other options, by name
) -> int:
    """Read the files and show what they say."""
    from bocage.twin.photometry import photometry  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.photometry_road import AskedRoad  # noqa: PLC0415 - same

    of_files = {name: asked.pop(name) for name in ("turn_deg", "lamp_set", "source_flux_lm")}
    road = None
    if class_name is not None or any(asked[name] is not None for name in ("width_m", "spacing_m", "height_m")):
        road = AskedRoad(class_name=class_name or "", **asked)
    answer = photometry(files, tilt_deg=tilt_deg, road=road, **of_files)
    show(answer, as_json=as_json)
    return answer.exit if check else 0
