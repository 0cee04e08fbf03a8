"""Training against attacks: victims that learn from what fooled them, and texts for others to learn from.

students      victims that can learn more, and be saved as victims
adversarial   attack, learn, attack again; what changed, with intervals
metering      asks a victim for what learns from many texts at once, and counts
augmenting    perturbed copies of texts that keep their labels
commands      `taboo attack train` and `taboo attack augment`
"""
