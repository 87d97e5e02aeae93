"""What is reported in the demo: the categories that occur, how often, where, when, and in what words."""

from __future__ import annotations

from typing import NamedTuple

ROAD, HOME, GREEN = "road", "home", "green"
"""Where a matter of a category lies: on a road, at a building, in a park or by the water."""

HOURS = {
    "day": (4, 3, 2, 2, 3, 8, 20, 46, 78, 88, 80, 62, 38, 46, 68, 74, 66, 52, 40, 36, 28, 20, 12, 7),
    "early": (2, 1, 1, 1, 4, 26, 70, 96, 84, 52, 30, 24, 22, 16, 14, 16, 20, 26, 24, 16, 10, 6, 3, 2),
    "late": (16, 8, 4, 2, 2, 3, 5, 8, 8, 6, 6, 8, 14, 10, 6, 6, 8, 16, 36, 62, 76, 70, 52, 30),
}
"""How many of a kind are reported in each local hour, relatively: by day with two peaks, early, late."""

NIGHT = frozenset({*range(6), 19, 20, 21, 22, 23})


class Saying(NamedTuple):
    """A category of the tables in geodata/categories with the sentences it is reported in.

    `key` is `standard:kind:code`, `name_zh` the name it has there; `often` its weight among all, `hours`
    a key of HOURS, `scene` the picture that shows it. The sentences name the place by {road}, {n} is a
    number of two to six; none names a person. Those in `night` are for the dark hours.
    """

    key: str
    name_zh: str
    often: float
    where: str
    hours: str
    scene: str
    sentences: tuple[str, ...]
    night: tuple[str, ...] = ()


