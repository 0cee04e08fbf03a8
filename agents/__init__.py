"""Built-in agents, one kind a file. Each is named by an entry point of `arena.agents`; importing this imports none."""
