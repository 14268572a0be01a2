//! `get_subscription_info`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::store::{self, Plan};
use crate::{
    packs::{Output, ToolCall, ToolError},
    speech,
};

/// Gives the subscription plans with what comes with them and what they cost.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {}

#[derive(Debug, Serialize)]
pub struct Subscriptions {
    say: String,
    plans: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: String,
    description: String,
    price: String,
    every: &'static str,
}

impl Output for Subscriptions {}

impl Arguments {
    pub async fn run(self, call: &ToolCall<'_>) -> Result<Subscriptions, ToolError> {
        let plans = store::plans(call.org).await?;
        if plans.is_empty() {
            return Err(ToolError::told("no_plans", "We do not offer subscriptions at the moment."));
        }
        let spoken: Vec<String> = plans
            .iter()
            .map(|plan| format!("{} for {} {}", plan.name, speech::price(plan.price), every(plan)))
            .collect();
        let number = speech::count(plans.len() as u64, "subscription", "subscriptions");
        Ok(Subscriptions {
            say: format!("We offer {number}: {}.", speech::list(&spoken)),
            plans: plans.iter().map(line).collect(),
        })
    }
}

fn line(plan: &Plan) -> Line {
    Line {
        name: plan.name.clone(),
        description: plan.description.clone(),
        price: plan.price.to_string(),
        every: every(plan),
    }
}

fn every(plan: &Plan) -> &'static str {
    match plan.period.as_str() {
        "week" => "a week",
        "two_weeks" => "every two weeks",
        _ => "a month",
    }
}
