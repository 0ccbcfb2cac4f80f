/// Entries of the indexes that are not in the order in which records are written, until they are sorted.
final class IndexEntries {
    /// By `RecordKey.bySpecies` and `byPlace`; the tag is the id.
    let bySpecies: Sorter
    let byPlace: Sorter
    /// By data set and code.
    let bySource: Sorter
    /// By `RecordKey.byDate` and `byPlace`, without a species.
    let checklistsByDate: Sorter
    let checklistsByPlace: Sorter
    /// By data set and code.
    let checklistsByDataSet: Sorter

    init(_ folder: String) {
        bySpecies = Sorter(in: folder)
        byPlace = Sorter(in: folder)
        bySource = Sorter(in: folder)
        checklistsByDate = Sorter(in: folder)
        checklistsByPlace = Sorter(in: folder)
        checklistsByDataSet = Sorter(in: folder)
    }

    /// - Parameters:
    ///   - place: its rank; so `dataset`.
    ///   - code: empty where there is none.
    func addChecklist(
        id: Int64, date: Int64, place: Int, dataset: Int, code: ArraySlice<UInt8>
    ) throws(StoreError) {
        var key = RecordKey()
        (key.date, key.place, key.dataset) = (date, place, dataset)
        let (byDate, byPlace) = (key.byDate, key.byPlace)
        try checklistsByDate.add(high: byDate.high, low: byDate.low, tag: UInt64(id))
        try checklistsByPlace.add(high: byPlace.high, low: byPlace.low, tag: UInt64(id))
        try checklistsByDataSet.add(SortItem(high: UInt64(dataset), low: 0, tag: UInt64(id)), code)
    }
}
