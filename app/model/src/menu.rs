//! The menu as staff edit it. A form carries the version that was edited (0 for something new): an edit of an older version is refused,
//! so that two editors cannot overwrite each other.

use serde::{Deserialize, Serialize};

use crate::{Currency, ItemSizeId, MenuCategoryId, MenuItemId, ModifierId, PlanId, text_enum::text_enum};

text_enum! {
    /// A kind of thing on the menu that has a place in a list, can be taken away and brought back.
    MenuPart {
        /// A category with its items.
        Category = "category",
        /// An item.
        Item = "item",
        /// A modifier.
        Modifier = "modifier",
        /// A subscription plan.
        Plan = "plan",
    }
}

text_enum! {
    /// How often a subscription is paid and delivered.
    PlanPeriod {
        /// Each week.
        Week = "week",
        /// Each second week.
        TwoWeeks = "two_weeks",
        /// Each month.
        Month = "month",
    }
}

/// A category and what is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CategoryRow {
    /// Its identifier.
    pub id: MenuCategoryId,
    /// What can be edited.
    pub form: CategoryForm,
    /// What is in it, in order, what is off the menu included.
    pub items: Vec<ItemRow>,
}

/// What an editor sends of a category.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CategoryForm {
    /// What it is called.
    pub name: String,
    /// The version that was edited; 0 for a new one.
    pub version: i64,
}

/// An item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemRow {
    /// Its identifier.
    pub id: MenuItemId,
    /// What can be edited.
    pub form: ItemForm,
}

/// What an editor sends of an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemForm {
    /// The category that it is in.
    pub category_id: MenuCategoryId,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What people may be allergic to, made the usual way.
    pub allergens: Vec<String>,
    /// Its sizes in order; one without a name when there is only one.
    pub sizes: Vec<SizeForm>,
    /// What can be added or changed.
    pub modifiers: Vec<ModifierId>,
    /// Whether it is on the menu.
    pub active: bool,
    /// The version that was edited; 0 for a new one.
    pub version: i64,
}

/// A size of an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SizeForm {
    /// Its identifier; `None` for a new one.
    pub id: Option<ItemSizeId>,
    /// What it is called; empty for an item of one size.
    pub name: String,
    /// Its price.
    pub price_minor: i64,
}

/// A modifier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModifierRow {
    /// Its identifier.
    pub id: ModifierId,
    /// What can be edited.
    pub form: ModifierForm,
}

/// What an editor sends of a modifier.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModifierForm {
    /// What it is called.
    pub name: String,
    /// What it adds to the price.
    pub price_minor: i64,
    /// What people may be allergic to in it.
    pub allergens: Vec<String>,
    /// Whether it is offered.
    pub active: bool,
    /// The version that was edited; 0 for a new one.
    pub version: i64,
}

/// A subscription plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanRow {
    /// Its identifier.
    pub id: PlanId,
    /// What can be edited.
    pub form: PlanForm,
}

/// What an editor sends of a subscription plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanForm {
    /// What it is called.
    pub name: String,
    /// What comes with it.
    pub description: String,
    /// Its price for one period.
    pub price_minor: i64,
    /// How often it is paid.
    pub period: PlanPeriod,
    /// Whether it is offered.
    pub active: bool,
    /// The version that was edited; 0 for a new one.
    pub version: i64,
}

/// By how much prices change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceStep {
    /// By hundredths of a percent: 250 is two and a half percent up.
    Percent(i64),
    /// By an amount in minor units.
    Amount(i64),
}

/// A change of many prices at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChange {
    /// Which category; `None` for the whole menu.
    pub category: Option<MenuCategoryId>,
    /// By how much.
    pub step: PriceStep,
    /// What new prices are a multiple of, in minor units.
    pub round_to: i64,
}

impl PriceChange {
    /// A price after the change: the nearest multiple, of two equally near the higher; never below nothing.
    pub fn apply(self, price_minor: i64) -> i64 {
        let round = self.round_to.max(1);
        let (value, unit) = match self.step {
            PriceStep::Percent(hundredths) => (price_minor.saturating_mul(10_000 + hundredths), 10_000 * round),
            PriceStep::Amount(minor) => (price_minor.saturating_add(minor), round),
        };
        (value.saturating_add(unit / 2).div_euclid(unit) * round).max(0)
    }
}

/// A price before and after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceLine {
    /// The size whose price it is.
    pub size: ItemSizeId,
    /// The item.
    pub item: String,
    /// The size's name; empty for an item of one size.
    pub size_name: String,
    /// The price.
    pub before: i64,
    /// The price after the change.
    pub after: i64,
}

/// What a change of many prices would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricePreview {
    /// The prices in the order of the menu, those included that stay as they are.
    pub lines: Vec<PriceLine>,
    /// The currency of all of them.
    pub currency: Currency,
    /// Stands for exactly these prices; the change is only made while they are still the same.
    pub seen: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(step: PriceStep, round_to: i64) -> PriceChange {
        PriceChange { category: None, step, round_to }
    }

    #[test]
    fn changed_prices_are_rounded_to_what_people_like_to_pay() {
        assert_eq!([400, 450, 500].map(|price| change(PriceStep::Percent(500), 5).apply(price)), [420, 475, 525]);
        assert_eq!([275, 425].map(|price| change(PriceStep::Percent(-1_000), 10).apply(price)), [250, 380]);
        assert_eq!([400, 433].map(|price| change(PriceStep::Amount(25), 5).apply(price)), [425, 460]);
        assert_eq!(change(PriceStep::Amount(-500), 5).apply(400), 0);
        assert_eq!(change(PriceStep::Percent(250), 1).apply(999), 1_024);
    }
}
