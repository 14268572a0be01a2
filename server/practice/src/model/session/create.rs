//! How a response comes to be.

use serde_json::{Value, json};

use super::{
    super::{
        brain::{self, Act, Choice, Heard, Line, Question, Tool},
        config,
        faults::Fault,
        items::{Item, Kind, Part, Role, Status},
        problem::Problem,
        response::{Ending, Made, Response},
        usage::Tokens,
    },
    Later, Output, Session,
};

impl Session {
    /// A response, as a client asked for it or by itself (`null`).
    pub(super) fn create_response(&mut self, request: &Value) -> Result<(), Problem> {
        if self.manner.echo {
            return self.begin_echo();
        }
        let aside = request["conversation"] == "none";
        if !aside && let Some(active) = &self.active {
            let message = format!(
                "Conversation already has an active response in progress: {}. Wait until the response is finished before creating a new one.",
                active.id()
            );
            return Err(Problem::new("conversation_already_has_active_response", message));
        }
        check_metadata(&request["metadata"])?;
        let items = self.context(&request["input"])?;
        self.responses += 1;
        if self.misbehave() {
            return Ok(());
        }
        self.later.retain(|(_, it)| !matches!(it, Later::Idle));
        let made = self.made(request, aside, &items);
        let (acts, ending) = self.plan(request, &items);
        let input = made.input;
        let response = Response::new(made, acts, ending);
        self.send(json!({ "type": "response.created", "response": response.to_json("in_progress", &Value::Null) }));
        self.send(self.rate_limits(input));
        self.last_input = input;
        if aside {
            self.asides.push(response);
        } else {
            self.active = Some(response);
        }
        self.run();
        Ok(())
    }

