//! `aida`: one binary that answers the telephone and serves the admin.

use std::process::ExitCode;

// Calls come and go by the hundred: what they needed must go back to the machine when they are over.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    // Two crates of ours bring a TLS provider each; the process must say which one counts.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("aida: the TLS provider was chosen twice");
        return ExitCode::FAILURE;
    }
    server::commands::run().await
}
