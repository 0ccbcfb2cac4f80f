import Fixtures
import Glibc

@testable import Birds
@testable import Fixtures

// Tokens of pages, and the database whose pages they are.

/// A small database of random records, with two editions.
enum SmallStore {
    // One thread tries the inputs.
    nonisolated(unsafe) static let store = open()

    private static func open() -> ObservationStore {
        let path = "/dev/shm/rookery-fuzz-\(getpid()).db"
        defer { for suffix in ["", ".exact", ".general"] { unlink(path + suffix) } }
        do {
            var fixture = Fixture.random(seed: 1, records: 120)
            for index in fixture.records.indices where index % 2 == 0 { fixture.records[index].complete = 1 }
            try TwoEditions.write(exact: fixture, general: fixture, to: path)
            return try ObservationStore(path: path)
        } catch {
            check(false, "there is a database: \(error)")
            exit(2)
        }
    }

    /// A view that a byte chooses: of the exact edition, of the general one, of both, or of nothing.
    static func view(_ choice: UInt8) -> View {
        switch choice % 5 {
        case 0: .everything
        case 1: View(regions: ["CA-YT", "US"], datasets: ["atlas"], precision: .everywhere)
        case 2: View(regions: ["CA"])
        case 3: View(precision: .only(regions: ["CA-YT"], datasets: ["atlas"]))
        default: View(regions: [])
        }
    }

    /// Whether an error is one of the question.
    static func isMeant(_ error: StoreError) -> Bool {
        switch error {
        case .unknownSpecies, .malformedList, .unknownPage, .lostPage, .overBudget: true
        case .missing, .unusable, .outOfMemory, .cancelled, .sqlite: false
        }
    }

    /// Reads a page and the one after it. An answer is whole, and its token leads on.
    static func readPages(_ rows: RecordRequest.Rows, view: View, _ format: RowFormat) throws(StoreError) {
        var rows = rows
        for _ in 0..<2 {
            store.setBudget(nanoseconds: 2_000_000_000)
            let cursor = try store.rows(rows, view: view, format: format)
            var answer: [UInt8] = []
            while try !cursor.fill(&answer, limit: answer.count + 4096) {}
            check(format != .json || answer.first == UInt8(ascii: "["), "rows are an array")
            guard let page = page(of: rows), let next = cursor.next else { return }
            check(cursor.rowCount == page.limit, "a page that is not the last has as many rows as it may")
            rows = after(rows, next)
        }
    }

    private static func page(of rows: RecordRequest.Rows) -> PageRequest? {
        switch rows {
        case .observations(let query), .zeroFilled(let query), .checklists(let query, _), .locations(let query):
            query.page
        case .summary, .species, .regions, .datasets: nil
        }
    }

    private static func after(_ rows: RecordRequest.Rows, _ token: String) -> RecordRequest.Rows {
        func moved(_ query: ObservationQuery) -> ObservationQuery {
            var query = query
            query.page.after = token
            return query
        }
        switch rows {
        case .observations(let query): return .observations(moved(query))
        case .zeroFilled(let query): return .zeroFilled(moved(query))
        case .checklists(let query, let fields): return .checklists(moved(query), fields)
        case .locations(let query): return .locations(moved(query))
        case .summary, .species, .regions, .datasets: return rows
        }
    }
}

/// A value of `after`. No text opens but what was sealed here; and what was sealed may be anything, as if another
/// version had made it. The first byte chooses the resource and the order, the second one a bit to change.
func tryToken(_ bytes: [UInt8]) {
    var input = Input(bytes)
    let (choice, bit) = (Int(input.takeByte()), Int(input.takeByte()))
    let content = Array(input.rest)
    let edition = SmallStore.store.exact

    let text = String(decoding: content, as: UTF8.self)
    if let decoded = Base64URL.decode(text) { check(Base64URL.encode(decoded) == text, "a token has one spelling") }
    check(Base64URL.decode(Base64URL.encode(content)) == content, "what is encoded can be decoded")
    let purpose: [UInt8] = [1, 2, 3]
    check(Pager.open(text, for: purpose, edition.seal) == nil, "no other text is a token")
    check(edition.seal.open(content, for: purpose) == nil, "no other bytes are sealed")
    if let token = PageToken(content) { check(token.bytes == content, "a token can be written again") }
    guard !content.isEmpty else { return }
    do throws(StoreError) {
        let sealed = try edition.seal.seal(content, for: purpose)
        check(edition.seal.open(sealed, for: purpose) == content, "what is sealed can be opened")
        check(edition.seal.open(sealed, for: [1, 2]) == nil, "it opens for nothing else")
        var changed = sealed
        changed[(bit >> 3) % changed.count] ^= 1 << UInt8(bit & 7)
        check(edition.seal.open(changed, for: purpose) == nil, "what was changed does not open")
    } catch {
        check(false, error.sentence)
    }
    tryMergedPage(content, edition)
    do throws(StoreError) {
        var query = ObservationQuery()
        query.page.limit = 2
        if choice & 8 != 0 { query.filter.species = ["sp101", "sp102", "sp103"] }
        if choice & 16 != 0 { query.filter.regions = ["CA"] }
        if choice & 32 != 0 { query.filter.years = [2016, 2018] }
        if choice & 64 != 0 { query.page.countsAll = true }
        let sorts: [[SortKey]] = [
            [], [SortKey(field: .date, isDescending: true)], [SortKey(field: .speciesID, isDescending: false)],
            [SortKey(field: .locationID, isDescending: true)], [SortKey(field: .num, isDescending: true)],
        ]
        let (resource, rows): (PagedResource, (ObservationQuery) -> RecordRequest.Rows) =
            switch choice & 7 {
            case 5: (.checklists, { .checklists($0, ChecklistField.defaults) })
            case 6: (.locations, { .locations($0) })
            case 7: (.zeroFilled, { .zeroFilled($0) })
            default: (.observations, { .observations($0) })
            }
        if resource == .observations { query.sort = sorts[choice & 7] }
        if resource == .zeroFilled { query.filter.species = ["sp101"] }
        let scope = try edition.resolver.scope(.everything)
        let selection = try edition.resolver.select(query.filter, scope)
        let purpose = Pager.purpose(selection.identity(of: resource.rawValue, sort: query.sort))
        query.page.after = try Pager.seal(content, for: purpose, edition.seal)
        try SmallStore.readPages(rows(query), view: .everything, .json)
        check(PageToken(content) != nil, "only a token is a page")
    } catch {
        check(SmallStore.isMeant(error), error.sentence)
    }
}

/// The token of a page with rows of several parts.
private func tryMergedPage(_ content: [UInt8], _ edition: EditionStore) {
    var page = PageRequest()
    do throws(StoreError) {
        page.after = try Pager.seal(content, for: Pager.purpose([7]), edition.seal)
        guard let starts = try MergedPage(page, parts: 2, identity: [7], edition.seal)?.starts else { return }
        var again: [UInt8] = []
        for own in starts.map({ $0?.bytes ?? [] }) {
            again += [UInt8](repeating: 0, count: 2) + [UInt8(own.count >> 8), UInt8(own.count & 0xFF)] + own
        }
        check(again == content, "a token of several parts can be written again")
    } catch {
        check(error == .unknownPage, error.sentence)
    }
}
