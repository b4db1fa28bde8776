//! Has the front end embedded anew when it was built anew. Debug builds read it from disk instead.

fn main() {
    let dist = "../../frontend/dist";
    // The folder must be there to be embedded, even empty, and a path that does not exist would have the crate built each
    // time. Where it cannot be made, embedding says so.
    let _ = std::fs::create_dir_all(dist);
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    println!("cargo::rerun-if-changed={}", if is_release { dist } else { "build.rs" });
}
