"""Every table and column of the data contract, as the code that reads them has it."""

from __future__ import annotations

from typing import Final

from docsite.markdown import code, page, table
from models.domain import LEVELS, Kind
from training.schema import ERASED, TABLES, Form

READ: Final = {
    Form.TEXT: "text",
    Form.NUMBER: "any number",
    Form.AMOUNT: "number of at least 0",
    Form.LEVEL: f"number from 0 to 1, or {', '.join(LEVELS)}",
    Form.CURRENCY: "three letters (ISO 4217)",
    Form.KIND: ", ".join(Kind),
    Form.YEAR: "a year",
    Form.DATE: "a year, month or day, such as 2025-02",
    Form.FROM: "ISO 8601; a date begins with its day",
    Form.UNTIL: "ISO 8601; a date includes its day",
    Form.WHEN: "ISO 8601, or a whole number: a place in an order",
    Form.TEXTS: "list of texts",
    Form.SKILLS: "list of texts or of objects with skill, level",
    Form.TAUGHT: "list of texts or of objects with skill, level, inferred",
    Form.REQUIREMENTS: "list of texts or of objects with skill, importance, level",
    Form.CONDITION: "condition tree, or list of ids",
    Form.OBJECT: "object",
}


def reference() -> str:
    """The page."""
    told = "What each means is told on [the page of the data contract](../data-contract.md)."
    tables = {**TABLES, **ERASED}
    return page(
        "Tables and columns",
        told,
        *(
            f"## {name}\n\n"
            + table(
                ["column", "required", "read as", "kept as"],
                [
                    (
                        code(each.name),
                        "yes" if each.required else "",
                        READ[each.form],
                        code(each.dtype),
                    )
                    for each in columns
                ],
            )
            for name, columns in tables.items()
        ),
    )
