//! The words that server and browser share: identifiers, money, telephone numbers and the records shown on screen.
//!
//! Everything here is plain data that serialises and compiles for the browser. With the feature `server` the
//! identifiers and enums also read from and write to database columns.

mod article;
mod call;
mod dashboard;
mod event;
mod form;
mod greeting;
mod hours;
mod id;
mod live;
mod mail;
mod menu;
mod message;
mod money;
mod order;
mod org;
mod outbox;
mod pack;
mod persona;
mod phone;
mod tee_time;
mod text_enum;
mod today;

pub use article::{Answer, Article, ArticleForm, ArticleRow, Passage};
pub use call::{
    Call, CallFilter, CallPage, CallRow, CallStatus, CostLine, Heard, Outcome, Recording, Sentiment, Speaker,
    TimelineEvent, ToolCall, ToolStatus, TurnLatency, Utterance,
};
pub use dashboard::{Attention, Dashboard, Tile, UpcomingRow};
pub use event::{
    ChefForm, ChefRow, EventDetail, EventForm, EventPart, EventRow, PackageForm, PackageRow, SponsorForm, SponsorRow,
    TierForm, TierRow, VenueForm, VenueRow, WinnerForm, WinnerRow,
};
pub use form::{FieldError, RefusedForm};
pub use greeting::greeting;
pub use hours::{ExceptionForm, SpanForm, WeekForm, WeekSpan};
pub use id::*;
pub use live::{LiveCall, LiveEvent, LiveKind};
pub use mail::{EmailAddress, EmailAddressError};
pub use menu::{
    CategoryForm, CategoryRow, ItemForm, ItemRow, MenuPart, ModifierForm, ModifierRow, PlanForm, PlanPeriod, PlanRow,
    PriceChange, PriceLine, PricePreview, PriceStep, SizeForm,
};
pub use message::{Channel, MessageReason, MessageState};
pub use money::{Currency, Money};
pub use order::{OrderState, RefundRow, Sale, SaleDetail, SaleFilter, SalePage, SponsorInquiry};
pub use org::{Member, OrgRow, OrgSettings, Role, Scope};
pub use outbox::{OutboxFilter, OutboxPage, OutboxRow};
pub use pack::PackKey;
pub use persona::{Patience, Persona, PersonaState, PersonaVersion, VOICES, VoiceCard};
pub use phone::{PhoneNumber, PhoneNumberError};
pub use tee_time::{TeeBookingForm, TeeGroup, TeeLine, TeeSheet};
pub use today::{Lasts, Notice, NoticeForm, NoticeKind, NoticeSubject};
