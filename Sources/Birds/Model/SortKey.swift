/// A member by which records are sorted, and the direction.
public struct SortKey: Sendable, Hashable {
    /// The members by which records can be sorted, with their names in answers.
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

    /// The greatest number of keys. Comparisons use a vector of this many numbers (`SortValues`).
    public static let most = 8
}
