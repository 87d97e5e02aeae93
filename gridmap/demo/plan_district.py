"""What is settled about the large demo district before it is drawn: a city with towns around it, 25 by 20 kilometres."""

from __future__ import annotations

from gridmap.demo.plan import LARGE_PARKS, SITES, SMALL_PARKS, Place, Plan, Site

_MORE_PARKS = (
    "青年公园 人民公园 儿童公园 滨江公园 凤凰公园 桃花园 荷塘公园 竹园 松鹤园 海棠园 石榴园 紫薇园 桂花园 木槿园 丁香园 "
    "茶花园 芙蓉园 杜鹃园 栖霞公园 白鹭园 映月园 怀古园 体育公园 科普公园 法治公园 清风园 廉洁公园 双拥公园 健康园 诗词园"
)
_MORE_SITES = (
    Site("翠屏农贸市场", "market", Place(6900, 4800)),
    Site("金桥农贸市场", "market", Place(5900, -300)),
    Site("玉带菜市场", "market", Place(400, 4700)),
    Site("东山农贸市场", "market", Place(11600, 8300)),
    Site("石桥农贸市场", "market", Place(-5200, 6400)),
    Site("柳溪农贸市场", "market", Place(-4500, -3900)),
    Site("青岭农贸市场", "market", Place(12400, -2600)),
    Site("万象购物中心", "mall", Place(5200, 5200)),
    Site("江南购物中心", "mall", Place(2900, -900)),
    Site("东山商场", "mall", Place(11200, 8000)),
    Site("示例区第二人民医院", "hospital", Place(6600, 1000)),
    Site("示例区妇幼保健院", "hospital", Place(800, 3700)),
    Site("东山医院", "hospital", Place(11900, 7900)),
    Site("石桥镇卫生院", "hospital", Place(-5000, 6700)),
    Site("柳溪镇卫生院", "hospital", Place(-4300, -4200)),
    Site("青岭镇卫生院", "hospital", Place(12800, -2300)),
    Site("示例南站", "station", Place(4300, -3200)),
    Site("东山客运站", "station", Place(11000, 8700)),
    Site("石桥客运站", "station", Place(-4700, 5900)),
    Site("东山镇人民政府", "government", Place(11500, 8500)),
    Site("石桥镇人民政府", "government", Place(-5400, 6600)),
    Site("柳溪镇人民政府", "government", Place(-4700, -3700)),
    Site("青岭镇人民政府", "government", Place(12200, -2400)),
    Site("翠屏广场", "square", Place(6300, 5200)),
    Site("江南广场", "square", Place(3600, -600)),
    Site("南站在建片区", "site", Place(3900, -2700)),
    Site("江南新城在建工地", "site", Place(5200, -1500)),
    Site("高新园在建工地", "site", Place(8200, 5600)),
    Site("西苑在建工地", "site", Place(-600, 2600)),
)

DISTRICT = Plan(
    size="district",
    extent=(-9000.0, -7500.0, 16000.0, 12500.0),
    centres=(
        (Place(3950.0, 2400.0), 8200.0),
        (Place(11500.0, 8200.0), 2700.0),
        (Place(-5200.0, 6500.0), 2400.0),
        (Place(-4500.0, -4000.0), 2500.0),
        (Place(12500.0, -2500.0), 2500.0),
    ),
    west_east={
        "湖滨路": 0.07,
        "和平路": 0.14,
        "建设路": 0.22,
        "学府路": 0.31,
        "北环路": 0.43,
        "翠屏路": 0.62,
        "东山路": 0.80,
        "文昌路": -0.09,
        "迎春路": -0.19,
        "江南路": -0.31,
        "南环路": -0.47,
        "柳溪路": -0.72,
    },
    south_north={
        "石桥路": -6800.0,
        "柳营路": -4700.0,
        "西环路": -2100.0,
        "西苑路": -300.0,
        "青松街": 900.0,
        "学府街": 1830.0,
        "观澜街": 2660.0,
        "东门街": 3420.0,
        "白石街": 4130.0,
        "翠园街": 5010.0,
        "望江街": 6050.0,
        "高新路": 7300.0,
        "东环路": 9300.0,
        "东山大道": 11500.0,
        "青岭路": 13600.0,
    },
    bridges=("石桥路", "西环路", "学府街", "东门街", "白石街", "望江街", "东环路", "东山大道"),
    corners=(),
    is_rounded=True,
    large_parks={**LARGE_PARKS, "翠屏山公园": Place(7800, 7200), "龙潭公园": Place(-1200, -1400)},
    small_parks=(*SMALL_PARKS, *_MORE_PARKS.split()),
    sites=(*SITES, *_MORE_SITES),
    cells=4127,
    buildings=60_000,
    staff=3688,
    block_m2=(34_000.0, 90_000.0),
    drawn=(16, 134),
)
"""The district of the size of a real one: 16 streets and townships, 134 communities and villages, 4,127 cells."""
