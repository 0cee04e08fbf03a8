"""Speed of what the agents are made of: `taboo bench llm`."""
