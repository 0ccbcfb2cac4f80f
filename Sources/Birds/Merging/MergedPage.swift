/// Cuts one page out of the merged rows of several parts, as `Pager` does for one.
///
/// Its token holds that of each part, which names the last row of that part.
final class MergedPage {
    /// Where each part begins; nil where it begins with its first row.
    let starts: [PageToken?]
    private let limit: Int
    private let seal: TokenSeal
    private let purpose: [UInt8]
    private var taken = 0

    /// Nil if all rows are asked for.
    /// - Parameters:
    ///   - count: The number of parts.
    ///   - identity: Of the query (`RecordFilter.identity`).
    /// - Throws: `.unknownPage` if `after` is not a token of this query.
    init?(_ page: PageRequest, parts count: Int, identity: [UInt8], _ seal: TokenSeal) throws(StoreError) {
        guard page.limit != nil || page.after != nil else { return nil }
        (limit, self.seal, purpose) = (page.limit ?? .max, seal, Pager.purpose(identity))
        if let after = page.after {
            guard let bytes = Pager.open(after, for: purpose, seal), let starts = MergedPage.tokens(bytes),
                starts.count == count
            else { throw .unknownPage }
            self.starts = starts
        } else {
            starts = Array(repeating: nil, count: count)
        }
    }

    /// Whether one more row is on this page.
    func takes() -> Bool {
        guard taken < limit else { return false }
        taken += 1
        return true
    }

    /// The token of the page that follows; nil if no rows are left.
    func next<Row>(after merge: Merge<Row>) throws(StoreError) -> String? {
        guard taken > 0, merge.parts.contains(where: { !$0.isAtEnd }) else { return nil }
        var bytes: [UInt8] = []
        for (part, start) in zip(merge.parts, starts) {
            let token = part.hasPassed ? try part.position.token(part.part.edition.records) : start
            let own = token?.bytes ?? []
            for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: own.count >> shift)) }
            bytes += own
        }
        return try Pager.seal(bytes, for: purpose, seal)
    }

    /// The tokens of the parts; nil if the bytes are malformed.
    private static func tokens(_ bytes: [UInt8]) -> [PageToken?]? {
        var rest = bytes[...]
        var tokens: [PageToken?] = []
        while !rest.isEmpty {
            let size = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            let own = rest.dropFirst(4).prefix(size)
            guard rest.count >= 4, own.count == size else { return nil }
            if size == 0 {
                tokens.append(nil)
            } else {
                guard let token = PageToken(Array(own)) else { return nil }
                tokens.append(token)
            }
            rest = rest.dropFirst(4 + size)
        }
        return tokens
    }
}
