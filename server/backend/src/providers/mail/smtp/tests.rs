use crate::{
    outbox,
    testing::catcher::{Catcher, Manner},
};

use super::*;

fn letter() -> Letter {
    Letter {
        message_id: "0193".into(),
        from_name: "The Soup Cookoff".into(),
        to: "ana@example.org".parse().unwrap(),
        subject: "Your tickets for the Soup Cookoff – café".into(),
        body: "Two VIP tickets.\n.\nSee you there!".into(),
        attachment: Some(outbox::Attachment {
            name: "soup-cookoff.ics".into(),
            kind: "text/calendar; charset=utf-8; method=PUBLISH".into(),
            content: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".into(),
        }),
    }
}

async fn at(manner: Manner) -> (Smtp, Catcher) {
    let catcher = Catcher::start(manner).await;
    let server = SmtpServer::parse(&catcher.url()).unwrap();
    (Smtp::new(server, "tickets@soup.example.org".parse().unwrap()), catcher)
}

#[tokio::test]
async fn a_letter_arrives_with_its_calendar_file() {
    let (smtp, catcher) = at(Manner::Usual).await;
    assert_eq!(smtp.send(&letter()).await, Ok(()));
    let caught = catcher.letters();
    assert_eq!(caught.len(), 1);
    assert_eq!((caught[0].from.as_str(), caught[0].to.as_str()), ("tickets@soup.example.org", "ana@example.org"));
    for part in [
        "From: \"The Soup Cookoff\" <tickets@soup.example.org>",
        "Message-ID: <0193@soup.example.org>",
        "Content-Type: text/calendar; charset=utf-8; method=PUBLISH",
        "filename=\"soup-cookoff.ics\"",
        "BEGIN:VCALENDAR",
    ] {
        assert!(caught[0].text.contains(part), "{part} in {}", caught[0].text);
    }
}

#[tokio::test]
async fn what_a_failure_means_depends_on_when_it_comes() {
    let outcome = async |manner| at(manner).await.0.send(&letter()).await;
    assert_eq!(outcome(Manner::Busy).await, Err(SendError::Later("421".into())));
    assert_eq!(outcome(Manner::NoSuchRecipient).await, Err(SendError::Never(MessageReason::BadAddress, "550".into())));
    assert_eq!(outcome(Manner::Greylisting).await, Err(SendError::Later("451".into())));
    assert_eq!(outcome(Manner::HangUpBeforeData).await, Err(SendError::Later(String::new())));
    assert_eq!(outcome(Manner::HangUpAfterLetter).await, Err(SendError::Unknown(String::new())));
    assert_eq!(outcome(Manner::RefuseLetter).await, Err(SendError::Never(MessageReason::Refused, "554".into())));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let server = SmtpServer::parse("smtp://127.0.0.1:1").unwrap();
    let smtp = Smtp::new(server, "a@example.org".parse().unwrap());
    assert_eq!(smtp.send(&letter()).await, Err(SendError::Later(String::new())));
}

#[test]
fn addresses_of_servers_are_read_and_only_this_machine_is_spoken_to_in_the_open() {
    let server = SmtpServer::parse("smtp://post%40x.org:p%3Aw@mail.example.org").unwrap();
    assert_eq!((server.host.as_str(), server.port, server.security), ("mail.example.org", 587, Security::StartTls));
    assert_eq!((server.user.as_deref(), server.password.expose_secret()), (Some("post@x.org"), "p:w"));
    assert_eq!(SmtpServer::parse("smtps://mail.example.org").unwrap().security, Security::Tls);
    assert_eq!(SmtpServer::parse("smtp://127.0.0.1:1025").unwrap().security, Security::Open);
    for bad in ["http://x", "smtp://", "mail.example.org", "smtp:x"] {
        assert!(SmtpServer::parse(bad).is_none(), "{bad}");
    }
    assert!(!format!("{server:?}").contains("p:w"));
}
