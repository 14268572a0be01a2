//! Which product a caller means: "a large oat latte" is a Latte, in Large, with oat milk.

use model::Money;

use super::store::{Category, Item, Modifier, Size};
use crate::packs::heard;

/// What was understood of a product as a caller said it.
#[derive(Clone, Debug, PartialEq)]
pub struct Order<'m> {
    /// The product.
    pub item: &'m Item,
    /// The size, where one was said that exists or where there is only one.
    pub size: Option<&'m Size>,
    /// What is added or changed.
    pub modifiers: Vec<&'m Modifier>,
    /// Words that fit nothing here.
    pub unknown: Vec<String>,
}

impl Order<'_> {
    /// The price of a size with everything that is added.
    pub fn total(&self, size: &Size) -> Money {
        let extra: i64 = self.modifiers.iter().map(|modifier| modifier.price.minor).sum();
        Money { minor: size.price.minor + extra, currency: size.price.currency }
    }
}

/// Whether a product was recognised.
#[derive(Clone, Debug, PartialEq)]
pub enum Meant<'m> {
    /// It was.
    One(Order<'m>),
    /// Several fit equally well.
    Several(Vec<&'m Item>),
    /// None does; these come nearest.
    Unknown(Vec<&'m Item>),
}

/// Finds the product that is meant.
pub fn meant<'m>(menu: &'m [Category], said: &str) -> Meant<'m> {
    let heard = Heard::new(said);
    let mut readings: Vec<Reading<'m>> =
        menu.iter().flat_map(|category| &category.items).map(|item| heard.read(item)).collect();
    // Stable: of equals the one that stands first on the menu stays first.
    readings.sort_by(|a, b| b.score().total_cmp(&a.score()));
    let Some(best) = readings.first().filter(|best| best.is_good()) else {
        return Meant::Unknown(readings.iter().filter(|r| r.covered > 0.0).take(3).map(|r| r.order.item).collect());
    };
    if best.covered < WHOLE {
        let rivals = readings.iter().filter(|r| r.is_good() && r.covered < WHOLE && r.used == best.used);
        let rivals: Vec<&Item> = rivals.map(|reading| reading.order.item).collect();
        if rivals.len() > 1 {
            return Meant::Several(rivals);
        }
    }
    Meant::One(readings.swap_remove(0).order)
}

/// A name of which this much was heard was heard in whole.
const WHOLE: f64 = 0.85;

struct Heard {
    words: Vec<String>,
    /// Words after "no" or "without": understood, but not wanted.
    unwanted: Vec<bool>,
}

/// One way to understand what was said.
struct Reading<'m> {
    order: Order<'m>,
    /// How much of the item's name was said.
    covered: f64,
    /// Which words were taken for the item's name.
    used: Vec<bool>,
    /// How much of what was said has a meaning for this item.
    explained: f64,
}

impl Reading<'_> {
    fn score(&self) -> f64 {
        // A longer name that was said in whole ("Vanilla Latte") goes before a shorter one with an extra.
        let length = self.used.iter().filter(|used| **used).count() as f64;
        self.covered * 0.6 + self.explained * 0.4 + if self.covered >= WHOLE { length * 0.01 } else { 0.0 }
    }

    fn is_good(&self) -> bool {
        if self.covered >= WHOLE { self.explained >= 0.45 } else { self.covered >= 0.25 && self.explained >= 0.99 }
    }
}

impl Heard {
    fn new(said: &str) -> Self {
        let mut words = Vec::new();
        let mut unwanted = Vec::new();
        let mut no = false;
        for word in heard::words(said) {
            if ["no", "without", "hold", "minus"].contains(&word.as_str()) {
                no = true;
                continue;
            }
            words.push(word);
            unwanted.push(no);
            no = false;
        }
        Self { words, unwanted }
    }

