//! The eleven frames that a client may send.

use serde_json::Value;

use super::{
    problem::Problem,
    shape::{
        Field,
        Shape::{self, Any, Bool, Either, Fields, Integer, List, Nullable, Number, Object, Tagged, Text, Word},
        may, needs,
    },
};

/// Takes a client's text for a frame, or says what is wrong with it. The second is the frame's own `event_id`.
pub(super) fn read(text: &str) -> Result<Value, (Problem, Option<String>)> {
    let frame: Value = serde_json::from_str(text).map_err(|why| {
        (Problem::new("invalid_event", format!("The event could not be parsed as JSON: {why}.")), None)
    })?;
    let event_id = frame.get("event_id").and_then(Value::as_str).map(str::to_owned);
    if !frame.is_object() {
        return Err((Problem::new("invalid_event", "The event must be a JSON object."), None));
    }
    FRAME.check(&frame, "").and_then(|()| check_modalities(&frame)).map_err(|problem| (problem, event_id))?;
    Ok(frame)
}

/// Audio carries its transcript: asking for both is the beta's way and refused.
fn check_modalities(frame: &Value) -> Result<(), Problem> {
    for path in ["session", "response"] {
        let asked = frame.get(path).and_then(|it| it.get("output_modalities")).and_then(Value::as_array);
        if asked.is_some_and(|it| it.len() != 1) {
            let message = "Invalid modalities. Supported combinations are: ['text'] and ['audio'].";
            return Err(Problem::invalid(&format!("{path}.output_modalities"), message));
        }
    }
    Ok(())
}

/// Checks the `session` of a client secret.
pub(super) fn check_session(session: &Value) -> Result<(), Problem> {
    SESSION.check(session, "session")
}

const EVENT_ID: Field = may("event_id", Text);

static FRAME: Shape = Tagged(&[
    ("session.update", &[EVENT_ID, needs("session", SESSION)]),
    ("input_audio_buffer.append", &[EVENT_ID, needs("audio", Text)]),
    ("input_audio_buffer.commit", &[EVENT_ID]),
    ("input_audio_buffer.clear", &[EVENT_ID]),
    ("output_audio_buffer.clear", &[EVENT_ID]),
    ("conversation.item.create", &[EVENT_ID, may("previous_item_id", Nullable(&Text)), needs("item", ITEM)]),
    ("conversation.item.retrieve", &[EVENT_ID, needs("item_id", Text)]),
    ("conversation.item.delete", &[EVENT_ID, needs("item_id", Text)]),
    (
        "conversation.item.truncate",
        &[
            EVENT_ID,
            needs("item_id", Text),
            needs("content_index", Integer(0, 1_000)),
            needs("audio_end_ms", Integer(0, i64::MAX)),
        ],
    ),
    ("response.create", &[EVENT_ID, may("response", Nullable(&RESPONSE))]),
    ("response.cancel", &[EVENT_ID, may("response_id", Nullable(&Text))]),
]);

const SESSION: Shape = Tagged(&[("realtime", REALTIME), ("transcription", TRANSCRIPTION)]);

const REALTIME: &[Field] = &[
    may("model", Text),
    may("instructions", Text),
    may("output_modalities", MODALITIES),
    may("audio", Fields(&[may("input", Fields(INPUT)), may("output", Fields(OUTPUT))])),
    may("include", INCLUDE),
    may("max_output_tokens", MAX_TOKENS),
    may("parallel_tool_calls", Bool),
    may("prompt", Nullable(&PROMPT)),
    may("reasoning", Nullable(&REASONING)),
    may("tool_choice", TOOL_CHOICE),
    may("tools", List(&TOOL)),
    may("tracing", TRACING),
    may("truncation", TRUNCATION),
];

const TRANSCRIPTION: &[Field] = &[may("audio", Fields(&[may("input", Fields(INPUT))])), may("include", INCLUDE)];

const INPUT: &[Field] = &[
    may("format", FORMAT),
    may(
        "noise_reduction",
        Nullable(&Fields(&[
            needs("type", Word(&["near_field", "far_field"])),
            may("strength", Nullable(&Number(0.0, 10.0))),
        ])),
    ),
    may(
        "transcription",
        Nullable(&Fields(&[
            may("model", Text),
            may("language", Nullable(&Text)),
            may("languages", Nullable(&List(&Text))),
            may("keywords", Nullable(&List(&Text))),
            may("prompt", Nullable(&Text)),
            may("delay", Nullable(&Word(&["minimal", "low", "medium", "high", "xhigh"]))),
        ])),
    ),
    may("turn_detection", Nullable(&TURN_DETECTION)),
];

