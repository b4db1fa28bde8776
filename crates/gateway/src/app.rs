//! The gateway as one value: what its endpoints share, its router, and how it leaves.
//!
//! Endpoints are registered here, one line each, for the router and the OpenAPI document alike.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use protocol::BoardId;
use protocol::limits::MAX_REST_BODY_BYTES;
use storage::Storage;
use tokio::time::Instant;
use tokio::time::timeout;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::asset_store::AssetStore;
use crate::assets::{self, AssetDesk};
use crate::by_address::{self, ByAddress};
use crate::directory::ServiceDirectory;
use crate::hubs::Hubs;
use crate::limits::{
    COMMENT_BURST, COMMENTS_PER_SECOND, CREATE_BURST, CREATE_PER_SECOND, DRAIN_TIMEOUT, JOIN_BURST, JOINS_PER_SECOND,
    REQUEST_TIMEOUT, VOTE_BURST, VOTES_PER_SECOND,
};
use crate::options::{Creation, GatewayOptions, Token};
use crate::passwords::Passwords;
use crate::pictures::Pictures;
use crate::quotas::{QuotaDesk, Quotas};
use crate::sign_in::SignIn;
use crate::token_bucket::TokenBucket;
use crate::turns::Turns;
use crate::{
    access_watch, admin, bin, boards, bundles, comments, damage, facilitation, links, meeting, ops, page, people,
    pictures, private_notes, problem, quotas, request_id, session, sign_in, sync, versions,
};

/// What every endpoint may use.
pub type Shared = Arc<Endpoints>;

/// The gateway's parts, as its endpoints see them.
pub struct Endpoints {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) directory: Arc<ServiceDirectory>,
    pub(crate) hubs: Arc<Hubs>,
    pub(crate) public_url: Option<String>,
    pub(crate) creations: Mutex<TokenBucket>,
    pub(crate) passwords: Passwords,
    pub(crate) assets: AssetDesk,
    pub(crate) pictures: Pictures,
    pub(crate) by_address: ByAddress,
    pub(crate) creation: Creation,
    pub(crate) sign_in: Option<Arc<SignIn>>,
    pub(crate) joins: Turns,
    pub(crate) comments: Turns,
    pub(crate) votes: Turns,
    pub(crate) admin_token: Option<Token>,
    pub(crate) quotas: QuotaDesk,
    pub(crate) messages_per_second: u32,
    pub(crate) started: Instant,
}

impl Endpoints {
    /// Milliseconds since this gateway started.
    pub(crate) fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Has those who are on a board through this gateway feel at once what changed about who may come in. Where the
    /// store does not answer, they feel it when it does.
    pub(crate) async fn recheck(&self, board: &BoardId) {
        if let Some(hub) = self.hubs.get(board)
            && let Err(error) = access_watch::recheck(&hub, self.storage.as_ref()).await
        {
            tracing::warn!(board_id = %board, %error, "who may stay on a board could not be checked");
        }
    }
}

/// A gateway: serve its [`router`](Self::router), then [`drain`](Self::drain) it.
#[derive(Clone)]
pub struct Gateway {
    shared: Shared,
}

impl Gateway {
    /// Made within a tokio runtime, for it follows the store: a gateway to the boards of a store and the services of a directory. `public_url` is what people type, without a
    /// slash at its end; without it, links name the host that each request was sent to.
    #[must_use]
    pub fn new(
        storage: Arc<dyn Storage>,
        directory: ServiceDirectory,
        public_url: Option<String>,
        assets: AssetStore,
    ) -> Self {
        Self::with_options(storage, directory, GatewayOptions { public_url, ..GatewayOptions::default() }, assets)
    }

    /// The same with all that can be decided about it.
    #[must_use]
    pub fn with_options(
        storage: Arc<dyn Storage>,
        directory: ServiceDirectory,
        options: GatewayOptions,
        assets: AssetStore,
    ) -> Self {
        let directory = Arc::new(directory);
        // How much images may take is told to where they are kept.
        let flags = Quotas { asset_bytes: Some(assets.max_bytes), ..options.quotas };
        let endpoints = Endpoints {
            storage,
            hubs: Hubs::new(directory.clone()),
            directory,
            public_url: options.public_url,
            creations: Mutex::new(TokenBucket::new(CREATE_BURST, CREATE_PER_SECOND)),
            passwords: Passwords::default(),
            assets: AssetDesk::new(assets),
            pictures: Pictures::default(),
            by_address: ByAddress::new(options.trusts_proxy),
            creation: options.creation,
            sign_in: options.sign_in,
            joins: Turns::new(JOIN_BURST, JOINS_PER_SECOND),
            comments: Turns::new(COMMENT_BURST, COMMENTS_PER_SECOND),
            votes: Turns::new(VOTE_BURST, VOTES_PER_SECOND),
            admin_token: options.admin_token,
            quotas: QuotaDesk::new(flags),
            messages_per_second: options.messages_per_second,
            started: Instant::now(),
        };
        let shared = Arc::new(endpoints);
        tokio::spawn(access_watch::follow(Arc::downgrade(&shared)));
        tokio::spawn(quotas::follow(Arc::downgrade(&shared)));
        tokio::spawn(assets::tend(Arc::downgrade(&shared)));
        tokio::spawn(meeting::follow(Arc::downgrade(&shared)));
        Self { shared }
    }