    fn read<'m>(&self, item: &'m Item) -> Reading<'m> {
        let name = heard::fit(&self.words, &heard::words(&item.name));
        let mut known = name.used.clone();
        let size = self.size(item, &mut known);
        let modifiers = self.modifiers(item, &mut known);
        let left: Vec<String> = (0..self.words.len())
            .filter(|&at| !known[at] && !self.unwanted[at])
            .map(|at| self.words[at].clone())
            .collect();
        let explained = if self.words.is_empty() { 0.0 } else { 1.0 - left.len() as f64 / self.words.len() as f64 };
        let order = Order { item, size, modifiers, unknown: left };
        Reading { order, covered: name.covered, used: name.used, explained }
    }

    /// The size that was said; of an item of one size that one.
    fn size<'m>(&self, item: &'m Item, known: &mut [bool]) -> Option<&'m Size> {
        let said = item.sizes.iter().find(|size| {
            let place = |word: &String| self.words.iter().position(|heard| is_size(heard, word));
            let (vessel, telling): (Vec<String>, Vec<String>) =
                heard::words(&size.name).into_iter().partition(|word| VESSELS.contains(&word.as_str()));
            let places: Option<Vec<usize>> = telling.iter().map(place).collect();
            let Some(places) = places.filter(|places| !places.is_empty()) else { return false };
            places.into_iter().chain(vessel.iter().filter_map(place)).for_each(|at| known[at] = true);
            true
        });
        match item.sizes.as_slice() {
            [only] => said.or(Some(only)),
            _ => said,
        }
    }

    fn modifiers<'m>(&self, item: &'m Item, known: &mut [bool]) -> Vec<&'m Modifier> {
        let mut found = Vec::new();
        for modifier in &item.modifiers {
            let all = heard::words(&modifier.name);
            // "oat" is enough for "Oat milk", "milk" is not.
            let telling: Vec<String> = all.iter().filter(|word| !GENERIC.contains(&word.as_str())).cloned().collect();
            let free: Vec<String> = self
                .words
                .iter()
                .zip(known.iter())
                .map(|(word, known)| if *known { String::new() } else { word.clone() })
                .collect();
            let fit = heard::fit(&free, if telling.is_empty() { &all } else { &telling });
            if fit.covered < WHOLE {
                continue;
            }
            let mut wanted = true;
            for (at, word) in self.words.iter().enumerate() {
                if fit.used[at] || (all.contains(word) && GENERIC.contains(&word.as_str())) {
                    known[at] = true;
                    wanted &= !self.unwanted[at];
                }
            }
            if wanted {
                found.push(modifier);
            }
        }
        found
    }
}

/// Words of modifiers that many have.
const GENERIC: &[&str] = &["milk", "syrup", "extra", "add", "side", "sauce", "cream"];

/// Words of sizes that need not be said: "two pounds" is enough for "2 lb bag".
const VESSELS: &[&str] = &["bag", "box", "cup", "pot", "size"];

/// Whether a word that was heard means a size of this name.
fn is_size(heard: &str, size: &str) -> bool {
    let other_names: &[&str] = match size {
        "small" => &["little", "short", "smallest", "smaller"],
        "medium" => &["regular", "standard", "grande", "middle"],
        "large" => &["big", "biggest", "largest", "venti", "larger"],
        "single" => &["solo"],
        "double" => &["doppio"],
        "lb" => &["lbs"],
        _ => &[],
    };
    heard == size || other_names.contains(&heard)
}

#[cfg(test)]
mod tests {
    use model::{ItemSizeId, MenuCategoryId, MenuItemId, ModifierId};

    use super::*;

    const MILKS: &[(&str, i64)] = &[("Oat milk", 80), ("Almond milk", 80), ("Soy milk", 70)];
    const COFFEE: &[(&str, i64)] = &[
        ("Oat milk", 80),
        ("Almond milk", 80),
        ("Soy milk", 70),
        ("Extra shot", 100),
        ("Vanilla syrup", 60),
        ("Caramel syrup", 60),
        ("Decaf", 0),
        ("Whipped cream", 50),
    ];
    const CUPS: &[(&str, i64)] = &[("Small", 400), ("Medium", 450), ("Large", 500)];

    fn item(name: &str, sizes: &[(&str, i64)], modifiers: &[(&str, i64)]) -> Item {
        Item {
            id: MenuItemId::from_u128(1),
            name: name.to_owned(),
            description: String::new(),
            allergens: vec![],
            sizes: sizes
                .iter()
                .map(|(name, cents)| Size {
                    id: ItemSizeId::from_u128(1),
                    name: (*name).to_owned(),
                    price: Money::usd(*cents),
                })
                .collect(),
            modifiers: modifiers
                .iter()
                .map(|(name, cents)| Modifier {
                    id: ModifierId::from_u128(1),
                    name: (*name).to_owned(),
                    price: Money::usd(*cents),
                    allergens: vec![],
                })
                .collect(),
        }
    }

