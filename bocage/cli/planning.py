"""Commands that decide: plan, what-if."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bocage.cli.console import busy
from bocage.cli.forms import Amount, Command, on_territory, option
from bocage.cli.show import show
from bocage.cli.wording import mark, worded

if TYPE_CHECKING:
    _Form = click.ParamType[Any]
else:
    _Form = click.ParamType  # not generic before click 8.3

OBJECTIVES = ("npv", "cash", "carbon", "energy", "water", "risk")
"""Objectives, as `bocage.decide.question.request` knows them; this package does not wait for it."""


class Weighted(_Form):
    """An objective and its weight, written `carbon=2`."""

    name = "objective=weight"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """The objective and its weight; a click error where it is none.

        >>> Weighted().convert("carbon=2", None, None)
        ('carbon', 2.0)
        """
        if isinstance(value, tuple):
            return value[0], value[1]
        name, _, weight = str(value).partition("=")
        number = Amount().convert(weight or "1", param, ctx)
        if name.strip() not in OBJECTIVES or number <= 0:
            known = ", ".join(OBJECTIVES)
            self.fail(
                f"{worded(mark('an objective and its weight are expected, such as carbon=2'))} ({known})", param, ctx
            )
        return name.strip(), number


@click.command(
    "plan",
    cls=Command,
    help=mark(
        "Choose the actions, the year and the funding of each under a yearly budget.\n\n"
        "Ctrl-C while it searches keeps the best plan found so far."
    ),
)
@option(
    "--budget",
    "budget_eur_year",
    type=Amount(),
    help=mark("Own funds per year, taxes included [EUR/year]; those imported, or of territory.toml, where absent."),
)
@option("--years", type=click.IntRange(1, 30), help=mark("Number of years; that of territory.toml where absent."))
@option("--first-year", type=click.IntRange(2000, 2100), help=mark("First year; the next one where absent."))
@option(
    "--objective",
    type=click.Choice(OBJECTIVES),
    default="npv",
    show_default=True,
    help=mark(
        "What the plan is best at: value for society, cash of the payers, tonnes, kWh, m3 or damage (all discounted)."
    ),
)
@option(
    "--aim",
    "aims",
    type=Weighted(),
    multiple=True,
    help=mark("Several objectives at once, each with its weight (carbon=2); may be repeated."),
)
@option(
    "--then",
    type=click.Choice(OBJECTIVES),
    multiple=True,
    help=mark("Objective pursued after the first, without giving up what was reached; may be repeated."),
)
@option("--scenario", default="", help=mark("View of the future, such as S2; the trend where absent."))
@option(
    "--prudence",
    type=click.FloatRange(0, 1),
    default=0.0,
    help=mark("Weight of the worst tenth of the futures beside their mean, 0 to 1."),
)
@option("--keep-preferred", is_flag=True, help=mark("Do something of each preference of the table of choices."))
@option("--ignore-deadlines", is_flag=True, help=mark("Do not oblige the plan to meet deadlines of law."))
@option("--time-limit", "time_limit_s", type=Amount(), default=20.0, help=mark("Longest search [s]; 20 by default."))
@option("--gap", type=Amount(), default=0.005, help=mark("Stop once this close to the optimum; 0.005 is 0.5 %."))
@on_territory
def plan_command(
    *,
    territory: Path,
    aims: tuple[tuple[str, float], ...],
    then: tuple[str, ...],
    scenario: str,
    prudence: float,
    keep_preferred: bool,
    ignore_deadlines: bool,
    as_json: bool,
    **asked: Any,  # noqa: ANN401 - handed on to `plan`, which types them
) -> None:
    """Make the plan and show it with its proof."""
    from bocage.twin.asked import Further  # noqa: PLC0415 - same
    from bocage.twin.plan import plan  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    further = Further(
        aims=dict(aims),  # type: ignore[arg-type]  # names are checked by the form
        then=then,  # type: ignore[arg-type]  # same
        scenario=scenario,
        prudence=prudence,
        keep_preferred=keep_preferred,
        law_deadlines=not ignore_deadlines,
    )
    with open_territory(territory) as opened, busy(worded(mark("Searching for the best plan…"))):
        answer = plan(opened, further=further, **asked)
    show(answer, as_json=as_json)


@click.command(
    "what-if",
    cls=Command,
    help=mark(
        "Ask the last plan again with something changed, in seconds.\n\n"
        "Shows what comes in, goes out and moves; nothing is kept unless --keep is given."
    ),
)
@option(
    "--budget",
    "budget_eur_year",
    type=Amount(),
    help=mark("Own funds per year, taxes included [EUR/year]; those of the last plan where absent."),
)
@option(
    "--with",
    "wanted",
    multiple=True,
    help=mark("What has to be done: identifier, or part of a label (a street); may be repeated."),
)
@option("--without", "unwanted", multiple=True, help=mark("Actions that may not be done; may be repeated."))
@option("--scenario", default="", help=mark("View of the future, such as S2; that of the last plan where absent."))
@option("--objective", type=click.Choice(OBJECTIVES), help=mark("What the plan is best at."))
@option("--prudence", type=click.FloatRange(0, 1), help=mark("Weight of the worst tenth of the futures, 0 to 1."))
@option("--count-on", "count_on", multiple=True, help=mark("Programme to count on as well; may be repeated."))
@option("--leave-out", "leave_out", multiple=True, help=mark("Programme to do without; may be repeated."))
@option("--time-limit", "time_limit_s", type=Amount(), default=4.0, help=mark("Longest search [s]; 4 by default."))
@option("--keep", is_flag=True, help=mark("Keep this plan in place of the last one."))
@on_territory
def what_if_command(*, territory: Path, keep: bool, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - handed on
    """Search again and show what moves."""
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.what_if import Question, what_if  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Searching for the best plan…"))):
        answer = what_if(opened, Question(**asked), keep=keep)
    show(answer, as_json=as_json)


@click.command(
    "futures",
    cls=Command,
    help=mark(
        "Try the last plan against what is not known.\n\n"
        "Regret in each scenario, what moves its value, what is worth measuring, which actions are safe."
    ),
)
@option("--scenario", "scenarios", multiple=True, help=mark("View of the future; all where absent; may be repeated."))
@option("--time-limit", "time_limit_s", type=Amount(), default=10.0, help=mark("Longest search in each [s]; 10."))
@on_territory
def futures_command(*, territory: Path, scenarios: tuple[str, ...], time_limit_s: float, as_json: bool) -> None:
    """Judge the last plan across futures and show what is found."""
    from bocage.twin.futures import futures  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Trying the plan against the future…"))):
        answer = futures(opened, scenarios=scenarios, time_limit_s=time_limit_s)
    show(answer, as_json=as_json)


@click.command(
    "front",
    cls=Command,
    help=mark(
        "Plans between two objectives, under the budgets of the last plan.\n\n"
        "None of them is beaten in both; they are kept for the expert view."
    ),
)
@option("--between", "first", type=click.Choice(OBJECTIVES), default="npv", show_default=True, help=mark("First one."))
@option("--and", "second", type=click.Choice(OBJECTIVES), default="carbon", show_default=True, help=mark("Second one."))
@option("--points", type=click.IntRange(2, 25), default=7, show_default=True, help=mark("Number of plans looked for."))
@option("--time-limit", "time_limit_s", type=Amount(), default=60.0, help=mark("Longest search in all [s]; 60."))
@on_territory
def front_command(*, territory: Path, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - handed on
    """Look for plans between two objectives and show them."""
    from bocage.twin.front import front_of  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Searching for the best plan…"))):
        answer = front_of(opened, **asked)
    show(answer, as_json=as_json)
