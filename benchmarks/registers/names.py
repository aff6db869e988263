"""What are people called?

Surnames by their published shares of the population; given names by the time in which somebody was born, and by gender. Nobody
in particular has these names.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")

# The hundred commonest, with the percentage of people who have them.
_COMMON_SURNAMES = """
王7.25 李7.19 张6.83 刘5.38 陈4.57 杨3.08 赵2.29 黄2.23 周2.12 吴2.05 徐1.67 孙1.54 胡1.31 朱1.26 高1.21 林1.18 何1.17 郭1.15
马1.05 罗0.95 梁0.85 宋0.81 郑0.78 谢0.72 韩0.68 唐0.65 冯0.64 于0.62 董0.61 萧0.59 程0.57 曹0.57 袁0.54 邓0.54 许0.54 傅0.51
沈0.50 曾0.50 彭0.49 吕0.47 苏0.47 卢0.47 蒋0.47 蔡0.46 贾0.42 丁0.42 魏0.41 薛0.40 叶0.40 阎0.39 余0.38 潘0.38 杜0.37 戴0.36
夏0.36 钟0.35 汪0.34 田0.34 任0.34 姜0.33 范0.33 方0.32 石0.32 姚0.31 谭0.31 廖0.30 邹0.30 熊0.30 金0.29 陆0.29 郝0.28 孔0.27
白0.27 崔0.26 康0.26 毛0.25 邱0.25 秦0.25 江0.24 史0.24 顾0.23 侯0.23 邵0.22 孟0.22 龙0.21 万0.21 段0.20 雷0.20 钱0.20 汤0.19
尹0.19 黎0.18 易0.18 常0.17 武0.17 乔0.17 贺0.16 赖0.16 龚0.16 文0.16
"""
# The others, the commoner ones first.
_RARER_SURNAMES = (
    "庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍"
    "位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻"
    "揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙伏岑习胥保和蔺"
)
_COMPOUND_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "司徒", "东方", "皇甫", "尉迟", "令狐", "慕容", "端木", "夏侯")
_PERCENT_COMPOUND = 0.3

_CHARACTERS = {
    "M": (
        "伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆志海文建国林龙峰旭东亮成新民永庆立德春胜利荣福贵生祥金宝玉振兴学义忠良安康宁乐天子轩博睿泽晨昊然"
        "梓涵一诺铭瑞嘉奕辰皓翔宸煜航霖佳逸思远启承景云毅卓越凌锋雷震坤钧锐炎烨哲瀚彬诚信仁礼智耀光星晓阳松柏桐根柱石山川江河湖清源泉润泓淼汉"
    ),
    "F": (
        "芳娜敏静丽艳娟霞秀英兰玲桂燕红梅莉丹萍雪琳晶婷慧莹洁倩颖露瑶怡婧琪欣佳嘉悦梦思雨涵诗琦月珍凤香琴云莲真环翠雅芝秋珊莎锦黛青眉君琬爱蕾薇菁岚苑筠柔竹"
        "霭凝晓欢霄枫芸菲寒伊亚宜可姬舒影荔枝妍茜春巧美惠珠荣淑子梓萱紫彤雯妤婉依若语汐彩文华玉艺馨宁钰心怜芊媛蓉芬苹菊素贞银金花改冰晴"
    ),
}
# Given names that were in fashion, the commonest first.
_FASHIONS = {
    ("old", "M"): "建国 建华 国强 志强 建军 建平 德明 国华 文华 志明 永强 建民 卫国 玉林 明 军 伟 平 勇 强 华 杰",
    ("old", "F"): "秀英 桂英 秀兰 玉兰 玉英 秀珍 桂兰 凤英 淑珍 玉珍 丽华 红 敏 丽 英 静 萍 燕 芳 霞 玲 娟",
    ("mid", "M"): "伟 强 磊 军 勇 涛 杰 超 鹏 斌 波 刚 辉 洋 浩 俊杰 志强 建华 海涛 晓东 文斌 永刚",
    ("mid", "F"): "芳 娜 敏 静 丽 艳 娟 霞 燕 玲 婷 红梅 丽娜 晓燕 海燕 雪梅 慧 颖 倩 莉 丹 洁",
    ("new", "M"): "浩宇 子轩 浩然 宇轩 子涵 梓轩 俊杰 宇航 博文 一诺 梓豪 子豪 天佑 嘉豪 俊熙 睿 泽宇 铭轩 奕辰 沐宸 皓轩 明轩",
    (
        "new",
        "F",
    ): "欣怡 梓涵 诗涵 子涵 雨涵 可馨 紫涵 佳怡 梦琪 雨桐 梓萱 一诺 思涵 欣妍 若曦 语桐 依诺 佳琪 诗琪 雅婷 思雨 静怡",
}
_IN_FASHION = {"old": 0.08, "mid": 0.10, "new": 0.05}
_ONE_CHARACTER = 0.08
_FIRST_YEARS = {"mid": 1968, "new": 1998}

# Names of peoples who do not begin with a surname.
_PARTS = (
    "阿卜杜拉", "买买提", "艾力", "吐尔逊", "古丽", "阿依古丽", "热孜万古丽", "玉素甫", "克里木", "艾合买提",
    "努尔", "帕提古丽", "巴哈尔", "库尔班", "麦麦提", "依米提", "萨比尔", "尼亚孜", "阿迪力", "迪丽拜尔",
    "扎西", "次仁", "卓玛", "旺堆", "格桑", "尼玛", "巴桑", "达瓦", "索朗", "拉姆",
)  # fmt: skip
BETWEEN_PARTS = "·"
_WITH_PARTS = 0.012

_OFTEN_CHOSEN_BY_TWINS = 40


class Lottery(Generic[T]):
    """Things that are drawn more or less often."""

    def __init__(self, things: Sequence[T], weights: Sequence[float]) -> None:
        self.things = things
        self._sums = list(accumulate(weights))

    def draw(self, chance: random.Random) -> T:
        """One of them."""
        return chance.choices(self.things, cum_weights=self._sums)[0]


def falling(count: int, exponent: float) -> list[float]:
    """Weights after Zipf: each the smaller the later it comes."""
    return [1 / place**exponent for place in range(1, count + 1)]


@dataclass(frozen=True)
class _Given:
    """The given names of one time and gender."""

    in_fashion: Lottery[str]
    one: Lottery[str]
    first: Lottery[str]
    second: Lottery[str]


class Names:
    """The names of one register; those of the young depend on its seed."""

    def __init__(self, seed: int) -> None:
        self._given = {(era, gender): _given(era, gender, seed) for era, gender in _FASHIONS}

    def draw(self, chance: random.Random, *, year: int, gender: str) -> tuple[str, str]:
        """A surname and a given name of somebody born in `year`; the surname is empty where the name has other parts."""
        if chance.random() < _WITH_PARTS:
            return "", BETWEEN_PARTS.join(chance.choices(_PARTS, k=2))
        era = max((era for era, first in _FIRST_YEARS.items() if year >= first), key=_FIRST_YEARS.__getitem__, default="old")
        return surnames().draw(chance), self._draw_given(chance, era, gender)

    def _draw_given(self, chance: random.Random, era: str, gender: str) -> str:
        given, lot = self._given[era, gender], chance.random()
        if lot < _IN_FASHION[era]:
            return given.in_fashion.draw(chance)
        if lot < _IN_FASHION[era] + _ONE_CHARACTER:
            return given.one.draw(chance)
        return given.first.draw(chance) + given.second.draw(chance)


def twin_of(given_name: str, chance: random.Random, *, gender: str) -> str:
    """The given name of somebody's twin: where it has two characters, the first is the same."""
    often = _CHARACTERS[gender][:_OFTEN_CHOSEN_BY_TWINS].replace(given_name[-1], "")
    return given_name[:-1] + chance.choice(often)


