"""How a defender that speaks prose says that it guesses, as in "I know the word! It is apple.".

An ordinary sentence must never burn the only guess, so precision goes before recall: what is found says outright that
it names the word. A hedge ("maybe", "could be"), a negation, a hypothesis, reported or quoted speech and a question
about a kind ("Is it a fruit?", "Is it apple?") are conversation. Begin with `finding`; `english` and `chinese` hold the
phrases, `slots` reads the word that follows one, `refused` lists what such a word never is.
"""

from agents.llm.announcements.finding import Announcement, announced

__all__ = ["Announcement", "announced"]