    fn menu() -> Vec<Category> {
        let items = vec![
            item("Espresso", &[("Single", 275), ("Double", 350)], COFFEE),
            item("Americano", CUPS, COFFEE),
            item("Latte", CUPS, COFFEE),
            item("Vanilla Bean Latte", CUPS, COFFEE),
            item("Cappuccino", CUPS, COFFEE),
            item("Flat White", &[("", 425)], COFFEE),
            item("Mutt's Mocha", CUPS, COFFEE),
            item("Caramel Macchiato", CUPS, COFFEE),
            item("Cold Brew", CUPS, COFFEE),
            item("Chai Latte", CUPS, MILKS),
            item("Matcha Latte", CUPS, MILKS),
            item("Hot Chocolate", CUPS, MILKS),
            item("Butter Croissant", &[("", 375)], &[]),
            item("Blueberry Muffin", &[("", 395)], &[]),
            item("Pumpkin Muffin", &[("", 395)], &[]),
            item("Chocolate Chip Cookie", &[("", 325)], &[]),
            item("Turkey & Swiss Sandwich", &[("", 975)], &[("Avocado", 200)]),
            item("House Blend Beans", &[("12 oz bag", 1600), ("2 lb bag", 3600)], &[]),
        ];
        vec![Category { id: MenuCategoryId::from_u128(1), slug: "all".into(), name: "All".into(), items }]
    }

    /// "Latte/Large+Oat milk=$5.80", with " ?word" for what fits nothing; "which: …"; "unknown: …".
    fn read(menu: &[Category], said: &str) -> String {
        let names = |items: Vec<&Item>| items.iter().map(|item| item.name.clone()).collect::<Vec<_>>().join(" | ");
        match meant(menu, said) {
            Meant::One(order) => {
                let mut text = order.item.name.clone();
                text.extend(order.size.map(|size| format!("/{}", size.name)));
                text.extend(order.modifiers.iter().map(|modifier| format!("+{}", modifier.name)));
                text.extend(order.size.map(|size| format!("={}", order.total(size))));
                text.extend(order.unknown.iter().map(|word| format!(" ?{word}")));
                text
            }
            Meant::Several(items) => format!("which: {}", names(items)),
            Meant::Unknown(nearest) => format!("unknown: {}", names(nearest)),
        }
    }

    #[test]
    fn products_are_recognised_as_callers_say_them() {
        let menu = menu();
        for (said, understood) in [
            ("latte", "Latte"),
            ("a large latte please", "Latte/Large=$5.00"),
            ("large oat latte", "Latte/Large+Oat milk=$5.80"),
            ("a large latte with oat milk", "Latte/Large+Oat milk=$5.80"),
            ("oat milk latte, large", "Latte/Large+Oat milk=$5.80"),
            ("small decaf latte with an extra shot", "Latte/Small+Extra shot+Decaf=$5.00"),
            ("how much is a medium soy cappuccino", "Cappuccino/Medium+Soy milk=$5.20"),
            ("regular cappachino", "Cappuccino/Medium=$4.50"),
            ("cappuccinos", "Cappuccino"),
            ("double expresso", "Espresso/Double=$3.50"),
            ("flatwhite", "Flat White/=$4.25"),
            ("a flat white with almond", "Flat White/+Almond milk=$5.05"),
            ("mocha", "Mutt's Mocha"),
            ("big mocca no whipped cream", "Mutt's Mocha/Large=$5.00"),
            ("large mocha with whipped cream", "Mutt's Mocha/Large+Whipped cream=$5.50"),
            ("mackiato", "Caramel Macchiato"),
            ("caramel macchiato", "Caramel Macchiato"),
            ("vanilla bean latte", "Vanilla Bean Latte"),
            ("vanilla latte", "Latte+Vanilla syrup"),
            ("latte with vanilla syrup", "Latte+Vanilla syrup"),
            ("matcha latte", "Matcha Latte"),
            ("large chai", "Chai Latte/Large=$5.00"),
            ("coldbrew", "Cold Brew"),
            ("iced cold brew, small", "Cold Brew/Small=$4.00 ?iced"),
            ("hot chocolate", "Hot Chocolate"),
            ("croissants", "Butter Croissant/=$3.75"),
            ("crossant", "Butter Croissant/=$3.75"),
            ("blueberry muffin", "Blueberry Muffin/=$3.95"),
            ("muffin", "which: Blueberry Muffin | Pumpkin Muffin"),
            ("cookie", "Chocolate Chip Cookie/=$3.25"),
            ("turkey sandwich", "Turkey & Swiss Sandwich/=$9.75"),
            ("turkey sandwich with avocado", "Turkey & Swiss Sandwich/+Avocado=$11.75"),
            ("twelve ounce bag of house blend", "House Blend Beans/12 oz bag=$16.00"),
            ("two pounds of house blend beans", "House Blend Beans/2 lb bag=$36.00"),
            ("pumpkin spice latte", "unknown: Latte | Chai Latte | Matcha Latte"),
            ("chicken sandwich", "unknown: Turkey & Swiss Sandwich"),
            ("strawberry muffin", "unknown: Blueberry Muffin | Pumpkin Muffin"),
            ("pizza", "unknown: "),
            ("", "unknown: "),
        ] {
            assert_eq!(read(&menu, said), understood, "{said:?}");
        }
    }
}
