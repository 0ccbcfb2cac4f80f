import Birds

/// What a row says of one observation and its checklist. Texts are cells of the row.
struct SourceRecord {
    var location = Row.Cell.empty
    var locationName = Row.Cell.empty
    var latitude: Double?
    var longitude: Double?
    var region = Row.Cell.empty
    /// `yyyymmdd`, 00 for what is not known.
    var date: Int64 = 0
    /// The code; where a format has none it is empty, and the names tell the species.
    var species = Row.Cell.empty
    var scientificName = Row.Cell.empty
    var commonName = Row.Cell.empty
    /// Nil: seen and not counted.
    var count: Int64?
    /// Of the checklist.
    var checklist = Row.Cell.empty
    var halfDays: Int64?
    var effortHours: Double?
    var snowDepth: Double?
    /// Minutes after midnight, of the checklist.
    var time: Int64?
    var minutes: Int64?
    /// Kilometres.
    var distance: Double?
    /// Hectares.
    var area: Double?
    var observers: Int64?
    /// Whether all species that were noticed are reported; nil where only the format as a whole may tell.
    var complete: Int64?
    var `protocol` = Row.Cell.empty
    var checklistComments = Row.Cell.empty
    /// The record's own code in its file.
    var source = Row.Cell.empty
    /// Minutes after midnight, of the observation alone.
    var ownTime: Int64?
    var confidence: Double?
    var breedingCode = Row.Cell.empty
    var comments = Row.Cell.empty
    var valid: Int64?
    var reviewed: Int64?
    /// Of checklists that several observers share.
    var group = Row.Cell.empty
    /// Whether it says that it is no bird.
    var isForeign = false
}

/// What is wrong with a row.
struct RowError: Error, Equatable {
    /// As its file calls it; nil where it is the row as a whole.
    var column: String?
    var reason: String
}
