/// Whether places that were made less exact on purpose are wanted, or all others.
final class ExactnessFilter {
    let isGeneralised: Bool
    private let records: Records

    init(isGeneralised: Bool, _ records: Records) { (self.isGeneralised, self.records) = (isGeneralised, records) }

    /// Whether a record matches, by its id.
    func matches(record id: Int64) throws(StoreError) -> Bool {
        try records.exactness(of: id).isGeneralised ?? false == isGeneralised
    }

    /// Whether a checklist matches: the place of one of its records decides.
    func matches(checklist id: Int64) throws(StoreError) -> Bool {
        try records.exactness(ofChecklist: id).isGeneralised ?? false == isGeneralised
    }

    /// An SQL condition: whether the location with this id matches, as some data sets have it.
    func matchesLocation(_ id: String, _ scope: Scope) -> String {
        """
        \(isGeneralised ? "" : "NOT ")EXISTS (
            SELECT 1 FROM dataset_location WHERE location_id = \(id) AND \(scope.ofDatasets) AND generalised <> 0)
        """
    }
}
