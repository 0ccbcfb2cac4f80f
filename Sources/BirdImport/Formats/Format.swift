import Birds

/// A format of text files: the names of its columns and what they contain. To add a format, add a value to `all`.
public struct Format: Sendable {
    /// The name in `--format` and in `dataset.format`.
    public let name: String
    /// The name in messages.
    public let title: String
    /// What a row is.
    let content: Content
    /// How the files of the format separate cells as they are downloaded. A file may do so in another way
    /// (`TextTable`).
    let syntax: CSVReader.Syntax
    let rules: Rules
    let columns: [Column]
    /// The names, in lower case, of columns that no file of the format has. They tell a file from one with more in it.
    let foreignColumns: [String]

    init(
        name: String, title: String, content: Content, syntax: CSVReader.Syntax, rules: Rules = [], columns: [Column],
        foreignColumns: [String] = []
    ) {
        (self.name, self.title, self.content) = (name, title, content)
        (self.syntax, self.rules, self.columns) = (syntax, rules, columns)
        self.foreignColumns = foreignColumns
    }

    enum Content: Sendable {
        /// A record. `complete` tells whether all checklists report every species that was noticed; nil if a column
        /// tells, or nothing does.
        case records(complete: Bool?)
        /// A checklist, without the records on it.
        case checklists
        /// The names of a species.
        case species
    }

    /// Properties of a format that its columns do not tell.
    struct Rules: OptionSet, Sendable {
        let rawValue: Int

        /// A location without a code is identified by its name or, without a name, by its coordinates.
        static let locationsWithoutCode = Rules(rawValue: 1 << 0)
        /// The coordinates (0, 0) and (-1, -1) mean that the location is not known; an option may give it.
        static let originIsNoLocation = Rules(rawValue: 1 << 1)
        /// The checklist and the species together identify a record.
        static let sourceByChecklistAndSpecies = Rules(rawValue: 1 << 2)
        /// The code of a record, which is a detection, is unique within its location only.
        static let sourceWithinLocation = Rules(rawValue: 1 << 3)
        /// A list of all species, which decides about names and codes. The one that is imported last is right.
        static let taxonomy = Rules(rawValue: 1 << 4)
        /// A species without a code is identified by its scientific name.
        static let namesAsCodes = Rules(rawValue: 1 << 5)
        /// A record is a detection without a code: place, date, time, species and confidence together identify it.
        static let sourceByDetection = Rules(rawValue: 1 << 6)
        /// The format has no dates with slashes: a spreadsheet wrote them, in the order of its country.
        static let slashesAreForeign = Rules(rawValue: 1 << 7)
        /// A row without a class is not known to be about a bird, and is left out.
        static let needsClass = Rules(rawValue: 1 << 8)
        /// A row is a detection in a sound recording, whose name tells date, time and station.
        static let recordings = Rules(rawValue: 1 << 9)
        /// A checklist has no code: its location, date and time identify it.
        static let checklistByVisit = Rules(rawValue: 1 << 10)
        /// `uncertainty` is that of the true place, also where the file has an obscured one.
        static let uncertaintyOfTruePlace = Rules(rawValue: 1 << 11)
        /// The code of a region does not begin with that of its country.
        static let regionWithinCountry = Rules(rawValue: 1 << 12)
        /// A checklist may have several records of a species: `sourceByChecklistAndSpecies` numbers them.
        static let speciesMayRepeat = Rules(rawValue: 1 << 13)
        /// The first row may be a record: the columns are known by their order.
        static let mayLackHeader = Rules(rawValue: 1 << 14)
        /// In its dates the year comes first, or the month has a name: a spreadsheet wrote all others.
        static let ordersAreForeign = Rules(rawValue: 1 << 15)
        /// The column of the genus or that of the species may have the whole scientific name.
        static let nameInOnePart = Rules(rawValue: 1 << 16)
    }

