import Birds

/// Adds up rows of the table `summary` that come in parts, because not all sums of an import fit into memory, and gives
/// them to a sink in the order of their keys. Its own memory is bounded (`Sorter`).
///
/// An item of the sorter has the two keys as numbers, and as bytes the region, the data set, the kind and the numbers.
final class PartialSums: SummarySink {
    private let sorter: Sorter
    private var bytes: [UInt8] = []

    /// - Parameter folder: The folder for a temporary file.
    init(in folder: String) { sorter = Sorter(in: folder) }

    /// Adds a part of a row, in any order.
    func add(_ kind: SummaryKind, _ key: SummaryRowKey, _ numbers: SummaryNumbers) throws(StoreError) {
        bytes.removeAll(keepingCapacity: true)
        for number in [key.region.sortable, key.dataset.sortable, UInt64(bitPattern: kind.rawValue)] {
            withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        }
        // The bytes of the struct, padding included. Their order does not matter, since equal keys are added up.
        withUnsafeBytes(of: numbers) { bytes.append(contentsOf: $0) }
        try sorter.add(SortItem(high: key.first.sortable, low: key.second.sortable), bytes[...])
    }

    /// Gives the rows to a sink. No more can be added.
    func finish(to sink: any SummarySink) throws(StoreError) {
        var sorted = try sorter.sorted()
        var item = SortItem()
        var last: (kind: SummaryKind, key: SummaryRowKey, numbers: SummaryNumbers)?
        while try sorted.next(&item, &bytes) {
            guard let (kind, key, numbers) = Self.row(item, bytes) else { continue }
            if let present = last, present.kind == kind, present.key == key {
                last?.numbers.add(numbers)
            } else {
                if let last { try sink.add(last.kind, last.key, last.numbers.stored) }
                last = (kind, key, numbers)
            }
        }
        if let last { try sink.add(last.kind, last.key, last.numbers.stored) }
    }

    /// Takes an item apart. It is never nil for one that `add` has made.
    private static func row(
        _ item: SortItem, _ bytes: [UInt8]
    ) -> (SummaryKind, SummaryRowKey, SummaryNumbers)? {
        guard bytes.count == 24 + MemoryLayout<SummaryNumbers>.size else { return nil }
        return bytes.withUnsafeBytes { bytes in
            func number(at offset: Int) -> UInt64 {
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            }
            guard let kind = SummaryKind(rawValue: Int64(bitPattern: number(at: 16))) else { return nil }
            let key = SummaryRowKey(
                first: Int64(sortable: item.high), second: Int64(sortable: item.low),
                region: Int64(sortable: number(at: 0)), dataset: Int64(sortable: number(at: 8)))
            return (kind, key, bytes.loadUnaligned(fromByteOffset: 24, as: SummaryNumbers.self))
        }
    }
}

extension Int64 {
    /// An unsigned number with the same order as the signed ones, for `Sorter`. Ids of an edited file may be negative.
    var sortable: UInt64 { UInt64(bitPattern: self) ^ 1 << 63 }

    init(sortable: UInt64) { self = Int64(bitPattern: sortable ^ 1 << 63) }
}
