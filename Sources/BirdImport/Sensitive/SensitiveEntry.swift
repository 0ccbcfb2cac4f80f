import Birds

/// A point as a database has it, in degrees.
struct PlacePoint: Hashable, Sendable {
    let latitude: Double
    let longitude: Double

    /// Reads two columns of a row; nil if one of them is missing.
    init?(_ row: Statement, from column: Int32) {
        guard let latitude = row.optionalDouble(column), let longitude = row.optionalDouble(column + 1) else {
            return nil
        }
        // Not -0.0.
        (self.latitude, self.longitude) = (latitude + 0, longitude + 0)
    }
}

/// A species or a place that needs protection, and how much.
struct SensitiveEntry: Hashable, Sendable {
    enum Subject: Hashable, Sendable {
        /// A code, a scientific or a common name.
        case species(String)
        /// A `loc_id`.
        case location(String)

        /// As a message names it.
        var text: String {
            switch self {
            case .species(let name): "species '\(Row.shown(name, atMost: 60))'"
            case .location(let code): "location '\(Row.shown(code, atMost: 60))'"
            }
        }
    }

    /// What people see who may not see the exact place.
    enum Protection: Hashable, Sendable {
        /// Nothing (category 0).
        case hidden
        /// Species, region, year and number alone (category 1).
        case withoutPlace
        /// A cell of this size in place of the place (categories 2 to 4).
        case cell(GridSize)

        /// The size of the cell; nil if records are withheld.
        var size: GridSize? { if case .cell(let size) = self { size } else { nil } }
    }

    /// What becomes less exact together with a record that matches.
    enum Scope: String, CaseIterable, Sendable {
        /// All records in its cell, of all species, dates and data sets.
        case cell
        /// All records at its place.
        case place
        /// The other records of its checklist.
        case checklist
    }

    var subject: Subject
    /// The points that a location has had: what is there is meant too, whatever its code is.
    var points: Set<PlacePoint> = []
    var protection: Protection
    var scope = Scope.cell
    /// The code of a region, with all regions within it; nil for everywhere.
    var region: String?
    /// Nil for the whole year.
    var season: SensitiveSeason?
    var reason: String?
    /// When to see whether the entry is still right. It never ends by itself.
    var review: PartialDate?
    /// Whom to ask for the exact place.
    var contact: String?

    /// Whether some records of a location may be withheld, or shown elsewhere, while others are shown there. The name
    /// of the location may be from the former.
    var splitsLocations: Bool {
        if protection.size != nil { return scope == .checklist }
        if case .location = subject { return season != nil }
        return true
    }

    /// The protection of a category; nil if there is no such category.
    static func protection(category: String) -> Protection? {
        switch category {
        case "0": .hidden
        case "1": .withoutPlace
        case "2": .cell(.coarse)
        case "3": .cell(.medium)
        case "4": .cell(.fine)
        default: nil
        }
    }
}
