"""OpenAttack under our engine and meter, and ours under OpenAttack's.

loading       the library, ready for today's nltk and transformers, and without a way to download
table         every attacker of release 2.1.1: what it needs, and whether it runs
attackers     `openattack:NAME` as a recipe
bridge        how an attacker that calls its victim becomes a search that asks
conversation  a function in a thread of its own that stands still while it waits for an answer
draws         chance: what an attacker draws is its search's own
victims       `openattack:NAME` as a victim
exported      our victims as its classifiers, our attacks as its attackers
"""
