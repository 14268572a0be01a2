//! Stories of staff who keep the menu and the hours.

use chrono::{NaiveDate, NaiveDateTime};
use model::{
    CategoryForm, ExceptionForm, ItemForm, Member, MenuCategoryId, MenuItemId, MenuPart, ModifierForm, ModifierId,
    PlanForm, PlanPeriod, PriceChange, PriceStep, Role, SizeForm, SpanForm, WeekForm, WeekSpan,
};
use serde_json::{Value, json};

use super::*;
use crate::{
    audit, engines,
    org::Org,
    packs::{self, ToolCall, menu::store},
    testing::World,
};

fn size(name: &str, price_minor: i64) -> SizeForm {
    SizeForm { id: None, name: name.into(), price_minor }
}

fn latte(category_id: MenuCategoryId, modifiers: Vec<ModifierId>) -> ItemForm {
    ItemForm {
        category_id,
        name: "Latte".into(),
        description: "Espresso and milk.".into(),
        allergens: vec!["Milk ".into(), String::new(), "milk".into()],
        sizes: vec![size("Small", 400), size("Large", 500)],
        modifiers,
        active: true,
        version: 0,
    }
}

fn oat() -> ModifierForm {
    ModifierForm { name: "Oat milk".into(), price_minor: 80, allergens: vec!["oats".into()], active: true, version: 0 }
}

struct Shop {
    org: Org,
    ann: Member,
    espresso: MenuCategoryId,
    latte: MenuItemId,
    oat: ModifierId,
}

/// A shop with a latte in two sizes, and oat milk.
async fn shop(world: &World) -> Shop {
    let org = world.org("shop").await;
    let ann = world.member(&org, Role::Manager).await;
    let espresso = category(&org, &ann, "Espresso").await;
    let oat = modifiers::save(&org, &ann, None, &oat()).await.expect("saved");
    let latte = items::save(&org, &ann, None, &latte(espresso, vec![oat])).await.expect("saved");
    Shop { org, ann, espresso, latte, oat }
}

async fn category(org: &Org, by: &Member, name: &str) -> MenuCategoryId {
    categories::save(org, by, None, &CategoryForm { name: name.into(), version: 0 }).await.expect("saved")
}

async fn form(org: &Org, id: MenuItemId) -> ItemForm {
    items::get(org, id).await.expect("read").expect("there").form
}

async fn told(org: &Org, tool: &str, arguments: Value) -> Value {
    let call = ToolCall::reading(org, org.now());
    serde_json::from_str(&packs::run(&call, tool, &arguments.to_string()).await.output).expect("JSON")
}

async fn say(org: &Org, tool: &str, arguments: Value) -> String {
    told(org, tool, arguments).await["say"].as_str().expect("a sentence").to_owned()
}

fn wrong(error: Error) -> Vec<(String, String)> {
    match error {
        Error::Invalid(errors) => errors.into_iter().map(|error| (error.field, error.message)).collect(),
        other => panic!("{other}"),
    }
}

fn fields(error: Error) -> Vec<String> {
    wrong(error).into_iter().map(|(field, _)| field).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time")
}

fn span(opens: &str, closes: &str) -> SpanForm {
    SpanForm { opens: opens.into(), closes: closes.into() }
}

fn weekly(spans: &[(i64, &str, &str)], version: i64) -> WeekForm {
    let span = |(weekday, opens, closes): &(i64, &str, &str)| WeekSpan { weekday: *weekday, span: span(opens, closes) };
    WeekForm { spans: spans.iter().map(span).collect(), version }
}

fn names(menu: &[model::CategoryRow]) -> Vec<(String, Vec<String>)> {
    let items = |row: &model::CategoryRow| row.items.iter().map(|item| item.form.name.clone()).collect();
    menu.iter().map(|row| (row.form.name.clone(), items(row))).collect()
}

