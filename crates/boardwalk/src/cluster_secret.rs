//! The secret that gateways and document services share: from the environment or a file, never from a flag, since other
//! users of a machine see flags.

use anyhow::{Context, Result, bail};
use document_service::ClusterSecret;

const VARIABLE: &str = "BOARDWALK_CLUSTER_SECRET";
const FILE_VARIABLE: &str = "BOARDWALK_CLUSTER_SECRET_FILE";

/// Reads the secret.
pub fn read() -> Result<ClusterSecret> {
    choose(std::env::var(VARIABLE).ok(), std::env::var(FILE_VARIABLE).ok())
}

fn choose(direct: Option<String>, file: Option<String>) -> Result<ClusterSecret> {
    let secret = match (direct, file) {
        (Some(_), Some(_)) => bail!("set {VARIABLE} or {FILE_VARIABLE}, not both"),
        (Some(secret), None) => secret,
        (None, Some(path)) => {
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {path} ({FILE_VARIABLE})"))?
        }
        (None, None) => bail!("set {VARIABLE} or {FILE_VARIABLE}: gateways and document services share it"),
    };
    ClusterSecret::new(secret.trim().to_owned()).context("the cluster secret is empty")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_comes_from_one_place() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("secret");
        std::fs::write(&path, "horse\n").expect("a file");
        let path = path.to_str().expect("a plain path").to_owned();
        let same = |a: ClusterSecret, b: &str| {
            a.setup_metadata() == ClusterSecret::new(b.to_owned()).expect("not empty").setup_metadata()
        };
        assert!(same(choose(Some("battery".into()), None).expect("given"), "battery"));
        assert!(same(choose(None, Some(path.clone())).expect("given"), "horse"));
        assert!(choose(Some("battery".into()), Some(path)).is_err());
        assert!(choose(None, Some("/nowhere/at/all".into())).is_err());
        assert!(choose(Some(" ".into()), None).is_err());
        assert!(choose(None, None).is_err());
    }
}
