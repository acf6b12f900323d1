//! CCM and GMAC against the lines of `aead.csv`, which are Project Wycheproof's.

use super::*;

struct Line {
    key: Vec<u8>,
    nonce: Vec<u8>,
    additional_data: Vec<u8>,
    message: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
    valid: bool,
    origin: String,
}

fn lines_of(mechanism: &str) -> Vec<Line> {
    let of = |columns: &Vec<String>| columns[0] == mechanism;
    let line = |columns: Vec<String>| {
        let [key, nonce, additional_data, message, ciphertext, tag] =
            [1, 2, 3, 4, 5, 6].map(|at| unhex(&columns[at]));
        let (valid, origin) = (columns[7] == "valid", columns[8].clone());
        Line { key, nonce, additional_data, message, ciphertext, tag, valid, origin }
    };
    lines("aead.csv").into_iter().filter(of).map(line).collect()
}

#[test]
fn ccm_gives_and_takes_what_the_lines_say() {
    let (cipher, mut right, mut wrong) = (row("CKM_AES_CCM").cipher.unwrap(), 0, 0);
    for line in lines_of("CKM_AES_CCM") {
        let key = key(KeyType::Aes, &line.key);
        let parameter = Parameter::Ccm {
            length: line.message.len() as u64,
            nonce: line.nonce.clone(),
            additional_data: line.additional_data.clone(),
            tag: line.tag.len(),
        };
        let sealed = [&line.ciphertext[..], &line.tag].concat();
        let (head, rest) = sealed.split_at(sealed.len() / 2);
        let opened = run(cipher, &key, &parameter, Direction::Decrypt, &[head, rest]);
        if line.valid {
            assert_eq!(opened.as_ref(), Ok(&line.message), "{}", line.origin);
            let (head, rest) = line.message.split_at(line.message.len() / 3);
            let fresh = run(cipher, &key, &parameter, Direction::Encrypt, &[head, rest]);
            assert_eq!(fresh, Ok(sealed), "{}", line.origin);
            right += 1;
        } else {
            let refused = matches!(opened, Err(Fault::NotAuthentic | Fault::BadParameter(_)));
            assert!(refused, "{}: {opened:?}", line.origin);
            wrong += 1;
        }
    }
    assert_eq!((right, wrong), (84, 60), "aead.csv was cut short");
}

#[test]
fn gmac_gives_and_verifies_what_the_lines_say() {
    let (row, mut right, mut wrong) = (row("CKM_AES_GMAC"), 0, 0);
    for line in lines_of("CKM_AES_GMAC") {
        let key = key(KeyType::Aes, &line.key);
        let parameter = Parameter::Gcm {
            iv: line.nonce.clone(),
            additional_data: Vec::new(),
            tag_bits: line.tag.len() as u64 * 8,
        };
        let verified = verify(row, &key, &parameter, &line.message, &line.tag);
        if line.valid {
            assert_eq!(sign(row, &key, &parameter, &line.message).as_ref(), Ok(&line.tag), "{}", line.origin);
            assert_eq!(verified, Ok(()));
            right += 1;
        } else {
            let refused = matches!(verified, Err(Fault::BadSignature | Fault::BadParameter(_)));
            assert!(refused, "{}: {verified:?}", line.origin);
            wrong += 1;
        }
    }
    assert_eq!((right, wrong), (30, 18), "aead.csv was cut short");
}

#[test]
fn ccm_keeps_to_the_length_that_was_announced() {
    let (cipher, key) = (row("CKM_AES_CCM").cipher.unwrap(), private_key("aes-128"));
    let with = |length, nonce: usize, tag| Parameter::Ccm {
        length,
        nonce: vec![1; nonce],
        additional_data: Vec::new(),
        tag,
    };
    let encrypt = |text: &[u8]| run(cipher, &key, &with(5, 13, 8), Direction::Encrypt, &[text]);
    assert_eq!(encrypt(b"12345").unwrap().len(), 13);
    for text in [&b"1234"[..], b"123456", b""] {
        assert!(matches!(encrypt(text), Err(Fault::DataLength(_))), "{} bytes", text.len());
    }
    for length in [12, 14, 7, 0] {
        let opened = run(cipher, &key, &with(5, 13, 8), Direction::Decrypt, &[&vec![0; length]]);
        assert_eq!(opened, Err(Fault::CiphertextLength), "{length} bytes");
    }
    for wrong in [with(5, 6, 8), with(5, 14, 8), with(5, 13, 5), with(5, 13, 18), with(1 << 16, 13, 8)] {
        let refused = (cipher.begin)(&key, &wrong, Direction::Encrypt).err();
        assert!(matches!(refused, Some(Fault::BadParameter(_))), "{wrong:?}: {refused:?}");
    }
    let encrypts = (cipher.begin)(&key, &with((1 << 16) - 1, 13, 8), Direction::Encrypt);
    assert!(encrypts.is_ok(), "two bytes can say so many");
}
