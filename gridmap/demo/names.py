"""Invented names: people, areas, roads, housing estates; none is meant for anybody or any place that exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, permutations, product

import numpy as np

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严金魏陶姜戚谢邹喻柏章云苏潘葛范彭鲁韦马苗方"
    "俞任袁柳史唐费廉岑薛雷贺倪汤罗毕郝安常于傅齐康伍余顾孟黄穆萧尹姚邵汪祁丁宋庞熊纪舒项祝董梁杜阮"
    "蓝席季贾路童郭梅林钟徐邱高夏蔡田樊凌霍虞万柯管卢莫房解应宗宣郁单杭洪包左石崔吉龚程邢裴陆荣翁"
)
_ELDER_NAMES = (
    "桂兰 秀芬 玉珍 凤英 素琴 翠萍 月娥 春梅 腊梅 惠芳 金凤 兰英 淑贞 巧云 桂芝 美仙 琼仙 会仙 绍芬 家珍 "
    "国平 建昆 家富 开顺 正荣 文贵 绍华 云昌 兴旺 发明 永福 贵生 天禄 树森 有才 长寿 光福 启明 朝贵 增寿"
)
_FIRST = "晓雨思海春雪文明永家子梓欣若沐清书知念亦锦素远砚朗嘉彦"
_SECOND = "宁川禾岚溪桐野苓松穗峤屿帆柏汀苒梅琴芳萍蓉毅斌勇"
_WELL_KNOWN = frozenset({"刘永福", "林兰英", "高海宁", "李明川", "罗文贵"})
"""Left out although the lists would make them: well-known people bear these names."""

_ROAD_WORDS = (
    "桂花 银杏 海棠 玉兰 紫薇 石榴 梧桐 垂柳 翠竹 蜡梅 木槿 芙蓉 丁香 茉莉 茶花 杜鹃 菊园 荷塘 枫林 槐荫 "
    "榆树 香樟 云杉 樱花 桃源 杏林 梨园 橘井 枣林 柏木 仁和 永安 长宁 兴业 振兴 光明 团结 友谊 富康 康宁 "
    "祥和 同心 崇德 尚贤 明礼 诚信 勤俭 育才 书院 文庙 钟楼 鼓楼 东关 西关 北门 南门 水井 石桥 染坊 铁匠 "
    "米市 布市 盐行 老厂 机床 纺织 邮电 车站 粮库 苗圃 果园 菜园 塔山 龙泉 凤鸣 鹤鸣 鹭洲 雁塔 麦田 稻香 "
    "春晖 秋实 朝阳 晨光 晚霞 星河 明月 清风 白云 彩虹 长青 远志 立新 新民 安居 乐业 丰收 万福 双井 三元"
)
_ESTATE_WORDS = (
    "湖滨 白石 和平 锦绣 阳光 水岸 春江 金桂 翠湖 丽景 康乐 幸福 龙泉 怡园 景明 雅居 东方 书香 江畔 梧桐 "
    "枫林 海棠 玉兰 紫薇 银杏 香樟 桃源 杏林 兰亭 竹韵 松涛 荷风 云栖 星汇 晨曦 望湖 听雨 观澜 清河 长青 "
    "安和 明珠 祥瑞 福满 宏泰 永兴 兴隆 华庭 新世 凯旋 天成 盛景 半山 南苑 北辰 西城 东湖 中和 文昌 育才"
)
_ESTATE_KINDS = {
    "slabs": ("小区", "家园", "苑", "新村", "大院"),
    "tall slabs": ("佳苑", "嘉园", "锦城", "馨城", "雅园"),
    "park": ("游园", "口袋公园"),
    "towers": ("花园", "华府", "公馆", "名邸", "雅筑"),
    "lanes": ("里", "老街", "坊"),
    "shops": ("商城", "购物广场", "商贸城"),
    "offices": ("大厦", "科技园", "商务中心"),
    "school": ("小学", "中学", "幼儿园"),
    "hospital": ("医院",),
    "market": ("农贸市场", "菜市场", "便民市场"),
    "mall": ("购物中心", "广场", "百货"),
    "station": ("客运站", "公交枢纽"),
    "government": ("街道办事处",),
    "site": ("在建工地",),
    "works": ("机械厂", "包装厂", "物流园", "建材市场", "食品厂", "汽修城", "印刷厂", "家具厂", "农机站"),
}
_QUALIFIERS = ("", "东", "西", "南", "北", "中")
_NUMBERS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
_STREETS = "白石 南湖 文峰 东山 翠屏 金桥 玉带 凤鸣 青松 望江 学府 建新 龙潭 云栖 松岭 河口 平川 花溪 清源 临江 长坡 永宁"
_VILLAGE_WORDS = "家营 家湾 家屯 家冲 家坝 家村 家庄 家桥 家坡 家塘 家坪 家寨"


def draw_people(rng: np.random.Generator) -> Iterator[str]:
    """Names of people, half of them of an older make; each another one until, after some 75,000, they come again."""
    elder = [s + g for s, g in product(_SURNAMES, _ELDER_NAMES.split())]
    younger = [s + a + b for s, a, b in product(_SURNAMES, _FIRST, _SECOND)]
    chosen = [str(name) for pool in (elder, younger) for name in rng.choice(pool, 3000, replace=False)]
    first = dict.fromkeys(chosen[n] for n in rng.permutation(len(chosen)))
    yield from (name for name in first if name not in _WELL_KNOWN)
    rest = [name for name in dict.fromkeys(elder + younger) if name not in first and name not in _WELL_KNOWN]
    yield from (rest[n] for n in rng.permutation(len(rest)))
    yield from draw_people(rng)


def street_names(number: int, townships: int) -> list[str]:
    """Names of that many streets (街道), the last `townships` of them townships (镇)."""
    words = _STREETS.split()[:number]
    return [word + ("镇" if n >= number - townships else "街道") for n, word in enumerate(words)]


def community_names(rng: np.random.Generator, are_villages: Sequence[bool]) -> list[str]:
    """A name for each community, no two alike: 社区 in town, 村 in the country."""
    towns = [str(word) for word in rng.permutation(_ROAD_WORDS.split())]
    villages = _villages(rng)[::-1]
    spare = iter(f"{word}{side}" for side in _QUALIFIERS[1:] for word in towns)
    words = chain(towns, spare)
    return [f"{villages.pop()}村" if is_village else f"{next(words)}社区" for is_village in are_villages]


class RoadNames:
    """Names for roads, each given once: 路 runs west–east, 街 south–north, 巷 is short."""

    def __init__(self, rng: np.random.Generator, taken: Iterable[str] = ()) -> None:
        words = [str(word) for word in rng.permutation(_ROAD_WORDS.split())]
        pairs = [str(pair) for pair in rng.permutation([a[0] + b[0] for a, b in permutations(words, 2)])]
        given = set(taken)
        stems = dict.fromkeys([*(w + q for q in _QUALIFIERS for w in words), *pairs])
        self._next = {
            ending: iter([stem + ending for stem in stems if stem + ending not in given])
            for ending in ("路", "街")
        }
        self._lanes = (f"{w}{q}巷" for q in dict.fromkeys([*_QUALIFIERS, *_NUMBERS, *pairs]) for w in words)

    def next(self, ending: str) -> str:
        """A name with this ending."""
        return next(self._lanes if ending == "巷" else self._next[ending])


def draw_estates(rng: np.random.Generator, uses: Sequence[str]) -> list[str]:
    """A name for what stands on each block, after its use, no two alike; "" where it has none of its own."""
    words = _ESTATE_WORDS.split()
    given: set[str] = set()
    villages = iter(_villages(rng))
    return [
        next(villages)
        if use == "village"
        else _estate(rng, words, _ESTATE_KINDS[use], given)
        if use in _ESTATE_KINDS
        else ""
        for use in uses
    ]


def _villages(rng: np.random.Generator) -> list[str]:
    """Names of villages: a family's, and what its houses stand at."""
    plain = [s + w for w, s in product(_VILLAGE_WORDS.split(), _SURNAMES[:60])]
    sides = [f"{side}{name}" for side, name in product("大小上下新老东西南北", plain)]
    return [str(name) for pool in (plain, sides) for name in rng.permutation(pool)]


def _estate(rng: np.random.Generator, words: Sequence[str], kinds: Sequence[str], given: set[str]) -> str:
    """A word and a kind; where they have all been given, two words, or the first of both words."""
    name = str(rng.choice(words)) + str(rng.choice(kinds))
    while name in given:
        first, second = rng.choice(words, 2, replace=False)
        name = str(rng.choice([first + second, first[0] + second[0], first[1] + second[0]])) + str(
            rng.choice(kinds)
        )
    given.add(name)
    return name
