//! Delta debugging: leaves out steps as long as the sequence still shows the same.

/// The smallest sequence found that still shows what `shows` looks for: no single step of it can be left out.
#[must_use]
pub(crate) fn shrunk<Step: Clone>(mut steps: Vec<Step>, shows: &dyn Fn(&[Step]) -> bool) -> Vec<Step> {
    let mut size = steps.len().div_ceil(2);
    while size > 0 {
        let mut begin = 0;
        let mut left_out = false;
        while begin < steps.len() {
            let end = (begin + size).min(steps.len());
            let rest: Vec<Step> = steps[..begin].iter().chain(&steps[end..]).cloned().collect();
            if !rest.is_empty() && shows(&rest) {
                steps = rest;
                left_out = true;
            } else {
                begin = end;
            }
        }
        size = match (left_out, size) {
            (true, 1) => 1,
            (_, 1) => 0,
            _ => size.div_ceil(2),
        };
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_plays_no_part_is_left_out() {
        let needed = [3, 50, 99];
        let shows = |steps: &[u64]| needed.iter().all(|wanted| steps.contains(wanted));
        assert_eq!(shrunk((0..100).collect(), &shows), needed);
    }
}
