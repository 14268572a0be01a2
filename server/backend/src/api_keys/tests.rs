use super::*;
use crate::engines;

const TEST: Actor<'static> = Actor::Machine("a test");

engines! {
    async fn a_key_opens_its_organisation_with_its_scopes(world: World) {
        let org = world.org("ours").await;
        let key = add(&org, TEST, " till ", &[Scope::CallsRead]).await.expect("made");
        let (opened, shown) = find(&world.backend, key.secret.expose_secret()).await.expect("read").expect("known");
        assert_eq!((opened.id(), shown.name.as_str()), (org.id(), "till"));
        assert!(shown.allows(Scope::CallsRead) && !shown.allows(Scope::Tools));

        let rows = list(&org).await.expect("read");
        assert_eq!((rows.len(), rows[0].last_used_at), (1, Some(world.now())));
        assert!(key.secret.expose_secret().starts_with(&rows[0].prefix));
    }

    async fn a_key_that_is_withdrawn_or_never_was_opens_nothing(world: World) {
        let (org, other) = (world.org("ours").await, world.org("theirs").await);
        let key = add(&org, TEST, "till", &[Scope::CallsRead]).await.expect("made");
        assert!(!revoke(&other, TEST, key.id).await.expect("not theirs"));
        assert!(revoke(&org, TEST, key.id).await.expect("withdrawn"));
        assert!(!revoke(&org, TEST, key.id).await.expect("withdrawn before"));
        for shown in [key.secret.expose_secret(), "aida_x", "", "' or 1=1"] {
            assert!(find(&world.backend, shown).await.expect("read").is_none());
        }
        let lines = audit::list(&org, 10).await.expect("read");
        let mut actions: Vec<_> = lines.iter().map(|line| line.action.as_str()).collect();
        actions.sort_unstable();
        assert_eq!(actions, ["add", "revoke"]);
    }
}
