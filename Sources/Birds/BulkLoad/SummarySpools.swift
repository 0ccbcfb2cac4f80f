/// Rows of the table `summary`, kept apart by kind until all are known.
final class SummarySpools: SummarySink {
    private final class Kind {
        let spool: Spool
        var row = RowPayload()

        init(_ folder: String) { spool = Spool(in: folder) }
    }

    /// By `SummaryKind`; each is filled by one thread.
    private let kinds: [Kind]

    init(_ folder: String) { kinds = SummaryKind.allCases.map { _ in Kind(folder) } }

    func add(_ kind: SummaryKind, _ key: SummaryRowKey, _ numbers: SummaryNumbers) throws(StoreError) {
        // Kinds are numbered from 1.
        let spooled = kinds[Int(kind.rawValue) - 1]
        spooled.row.begin()
        spooled.row.add(kind.rawValue)
        spooled.row.add(key.first)
        spooled.row.add(key.second)
        spooled.row.add(key.region)
        spooled.row.add(key.dataset)
        spooled.row.add(numbers.records)
        spooled.row.add(numbers.max < 0 ? nil : numbers.total)
        spooled.row.add(numbers.max < 0 ? nil : numbers.max)
        spooled.row.add(numbers.first)
        spooled.row.add(numbers.last)
        try spooled.row.withBytes { bytes throws(StoreError) in try spooled.spool.append(SortItem(), bytes) }
    }

    func load(_ tree: TreeWriter) throws(StoreError) {
        var item = SortItem()
        var bytes: [UInt8] = []
        for kind in kinds {
            var reader = kind.spool.reader()
            while try reader.next(&item, &bytes) {
                try bytes.withRawBytes { row throws(StoreError) in try tree.add(row) }
            }
        }
        try tree.finish()
    }
}