    /// Faults that come before a response, or in its place: then true.
    fn misbehave(&mut self) -> bool {
        if self.faults.happens(&Fault::BadJson) {
            self.send_text(r#"{"type":"response.created","response":{"#.to_owned());
        }
        if let Some(size) = self.faults.take(|it| if let Fault::HugeFrame(size) = it { Some(*size) } else { None }) {
            self.send(json!({ "type": "practice.padding", "padding": "x".repeat(size) }));
        }
        let nth = self.responses;
        let error = self.faults.take(|it| match it {
            Fault::Error(code, when) if *when == nth => Some(code.clone()),
            _ => None,
        });
        let Some(code) = error else { return self.over };
        self.refuse(&made_to_fail(&code), None);
        true
    }

    fn made(&mut self, request: &Value, aside: bool, items: &[Item]) -> Made {
        let tools = if request["tools"].is_null() { self.config.member("tools") } else { &request["tools"] };
        let instructions = request["instructions"].as_str().unwrap_or(self.config.instructions());
        let prompt = Tokens::of_text(instructions) + Tokens::of_text(&tools.to_string());
        let input = items.iter().map(Tokens::of_item).fold(prompt, std::ops::Add::add);
        let output = &request["audio"]["output"];
        let limit = if request["max_output_tokens"].is_null() {
            self.config.member("max_output_tokens")
        } else {
            &request["max_output_tokens"]
        };
        Made {
            id: self.ids.make("resp"),
            conversation_id: (!aside).then(|| self.conversation_id.clone()),
            speaks: if request["output_modalities"].is_null() {
                self.config.speaks()
            } else {
                config::asks_for_audio(&request["output_modalities"])
            },
            format: if output["format"].is_null() {
                self.config.output_format()
            } else {
                config::format_of(&output["format"])
            },
            format_json: if output["format"].is_null() {
                self.config.output_format_json()
            } else {
                output["format"].clone()
            },
            voice: if output["voice"].is_null() { self.config.voice() } else { config::voice_name(&output["voice"]) }
                .to_owned(),
            speed_percent: self.config.speed_percent(),
            speaker: self.manner.voice,
            max_tokens: limit.as_u64(),
            metadata: request["metadata"].clone(),
            input,
            cached: input.cached(self.last_input),
            begins_at: self.now + self.manner.think_ms,
        }
    }

    /// What the response does, and how it ends.
    fn plan(&mut self, request: &Value, items: &[Item]) -> (Vec<Act>, Ending) {
        if self.faults.happens(&Fault::EmptyResponse) {
            return (Vec::new(), Ending::Completed);
        }
        let failed =
            self.faults.take(|it| if let Fault::FailedResponse(code) = it { Some(code.clone()) } else { None });
        if let Some(code) = failed {
            return (Vec::new(), Ending::Failed(made_to_fail(&code).to_status()));
        }
        let tools = if request["tools"].is_null() { self.config.tools() } else { Tool::list(&request["tools"]) };
        let choice =
            if request["tool_choice"].is_null() { self.config.member("tool_choice") } else { &request["tool_choice"] };
        let act = brain::answer(&Question {
            instructions: request["instructions"].as_str(),
            tools: &tools,
            choice: Choice::read(choice),
            lines: &lines(items),
        });
        match act {
            Act::Say(_) => self.plan_to_speak(act),
            Act::Call { .. } => (self.spoil(act), Ending::Completed),
        }
    }

    fn plan_to_speak(&mut self, act: Act) -> (Vec<Act>, Ending) {
        self.spoken_answers += 1;
        let nth = self.spoken_answers;
        let breaks =
            self.faults.take(|it| matches!(it, Fault::DropMidSentence(when) if *when == nth).then_some(())).is_some();
        (vec![act], if breaks { Ending::Break } else { Ending::Completed })
    }

    /// A function call as it should be, or as a fault wants it.
    fn spoil(&mut self, act: Act) -> Vec<Act> {
        let Act::Call { name, arguments } = act else { return vec![act] };
        if self.faults.happens(&Fault::UnknownTool) {
            return vec![Act::Call { name: "open_pod_bay_doors".to_owned(), arguments: "{}".to_owned() }];
        }
        if self.faults.happens(&Fault::BadArguments) {
            return vec![Act::Call { name, arguments: r#"{"query":42,"day":["#.to_owned() }];
        }
        if self.faults.happens(&Fault::DuplicateCall) {
            return vec![Act::Call { name: name.clone(), arguments: arguments.clone() }, Act::Call { name, arguments }];
        }
        vec![Act::Call { name, arguments }]
    }

    /// The items that a response sees: the conversation, or what the request gives in its place.
    fn context(&mut self, input: &Value) -> Result<Vec<Item>, Problem> {
        let Some(given) = input.as_array() else { return Ok(self.conversation.items().to_vec()) };
        let mut items = Vec::new();
        for item in given {
            items.push(if item["type"] == "item_reference" {
                let id = item["id"].as_str().unwrap_or_default();
                let item = self.conversation.get(id).cloned();
                item.ok_or_else(|| super::super::items::not_found("invalid_value", "response.input", id))?
            } else {
                Item::read(item, self.ids.make("item"))?
            });
        }
        Ok(items)
    }

    fn rate_limits(&self, input: Tokens) -> Value {
        let tokens = 800_000_u64.saturating_sub(input.total() + 4_096);
        json!({
            "type": "rate_limits.updated",
            "rate_limits": [
                { "name": "requests", "limit": 5_000, "remaining": 5_000_u32.saturating_sub(self.responses), "reset_seconds": 0.012 },
                { "name": "tokens", "limit": 800_000, "remaining": tokens, "reset_seconds": 0.34 },
            ],
        })
    }

    pub(super) fn begin_echo(&mut self) -> Result<(), Problem> {
        if self.echo.is_some() {
            let message = "Conversation already has an active response in progress.";
            return Err(Problem::new("conversation_already_has_active_response", message));
        }
        self.start_echo();
        Ok(())
    }

    pub(super) fn raw(&mut self, text: String) {
        self.out.push_back(Output::Send(text));
    }
}

/// An error as the real service would report it for this code.
fn made_to_fail(code: &str) -> Problem {
    let message = format!("The practice model was told to fail with {code}.");
    match code {
        "server_error" => Problem::server(code, message),
        _ => Problem::new(code, message),
    }
}

fn check_metadata(metadata: &Value) -> Result<(), Problem> {
    let Some(pairs) = metadata.as_object() else { return Ok(()) };
    let fits = |(key, value): (&String, &Value)| key.len() <= 64 && value.as_str().is_some_and(|it| it.len() <= 512);
    if pairs.len() > 16 || !pairs.iter().all(fits) {
        return Err(Problem::invalid(
            "response.metadata",
            "Metadata has at most 16 pairs of text, keys of 64 and values of 512 characters.",
        ));
    }
    Ok(())
}

/// The conversation as the brain sees it.
fn lines(items: &[Item]) -> Vec<Line> {
    items.iter().filter_map(line).collect()
}

fn line(item: &Item) -> Option<Line> {
    match &item.kind {
        Kind::Message { role: Role::User, parts } => Some(Line::Caller(heard(parts))),
        Kind::Message { role: Role::Assistant, parts } => Some(Line::Assistant(text(parts))),
        Kind::Message { role: Role::System, parts } => Some(Line::System(text(parts))),
        Kind::FunctionCall { call_id, name, .. } if item.status == Status::Completed => {
            Some(Line::Call { call_id: call_id.clone(), name: name.clone() })
        }
        Kind::FunctionCallOutput { call_id, output } => {
            Some(Line::Outcome { call_id: call_id.clone(), output: output.clone() })
        }
        Kind::FunctionCall { .. } | Kind::Other(_) => None,
    }
}

fn heard(parts: &[Part]) -> Heard {
    let words = text(parts);
    let ms: u64 = parts.iter().map(|it| if let Part::InputAudio { ms, .. } = it { *ms } else { 0 }).sum();
    match (words.is_empty(), ms) {
        (false, _) => Heard::Words(words),
        (true, 0) => Heard::Nothing,
        (true, ms) => Heard::Speech { ms },
    }
}

fn text(parts: &[Part]) -> String {
    let texts = parts.iter().filter_map(|it| match it {
        Part::InputText(text) | Part::OutputText(text) | Part::InputAudio { words: Some(text), .. } => {
            Some(text.as_str())
        }
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}