const TURN_DETECTION: Shape = Tagged(&[
    (
        "server_vad",
        &[
            may("threshold", Number(0.0, 1.0)),
            may("prefix_padding_ms", Integer(0, 10_000)),
            may("silence_duration_ms", Integer(0, 60_000)),
            may("idle_timeout_ms", Nullable(&Integer(5_000, 30_000))),
            may("create_response", Bool),
            may("interrupt_response", Bool),
        ],
    ),
    (
        "semantic_vad",
        &[
            may("eagerness", Word(&["low", "medium", "high", "auto"])),
            may("create_response", Bool),
            may("interrupt_response", Bool),
        ],
    ),
]);

const VOICE: Shape = Either(&[Text, Fields(&[needs("id", Text)])]);
const OUTPUT: &[Field] = &[may("format", FORMAT), may("voice", VOICE), may("speed", Number(0.25, 1.5))];

const FORMAT: Shape =
    Tagged(&[("audio/pcm", &[needs("rate", Integer(24_000, 24_000))]), ("audio/pcmu", &[]), ("audio/pcma", &[])]);
const MODALITIES: Shape = List(&Word(&["audio", "text"]));
const INCLUDE: Shape = Nullable(&List(&Word(&["item.input_audio_transcription.logprobs"])));
const MAX_TOKENS: Shape = Either(&[Word(&["inf"]), Integer(1, 4_096)]);
const PROMPT: Shape =
    Fields(&[needs("id", Text), may("version", Nullable(&Text)), may("variables", Nullable(&Object))]);
const REASONING: Shape = Fields(&[may("effort", Nullable(&Word(&["minimal", "low", "medium", "high", "xhigh"])))]);
const TRACING: Shape = Nullable(&Either(&[
    Word(&["auto"]),
    Fields(&[may("workflow_name", Text), may("group_id", Text), may("metadata", Object)]),
]));
const TRUNCATION: Shape = Either(&[
    Word(&["auto", "disabled"]),
    Tagged(&[(
        "retention_ratio",
        &[
            needs("retention_ratio", Number(0.0, 1.0)),
            may("token_limits", Nullable(&Fields(&[may("post_instructions", Integer(0, i64::MAX))]))),
        ],
    )]),
]);
const TOOL_CHOICE: Shape = Either(&[
    Word(&["none", "auto", "required"]),
    Tagged(&[
        ("function", &[needs("name", Text)]),
        ("mcp", &[needs("server_label", Text), may("name", Nullable(&Text))]),
    ]),
]);
const TOOL: Shape = Tagged(&[
    ("function", &[needs("name", Text), may("description", Text), may("parameters", Object)]),
    (
        "mcp",
        &[
            needs("server_label", Text),
            may("server_url", Text),
            may("tunnel_id", Text),
            may("connector_id", Text),
            may("allowed_tools", Any),
            may("authorization", Nullable(&Text)),
            may("headers", Nullable(&Object)),
            may("require_approval", Any),
            may("server_description", Nullable(&Text)),
            may("defer_loading", Bool),
            may("allowed_callers", Any),
        ],
    ),
]);

const ID: Field = may("id", Text);
const OBJECT: Field = may("object", Word(&["realtime.item"]));
const STATUS: Field = may("status", Word(&["completed", "incomplete", "in_progress"]));

const ITEM_KINDS: [(&str, &[Field]); 4] = [
    (
        "message",
        &[ID, OBJECT, STATUS, needs("role", Word(&["system", "user", "assistant"])), needs("content", List(&PART))],
    ),
    ("function_call", &[ID, OBJECT, STATUS, needs("name", Text), needs("arguments", Text), may("call_id", Text)]),
    ("function_call_output", &[ID, OBJECT, STATUS, needs("call_id", Text), needs("output", Text)]),
    (
        "mcp_approval_response",
        &[ID, needs("approval_request_id", Text), needs("approve", Bool), may("reason", Nullable(&Text))],
    ),
];
const ITEM: Shape = Tagged(&ITEM_KINDS);

const PART: Shape = Tagged(&[
    ("input_text", &[needs("text", Text)]),
    ("input_audio", &[may("audio", Text), may("transcript", Nullable(&Text))]),
    ("input_image", &[needs("image_url", Text), may("detail", Word(&["auto", "low", "high"]))]),
    ("output_text", &[needs("text", Text)]),
    ("output_audio", &[may("audio", Text), may("transcript", Nullable(&Text))]),
]);

