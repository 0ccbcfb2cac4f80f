/// Whether places that were made less exact on purpose are wanted, or all others.
final class ExactnessFilter {
    let isGeneralised: Bool
    private let records: Records

    init(isGeneralised: Bool, _ records: Records) { (self.isGeneralised, self.records) = (isGeneralised, records) }

    /// Whether a record matches.
    func matches(_ row: ObservationRow) throws(StoreError) -> Bool {
        try records.exactness(of: row).isGeneralised ?? false == isGeneralised
    }

    /// Whether a checklist matches: the place of one of its records decides.
    func matches(_ checklist: ChecklistEntry) throws(StoreError) -> Bool {
        try records.exactness(ofChecklist: checklist.id, at: checklist.location).isGeneralised ?? false == isGeneralised
    }

    /// An SQL condition: whether the location with this id matches, as some data sets have it.
    func matchesLocation(_ id: String, _ scope: Scope) -> String {
        """
        \(isGeneralised ? "" : "NOT ")EXISTS (
            SELECT 1 FROM dataset_location WHERE location_id = \(id) AND \(scope.ofDatasets) AND generalised <> 0)
        """
    }
}
