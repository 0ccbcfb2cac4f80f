import Birds

/// Keeps the detections without a place until all files have been read: each is left out if a file, or the data set,
/// has the same detection with its place (`SourcePlace`).
final class UnplacedDetections {
    /// A detection.
    struct Item {
        /// With provisional numbers.
        let key: RecordKey
        let details: [UInt8]
        /// The number of its file in the import.
        let file: Int
        let line: Int
        /// What its code was before a table gave its species a scientific name; nil if it is the same.
        var asRead: String?

        /// Its code.
        var code: ArraySlice<UInt8> { details[RecordDetails(details).source] }
    }

    /// The packed keys, with the number of the file and the line, 8 bytes each, and then the details.
    private let items: Spool

    init(in folder: String) { items = Spool(in: folder) }

    func add(_ key: RecordKey, details: [UInt8], file: Int, line: Int) throws(StoreError) {
        let packed = key.packed()
        let bytes = withUnsafeBytes(of: (Int64(file), Int64(line)), Array.init) + details
        try bytes.withRawBytes { bytes throws(StoreError) in
            try items.append(SortItem(high: packed.high, low: packed.low), bytes)
        }
    }

    /// Calls `body` with each detection, in the order of reading.
    func forEachItem(_ body: (Item) throws(StoreError) -> Void) throws(StoreError) {
        var reader = items.reader()
        var item = SortItem()
        var bytes: [UInt8] = []
        while try reader.next(&item, &bytes) {
            guard bytes.count >= 16 else { continue }
            let numbers = bytes.withUnsafeBytes { $0.loadUnaligned(as: (Int64, Int64).self) }
            try body(
                Item(
                    key: RecordKey(item), details: Array(bytes[16...]), file: Int(numbers.0), line: Int(numbers.1)))
        }
    }
}
