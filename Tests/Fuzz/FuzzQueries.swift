@testable import API
@testable import Birds
@testable import HTTP

// Request targets: their syntax, and what they ask for.

/// The path and the query of a target, in bytes.
func tryTarget(_ bytes: [UInt8]) {
    guard let (target, _) = try? RequestTarget.parse(0..<bytes.count, of: bytes.span) else { return }
    check(target.raw.utf8.elementsEqual(bytes), "a target is kept as it was sent")
    check(bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }, "a target is visible ASCII")
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "%") {
        let digits = bytes[(index + 1)...].prefix(2)
        check(digits.count == 2 && digits.allSatisfy { $0.hexValue != nil }, "two digits follow a percent sign")
    }
    let texts = target.segments + target.query.flatMap { [$0.name, $0.value] }
    check(!target.segments.isEmpty || target.raw == "*", "what was checked can be decoded")
    check(!texts.contains { $0.utf8.contains(0) }, "no text has a NUL")
    check(!target.segments.contains { $0 == "." || $0 == ".." }, "dot segments are resolved")
    check(texts.reduce(0) { $0 + $1.utf8.count } <= bytes.count, "decoding makes nothing longer")

    if !target.segments.isEmpty {
        let path = target.segments.map { "/" + PageLink.escaped($0, keeping: "") }.joined()
        let items = target.query.map {
            PageLink.escaped($0.name, keeping: "") + "=" + PageLink.escaped($0.value, keeping: "")
        }
        let again = try? RequestTarget(parsing: path + "?" + items.joined(separator: "&"))
        check(isSame(again?.segments ?? [], target.segments), "a path can be written again")
        check(isSame(again?.query ?? [], target.query), "a query can be written again")
    }
    if let nearest = Route.nearestPath(to: target.segments) {
        let route = (try? RequestTarget(parsing: nearest)).flatMap { Route.find($0.segments).route }
        check(route != nil, "a path that is suggested exists")
    }
    let link = PageLink(target, base: nil).next("abc")
    check(link.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "a link is ASCII")
    let end = ">; rel=\"next\""
    check(link.hasPrefix("<?") && link.hasSuffix(end), "a link is a query")
    let next = try? RequestTarget(parsing: "/" + link.dropFirst().dropLast(end.utf8.count))
    let after = RequestTarget.QueryItem(name: "after", value: "abc")
    check(isSame(next?.query ?? [], target.query.filter { $0.name != "after" } + [after]), "a link has the same query")

    for item in target.query { tryList(item.value) }
    // The resource decides which parameters there are, so each is tried.
    for resource in Resource.allCases {
        do throws(APIError) {
            _ = try request(for: resource, id: target.segments.last ?? "", target)
        } catch {
            let body = Problem(error).response(requestID: "r").body
            if case .bytes(let bytes) = body {
                check(
                    bytes.first == UInt8(ascii: "{") && !bytes.contains { $0 < 0x20 && $0 != 0x0A }, "a problem is JSON"
                )
            }
        }
    }
}

private func isSame(_ a: [RequestTarget.QueryItem], _ b: [RequestTarget.QueryItem]) -> Bool {
    isSame(a.flatMap { [$0.name, $0.value] }, b.flatMap { [$0.name, $0.value] })
}

/// A list in a query.
private func tryList(_ text: String) {
    guard let values = try? ListSyntax.values(of: text) else { return }
    check(!values.isEmpty, "a list has values")
    let quoted = values.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }
    let again = try? ListSyntax.values(of: quoted.joined(separator: ","))
    check(isSame(again ?? [], values), "a list can be written again")
    if ListSyntax.isPlain(text), !text.isEmpty { check(isSame(values, [text]), "a plain text is one value") }
}

/// What a request asks of a store.
private enum Wanted {
    case rows(RecordRequest.Rows, RowFormat)
    case document(RecordRequest.Document)
}

/// What a target asks for, as `Handlers` reads it; nil for a resource without records.
private func request(for resource: Resource, id: String, _ target: RequestTarget) throws(APIError) -> Wanted? {
    let parameters = try Parameters(target.query, allowed: resource.parameters)
    let rows: RecordRequest.Rows
    switch resource {
    case .observations: rows = try parameters.records()
    case .checklists: rows = .checklists(try parameters.observations(), try parameters.checklistFields())
    case .locations: rows = .locations(try parameters.observations())
    case .summary: rows = .summary(try parameters.summaryKeys(), try parameters.observations())
    case .species: rows = .species
    case .regions: rows = .regions
    case .datasets: rows = .datasets
    case .observation: return .document(.observation(id: Int64(id) ?? 0, try parameters.fields()))
    case .oneSpecies: return .document(.species(code: id))
    case .location: return .document(.location(code: id))
    case .description, .metrics, .health, .server: return nil
    }
    if let query = query(of: rows) { check(query) }
    let format = try Representation.format(of: resource, named: nil, parameters, ReceivedFields())
    return .rows(rows, format)
}

private func query(of rows: RecordRequest.Rows) -> ObservationQuery? {
    switch rows {
    case .observations(let query), .zeroFilled(let query), .checklists(let query, _), .locations(let query),
        .summary(_, let query):
        query
    case .species, .regions, .datasets: nil
    }
}

private func check(_ query: ObservationQuery) {
    let filter = query.filter
    let isInRange =
        filter.years.allSatisfy { (1...9999).contains($0) } && filter.months.allSatisfy { (1...12).contains($0) }
        && filter.days.allSatisfy { (1...31).contains($0) }
    check(isInRange, "dates are in their ranges")
    if let from = filter.from, let to = filter.to { check(from.number <= to.lastNumber, "dates ascend") }
    if let least = filter.leastNum, let most = filter.greatestNum { check(least <= most, "numbers ascend") }
    check((filter.leastNum ?? 0) >= 0 && (filter.greatestNum ?? 0) >= 0, "numbers have no sign")
    let names = filter.species + filter.regions + filter.locations + filter.datasets
    check(!names.contains(""), "no name is empty")
    check(query.page.limit ?? 1 > 0, "a page has rows")
    check(query.sort.count <= SortKey.most && Set(query.sort.map(\.field)).count == query.sort.count, "keys differ")
    check(!query.fields.isEmpty && Set(query.fields).count == query.fields.count, "members differ")
}

/// A whole question to a small database: its first byte chooses the view, and the rest is a target.
func tryQuery(_ bytes: [UInt8]) {
    var input = Input(bytes)
    let view = SmallStore.view(input.takeByte())
    guard let target = try? RequestTarget(parsing: String(decoding: input.rest, as: UTF8.self)),
        let route = Route.find(target.segments).route,
        let wanted = (try? request(for: route.resource, id: route.id, target)).flatMap({ $0 })
    else { return }
    do throws(StoreError) {
        switch wanted {
        case .document(let document):
            guard let object = try SmallStore.store.document(document, view: view) else { return }
            check(
                object.starts(with: "{".utf8) && object.suffix(2).elementsEqual("}\n".utf8), "a document is an object")
        case .rows(let rows, let format):
            try SmallStore.readPages(rows, view: view, format)
        }
    } catch {
        check(SmallStore.isMeant(error), error.sentence)
    }
}
