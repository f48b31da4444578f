//! Values of the common SQL on their way to and from PostgreSQL.
//!
//! The server says of which type each parameter is; the value is written as that type.
//! Never: knowing a table.

use std::error::Error;
use std::sync::Arc;

use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::row::{Row, Value};

type Failed = Box<dyn Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Failed> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Int(number) if *kind == Type::INT2 => i16::try_from(*number)?.to_sql(kind, out),
            Self::Int(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
            Self::Ints(list) => list.to_sql(kind, out),
            Self::Texts(list) => list.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Failed> {
        Ok(match *kind {
            Type::INT2 => Self::Int(i64::from(i16::from_sql(kind, raw)?)),
            Type::INT4 => Self::Int(i64::from(i32::from_sql(kind, raw)?)),
            Type::INT8 => Self::Int(i64::from_sql(kind, raw)?),
            Type::BOOL => Self::Int(i64::from(bool::from_sql(kind, raw)?)),
            Type::NUMERIC => Self::Int(whole(raw)?),
            Type::BYTEA => Self::Bytes(Vec::from_sql(kind, raw)?),
            _ => Self::Text(String::from_sql(kind, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failed> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        matches!(
            *kind,
            Type::INT2
                | Type::INT4
                | Type::INT8
                | Type::BOOL
                | Type::NUMERIC
                | Type::BYTEA
                | Type::TEXT
                | Type::VARCHAR
                | Type::NAME
                | Type::UNKNOWN
        )
    }
}

/// A whole number: what a sum of `bigint` is. As the server writes it: the count of digits to the
/// base 10,000, the weight of the first, the sign, the decimals that are shown, the digits.
fn whole(raw: &[u8]) -> Result<i64, Failed> {
    let word = |at: usize| -> Result<i16, Failed> {
        let two = raw.get(at * 2..at * 2 + 2).ok_or("a number is cut short")?;
        Ok(i16::from_be_bytes([two[0], two[1]]))
    };
    let (count, weight, sign) = (word(0)?, word(1)?, word(2)?);
    if count > weight + 1 || !matches!(sign, 0 | NEGATIVE) {
        return Err("a number is not whole".into());
    }
    let mut number: i64 = 0;
    for place in 0..=weight {
        let digit = if place < count {
            word(4 + usize::try_from(place)?)?
        } else {
            0
        };
        let larger = number.checked_mul(10_000);
        let larger = larger.and_then(|it| it.checked_add(i64::from(digit)));
        number = larger.ok_or("a number is too large")?;
    }
    Ok(if sign == NEGATIVE { -number } else { number })
}

/// The sign of numbers below zero.
const NEGATIVE: i16 = 0x4000;

/// A row as the common SQL knows it.
pub(super) fn row(columns: &Arc<[String]>, row: &postgres::Row) -> Result<Row, postgres::Error> {
    let values = (0..columns.len()).map(|index| row.try_get(index));
    Ok(Row::of(
        Arc::clone(columns),
        values.collect::<Result<_, _>>()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn a_whole_number_of_the_server_is_read() {
        for (words, number) in [
            (vec![0, 0, 0, 0], Some(0)),
            (vec![1, 0, 0, 0, 42], Some(42)),
            (vec![1, 1, 0, 0, 3], Some(30_000)),
            (vec![2, 1, 0x4000, 0, 3, 7], Some(-30_007)),
            (vec![1, -1, 0, 1, 5_000], None),
            (vec![1, 5, 0, 0, 9_999], None),
            (vec![1, 0, 0], None),
        ] {
            let raw: Vec<u8> = words.iter().flat_map(|it: &i16| it.to_be_bytes()).collect();
            assert_eq!(whole(&raw).ok(), number, "{words:?}");
        }
    }
}