engines! {
    async fn callers_hear_what_was_edited(world: World) {
        let Shop { org, ann, latte, .. } = shop(world).await;
        let question = json!({ "productName": "large oat latte" });
        assert_eq!(
            say(&org, "get_product_details", question.clone()).await,
            "A large Latte with oat milk is five dollars and eighty cents. Made the usual way it contains milk; oat milk contains oats."
        );

        let mut edit = form(&org, latte).await;
        let ids: Vec<_> = edit.sizes.iter().map(|size| size.id).collect();
        edit.sizes[1].price_minor = 525;
        edit.sizes.swap(0, 1);
        items::save(&org, &ann, Some(latte), &edit).await.expect("saved");
        assert!(say(&org, "get_product_details", question).await.contains("six dollars and five cents"));
        let saved = form(&org, latte).await;
        assert_eq!(saved.sizes.iter().map(|size| size.id).collect::<Vec<_>>(), [ids[1], ids[0]], "sizes keep their identifiers");
        let lines = audit::list(&org, 1).await.expect("read");
        let before = lines[0].before.as_ref().expect("how it was");
        assert_eq!(before.0["prices"][1], json!({ "size": "Large", "price_minor": 500 }));

        items::save(&org, &ann, Some(latte), &ItemForm { active: false, ..saved }).await.expect("saved");
        assert_eq!(told(&org, "get_menu", json!({})).await["code"], "no_menu", "off the menu");
        assert_eq!(items::menu(&org).await.expect("read")[0].items.len(), 1, "staff still see it");
    }

    async fn an_older_edit_does_not_overwrite_a_newer_one(world: World) {
        let Shop { org, ann, espresso, latte, oat: modifier } = shop(world).await;
        let edit = form(&org, latte).await;
        items::save(&org, &ann, Some(latte), &edit).await.expect("saved");
        assert!(matches!(items::save(&org, &ann, Some(latte), &edit).await, Err(Error::Stale)));
        let rename = CategoryForm { name: "Coffee".into(), version: 1 };
        categories::save(&org, &ann, Some(espresso), &rename).await.expect("saved");
        assert!(matches!(categories::save(&org, &ann, Some(espresso), &rename).await, Err(Error::Stale)));
        let edit = ModifierForm { version: 1, ..oat() };
        modifiers::save(&org, &ann, Some(modifier), &edit).await.expect("saved");
        assert!(matches!(modifiers::save(&org, &ann, Some(modifier), &edit).await, Err(Error::Stale)));
    }

    async fn every_field_that_is_wrong_has_its_own_message(world: World) {
        let Shop { org, ann, espresso, .. } = shop(world).await;
        let bad = ItemForm { name: " ".into(), sizes: vec![size("", 100), size("Large", -1)], ..latte(MenuCategoryId::new(), vec![]) };
        let errors = fields(items::save(&org, &ann, None, &bad).await.expect_err("wrong"));
        assert_eq!(errors, ["name", "sizes", "sizes", "category_id"]);
        let again = ItemForm { name: "LATTE".into(), ..latte(espresso, vec![]) };
        assert_eq!(wrong(items::save(&org, &ann, None, &again).await.expect_err("taken")), [("name".into(), "There is a LATTE already.".into())]);
        let none = ItemForm { name: "Tea".into(), sizes: vec![], ..latte(espresso, vec![]) };
        assert_eq!(fields(items::save(&org, &ann, None, &none).await.expect_err("no price")), ["sizes"]);
        assert_eq!(fields(modifiers::save(&org, &ann, None, &oat()).await.expect_err("taken")), ["name"]);
        let bad = ModifierForm { price_minor: -1, ..ModifierForm::default() };
        assert_eq!(fields(modifiers::save(&org, &ann, None, &bad).await.expect_err("wrong")), ["name", "price"]);
        assert_eq!(fields(categories::save(&org, &ann, None, &CategoryForm { name: "espresso".into(), version: 0 }).await.expect_err("taken")), ["name"]);
    }

    async fn things_are_put_in_order_and_between_categories(world: World) {
        let Shop { org, ann, espresso, latte: first, .. } = shop(world).await;
        let tea = category(&org, &ann, "Tea").await;
        let mocha = ItemForm { name: "Mocha".into(), ..latte(espresso, vec![]) };
        let mocha = items::save(&org, &ann, None, &mocha).await.expect("saved");
        parts::place(&org, &ann, MenuPart::Item, &mocha.to_string(), 0).await.expect("moved");
        parts::place(&org, &ann, MenuPart::Category, &espresso.to_string(), 9).await.expect("moved");
        let menu = items::menu(&org).await.expect("read");
        assert_eq!(names(&menu), [("Tea".into(), vec![]), ("Espresso".into(), vec!["Mocha".into(), "Latte".into()])]);

        parts::place_in(&org, &ann, &first.to_string(), tea, 0).await.expect("moved");
        let menu = items::menu(&org).await.expect("read");
        assert_eq!(names(&menu), [("Tea".into(), vec!["Latte".into()]), ("Espresso".into(), vec!["Mocha".into()])]);
        assert!(say(&org, "get_menu", json!({ "category": "tea" })).await.contains("we have Latte"));
    }

    async fn what_is_deleted_is_gone_for_callers_and_comes_back(world: World) {
        let Shop { org, ann, espresso, latte: item, oat: modifier } = shop(world).await;
        for (part, id) in [(MenuPart::Item, item.to_string()), (MenuPart::Category, espresso.to_string())] {
            parts::delete(&org, &ann, part, &id).await.expect("deleted");
            assert_eq!(told(&org, "get_menu", json!({})).await["code"], "no_menu");
            assert!(matches!(parts::delete(&org, &ann, part, &id).await, Err(Error::NotFound)));
            parts::restore(&org, &ann, part, &id).await.expect("restored");
            assert_eq!(store::menu(&org).await.expect("read")[0].items.len(), 1);
        }
        parts::delete(&org, &ann, MenuPart::Modifier, &modifier.to_string()).await.expect("deleted");
        assert!(store::menu(&org).await.expect("read")[0].items[0].modifiers.is_empty());
        modifiers::save(&org, &ann, None, &oat()).await.expect("one of the same name can be made");
        assert!(matches!(parts::restore(&org, &ann, MenuPart::Modifier, &modifier.to_string()).await, Err(Error::NotFound)));
        parts::delete(&org, &ann, MenuPart::Item, &item.to_string()).await.expect("deleted");
        items::save(&org, &ann, None, &latte(espresso, vec![])).await.expect("one of the same name can be made");
    }

    async fn many_prices_change_at_once_or_not_at_all(world: World) {
        let Shop { org, ann, espresso, latte: item, .. } = shop(world).await;
        let tea = category(&org, &ann, "Tea").await;
        let green = ItemForm { name: "Green tea".into(), sizes: vec![size("", 333)], ..latte(tea, vec![]) };
        let green = items::save(&org, &ann, None, &green).await.expect("saved");
        let change = PriceChange { category: Some(espresso), step: PriceStep::Percent(500), round_to: 5 };
        let preview = prices::preview(&org, &ann, change).await.expect("previewed");
        let lines: Vec<_> = preview.lines.iter().map(|line| (line.size_name.as_str(), line.before, line.after)).collect();
        assert_eq!(lines, [("Small", 400, 420), ("Large", 500, 525)]);

        let mut edit = form(&org, item).await;
        edit.sizes[0].price_minor = 410;
        items::save(&org, &ann, Some(item), &edit).await.expect("saved");
        let late = prices::apply(&org, &ann, change, &preview.seen).await;
        assert!(matches!(late, Err(Error::Stale)), "the preview is out of date");
        assert_eq!(form(&org, item).await.sizes[1].price_minor, 500, "nothing has changed");

        let preview = prices::preview(&org, &ann, change).await.expect("previewed");
        let open = form(&org, item).await;
        assert_eq!(prices::apply(&org, &ann, change, &preview.seen).await.expect("changed"), 2);
        let saved = form(&org, item).await;
        assert_eq!(saved.sizes.iter().map(|size| size.price_minor).collect::<Vec<_>>(), [430, 525]);
        assert_eq!(form(&org, green).await.sizes[0].price_minor, 333, "another category");
        assert!(matches!(items::save(&org, &ann, Some(item), &open).await, Err(Error::Stale)), "an open form has the old prices");
        let all = PriceChange { category: None, step: PriceStep::Amount(-10), round_to: 1 };
        assert_eq!(prices::preview(&org, &ann, all).await.expect("previewed").lines.len(), 3);
        let mad = PriceChange { category: None, step: PriceStep::Percent(-9_999), round_to: 7 };
        assert_eq!(fields(prices::preview(&org, &ann, mad).await.expect_err("mad")), ["value", "round"]);
    }

    async fn plans_are_kept(world: World) {
        let Shop { org, ann, .. } = shop(world).await;
        let plan = PlanForm { name: "Bag a week".into(), description: String::new(), price_minor: 1_600, period: PlanPeriod::Week, active: true, version: 0 };
        let id = plans::save(&org, &ann, None, &plan).await.expect("saved");
        let dearer = PlanForm { price_minor: 1_700, period: PlanPeriod::TwoWeeks, version: 1, ..plan.clone() };
        plans::save(&org, &ann, Some(id), &dearer).await.expect("saved");
        assert!(matches!(plans::save(&org, &ann, Some(id), &dearer).await, Err(Error::Stale)));
        assert_eq!(say(&org, "get_subscription_info", json!({})).await, "We offer one subscription: Bag a week for seventeen dollars every two weeks.");
        parts::delete(&org, &ann, MenuPart::Plan, &id.to_string()).await.expect("deleted");
        assert!(plans::list(&org).await.expect("read").is_empty());
        parts::restore(&org, &ann, MenuPart::Plan, &id.to_string()).await.expect("restored");
        assert_eq!(plans::list(&org).await.expect("read")[0].form.price_minor, 1_700);
    }

    async fn the_week_has_several_intervals_a_day_and_none_overlaps(world: World) {
        let Shop { org, ann, .. } = shop(world).await;
        let good = weekly(&[(1, "07:00", "12:00"), (1, "13:00", "18:00"), (7, "20:00", "02:00"), (2, "", "")], 0);
        hours::save_week(&org, &ann, &good).await.expect("saved");
        assert!(matches!(hours::save_week(&org, &ann, &good).await, Err(Error::Stale)));
        let week = hours::week(&org).await.expect("read");
        assert_eq!((week.spans.len(), week.version), (3, 1));
        let monday = say(&org, "get_store_hours", json!({ "day": "Mondays" })).await;
        assert_eq!(monday, "On Mondays we are open from seven in the morning to noon and from one in the afternoon to six in the evening.");

        let bad = weekly(&[(1, "07:00", "12:00"), (1, "11:59", "18:00"), (7, "20:00", "07:30"), (3, "09:00", "")], 1);
        assert_eq!(
            wrong(hours::save_week(&org, &ann, &bad).await.expect_err("overlaps")),
            [
                ("hours[3]".into(), "Write when it closes, too.".into()),
                ("hours[1]".into(), "This overlaps 7:00 am – 12:00 pm.".into()),
                ("hours[2]".into(), "This overlaps 7:00 am – 12:00 pm.".into()),
            ]
        );
        assert_eq!(hours::week(&org).await.expect("read"), week, "nothing has changed");
    }

    async fn days_of_their_own_are_added_edited_deleted_and_brought_back(world: World) {
        let Shop { org, ann, .. } = shop(world).await;
        hours::save_week(&org, &ann, &weekly(&[(4, "07:00", "18:00"), (5, "07:00", "18:00")], 0)).await.expect("saved");
        let eve = ExceptionForm { day: day("2026-12-24"), name: "Christmas Eve".into(), spans: vec![span("07:00", "12:00"), span("14:00", "16:00")], version: 0 };
        exceptions::save(&org, &ann, None, &eve).await.expect("saved");
        assert_eq!(fields(exceptions::save(&org, &ann, None, &eve).await.expect_err("there")), ["day"]);
        assert_eq!(
            hours::heard(&org, at("2026-12-24 12:30"), "today").await.as_deref(),
            Some("Today we have special hours for Christmas Eve: from seven in the morning to noon and from two in the afternoon to four in \
                  the afternoon. We are closed now. We open again today at two in the afternoon.")
        );

        let closed = ExceptionForm { day: day("2026-12-25"), name: "Christmas Day".into(), spans: vec![span("", "")], version: 1 };
        exceptions::save(&org, &ann, Some(eve.day), &closed).await.expect("saved");
        assert!(matches!(exceptions::save(&org, &ann, Some(closed.day), &closed).await, Err(Error::Stale)));
        assert!(say(&org, "get_store_hours", json!({ "day": "Christmas" })).await.ends_with("we are closed."));
        exceptions::delete(&org, &ann, closed.day).await.expect("deleted");
        assert!(exceptions::list(&org).await.expect("read").is_empty());
        assert!(say(&org, "get_store_hours", json!({ "day": "Christmas" })).await.contains("usual hours"));
        exceptions::restore(&org, &ann, closed.day).await.expect("restored");
        assert_eq!(exceptions::list(&org).await.expect("read"), [ExceptionForm { spans: vec![], version: 3, ..closed.clone() }]);

        let bad = ExceptionForm { day: day("2020-01-01"), name: String::new(), ..eve.clone() };
        assert_eq!(fields(exceptions::save(&org, &ann, None, &bad).await.expect_err("wrong")), ["name", "day"]);
        let bad = ExceptionForm { day: day("2026-12-31"), spans: vec![span("07:00", "12:00"), span("10:00", "16:00")], ..eve };
        assert_eq!(fields(exceptions::save(&org, &ann, None, &bad).await.expect_err("wrong")), ["spans[1]"]);
    }

    async fn what_a_caller_hears_follows_daylight_saving(world: World) {
        let Shop { org, ann, .. } = shop(world).await;
        hours::save_week(&org, &ann, &weekly(&[(7, "01:00", "10:00")], 0)).await.expect("saved");
        // On Sunday, 14 March 2027, New York's clocks go from two to three; on 7 November they show one to two twice.
        assert_eq!(hours::heard(&org, at("2027-03-14 02:30"), "now").await, None, "there is no such moment");
        assert_eq!(hours::heard(&org, at("2027-03-14 03:00"), "now").await.as_deref(), Some("We are open now, until ten in the morning."));
        assert_eq!(hours::heard(&org, at("2027-11-07 01:30"), "now").await.as_deref(), Some("We are open now, until ten in the morning."));
    }

    async fn what_belongs_to_others_is_not_there_and_a_clerk_may_not_edit(world: World) {
        let Shop { org, ann, espresso, latte: item, oat: modifier } = shop(world).await;
        let (other, zoe) = (world.org("other").await, world.org("zoes").await);
        let zoe = world.member(&zoe, Role::Owner).await;
        let mine = category(&other, &zoe, "Mine").await;
        let edit = ItemForm { version: 1, ..latte(mine, vec![modifier]) };
        assert!(matches!(items::save(&other, &zoe, Some(item), &edit).await, Err(Error::NotFound)));
        assert_eq!(fields(items::save(&other, &zoe, None, &latte(espresso, vec![])).await.expect_err("not theirs")), ["category_id"]);
        let own = items::save(&other, &zoe, None, &ItemForm { version: 0, ..edit }).await.expect("saved");
        assert!(form(&other, own).await.modifiers.is_empty(), "another's modifier is left out");
        assert!(matches!(categories::save(&other, &zoe, Some(espresso), &CategoryForm { name: "X".into(), version: 1 }).await, Err(Error::NotFound)));
        assert!(matches!(modifiers::save(&other, &zoe, Some(modifier), &ModifierForm { version: 1, ..oat() }).await, Err(Error::NotFound)));
        for part in [MenuPart::Category, MenuPart::Item, MenuPart::Modifier, MenuPart::Plan] {
            assert!(matches!(parts::delete(&other, &zoe, part, &item.to_string()).await, Err(Error::NotFound)));
            assert!(matches!(parts::place(&other, &zoe, part, &item.to_string(), 0).await, Err(Error::NotFound)));
        }
        assert!(matches!(parts::place_in(&other, &zoe, &item.to_string(), mine, 0).await, Err(Error::NotFound)));
        let theirs = PriceChange { category: Some(espresso), step: PriceStep::Amount(5), round_to: 5 };
        assert!(matches!(prices::preview(&other, &zoe, theirs).await, Err(Error::NotFound)));
        assert!(matches!(exceptions::delete(&other, &zoe, day("2026-12-24")).await, Err(Error::NotFound)));

        let clerk = world.member(&org, Role::FrontDesk).await;
        let current = form(&org, item).await;
        assert!(matches!(items::save(&org, &clerk, Some(item), &current).await, Err(Error::Forbidden(Role::Manager))));
        let seen = prices::preview(&org, &ann, theirs).await.expect("previewed").seen;
        assert!(matches!(prices::apply(&org, &clerk, theirs, &seen).await, Err(Error::Forbidden(_))));
        assert!(matches!(hours::save_week(&org, &clerk, &WeekForm::default()).await, Err(Error::Forbidden(_))));
        assert!(matches!(parts::delete(&org, &clerk, MenuPart::Item, &item.to_string()).await, Err(Error::Forbidden(_))));
    }
}
