//! How often an address may ask, join, make boards and show wrong keys. Whoever runs behind a proxy says so, or all
//! people would share the proxy's address. It must not know what is asked.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Extensions, HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;

use crate::app::Shared;
use crate::limits::MAX_COUNTED_ADDRESSES;
use crate::problem::ApiError;
use crate::token_bucket::TokenBucket;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Any request.
    Request,
    /// A board, a copy or a bundle.
    Create,
    /// A socket.
    Join,
    /// A key or password that is not right.
    WrongKey,
    /// A step of signing in, which asks others for answers.
    SignIn,
}

impl Kind {
    /// How many at once, and how many a second for ever.
    fn rate(self) -> (u32, u32) {
        match self {
            Self::Request => (1_200, 100),
            Self::Create => (60, 1),
            Self::Join => (400, 20),
            Self::WrongKey => (60, 1),
            Self::SignIn => (40, 1),
        }
    }
}

/// The counts of one gateway.
pub struct ByAddress {
    buckets: Mutex<HashMap<(Kind, IpAddr), TokenBucket>>,
    trusts_proxy: bool,
}

impl ByAddress {
    /// `trusts_proxy`: everybody comes through a proxy that adds their address to `x-forwarded-for`.
    #[must_use]
    pub fn new(trusts_proxy: bool) -> Self {
        Self { buckets: Mutex::default(), trusts_proxy }
    }

