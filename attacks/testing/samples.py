"""Texts that the kits ask about."""

SAMPLES = {
    "en": (
        "A truly great film with a fine cast and a wonderful story .",
        "The plot is dull and the jokes are awful .",
        "I loved every minute of this charming movie !",
        "Nothing here is worth your time or money .",
    ),
    "zh": (
        "酒店的房间很大,早餐也非常好。",
        "服务太差了,下次不会再来。",
        "地理位置不错,交通方便。",
        "房间很小,隔音不好。",
    ),
}
"""Texts on which an attack has something to do, by language."""
HOSTILE = (
    "",
    " \t ",
    "word",
    "?!",
    "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f",
    "\u0410 mixed \u6587\u5b57 \u0639\u0631\u0628\u064a text \u05e9\u05dc\u05d5\u05dd \u0e44\u0e17\u0e22",
    "a\u0301 combining\u0327 marks and a \u202eright-to-left\u202c turn",
    "<b>markup</b> &amp; [UNK] [MASK] {braces} %s \\n http://example.org/?a=1&b=2",
    "so " * 60,
)
"""Texts that break what was not made for them."""
