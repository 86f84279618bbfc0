"""Reports, draft deliberations and tables: what leaves the twin for the council and for spreadsheets."""
