"""The council report: its content as data, and its four pages."""
