/// Species, data sets and summaries, whose rows are added up over parts.
extension MergedView {
    func species(_ format: RowFormat) throws(StoreError) -> RowCursor {
        let merge = TableMerge(
            try parts.map { (part) throws(StoreError) in try part.edition.speciesCells(part.scope) },
            compare: { Comparison($0[0], $1[0]) })
        let table = TableRows(names: EditionStore.speciesNames, format: format) { () throws(StoreError) in
            try merge.next().first
        }
        return RowCursor(.other(table), memory: memory)
    }

    func species(_ code: String) throws(StoreError) -> [UInt8]? {
        var species: OneSpecies?
        for part in parts {
            guard let found = try part.edition.oneSpecies(code, part.scope) else { continue }
            if species == nil { species = found } else { species?.add(found) }
        }
        return species?.object
    }

    func datasets(_ format: RowFormat) throws(StoreError) -> RowCursor {
        let merge = TableMerge(
            try parts.map { (part) throws(StoreError) in try part.edition.oneDataset(part.scope) },
            compare: { Comparison($0.name, $1.name) })
        let table = TableRows(names: EditionStore.datasetNames, format: format) { () throws(StoreError) in
            let same = try merge.next()
            guard var dataset = same.first else { return nil }
            for other in same.dropFirst() { dataset.add(other) }
            return dataset.cells
        }
        return RowCursor(.other(table), memory: memory)
    }

    func summary(
        by keys: [SummaryKey], _ query: ObservationQuery, _ format: RowFormat
    ) throws(StoreError) -> RowCursor {
        let selected = try select(query.filter)
        let groups = try parts.enumerated().map { (index, part) throws(StoreError) in
            try part.edition.groups(
                by: keys, selected.selections[index], mostKept: Summary.mostKept / parts.count)
        }
        let merge = TableMerge(groups) { (a, b) in
            for (one, other) in zip(a.keys, b.keys) {
                let result = Comparison(one, other)
                if result != .same { return result }
            }
            return .same
        }
        let names = keys.map(\.member) + EditionStore.summaryNumbers
        let table = TableRows(names: names, format: format) { () throws(StoreError) in
            let same = try merge.next()
            guard var group = same.first else { return nil }
            for other in same.dropFirst() { group.numbers.add(other.numbers) }
            return group.cells
        }
        return RowCursor(.other(table), limit: query.page.limit ?? .max, memory: memory)
    }
}

/// The rows of a table of each part, in one order, in which rows of several parts may be the same.
final class TableMerge<Row> {
    private let readers: [() throws(StoreError) -> Row?]
    private let compare: (Row, Row) -> Comparison
    /// The next row of each part; empty until the first was read.
    private var heads: [Row?] = []

    /// - Parameters:
    ///   - next: Functions that return one row after the other, in order; nil at the end.
    ///   - compare: Compares rows of two parts.
    init(_ next: [() throws(StoreError) -> Row?], compare: @escaping (Row, Row) -> Comparison) {
        (readers, self.compare) = (next, compare)
    }

    /// The next row of the parts that have it, in the order of the parts; empty at the end.
    func next() throws(StoreError) -> [Row] {
        if heads.isEmpty { for read in readers { heads.append(try read()) } }
        var first: Row?
        for case let head? in heads where first.map({ compare(head, $0) == .before }) ?? true { first = head }
        guard let first else { return [] }
        var same: [Row] = []
        for index in heads.indices {
            guard let head = heads[index], compare(head, first) == .same else { continue }
            same.append(head)
            heads[index] = try readers[index]()
        }
        return same
    }
}