    /// Everything that is served over HTTP.
    pub fn router(&self) -> Router {
        let (api, document) = self.api().split_for_parts();
        let document = Arc::new(document);
        let openapi = move || async move { axum::Json(document.as_ref().clone()) };
        Router::new()
            .merge(api.route("/api/openapi.json", axum::routing::get(openapi)))
            .merge(page::routes(self.sign_in_mark()))
            .layer(CompressionLayer::new().no_br())
            .merge(ops::routes(self.shared.storage.clone(), Some(self.shared.directory.clone())))
            .layer(middleware::from_fn(page::guard))
            .layer(middleware::from_fn(request_id::assign))
    }

    fn sign_in_mark(&self) -> page::SignInMark {
        let needed = matches!(self.shared.creation, Creation::SignedIn);
        self.shared.sign_in.as_ref().map(|_| if needed { "needed" } else { "offered" })
    }

    /// The REST surface and the WebSocket, with their description.
    fn api(&self) -> OpenApiRouter {
        OpenApiRouter::with_openapi(description())
            .routes(routes!(boards::create))
            .routes(routes!(boards::view, boards::change, bin::delete))
            .routes(routes!(bin::view, bin::forget))
            .routes(routes!(bin::restore))
            .routes(routes!(boards::copy))
            .routes(routes!(pictures::board))
            .routes(routes!(bundles::view, bundles::put, bundles::forget))
            .routes(routes!(damage::list, damage::discard))
            .routes(routes!(versions::list, versions::keep))
            .routes(routes!(versions::content, versions::name, versions::forget))
            .routes(routes!(versions::copy))
            .routes(routes!(versions::changes))
            .routes(routes!(pictures::version))
            .routes(routes!(links::list, links::create))
            .routes(routes!(links::change, links::revoke))
            .routes(routes!(links::rotate))
            .routes(routes!(links::unlock))
            .routes(routes!(people::list))
            .routes(routes!(people::signed_in))
            .routes(routes!(people::lock, people::unlock))
            .routes(routes!(comments::list, comments::begin))
            .routes(routes!(comments::reply, comments::resolve))
            .routes(routes!(comments::edit, comments::delete))
            .routes(routes!(facilitation::view))
            .routes(routes!(facilitation::set_timer))
            .routes(routes!(facilitation::begin_voting, facilitation::end_voting))
            .routes(routes!(facilitation::cast))
            .routes(routes!(facilitation::close_voting))
            .routes(routes!(admin::instance))
            .routes(routes!(admin::set_quotas))
            .routes(routes!(admin::boards))
            .routes(routes!(admin::delete))
            .routes(routes!(admin::restore))
            .routes(routes!(sign_in::begin))
            .routes(routes!(sign_in::end))
            .routes(routes!(session::view, sign_in::leave))
            .routes(routes!(session::boards))
            .routes(routes!(session::key))
            .routes(routes!(private_notes::begin))
            .routes(routes!(private_notes::put))
            .routes(routes!(private_notes::reveal))
            .routes(routes!(private_notes::placed))
            .routes(routes!(sync::sync))
            .route("/api/{*path}", axum::routing::any(page::nothing_here))
            .layer(DefaultBodyLimit::max(MAX_REST_BODY_BYTES))
            .routes(routes!(assets::show))
            .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIMEOUT))
            // An upload takes as long as it takes; it may not fall silent.
            .routes(routes!(assets::bring))
            .layer(middleware::from_fn_with_state(self.shared.clone(), people::guard))
            .layer(middleware::from_fn_with_state(self.shared.clone(), by_address::limit))
            .layer(middleware::from_fn(problem::tell))
            .with_state(self.shared.clone())
    }

    /// Closes every browser with a transient code and hands on what they sent before. Bounded in time.
    pub async fn drain(&self) {
        if timeout(DRAIN_TIMEOUT, self.shared.hubs.drain()).await.is_err() {
            tracing::warn!("some boards took too long to close");
        }
    }
}

fn description() -> OpenApi {
    let info = InfoBuilder::new().title("Boardwalk").version(env!("CARGO_PKG_VERSION")).description(Some(
        "Boards, their links, and the conversation on them. A link's key gives the rights of its role.",
    ));
    OpenApiBuilder::new().info(info).build()
}
