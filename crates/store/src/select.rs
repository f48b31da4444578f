//! A select with the filters that a list was asked for.
//!
//! Never: text from outside in the statement; values travel as parameters.

use crate::row::{ToValue, Value};

/// A statement under construction: text and its values, numbered in order.
#[derive(Clone, Debug)]
pub struct Select {
    text: String,
    values: Vec<Value>,
}

impl Select {
    /// Begins with a text that already uses `$1 …` for these values, and ends in its `where`.
    pub fn new(text: impl Into<String>, values: &[&dyn ToValue]) -> Self {
        Self {
            text: text.into(),
            values: values.iter().map(|value| value.to_value()).collect(),
        }
    }

    /// Adds ` and CLAUSE`; each `$?` in it stands for the value.
    pub fn and(&mut self, clause: &str, value: &dyn ToValue) -> &mut Self {
        self.values.push(value.to_value());
        let place = format!("${}", self.values.len());
        self.text.push_str(" and ");
        self.text.push_str(&clause.replace("$?", &place));
        self
    }

    /// Adds the clause if there is a value for it.
    pub fn and_some(&mut self, clause: &str, value: Option<&impl ToValue>) -> &mut Self {
        if let Some(value) = value {
            self.and(clause, value);
        }
        self
    }

    /// Adds text without a value: a clause, an order.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push(' ');
        self.text.push_str(text);
        self
    }

    /// Adds ` limit … offset …`.
    pub fn page(&mut self, limit: i64, offset: i64) -> &mut Self {
        self.values.extend([Value::Int(limit), Value::Int(offset)]);
        let last = self.values.len();
        self.push(&format!("limit ${} offset ${last}", last - 1))
    }

    /// The statement that counts the rows of this one.
    #[must_use]
    pub fn count(&self) -> Self {
        Self {
            text: format!("select count(*) from ({}) as counted", self.text),
            values: self.values.clone(),
        }
    }

    /// The statement's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The statement's values in order.
    pub fn values(&self) -> Vec<&dyn ToValue> {
        self.values
            .iter()
            .map(|value| value as &dyn ToValue)
            .collect()
    }
}
