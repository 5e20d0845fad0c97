"""What the demo chain sells: groups of goods, makers (none of them real) and prices of today in toman."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bashgah.kit.text import Texts

CATEGORIES: tuple[tuple[str, str, Texts], ...] = (
    ("food", "", Texts("خوراکی", "Food")),
    ("dairy", "food", Texts("لبنیات", "Dairy")),
    ("bakery", "food", Texts("نان و شیرینی", "Bakery")),
    ("grocery", "food", Texts("خواربار", "Grocery")),
    ("protein", "food", Texts("گوشت و پروتئین", "Meat and fish")),
    ("fruit", "food", Texts("میوه و سبزی", "Fruit and vegetables")),
    ("drinks", "food", Texts("نوشیدنی", "Drinks")),
    ("snacks", "food", Texts("تنقلات و آجیل", "Snacks and nuts")),
    ("home", "", Texts("خانه", "Home")),
    ("cleaning", "home", Texts("شوینده", "Cleaning")),
    ("kitchen", "home", Texts("آشپزخانه", "Kitchen")),
    ("care", "", Texts("بهداشت و زیبایی", "Health and beauty")),
    ("baby", "", Texts("کودک", "Baby")),
)

BRANDS: dict[str, Texts] = {
    "sepidrud": Texts("سپیدرود", "Sepidrud"),
    "golpune": Texts("گل‌پونه", "Golpune"),
    "zarrin": Texts("زرین‌دشت", "Zarrindasht"),
    "alborz": Texts("کوهپایه", "Kuhpaye"),
    "nastaran": Texts("نسترن‌بهار", "Nastaran Bahar"),
    "kimia": Texts("کیمیاپاک", "Kimiapak"),
    "naderi": Texts("نادری", "Naderi"),
}


@dataclass(frozen=True, slots=True)
class Good:
    """A product; ``weighed`` ones are sold by the kilo, ``pull`` is how often it lies in a basket."""

    sku: str
    name: Texts
    category: str
    brand: str
    toman: int
    pull: int
    weighed: bool = False


def _goods(category: str, rows: str) -> list[Good]:
    """Read ``name | English | brand | toman | pull`` lines; a star after the price means by the kilo."""
    found = []
    for number, row in enumerate(rows.strip().splitlines(), start=1):
        fa, en, brand, price, pull = (part.strip() for part in row.split("|"))
        sku = f"{category[:3].upper()}-{number:03}"
        weighed = price.endswith("*")
        found.append(
            Good(sku, Texts(fa, en), category, brand, int(price.rstrip("*")), int(pull), weighed=weighed)
        )
    return found


GOODS: tuple[Good, ...] = (
    *_goods(
        "dairy",
        """
        شیر پرچرب یک لیتری | Full-fat milk 1 l | sepidrud | 62000 | 30
        شیر کم‌چرب یک لیتری | Low-fat milk 1 l | sepidrud | 58000 | 22
        ماست سطلی ۲ کیلویی | Yoghurt 2 kg | sepidrud | 185000 | 20
        ماست موسیر | Shallot yoghurt | golpune | 64000 | 10
        پنیر لیقوان | Lighvan cheese | zarrin | 420000* | 11
        پنیر خامه‌ای | Cream cheese | sepidrud | 89000 | 13
        کرهٔ ۱۰۰ گرمی | Butter 100 g | sepidrud | 78000 | 14
        دوغ ۱٫۵ لیتری | Doogh 1.5 l | golpune | 48000 | 18
        خامهٔ صبحانه | Breakfast cream | sepidrud | 55000 | 10
        کشک ۵۰۰ گرمی | Kashk 500 g | golpune | 98000 | 6
        """,
    ),
    *_goods(
        "bakery",
        """
        نان سنگک بسته‌ای | Sangak bread | naderi | 45000 | 24
        نان بربری | Barbari bread | naderi | 28000 | 22
        نان تست سبوس‌دار | Wholegrain toast | zarrin | 52000 | 18
        کیک یزدی | Yazdi cakes | nastaran | 120000 | 9
        نان خامه‌ای | Cream puffs | nastaran | 390000* | 6
        شیرینی نخودچی | Chickpea biscuits | nastaran | 460000* | 4
        باقلوا | Baklava | nastaran | 780000* | 3
        """,
    ),
    *_goods(
        "grocery",
        """
        برنج هاشمی ۱۰ کیلویی | Hashemi rice 10 kg | zarrin | 2450000 | 5
        برنج طارم ۵ کیلویی | Tarom rice 5 kg | zarrin | 1380000 | 6
        روغن آفتابگردان ۱٫۸ لیتری | Sunflower oil 1.8 l | zarrin | 265000 | 14
        رب گوجه ۸۰۰ گرمی | Tomato paste 800 g | golpune | 135000 | 15
        ماکارونی ۷۰۰ گرمی | Spaghetti 700 g | zarrin | 48000 | 17
        چای سیاه ۵۰۰ گرمی | Black tea 500 g | alborz | 420000 | 9
        قند شکسته یک کیلویی | Sugar lumps 1 kg | zarrin | 72000 | 9
        شکر یک کیلویی | Sugar 1 kg | zarrin | 58000 | 10
        لپه ۹۰۰ گرمی | Split peas 900 g | golpune | 165000 | 7
        عدس ۹۰۰ گرمی | Lentils 900 g | golpune | 148000 | 8
        زعفران یک مثقال | Saffron 4.6 g | alborz | 890000 | 3
        عسل کوهستان | Mountain honey | alborz | 640000 | 4
        تن ماهی ۱۸۰ گرمی | Tuna 180 g | golpune | 105000 | 15
        زیتون پرورده | Marinated olives | golpune | 175000 | 6
        سبزی خشک قرمه | Dried herbs | golpune | 88000 | 5
        """,
    ),
    *_goods(
        "protein",
        """
        سینهٔ مرغ | Chicken breast | naderi | 285000* | 16
        مرغ کامل | Whole chicken | naderi | 168000* | 14
        گوشت چرخ‌کرده | Minced meat | naderi | 890000* | 11
        گوشت خورشتی گوساله | Stewing veal | naderi | 980000* | 8
        ماهی قزل‌آلا | Trout | naderi | 430000* | 5
        تخم‌مرغ ۳۰ عددی | Eggs, 30 | naderi | 235000 | 17
        سوسیس کوکتل | Cocktail sausages | zarrin | 210000 | 7
        """,
    ),
    *_goods(
        "fruit",
        """
        سیب قرمز | Red apples | naderi | 78000* | 16
        پرتقال | Oranges | naderi | 69000* | 14
        موز | Bananas | naderi | 98000* | 15
        انار | Pomegranates | naderi | 95000* | 9
        هندوانه | Watermelon | naderi | 29000* | 9
        گوجه‌فرنگی | Tomatoes | naderi | 45000* | 20
        خیار | Cucumbers | naderi | 52000* | 20
        سیب‌زمینی | Potatoes | naderi | 38000* | 18
        پیاز | Onions | naderi | 32000* | 17
        سبزی خوردن | Fresh herbs | naderi | 35000 | 13
        """,
    ),
    *_goods(
        "drinks",
        """
        آب معدنی ۱٫۵ لیتری | Mineral water 1.5 l | alborz | 18000 | 22
        نوشابه ۱٫۵ لیتری | Cola 1.5 l | zarrin | 46000 | 15
        آب‌میوهٔ پرتقال | Orange juice | golpune | 79000 | 11
        ماءالشعیر | Malt drink | zarrin | 39000 | 10
        قهوهٔ فوری | Instant coffee | alborz | 310000 | 6
        عرق بیدمشک | Willow-flower water | golpune | 92000 | 3
        """,
    ),
    *_goods(
        "snacks",
        """
        چیپس سرکه‌ای | Vinegar crisps | nastaran | 48000 | 13
        پفک | Cheese puffs | nastaran | 36000 | 11
        شکلات تلخ ۷۰٪ | Dark chocolate 70% | nastaran | 125000 | 8
        پستهٔ اکبری | Akbari pistachios | naderi | 1450000* | 4
        تخمهٔ آفتابگردان | Sunflower seeds | naderi | 240000* | 7
        آجیل شب یلدا | Yalda nuts | naderi | 980000* | 4
        گز اصفهان | Isfahan gaz | nastaran | 360000 | 4
        بیسکویت ساقه‌طلایی | Digestive biscuits | nastaran | 32000 | 14
        """,
    ),
    *_goods(
        "cleaning",
        """
        مایع ظرفشویی | Dish soap | kimia | 98000 | 12
        پودر لباسشویی ماشینی | Washing powder | kimia | 245000 | 9
        مایع سفیدکننده | Bleach | kimia | 65000 | 7
        دستمال کاغذی ۳۰۰ برگ | Tissues 300 | kimia | 59000 | 17
        دستمال توالت ۱۲ تایی | Toilet paper, 12 | kimia | 268000 | 8
        کیسهٔ زباله | Bin bags | kimia | 78000 | 9
        """,
    ),
    *_goods(
        "kitchen",
        """
        ماهیتابهٔ ۲۶ سانتی | Frying pan 26 cm | alborz | 1180000 | 2
        قوری چینی | China teapot | alborz | 690000 | 2
        سفرهٔ یک‌بارمصرف | Disposable tablecloth | kimia | 85000 | 5
        فلاسک یک لیتری | Flask 1 l | alborz | 1350000 | 1
        """,
    ),
    *_goods(
        "care",
        """
        شامپو ۴۰۰ میلی | Shampoo 400 ml | kimia | 189000 | 8
        خمیردندان | Toothpaste | kimia | 96000 | 10
        صابون ۴ عددی | Soap, 4 | kimia | 112000 | 8
        کرم مرطوب‌کننده | Moisturiser | kimia | 235000 | 5
        ضدآفتاب | Sun cream | kimia | 420000 | 3
        """,
    ),
    *_goods(
        "baby",
        """
        پوشک سایز ۴ | Nappies size 4 | kimia | 685000 | 4
        شیر خشک | Infant formula | sepidrud | 540000 | 3
        دستمال مرطوب | Wet wipes | kimia | 89000 | 7
        """,
    ),
)

REWARDS: tuple[tuple[str, Texts, Texts, Texts, int | None], ...] = (
    (
        "discount_50k",
        Texts("کوپن ۵۰ هزار تومانی", "50,000 toman coupon"),
        Texts("برای خرید بعدی در همهٔ شعبه‌ها.", "For your next purchase, in every branch."),
        Texts("برای خریدهای از ۲۰۰ هزار تومان به بالا.", "On purchases from 200,000 toman."),
        None,
    ),
    (
        "store_credit_50k",
        Texts("اعتبار خرید ۵۰ هزار تومانی", "50,000 toman of store credit"),
        Texts("به کیف اعتبار شما اضافه می‌شود.", "Goes to your credit wallet at once."),
        Texts("", ""),
        None,
    ),
    (
        "free_coffee",
        Texts("قهوهٔ کافهٔ نادری", "A coffee at Café Naderi"),
        Texts("یک فنجان قهوهٔ تازه.", "A fresh cup of coffee."),
        Texts("هر روز یک بار.", "Once a day."),
        480,
    ),
    (
        "dairy_15",
        Texts("۱۵٪ تخفیف لبنیات", "15% off dairy"),
        Texts("فقط روی لبنیات سبد، تا ۱۵۰ هزار تومان.", "Off the dairy in your basket, up to 150,000 toman."),
        Texts("برای خریدهایی با حداقل ۱۰۰ هزار تومان لبنیات.", "With at least 100,000 toman of dairy."),
        None,
    ),
)
DAIRY: dict[str, Any] = {
    "key": "dairy_15",
    "kind": "discount_coupon",
    "price": 350,
    "params": {
        "percent": 15,
        "most": 1_500_000,
        "minimum_order": 1_000_000,
        "valid_days": 30,
        "lines": {"field": "line.category", "op": "under", "value": "dairy"},
    },
    "limits": [{"window": "month", "most": 2}],
}
"""A coupon for some goods, beside the rewards every club begins with."""

MONTH_PURCHASES = {
    "key": "month_purchases",
    "name": {"fa": "خرید در ماه", "en": "Purchase in the month"},
    "window": "month",
}
FIFTH: dict[str, Any] = {
    "key": "fifth_purchase_coupon",
    "name": {"fa": "کوپن برای هر پنجمین خرید ماه", "en": "A coupon for every fifth purchase of a month"},
    "when": {"field": "counter.month_purchases", "op": "every", "value": 5},
    "effects": [{"kind": "reward", "reward": "discount_50k", "valid_days": 14}],
    "limits": [{"window": "month", "most": 2, "of": "times"}],
    "budget": {"reward": "discount_50k", "most": 5000, "window": "month", "at_limit": "skip"},
    "priority": 300,
}
"""A rule that gives a reward; when it begins the filling says."""
TERMS: dict[str, dict[str, Any]] = {
    key: {"name": {"fa": name.fa, "en": name.en}, **({"cost": 500_000} if key == "discount_50k" else {})}
    for key, name, *_more in REWARDS
}
"""What the program knows of the rewards beside their terms: their names, and what a coupon costs."""
