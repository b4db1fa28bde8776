//! What those who run the server look at: health and metrics. Either kind of process serves it.

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use storage::Storage;
use tokio::time::{interval, timeout};

use crate::directory::ServiceDirectory;
use crate::limits::{METRICS_UPKEEP, READY_TIMEOUT};

#[derive(Clone)]
struct Checked {
    storage: Arc<dyn Storage>,
    directory: Option<Arc<ServiceDirectory>>,
}

/// What `/health/ready` found; `document_service` only where this process depends on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Readiness {
    storage: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_service: Option<bool>,
}

/// `/health/live`, `/health/ready`, `/metrics`.
pub fn routes(storage: Arc<dyn Storage>, directory: Option<Arc<ServiceDirectory>>) -> Router {
    Router::new()
        .route("/health/live", get(|| async { "alive\n" }))
        .route("/health/ready", get(ready))
        .route("/metrics", get(|| async { recorder().render() }))
        .with_state(Checked { storage, directory })
}

async fn ready(State(checked): State<Checked>) -> Response {
    let storage = async { matches!(timeout(READY_TIMEOUT, checked.storage.ping()).await, Ok(Ok(()))) };
    let service = async {
        let directory = checked.directory.as_ref()?;
        Some(matches!(timeout(READY_TIMEOUT, directory.least_loaded("")).await, Ok(Ok(_))))
    };
    let (storage, document_service) = tokio::join!(storage, service);
    let status =
        if storage && document_service != Some(false) { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { storage, document_service })).into_response()
}

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

fn recorder() -> &'static PrometheusHandle {
    RECORDER.get_or_init(|| {
        PrometheusBuilder::new().install_recorder().expect("nothing else in this process installs a recorder")
    })
}

/// Starts to record metrics; call it before anything is counted. Runs until dropped, to keep what nobody scrapes small.
pub async fn record_metrics() {
    let recorder = recorder();
    let mut ticks = interval(METRICS_UPKEEP);
    loop {
        ticks.tick().await;
        recorder.run_upkeep();
    }
}
