"""Commands that study: diagnose, actions, simulate."""

from pathlib import Path

import click

from bocage.cli.console import busy
from bocage.cli.forms import Command, on_territory, option
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