    /// Who asks, as far as it is to be counted: nobody on the machine itself, where tools and tests run.
    #[must_use]
    pub fn asker(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
        let forwarded = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
        // The last entry is the proxy's own word; those before it are anybody's.
        let forwarded = forwarded.and_then(|list| list.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let address = forwarded.filter(|_| self.trusts_proxy).or(peer)?.to_canonical();
        (!address.is_loopback()).then(|| counted(address))
    }

    /// Counts something.
    ///
    /// # Errors
    /// For how many milliseconds there is none.
    pub fn take(&self, kind: Kind, asker: Option<IpAddr>, now_ms: u64) -> Result<(), u64> {
        let Some(address) = asker else { return Ok(()) };
        let mut buckets = self.buckets();
        if buckets.len() >= MAX_COUNTED_ADDRESSES && !buckets.contains_key(&(kind, address)) {
            buckets.retain(|_, bucket| !bucket.is_full(now_ms));
            if buckets.len() >= MAX_COUNTED_ADDRESSES {
                return Err(1000);
            }
        }
        let (burst, per_second) = kind.rate();
        buckets.entry((kind, address)).or_insert_with(|| TokenBucket::new(burst, per_second)).take(now_ms)
    }

    /// Whether there is one left, without counting.
    ///
    /// # Errors
    /// For how many milliseconds there is none.
    pub fn has(&self, kind: Kind, asker: Option<IpAddr>, now_ms: u64) -> Result<(), u64> {
        let Some(address) = asker else { return Ok(()) };
        self.buckets().get(&(kind, address)).map_or(Ok(()), |bucket| bucket.clone().take(now_ms))
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<(Kind, IpAddr), TokenBucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one customer of a network has: a whole /64 of IPv6.
fn counted(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// Middleware: refuses who asks too often, with the time to wait.
pub async fn limit(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let asker = shared.by_address.asker(request.extensions(), request.headers());
    if let Err(wait_ms) = judge(&shared, &request, asker) {
        metrics::counter!("gateway_requests_refused_total").increment(1);
        return ApiError::busy(wait_ms).into_response();
    }
    let response = next.run(request).await;
    let refused = response.extensions().get::<ApiError>().map(|error| error.code);
    if matches!(
        refused,
        Some(ErrorCode::WrongKey | ErrorCode::WrongPassword | ErrorCode::TokenNeeded | ErrorCode::WrongToken)
    ) {
        // The next one is refused where this was the last.
        let _ = shared.by_address.take(Kind::WrongKey, asker, shared.now_ms());
    }
    response
}

fn judge(shared: &Shared, request: &Request, asker: Option<IpAddr>) -> Result<(), u64> {
    let (counts, now_ms) = (&shared.by_address, shared.now_ms());
    let (method, path) = (request.method(), request.uri().path());
    counts.take(Kind::Request, asker, now_ms)?;
    let shows_a_key = request.headers().contains_key(header::AUTHORIZATION)
        || request.uri().query().is_some_and(|query| query.contains("key="));
    if shows_a_key {
        counts.has(Kind::WrongKey, asker, now_ms)?;
    }
    if path.starts_with("/sync/") {
        counts.take(Kind::Join, asker, now_ms)?;
        counts.has(Kind::WrongKey, asker, now_ms)?;
    }
    if path.starts_with("/api/sign-in") {
        counts.take(Kind::SignIn, asker, now_ms)?;
    }
    let makes = method == Method::POST && (path == "/api/boards" || path.ends_with("/copy"))
        || method == Method::PUT && path == "/api/bundle";
    if makes { counts.take(Kind::Create, asker, now_ms) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker(trusts_proxy: bool, peer: &str, forwarded: &[&str]) -> Option<String> {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().expect("an address"), 1)));
        let mut headers = HeaderMap::new();
        forwarded.iter().for_each(|value| {
            headers.append("x-forwarded-for", value.parse().expect("a value"));
        });
        ByAddress::new(trusts_proxy).asker(&extensions, &headers).map(|address| address.to_string())
    }

    #[test]
    fn addresses_are_the_peers_or_the_trusted_proxys_word() {
        for (trusts_proxy, peer, forwarded, expected) in [
            (false, "203.0.113.7", &[][..], Some("203.0.113.7")),
            (false, "203.0.113.7", &["198.51.100.1"], Some("203.0.113.7")),
            (true, "10.0.0.1", &["6.6.6.6, 198.51.100.1"], Some("198.51.100.1")),
            (true, "10.0.0.1", &["6.6.6.6", "198.51.100.1"], Some("198.51.100.1")),
            (true, "10.0.0.1", &["nonsense"], Some("10.0.0.1")),
            (true, "127.0.0.1", &["198.51.100.1"], Some("198.51.100.1")),
            (false, "127.0.0.1", &["198.51.100.1"], None),
            (false, "::1", &[], None),
            (false, "::ffff:203.0.113.7", &[], Some("203.0.113.7")),
            (false, "2001:db8:1:2:3:4:5:6", &[], Some("2001:db8:1:2::")),
        ] {
            assert_eq!(asker(trusts_proxy, peer, forwarded).as_deref(), expected, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn counts_are_per_kind_and_address_and_bounded() {
        let counts = ByAddress::new(false);
        let (one, other) = (Some(IpAddr::from([203, 0, 113, 1])), Some(IpAddr::from([203, 0, 113, 2])));
        let (burst, _) = Kind::WrongKey.rate();
        for _ in 0..burst {
            assert!(counts.has(Kind::WrongKey, one, 0).is_ok() && counts.take(Kind::WrongKey, one, 0).is_ok());
        }
        assert!(counts.has(Kind::WrongKey, one, 0).is_err() && counts.take(Kind::WrongKey, one, 0).is_err());
        assert!(counts.take(Kind::WrongKey, other, 0).is_ok() && counts.take(Kind::Create, one, 0).is_ok());
        assert!(counts.take(Kind::WrongKey, None, 0).is_ok(), "the machine itself is not counted");
        for number in 0..u32::try_from(MAX_COUNTED_ADDRESSES).expect("a small number") {
            let _ = counts.take(Kind::Request, Some(IpAddr::from(number.to_be_bytes())), 0);
        }
        assert!(counts.buckets().len() <= MAX_COUNTED_ADDRESSES);
        assert!(counts.take(Kind::Request, Some(IpAddr::from([9, 9, 9, 9])), 0).is_err(), "no room while all are busy");
        assert!(counts.take(Kind::Request, Some(IpAddr::from([9, 9, 9, 9])), 3_600_000).is_ok());
    }
}
