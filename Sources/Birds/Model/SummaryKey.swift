/// What records are grouped by in a summary.
public enum SummaryKey: String, Sendable, Hashable, CaseIterable {
    case species, region, location, year
    /// The year of `week`, which around New Year is not that of the date.
    case isoYear = "iso_year"
    case month
    /// The week of ISO 8601, 1 to 53. With `year` it would be ambiguous.
    case week
    case date, dataset

    /// The member of a group that holds it.
    public var member: String {
        switch self {
        case .species: "species_id"
        case .location: "loc_id"
        case .region, .year, .isoYear, .month, .week, .date, .dataset: rawValue
        }
    }

    /// How many a summary has at most: all but one of `year` and `week`.
    public static let most = 8

    /// All of them, for a sentence.
    public static let names = allCases.map(\.rawValue).joined(separator: ", ")
}
