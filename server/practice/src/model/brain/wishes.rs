//! Finds what the caller wants in what the caller said.

use serde_json::Value;

use super::{Tool, arguments, changes, golf};

/// Words that call for a tool. A word ending in `*` stands for all that begin so; a weak word counts only where no strong one was heard.
struct Rule {
    tool: &'static str,
    strong: &'static [&'static str],
    weak: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule {
        tool: "end_call",
        strong: &["goodbye", "bye", "that is all", "thats all", "hang up", "nothing else", "that will be all"],
        weak: &[],
    },
    Rule {
        tool: "get_ticket_pricing",
        strong: &["ticket*", "vip", "admission", "general admission", "tier*", "seat*"],
        weak: &["price*", "cost*", "how much"],
    },
    Rule {
        tool: "get_upcoming_events",
        strong: &["cookoff*", "event*", "upcoming", "festival*", "competition*"],
        weak: &["next", "when", "whats on", "what is on"],
    },
    Rule {
        tool: "get_event_details",
        strong: &[
            "parking",
            "park",
            "address",
            "venue",
            "directions",
            "lineup",
            "chef*",
            "details",
            "where is",
            "doors",
            "what time does",
        ],
        weak: &["where", "what time"],
    },
    Rule {
        tool: "leave_sponsor_inquiry",
        strong: &["sponsor inquiry", "become a sponsor", "talk about sponsoring", "would like to sponsor"],
        weak: &[],
    },
    Rule { tool: "get_sponsorship_info", strong: &["sponsor*"], weak: &["partner*"] },
    Rule {
        tool: "get_menu",
        strong: &["menu", "serve", "drinks", "food", "pastr*", "breakfast", "do you sell", "what do you have"],
        weak: &["coffee*", "tea", "eat", "drink"],
    },
    Rule {
        tool: "get_product_details",
        strong: &[
            "latte*",
            "espresso*",
            "cappuccino*",
            "mocha*",
            "americano*",
            "macchiato*",
            "cortado*",
            "flat white*",
            "cold brew*",
            "chai",
            "matcha",
            "croissant*",
            "muffin*",
            "bagel*",
            "scone*",
            "cookie*",
            "calories",
            "allergen*",
            "ingredient*",
            "oat",
            "decaf",
        ],
        weak: &[],
    },
    Rule {
        tool: "get_store_hours",
        strong: &["open", "opening", "close", "closed", "closing", "hours"],
        weak: &["today", "tomorrow", "sunday*"],
    },
    Rule {
        tool: "get_subscription_info",
        strong: &["subscription*", "subscribe*", "beans", "monthly", "every month"],
        weak: &["delivery", "deliver"],
    },
];

/// Sentences that want nothing looked up.
const SMALL_TALK: &[&str] = &[
    "hello",
    "hi",
    "hey",
    "good",
    "morning",
    "afternoon",
    "evening",
    "day",
    "thanks",
    "thank",
    "you",
    "yes",
    "yeah",
    "no",
    "okay",
    "ok",
    "right",
    "all",
    "please",
    "great",
    "fine",
    "sure",
    "well",
    "very",
    "much",
    "there",
    "i",
    "see",
    "um",
    "uh",
];

/// What the caller wants, in the order of the words: names of tools that are there.
pub(super) fn of(words: &str, tools: &[Tool]) -> Vec<String> {
    let tokens = tokens(words);
    let there = |name: &str| tools.iter().any(|it| it.name == name);
    let rules = || RULES.iter().filter(|it| there(it.tool));
    let mut found: Vec<(usize, String)> =
        rules().filter_map(|it| Some((first(&tokens, it.strong)?, it.tool.to_owned()))).collect();
    if let Some(at) = changes::wants_tickets(&tokens)
        && there("purchase_tickets")
    {
        // Everything else that is said tells which tickets.
        found = vec![(at, "purchase_tickets".to_owned())];
    }
    if let Some((at, tool)) = golf::wish(&tokens)
        && there(tool)
    {
        found = vec![(at, tool.to_owned())];
    }
    found.extend(
        tools
            .iter()
            .filter(|it| !golf::is_ours(&it.name))
            .filter_map(|it| Some((by_name(&tokens, &it.name)?, it.name.clone()))),
    );
    if found.is_empty() {
        found.extend(rules().filter_map(|it| Some((first(&tokens, it.weak)?, it.tool.to_owned()))).take(1));
    }
    found.sort();
    if found.iter().any(|(_, it)| it == "leave_sponsor_inquiry") {
        found.retain(|(_, it)| it != "get_sponsorship_info");
    }
    // A question in which goodbye is said is a question first.
    if found.len() > 1 {
        found.retain(|(_, it)| it != "end_call");
    }
    let talk = tokens.iter().all(|it| SMALL_TALK.contains(&it.as_str()));
    if found.is_empty() && !talk && there("search_knowledge_base") {
        found.push((0, "search_knowledge_base".to_owned()));
    }
    let mut names: Vec<String> = Vec::new();
    for (_, name) in found {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What has to be called for a wish: first what it needs to know, when that is not known.
pub(super) fn with_preparation(wish: &str, called: &[&str], tools: &[Tool], known: &[Value]) -> Vec<String> {
    const LISTS: [(&str, &str); 2] = [("event", "get_upcoming_events"), ("product", "get_menu")];
    let Some(tool) = tools.iter().find(|it| it.name == wish) else { return Vec::new() };
    let missing = arguments::unknown_id(tool, known);
    let list = missing
        .and_then(|id| LISTS.into_iter().find(|(noun, _)| id.starts_with(noun)).map(|(_, list)| list.to_owned()));
    let list = list.filter(|it| !called.contains(&it.as_str()) && it != wish);
    list.into_iter().chain([wish.to_owned()]).collect()
}

/// A tool without a rule is wanted when all the nouns in its name are said: `search_tee_times` by "tee time".
fn by_name(tokens: &[String], name: &str) -> Option<usize> {
    const VERBS: [&str; 14] = [
        "get", "search", "find", "check", "list", "book", "create", "make", "send", "start", "take", "info", "details",
        "confirm",
    ];
    if RULES.iter().any(|it| it.tool == name) || name == "search_knowledge_base" || name == "confirm" {
        return None;
    }
    let singular = |it: &str| it.strip_suffix('s').unwrap_or(it).to_owned();
    let nouns: Vec<String> = name.split('_').filter(|it| !VERBS.contains(it)).map(singular).collect();
    let places: Option<Vec<usize>> =
        nouns.iter().map(|noun| tokens.iter().position(|it| singular(it) == *noun)).collect();
    places?.into_iter().min()
}

/// Where the first of the words is said.
fn first(tokens: &[String], words: &[&str]) -> Option<usize> {
    words.iter().filter_map(|it| place(tokens, it)).min()
}

fn place(tokens: &[String], phrase: &str) -> Option<usize> {
    let wanted: Vec<&str> = phrase.split(' ').collect();
    tokens.windows(wanted.len()).position(|said| {
        said.iter().zip(&wanted).all(|(said, wanted)| match wanted.strip_suffix('*') {
            Some(stem) => said.starts_with(stem),
            None => said == wanted,
        })
    })
}

/// The words of a sentence, lower case, without apostrophes.
pub(super) fn tokens(words: &str) -> Vec<String> {
    let words =
        words.to_lowercase().replace(['\'', '’'], "").replace("cook-off", "cookoff").replace("cook off", "cookoff");
    words.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}
