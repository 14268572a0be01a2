//! Pages whose code the browser loads when they are opened, so that the first page costs what it needs.
//!
//! Pages that people go back and forth between are one part of the program; `frontend/bundle` takes the parts out of what every
//! page loads. What two parts need is in a file that they share, so that every further part makes several files more: keep them few.
//! On the server these are ordinary pages.

use leptos::prelude::*;
use leptos_router::LazyRoute;

use crate::frame::Frame;

use super::{
    article::{ArticlePage, NewArticlePage},
    call::CallPage,
    calls::CallsPage,
    dashboard::DashboardPage,
    hours::HoursPage,
    knowledge_base::KnowledgeBasePage,
    live::LivePage,
    outbox::OutboxPage,
    packs::events::{EventPage, EventsPage, NewEventPage, PackagesPage, SalePage, SalesPage, VenuesPage},
    packs::menu::{
        MenuPage,
        extras::ExtrasPage,
        item::{ItemPage, NewItemPage},
        plans::PlansPage,
        prices::PricesPage,
    },
    packs::tee_sheet::TeeSheetPage,
    today::TodayPage,
    voice::VoicePage,
};

macro_rules! parts {
    ($($part:ident { $($route:ident $show:ident $preload:ident: $page:ident,)* })*) => {$($(
        #[doc = concat!("Leads to [`", stringify!($page), "`].")]
        #[derive(Debug)]
        pub struct $route;

        #[lazy($part)]
        fn $show() -> AnyView {
            $page().into_any()
        }

        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            async fn view(_route: Self) -> AnyView {
                $show().await
            }

            // The name is that of the function which `lazy` adds to the other.
            async fn preload() {
                #[cfg(feature = "hydrate")]
                $preload().await;
            }
        }
    )*)*};
}

parts! {
    frame {
        Surroundings show_frame __preload_show_frame: Frame,
    }
    entrance {
        Dashboard show_dashboard __preload_show_dashboard: DashboardPage,
    }
    calls {
        Live show_live __preload_show_live: LivePage,
        Calls show_calls __preload_show_calls: CallsPage,
        Call show_call __preload_show_call: CallPage,
        Today show_today __preload_show_today: TodayPage,
        Outbox show_outbox __preload_show_outbox: OutboxPage,
    }
    knowledge {
        KnowledgeBase show_knowledge_base __preload_show_knowledge_base: KnowledgeBasePage,
        NewArticle show_new_article __preload_show_new_article: NewArticlePage,
        Article show_article __preload_show_article: ArticlePage,
    }
    events {
        Events show_events __preload_show_events: EventsPage,
        NewEvent show_new_event __preload_show_new_event: NewEventPage,
        Event show_event __preload_show_event: EventPage,
        Venues show_venues __preload_show_venues: VenuesPage,
        Packages show_packages __preload_show_packages: PackagesPage,
        Sales show_sales __preload_show_sales: SalesPage,
        Sale show_sale __preload_show_sale: SalePage,
    }
    menu {
        Menu show_menu __preload_show_menu: MenuPage,
        NewItem show_new_item __preload_show_new_item: NewItemPage,
        Item show_item __preload_show_item: ItemPage,
        Extras show_extras __preload_show_extras: ExtrasPage,
        Plans show_plans __preload_show_plans: PlansPage,
        Prices show_prices __preload_show_prices: PricesPage,
        Hours show_hours __preload_show_hours: HoursPage,
    }
    tee_sheet {
        TeeSheet show_tee_sheet __preload_show_tee_sheet: TeeSheetPage,
    }
    voice {
        Voice show_voice __preload_show_voice: VoicePage,
    }
}
