"""Funding rules as dated, sourced data: the grammar, its reader, and the calendar of each programme."""

from bocage.parameters.funding_rules.gates import Calendar, DepositWindow, Order
from bocage.parameters.funding_rules.reading import FUNDING_FOLDER, load_examples, load_rules
from bocage.parameters.funding_rules.rule import (
    Cap,
    Condition,
    Forfait,
    FundingRule,
    GroupCondition,
    Rate,
    Scope,
    Test,
    WorkedExample,
)

__all__ = [
    "FUNDING_FOLDER",
    "Calendar",
    "Cap",
    "Condition",
    "DepositWindow",
    "Forfait",
    "FundingRule",
    "GroupCondition",
    "Order",
    "Rate",
    "Scope",
    "Test",
    "WorkedExample",
    "load_examples",
    "load_rules",
]
