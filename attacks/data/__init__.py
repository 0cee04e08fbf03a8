"""Examples to attack, from files and data sets; and the files that attacks themselves read, fetched for users."""
