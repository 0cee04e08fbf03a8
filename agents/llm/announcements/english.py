"""The English phrases of an announcement. Every pattern is matched where a clause begins, never searched for."""

import re

from agents.llm.announcements.phrases import Need, Phrase, Phrasebook


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_TARGET = r"(?:target|secret|hidden|mystery|forbidden|taboo|unknown)"
_YOURS = (
    r"(?:(?:that )?you(?:'re| are| were) (?:currently )?(?:thinking (?:of|about)|looking for|hinting at|describing|"
    r"talking about|hiding|after|referring to|trying to make me say)|(?:that )?you (?:have|had) in mind|"
    r"(?:that )?you(?: (?:want|are trying to get|want to make)|'re trying to get) me to (?:say|guess)|"
    r"(?:in|on) your mind|in question|here)"
)
# "the word", "your word", "the secret word you are thinking of"; not "the word on the street".
_WORD = rf"(?:the|your) (?:{_TARGET} )?word(?: {_YOURS})?"
# "is", "must be", and "'s" before a marked word; "might be" and "could be" only wonder.
_IS = (
    r"(?: (?:is|(?:must|has to|has got to|can only|should)(?: surely| certainly| definitely)? be|must have been)\b|"
    r"'s(?= [\"'*_`]))"
)
_SURE = (
    r"(?:(?:pretty|quite|very|fairly|absolutely|almost|so|totally|really) )?"
    r"(?:sure|certain|confident|convinced|positive|guessing)"
)
_IT_IS = r"(?:it|this|that|the answer|my guess)(?:'?s| is| must be| has to be| has got to be)\b"

# What people say before they come to it. Nothing here denies, doubts, or has another person as its subject.
_LEAD = _pattern(
    r"(?:so|and|but|well|okay|ok|hm+|um+|uh+|oh|ah|aha|yes|yeah|now|then|wait|right|alright|all right|great|thus|"
    r"therefore|hence|finally|clearly|obviously|surely|definitely|in that case|this time|no wait|no|to me|eureka|"
    r"got it|i(?:'ve| have) (?:got|cracked|solved|figured) (?:it|this)(?: out)?|not sure|ladies and gentlemen|"
    r"i(?: now| really| do| strongly| also)? (?:think|believe|guess|know|bet|suspect|reckon|feel|say|assume|conclude|"
    r"declare|announce)(?: now)?(?: that)?|i(?:'d| would|'ll| will) (?:say|bet|guess)(?: that)?|"
    rf"i(?:'m| am)(?: now)? {_SURE}(?: that)?|"
    r"(?:based on|given|judging by|judging from|considering) [\w' ]{1,60}?)"
    r"(?:[\s!,:.\u2026]{1,8}|$)"
)

# Before a comma these make what follows a supposition, or somebody else's words, unless it is drawn as a conclusion.
_BLOCKED = _pattern(
    r"\b(?:if(?! i(?:'m| am) (?:not (?:mistaken|wrong)|right|correct))|according to|unless|suppose|supposing|imagine|"
    r"pretend|whether|lest|wish|say|says|said|saying|tell|told|tells|ask|asks|asked|claims?|claimed|shouts?|shouted|"
    r"wrote|writes|announced|thinks|thought|example|e\.g)\b"
)
_CONCLUDED = _pattern(r"(?:so|then|therefore|thus|hence|i (?:think|believe|guess|know))\b")
# A clause before the announcement that means nothing without it.
_DEPENDENT = _pattern(
    r"[\s*_`]*(?:based on|given|judging|since|considering|because|from|as|after|with|if|now that|thanks to)\b"
)
_RETRACTED = _pattern(r"\b(?:just|only) (?:kidding|joking)\b")

# "I know the word!", where a clause ends or "it is" goes on. "I know the word is hard" claims nothing.
_CLAIM = _pattern(
    r"(?:i (?:think|believe)(?: that)? )?i(?:'ve| have)?(?: now| finally| already| just| do| actually)? "
    r"(?:know|knew|guessed|figured out|found out|worked out|found|got|solved|discovered|deduced|identified|realized|"
    rf"have (?:an|a good) idea(?: of)?)(?: that| what)? {_WORD}(?: is| must be)?"
    r"(?: now| already| at last| for sure| finally)?"
    r"(?=\s*(?:[!.:,;(\u2014\u2013\u2026\"'*_`\n\u3002]|-\s|$)|\s+(?:and )?it(?:'?s| is| must)\b)"
)
# What joins the claim and the word; in a Chinese match the two may be in two languages.
_AFTER_CLAIM = _pattern(
    r"(?P<gap>[\s.!,:;()\u2014\u2013*_\"'`\u2026\u3002-]{0,12})(?:and |so |yes,? |i think |i believe |i'm sure )?"
    rf"(?P<copula>is it\b|{_IT_IS}|(?:\u5b83|\u7b54\u6848)?(?:\u5c31|\u4e00\u5b9a|\u5e94\u8be5)?\u662f)?"
)

