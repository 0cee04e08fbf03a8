"""Attacks on the game's own agents: a defender and a judge are victims too.

positions   whether an utterance passes, what the defender is shown then, and what its action comes to
victims     a defender, or a judge, as a classifier of utterances
goals       what the attacker wants of them: not to be found out, or to be told the word
perturbing  an attacker whose utterances are perturbed before they are said
matches     the same words and seeds, played plainly and perturbed
judging     the utterances of plain matches, until a judge rules otherwise
counting    rates of how matches ended, and how they changed
folder      what is written as pairs are played, and counted from it again
showing     tables for people, JSON for programs
commands    `taboo attack game`
"""
