import Birds

/// Collects the copies of shared checklists until all files have been read.
///
/// In eBird, birders who observe together share a checklist. Each of them gets a copy with a number of its own, and all
/// copies have the same group identifier. Taking every copy would count the same birds several times, so the copies
/// become one checklist with all that they report (`SharedCopies`).
///
/// Copies may be anywhere, also in several files. Those at different locations or on different dates stay apart, so
/// that each record stands where its observer puts it: else somebody who may see one region only would be shown
/// records of another, or miss their own; and a copy that must not be seen would give its place to what others report.
/// Records are sorted by their group, so memory is bounded (`Sorter`). An item of the sorter has as numbers two hashes
/// of data set, visit and group, which are never the same for two groups (the seed of the hashes is random), and as
/// bytes:
/// ```
/// 0, `Copy`, a 0, the id of a stored checklist: Int64
/// 1, `Copy`, a 0, the packed key: 2 UInt64, file: Int64, line: Int64, details
/// ```
/// So the stored checklists of a group come first, and then its records, those of the lowest copy first in both.
final class SharedChecklists {
    /// A copy: its number, and then its code. Copies without a number come last.
    struct Copy: Comparable {
        let number: UInt64
        let code: [UInt8]

        /// - Parameter code: The code of the checklist, such as `S12345`.
        init(code: some Sequence<UInt8>) {
            self.code = Array(code)
            let digits = self.code.drop { $0 &- 0x30 >= 10 }
            let isNumber = !digits.isEmpty && digits.count <= 18 && digits.allSatisfy { $0 &- 0x30 < 10 }
            number = isNumber ? digits.reduce(0) { $0 * 10 + UInt64($1 &- 0x30) } : .max
        }

        static func < (a: Copy, b: Copy) -> Bool {
            a.number == b.number ? a.code.lexicographicallyPrecedes(b.code) : a.number < b.number
        }
    }

    /// What is known of a group.
    enum Item {
        /// The id of a checklist in the database.
        case stored(Int64)
        /// A record or checklist of the import: its packed key, and its details.
        case new(Copy, SortItem, details: [UInt8], RecordDetails.Origin)
    }

    /// The most items in memory, beside those of the records that are not shared.
    private static let mostHeld = 1 << 17

    private let items: Sorter
    private var bytes: [UInt8] = []
    /// The seeds of the hashes, so that nobody can write groups with the same ones.
    private let seeds = (UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max))

    init(in folder: String) { items = Sorter(in: folder, mostHeld: Self.mostHeld) }

    /// Adds a record or checklist of the import.
    /// - Parameters:
    ///   - details: Begins with the code of the checklist.
    ///   - group: The group identifier.
    ///   - visit: Where and when it was (`visit`).
    func add(
        _ key: RecordKey, details: [UInt8], group: some Sequence<UInt8>, visit: [UInt8],
        _ origin: RecordDetails.Origin
    ) throws(StoreError) {
        let copy = Copy(code: details[RecordDetails(details).checklist])
        let packed = key.packed()
        begin(1, copy)
        for number in [packed.high, packed.low, UInt64(origin.file), UInt64(origin.line)] {
            withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
        }
        bytes += details
        try add(group, visit, key.dataset)
    }

    /// Adds a checklist of the database, with which those of the import may be shared.
    /// - Parameter dataset: The number of the data set within the import.
    func add(
        stored id: Int64, _ copy: Copy, group: some Sequence<UInt8>, visit: [UInt8], dataset: Int
    ) throws(StoreError) {
        begin(0, copy)
        withUnsafeBytes(of: id) { bytes.append(contentsOf: $0) }
        try add(group, visit, dataset)
    }

    /// Where and when a copy was, as bytes.
    /// - Parameter location: The key of the location (`LocationKey`).
    static func visit(at location: some Sequence<UInt8>, on date: Int64) -> [UInt8] {
        withUnsafeBytes(of: date.bigEndian, Array.init) + location
    }

    /// Begins the bytes of an item.
    private func begin(_ kind: UInt8, _ copy: Copy) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(kind)
        withUnsafeBytes(of: copy.number.bigEndian) { bytes.append(contentsOf: $0) }
        bytes += copy.code
        bytes.append(0)
    }

    private func add(
        _ group: some Sequence<UInt8>, _ visit: [UInt8], _ dataset: Int
    ) throws(StoreError) {
        let group = Array(group)
        func hash(_ seed: UInt64) -> UInt64 {
            var hasher = Hasher()
            hasher.combine(seed)
            hasher.combine(dataset)
            // With their lengths.
            hasher.combine(group)
            hasher.combine(visit)
            return UInt64(bitPattern: Int64(hasher.finalize()))
        }
        let item = SortItem(high: hash(seeds.0), low: hash(seeds.1), tag: UInt64(items.count))
        try items.add(item, bytes[...])
    }

    /// The items, group by group. No more can be added afterwards.
    func sorted() throws(StoreError) -> Sorted { Sorted(sorted: try items.sorted()) }

    /// Reads the items one after the other.
    struct Sorted {
        private var sorted: Sorter.Sorted
        private var item = SortItem()
        private var bytes: [UInt8] = []
        private var last: (UInt64, UInt64)?

        fileprivate init(sorted: Sorter.Sorted) { self.sorted = sorted }

        /// The next item, and whether it begins a group; nil at the end.
        mutating func next() throws(StoreError) -> (item: Item, isFirst: Bool)? {
            while try sorted.next(&item, &bytes) {
                guard let content = SharedChecklists.item(bytes) else { continue }
                let isFirst = last.map { $0 != (item.high, item.low) } ?? true
                last = (item.high, item.low)
                return (content, isFirst)
            }
            return nil
        }
    }

    /// Takes the bytes of an item apart. It is never nil for bytes that `add` has written.
    fileprivate static func item(_ bytes: [UInt8]) -> Item? {
        func number(at offset: Int) -> UInt64 {
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
        }
        guard let kind = bytes.first, bytes.count >= 17 else { return nil }
        // The code of an edited file may contain a 0.
        if kind == 0 { return .stored(Int64(bitPattern: number(at: bytes.count - 8))) }
        guard let end = bytes[9...].firstIndex(of: 0), bytes.count >= end + 33 else { return nil }
        let numbers = (0..<4).map { number(at: end + 1 + $0 * 8) }
        return .new(
            Copy(code: bytes[9..<end]), SortItem(high: numbers[0], low: numbers[1]),
            details: Array(bytes[(end + 33)...]),
            RecordDetails.Origin(file: Int(truncatingIfNeeded: numbers[2]), line: Int(truncatingIfNeeded: numbers[3])))
    }
}
