"""The conformance kit for matchers."""

from arena.core.hits import Evasion, Form, Language, Policy
from arena.core.ports import Matcher
from arena.testing.report import Examination, Report, check_fingerprint, require
from arena.testing.samples import HOSTILE, TARGETS


def check_matcher(matcher: Matcher) -> Report:
    """Whether a matcher keeps the laws of its port, and a few sayings about which nobody differs."""
    exam = Examination(f"matcher {type(matcher).__name__}")
    with exam.law("the fingerprint is 16 hex digits and stays the same"):
        check_fingerprint(matcher.fingerprint, matcher.fingerprint)
    policies = [Policy(form, evasion, language) for form in Form for evasion in Evasion for language in Language]
    for policy in policies:
        target = TARGETS[policy.language]
        with exam.law(f"a target says itself: {policy.form}, {policy.evasion}, {policy.language}"):
            require(any(hit.counts for hit in matcher.said(target, target, policy)), f"{target!r} does not")
            require(matcher.guessed(target, target, policy), f"{target!r} is no right guess of itself")
        with exam.law(f"hits are spans in order, evasions cost what the policy says: {policy}"):
            for text in (*HOSTILE, *(f"{text[:200]} {target}. {target}!" for text in HOSTILE), "p-i-a-n-o, onaip"):
                _check_hits(matcher, text, target, policy)
    for text, target, policy, says in _PLAIN_CASES:
        with exam.law(f"{text!r} {'says' if says else 'does not say'} {target!r}"):
            require(any(hit.counts for hit in matcher.said(text, target, policy)) is says, "the matcher differs")
    return exam.report()


_PLAIN_CASES = (
    ("I ate a banana.", "banana", Policy(), True),
    ("Two BANANAS, please", "banana", Policy(), True),
    ("Two bananas, please", "banana", Policy(Form.EXACT), False),
    ("charcoal", "coal", Policy(), False),
    ("an apple-shaped lamp", "apple", Policy(), True),
    ("\u6211\u8981\u559d\u82f9\u679c\u6c41", "\u82f9\u679c", Policy(language=Language.CHINESE), True),
    ("\u6d77\u4e0a\u6d77\u5916", "\u4e0a\u6d77", Policy(language=Language.CHINESE), False),
)


def _check_hits(matcher: Matcher, text: str, target: str, policy: Policy) -> None:
    hits = matcher.said(text, target, policy)
    about = f"in {text[:40]!r}"
    require(hits == matcher.said(text, target, policy), f"{about} they change from one time to the next")
    require([hit.start for hit in hits] == sorted(hit.start for hit in hits), f"{about} they are out of order")
    for hit in hits:
        require(0 <= hit.start < hit.end <= len(text), f"{about} a hit is at {hit.start} to {hit.end}")
        counts = policy.evasion is Evasion.STRICT if hit.rule.is_evasion else True
        require(hit.counts is counts, f"{about} a hit by {hit.rule} {'counts' if hit.counts else 'does not count'}")
