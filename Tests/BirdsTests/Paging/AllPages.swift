import Birds
import Testing

@testable import Fixtures

extension RowCursor {
    /// The rows of CSV, without the header.
    func lines() throws -> [String] { try text().split(separator: "\r\n").dropFirst().map(String.init) }
}

extension ObservationStore {
    /// The rows of CSV on each page, without the header.
    /// - Parameters:
    ///   - size: The rows of a page.
    ///   - most: More rows than this are a failure, so that the loop ends.
    ///   - request: Asks for rows with a query.
    func pages(
        _ query: ObservationQuery, _ view: View = .everything, of size: Int, most: Int,
        _ request: (ObservationQuery) -> RecordRequest.Rows
    ) throws -> [[String]] {
        var query = query
        query.page.limit = size
        var (pages, count) = ([[String]](), 0)
        repeat {
            let cursor = try rows(request(query), view: view, format: .csv)
            let page = try cursor.lines()
            #expect(page.count == size || cursor.next == nil)
            #expect(try nextPage(request(query), view: view) == cursor.next)
            pages.append(page)
            count += page.count
            try #require(count <= most)
            query.page.after = cursor.next
        } while query.page.after != nil
        return pages
    }
}
