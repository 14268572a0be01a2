//! A call from the webhook to its last callback.

use std::collections::VecDeque;

use chrono::Utc;
use reqwest::Url;
use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::JoinHandle,
    time::Instant,
};

use super::{
    CallError, CallOptions, CallReport, Ended, Event, PhoneFault, Utterance, Verb,
    caller::{Behaviour, Caller, Intent},
    heard::Ear,
    parse_twiml,
    rest::Command,
    stream::{self, StreamEnd},
    webhook::{Server, WebhookError},
};
use crate::{
    caption::Caption,
    sound::BYTES_PER_MS,
    voice::{self, Format},
};

/// Documents in one call; more are a loop.
const MOST_DOCUMENTS: usize = 20;

type Form = Vec<(String, String)>;

/// The call in progress.
pub(super) struct InProgress {
    pub(super) options: CallOptions,
    pub(super) server: Server,
    pub(super) call_sid: String,
    pub(super) started: Instant,
    pub(super) caller: Caller,
    pub(super) ear: Ear,
    pub(super) report: CallReport,
    pub(super) commands: UnboundedReceiver<Command>,
    /// Keeps `commands` open when there is no REST interface.
    _no_commands: Option<UnboundedSender<Command>>,
    callbacks: Option<Callbacks>,
}

/// Status callbacks, sent one after the other beside the call.
struct Callbacks {
    sender: UnboundedSender<Form>,
    task: JoinHandle<Vec<Event>>,
    sent: u32,
}

/// What comes after a verb.
enum Next {
    Verb,
    Fetch(String, Form),
    Do(String),
    End(Ended),
}

impl InProgress {
    pub(super) async fn new(options: CallOptions) -> Result<Self, CallError> {
        let token = options
            .auth_token
            .clone()
            .map(|it| if options.faults.contains(&PhoneFault::WrongSignature) { format!("{it}x") } else { it });
        let server = Server::new(&options.url, options.public_url.as_deref(), token)?;
        let call_sid = sid("CA");
        let (no_commands, receiver) = mpsc::unbounded_channel();
        let (commands, no_commands) = match &options.rest {
            Some(rest) => (rest.begin(&call_sid), None),
            None => (receiver, Some(no_commands)),
        };
        let caller = Caller::new(intents(&options).await, behaviour(&options));
        let started = Instant::now();
        let callbacks = match &options.status_path {
            Some(path) => Some(Callbacks::start(server.clone(), server.public(path)?, started)),
            None => None,
        };
        Ok(Self {
            ear: Ear::new(options.keep_sound, options.probe.is_none()),
            report: CallReport { call_sid: call_sid.clone(), ..CallReport::default() },
            options,
            server,
            call_sid,
            started,
            caller,
            commands,
            _no_commands: no_commands,
            callbacks,
        })
    }

    /// Lives it to its end.
    pub(super) async fn live(mut self) -> Result<CallReport, CallError> {
        self.tell_status("ringing", &[]);
        let outcome = self.follow().await;
        if let Some(rest) = &self.options.rest {
            rest.end(&self.call_sid);
        }
        self.report.duration_ms = self.now_ms();
        let seconds = self.report.duration_ms.div_ceil(1_000).to_string();
        let status = if outcome.is_ok() { "completed" } else { "failed" };
        self.tell_status(status, &[("CallDuration", &seconds), ("Duration", "1")]);
        if let Some(callbacks) = self.callbacks.take() {
            drop(callbacks.sender);
            self.report.events.extend(callbacks.task.await.unwrap_or_default());
        }
        self.report.ended = Some(outcome?);
        self.ear.end();
        self.report.transcript.append(&mut self.ear.lines);
        self.report.transcript.sort_by_key(|it| it.at_ms);
        self.report.heard_ms = self.ear.voice_ms;
        (self.report.gaps, self.report.gap_ms) = (self.ear.gaps, self.ear.gap_ms);
        self.report.sound = std::mem::take(&mut self.ear.sound);
        Ok(self.report)
    }

    /// Follows documents until something ends the call.
    async fn follow(&mut self) -> Result<Ended, CallError> {
        let voice = self.server.public(&self.options.voice_path)?;
        let before = Instant::now();
        let fallback = self.options.fallback_path.clone();
        let document = match (self.fetch(&voice, Vec::new(), "ringing").await, fallback) {
            (Err(why), Some(path)) => {
                self.note(format!("the voice webhook failed: {why}"));
                let form =
                    vec![("ErrorCode".to_owned(), "11200".to_owned()), ("ErrorUrl".to_owned(), voice.to_string())];
                self.fetch(&self.server.public(&path)?, form, "ringing").await?
            }
            (document, _) => document?,
        };
        self.report.webhook_us = before.elapsed().as_micros() as u64;
        let mut base = voice;
        let mut verbs: VecDeque<Verb> = parse_twiml(&document)?.into();
        if !matches!(verbs.front(), Some(Verb::Reject(_))) {
            self.tell_status("in-progress", &[]);
        }
        for _ in 0..MOST_DOCUMENTS {
            match self.run(&mut verbs).await? {
                Next::Verb => return Ok(Ended::Twiml),
                Next::End(ended) => return Ok(ended),
                Next::Do(twiml) => verbs = parse_twiml(&twiml)?.into(),
                Next::Fetch(path, form) => {
                    let url = Server::resolve(&base, &path)?;
                    verbs = parse_twiml(&self.fetch(&url, form, "in-progress").await?)?.into();
                    base = url;
                }
            }
        }
        self.note("too many documents: this is a loop".to_owned());
        Ok(Ended::Twiml)
    }

