/// What the answers to a view depend on: entity tags and `Last-Modified` are made from it. What the view does not show
/// never changes it.
public struct Revision: Sendable, Hashable {
    /// 32 hexadecimal digits, which tell nothing but whether two revisions are the same.
    public let id: String
    /// In seconds since 1970.
    public let changedAt: Int64
}

extension ObservationStore {
    /// The revision of what a view shows.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    public func revision(of view: View) throws(StoreError) -> Revision {
        let scope = try resolver.scope(view)
        if scope.isEverything { return Revision(id: generation.id, changedAt: generation.publishedAt) }
        if let known = revisions[view] { return known }
        let revision = try makeRevision(of: view, scope)
        if revisions.count >= ObservationStore.keptRevisions { revisions.removeAll() }
        revisions[view] = revision
        return revision
    }

    private func makeRevision(of view: View, _ scope: Scope) throws(StoreError) -> Revision {
        var hash = KeyedHash(secret.tags)
        var changedAt: Int64 = 0
        // By names, so that ids have no part in it.
        let holdings = try database.prepare(
            """
            SELECT d.name, region, content_high, content_low, changed_at, description, format, source, dataset_id
            FROM holding LEFT JOIN dataset d ON d.id = dataset_id ORDER BY d.name, description DESC, region
            """)
        // The description of a data set comes before its holdings, and counts if the view shows one of those.
        var description: (dataset: Int64, content: [Int64], changedAt: Int64)?
        while try holdings.step() {
            let (dataset, content) = (holdings.int64(8), [holdings.int64(2), holdings.int64(3)])
            let isDescription = holdings.int64(5) != 0
            if isDescription, dataset != HoldingColumn.speciesTables {
                description = (dataset, content, holdings.int64(4))
                continue
            }
            if !isDescription {
                guard scope.contains(region: holdings.text(1), dataset: dataset) else { continue }
                if let own = description, own.dataset == dataset {
                    for number in own.content { hash.add(number) }
                    changedAt = max(changedAt, own.changedAt)
                    // `/datasets` shows these to whoever sees all regions.
                    if scope.regions.isEverywhere { for column: Int32 in 6...7 { hash.add(holdings.bytes(column)) } }
                    description = nil
                }
            }
            for column: Int32 in 0...1 { hash.add(holdings.isNull(column) ? nil : holdings.bytes(column)) }
            for number in content { hash.add(number) }
            changedAt = max(changedAt, holdings.int64(4))
        }
        let digest = String(hash.finish(), radix: 16)
        return Revision(id: String(repeating: "0", count: 32 - digest.count) + digest, changedAt: changedAt)
    }
}