_TABLE = """
GBT47678:matter:06010 暴露垃圾 95 road early bins
{n}袋生活垃圾堆在路边，未清运
散落生活垃圾一片，有异味
树池内倒有厨余垃圾，招苍蝇
桶外堆放垃圾袋{n}个，风吹四散
墙角有人丢弃盒饭和塑料袋
快递包装与菜叶混堆，约{n}平方米
GBT47678:matter:06011 积存垃圾渣土 55 road day rubble
围墙边堆有建筑渣土约{n}立方米
空地积存渣土多日，雨后泥水外流
渣土堆未覆盖，车过扬尘
拆下的砖块和水泥块堆在路侧，已有{n}天
装修渣土倒在绿篱后，长约{n}米
GBT47678:matter:06012 道路不洁 40 road early bins
路面有油污和菜叶，需冲洗
路面泥土较多，车过扬尘
菜摊收后满地菜叶，未保洁
垃圾车渗漏，污水印约{n}米
便道上有呕吐物和烟头，需清扫
GBT47678:matter:06013 道路破损 52 road day pothole
车行道有坑洞，直径约半米
路面龟裂下沉，约{n}平方米
坑槽积水，非机动车绕行
检查井周边沥青碎裂，车过颠簸
路面隆起一道，高约{n}厘米
人行道地砖松动{n}块，行人易绊倒
GBT47678:matter:06014 道路遗撒(洒) 14 road day rubble
有砂石遗撒，长约{n}0米
遗撒混凝土，已凝固
货车掉落碎砖，占一条车道
黄土遗撒一路，车辆打滑
GBT47678:matter:06017 绿地脏乱 22 green day bins
绿地内有塑料袋和饮料瓶
落叶和杂物较多，未清理
草坪上丢有餐盒{n}个，疑似野餐遗留
灌木丛里挂着塑料袋，不好看
GBT47678:matter:06025 水域不洁 22 green day river
水面漂浮枯枝和泡沫板
岸边水面有油膜，约{n}平方米
水草成片，夹杂饮料瓶
拦污栅前积有漂浮垃圾
GBT47678:matter:06028 噪声扰民 48 home late stall
沿街商铺扩音器循环播放广告
棋牌室喧哗，影响休息
健身器材旁音响声音过大
空调外机异响，楼上住户反映
+夜间音响声音过大，影响休息
+烧烤店深夜喧闹，居民多次反映
+楼内深夜装修敲打声
+广场舞音响超过约定时间仍未停
GBT47678:matter:06029 露天烧烤 16 road late smoke
便道上有摊点露天烧烤，油烟较大
炭火烧烤占用人行道，桌椅{n}套
+夜间炭火烧烤占用人行道，油烟呛人
+烧烤摊{n}处连成一片，地面油污
GBT47678:matter:06001 私搭乱建 36 home day shed
楼顶正在搭建彩钢棚
一楼住户外墙加建小房，占用公共通道
露台加盖阳光房，已立{n}根立柱
天井内砌墙，占用公共空间
底商门前搭建雨棚，伸出约{n}米
GBT47678:matter:06027 油烟污染 30 home day smoke
餐馆油烟直排，未装净化设施
小吃店排烟口朝向居民窗户
排烟管接口漏油，滴在人行道上
净化器未开，油烟味明显
+烧烤店油烟飘进楼上，居民不敢开窗
GBT47678:matter:06036 乱堆杂物 56 home day furniture
单元门口堆放纸箱和旧木板
楼道内堆放杂物，影响通行
楼梯转角堆着旧轮胎{n}只
公共平台堆放花盆和纸板，占了一半
架空层堆满旧家电，无人认领
地下室出口堆有木架{n}个
GBT47678:matter:06042 垃圾站(箱)满溢 34 home early bins
垃圾桶满溢，周边散落垃圾
投放点{n}个桶已满，清运不及时
厨余桶已满，地面有污水
垃圾房门口袋装垃圾堆到路上
GBT47678:matter:06041 垃圾未分类 12 home early bins
投放点厨余与其他垃圾混投
有害垃圾桶内混有生活垃圾
可回收物桶里多为厨余，需督导
GBT47678:matter:06035 废弃家具设备 34 home day furniture
路边丢弃旧沙发一张、床垫一张
楼前丢弃旧衣柜，占用便道
单元口放着旧冰箱一台，{n}天无人处理
绿化带旁丢弃旧桌椅{n}件
GBT47678:matter:06051 盲道缺损 28 road day flagstones
盲道砖缺失约{n}块
盲道被井盖截断，导向错误
盲道砖翘起，轮椅难以通过
盲道凸点磨平，长约{n}米
GBT47678:matter:06050 路缘石缺损 24 road day flagstones
路缘石断裂{n}块，翘起
路缘石缺失，碎石散落
路缘石被车撞歪，外移约{n}厘米
GBT47678:matter:06016 交通标线不清晰 24 road day pothole
斑马线磨损，难以辨认
停止线模糊，需重新施划
导向箭头褪色，司机走错车道
停车位划线磨没，{n}个车位看不清
GBT47678:matter:07001 非法小广告 58 home day leaflets
单元门上张贴小广告{n}张
楼道墙面喷涂开锁广告
电表箱贴满租房小广告
信报箱被塞卡片广告，散落一地
防盗门上粘有“疏通”贴纸{n}处
GBT47678:matter:07003 违规户外广告 34 road day billboard
楼体大型广告布破损，迎风摆动
人行道上违规设置立式广告牌
店招外挑过长，遮挡路牌
灯箱广告掉角，有坠落风险
横幅未经审批，悬挂{n}条
GBT47678:matter:08001 施工扰民 14 road late hoarding
工地打桩声大，附近学校反映
切割机未设隔音棚，噪声明显
+工地夜间仍在浇筑，居民反映
+工地深夜卸钢筋，响声连续
GBT47678:matter:08004 工地扬尘 14 road day hoarding
工地土方未覆盖，扬尘明显
工地出入口未冲洗，车辆带泥上路
喷淋未开，堆土起尘
土方作业未洒水，扬尘飘过马路
GBT47678:matter:08005 施工废弃料 20 road day rubble
施工结束后废弃管材未清走
工地围挡外堆放废弃模板
铣刨料堆在路侧{n}天未运
剩余井圈和砖块留在人行道上
GBT47678:matter:08007 施工工地围挡问题 12 road day hoarding
工地围挡倾斜，有倒伏风险
工地围挡缺口未封闭，行人可进入
围挡底部外移，占了{n}0厘米便道
围挡破洞{n}处，未修补
GBT47678:matter:09001 无照经营游商 26 road day stall
有流动水果摊{n}辆，占用非机动车道
有流动小吃摊{n}个，聚集人群
三轮车卖菜，吆喝声大
地摊卖百货，行人驻足拥堵
GBT47678:matter:09005 店外经营 62 road day stall
早点铺桌椅摆到盲道上
五金店把货物摆出门外约{n}米
水果店货架摆上人行道
餐馆在门外加摆{n}桌
洗车店占用便道作业，污水横流
GBT47678:matter:09006 占道经营 40 road early stall
便道上摆摊卖菜，行人绕行车道
非机动车道有摊贩占道，{n}处
早餐车停在路口，排队占路
卖鱼摊占道，地面湿滑
GBT47678:matter:09009 机动车乱停放 76 road day parking
{n}辆小车停在人行道上
转角处违停，遮挡视线
货车占用非机动车道卸货
车辆压盲道停放，未留联系方式
接送车辆双排停放，堵住一条车道
GBT47678:matter:09010 非机动车乱停放 44 road day bikes
电动车停满盲道
公交站旁非机动车乱停，约{n}0辆
电动车挡住无障碍坡道
电动车横放，行人侧身通过
GBT47678:matter:09011 共享单车乱象 24 road day bikes
共享单车堆积，倒伏一片
共享单车停到绿化带内，{n}0余辆
坏损单车{n}辆无人回收
单车占满公交站台，乘客上车不便
GBT47678:matter:09012 占用消防通道 32 home day fire_lane
消防通道被车辆堵住
楼栋东侧消防通道堆放建材
消防登高面停车{n}辆
消防通道地锁未拆，车辆无法进入
GBT47678:matter:09020 农贸市场秩序问题 8 road early stall
市场内摊位越线，通道拥堵
市场后门垃圾外溢，污水横流
活禽摊未按分区经营
GBT47678:matter:01002 污水井盖异常 28 road day manhole
污水井盖与路面高差过大，车过有响声
污水井盖破裂，需更换
污水井外溢，气味大
污水井盖移位，露出约{n}厘米缝隙
GBT47678:matter:01003 雨水井盖异常 26 road day manhole
雨水井盖沉陷约{n}厘米
雨水井盖松动，车过弹跳
雨水井盖缺失，已用锥桶围护
雨水井盖边缘碎裂，卡住自行车轮
GBT47678:matter:01004 雨水箅子异常 18 road day flood
雨水箅子被泥沙堵塞过半
雨水箅子断了{n}根
雨水箅子被油污糊住，排水不畅
GBT47678:matter:01037 路灯异常 46 road late lamp
路灯灯杆外皮开裂，需检修
路灯白天未熄，{n}盏常亮
+路灯一盏不亮
+连续{n}杆路灯不亮，夜间昏暗
+路灯闪烁，时亮时灭
+灯罩脱落，灯头裸露
GBT47678:matter:01046 户外健身设施异常 20 green day railing
健身器材螺丝松动
健身器材踏板断裂
双杠底座外露，有{n}处锈蚀
GBT47678:matter:02017 交通护栏异常 22 road day railing
护栏被撞变形约{n}米
中央护栏移位，占用车道
护栏立柱松动{n}根
护栏连接件脱落，横杆垂地
GBT47678:matter:03005 垃圾箱异常 24 road day bins
果皮箱箱门脱落
垃圾箱底部破损漏水
果皮箱被撞歪，投口朝下
垃圾箱内胆缺失
GBT47678:matter:03001 公共厕所异常 8 road day tap
公厕洗手池堵塞
公厕地面积水未清理
公厕第{n}蹲位冲水失灵
GBT47678:matter:04002 行道树异常 34 road day branch
行道树枯枝悬挂，有掉落风险
行道树倾斜，支撑松脱
行道树枝叶遮挡信号灯
行道树断枝压在人行道上
行道树树池塌陷，根系外露
GBT47678:matter:10002 架空线缆脱落 10 road day cable
通信线缆下垂，离地约{n}米
线缆脱落垂到人行道
断线缠在行道树上，行人绕行
own:matter:A01 矛盾纠纷 18 home day mediation
因楼道公共区域使用发生争执，请求调解
因渗水问题上下楼协商未果
停车位归属有争议，双方请社区协调
养犬问题邻里多次争吵，请求上门
own:matter:B02 电动自行车进楼充电 24 home late charging
楼道内有电动车充电，飞线拉设
单元一层大厅停放电动车充电
地下室有{n}辆电动车集中充电，无喷淋
+电动车推进电梯上楼充电
+从{n}楼窗口拉线给楼下电动车充电
own:matter:C03 停水停电停气 8 home early tap
水压不足，高层停水
整栋停电，原因待查
燃气无法点火，{n}户反映
水龙头出黄水，已停用
own:matter:D02 电梯安全隐患 14 home day lift
电梯运行抖动，有异响
电梯内紧急呼叫按钮失灵
电梯停在{n}楼不动，无人被困
电梯门反复开合，关不严
own:matter:E01 装修垃圾待清运 32 home day rubble
装修垃圾堆放点已满
楼前装修垃圾堆放{n}天未清运
装修袋占用两个车位
装修垃圾未装袋，粉尘飞扬
GBT30428:matter:0506 道路积水 16 road day flood
低洼处积水约{n}0厘米
雨后积水，行人难以通过
积水没过路缘石，车辆缓行
雨水倒灌便道，商户门口进水
"""


