extension EditionStore {
    /// A row for each of the query's species on every complete checklist (`ZeroFillScan`). The query must name species,
    /// must not filter by count, which would turn records into zeros, and its `sort` has no effect.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.unknownPage`, `.overBudget`, `.cancelled` or `.sqlite`.
    func zeroFilled(_ query: ObservationQuery, _ scope: Scope, format: RowFormat) throws(StoreError) -> RowCursor {
        let selection = try resolver.select(query.filter, scope)
        let pager = try Pager(
            query.page, of: .zeroFilled, selection, order: .date(isDescending: false), resolver, records, seal, database
        )
        let species = selection.species ?? []
        let rows = ZeroFillRows(
            try zeroFillScan(selection, species, start: pager?.start?.row),
            encoder(format, query.fields, scope, showsExactness: query.showsExactness), pager,
            budget: database.budget)
        var total: Int?
        if query.page.countsAll {
            total = try zeroFillScan(selection, species, start: nil).count(ObservationRow(), database.budget)
        }
        return RowCursor(.other(rows), total: total, memory: memory)
    }

    /// The rows of a selection, beginning at the date and location of the start.
    /// - Parameter species: Ids of species, or guests (`Records.guest`), each once and in the order of their codes.
    func zeroFillScan(
        _ selection: Selection, _ species: [Int64], start: ObservationRow?
    ) throws(StoreError) -> ZeroFillScan {
        let subspecies = try Subspecies(database, knowsAllNames: selection.scope.showsAllNames).ids(
            of: species, named: { limitedRecords.name(ofGuest: $0) })
        let all = Set(species + subspecies.values.joined()).sorted()
        let first = start.map { ObservationRow(date: $0.date, location: $0.location, species: .min, num: .uncounted) }
        return try ZeroFillScan(
            // Checklists are chosen without regard to what they report.
            checklists: checklistScan(selection.ofVisits, start, areComplete: true),
            observations: planner.scan(
                selection.ofAnyExactness.with(species: all), isWide: true, start: first), species: species,
            subspecies: subspecies, database: database)
    }
}

/// Writes zero-filled rows.
final class ZeroFillRows: RowProducer {
    let opening: String
    let closing: String
    private(set) var nextPage: String?

    private let scan: ZeroFillScan
    private let encoder: RowEncoder
    private let pager: Pager?
    private let budget: Budget
    /// How many rows were read, skipped ones included, to look at the budget now and then.
    private var read = 0

    init(_ scan: ZeroFillScan, _ encoder: RowEncoder, _ pager: Pager?, budget: Budget) {
        self.scan = scan
        self.encoder = encoder
        self.pager = pager
        self.budget = budget
        opening = encoder.opening
        closing = encoder.syntax.closing
    }

    func next(isFirst: Bool, to buffer: inout RowBuffer) throws(StoreError) -> Bool {
        var row = ObservationRow()
        while try scan.next(&row) {
            read += 1
            if read & (Budget.rowsBetweenQuestions - 1) == 0, let refusal = budget.refusal() {
                throw refusal
            }
            // Pages distinguish these rows by date, location and data set only, and count equal ones.
            switch try pager?.judge(ObservationRow(date: row.date, location: row.location, dataset: row.dataset)) {
            case .skip: continue
            case .take, nil:
                try encoder.append(row, isFirst: isFirst, to: &buffer)
                return true
            case .end:
                nextPage = pager?.next
                return false
            }
        }
        return false
    }
}
