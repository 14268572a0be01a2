use super::*;
use crate::engines;

fn aida() -> Persona {
    Persona {
        assistant_name: "Aida".into(),
        voice: "marin".into(),
        speed_percent: 100,
        language: "en".into(),
        greeting: "Hello, this is {assistant} of {organisation}.".into(),
        instructions: "Be kind.".into(),
        patience: Patience::Normal,
        interruptible: true,
    }
}

fn greeting(text: &str) -> Persona {
    Persona { greeting: text.into(), ..aida() }
}

async fn states(org: &Org) -> Vec<(i64, PersonaState, String)> {
    let versions = history(org).await.expect("read");
    versions.into_iter().map(|version| (version.version, version.state, version.persona.greeting)).collect()
}

engines! {
    async fn a_draft_is_heard_by_nobody_until_it_is_published(world: World) {
        let org = world.org("ours").await;
        let ann = world.member(&org, Role::Manager).await;
        let first = seed(&org, greeting("One"), "demo").await.expect("seeded");
        assert_eq!(seed(&org, greeting("Other"), "demo").await.expect("there already").id, first.id);

        let two = save_draft(&org, &ann, greeting("Two"), None).await.expect("saved");
        world.pass(chrono::TimeDelta::minutes(1));
        let again = save_draft(&org, &ann, greeting(" Two, again "), Some(two.updated_at)).await.expect("saved");
        assert_eq!(published(&org).await.expect("read").expect("there").persona.greeting, "One");
        assert_eq!(draft(&org).await.expect("read").expect("there").persona.greeting, "Two, again");

        let now_heard = publish(&org, &ann, again.updated_at, "shorter").await.expect("published");
        assert_eq!((now_heard.version, now_heard.published_at), (2, Some(world.now())));
        assert_eq!(now_heard.note, "shorter");
        assert!(draft(&org).await.expect("read").is_none());
        assert!(matches!(publish(&org, &ann, again.updated_at, "").await, Err(Error::Stale)), "twice");
        assert_eq!(
            states(&org).await,
            [(2, PersonaState::Published, "Two, again".into()), (1, PersonaState::Retired, "One".into())]
        );
        let log = audit::list(&org, 1).await.expect("read");
        assert_eq!((log[0].action.as_str(), log[0].actor.as_str()), ("publish", "Manager"));
    }

    async fn rolling_back_publishes_a_copy_and_keeps_the_draft(world: World) {
        let org = world.org("ours").await;
        let ann = world.member(&org, Role::Owner).await;
        seed(&org, greeting("One"), "demo").await.expect("seeded");
        let two = save_draft(&org, &ann, greeting("Two"), None).await.expect("saved");
        publish(&org, &ann, two.updated_at, "").await.expect("published");
        save_draft(&org, &ann, greeting("Three"), None).await.expect("saved");

        let back = roll_back(&org, &ann, 1).await.expect("rolled back");
        assert_eq!(back.persona.greeting, "One");
        assert_eq!(draft(&org).await.expect("read").expect("kept").persona.greeting, "Three");
        let published: Vec<_> = states(&org).await.into_iter().filter(|(_, state, _)| *state == PersonaState::Published).collect();
        assert_eq!(published.len(), 1);
        assert!(matches!(roll_back(&org, &ann, 99).await, Err(Error::NotFound)));
    }

    async fn two_people_at_one_draft_do_not_overwrite_each_other(world: World) {
        let org = world.org("ours").await;
        let (ann, bea) = (world.member(&org, Role::Manager).await, world.member(&org, Role::Owner).await);
        let anns = save_draft(&org, &ann, greeting("Ann's"), None).await.expect("saved");
        world.pass(chrono::TimeDelta::seconds(1));

        assert!(matches!(save_draft(&org, &bea, greeting("Bea's"), None).await, Err(Error::Stale)), "saw no draft");
        let beas = save_draft(&org, &bea, greeting("Bea's"), Some(anns.updated_at)).await.expect("saw Ann's");
        let late = save_draft(&org, &ann, greeting("Ann's again"), Some(anns.updated_at)).await;
        assert!(matches!(late, Err(Error::Stale)));
        assert!(matches!(publish(&org, &ann, anns.updated_at, "").await, Err(Error::Stale)), "what she never read");

        publish(&org, &bea, beas.updated_at, "").await.expect("published");
        let late = save_draft(&org, &ann, greeting("Ann's again"), Some(anns.updated_at)).await;
        assert!(matches!(late, Err(Error::Stale)), "a draft that was published meanwhile");
    }

    async fn every_field_is_checked(world: World) {
        let org = world.org("ours").await;
        let ann = world.member(&org, Role::Manager).await;
        let bad = Persona {
            assistant_name: " ".into(),
            voice: "robot".into(),
            speed_percent: 200,
            language: "xx".into(),
            greeting: "x".repeat(301),
            instructions: "x".repeat(8_001),
            ..aida()
        };
        let Err(Error::Invalid(errors)) = save_draft(&org, &ann, bad, None).await else { panic!("refused") };
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["assistant_name", "voice", "speed_percent", "language", "greeting", "instructions"]);
    }

    async fn only_managers_change_the_voice_and_only_their_own(world: World) {
        let (ours, theirs) = (world.org("ours").await, world.org("theirs").await);
        let clerk = world.member(&ours, Role::FrontDesk).await;
        let owner = world.member(&ours, Role::Owner).await;
        seed(&theirs, greeting("Theirs"), "demo").await.expect("seeded");
        for refused in [
            save_draft(&ours, &clerk, aida(), None).await,
            publish(&ours, &clerk, world.now(), "").await,
            roll_back(&ours, &clerk, 1).await,
        ] {
            assert!(matches!(refused, Err(Error::Forbidden(Role::Manager))));
        }
        assert!(matches!(roll_back(&ours, &owner, 1).await, Err(Error::NotFound)));
        assert!(published(&ours).await.expect("read").is_none());
    }
}
