//! A `boardwalk serve` inside the test's process, on a port and a folder of its own.

use std::net::SocketAddr;
use std::path::PathBuf;

use boardwalk::cli::{AssetOptions, AssetPlace, DoorOptions, ServeOptions};
use boardwalk::{HttpsFiles, Running};
use protocol::{BoardId, CreatedBoard, Role};
use tempfile::TempDir;

/// A running server; its folder lives as long as it.
pub struct Server {
    running: Running,
    folder: TempDir,
}

/// A board and the keys of its links.
#[derive(Clone)]
pub struct Invite {
    pub board: BoardId,
    links: Vec<(Role, String)>,
}

impl Invite {
    pub fn of(created: CreatedBoard) -> Self {
        let links = created.links.into_iter().map(|link| (link.role, link.key.reveal().to_owned())).collect();
        Self { board: created.id, links }
    }

    pub fn key(&self, role: Role) -> &str {
        &self.links.iter().find(|(of, _)| *of == role).expect("every board has one").1
    }
}

impl Server {
    pub async fn start() -> Self {
        Self::start_in(tempfile::tempdir().expect("a temporary folder")).await
    }

    /// On a database elsewhere.
    pub async fn start_on(database_url: Option<String>) -> Self {
        Self::begin(tempfile::tempdir().expect("a temporary folder"), database_url).await
    }

    pub async fn start_in(folder: TempDir) -> Self {
        Self::begin(folder, None).await
    }

    pub async fn begin(folder: TempDir, database_url: Option<String>) -> Self {
        Self::begin_as(folder, database_url, HttpsFiles::default()).await
    }

    /// Under TLS.
    pub async fn begin_as(folder: TempDir, database_url: Option<String>, https: HttpsFiles) -> Self {
        Self::begin_with(folder, database_url, https, DoorOptions::default()).await
    }

    /// Where boards may not grow past so many MiB.
    pub async fn start_with_board_mib(mib: u32) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let door = DoorOptions { board_mib: Some(mib), ..DoorOptions::default() };
        Self::begin_with(folder, None, HttpsFiles::default(), door).await
    }

    /// Behind a proxy that says where people come from.
    pub async fn start_behind_proxy() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let door = DoorOptions { behind_proxy: true, ..DoorOptions::default() };
        Self::begin_with(folder, None, HttpsFiles::default(), door).await
    }

    async fn begin_with(folder: TempDir, database_url: Option<String>, https: HttpsFiles, door: DoorOptions) -> Self {
        let options = ServeOptions {
            listen: "127.0.0.1:0".to_owned(),
            data_dir: PathBuf::from(folder.path()),
            database_url,
            public_url: None,
            assets: AssetOptions { place: AssetPlace::default(), assets_gib: 1 },
            https,
            door,
        };
        let running = Running::serve(&options).await.expect("the server starts");
        Self { running, folder }
    }

    pub async fn restart(self) -> Self {
        self.running.stop().await;
        Self::start_in(self.folder).await
    }

    /// Stops, lets something happen to the folder, and starts again.
    pub async fn restart_after(self, between: impl AsyncFnOnce()) -> Self {
        self.running.stop().await;
        between().await;
        Self::start_in(self.folder).await
    }

    pub async fn stop(self) {
        self.running.stop().await;
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub fn address(&self) -> SocketAddr {
        self.running.address().expect("serve listens")
    }

    pub fn database_url(&self) -> String {
        format!("sqlite:{}", self.folder.path().join("boardwalk.sqlite").display())
    }

    pub async fn new_board(&self) -> Invite {
        new_board(self.address()).await
    }
}

/// Makes a board at whatever listens there.
pub async fn new_board(address: SocketAddr) -> Invite {
    let url = format!("http://{address}/api/boards");
    let created: CreatedBoard = tokio::task::spawn_blocking(move || {
        let body = ureq::post(&url).send_empty().expect("a board").into_body().read_to_string().expect("text");
        serde_json::from_str(&body).expect("a board's links")
    })
    .await
    .expect("the request does not panic");
    Invite::of(created)
}
