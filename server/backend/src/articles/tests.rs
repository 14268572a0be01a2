use super::*;
use crate::engines;

fn form(title: &str, body: &str) -> ArticleForm {
    ArticleForm { title: title.into(), category: "Visit".into(), body: body.into(), version: 0 }
}

engines! {
    async fn two_editors_cannot_overwrite_each_other(world: World) {
        let org = world.org("ours").await;
        let ann = world.member(&org, Role::Manager).await;
        let article = save(&org, &ann, None, form("Where can I park?", "Behind the hall.")).await.expect("saved");
        let id = article.row.id;
        assert_eq!(article.version, 1);

        let edit = ArticleForm { version: 1, ..form("Where can I park?", "In front of the hall.") };
        let edited = save(&org, &ann, Some(id), edit.clone()).await.expect("saved");
        assert_eq!((edited.version, edited.body.as_str(), edited.author.as_str()), (2, "In front of the hall.", "Manager"));
        assert!(matches!(save(&org, &ann, Some(id), edit).await, Err(Error::Stale)));
        let bodies: Vec<_> = history(&org, id).await.expect("read").into_iter().map(|version| version.body).collect();
        assert_eq!(bodies, ["In front of the hall.", "Behind the hall."]);
    }

    async fn a_deleted_article_answers_nothing_and_comes_back_whole(world: World) {
        let org = world.org("ours").await;
        let ann = world.member(&org, Role::Manager).await;
        let id = save(&org, &ann, None, form("Parking", "Behind the hall.")).await.expect("saved").row.id;
        delete(&org, &ann, id).await.expect("deleted");
        assert!(get(&org, id).await.expect("read").is_none() && list(&org).await.expect("read").is_empty());
        assert!(search(&org, "parking", 3).await.expect("searched").is_empty());
        assert!(matches!(delete(&org, &ann, id).await, Err(Error::NotFound)));
        restore(&org, &ann, id).await.expect("restored");
        assert_eq!(search(&org, "parking", 3).await.expect("searched").len(), 1);
    }

    async fn a_search_counts_as_use_and_asking_it_now_does_not(world: World) {
        let org = world.org("ours").await;
        let ann = world.member(&org, Role::Manager).await;
        let id = save(&org, &ann, None, form("Parking", "**Behind** the hall.")).await.expect("saved").row.id;
        let answer = ask(&org, "where can I park").await.expect("asked");
        assert_eq!((answer.say.as_str(), answer.passages.len()), ("Behind the hall.", 1));
        assert_eq!(get(&org, id).await.expect("read").expect("there").row.hits, 0);
        search(&org, "parking", 3).await.expect("searched");
        let row = get(&org, id).await.expect("read").expect("there").row;
        assert_eq!((row.hits, row.last_used_at), (1, Some(world.now())));
        assert_eq!(ask(&org, "quantum physics").await.expect("asked").passages, []);
    }

    async fn an_edit_is_found_at_once(world: World) {
        let org = world.org("ours").await;
        let ann = world.member(&org, Role::Manager).await;
        let id = save(&org, &ann, None, form("Parking", "Behind the hall.")).await.expect("saved").row.id;
        search(&org, "parking", 3).await.expect("searched");
        save(&org, &ann, Some(id), ArticleForm { version: 1, ..form("Bicycles", "At the fence.") }).await.expect("saved");
        assert!(search(&org, "parking", 3).await.expect("searched").is_empty());
        assert_eq!(search(&org, "bicycle", 3).await.expect("searched")[0].text, "At the fence.");
    }

    async fn another_organisations_articles_are_not_there(world: World) {
        let (ours, theirs) = (world.org("ours").await, world.org("theirs").await);
        let (me, them) = (world.member(&ours, Role::Owner).await, world.member(&theirs, Role::Owner).await);
        let id = save(&theirs, &them, None, form("Parking", "Behind the hall.")).await.expect("saved").row.id;
        assert!(get(&ours, id).await.expect("read").is_none());
        assert!(search(&ours, "parking", 3).await.expect("searched").is_empty());
        assert!(history(&ours, id).await.expect("read").is_empty());
        assert!(matches!(delete(&ours, &me, id).await, Err(Error::NotFound)));
        let edit = ArticleForm { version: 1, ..form("Mine", "now") };
        assert!(matches!(save(&ours, &me, Some(id), edit).await, Err(Error::NotFound)));
    }

    async fn forms_are_checked_and_roles_too(world: World) {
        let org = world.org("ours").await;
        let (manager, clerk) = (world.member(&org, Role::Manager).await, world.member(&org, Role::FrontDesk).await);
        let Err(Error::Invalid(errors)) = save(&org, &manager, None, form(" ", " ")).await else { panic!("refused") };
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["title", "body"]);
        assert!(matches!(save(&org, &clerk, None, form("A", "B")).await, Err(Error::Forbidden(Role::Manager))));
    }
}
