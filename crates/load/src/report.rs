//! What was measured, beside what it has to be. Knows no scenario.

use std::fmt;

/// What a figure has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bar {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// It is told, not judged.
    None,
}

/// One figure.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What it is of.
    pub name: &'static str,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
    /// What it has to be.
    pub bar: Bar,
    /// The least and the most of several runs.
    pub spread: Option<(f64, f64)>,
}

impl Figure {
    /// Whether it is what it has to be.
    #[must_use]
    pub fn holds(&self) -> bool {
        match self.bar {
            Bar::AtMost(most) => self.value <= most,
            Bar::AtLeast(least) => self.value >= least,
            Bar::None => true,
        }
    }
}

/// The figures of one run of a scenario.
#[derive(Debug, Clone)]
pub struct Report {
    /// The scenario and its settings.
    pub title: String,
    /// In the order in which they are read.
    pub figures: Vec<Figure>,
}

impl Report {
    /// A report without figures.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), figures: Vec::new() }
    }

    /// Adds a figure.
    pub fn put(&mut self, name: &'static str, value: f64, unit: &'static str, bar: Bar) {
        self.figures.push(Figure { name, value, unit, bar, spread: None });
    }

    /// A figure by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
    }

    /// Whether all figures are what they have to be.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.figures.iter().all(Figure::holds)
    }

    /// The median of several runs, figure by figure, with its spread.
    #[must_use]
    pub fn median(mut runs: Vec<Self>) -> Option<Self> {
        let count = runs.len();
        let mut median = runs.pop()?;
        for figure in &mut median.figures {
            let mut values: Vec<f64> = runs.iter().filter_map(|run| run.get(figure.name)).collect();
            values.push(figure.value);
            values.sort_by(f64::total_cmp);
            figure.value = values[values.len() / 2];
            figure.spread = (count > 1).then(|| (values[0], values[values.len() - 1]));
        }
        if count > 1 {
            median.title = format!("{}, median of {count}", median.title);
        }
        Some(median)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        for figure in &self.figures {
            let Figure { name, value, unit, bar, spread } = figure;
            write!(f, "  {name:<34} {value:>12.2} {unit:<8}")?;
            if let Some((least, most)) = spread {
                write!(f, " {:<24}", format!("({least:.2} to {most:.2})"))?;
            }
            let verdict = if figure.holds() { "met" } else { "MISSED" };
            match bar {
                Bar::AtMost(most) => writeln!(f, " at most {most}: {verdict}")?,
                Bar::AtLeast(least) => writeln!(f, " at least {least}: {verdict}")?,
                Bar::None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_taken_figure_by_figure_and_judged() {
        let run = |first: f64, second: f64| {
            let mut report = Report::new("run");
            report.put("first", first, "ms", Bar::AtMost(2.0));
            report.put("second", second, "", Bar::AtLeast(5.0));
            report
        };
        let median = Report::median(vec![run(1.0, 9.0), run(2.0, 1.0), run(9.0, 4.0)]).expect("runs");
        assert_eq!((median.get("first"), median.get("second")), (Some(2.0), Some(4.0)));
        assert_eq!(median.figures[0].spread, Some((1.0, 9.0)));
        assert!(!median.holds());
        assert_eq!(median.figures.iter().map(Figure::holds).collect::<Vec<_>>(), [true, false]);
    }
}