_WANT = r"(?:i(?:'d| would) like to|i(?:'ll| will)|i(?:'m| am) going to|i want to)"
_PHRASES = (
    # The word is apple. The word? It's apple. Is the word apple?
    Phrase(_pattern(_WORD + _IS), Need.NO_KIND),
    Phrase(_pattern(_WORD + r"\? (?:it|that)(?:'s| is| must be)\b"), Need.NO_KIND),
    Phrase(_pattern(rf"is {_WORD}(?=[\s:])"), Need.NO_ARTICLE),
    # My guess is apple. Here is my final guess: apple. My answer is apple.
    Phrase(
        _pattern(
            r"(?:my|here is my|here's my|this is my)(?: (?:final|best|first|next|last|only|official|one))? "
            r"(?:guess|answer)(?: (?:for|at) (?:the|your) (?:target |secret )?word)?"
            r"(?: is| would be| must be|'s| will be|(?=:| -))(?: that (?:it(?:'s| is)|the word is))?"
        )
    ),
    # The answer is apple.
    Phrase(
        _pattern(
            r"the (?:final |correct |right )?answer(?: to (?:your|the|this) (?:riddle|puzzle|game))?"
            r"(?: is| must be| has to be)\b"
        ),
        Need.NO_KIND,
    ),
    # Guess: apple. [GUESS] apple. Target word: apple. But "Answer:" alone labels an utterance.
    Phrase(
        _pattern(
            r"[\[{]?(?:my )?(?:(?:final |best )?guess(?:ed word)?|final answer|"
            rf"(?:the |my )?(?:{_TARGET}|guessed) word)(?=[*_`\"]{{0,4}}(?:\s?:|\s-|\s=|\]|\s*\n))\]?|"
            r"the word(?=[*_`\"]{0,4}:)"
        )
    ),
    Phrase(_pattern(r"<guess>|/guess(?=\s)|guess\(")),
    # I'd like to guess: apple. Time to make my guess: apple. But "Let me guess: traffic?" is what people say.
    Phrase(
        _pattern(
            rf"(?!let me guess ?[:\u2014\u2013-])(?:{_WANT}|i(?:'m| am) ready to|let me|time to)(?: now| finally)? "
            r"(?:guess(?: the word)?|(?:now )?make (?:a|my) (?:final )?guess|use my guess|(?:take|venture) a guess)"
            r"(?= ?[:\u2014\u2013-])"
        )
    ),
    # I will guess apple.
    Phrase(_pattern(rf"{_WANT} guess(?: that| the word| it(?:'s| is))?"), Need.NO_KIND),
    # I guess "apple". The target is "apple".
    Phrase(
        _pattern(r"(?:i guess|i'm guessing|i am guessing|let me guess)(?: the word)?(?=[\s:,])"),
        Need.MARKS,
    ),
    Phrase(_pattern(r"the target (?:is|must be)\b"), Need.MARKS),
    # "I know it! It's ..." is said of anything: only a marked word makes it an announcement.
    Phrase(
        _pattern(
            r"(?:i know(?: it| what it is| this one| this)?|i(?:'ve| have)? ?(?:got|figured) (?:it|this)(?: out)?|"
            rf"got it|eureka|aha)[\s!.,:\u2014\u2013-]{{1,5}}{_IT_IS}"
        ),
        Need.MARKS,
    ),
)

# "Apple" is my guess. Apple! That's my final guess.
_REVERSED = _pattern(
    r"(?P<open>[\"'*_`]{0,4})(?P<guess>[^\"*_`.!?,;:\n]{1,40}?)(?P<close>[\"'*_`]{0,4})"
    r"(?: is| must be| has to be|[!.,]+ (?:that|this)(?:'s| is)) "
    rf"(?P<what>my (?:final |best )?(?:guess|answer)|the {_TARGET} word|{_WORD})"
    r"(?=[*_`]{0,4}\s*(?:[.!,;)\u2014\n]|$))"
)
# "Mum is the word": said of a word that stands in no marks.
_NEEDS_MARKS = _pattern(r"(?:the|your) word")

ENGLISH = Phrasebook(
    lead=_LEAD,
    blocked=_BLOCKED,
    concluded=_CONCLUDED,
    dependent=_DEPENDENT,
    retracted=_RETRACTED,
    claim=_CLAIM,
    after_claim=_AFTER_CLAIM,
    phrases=_PHRASES,
    reversed=_REVERSED,
    needs_marks=_NEEDS_MARKS,
)
