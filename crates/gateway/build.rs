//! Has the front end embedded anew when it was built anew. Debug builds read it from disk instead.

fn main() {
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let dist = std::path::Path::new("../../frontend/dist");
    // A path that does not exist would have the crate built each time.
    let watched = if is_release && dist.exists() { "../../frontend/dist" } else { "build.rs" };
    println!("cargo::rerun-if-changed={watched}");
}
