use model::ArticleRow;

use super::*;

fn index(articles: &[(&str, &str)]) -> Index {
    let articles: Vec<Article> = articles
        .iter()
        .zip(1..)
        .map(|((title, body), n)| Article {
            row: ArticleRow {
                id: ArticleId::from_u128(n),
                title: (*title).into(),
                category: String::new(),
                hits: 0,
                last_used_at: None,
                updated_at: DateTime::UNIX_EPOCH,
            },
            body: (*body).into(),
            version: 1,
            author: String::new(),
        })
        .collect();
    Index::new(&articles)
}

fn visit() -> Index {
    index(&[
        ("Where can I park?", "Parking is free behind the hall. The garage on Main Street costs five dollars."),
        ("Are dogs allowed?", "Dogs on a leash are welcome outside, not in the tent."),
        ("Can I get my money back?", "Tickets are refunded up to 48 hours before the event."),
        ("Is it wheelchair accessible?", "Ramps lead to every stage. Accessible toilets are beside the entrance."),
        ("What happens when it rains?", "The event takes place in any weather, under tents."),
        ("Vegetarian food", "Half of the soups are vegetarian and three are vegan."),
    ])
}

fn best(question: &str) -> Option<String> {
    visit().search(question, 1).pop().map(|passage| passage.title)
}

#[test]
fn questions_find_their_article_in_other_words() {
    for (question, title) in [
        ("is there parking", "Where can I park?"),
        ("where do I leave my car", "Where can I park?"),
        ("may I bring my pet", "Are dogs allowed?"),
        ("how do refunds work", "Can I get my money back?"),
        ("my mother uses a wheelchair", "Is it wheelchair accessible?"),
        ("do you have something vegan", "Vegetarian food"),
        ("what about bad weather", "What happens when it rains?"),
    ] {
        assert_eq!(best(question).as_deref(), Some(title), "{question}");
    }
}

#[test]
fn typing_errors_and_half_words_are_forgiven() {
    assert_eq!(best("refnud").as_deref(), Some("Can I get my money back?"));
    assert_eq!(best("vegitarian").as_deref(), Some("Vegetarian food"));
    assert_eq!(best("wheelch").as_deref(), Some("Is it wheelchair accessible?"));
}

#[test]
fn a_question_about_something_else_finds_nothing() {
    let cookoff = "when is the next cookoff and what does a vip seat in the tent row fetch";
    for question in ["quantum physics", "", "the of and", "???", "مرحبا", cookoff] {
        assert_eq!(best(question), None, "{question}");
    }
}

#[test]
fn each_article_answers_once_with_its_best_passage() {
    let long = format!("Opening words.\n\n{}\n\nThe secret ingredient is fennel.", "Filler about soup. ".repeat(60));
    let index = index(&[("Soup", &long), ("Bread", "Bread has no fennel in it.")]);
    let found = index.search("fennel soup", 5);
    assert_eq!(found.iter().map(|passage| passage.title.as_str()).collect::<Vec<_>>(), ["Soup", "Bread"]);
}

#[test]
fn an_index_without_articles_answers_nothing() {
    assert!(index(&[]).search("anything", 3).is_empty());
}

#[test]
fn marks_of_markdown_are_not_spoken() {
    assert_eq!(
        plain("## Parking\n\n- **free** behind the hall\n- `garage` on Main"),
        "Parking free behind the hall garage on Main"
    );
}
