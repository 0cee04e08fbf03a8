"""Rules for English that leave the meaning of a text alone, by what they touch.

The set is this project's own, but for `PUBLISHED`: rules that Ribeiro, Singh and Guestrin print as examples in
'Semantically Equivalent Adversarial Rules for Debugging NLP Models', ACL 2018, learnt there from paraphrases and
accepted by people.
"""

from attacks.transformations.rules import Rule

CONTRACTED = (
    ("is not", "isn't"), ("are not", "aren't"), ("was not", "wasn't"), ("were not", "weren't"),
    ("does not", "doesn't"), ("do not", "don't"), ("did not", "didn't"), ("can not", "can't"), ("cannot", "can't"),
    ("could not", "couldn't"), ("would not", "wouldn't"), ("has not", "hasn't"), ("have not", "haven't"),
    ("it is", "it's"), ("that is", "that's"), ("there is", "there's"), ("i am", "I'm"), ("you are", "you're"),
    ("they are", "they're"), ("we are", "we're"), ("i have", "I've"), ("you have", "you've"), ("you will", "you'll"),
    ("who is", "who's"), ("what is", "what's"), ("where is", "where's"),
)  # fmt: skip
"""Two words as people say them in one."""
WRITTEN_OUT = (
    ("isn't", "is not"), ("aren't", "are not"), ("wasn't", "was not"), ("doesn't", "does not"), ("don't", "do not"),
    ("didn't", "did not"), ("can't", "cannot"), ("won't", "will not"), ("couldn't", "could not"),
    ("wouldn't", "would not"), ("hasn't", "has not"), ("haven't", "have not"),
    ("ca n't", "cannot"), ("wo n't", "will not"),
    ("is n't", "is not"), ("are n't", "are not"), ("was n't", "was not"), ("does n't", "does not"),
    ("do n't", "do not"), ("did n't", "did not"), ("could n't", "could not"), ("would n't", "would not"),
    ("has n't", "has not"), ("have n't", "have not"),
    ("it 's <DT>", "it is <1>"), ("it 's <RB>", "it is <1>"), ("it 's <JJ>", "it is <1>"),
    ("that 's", "that is"), ("there 's", "there is"), ("i 'm", "I am"), ("you 're", "you are"),
    ("they 're", "they are"), ("you 'll", "you will"), ("i 've", "I have"), ("you 've", "you have"),
)  # fmt: skip
"""The other way; of texts that separate clitics with a space too. "It's been" is not "it is been": a tag decides."""
REWORDED = (
    ("movie", "film"), ("film", "movie"), ("movies", "films"), ("films", "movies"),
    ("kids", "children"), ("children", "kids"), ("maybe", "perhaps"), ("perhaps", "maybe"),
    ("although", "though"), ("though", "although"), ("because", "since"), ("often", "frequently"), ("big", "large"),
    ("begins", "starts"), ("starts", "begins"), ("almost", "nearly"), ("nearly", "almost"),
    ("a lot of", "lots of"), ("lots of", "a lot of"), ("in order to", "to"), ("as well as", "and also"),
    ("instead of", "rather than"), ("until", "till"), ("upon", "on"), ("among", "amongst"), ("toward", "towards"),
    ("towards", "toward"), ("color", "colour"), ("humor", "humour"), ("humour", "humor"), ("theater", "theatre"),
    ("ok", "okay"), ("okay", "OK"), ("and", "&"), ("such as", "like"), ("not only", "not just"),
    ("kind of", "sort of"), ("sort of", "kind of"), ("at times", "sometimes"), ("sometimes", "at times"),
)  # fmt: skip
"""Words and phrases for which most sentences have the other one; none carries an opinion."""
REASKED = (
    ("what <VBZ>", "what exactly <1>"), ("^ which <NOUN>", "what <1>"), ("^ how", "so how"), ("^ why", "so why"),
    ("^ who", "and who"), ("how come", "why"), ("whom", "who"),
    ("what kind of", "what sort of"), ("the reason why", "the reason"), ("that which", "what"),
)  # fmt: skip
"""Questions asked another way."""
PUNCTUATED = (
    ("?", "??"), ("!", "!!"), (". $", "!"), ("...", ".."), ("--", ","), (";", ","), (":", "-"), (", and", "and"),
    (", but", "but"), ("and", ", and"), ("but", ", but"), ("`", "'"),
)  # fmt: skip
"""Marks that a reader passes over."""
FRAMED = (
    ("^ the <NOUN>", "well , the <1>"), ("^ it", "now , it"), ("^ this", "now , this"), ("^ a <NOUN>", "here , a <1>"),
    ("<*> . $", "<1> , that is ."), ("<*> <NOUN> . $", "<1> <2> , you know ."),
)  # fmt: skip
"""Words that people put at the beginning or the end and that say nothing."""
PUBLISHED = (
    ("<WP> is", "<1>'s"), ("what <NOUN>", "which <1>"), ("what <VERB>", "so what <1>"), ("what <VBD>", "and what <1>"),
    ("color", "colour"), ("movie", "film"), ("film", "movie"), ("is", "was"), ("this", "that"), ("?", "??"),
)  # fmt: skip
"""Examples printed in the paper, tags in our notation; its 'WP VBZ' is taken for the verb 'is'.

'is' to 'was' and 'this' to 'that' move a sentence in time and place; the people that the paper asked let both pass.
"""


def english_rules() -> tuple[Rule, ...]:
    """All of them, each once."""
    kinds = (CONTRACTED, WRITTEN_OUT, REWORDED, REASKED, PUNCTUATED, FRAMED, PUBLISHED)
    return tuple(Rule(*pair) for pair in dict.fromkeys(pair for kind in kinds for pair in kind))