@cache
def surnames() -> Lottery[str]:
    """All surnames, with their shares of the population in percent."""
    shares = {written[0]: float(written[1:]) for written in _COMMON_SURNAMES.split()}
    rarer = [surname for surname in dict.fromkeys(_RARER_SURNAMES) if surname not in shares]
    falling_shares = falling(len(rarer), 0.6)
    left = 100 - sum(shares.values()) - _PERCENT_COMPOUND
    shares |= {surname: left * share / sum(falling_shares) for surname, share in zip(rarer, falling_shares, strict=True)}
    shares |= dict.fromkeys(_COMPOUND_SURNAMES, _PERCENT_COMPOUND / len(_COMPOUND_SURNAMES))
    return Lottery(list(shares), list(shares.values()))


def _given(era: str, gender: str, seed: int) -> _Given:
    characters = list(dict.fromkeys(_CHARACTERS[gender]))
    if era == "new":  # which characters parents like changes quickly
        random.Random(f"{seed} {gender}").shuffle(characters)  # noqa: S311 - chance, no secret
    fashion = _FASHIONS[era, gender].split()
    steep, even = falling(len(characters), 0.6), falling(len(characters), 0.5)
    return _Given(
        in_fashion=Lottery(fashion, falling(len(fashion), 0.7)),
        one=Lottery(characters, steep),
        first=Lottery(characters, steep),
        second=Lottery(characters[::-1] if era == "old" else characters, even),
    )
