/// A row with the rows that its ids refer to. Each is looked up when it is first asked for, so an answer costs only
/// the tables whose members it shows.
struct Described {
    private let row: ObservationRow
    private let records: Records
    private let checklistID: Int64
    private var knownLocation: Records.Location?
    private var knownSpecies: Records.Species?
    private var knownChecklist: Records.Checklist?

    /// - Parameter checklist: The id of its checklist, which no index of observations holds; 0 if no member needs
    ///   it.
    init(row: ObservationRow, records: Records, checklist: Int64) {
        self.row = row
        self.records = records
        checklistID = checklist
    }

    /// Nil if the row is zero-filled and not a record.
    func id() throws(StoreError) -> Int64? { row.isRecord ? try records.ids.shown(row) : nil }
    /// Nil if the birds were not counted.
    var num: Int64? { row.num.number }
    var date: StoredDate { StoredDate(row.date) }

    mutating func location() throws(StoreError) -> Records.Location {
        if let knownLocation { return knownLocation }
        let location = try records.location(row.location)
        knownLocation = location
        return location
    }

    mutating func species() throws(StoreError) -> Records.Species {
        if let knownSpecies { return knownSpecies }
        let species = try records.species(row.species)
        knownSpecies = species
        return species
    }

    func locationName() throws(StoreError) -> String? {
        try records.name(ofLocation: row.location, in: row.dataset)
    }

    /// What was done to the place; nil if it is shown as it is.
    func generalisation() throws(StoreError) -> String? {
        try records.generalised(location: row.location)?.sentence
    }

    func dataset() throws(StoreError) -> String { try records.dataset(row.dataset) }

    mutating func checklist() throws(StoreError) -> Records.Checklist {
        if let knownChecklist { return knownChecklist }
        let checklist = try records.checklist(checklistID)
        knownChecklist = checklist
        return checklist
    }
}
