"""How fast attacks are: against OpenAttack and TextAttack, by the length of texts, by how many run side by side."""
