"""What an unmarked guess never is: words of conversation that follow "the word is" and "my guess is" just as well.

A word in quotation marks or bold type passes unasked: whoever marks a word means that word.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Sentences have these, names of things do not: anywhere in the guess they show that a sentence went on.
_GRAMMAR = _words("""
    i you he she it we they me him them us my your his our their its this that these those what which who whom whose
    when where why how not or if is are was were be been am isn't has have had will would could should shall do does
    did to about than very so too really because although though while until unless i'm i'll i've i'd you're it's he's
    she's we're they're don't doesn't didn't won't can't let's there's that's just also whether nor wasn't might may
    must cannot gonna wanna whatever whoever anything something everything nothing someone anyone everyone nobody
    somebody anybody none
""")
# A marked guess of several words that begins with one of these is an utterance.
_SUBJECTS = _words("""
    i you he she it we they i'm i'll i've i'd you're it's he's she's we're they're that's there's let's what's don't
""")
# A guess does not begin with these: prepositions, participles and adverbs, with which a description begins.
_BEGINNINGS = _words("""
    on in at from with without for by near like out up under over into onto off of as after before between behind
    beyond through during against among and but then here there now again still already always never ever once soon
    later yet only even quite rather pretty more most less least much many few all both each every any some no such
    same other another one related used associated connected linked based spelled spelt known called said spoken
    written found made given hidden kind kinds type types sort sorts part form short name means meaning referring
    synonymous similar close closer probably possibly maybe perhaps likely apparently presumably supposedly going
    getting coming being having doing making taking becoming starting beginning n/a na null nil next last around
    roughly approximately almost nearly somewhere somehow sometime sometimes today tomorrow tonight yesterday well
    worth able unable ready pending tbd
""")
# What people say of a word, an answer, a guess, a day or a feeling; alone it is an opinion.
_OPINIONS = _words("""
    yes no nope yeah yep yup ok okay sure right wrong correct incorrect true false good bad better best worse worst
    great nice fine lovely wonderful terrible horrible awful amazing awesome beautiful ugly perfect excellent
    fantastic interesting boring funny fun sad happy sweet cute cool warm hot cold obvious clear unclear simple easy
    hard difficult tricky tough complicated possible impossible unknown uncertain certain secret mine yours hers ours
    theirs long short common rare abstract concrete edible plural singular positive negative new old important useful
    spreading thanks thank hello hi hey bye goodbye sorry please congratulations hooray yay haha hurray wow finally
    indeed exactly absolutely definitely certainly surely totally neither either maybe perhaps missing skip pass
    unsure undecided unavailable empty undefined blank nonsense irrelevant understood taken clever smart familiar
    strange weird special different enough affirmative classified close closed
""")
# "The word is a fruit" tells what kind of word it is; only after a plain claim to know it is such a noun a guess.
_KINDS = _words("""
    fruit vegetable animal mammal bird fish insect reptile plant tree flower food dish meal drink beverage dessert
    snack ingredient spice colour color shape number letter name noun verb adjective adverb pronoun word phrase term
    expression thing object item tool device machine instrument appliance gadget vehicle place location country city
    building room person job profession occupation sport game activity hobby action emotion feeling concept idea
    quality property material substance metal mineral liquid gas body organ garment cloth toy weapon event holiday
    season month day kind type sort part piece form group category class compound synonym antonym secret mystery
    surprise lie joke mess shame pity problem question bit lot challenge pleasure clue hint riddle puzzle trick yes no
    maybe disease language subject science art furniture container
""")
_KINDS_OF = _words("""
    kind type sort part piece form group category class bit lot matter number variety way
""")
# Asked after the word ("Is the word alive?") these are its properties.
_PROPERTIES = _words("""
    alive dead living big small large tiny huge round square flat tall wide heavy light soft solid liquid red orange
    green blue yellow black white brown grey gray pink purple visible invisible tangible natural artificial human male
    female young modern ancient expensive cheap dangerous safe loud quiet fast slow clean dirty popular famous known
    rude formal informal american british english foreign french spiritual religious political scientific technical
    emotional physical electric electronic wooden metallic wild domestic healthy delicious tasty bitter sour salty
    spicy wet dry
