"""What is reported in the demo: the categories that occur, how often, for how long, and in what words."""

from __future__ import annotations

from typing import NamedTuple

ROAD, HOME, GREEN = "road", "home", "green"
"""Where a matter of a category lies: on a road, at a building, in a park or by the water."""


class Saying(NamedTuple):
    """A category of the tables in geodata/categories with the sentences it is reported in.

    `key` is `standard:kind:code`, `name_zh` the name it has there; `often` its weight among all,
    `limit_h` about how many hours its handling takes at most. The sentences name the {road} and no person.
    """

    key: str
    name_zh: str
    often: float
    limit_h: float
    where: str
    sentences: tuple[str, ...]


def _new(code: str, name_zh: str, often: float, limit_h: float, where: str, *sentences: str) -> Saying:
    return Saying(f"GBT47678:matter:{code}", name_zh, often, limit_h, where, sentences)


def _own(code: str, name_zh: str, often: float, limit_h: float, *sentences: str) -> Saying:
    return Saying(f"own:matter:{code}", name_zh, often, limit_h, HOME, sentences)


SAYINGS = (
    _new(
        "06010",
        "暴露垃圾",
        95,
        4,
        ROAD,
        "{road}路边有袋装垃圾未清运，约三四袋",
        "{road}人行道上散落生活垃圾，有异味",
    ),
    _new(
        "06011",
        "积存垃圾渣土",
        55,
        120,
        ROAD,
        "{road}围墙边堆有建筑渣土约两立方米",
        "{road}空地积存渣土多日，雨后泥水外流",
    ),
    _new("06012", "道路不洁", 40, 2, ROAD, "{road}路面有油污和菜叶，需冲洗", "{road}路面泥土较多，车过扬尘"),
    _new(
        "06013",
        "道路破损",
        52,
        120,
        ROAD,
        "{road}车行道有坑洞，直径约半米",
        "{road}人行道地砖松动下沉，行人易绊倒",
    ),
    _new(
        "06014", "道路遗撒(洒)", 14, 4, ROAD, "{road}有砂石遗撒，长约二十米", "{road}路口遗撒混凝土，已凝固"
    ),
    _new(
        "06017", "绿地脏乱", 22, 4, GREEN, "{road}旁绿地内有塑料袋和饮料瓶", "{road}旁绿化带内落叶和杂物较多"
    ),
    _new("06025", "水域不洁", 22, 48, GREEN, "{road}旁水面漂浮枯枝和泡沫板", "{road}旁岸边水面有油膜"),
    _new(
        "06028",
        "噪声扰民",
        48,
        4,
        HOME,
        "{road}附近夜间音响声音过大，影响休息",
        "{road}沿街商铺扩音器循环播放广告",
    ),
    _new(
        "06029",
        "露天烧烤",
        16,
        2,
        ROAD,
        "{road}便道上有摊点露天烧烤，油烟较大",
        "{road}路口夜间炭火烧烤占用人行道",
    ),
    _new(
        "06001",
        "私搭乱建",
        36,
        360,
        HOME,
        "{road}居民楼顶正在搭建彩钢棚",
        "{road}一楼住户外墙加建小房，占用公共通道",
    ),
    _new(
        "06027",
        "油烟污染",
        30,
        48,
        HOME,
        "{road}餐馆油烟直排，未装净化设施",
        "{road}小吃店排烟口朝向居民窗户",
    ),
    _new(
        "06036", "乱堆杂物", 56, 24, HOME, "{road}单元门口堆放纸箱和旧木板", "{road}楼道内堆放杂物，影响通行"
    ),
    _new(
        "06042",
        "垃圾站(箱)满溢",
        34,
        4,
        ROAD,
        "{road}垃圾桶满溢，周边散落垃圾",
        "{road}投放点四个桶已满，清运不及时",
    ),
    _new(
        "06041",
        "垃圾未分类",
        12,
        24,
        HOME,
        "{road}投放点厨余与其他垃圾混投",
        "{road}投放点有害垃圾桶内混有生活垃圾",
    ),
    _new(
        "06035",
        "废弃家具设备",
        34,
        48,
        HOME,
        "{road}路边丢弃旧沙发一张、床垫一张",
        "{road}小区门口丢弃旧衣柜，占用便道",
    ),
    _new("06051", "盲道缺损", 28, 120, ROAD, "{road}盲道砖缺失约五块", "{road}盲道被井盖截断，导向错误"),
    _new(
        "06050", "路缘石缺损", 24, 120, ROAD, "{road}路缘石断裂两块，翘起", "{road}路口路缘石缺失，碎石散落"
    ),
    _new(
        "06016",
        "交通标线不清晰",
        24,
        120,
        ROAD,
        "{road}路口斑马线磨损，难以辨认",
        "{road}停止线模糊，需重新施划",
    ),
    _new(
        "07001",
        "非法小广告",
        58,
        24,
        HOME,
        "{road}单元门和电线杆上张贴小广告多处",
        "{road}楼道墙面喷涂开锁广告",
    ),
    _new(
        "07003",
        "违规户外广告",
        34,
        120,
        ROAD,
        "{road}楼顶大型广告布破损，迎风摆动",
        "{road}人行道上违规设置立式广告牌",
    ),
    _new("08001", "施工扰民", 14, 2, HOME, "{road}工地夜间十一点仍在施工", "{road}工地清晨打桩，噪声大"),
    _new(
        "08004",
        "工地扬尘",
        14,
        2,
        ROAD,
        "{road}工地土方未覆盖，扬尘明显",
        "{road}工地出入口未冲洗，车辆带泥上路",
    ),
    _new(
        "08005", "施工废弃料", 20, 48, ROAD, "{road}施工结束后废弃管材未清走", "{road}工地围挡外堆放废弃模板"
    ),
    _new(
        "08007",
        "施工工地围挡问题",
        12,
        48,
        ROAD,
        "{road}工地围挡倾斜，有倒伏风险",
        "{road}工地围挡缺口未封闭，行人可进入",
    ),
    _new(
        "09001", "无照经营游商", 26, 2, ROAD, "{road}路口有流动水果摊三辆", "{road}学校门口有流动小吃摊聚集"
    ),
    _new("09005", "店外经营", 62, 2, ROAD, "{road}早点铺桌椅摆到盲道上", "{road}五金店把货物摆出门外约两米"),
    _new(
        "09006", "占道经营", 40, 2, ROAD, "{road}便道上摆摊卖菜，行人绕行车道", "{road}非机动车道有摊贩占道"
    ),
    _new(
        "09009", "机动车乱停放", 76, 4, ROAD, "{road}三辆小车停在人行道上", "{road}路口转角处违停，遮挡视线"
    ),
    _new(
        "09010", "非机动车乱停放", 44, 2, ROAD, "{road}电动车停满盲道", "{road}公交站旁非机动车乱停，约二十辆"
    ),
    _new(
        "09011", "共享单车乱象", 24, 4, ROAD, "{road}共享单车堆积，倒伏一片", "{road}地段共享单车停到绿化带内"
    ),
    _new(
        "09012", "占用消防通道", 32, 2, HOME, "{road}小区消防通道被车辆堵住", "{road}楼栋东侧消防通道堆放建材"
    ),
    _new(
        "09020",
        "农贸市场秩序问题",
        8,
        24,
        ROAD,
        "{road}市场内摊位越线，通道拥堵",
        "{road}市场后门垃圾外溢，污水横流",
    ),
    _new(
        "01002",
        "污水井盖异常",
        28,
        120,
        ROAD,
        "{road}污水井盖与路面高差过大，车过有响声",
        "{road}污水井盖破裂，需更换",
    ),
    _new(
        "01003", "雨水井盖异常", 26, 120, ROAD, "{road}雨水井盖沉陷约三厘米", "{road}雨水井盖松动，车过弹跳"
    ),
    _new("01004", "雨水箅子异常", 18, 24, ROAD, "{road}雨水箅子被泥沙堵塞过半", "{road}雨水箅子断了两根"),
    _new("01037", "路灯异常", 46, 48, ROAD, "{road}路灯一盏不亮", "{road}连续两杆路灯不亮，夜间昏暗"),
    _new("01046", "户外健身设施异常", 20, 72, GREEN, "{road}旁健身器材螺丝松动", "{road}旁健身器材踏板断裂"),
    _new("02017", "交通护栏异常", 22, 72, ROAD, "{road}护栏被撞变形约三米", "{road}中央护栏移位，占用车道"),
    _new("03005", "垃圾箱异常", 24, 72, ROAD, "{road}果皮箱箱门脱落", "{road}垃圾箱底部破损漏水"),
    _new("03001", "公共厕所异常", 8, 24, ROAD, "{road}公厕洗手池堵塞", "{road}公厕地面积水未清理"),
    _new(
        "04002", "行道树异常", 34, 48, ROAD, "{road}行道树枯枝悬挂，有掉落风险", "{road}行道树倾斜，支撑松脱"
    ),
    _new("10002", "架空线缆脱落", 10, 2, ROAD, "{road}通信线缆下垂，离地约两米", "{road}线缆脱落垂到人行道"),
    _own(
        "A01",
        "矛盾纠纷",
        18,
        72,
        "{road}小区因楼道公共区域使用发生争执，请求调解",
        "{road}小区因渗水问题上下楼协商未果",
    ),
    _own(
        "B02",
        "电动自行车进楼充电",
        24,
        24,
        "{road}楼道内有电动车充电，飞线拉设",
        "{road}单元一层大厅停放电动车充电",
    ),
    _own("C03", "停水停电停气", 8, 8, "{road}片区今早水压不足，高层停水", "{road}一栋楼停电，原因待查"),
    _own("D02", "电梯安全隐患", 14, 24, "{road}高层电梯运行抖动，有异响", "{road}电梯内紧急呼叫按钮失灵"),
    _own("E01", "装修垃圾待清运", 32, 72, "{road}小区装修垃圾堆放点已满", "{road}楼前装修垃圾堆放三天未清运"),
    Saying(
        "GBT30428:matter:0506",
        "道路积水",
        16,
        2,
        ROAD,
        ("{road}低洼处积水约十厘米", "{road}路口雨后积水，行人难以通过"),
    ),
)

BY_NAME = {saying.name_zh: saying for saying in SAYINGS}