const RESPONSE: Shape = Fields(&[
    may("audio", Fields(&[may("output", Fields(&[may("format", FORMAT), may("voice", VOICE)]))])),
    may("conversation", Word(&["auto", "none"])),
    may(
        "input",
        List(&Tagged(&[
            ITEM_KINDS[0],
            ITEM_KINDS[1],
            ITEM_KINDS[2],
            ITEM_KINDS[3],
            ("item_reference", &[needs("id", Text)]),
        ])),
    ),
    may("instructions", Text),
    may("max_output_tokens", MAX_TOKENS),
    may("metadata", Nullable(&Object)),
    may("output_modalities", MODALITIES),
    may("parallel_tool_calls", Bool),
    may("prompt", Nullable(&PROMPT)),
    may("reasoning", Nullable(&REASONING)),
    may("tool_choice", TOOL_CHOICE),
    may("tools", List(&TOOL)),
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_protocol_are_accepted() {
        for frame in [
            r#"{"type":"session.update","event_id":"cfg-1","session":{"type":"realtime","output_modalities":["audio"],"instructions":"You are","max_output_tokens":1024,"tool_choice":"auto","parallel_tool_calls":false,"reasoning":{"effort":"low"},"truncation":{"type":"retention_ratio","retention_ratio":0.8,"token_limits":{"post_instructions":24000}},"tracing":null,"include":["item.input_audio_transcription.logprobs"],"audio":{"input":{"format":{"type":"audio/pcmu"},"noise_reduction":{"type":"near_field"},"transcription":{"model":"gpt-transcribe","language":"en","keywords":["Winter Gala"]},"turn_detection":{"type":"server_vad","threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":500,"idle_timeout_ms":12000,"create_response":true,"interrupt_response":true}},"output":{"format":{"type":"audio/pcmu"},"voice":"marin","speed":1.0}},"tools":[{"type":"function","name":"transfer_to_human","description":"Transfer the caller.","parameters":{"type":"object","properties":{"reason":{"type":"string"}},"required":["reason"]}}]}}"#,
            r#"{"type":"session.update","session":{"type":"realtime","audio":{"input":{"format":{"type":"audio/pcm","rate":24000},"turn_detection":{"type":"semantic_vad","eagerness":"auto"}},"output":{"voice":{"id":"voice_1"}}}}}"#,
            r#"{"type":"conversation.item.create","previous_item_id":"root","item":{"type":"message","role":"system","content":[{"type":"input_text","text":"x"}]}}"#,
            r#"{"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"call_9","output":"{}"}}"#,
            r#"{"type":"conversation.item.truncate","item_id":"item_A2","content_index":0,"audio_end_ms":1480}"#,
            r#"{"type":"response.create"}"#,
            r#"{"type":"response.create","response":{"conversation":"none","output_modalities":["text"],"metadata":{"purpose":"call_summary"},"input":[{"type":"item_reference","id":"item_1"}],"instructions":"Summarise.","tools":[]}}"#,
            r#"{"type":"response.cancel","response_id":"resp_A1"}"#,
        ] {
            assert_eq!(read(frame).err(), None, "{frame}");
        }
    }

    #[test]
    fn what_the_real_service_refuses_is_refused_with_its_code_and_parameter() {
        for (frame, code, param) in [
            ("{", "invalid_event", None),
            ("[]", "invalid_event", None),
            (r#"{"event_id":"e1"}"#, "missing_required_parameter", Some("type")),
            (r#"{"type":"response.created"}"#, "invalid_value", Some("type")),
            (r#"{"type":"session.update"}"#, "missing_required_parameter", Some("session")),
            (r#"{"type":"session.update","session":{}}"#, "missing_required_parameter", Some("session.type")),
            (
                r#"{"type":"session.update","session":{"type":"realtime","voice":"marin"}}"#,
                "unknown_parameter",
                Some("session.voice"),
            ),
            (
                r#"{"type":"session.update","session":{"type":"realtime","output_modalities":["audio","text"]}}"#,
                "invalid_value",
                Some("session.output_modalities"),
            ),
            (
                r#"{"type":"session.update","session":{"type":"realtime","audio":{"input":{"format":"g711_ulaw"}}}}"#,
                "invalid_type",
                Some("session.audio.input.format"),
            ),
            (
                r#"{"type":"session.update","session":{"type":"realtime","audio":{"input":{"format":{"type":"audio/pcmu","rate":8000}}}}}"#,
                "unknown_parameter",
                Some("session.audio.input.format.rate"),
            ),
            (
                r#"{"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"a","strict":true}]}}"#,
                "unknown_parameter",
                Some("session.tools[0].strict"),
            ),
            (
                r#"{"type":"conversation.item.truncate","item_id":"i","content_index":0,"audio_end_ms":12.5}"#,
                "invalid_type",
                Some("audio_end_ms"),
            ),
            (
                r#"{"type":"conversation.item.truncate","item_id":"i","content_index":0,"audio_end_ms":-1}"#,
                "invalid_value",
                Some("audio_end_ms"),
            ),
            (
                r#"{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"text","text":"x"}]}}"#,
                "invalid_value",
                Some("item.content[0].type"),
            ),
            (
                r#"{"type":"response.create","response":{"modalities":["audio"]}}"#,
                "unknown_parameter",
                Some("response.modalities"),
            ),
        ] {
            let (problem, _) = read(frame).expect_err(frame);
            assert_eq!((problem.code(), problem.param()), (code, param), "{frame}");
        }
    }

    #[test]
    fn a_problem_names_the_frame_that_had_it() {
        let (_, event_id) = read(r#"{"type":"nonsense","event_id":"mine-1"}"#).expect_err("no such type");

        assert_eq!(event_id.as_deref(), Some("mine-1"));
    }
}
