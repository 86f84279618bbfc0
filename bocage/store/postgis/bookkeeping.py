"""The tables that every instance has, beside those of the declarations: territories, rights, corrections, series."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from bocage.store.postgis.session import SCHEMA

KEY = "territory_key"
"""The column that says, in every row, which territory it belongs to."""

BOOKS = sa.MetaData(schema=SCHEMA)


def key_column(*, primary_key: bool = False) -> sa.Column[str]:
    """The territory of a row; that of the session where a statement gives none."""
    return sa.Column(
        KEY, text(), server_default=sa.text(f"{SCHEMA}.territory()"), nullable=False, primary_key=primary_key
    )


def own_key() -> sa.ColumnElement[str]:
    """The territory of the session in a bulk statement: asked once, where the default would be asked for each row."""
    return sa.literal_column(f"(SELECT {SCHEMA}.territory())")


def text() -> sa.Text:
    """Text in the order of its bytes, as SQLite sorts it, whatever the language of the server."""
    return sa.Text(collation="C")


META = sa.Table("bocage_meta", BOOKS, sa.Column("key", text(), primary_key=True), sa.Column("value", text()))
ACCESS = sa.Table(
    "bocage_access",
    BOOKS,
    sa.Column("login", text(), primary_key=True),
    sa.Column("territory", text(), primary_key=True),
)
TERRITORY = sa.Table(
    "bocage_territory",
    BOOKS,
    key_column(primary_key=True),
    sa.Column("srid", sa.Integer, nullable=False),
    sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=sa.func.now(), nullable=False),
)
DECLARATION = sa.Table(
    "bocage_declaration",
    BOOKS,
    key_column(primary_key=True),
    sa.Column("table_name", text(), primary_key=True),
    sa.Column("declaration", text(), nullable=False),
)
CORRECTION = sa.Table(
    "bocage_correction",
    BOOKS,
    key_column(primary_key=True),
    sa.Column("asset_type", text(), primary_key=True),
    sa.Column("asset_id", text(), primary_key=True),
    sa.Column("column_name", text(), primary_key=True),
    sa.Column("value", text(), nullable=False),  # JSON: the kept value, or {"wkb": hexadecimal}
    sa.Column("author", text(), nullable=False),
    sa.Column("corrected_on", sa.Date, nullable=False),
)
SERIES = sa.Table(
    "bocage_series",
    BOOKS,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    key_column(),
    sa.Column("series_id", text(), nullable=False),
    sa.UniqueConstraint(KEY, "series_id", name="bocage_series_name"),
)
OBSERVATION = sa.Table(
    "bocage_observation",
    BOOKS,
    key_column(),
    sa.Column("series", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("ts", sa.TIMESTAMP(timezone=True), primary_key=True),
    sa.Column("value", postgresql.DOUBLE_PRECISION, nullable=False),
    sa.Column("quality", text()),  # null is `good`: most are, and the row is shorter
    postgresql_partition_by="RANGE (ts)",
)


def _rollup(name: str) -> sa.Table:
    figures = [
        sa.Column(figure, postgresql.DOUBLE_PRECISION, nullable=False)
        for figure in ("mean", "minimum", "maximum", "total")
    ]
    return sa.Table(
        name,
        BOOKS,
        key_column(),
        sa.Column("series", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("ts", sa.TIMESTAMP(timezone=True), primary_key=True),
        *figures,
        sa.Column("count", sa.BigInteger, nullable=False),
    )


HOURLY, DAILY = _rollup("bocage_hourly"), _rollup("bocage_daily")
KEYED = (TERRITORY, DECLARATION, CORRECTION, SERIES, OBSERVATION, HOURLY, DAILY)
"""Tables whose rows belong to a territory."""
