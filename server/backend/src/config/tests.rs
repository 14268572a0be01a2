use secrecy::ExposeSecret;

use super::*;

fn config(settings: &[(&str, &str)]) -> Result<Config, Vec<Problem>> {
    let settings: HashMap<_, _> = settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Config::from_lookup(|name| settings.get(name).cloned())
}

fn names(problems: Vec<Problem>) -> Vec<&'static str> {
    problems.into_iter().map(|problem| problem.name).collect()
}

#[test]
fn an_empty_environment_is_a_practice_server_on_this_machine() {
    let config = config(&[]).expect("defaults");
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.public_url, "http://127.0.0.1:3000");
    assert_eq!(config.database_url.expose_secret(), "sqlite://data/aida.db");
    assert_eq!(config.recordings_dir, PathBuf::from("data/recordings"));
    assert_eq!(config.max_call_seconds, 900);
    assert!(config.practice_mode() && config.is_loopback() && !config.is_https());
}

#[test]
fn every_problem_is_told_at_once() {
    let problems = config(&[
        ("PORT", "many"),
        ("BIND", "everywhere"),
        ("PUBLIC_URL", "ftp://x"),
        ("DATABASE_URL", "mysql://x"),
        ("RECORDING_STORAGE_PATH", "s3://bucket"),
        ("MAX_CALLS", "0"),
        ("LOG_FORMAT", "xml"),
        ("SMTP_URL", "http://x"),
        ("REDIS_URL", "redis://x"),
        ("AIDA_SECRET_KEY", "short"),
        ("TRUSTED_PROXIES", "10.0.0.1, example.org"),
    ])
    .expect_err("problems");
    let mut names = names(problems);
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "AIDA_SECRET_KEY",
            "BIND",
            "DATABASE_URL",
            "LOG_FORMAT",
            "MAIL_FROM",
            "MAX_CALLS",
            "PORT",
            "PUBLIC_URL",
            "RECORDING_STORAGE_PATH",
            "REDIS_URL",
            "SMTP_URL",
            "TRUSTED_PROXIES",
            "TWILIO_AUTH_TOKEN",
        ]
    );
}

const OUTSIDE: [(&str, &str); 4] = [
    ("PUBLIC_URL", "https://phone.example.org/"),
    ("TWILIO_ACCOUNT_SID", "AC0123"),
    ("TWILIO_AUTH_TOKEN", "new"),
    ("OPENAI_API_KEY", "sk-x"),
];

#[test]
fn one_number_may_hold_any_number_of_lines_only_while_the_machine_calls_itself() {
    assert_eq!(config(&[("MAX_CALLS", "20")]).expect("good").max_calls_per_caller, 20);
    assert_eq!(config(&OUTSIDE).expect("good").max_calls_per_caller, 3);
}

#[test]
fn connections_of_one_address_are_bounded_well_above_its_calls() {
    let config = config(&[("MAX_CALLS", "20"), ("TRUSTED_PROXIES", "10.0.0.2, ::1")]).expect("good");
    assert_eq!(config.max_connections_per_address, 276);
    assert_eq!(config.trusted_proxies, ["10.0.0.2".parse::<IpAddr>().unwrap(), "::1".parse().unwrap()]);
}

#[test]
fn an_outside_address_needs_https_and_signatures() {
    assert_eq!(names(config(&OUTSIDE[..1]).expect_err("no accounts")), ["TWILIO_AUTH_TOKEN"]);
    let plain = [&[("PUBLIC_URL", "http://phone.example.org")], &OUTSIDE[1..]].concat();
    assert_eq!(names(config(&plain).expect_err("plain http")), ["PUBLIC_URL"]);

    let good = config(&[&OUTSIDE[..], &[("TWILIO_AUTH_TOKEN_SECONDARY", "old")]].concat()).expect("complete");
    assert_eq!(good.public_url, "https://phone.example.org");
    assert_eq!(good.twilio.auth_tokens.len(), 2);
}

#[test]
fn a_rehearsal_may_have_stand_ins_but_never_unsigned_calls() {
    let rehearsal =
        |on| [("PUBLIC_URL", "https://phone.example.org"), ("TWILIO_AUTH_TOKEN", "t"), ("AIDA_REHEARSAL", on)];
    assert!(config(&rehearsal("true")).expect("allowed").practice_mode());
    assert!(config(&rehearsal("true")).expect("allowed").warnings.is_empty());
    let unsaid = config(&rehearsal("false")).expect("allowed, and said");
    assert_eq!(names(unsaid.warnings), ["TWILIO_ACCOUNT_SID", "OPENAI_API_KEY"]);
    let unsigned = [("PUBLIC_URL", "https://phone.example.org"), ("AIDA_REHEARSAL", "true")];
    assert_eq!(names(config(&unsigned).expect_err("unsigned")), ["TWILIO_AUTH_TOKEN"]);
}

