//! Judges what a raw call answered beside its code.

use super::written;
use crate::driver::raw::names;
use crate::hex;
use crate::raw::Answer;
use crate::scenario::Condition;

/// Lengths of attributes in words.
pub(crate) fn lengths(lengths: &[Option<u64>]) -> String {
    let word = |length: &Option<u64>| length.map_or("unavailable".to_owned(), |length| length.to_string());
    lengths.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// The flags of CK_MECHANISM_INFO that say what a mechanism is for.
const USES: &[&str] = &[
    "CKF_ENCRYPT",
    "CKF_DECRYPT",
    "CKF_DIGEST",
    "CKF_SIGN",
    "CKF_SIGN_RECOVER",
    "CKF_VERIFY",
    "CKF_VERIFY_RECOVER",
    "CKF_GENERATE",
    "CKF_GENERATE_KEY_PAIR",
    "CKF_WRAP",
    "CKF_UNWRAP",
    "CKF_DERIVE",
    "CKF_ENCAPSULATE",
    "CKF_DECAPSULATE",
];

fn ensure(right: bool, observed: impl FnOnce() -> String) -> Result<(), String> {
    if right { Ok(()) } else { Err(observed()) }
}

/// What was observed instead, where a condition on the answer does not hold. The words name no number that differs from run
/// to run.
pub(super) fn holds(condition: &Condition, answer: &Answer) -> Result<(), String> {
    match condition {
        Condition::Written { least, most } => {
            let length = answer.length.ok_or("no length written")?;
            ensure((*least..=*most).contains(&length), || format!("length {length}"))
        }
        Condition::LengthAs(data) => {
            let length = answer.length.ok_or("no length written")?;
            ensure(length.to_be_bytes()[..] == written(data), || "another length than before".into())
        }
        Condition::Listed { list, mechanism } => {
            let number = names::number(mechanism)?;
            let listed = written(list).chunks(8).any(|word| *word == number.to_ne_bytes()[..]);
            match (answer.code == "CKR_OK", listed) {
                (true, false) => Err("known, but not listed".into()),
                (false, true) => Err("listed, but not known".into()),
                _ => Ok(()),
            }
        }
        Condition::DoesAtMost(uses) => {
            let flags = answer.numbers.get("flags").copied().unwrap_or(0);
            let others = USES.iter().filter(|one| !uses.iter().any(|use_| use_ == *one));
            let mut claimed = Vec::new();
            for name in others {
                if flags & names::number(name)? != 0 {
                    claimed.push(*name);
                }
            }
            ensure(claimed.is_empty(), || format!("{} set", claimed.join(" ")))
        }
        Condition::Padded(field) => {
            let got = answer.texts.get(field).ok_or_else(|| format!("no {field}"))?;
            ensure(!got.contains('\0'), || format!("{field} has a zero byte"))
        }
        Condition::Found(count) => {
            let found = answer.found.ok_or("no count written")?;
            ensure(found == *count, || format!("{found} found"))
        }
        Condition::Number { field, value } => {
            let number = *answer.numbers.get(field).ok_or_else(|| format!("no {field}"))?;
            ensure(number == *value, || format!("{field} {number}"))
        }
        Condition::NumberIfTold { field, value } => {
            let number = *answer.numbers.get(field).ok_or_else(|| format!("no {field}"))?;
            ensure(number == *value || number == u64::MAX, || format!("{field} {number}"))
        }
        Condition::Flag { flag, set } => {
            let flags = *answer.numbers.get("flags").ok_or("no flags")?;
            let is_set = flags & names::number(flag)? != 0;
            ensure(is_set == *set, || format!("{flag} {}", if is_set { "set" } else { "not set" }))
        }
        Condition::Text { field, text } => {
            let got = answer.texts.get(field).ok_or_else(|| format!("no {field}"))?;
            ensure(got == text, || format!("{field} {got:?}"))
        }
        Condition::AttributeLengths(due) => {
            let got: Vec<Option<u64>> = answer.attributes.iter().map(|(length, _)| *length).collect();
            ensure(got == *due, || format!("attribute lengths {}", lengths(&got)))
        }
        Condition::Attribute { at, value } => {
            let bytes = answer.attributes.get(*at).and_then(|(_, bytes)| bytes.as_ref());
            let bytes = bytes.ok_or_else(|| format!("no value of attribute {at}"))?;
            ensure(*bytes == hex::encode(&written(value)), || {
                if bytes.len() <= 16 {
                    format!("attribute {at} is {bytes}")
                } else {
                    format!("another value of attribute {at}")
                }
            })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Data;

    fn answer() -> Answer {
        Answer {
            code: "CKR_OK".into(),
            length: Some(32),
            found: Some(2),
            attributes: vec![(Some(1), Some("01".into())), (None, None)],
            numbers: [("flags".to_owned(), 6), ("state".to_owned(), 3)].into(),
            texts: [("label".to_owned(), "harness ".to_owned())].into(),
            ..Answer::default()
        }
    }

    fn observed(condition: &Condition) -> Result<(), String> {
        holds(condition, &answer())
    }

    #[test]
    fn another_length_than_before_is_refused_and_so_is_a_text_with_a_zero_byte() {
        let before = |length: u64| Condition::LengthAs(Data::of(&length.to_be_bytes()));
        assert_eq!(observed(&before(32)), Ok(()));
        assert_eq!(observed(&before(31)), Err("another length than before".into()));
        assert_eq!(observed(&Condition::Padded("label".into())), Ok(()));
        let ended = Answer { texts: [("label".to_owned(), "h\0 ".to_owned())].into(), ..answer() };
        assert_eq!(holds(&Condition::Padded("label".into()), &ended), Err("label has a zero byte".into()));
        let told = |value| Condition::NumberIfTold { field: "state".into(), value };
        assert_eq!((observed(&told(3)), observed(&told(4))), (Ok(()), Err("state 3".into())));
        let silent = Answer { numbers: [("state".to_owned(), u64::MAX)].into(), ..answer() };
        assert_eq!(holds(&told(4), &silent), Ok(()));
        assert_eq!(observed(&Condition::Padded("model".into())), Err("no model".into()));
    }

    #[test]
    fn a_mechanism_that_is_listed_must_be_known_and_one_that_is_known_must_be_listed() {
        let list = Data::of(&0x250_u64.to_ne_bytes());
        let listed = |mechanism: &str| Condition::Listed { list: list.clone(), mechanism: mechanism.into() };
        let unknown = Answer { code: "CKR_MECHANISM_INVALID".into(), ..Answer::default() };
        assert_eq!(observed(&listed("CKM_SHA256")), Ok(()));
        assert_eq!(observed(&listed("CKM_SHA384")), Err("known, but not listed".into()));
        assert_eq!(holds(&listed("CKM_SHA384"), &unknown), Ok(()));
        assert_eq!(holds(&listed("CKM_SHA256"), &unknown), Err("listed, but not known".into()));
    }

    #[test]
    fn a_mechanism_that_claims_a_use_beyond_its_table_is_refused() {
        let most = |uses: &[&str]| Condition::DoesAtMost(uses.iter().map(|one| (*one).to_owned()).collect());
        let flags = Answer { numbers: [("flags".to_owned(), 0x500)].into(), ..answer() };
        assert_eq!(holds(&most(&["CKF_ENCRYPT", "CKF_DIGEST"]), &flags), Ok(()));
        assert_eq!(holds(&most(&["CKF_ENCRYPT"]), &flags), Err("CKF_DIGEST set".into()));
    }

    #[test]
    fn a_length_or_a_count_outside_the_due_is_refused_and_so_is_none() {
        assert_eq!(observed(&Condition::Written { least: 32, most: 48 }), Ok(()));
        assert_eq!(observed(&Condition::Written { least: 33, most: 48 }), Err("length 32".into()));
        assert_eq!(observed(&Condition::Found(2)), Ok(()));
        assert_eq!(observed(&Condition::Found(1)), Err("2 found".into()));
        let nothing = holds(&Condition::Written { least: 0, most: 99 }, &Answer::default());
        assert_eq!(nothing, Err("no length written".into()));
    }

    #[test]
    fn numbers_flags_and_texts_are_compared_to_the_letter() {
        let number = |value| Condition::Number { field: "state".into(), value };
        assert_eq!(observed(&number(3)), Ok(()));
        assert_eq!(observed(&number(2)), Err("state 3".into()));
        let flag = |flag: &str, set| Condition::Flag { flag: flag.into(), set };
        assert_eq!(observed(&flag("CKF_RW_SESSION", true)), Ok(()));
        assert_eq!(observed(&flag("CKF_RW_SESSION", false)), Err("CKF_RW_SESSION set".into()));
        let text = |text: &str| Condition::Text { field: "label".into(), text: text.into() };
        assert_eq!(observed(&text("harness ")), Ok(()));
        assert_eq!(observed(&text("harness\0")), Err("label \"harness \"".into()));
    }

    #[test]
    fn lengths_and_values_of_attributes_are_compared_one_by_one() {
        assert_eq!(observed(&Condition::AttributeLengths(vec![Some(1), None])), Ok(()));
        let other = observed(&Condition::AttributeLengths(vec![Some(1), Some(4)]));
        assert_eq!(other, Err("attribute lengths 1, unavailable".into()));
        let value = |at, bytes: &[u8]| Condition::Attribute { at, value: Data::of(bytes) };
        assert_eq!(observed(&value(0, &[1])), Ok(()));
        assert_eq!(observed(&value(0, &[0])), Err("attribute 0 is 01".into()));
        assert_eq!(observed(&value(1, &[])), Err("no value of attribute 1".into()));
    }
}
