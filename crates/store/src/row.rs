//! Values that go into statements and rows that come out.
//!
//! Never: knowing a table.

use std::sync::Arc;

use base::{Date, EngineTime, Error, Id, PayloadId, Result, Role, WallTime, time};
use rusqlite::types::{ToSqlOutput, ValueRef};

/// A value of the common SQL.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    /// For the word `{in $n}`.
    Ints(Vec<i64>),
    /// For the word `{in $n}`.
    Texts(Vec<String>),
}

/// What can be given to a statement.
pub trait ToValue {
    /// The value as the database takes it.
    fn to_value(&self) -> Value;
}

macro_rules! to_value {
    ($($type:ty => |$it:ident| $value:expr;)*) => {
        $(impl ToValue for $type {
            fn to_value(&self) -> Value {
                let $it = self;
                $value
            }
        })*
    };
}
to_value! {
    Value => |it| it.clone();
    i64 => |it| Value::Int(*it);
    i32 => |it| Value::Int(i64::from(*it));
    u16 => |it| Value::Int(i64::from(*it));
    bool => |it| Value::Int(i64::from(*it));
    str => |it| Value::Text(it.into());
    &str => |it| Value::Text((*it).into());
    String => |it| Value::Text(it.clone());
    Vec<u8> => |it| Value::Bytes(it.clone());
    Vec<i64> => |it| Value::Ints(it.clone());
    Vec<String> => |it| Value::Texts(it.clone());
    EngineTime => |it| Value::Int(it.0);
    WallTime => |it| Value::Int(it.0);
    Date => |it| Value::Text(it.to_string());
    PayloadId => |it| Value::Text(it.to_string());
    Role => |it| Value::Text(it.word().into());
}
impl<T> ToValue for Id<T> {
    fn to_value(&self) -> Value {
        Value::Int(self.number())
    }
}
impl<T> ToValue for Vec<Id<T>> {
    fn to_value(&self) -> Value {
        Value::Ints(self.iter().map(|id| id.number()).collect())
    }
}
impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let json = |list: serde_json::Value| rusqlite::types::Value::Text(list.to_string());
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Int(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Ints(list) => ToSqlOutput::Owned(json(list.clone().into())),
            Self::Texts(list) => ToSqlOutput::Owned(json(list.clone().into())),
        })
    }
}

/// A row that was read, whole.
#[derive(Clone, Debug)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    pub(crate) fn of(columns: Arc<[String]>, values: Vec<Value>) -> Self {
        Self { columns, values }
    }

    pub(crate) fn read(columns: &Arc<[String]>, row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let values = (0..columns.len())
            .map(|index| row.get_ref(index).map(own))
            .collect();
        Ok(Self {
            columns: Arc::clone(columns),
            values: values_of(values)?,
        })
    }

    /// The names of the columns.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The values, column by column.
    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    /// The value of the named column; a name or type that does not fit is `Internal`.
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T> {
        let index = self.columns.iter().position(|name| name == column);
        let index = index.ok_or_else(|| Error::internal(format!("no column {column}")))?;
        self.at(index)
    }

    /// The value of the column at this place, from 0.
    pub fn at<T: FromValue>(&self, index: usize) -> Result<T> {
        let value = self.values.get(index).unwrap_or(&Value::Null);
        T::from_value(value).ok_or_else(|| {
            let column = self
                .columns
                .get(index)
                .map_or("beyond the last", String::as_str);
            Error::internal(format!("column {column} does not hold what was asked for"))
        })
    }
}

fn values_of(values: rusqlite::Result<Vec<Option<Value>>>) -> rusqlite::Result<Vec<Value>> {
    // The common SQL has no real numbers: money is counted in cents, time in microseconds.
    Ok(values?
        .into_iter()
        .map(|value| value.unwrap_or(Value::Null))
        .collect())
}

fn own(value: ValueRef<'_>) -> Option<Value> {
    match value {
        ValueRef::Null => Some(Value::Null),
        ValueRef::Integer(number) => Some(Value::Int(number)),
        ValueRef::Text(text) => Some(Value::Text(String::from_utf8_lossy(text).into_owned())),
        ValueRef::Blob(bytes) => Some(Value::Bytes(bytes.to_vec())),
        ValueRef::Real(_) => None,
    }
}

/// What can be taken from a row.
pub trait FromValue: Sized {
    /// The value, or `None` if the column holds something else.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! from_value {
    ($($type:ty => $pattern:pat => $value:expr;)*) => {
        $(impl FromValue for $type {
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    $pattern => $value,
                    _ => None,
                }
            }
        })*
    };
}
from_value! {
    i64 => Value::Int(number) => Some(*number);
    u16 => Value::Int(number) => u16::try_from(*number).ok();
    bool => Value::Int(number) => Some(*number != 0);
    String => Value::Text(text) => Some(text.clone());
    Vec<u8> => Value::Bytes(bytes) => Some(bytes.clone());
    EngineTime => Value::Int(number) => Some(EngineTime(*number));
    WallTime => Value::Int(number) => Some(WallTime(*number));
    Date => Value::Text(text) => time::parse_date(text);
    PayloadId => Value::Text(text) => PayloadId::parse(text);
    Role => Value::Text(text) => Role::parse(text);
}
impl<T> FromValue for Id<T> {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(Self::new)
    }
}
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// A type that is made of one row.
pub trait FromRow: Sized {
    /// Takes the columns by name.
    fn from_row(row: &Row) -> Result<Self>;
}

impl FromRow for Row {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(row.clone())
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),*))*) => {
        $(impl<$($name: FromValue),*> FromRow for ($($name,)*) {
            fn from_row(row: &Row) -> Result<Self> {
                Ok(($(row.at::<$name>($index)?,)*))
            }
        })*
    };
}
tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
}
