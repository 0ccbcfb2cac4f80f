/// A member that records are sorted by, and the direction.
public struct SortKey: Sendable, Hashable {
    public let field: Field
    public let isDescending: Bool

    public init(field: Field, isDescending: Bool) {
        self.field = field
        self.isDescending = isDescending
    }

    /// What records can be sorted by.
    public static let fields: [Field] = [
        .date, .year, .month, .day, .speciesID, .commonName, .scientificName, .category, .locationID, .latitude,
        .longitude,
        .region, .locationName, .dataset, .num,
    ]

    /// How many keys a sort has at most.
    public static let most = 8
}
