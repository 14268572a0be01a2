//! A telephone that misbehaves on request.

use std::str::FromStr;

/// What the telephone does wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneFault {
    /// Frames that are not JSON.
    Garbage,
    /// Audio that is not base64.
    BadBase64,
    /// Audio before the stream's `start`.
    MediaBeforeStart,
    /// `start` twice.
    TwoStarts,
    /// `stop` without a `start`.
    StopWithoutStart,
    /// No `start` at all.
    NoStart,
    /// A frame of 2 MB.
    HugeFrame,
    /// The socket breaks without `stop` after so many milliseconds.
    Drop(u64),
    /// A second stream with the token of the first.
    Replay,
    /// A token that nobody gave out.
    WrongToken,
    /// The token with another call's id.
    WrongCall,
    /// Requests signed with another token.
    WrongSignature,
    /// No frame for so many milliseconds from the third second on, while time goes on.
    Gap(u64),
}

/// What `--help` says of the faults.
pub const PHONE_FAULTS_HELP: &str = "\
Faults, separated by commas:
  garbage              send frames that are not JSON
  bad-base64           send audio that is not base64
  media-before-start   send audio before the stream's start
  two-starts           send start twice
  stop-without-start   send stop without a start
  no-start             open the stream and send nothing but connected
  huge-frame           send a frame of 2 MB
  drop=MS              break the stream without stop after so long
  replay               open a second stream with the token of the first
  wrong-token          open the stream with a token that nobody gave out
  wrong-call           open the stream with the id of another call
  wrong-signature      sign with another token
  gap=MS               lose all frames for so long, three seconds into the call";

impl FromStr for PhoneFault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let ms = || value.parse().map_err(|_| format!("the fault {name} needs milliseconds: {name}=MS"));
        Ok(match name {
            "garbage" => Self::Garbage,
            "bad-base64" => Self::BadBase64,
            "media-before-start" => Self::MediaBeforeStart,
            "two-starts" => Self::TwoStarts,
            "stop-without-start" => Self::StopWithoutStart,
            "no-start" => Self::NoStart,
            "huge-frame" => Self::HugeFrame,
            "drop" => Self::Drop(ms()?),
            "replay" => Self::Replay,
            "wrong-token" => Self::WrongToken,
            "wrong-call" => Self::WrongCall,
            "wrong-signature" => Self::WrongSignature,
            "gap" => Self::Gap(ms()?),
            _ => return Err(format!("there is no fault {name}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_and_what_is_none_is_told() {
        assert_eq!("drop=1500".parse(), Ok(PhoneFault::Drop(1_500)));
        assert_eq!("replay".parse(), Ok(PhoneFault::Replay));
        assert_eq!("drop".parse::<PhoneFault>(), Err("the fault drop needs milliseconds: drop=MS".into()));
        assert_eq!("burn".parse::<PhoneFault>(), Err("there is no fault burn".into()));
    }
}
