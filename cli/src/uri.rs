//! PKCS#11 URIs (RFC 7512) for other programs.

/// The URI of a token, with the PIN for programs that read it from there.
pub(crate) fn of_token(label: &str, serial: &str, pin: &str) -> String {
    format!("pkcs11:token={};serial={}?pin-value={}", encoded(label), encoded(serial), encoded(pin))
}

/// Percent-encoding of all bytes but RFC 3986's unreserved ones, which every part of the URI may hold.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use twintoken::credential::{Pin, Uri};
    use twintoken::secret::Secret;

    #[test]
    fn what_was_encoded_is_read_again() {
        let uri = Uri::parse(&of_token("my token; ä&%?~", "01ab", "1;2=3")).unwrap();
        assert_eq!(uri.token.as_deref(), Some("my token; ä&%?~"));
        assert_eq!(uri.pin, Some(Pin::Value(Secret::from(&b"1;2=3"[..]))));
    }

    #[test]
    fn what_is_special_in_a_uri_is_encoded_and_so_is_every_byte_of_utf8() {
        assert_eq!(
            of_token("my token", "01ab", "1;2"),
            "pkcs11:token=my%20token;serial=01ab?pin-value=1%3B2"
        );
        assert_eq!(encoded("ä&%?~"), "%C3%A4%26%25%3F~");
    }
}
