import Birds

/// A layout of files: what its columns are called and what they hold. A new one is one more value in `all`.
public struct Format: Sendable {
    /// As in `--format` and in `dataset.format`.
    public let name: String
    /// As in a sentence.
    public let title: String
    let content: Content
    let syntax: CSVReader.Syntax
    let rules: Rules
    let columns: [Column]

    init(
        name: String, title: String, content: Content, syntax: CSVReader.Syntax, rules: Rules = [], columns: [Column]
    ) {
        (self.name, self.title, self.content) = (name, title, content)
        (self.syntax, self.rules, self.columns) = (syntax, rules, columns)
    }

    enum Content: Sendable {
        /// Rows are observations; `complete` says whether every checklist reports all species that were noticed.
        case records(complete: Bool?)
        /// Rows are names of species.
        case species
    }

    /// What is particular to a format, beyond its columns.
    struct Rules: OptionSet, Sendable {
        let rawValue: Int

        /// A place without a code is known by its name, or else by its coordinates.
        static let locationsWithoutCode = Rules(rawValue: 1)
        /// The coordinates (0, 0) and (-1, -1) stand for no place.
        static let originIsNoLocation = Rules(rawValue: 2)
        /// A record is known by its checklist and its species.
        static let sourceByChecklistAndSpecies = Rules(rawValue: 4)
        /// A record is known by its code within its location.
        static let sourceWithinLocation = Rules(rawValue: 8)
    }

    /// What a column holds.
    enum Member: Int, Sendable, CaseIterable {
        // Of an observation and its checklist.
        case location, latitude, longitude, region, year, month, day, species, count
        case checklist, source, valid, reviewed
        case day1AM, day1PM, day2AM, day2PM, effortHours, snowDepth
        case locationName, date, time, minutes, distance, area, observers, complete, `protocol`, checklistComments
        case confidence, breedingCode, comments
        /// In place of a region that is empty.
        case country
        /// Of checklists that several observers share.
        case group
        /// `absent` is a count of 0.
        case status
        /// A count, where its type is `individuals`.
        case quantity, quantityType
        case taxonClass
        /// A scientific name with its author, for where there is none without.
        case authoredName
        /// Whether a detection was marked as wrong.
        case unlikely
        /// Tells the format, and no more.
        case unused
        // Of a species; its code is `species`.
        case scientificName, commonName, taxonOrder, category
    }

    struct Column: Sendable {
        /// In lower case, as it is called now.
        let name: String
        /// What it has been called in other layouts.
        let otherNames: [String]
        let member: Member
        let isRequired: Bool
        /// Words that stand for an empty cell in this column; elsewhere they may be values.
        let nullWords: [[UInt8]]

        init(
            _ name: String, or otherNames: [String] = [], _ member: Member, required: Bool = true, null: [String] = []
        ) {
            self.name = name
            self.otherNames = otherNames
            self.member = member
            isRequired = required
            nullWords = null.map { Array($0.utf8) }
        }
    }

    /// Every format, those with more required columns first, since the first that fits is taken.
    public static let all: [Format] = [
        .eBird, .gbif, .feederWatch, .eBirdMyData, .plain, .birdNETPi, .birdNETGo, .eBirdTaxonomy, .feederWatchSpecies,
        .plainSpecies, .darwinCore,
    ]

    /// The names that `--format` takes.
    public static var names: [String] { all.map(\.name) }

    var holdsSpecies: Bool {
        if case .species = content { true } else { false }
    }
}
