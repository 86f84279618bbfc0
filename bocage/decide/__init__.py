"""Which actions, which year, who pays: realisation, portfolio, explanation."""
