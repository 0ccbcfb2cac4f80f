/// A member that records are sorted by, and the direction.
public struct SortKey: Sendable, Hashable {
    /// What records can be sorted by: some members of a record, by their names.
    public enum Field: String, Sendable, Hashable, CaseIterable {
        case date, year, month, day
        case speciesID = "species_id"
        case commonName = "common_name"
        case scientificName = "scientific_name"
        case category
        case locationID = "loc_id"
        case latitude, longitude, region
        case locationName = "location_name"
        case dataset, num
    }

    public let field: Field
    public let isDescending: Bool

    public init(field: Field, isDescending: Bool) {
        self.field = field
        self.isDescending = isDescending
    }

    public static let fields = Field.allCases

    /// How many keys a sort has at most.
    public static let most = 8
}
