"""The Chinese phrases of an announcement, simplified and traditional; matched where a clause begins."""

import re

from agents.llm.announcements.phrases import Need, Phrase, Phrasebook

_NOUN = "(?:目标|目標|秘密|隐藏|隱藏|神秘)?的?(?:词语|詞語|单词|單詞|词汇|詞彙|词|詞|字)"
_WORD = (
    "(?:(?:(?:这|這|那)(?:个|個)|你的|(?:你(?:心里|心裡|正在|所)?(?:想让我说|想讓我說|想|说|說|要|指|描述|暗示)(?:着|著)?的)(?:那个|那個|这个|這個)?)"
    f"{_NOUN}|(?:目标|目標|秘密|隐藏的?|隱藏的?|神秘的?|正确的?|正確的?)(?:词语|詞語|单词|單詞|词汇|词|詞))"
)
_IS = "(?:就|一定|肯定|应该|應該|必定|必然|想必|绝对|絕對|显然|只能|无疑){0,3}(?:是|为|為)(?!不是|否)"
_ANSWER = "(?:我的)?(?:最终的?|最終的?|正确的?|正確的?)?(?:答案|谜底|謎底)"

_LEAD = re.compile(
    "(?:好[吧的啊了]?|嗯+|哈+|哦+|啊+|噢|那么?|那麼|所以|因此|于是|而且|不过|但是?|对了?|现在|現在|等等|看来|看來|显然|顯然|原来|原來|我知道[了啦]"
    "|我(?:现在|現在|已经|很|敢|可以|大胆)?(?:觉得|覺得|认为|認為|想|猜测|猜測|猜想|猜|相信|确定|確定|肯定|打赌|打賭|判断|判斷|推测|推測|宣布|知道))[,!\\s:\u2026.]{0,8}"
)
_BLOCKED = re.compile("如果|假如|要是|假设|假設|倘若|[你他她](?:说|說|问|問|告诉|告訴|猜|觉得|覺得|认为|認為)")
_DEPENDENT = re.compile("[\\s*]*(?:根据|根據|从|從|既然|因为|因為|由于|由於|按照|看)")
_RETRACTED = re.compile("开玩笑|開玩笑")

_CLAIM = re.compile(
    "我(?:现在|現在|终于|終於|已经|已經|好像|大概|应该|想我)?(?:(?:知道|猜到|猜出来?|猜出來|想到|明白|找到)了?"
    f'(?:{_WORD}|{_ANSWER})(?:是什么|是什麼)?(?:了|啦)?|猜(?:到|出来|出來|中)[了啦])(?=[!。,:;.\\s\u2014\u2026*"]|$|是|就是)'
)
_AFTER_CLAIM = re.compile(
    '(?P<gap>[!。,:;.\\s\u2014\u2026*_"-]{0,8})(?:我(?:觉得|认为|猜|想))?'
    f"(?P<copula>(?:它|那|这|這|答案|谜底|it)?(?:{_IS}| is|'s))?",
    re.IGNORECASE,
)

_PHRASES = (
    Phrase(re.compile(_WORD + "(?:是不是|会不会是|會不會是)"), Need.MARKS),
    Phrase(re.compile(_WORD + _IS), Need.NO_KIND),
    Phrase(re.compile(f"(?:{_ANSWER}){_IS}"), Need.NO_KIND),
    Phrase(re.compile(f"我的?(?:最终的?|最終的?)?(?:猜测|猜測|猜想)(?:{_IS}|(?=[*_`]{{0,3}}:))")),
    Phrase(re.compile('(?:我(?:要|想|来|來|选择|選擇)?(?:猜|猜一下|猜一猜|猜猜):|我(?:要|想|来|来)猜(?=["“*]))')),
    Phrase(re.compile(f"我(?:就)?猜(?:测|測|想)?的?{_IS}")),
    Phrase(re.compile('我猜(?=["*`])'), Need.MARKS),
    Phrase(
        re.compile(
            "\\[?(?:我的)?(?:(?:最终|最終|最后|最後)(?:的)?(?:答案|猜测|猜測|猜词)|猜测|猜測|猜词|猜詞|猜|我的答案|目标词|目標詞|谜底|謎底)"
            "(?=[*_`]{0,4}:|\\])\\]?"
        )
    ),
    Phrase(re.compile("答案(?=[*_`]{0,4}:)"), Need.MARKS),
    Phrase(re.compile(f"(?:我)?(?:知道|明白|想到|懂)了[!。,:\\s]{{0,3}}(?:它|那|这|這)?{_IS}"), Need.MARKS),
)

_REVERSED = re.compile(
    '(?P<open>["\'*_`]{0,4})(?P<guess>[^"*_`.!?,;:\\n。是]{1,12}?)(?P<close>["\'*_`]{0,4})(?:就|一定|肯定|应该)?是'
    f"(?P<what>我的(?:最终)?(?:答案|猜测)|目标词|目標詞|谜底|謎底|正确答案|{_WORD})(?=[*_`]{{0,4}}\\s*(?:[.!,;)。\\n]|$))"
)
_NEEDS_MARKS = re.compile("[这這那你]")

CHINESE = Phrasebook(
    lead=_LEAD,
    blocked=_BLOCKED,
    concluded=None,
    dependent=_DEPENDENT,
    retracted=_RETRACTED,
    claim=_CLAIM,
    after_claim=_AFTER_CLAIM,
    phrases=_PHRASES,
    reversed=_REVERSED,
    needs_marks=_NEEDS_MARKS,
)
