/// What records are grouped by in a summary.
public enum SummaryKey: String, Sendable, Hashable, CaseIterable {
    case species, region, location, year, month
    /// The week of ISO 8601, 1 to 53.
    case week
    case date, dataset

    /// The member of a group that holds it.
    public var member: String {
        switch self {
        case .species: "species_id"
        case .location: "loc_id"
        default: rawValue
        }
    }

    /// All of them, for a sentence.
    public static let names = allCases.map(\.rawValue).joined(separator: ", ")
}
