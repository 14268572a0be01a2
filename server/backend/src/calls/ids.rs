//! Identifiers of what belongs to a call, computed so that writing the same thing again meets the same row.

use model::{CallEventId, CallId, ToolCallId, UtteranceId};
use sha2::{Digest, Sha256};

/// The identifier of the line that a call numbers `line`.
pub fn utterance_id(call: CallId, line: u32) -> UtteranceId {
    UtteranceId::from_u128(derive(call, "line", &line.to_le_bytes()))
}

/// The identifier of a run of a tool, by the model's own id of it.
pub fn tool_call_id(call: CallId, model_call_id: &str) -> ToolCallId {
    ToolCallId::from_u128(derive(call, "tool", model_call_id.as_bytes()))
}

/// The identifier of the timeline event that is the call's fact number `fact`.
pub fn event_id(call: CallId, fact: u64) -> CallEventId {
    CallEventId::from_u128(derive(call, "event", &fact.to_le_bytes()))
}

/// A UUIDv7 with the time of the call and, instead of random bits, a hash of what is named.
fn derive(call: CallId, kind: &str, name: &[u8]) -> u128 {
    let mut hash = Sha256::new();
    hash.update(call.as_u128().to_be_bytes());
    hash.update(kind.as_bytes());
    hash.update([0]);
    hash.update(name);
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[..6].copy_from_slice(&call.as_u128().to_be_bytes()[..6]);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_has_the_same_identifier_and_other_things_have_others() {
        let (call, other) = (CallId::new(), CallId::from_u128(7));
        assert_eq!(utterance_id(call, 1), utterance_id(call, 1));
        assert_ne!(utterance_id(call, 1), utterance_id(call, 2));
        assert_ne!(utterance_id(call, 1), utterance_id(other, 1));
        let text = utterance_id(call, 1).to_string();
        assert_eq!(&text[..13], &call.to_string()[..13]);
        assert_eq!(&text[14..15], "7");
    }
}
