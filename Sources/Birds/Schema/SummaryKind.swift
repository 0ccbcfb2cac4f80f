/// The meaning of a row of the table `summary`: which keys its `first_key` and `second_key` are.
///
/// Every row also has a region and a data set, so that a summary for any view, or by region or data set, is a sum
/// of rows. Every record is counted once in each kind.
///
/// Keys: species, locations and data sets are ids; a date is `yyyymmdd` as it is stored; a month is 1 to 12 and a
/// week is an ISO 8601 week, 1 to 53, both 0 if the date does not tell; a year is that of the date, or `noYear`.
/// The raw values are stored in files: never reuse one.
package enum SummaryKind: Int64, CaseIterable {
    /// The year of a number that is not a date. Such numbers may be less than, between or greater than dates; as a
    /// year greater than all others this one sorts last.
    package static let noYear: Int64 = 10_000

    case species = 1
    case year = 2
    case month = 3
    case week = 4
    case date = 5
    case speciesYear = 6
    case speciesMonth = 7
    case speciesWeek = 8
    case speciesDate = 9
    case speciesLocation = 10
    case locationYear = 11

    /// The kinds whose first key is a species.
    package static let ofSpecies: [SummaryKind] = [
        .species, .speciesYear, .speciesMonth, .speciesWeek, .speciesDate, .speciesLocation,
    ]
}
