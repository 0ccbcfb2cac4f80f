import Synchronization

/// What the answers to a view depend on: entity tags and `Last-Modified` are made from it. What the view does not show
/// never changes it.
public struct Revision: Sendable, Hashable {
    /// 32 hexadecimal digits, which tell nothing but whether two revisions are the same.
    public let id: String
    /// In seconds since 1970.
    public let changedAt: Int64
}

/// The holdings of an edition in memory: which data set has something in which region (`HoldingColumn`). They tell what
/// a view has without a look at what it does not have.
///
/// All connections to one edition of a file share one list.
final class HoldingList: Sendable {
    /// A digest of something, and when that last changed, in seconds since 1970.
    struct Content: Sendable {
        let digest: UInt128
        let changedAt: Int64
    }

    /// What a data set has in a region.
    struct Holding: Sendable {
        let id: Int64
        let mark: Int64
        /// Nil for locations without a region.
        let region: String?
        let content: Content
        /// The number of its records.
        let records: Int64
    }

    struct DataSet: Sendable {
        let id: Int64
        let name: [UInt8]
        /// Of its licence and citation.
        var description: Content?
        /// A digest of the file and format of the last import.
        let origin: UInt128
        /// Ascending by the bytes of their regions; first what has no region.
        var holdings: [Holding] = []
    }

    /// By the bytes of their names.
    let datasets: [DataSet]
    private let positions: [Int64: Int]
    /// Of the species tables, which anybody may see.
    let species: Content?
    /// The revisions of recent parts of views, by their tags.
    private let revisions = Mutex<[[UInt8]: Revision]>([:])
    /// The greatest number of them. When it is reached, all are dropped.
    private static let mostRevisions = 1024

    /// The names of species, once somebody has asked for one that is not there: all, and those of tables alone.
    private let spellings = Mutex<[Bool: SpellingIndex]>([:])

    /// The lists in use.
    private static let known = Mutex<[Source: Weak]>([:])
    private struct Source: Hashable {
        let file: FileIdentity
        let edition: Edition
    }
    private struct Weak: Sendable {
        weak var list: HoldingList?
    }

    /// The list of an edition in a file, which a connection has open.
    static func list(
        of edition: Edition, in file: FileIdentity, _ database: Database, _ secret: Secret
    ) throws(StoreError) -> HoldingList {
        let source = Source(file: file, edition: edition)
        if let list = known.withLock({ $0[source]?.list }) { return list }
        let list = try HoldingList(database, secret)
        known.withLock { known in
            known = known.filter { $0.value.list != nil }
            known[source] = Weak(list: list)
        }
        return list
    }

    /// The names of the species of the edition.
    /// - Parameter make: Reads them; only where nobody has yet.
    func spellings(
        listedOnly: Bool, make: () throws(StoreError) -> SpellingIndex
    ) throws(StoreError) -> SpellingIndex {
        if let known = spellings.withLock({ $0[listedOnly] }) { return known }
        let made = try make()
        spellings.withLock { $0[listedOnly] = made }
        return made
    }

    private init(_ database: Database, _ secret: Secret) throws(StoreError) {
        var datasets: [DataSet] = []
        var species: Content?
        // By names, so that ids have no part in it.
        let rows = try database.prepare(
            """
            SELECT d.name, region, content_high, content_low, changed_at, description, format, source, dataset_id, h.id, mark,
                h.records
            FROM holding h LEFT JOIN dataset d ON d.id = dataset_id ORDER BY d.name, dataset_id, description DESC, region
            """)
        while try rows.step() {
            var hash = KeyedHash(secret.tags)
            let isDescription = rows.int64(5) != 0
            hash.add(isDescription ? 0 : 1 as UInt64)
            for column: Int32 in 0...1 { hash.add(rows.isNull(column) ? nil : rows.bytes(column)) }
            for column: Int32 in 2...3 { hash.add(UInt64(bitPattern: rows.int64(column))) }
            // The ids of the same records may be other ones.
            if !isDescription { hash.add(UInt64(bitPattern: rows.int64(10))) }
            let content = Content(digest: hash.finish(), changedAt: rows.int64(4))
            let id = rows.int64(8)
            if isDescription, id == HoldingColumn.speciesTables {
                species = content
                continue
            }
            if datasets.last?.id != id {
                var origin = KeyedHash(secret.tags)
                origin.add(2 as UInt64)
                for column: Int32 in 6...7 { origin.add(rows.bytes(column)) }
                datasets.append(DataSet(id: id, name: rows.bytes(0), origin: origin.finish()))
            }
            let last = datasets.count - 1
            if isDescription {
                datasets[last].description = content
            } else {
                datasets[last].holdings.append(
                    Holding(
                        id: rows.int64(9), mark: rows.int64(10), region: rows.text(1), content: content,
                        records: rows.int64(11)))
            }
        }
        (self.datasets, self.species) = (datasets, species)
        positions = Dictionary(datasets.indices.map { (datasets[$0].id, $0) }) { first, _ in first }
    }

    /// What a data set has in a region.
    func holding(of dataset: Int64, in region: String?) -> Holding? {
        positions[dataset].flatMap { datasets[$0].holding(in: region) }
    }

    /// The revision of a part of a view, by its tag: the one that was made before, or a new one.
    func revision(of tag: [UInt8], make: () throws(StoreError) -> Revision) throws(StoreError) -> Revision {
        if let known = revisions.withLock({ $0[tag] }) { return known }
        let revision = try make()
        revisions.withLock { revisions in
            if revisions.count >= Self.mostRevisions { revisions.removeAll() }
            revisions[tag] = revision
        }
        return revision
    }
}

extension HoldingList.DataSet {
    func holding(in region: String?) -> HoldingList.Holding? {
        let position = position(of: region)
        guard position < holdings.count else { return nil }
        let found = holdings[position]
        switch (found.region, region) {
        case (nil, nil): return found
        case (let one?, let other?) where one.utf8.elementsEqual(other.utf8): return found
        default: return nil
        }
    }

    /// The position of the first holding whose region does not come before this one.
    func position(of region: String?) -> Int {
        guard let region else { return 0 }
        return holdings.firstPosition { $0.region.map { !$0.utf8.lexicographicallyPrecedes(region.utf8) } ?? false }
    }
}

extension Array {
    /// The position of the first element for which a condition holds, by binary search; the count if there is none. It
    /// must hold for all that follow that one.
    func firstPosition(where holds: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
