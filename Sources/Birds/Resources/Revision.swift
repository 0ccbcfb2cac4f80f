/// Revisions of what parts of views show.
extension EditionStore {
    /// The revision of what a scope shows. It reads nothing, except once for the general edition as a whole.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func revision(_ scope: Scope) throws(StoreError) -> Revision {
        if scope.isEverything { return Revision(id: generation.id, changedAt: generation.publishedAt) }
        return try holdings.revision(of: scope.tag) { () throws(StoreError) in try makeRevision(scope) }
    }

    private func makeRevision(_ scope: Scope) throws(StoreError) -> Revision {
        var hash = KeyedHash(secret.tags)
        var changedAt: Int64 = 0
        func add(_ digest: UInt128) {
            hash.add(UInt64(truncatingIfNeeded: digest >> 64))
            hash.add(UInt64(truncatingIfNeeded: digest))
        }
        func add(_ content: HoldingList.Content?) {
            guard let content else { return }
            add(content.digest)
            changedAt = max(changedAt, content.changedAt)
        }
        add(holdings.species)
        var shown: [Int64] = []
        for dataset in holdings.datasets where scope.contains(dataset: dataset.id) {
            var isShown = false
            for holding in dataset.holdings where scope.regions.contains(holding.region) {
                if !isShown {
                    isShown = true
                    shown.append(dataset.id)
                    add(dataset.description)
                    // `/datasets` shows it to whoever sees all regions.
                    if scope.isOfAllRegions { add(dataset.origin) }
                }
                add(holding.content)
            }
        }
        // Records that are equal but for their data sets come in the order of the ids of these, which in a file of an
        // earlier version need not be that of their names.
        for position in shown.indices.sorted(by: { shown[$0] < shown[$1] }) { hash.add(UInt64(position)) }
        if scope.showsAllNames { try addNames(to: &hash) }
        return Revision(hash, changedAt: changedAt)
    }

    /// Adds the names that only records give, of which no holding has a digest.
    private func addNames(to hash: inout KeyedHash) throws(StoreError) {
        let columns = SpeciesColumn.shown(allNames: true)
        let names = try database.prepare(
            "SELECT \(columns.joined(separator: ", ")) FROM species WHERE listed = 0 ORDER BY code")
        while try names.step() { for column in columns.indices { hash.add(names.optionalBytes(Int32(column))) } }
    }
}

extension Revision {
    /// A revision whose id is the result of a hash.
    init(_ hash: consuming KeyedHash, changedAt: Int64) {
        let digest = String(hash.finish(), radix: 16)
        self.init(id: String(repeating: "0", count: 32 - digest.count) + digest, changedAt: changedAt)
    }
}