#[test]
fn a_server_that_the_network_reaches_takes_no_unsigned_calls() {
    assert_eq!(names(config(&[("BIND", "0.0.0.0")]).expect_err("everybody could call")), ["TWILIO_AUTH_TOKEN"]);
    assert_eq!(names(config(&[("BIND", "::")]).expect_err("everybody could call")), ["TWILIO_AUTH_TOKEN"]);
    assert!(config(&[("BIND", "0.0.0.0"), ("TWILIO_AUTH_TOKEN", "t")]).is_ok());
    assert!(config(&[("BIND", "::1")]).is_ok());
}

#[test]
fn each_model_has_its_prices_and_a_setting_changes_them() {
    let prices = |settings: &[(&str, &str)]| config(settings).expect("good").openai.prices;
    assert_eq!(prices(&[]).audio_out, 64_000);
    assert_eq!(prices(&[("OPENAI_REALTIME_MODEL", "gpt-realtime-2.1-mini")]).audio_out, 20_000);
    let set = prices(&[("OPENAI_PRICES", "audio_out=70.5, transcription_minute=0.003")]);
    assert_eq!((set.audio_out, set.transcription_second, set.audio_in), (70_500, 50_000, 32_000));
    assert_eq!(names(config(&[("OPENAI_PRICES", "audio_out=many")]).expect_err("no price")), ["OPENAI_PRICES"]);
    let unknown = config(&[("OPENAI_REALTIME_MODEL", "another")]).expect("good");
    assert_eq!(names(unknown.warnings), ["OPENAI_PRICES"]);
}

#[test]
fn a_call_may_cost_five_dollars_or_what_is_set() {
    assert_eq!(config(&[]).expect("good").max_call_cost, 5_000_000_000);
    assert_eq!(config(&[("MAX_CALL_COST", "0.75")]).expect("good").max_call_cost, 750_000_000);
    assert_eq!(names(config(&[("MAX_CALL_COST", "free")]).expect_err("no sum")), ["MAX_CALL_COST"]);
}

#[test]
fn settings_that_change_nothing_are_named() {
    let config = config(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://x"), ("OPENAI_TEXT_MODEL", "x")]).expect("good");
    assert_eq!(names(config.warnings), ["OPENAI_TEXT_MODEL", "OTEL_EXPORTER_OTLP_ENDPOINT"]);
}

#[test]
fn an_origin_has_no_path_and_no_password() {
    for bad in ["https://example.org/voice", "https://example.org?x=1", "https://a:b@example.org", "example.org"] {
        let problems = config(&[&[("PUBLIC_URL", bad)], &OUTSIDE[1..]].concat()).expect_err(bad);
        assert_eq!(names(problems), ["PUBLIC_URL"], "{bad}");
    }
}

#[test]
fn the_data_directory_moves_everything_below_it() {
    let config = config(&[("DATA_DIR", "/srv/aida")]).expect("complete");
    assert_eq!(config.database_url.expose_secret(), "sqlite:///srv/aida/aida.db");
    assert_eq!(config.recordings_dir, PathBuf::from("/srv/aida/recordings"));
}

#[test]
fn neither_problems_nor_debug_output_hold_a_secret() {
    let settings = [("OPENAI_API_KEY", "sk-canary"), ("TWILIO_AUTH_TOKEN", "canary-token"), ("PORT", "canary-port")];
    let problems = config(&settings).expect_err("the port");
    assert!(!format!("{problems:?}").contains("canary"));
    let config = config(&settings[..2]).expect("complete");
    assert!(!format!("{config:?}").contains("canary"));
    assert!(!config.practice_mode());
}

#[test]
fn an_empty_value_counts_as_absent() {
    assert!(config(&[("OPENAI_API_KEY", "  "), ("PORT", "")]).expect("defaults").practice_mode());
}

#[test]
fn half_an_account_is_told_of() {
    let problems = |settings: &[(&str, &str)]| config(settings).map(|_| ()).map_err(names);
    assert_eq!(problems(&[("STRIPE_SECRET_KEY", "sk_test_x")]), Err(vec!["STRIPE_WEBHOOK_SECRET"]));
    assert_eq!(problems(&[("STRIPE_WEBHOOK_SECRET", "whsec_x")]), Err(vec!["STRIPE_SECRET_KEY"]));
    assert_eq!(problems(&[("TWILIO_ACCOUNT_SID", "AC1")]), Err(vec!["TWILIO_AUTH_TOKEN"]));
    assert_eq!(problems(&[("SMTP_URL", "smtps://mail.example.org")]), Err(vec!["MAIL_FROM"]));
    let wrong = [("STRIPE_SECRET_KEY", "pk_test_x"), ("STRIPE_WEBHOOK_SECRET", "secret"), ("MAIL_FROM", "nobody")];
    let mut told = config(&wrong).map(|_| ()).map_err(names).unwrap_err();
    told.sort_unstable();
    assert_eq!(told, ["MAIL_FROM", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"]);
    let rolling = [("STRIPE_SECRET_KEY", "rk_live_x"), ("STRIPE_WEBHOOK_SECRET", "whsec_new, whsec_old")];
    assert_eq!(config(&rolling).expect("complete").stripe.webhook_secrets.len(), 2);
}