def _read(table: str) -> tuple[Saying, ...]:
    """The sayings of a table: a line of six words begins one; lines with a plus are for the night."""
    found: list[Saying] = []
    for line in table.strip().splitlines():
        words = line.split()
        if len(words) == 6:
            key, name, often, where, hours, scene = words
            found.append(Saying(key, name, float(often), where, hours, scene, ()))
        elif line.startswith("+"):
            found[-1] = found[-1]._replace(night=(*found[-1].night, "{road}" + line[1:]))
        else:
            found[-1] = found[-1]._replace(sentences=(*found[-1].sentences, "{road}" + line))
    return tuple(found)


SAYINGS = _read(_TABLE)
BY_NAME = {saying.name_zh: saying for saying in SAYINGS}
BY_KEY = {saying.key: saying for saying in SAYINGS}

NUMBERS = ("两", "三", "四", "五", "六")
FIGURES = ("2", "3", "4", "5", "6")


def say(saying: Saying, place: str, hour: int, pick: int) -> str:
    """One of its sentences for `place` at that local hour; `pick` (any whole number from 0) chooses which."""
    fitting = saying.night if saying.night and hour in NIGHT else saying.sentences
    sentence = fitting[pick % len(fitting)]
    # Before a zero a number is written in figures: 20米, not 两0米.
    number = (FIGURES if "{n}0" in sentence else NUMBERS)[pick // 7 % 5]
    return sentence.format(road=place, n=number)
