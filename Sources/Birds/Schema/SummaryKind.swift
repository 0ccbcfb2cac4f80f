/// What a row of the table `summary` is about: which keys its `first_key` and `second_key` are.
///
/// Every row has a region and a data set too, so that a summary for any view, or by region or data set, is a sum over rows.
/// Species, locations and data sets are ids; a date is `yyyymmdd`; a month is 1 to 12 and a week an ISO 8601 week, 1 to 53,
/// both 0 where the date does not tell; a year is that of the date, or `noYear`.
package enum SummaryKind: Int64, CaseIterable {
    /// The year of what is no date. Such numbers lie among dates, and before and after them; as the greatest of years it comes last.
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

    /// Those whose first key is a species.
    package static let ofSpecies: [SummaryKind] = [
        .species, .speciesYear, .speciesMonth, .speciesWeek, .speciesDate, .speciesLocation,
    ]
}
