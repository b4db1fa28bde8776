//! REST as a test asks it: method, path, key, JSON; status and body back.

use std::net::SocketAddr;

use serde::de::DeserializeOwned;

/// An answer.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Answer {
    /// The JSON of an answer of this status.
    pub fn json<T: DeserializeOwned>(&self, status: u16) -> T {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).expect("the JSON that was described")
    }

    /// The code of a problem.
    pub fn code(&self) -> String {
        let problem: protocol::Problem = serde_json::from_slice(&self.body).expect("a problem");
        assert_eq!(problem.status, self.status);
        problem.code
    }
}

/// The secret of whoever asks.
const PERSON: &str = "pppppppppppppppppppppppppppppppppppppppp";

/// Asks below `/api/boards/`.
pub async fn ask(server: SocketAddr, method: &str, path: &str, key: &str, json: Option<serde_json::Value>) -> Answer {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("http://{server}/api/boards/{path}"))
        .header("authorization", format!("Bearer {key}"))
        .header("boardwalk-person", PERSON)
        .header("content-type", "application/json");
    tokio::task::spawn_blocking(move || {
        let response = match json {
            Some(json) => agent.run(request.body(json.to_string()).expect("a request")),
            None => agent.run(request.body(()).expect("a request")),
        };
        let mut response = response.expect("the server answers");
        Answer { status: response.status().as_u16(), body: response.body_mut().read_to_vec().expect("a body") }
    })
    .await
    .expect("the request does not panic")
}
