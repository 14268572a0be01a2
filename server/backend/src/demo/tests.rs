use model::{CallFilter, CallStatus, PackKey};

use super::{seed_with, *};
use crate::{args, articles, calls, engines, packs, personas, sign_in, testing::World};

async fn password_fits(world: &World, password: &str) -> bool {
    let peer = "127.0.0.1".parse().expect("an address");
    sign_in::sign_in(&world.backend, EMAIL, SecretString::from(password.to_owned()), peer).await.is_ok()
}

async fn seed(backend: &Backend, password: Option<String>) -> Result<DemoReport, DemoError> {
    seed_with(backend, password, Audio::None).await
}

/// Rows of every table that the demo writes.
async fn rows(world: &World) -> Vec<(String, i64)> {
    let mut found = Vec::new();
    macro_rules! count {
        ($($table:literal),*) => {$(
            let system = world.backend.db().system("a test counts");
            let count: Option<(i64,)> =
                system.optional(concat!("select count(*) from ", $table), args![]).await.expect("counted");
            found.push(($table.to_owned(), count.map_or(0, |(count,)| count)));
        )*};
    }
    count!(
        "organisations",
        "packs",
        "phone_numbers",
        "users",
        "memberships",
        "personas",
        "calls",
        "utterances",
        "tool_calls",
        "call_events",
        "call_metrics",
        "call_costs",
        "articles",
        "article_versions",
        "venues",
        "events",
        "ticket_tiers",
        "sponsors",
        "winners",
        "sponsor_packages",
        "menu_categories",
        "menu_items",
        "item_sizes",
        "modifiers",
        "item_modifiers",
        "subscription_plans",
        "opening_hours",
        "hour_exceptions"
    );
    found
}

engines! {
    async fn the_four_organisations_answer_their_numbers(world: World) {
        let report = seed(&world.backend, Some("a good long password".into())).await.expect("seeded");
        assert_eq!(report.password.as_deref(), Some("a good long password"));
        assert!(password_fits(world, "a good long password").await);

        let slugs: Vec<_> = report.organisations.iter().map(|organisation| organisation.slug.as_str()).collect();
        assert_eq!(slugs, ["soup-cookoff", "mangy-dog", "pine-valley", "riverside"]);
        for (n, organisation) in report.organisations.iter().enumerate() {
            assert_eq!(organisation.number.as_str(), format!("+1415555010{}", n + 1));
            let org = orgs::by_number(&world.backend, &organisation.number).await.expect("read").expect("rings");
            assert_eq!(org.slug(), organisation.slug);
            let persona = personas::published(&org).await.expect("read").expect("published");
            assert_eq!((persona.version, personas::history(&org).await.expect("read").len()), (2, 2));
            assert!(articles::list(&org).await.expect("read").len() >= 8);
            let page = calls::list(&org, &CallFilter { limit: 100, ..CallFilter::default() }).await.expect("read");
            assert!((12..=25).contains(&page.total), "{} calls", page.total);
            assert!(page.calls.iter().all(|call| call.status.is_final() && call.started_at < world.now()));
            assert!(page.calls.iter().any(|call| call.status == CallStatus::Interrupted));
        }
    }

    async fn seeding_twice_is_seeding_once(world: World) {
        let first = seed(&world.backend, None).await.expect("seeded");
        let before = rows(world).await;
        world.pass(chrono::TimeDelta::days(3));
        let again = seed(&world.backend, None).await.expect("seeded again");

        assert_eq!(rows(world).await, before);
        assert_eq!(again, DemoReport { password: None, ..first.clone() });
        assert!(password_fits(world, &first.password.expect("a password was made")).await);
        seed(&world.backend, Some("another long password".into())).await.expect("seeded with a password");
        assert!(password_fits(world, "another long password").await);
    }

    async fn a_database_in_use_is_left_alone(world: World) {
        world.org("somebody-else").await;
        assert!(matches!(seed(&world.backend, None).await, Err(DemoError::OtherOrganisations)));
        assert_eq!(users::by_email(&world.backend, EMAIL).await.expect("read"), None);
    }

    async fn a_short_password_is_refused_before_anything_is_made(world: World) {
        assert!(matches!(seed(&world.backend, Some("short".into())).await, Err(DemoError::Password(_))));
        assert_eq!(rows(world).await[0], ("organisations".to_owned(), 0));
    }

    async fn some_past_calls_can_be_listened_to(world: World) {
        seed_with(&world.backend, None, Audio::Spoken).await.expect("seeded");
        let org = orgs::named(&world.backend, "mangy-dog").await.expect("read").expect("there");
        let page = calls::list(&org, &CallFilter { limit: 100, ..CallFilter::default() }).await.expect("read");
        let row = page.calls.iter().find(|call| call.summary == "Nobody spoke").expect("there");
        assert!(row.has_recording);
        let call = calls::get(&org, row.id).await.expect("read").expect("there");
        let recording = call.recording.expect("a recording");
        let last = call.utterances.last().expect("something was said");
        assert!((recording.duration_ms - last.end_ms).abs() < 50, "{} of {}", recording.duration_ms, last.end_ms);
        assert!(recording.assistant_peaks.iter().any(|peak| *peak > 20));
        let wav = world.backend.recordings().wav(&org, row.id).await.expect("read").expect("audio");
        assert!(wav.len() > 44);
    }

    async fn what_was_said_in_past_calls_is_what_the_tools_said(world: World) {
        seed(&world.backend, None).await.expect("seeded");
        for org in orgs::all(&world.backend).await.expect("read") {
            let page = calls::list(&org, &CallFilter { limit: 100, ..CallFilter::default() }).await.expect("read");
            for row in page.calls {
                let call = calls::get(&org, row.id).await.expect("read").expect("there");
                for said in &call.utterances {
                    assert!(!said.text.contains('{'), "{}: {}", call.row.summary, said.text);
                }
                for run in &call.tool_calls {
                    let output = run.output.as_ref().expect("an output");
                    assert_ne!(output["code"], "unknown_event", "{}", call.row.summary);
                    assert_ne!(output["code"], "invalid_arguments", "{}", call.row.summary);
                    assert_ne!(output["say"], "I do not have that information.", "{}: {}", call.row.summary, run.arguments);
                }
            }
            assert_eq!(packs::tools_for(&org).iter().any(|tool| tool.name == "get_menu"), org.has_pack(PackKey::Menu));
        }
    }
}
