import Birds

/// A species or a place that needs protection, and how much.
struct SensitiveEntry: Equatable, Sendable {
    enum Subject: Hashable, Sendable {
        /// A code, a scientific or a common name.
        case species(String)
        /// A `loc_id`.
        case location(String)
    }

    /// What people see who may not see the exact place.
    enum Protection: Hashable, Sendable {
        /// Nothing (category 0).
        case hidden
        /// Species, region, year and number alone (category 1).
        case withoutPlace
        /// A cell of this size in place of the place (categories 2 to 4).
        case cell(GridSize)
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
