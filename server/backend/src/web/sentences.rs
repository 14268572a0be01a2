//! Sentences that the telephone network speaks when there is no conversation.

/// What a caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sentence {
    /// The number belongs to nobody.
    NotInService,
    /// Every line is taken.
    Busy,
    /// The caller's number holds as many lines as one may.
    CallerBusy,
    /// The server is about to stop.
    Restarting,
    /// Something failed before the conversation.
    Technical,
    /// The conversation broke off.
    CutOff,
}

impl Sentence {
    /// The words, in a language of which the ISO 639-1 code is given; English where it is not spoken.
    pub const fn text(self, language: &str) -> &'static str {
        let [en, es, fr, de] = self.texts();
        match language.as_bytes() {
            b"es" => es,
            b"fr" => fr,
            b"de" => de,
            _ => en,
        }
    }

    const fn texts(self) -> [&'static str; 4] {
        match self {
            Self::NotInService => [
                "I am sorry, this number is not in service. Goodbye.",
                "Lo siento, este número no está en servicio. Adiós.",
                "Désolé, ce numéro n'est pas en service. Au revoir.",
                "Diese Nummer ist leider nicht vergeben. Auf Wiederhören.",
            ],
            Self::Busy => [
                "I am sorry, all our lines are busy right now. Please call again in a few minutes. Goodbye.",
                "Lo siento, todas nuestras líneas están ocupadas. Vuelva a llamar en unos minutos, por favor. Adiós.",
                "Désolé, toutes nos lignes sont occupées. Veuillez rappeler dans quelques minutes. Au revoir.",
                "Leider sind alle Leitungen belegt. Bitte rufen Sie in einigen Minuten wieder an. Auf Wiederhören.",
            ],
            Self::CallerBusy => [
                "I am sorry, there are several calls from your number already. Please call again when one of them is over. Goodbye.",
                "Lo siento, ya hay varias llamadas desde su número. Vuelva a llamar cuando termine una de ellas. Adiós.",
                "Désolé, plusieurs appels de votre numéro sont en cours. Rappelez quand l'un d'eux sera terminé. Au revoir.",
                "Von Ihrer Nummer bestehen schon mehrere Anrufe. Bitte rufen Sie wieder an, wenn einer beendet ist.",
            ],
            Self::Restarting => [
                "Please excuse me, our telephone system is restarting. Please call again in a minute. Goodbye.",
                "Disculpe, nuestro sistema telefónico se está reiniciando. Vuelva a llamar en un minuto. Adiós.",
                "Veuillez nous excuser, notre standard redémarre. Rappelez dans une minute. Au revoir.",
                "Bitte entschuldigen Sie, unsere Telefonanlage startet neu. Bitte rufen Sie in einer Minute wieder an.",
            ],
            Self::Technical => [
                "I am sorry, we have a technical problem. Please call again in a few minutes. Goodbye.",
                "Lo siento, tenemos un problema técnico. Vuelva a llamar en unos minutos, por favor. Adiós.",
                "Désolé, nous avons un problème technique. Veuillez rappeler dans quelques minutes. Au revoir.",
                "Es tut mir leid, wir haben ein technisches Problem. Bitte rufen Sie in einigen Minuten wieder an.",
            ],
            Self::CutOff => [
                "I am sorry, the connection was cut off. Please call again in a few minutes. Goodbye.",
                "Lo siento, se ha cortado la conexión. Vuelva a llamar en unos minutos, por favor. Adiós.",
                "Désolé, la connexion a été coupée. Veuillez rappeler dans quelques minutes. Au revoir.",
                "Es tut mir leid, die Verbindung wurde getrennt. Bitte rufen Sie in einigen Minuten noch einmal an. Auf Wiederhören.",
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_that_is_not_spoken_gets_english() {
        assert!(Sentence::Busy.text("de").starts_with("Leider"));
        assert!(Sentence::Busy.text("pt").starts_with("I am sorry"));
    }
}
