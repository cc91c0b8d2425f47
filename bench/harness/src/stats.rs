//! Robust statistics of timings: medians, quartile spreads and geometric means.
//!
//! Timings have long upper tails, so nothing here is a plain mean. The *spread* of a sample is half its
//! interquartile range, relative to the median: half of all measurements lie within about that distance.

/// A figure with a spread above this is marked as noisy.
pub const NOISY: f64 = 0.05;

/// The value at fraction `q` of the ordered sample, interpolated between its neighbours.
pub fn quantile(samples: &[f64], q: f64) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let place = q.clamp(0.0, 1.0) * last as f64;
    let low = place.floor() as usize;
    let high = place.ceil() as usize;
    Some(sorted[low] + (sorted[high] - sorted[low]) * (place - low as f64))
}

/// The middle value.
pub fn median(samples: &[f64]) -> Option<f64> {
    quantile(samples, 0.5)
}

/// Half the interquartile range over the median; 0 for a single sample or a median of 0.
pub fn spread(samples: &[f64]) -> f64 {
    match (quantile(samples, 0.25), median(samples), quantile(samples, 0.75)) {
        (Some(low), Some(middle), Some(high)) if middle > 0.0 => (high - low) / 2.0 / middle,
        _ => 0.0,
    }
}

/// The relative standard error of the median of `count` samples with this spread.
///
/// For a normal distribution the deviation is 1.48 half interquartile ranges, and the median's error
/// is 1.25 deviations over the root of the count. A spread of few samples is itself uncertain, so it is widened.
pub fn median_error(spread: f64, count: usize) -> f64 {
    let samples = count as f64;
    let widened = spread * (samples + 3.0) / samples;
    if count == 0 { f64::INFINITY } else { 1.25 * 1.48 * widened / samples.sqrt() }
}

/// The geometric mean of the positive values; `None` when there are none.
pub fn geometric_mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values
        .into_iter()
        .filter(|value| *value > 0.0 && value.is_finite())
        .fold((0.0, 0u32), |(sum, count), value| (sum + value.ln(), count + 1));
    (count > 0).then(|| (sum / f64::from(count)).exp())
}

/// The steady-state time of one run: the median of the second half of its iterations.
pub fn steady(iterations: &[f64]) -> Option<f64> {
    median(&iterations[iterations.len() / 2..])
}

/// The slope of the least-squares line through `(x, y)` points; `None` if all x agree.
pub fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let count = points.len() as f64;
    let mean_x = points.iter().map(|point| point.0).sum::<f64>() / count;
    let mean_y = points.iter().map(|point| point.1).sum::<f64>() / count;
    let width: f64 = points.iter().map(|point| (point.0 - mean_x).powi(2)).sum();
    let common: f64 = points.iter().map(|point| (point.0 - mean_x) * (point.1 - mean_y)).sum();
    (width > 0.0).then(|| common / width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn medians_and_quantiles() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.25), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0], 2.0), Some(2.0));
    }

    #[test]
    fn the_spread_ignores_one_outlier() {
        assert!(close(spread(&[10.0, 10.0, 10.0, 10.0, 90.0]), 0.0));
        assert!(close(spread(&[9.0, 9.0, 10.0, 11.0, 11.0]), 0.1));
        assert_eq!(spread(&[5.0]), 0.0);
        assert_eq!(spread(&[]), 0.0);
        assert_eq!(spread(&[0.0, 0.0]), 0.0);
    }

    #[test]
    fn more_samples_narrow_the_error() {
        assert!(median_error(0.02, 20) < median_error(0.02, 5));
        assert!(median_error(0.02, 0).is_infinite());
        assert!(close(median_error(0.1, 4), 0.161_875));
    }

    #[test]
    fn geometric_means() {
        assert!(close(geometric_mean([2.0, 8.0]).unwrap(), 4.0));
        assert!(close(geometric_mean([0.5, 2.0]).unwrap(), 1.0));
        assert!(close(geometric_mean([4.0, 0.0, f64::INFINITY]).unwrap(), 4.0));
        assert_eq!(geometric_mean([]), None);
    }

    #[test]
    fn steady_state_leaves_the_warm_up_out() {
        assert_eq!(steady(&[9.0, 5.0, 1.0, 1.2, 1.1]), Some(1.1));
        assert_eq!(steady(&[9.0, 1.0]), Some(1.0));
        assert_eq!(steady(&[9.0]), Some(9.0));
        assert_eq!(steady(&[]), None);
    }

    #[test]
    fn slopes() {
        assert!(close(slope(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]).unwrap(), 2.0));
        assert_eq!(slope(&[(1.0, 1.0), (1.0, 3.0)]), None);
        assert_eq!(slope(&[]), None);
    }
}
