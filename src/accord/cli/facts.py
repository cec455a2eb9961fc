"""Tables of pledges and alliances on the terminal."""

from rich.table import Table

from accord.cli.console import out
from accord.facts import Alliance, Facts, Party, Pledge


def print_facts(facts: Facts, title: str) -> None:
    """The facts of one document as two tables; a line says where there are none."""
    out.print(f"\n[bold]{_escape(title)}[/]")
    if not facts.pledges and not facts.alliances:
        out.print("  no pledge and no alliance found")
    if facts.alliances:
        out.print(alliance_table(facts))
    if facts.pledges:
        out.print(pledge_table(facts))


def pledge_table(facts: Facts) -> Table:
    """Who, how much, by when, to whom, for what: a row a pledge."""
    table = _table("pledges", ("who", "how much", "by when", "to whom", "for what"))
    for pledge in facts.pledges:
        table.add_row(
            _names(pledge.pledgers),
            _escape(pledge.amount.text) if pledge.amount else "-",
            _when(pledge),
            _names(pledge.recipients),
            _escape("; ".join(pledge.purposes)) or "-",
        )
    return table


def alliance_table(facts: Facts) -> Table:
    """Name, members, leaders and purpose: a row an alliance."""
    table = _table("alliances", ("alliance", "members", "led by", "for what"))
    for alliance in facts.alliances:
        table.add_row(
            _name(alliance),
            _names(alliance.members),
            _names(alliance.leaders),
            _escape("; ".join(alliance.purposes)) or "-",
        )
    return table


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", show_lines=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _name(alliance: Alliance) -> str:
    return _escape(alliance.name if alliance.named else f"({alliance.name})")


def _when(pledge: Pledge) -> str:
    return _escape("; ".join(when.text for when in pledge.when)) or "-"


def _names(parties: tuple[Party, ...]) -> str:
    return _escape("; ".join(party.name for party in parties)) or "-"


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)
