"""How fast the parts are: run by `taboo bench`, never by a test."""
