"""Commands that compute: diagnose, actions, simulate, plan."""

from pathlib import Path
from typing import Literal

import click

from bocage.cli.console import busy
from bocage.cli.forms import Amount, Command, on_territory, option
from bocage.cli.show import show
from bocage.cli.wording import mark, worded

domain_option = option("--domain", help=mark("Only this domain, such as lighting; all where absent."))


@click.command("diagnose", cls=Command, help=mark("Diagnose the territory: the outcome of doing nothing."))
@domain_option
@option("--check", is_flag=True, help=mark("End with status 1 where something was found."))
@on_territory
def diagnose_command(*, territory: Path, domain: str | None, check: bool, as_json: bool) -> int:
    """Diagnose and show figures and findings."""
    from bocage.twin.diagnose import diagnose  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Diagnosing…"))):
        answer = diagnose(opened, domain=domain)
    show(answer, as_json=as_json)
    return answer.exit if check else 0


@click.command("actions", cls=Command, help=mark("Propose what can be done, with cost and effect of each action."))
@domain_option
@on_territory
def actions_command(*, territory: Path, domain: str | None, as_json: bool) -> None:
    """Propose actions and show them."""
    from bocage.twin.propose import propose  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Looking for actions…"))):
        answer = propose(opened, domain=domain)
    show(answer, as_json=as_json)


@click.command(
    "simulate",
    cls=Command,
    help=mark("Simulate actions done together.\n\nChoose them one by one (--action) or by kind (--kind)."),
)
@option("--action", "action_ids", multiple=True, help=mark("Identifier of an action; may be repeated."))
@option("--kind", "kinds", multiple=True, help=mark("Kind of action, such as led; may be repeated."))
@on_territory
def simulate_command(*, territory: Path, action_ids: tuple[str, ...], kinds: tuple[str, ...], as_json: bool) -> None:
    """Simulate the chosen actions together."""
    from bocage.twin.simulate import simulate  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Simulating…"))):
        answer = simulate(opened, action_ids=list(action_ids), kinds=list(kinds))
    show(answer, as_json=as_json)


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
    help=mark("Own funds per year, taxes included [EUR/year]; those of territory.toml where absent."),
)
@option("--years", type=click.IntRange(1, 30), help=mark("Number of years; that of territory.toml where absent."))
@option("--first-year", type=click.IntRange(2000, 2100), help=mark("First year; the next one where absent."))
@option(
    "--objective",
    type=click.Choice(["npv", "cash", "carbon", "energy"]),
    default="npv",
    show_default=True,
    help=mark("What the plan is best at: value for society, cash of the payers, tonnes or kWh (both discounted)."),
)
@option("--time-limit", "time_limit_s", type=Amount(), default=20.0, help=mark("Longest search [s]; 20 by default."))
@option("--gap", type=Amount(), default=0.005, help=mark("Stop once this close to the optimum; 0.005 is 0.5 %."))
@on_territory
def plan_command(
    *,
    territory: Path,
    budget_eur_year: float | None,
    years: int | None,
    first_year: int | None,
    objective: Literal["npv", "cash", "carbon", "energy"],
    time_limit_s: float,
    gap: float,
    as_json: bool,
) -> None:
    """Make the plan and show it with its proof."""
    from bocage.twin.plan import plan  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Searching for the best plan…"))):
        answer = plan(
            opened,
            budget_eur_year=budget_eur_year,
            years=years,
            first_year=first_year,
            objective=objective,
            time_limit_s=time_limit_s,
            gap=gap,
        )
    show(answer, as_json=as_json)
