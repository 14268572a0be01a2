//! The server's own secret, and what is derived from it.

use std::{fs, io, os::unix::fs::OpenOptionsExt, path::Path};

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::{Digest, Sha256};

use crate::config::Config;

/// Keys the hashes that must not be guessed, and encrypts what must not be read.
#[derive(Debug)]
pub(crate) struct SecretKey(SecretSlice<u8>);

impl SecretKey {
    /// The configured key, else the one in `DATA_DIR/secret.key`, which is made where it is missing.
    pub(crate) fn load(config: &Config) -> io::Result<Self> {
        let text = match &config.secret_key {
            Some(key) => key.clone(),
            None => read_or_make(&config.data_dir.join("secret.key"))?,
        };
        Ok(Self(Sha256::digest(text.expose_secret().as_bytes()).to_vec().into()))
    }

    /// A hash that only this server can compute, so that the stored value names nobody.
    pub(crate) fn keyed_hash(&self, purpose: &str, value: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

fn read_or_make(path: &Path) -> io::Result<SecretString> {
    let fresh = random_token();
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            io::Write::write_all(&mut file, fresh.expose_secret().as_bytes())?;
            file.sync_all()?;
            Ok(fresh)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Ok(fs::read_to_string(path)?.trim().to_owned().into())
        }
        Err(error) => Err(error),
    }
}

/// 256 random bits as URL-safe text.
pub(crate) fn random_token() -> SecretString {
    use base64::Engine;
    let bytes: [u8; 32] = rand::random();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes).into()
}

/// SHA-256 as hexadecimal text: for values with 128 bits of randomness and more, which need no slower hash.
pub(crate) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// SHA-256 of bytes, as hexadecimal text.
pub(crate) fn sha256_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("secret.key");
        let first = read_or_make(&path).expect("made");
        let second = read_or_make(&path).expect("read");
        assert_eq!(first.expose_secret(), second.expose_secret());
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn hashes_are_written_in_hexadecimal() {
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