    /// Runs verbs until one leads elsewhere; [`Next::Verb`] is the end of the document.
    async fn run(&mut self, verbs: &mut VecDeque<Verb>) -> Result<Next, CallError> {
        while let Some(verb) = verbs.pop_front() {
            self.note(format!("<{}>", verb.name()));
            match self.perform(verb).await? {
                Next::Verb => {}
                elsewhere => return Ok(elsewhere),
            }
        }
        Ok(Next::Verb)
    }

    async fn perform(&mut self, verb: Verb) -> Result<Next, CallError> {
        Ok(match verb {
            Verb::Say(text) => {
                self.say(&text).await;
                Next::Verb
            }
            Verb::Play(what) => {
                self.note(format!("plays {what}"));
                Next::Verb
            }
            // What the network does by itself is not waited for.
            Verb::Pause(_) | Verb::Other(_) => Next::Verb,
            Verb::Stream { url, parameters, action } => self.stream(&url, parameters, action).await?,
            Verb::Redirect(path) => Next::Fetch(path, Vec::new()),
            Verb::Dial { number, action } => self.dial(&number, action),
            Verb::Record { action, status_callback } => self.record(action, status_callback).await?,
            Verb::Gather { action, digits, prompts } => self.gather(action, digits, prompts).await,
            Verb::Hangup => Next::End(Ended::Twiml),
            Verb::Reject(reason) => {
                self.note(format!("rejected: {reason}"));
                Next::End(Ended::Rejected)
            }
        })
    }

    async fn stream(
        &mut self,
        url: &str,
        parameters: std::collections::BTreeMap<String, String>,
        action: Option<String>,
    ) -> Result<Next, CallError> {
        let end = stream::run(self, url, parameters).await?;
        self.note(format!("the stream ended: {end}"));
        Ok(match (end, action) {
            (StreamEnd::CallerHungUp, _) => Next::End(Ended::Caller),
            (StreamEnd::ServerHungUp, _) => Next::End(Ended::Server),
            (StreamEnd::Updated(twiml), _) => Next::Do(twiml),
            (StreamEnd::Closed, Some(action)) => Next::Fetch(action, Vec::new()),
            (StreamEnd::Closed, None) => Next::Verb,
        })
    }

    /// The network speaks; nobody waits for it to finish.
    async fn say(&mut self, text: &str) {
        let audio = voice::speak(&self.utterance(text, "network")).await;
        self.ear.network_says(text, &audio);
    }

    fn dial(&mut self, number: &str, action: Option<String>) -> Next {
        let status = self.options.dial_status.clone();
        self.note(format!("dials {number}: {status}"));
        match action {
            Some(action) => Next::Fetch(
                action,
                form(&[("DialCallStatus", &status), ("DialCallSid", &sid("CA")), ("DialBridged", "false")]),
            ),
            None => Next::Verb,
        }
    }

    async fn record(&mut self, action: Option<String>, status_callback: Option<String>) -> Result<Next, CallError> {
        if self.options.silent {
            self.note("nobody spoke: no message".to_owned());
            return Ok(Next::Verb);
        }
        let recording = sid("RE");
        let url =
            format!("https://api.twilio.com/2010-04-01/Accounts/{}/Recordings/{recording}", self.options.account_sid);
        self.note("leaves a message of 3 s".to_owned());
        let left = form(&[("RecordingUrl", &url), ("RecordingSid", &recording), ("RecordingDuration", "3")]);
        if let Some(path) = status_callback {
            let mut told = self.standard_form("in-progress");
            told.extend(left.clone());
            told.extend(form(&[
                ("RecordingStatus", "completed"),
                ("RecordingChannels", "1"),
                ("RecordingSource", "RecordVerb"),
            ]));
            let url = self.server.public(&path)?;
            if let Err(why) = self.server.post(&url, &told).await {
                self.note(format!("the recording callback failed: {why}"));
            }
        }
        // Without an action Twilio fetches the present document again, which is a loop: the practice telephone goes on.
        Ok(action.map_or(Next::Verb, |it| Next::Fetch(it, left)))
    }

