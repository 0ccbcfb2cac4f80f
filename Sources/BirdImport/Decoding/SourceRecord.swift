import Birds

/// The values of one row: a record and its checklist, or a checklist without a record.
///
/// Texts are cells of the row, so the record is valid until the row is cleared. One record is used for all rows of a
/// file, and it contains no references, so a row allocates nothing.
struct SourceRecord {
    var location = Row.Cell.empty
    var locationName = Row.Cell.empty
    var latitude: Double?
    var longitude: Double?
    var region = Row.Cell.empty
    /// `yyyymmdd`, with 00 for an unknown month or day.
    var date: Int64 = 0
    /// The code of the species. If it is empty, or another one than the names tell, these count.
    var species = Row.Cell.empty
    var scientificName = Row.Cell.empty
    var commonName = Row.Cell.empty
    /// The scientific name of the species, if the file gives it beside a more exact name.
    var speciesName = Row.Cell.empty
    /// What else names it (`OtherNames`).
    var otherNames = Row.Cell.empty
    var isNamed: Bool { !scientificName.isEmpty || !commonName.isEmpty }
    /// The category of a subspecies with names of its own; empty for all others.
    var category = Row.Cell.empty
    /// Nil if the birds were not counted.
    var count: Int64?
    /// The code of the checklist.
    var checklist = Row.Cell.empty
    /// The record's own code in its file.
    var source = Row.Cell.empty
    /// The beginning of `source` that a detection has in common with the same detection of another place, or without
    /// one (`SourcePlace`); empty for all other records.
    var detection = Row.Cell.empty
    /// What `detection` was before a table gave its species a scientific name; empty if it is the same.
    var detectionAsRead = Row.Cell.empty
    /// Whether it is a detection whose place is not known.
    var isUnplacedDetection: Bool { !detection.isEmpty && latitude == nil }
    /// Whether it is a checklist only, without species and count.
    var isChecklist = false
    /// Whether its file tells of each checklist in which group it is, if it is in one.
    var tellsGroup = false
    /// The kingdom, phylum, class or order that tells that it is not a bird; nil for birds.
    var otherAnimal: Row.Cell?
    /// What other columns say that belongs to the comments, such as a doubt about the identification.
    var remark = Row.Cell.empty
    /// The numbers of texts and remarks of the row that were longer than their limits in `Columns`, and were cut.
    var cutTexts = 0
    var cutRemarks = 0
    /// The number of cells whose control characters or odd spaces were taken out.
    var cleanedTexts = 0
    /// What the report says about the date.
    var dateRemarks: DateRemarks = []
    /// Whether the row has an uncertainty of its place that is not a distance, and is left out.
    var hasUnreadUncertainty = false
    /// Whether the row has a word for its time, which is left out.
    var hasWordForTime = false

    // The members that few files have, by `DetailMember`. `present` has a bit for each that is set.
    private(set) var present: UInt32 = 0
    private var numbers = [16 of Int64](repeating: 0)
    private var texts = [16 of Row.Cell](repeating: .empty)

    /// A whole number, flag or time in minutes after midnight; nil if it is not known.
    subscript(member: DetailMember) -> Int64? {
        get { present & member.bit != 0 ? numbers[member.rawValue % 16] : nil }
        set {
            mark(member, newValue != nil)
            if let newValue { numbers[member.rawValue % 16] = newValue }
        }
    }

    /// A real number, kept as the bits of a `Double`; nil if it is not known.
    subscript(real member: DetailMember) -> Double? {
        get { self[member].map { Double(bitPattern: UInt64(bitPattern: $0)) } }
        set { self[member] = newValue.map { Int64(bitPattern: $0.bitPattern) } }
    }

    /// A text; empty if there is none.
    subscript(text member: DetailMember) -> Row.Cell {
        get { present & member.bit != 0 ? texts[member.rawValue % 16] : .empty }
        set {
            mark(member, !newValue.isEmpty)
            texts[member.rawValue % 16] = newValue
        }
    }

    private mutating func mark(_ member: DetailMember, _ isThere: Bool) {
        if isThere { present |= member.bit } else { present &= ~member.bit }
    }
}

/// An error in a row. Other rows can still be imported (`--skip-errors`).
struct RowError: Error, Equatable {
    /// The column as the file spells it; nil if the row as a whole is wrong.
    var column: String?
    /// What is wrong, as the end of a sentence about the column or the row.
    var reason: String
    /// Whether the row is only wrong together with an earlier one, which it repeats or contradicts.
    var isConflict = false
}
