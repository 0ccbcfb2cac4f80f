/// A key by which a summary groups records. The raw value is its name in `by=`.
public enum SummaryKey: String, Sendable, Hashable, CaseIterable {
    case species, region, location, year
    /// The year to which `week` belongs; around New Year it may differ from the year of the date.
    case isoYear = "iso_year"
    case month
    /// The week of ISO 8601, 1 to 53. It goes with `iso_year`: with `year` it would be ambiguous.
    case week
    case date, dataset

    /// The name of the member that holds the key in a group.
    public var member: String {
        switch self {
        case .species: "species_id"
        case .location: "loc_id"
        case .region, .year, .isoYear, .month, .week, .date, .dataset: rawValue
        }
    }

    /// The greatest number of keys of a summary: all except one of `year` and `week`, which can't be combined.
    public static let most = 8

    /// All names, for a sentence.
    public static let names = allCases.map(\.rawValue).joined(separator: ", ")
}