""")
# What stands where a guess would, to say that there is none.
_NOTHING = _words("""
    yes no none null nil nothing n/a na unknown undefined
    undecided pass skip false true tbd 无 無 没有 沒有 暂无 暫無 不 是 空
""") | {"no guess", "not yet", "no guess yet", "none yet", "no answer"}
# The same for Chinese: what shows a sentence anywhere, what begins one, opinions, and kinds.
_CHINESE_ANYWHERE = re.compile(
    "什么|什麼|怎么|怎麼|谁|誰|哪|因为|因為|如果|还是|還是|或者|有关|有關|相关|相關|关系|關係|我们|你们|他们|一下|觉得|的时候|起来"
)
_CHINESE_BEGINNINGS = re.compile(
    "[你我他她它这這那某很太更最]|不(?!锈|倒|鏽)|没|沒|一[种種个個类類件样樣]|关于|關於|[跟和与與在用把被从從让讓]"
    "|表示|形容|描述|非常|比较|比較|可能|也许|也許|或许|或許|大概|好像|属于|屬於|有|要|会|會|[一二两兩三四五六七八九十几幾\\d]+[个個种種]"
)
_CHINESE_OPINIONS = _words("""
    对 對 好 错 錯 肯定 否定 否 是 无 無 空 没有 沒有 可以 当然 當然 不 明天 今天 昨天 谢谢 謝謝 对的
    好的 吧 秘密 简单 簡單 正确 正確 太好 真的 暂无 暫無 抽象 具体
""")
_CHINESE_KINDS = _words("""
    水果 动物 動物 植物 食物 食品 名词 名詞 动词 動詞 形容词 形容詞 副词 蔬菜 颜色 顏色 地方 地点 地點
    国家 國家 城市 人 人物 东西 東西 物品 物体 工具 交通工具 乐器 樂器 运动 運動 职业 職業 电器 電器 家具
    衣服 饮料 飲料 甜品 甜点 零食 菜 鸟 花 节日 節日 成语 成語 单词 词 词语 名字 数字 情绪 情緒 活动
    活動 建筑 建築 昆虫 鱼 哺乳动物 自然现象 天气 器官 玩具
""")
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[\w'&/.-]+")
MAX_WORDS = 4
MAX_HAN = 8
"""Chinese has no blanks between words: four words are about eight characters."""


def is_too_long(guess: str) -> bool:
    """Whether this is more than a word or a name: over four words, or eight Chinese characters."""
    return len(guess.split()) > MAX_WORDS or len(_HAN.findall(guess)) > MAX_HAN


def is_han(guess: str) -> bool:
    """Whether this is Chinese, which has no articles."""
    return _HAN.search(guess) is not None


def is_conversation(guess: str) -> bool:
    """Whether an unmarked guess is really how a sentence goes on."""
    words = _WORD.findall(guess.lower().replace("\u2019", "'"))
    if is_han(guess):
        return _is_chinese_conversation(guess)
    if not words or not _GRAMMAR.isdisjoint(words) or words[0] in _BEGINNINGS:
        return True
    if words[0].endswith("ing") and len(words) > 2:
        return True
    if words[0] in _OPINIONS and "and" in words:
        return True
    return words[-1] in _OPINIONS or words[0] in {"no", "yes", "sure"}


def is_nothing(guess: str) -> bool:
    """Whether this says that there is no guess: none, N/A, not yet."""
    return guess.lower() in _NOTHING


def is_sentence(guess: str) -> bool:
    """Whether even between quotation marks this is an utterance and no word: "I love pies"."""
    words = guess.lower().replace("\u2019", "'").split()
    return len(words) > 1 and words[0] in _SUBJECTS


def is_property(guess: str) -> bool:
    """Whether this alone is what a question asks of the word: alive, red."""
    return guess.lower() in _PROPERTIES


def is_kind(guess: str) -> bool:
    """Whether the noun names a kind of thing rather than a thing."""
    if is_han(guess):
        return guess in _CHINESE_KINDS
    words = guess.lower().split()
    return words[-1] in _KINDS or words[0] in _KINDS_OF


def _is_chinese_conversation(guess: str) -> bool:
    return bool(
        guess in _CHINESE_OPINIONS
        or guess.endswith(("\u7684", "\u7c7b", "\u985e"))
        or _CHINESE_ANYWHERE.search(guess)
        or _CHINESE_BEGINNINGS.match(guess)
    )