    async fn gather(&mut self, action: Option<String>, digits: Option<usize>, prompts: Vec<Verb>) -> Next {
        for prompt in prompts {
            if let Verb::Say(text) = prompt {
                self.say(&text).await;
            }
        }
        let keys = self.options.keys.take().map(|it| it.replace(['w', 'W'], ""));
        match (keys, action) {
            (Some(keys), Some(action)) => {
                let keys: String = keys.trim_end_matches('#').chars().take(digits.unwrap_or(usize::MAX)).collect();
                Next::Fetch(action, form(&[("Digits", &keys)]))
            }
            _ => Next::Verb,
        }
    }

    async fn fetch(&self, url: &Url, extra: Form, status: &str) -> Result<String, WebhookError> {
        let mut form = self.standard_form(status);
        form.extend(extra);
        self.server.post(url, &form).await
    }

    fn standard_form(&self, status: &str) -> Form {
        form(&[
            ("CallSid", &self.call_sid),
            ("AccountSid", &self.options.account_sid),
            ("From", &self.options.from),
            ("To", &self.options.to),
            ("Caller", &self.options.from),
            ("Called", &self.options.to),
            ("CallStatus", status),
            ("Direction", "inbound"),
            ("ApiVersion", "2010-04-01"),
            ("FromCity", ""),
            ("FromCountry", "US"),
            ("ToCountry", "US"),
        ])
    }

    fn tell_status(&mut self, status: &str, extra: &[(&str, &str)]) {
        let mut told = self.standard_form(status);
        told.extend(form(extra));
        if let Some(callbacks) = &mut self.callbacks {
            callbacks.tell(told);
        }
    }

    pub(super) fn utterance(&self, text: &str, timbre: &str) -> voice::Utterance {
        let (text, timbre) = (text.to_owned(), timbre.to_owned());
        voice::Utterance { text, voice: self.options.voice, timbre, speed_percent: 100, format: Format::Mulaw }
    }

    /// Milliseconds since the call began.
    pub(super) fn now_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    pub(super) fn note(&mut self, what: String) {
        self.report.events.push(Event { at_ms: self.now_ms(), what });
    }
}

impl Callbacks {
    fn start(server: Server, url: Url, started: Instant) -> Self {
        let (sender, mut forms) = mpsc::unbounded_channel::<Form>();
        let task = tokio::spawn(async move {
            let mut events = Vec::new();
            while let Some(form) = forms.recv().await {
                let status =
                    form.iter().find(|(name, _)| name == "CallStatus").map_or("", |(_, it)| it.as_str()).to_owned();
                let what = match server.post(&url, &form).await {
                    Ok(_) => format!("status {status} told"),
                    Err(why) => format!("status {status} could not be told: {why}"),
                };
                events.push(Event { at_ms: started.elapsed().as_millis() as u64, what });
            }
            events
        });
        Self { sender, task, sent: 0 }
    }

    fn tell(&mut self, mut told: Form) {
        told.extend(form(&[
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", &self.sent.to_string()),
            ("Timestamp", &Utc::now().to_rfc2822()),
        ]));
        self.sent += 1;
        // The task ends only after this sender is gone.
        _ = self.sender.send(told);
    }
}

fn form(pairs: &[(&str, &str)]) -> Form {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// An id as Twilio makes them: two letters, 32 hexadecimal digits.
pub(super) fn sid(kind: &str) -> String {
    format!("{kind}{:032x}", rand::random::<u128>())
}

/// What the caller is going to do, spoken and with its words under it.
async fn intents(options: &CallOptions) -> Vec<Intent> {
    let mut intents = Vec::new();
    for said in options.says.iter().filter(|_| !options.silent) {
        intents.push(match said {
            Utterance::Sound(audio) => {
                let seconds = audio.len() as f64 / (BYTES_PER_MS * 1_000) as f64;
                Intent::Say { audio: audio.clone(), text: format!("[a recording of {seconds:.1} s]") }
            }
            Utterance::Text(text) => {
                let spoken = voice::Utterance {
                    text: text.clone(),
                    voice: options.voice,
                    timbre: "caller".to_owned(),
                    speed_percent: 100,
                    format: Format::Mulaw,
                };
                let mut audio = voice::speak(&spoken).await.to_vec();
                let duration_ms = (audio.len() / BYTES_PER_MS) as u32;
                Caption { id: rand::random(), duration_ms, text: text.clone() }.write(&mut audio);
                Intent::Say { audio: audio.into(), text: text.clone() }
            }
        });
    }
    intents.extend(options.keys.clone().filter(|_| !options.silent).map(Intent::Press));
    intents
}

fn behaviour(options: &CallOptions) -> Behaviour {
    let ms = |it: std::time::Duration| it.as_millis() as u64;
    Behaviour {
        interrupt_at_ms: options.interrupt_at.map(ms),
        start_at_ms: options.start_at.map(ms),
        hangup_after_ms: options.hangup_after.map(ms),
        stays: options.silent,
    }
}