    /// What a column contains.
    enum Member: Int, Sendable, CaseIterable {
        // Members of an observation and its checklist.
        case location, latitude, longitude, region, year, month, day, species, count
        case checklist, source, valid, reviewed
        case day1AM, day1PM, day2AM, day2PM, effortHours, snowDepth
        case locationName, date, time, minutes, distance, area, observers, complete, `protocol`, checklistComments
        case confidence, breedingCode, comments
        /// The greatest distance of the true place in metres: of the place in the file, or of the true one if that is
        /// obscured and `publicUncertainty` is for the place in the file.
        case uncertainty, publicUncertainty
        /// Whether the place was made less exact on purpose.
        case obscured
        /// Whether an observer, or a rule for a species, has the place made less exact: `obscured`.
        case geoprivacy, taxonGeoprivacy
        /// What was made less exact, in words; empty if nothing was. What was withheld, which may be the exact place.
        case generalisation, withheld
        /// The region, if the region itself is empty.
        case country
        /// The identifier that copies of a shared checklist have in common.
        case group
        /// `absent` means a count of 0.
        case status
        /// A count, if its type is `individuals`.
        case quantity, quantityType
        /// The higher taxa, by which rows are left out that are not about birds (`HigherTaxa`).
        case kingdom, phylum, taxonClass, order
        /// All higher taxa in one text.
        case higherTaxa
        /// A scientific name with its author. If there is `scientificName` too, that one is only the species.
        case authoredName
        /// The name before it was interpreted as `authoredName`.
        case verbatimName
        /// The name that a program gave before a person corrected it.
        case uncorrectedName
        /// The parts of a scientific name. In a list, a row may leave out a part that it shares with the rows above.
        case genus, epithet, subspecificEpithet
        /// Effort in other units: miles and acres.
        case miles, acres
        /// A doubt about the identification, such as `cf.` or `aff.`.
        case qualifier
        /// The names of a subspecies, beside those of its species.
        case subspecies, subspeciesCommonName
        /// The date and time as an observer has entered them, in any form. Only the time is taken from it.
        case enteredTime
        /// Whether a bird is not wild.
        case captive
        /// The sound recording of a detection, its folder, and the time of the detection within it, in seconds.
        case recording, folder, offset
        /// Whether a detection was marked as wrong.
        case unlikely
        /// Nothing that is imported: the column only helps to detect the format.
        case unused
        // Members of a species, beside its code in `species`.
        case scientificName, commonName, taxonOrder, category
        /// The rank of a row of a list that also has rows for genera, families and orders.
        case rank
    }

    struct Column: Sendable {
        /// The current name, in lower case.
        let name: String
        /// The names in other versions of the format, in lower case.
        let otherNames: [String]
        let member: Member
        /// Whether a file without the column has another format. Its cells may still be empty, unless they are codes
        /// (`Columns.identifierIfRequired`).
        let isRequired: Bool
        /// The member whose column makes this one unnecessary; nil if none does.
        let alternative: Member?
        /// Words beside `NA` (`Columns`) that mean an empty cell, in this column only: in another one they may be
        /// values.
        let nullWords: [[UInt8]]

        /// The words in place of a count of birds that were seen and not counted, as in eBird.
        static let notCounted = ["X", "x", "--"]
        /// The words of other programs that mean the same.
        static let present = ["present", "Present", "PRESENT", "P", "p"]

        init(
            _ name: String, or otherNames: [String] = [], _ member: Member, required: Bool = true,
            unless alternative: Member? = nil, null: [String] = []
        ) {
            self.name = name
            self.otherNames = otherNames
            self.member = member
            (isRequired, self.alternative) = (required, alternative)
            nullWords = null.map { Array($0.utf8) }
        }
    }

    /// All formats. Detection takes the first one that fits, so formats with more required columns come first.
    public static let all: [Format] = [
        .eBird, .eBirdSampling, .gbif, .feederWatch, .eBirdMyData, .eBirdLifeList, .eBirdRecord, .iNaturalist, .plain,
        .birdNETPi,
        .birdNETGo,
        .birdNETAnalyzer,
        .eBirdTaxonomy,
        .clements,
        .feederWatchSpecies,
        .plainSpecies, .ioc, .iocMaster, .darwinCore,
    ]

    /// The names that `--format` takes.
    public static var names: [String] { all.map(\.name) }

    var holdsSpecies: Bool {
        if case .species = content { true } else { false }
    }

    var holdsChecklists: Bool {
        if case .checklists = content { true } else { false }
    }
}
