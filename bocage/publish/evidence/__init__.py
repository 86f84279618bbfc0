"""One estimate explained on one page, with every record behind it."""
