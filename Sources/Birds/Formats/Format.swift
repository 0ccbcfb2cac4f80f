/// A layout of files: what its columns are called and what they hold. A new one is one more value in `all`.
public struct Format: Sendable {
    /// As in `--format` and in `dataset.format`.
    public let name: String
    /// As in a sentence.
    public let title: String
    let content: Content
    let syntax: CSVReader.Syntax
    let columns: [Column]

    enum Content: Sendable {
        /// Rows are observations; `complete` says whether every checklist reports all species that were noticed.
        case records(complete: Bool?)
        /// Rows are names of species.
        case species
    }

    /// What a column holds.
    enum Member: Int, Sendable, CaseIterable {
        // Of an observation and its checklist.
        case location, latitude, longitude, region, year, month, day, species, count
        case checklist, source, valid, reviewed
        case day1AM, day1PM, day2AM, day2PM, effortHours, snowDepth
        case locationName, date, time, minutes, distance, area, observers, complete, `protocol`, checklistComments
        case confidence, breedingCode, comments
        // Of a species; its code is `species`.
        case scientificName, commonName, taxonOrder, category
    }

    struct Column: Sendable {
        /// In lower case.
        let name: String
        let member: Member
        let isRequired: Bool
        /// Words that stand for an empty cell in this column; elsewhere they may be values.
        let nullWords: [[UInt8]]

        init(_ name: String, _ member: Member, required: Bool = true, null: [String] = []) {
            self.name = name
            self.member = member
            isRequired = required
            nullWords = null.map { Array($0.utf8) }
        }
    }

    /// Every format, those with more required columns first, since the first that fits is taken.
    public static let all: [Format] = [.feederWatch, .plain, .ebirdTaxonomy, .feederWatchSpecies, .plainSpecies]

    /// The names that `--format` takes.
    public static var names: [String] { all.map(\.name) }

    var holdsSpecies: Bool {
        if case .species = content { true } else { false }
    }
}
