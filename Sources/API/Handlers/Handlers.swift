import Birds
import HTTP

/// Answers what authentication has let through.
struct Handlers {
    let watch: StoreWatch
    let records: RecordAnswer
    let metrics: Metrics
    let pool: StorePool
    let publicURL: PublicURL?
    /// The document at `/openapi.json`.
    let description: [UInt8]

    func handle(_ call: Call, for principal: Principal) throws(APIError) -> Answer {
        guard let route = call.route else {
            throw .unknownPath(nearest: Route.nearestPath(to: call.request.target.segments))
        }
        let view = principal.view
        switch call.request.method {
        case .get, .head: break
        case .options: return .now(options)
        case .post, .put, .patch, .delete, .query, .trace: throw .methodNotAllowed(allowed: Route.methods)
        }
        let query = call.request.target.query
        if route.isDocument { _ = try Representation.accepted(route.formats, call.request.fields) }
        switch route {
        case .observations:
            let parameters = try Parameters(query, allowed: Parameter.observations)
            var wanted = try parameters.observations()
            wanted.fields = try parameters.fields()
            let isFilled = try parameters.fillsWithZeros()
            return try answer(call, route, view, parameters, isFilled ? .zeroFilled(wanted) : .observations(wanted))
        case .checklists:
            let parameters = try Parameters(query, allowed: Parameter.checklists)
            let wanted = try parameters.observations()
            return try answer(call, route, view, parameters, .checklists(wanted, parameters.checklistFields()))
        case .locations:
            let parameters = try Parameters(query, allowed: Parameter.locations)
            return try answer(call, route, view, parameters, .locations(parameters.observations()))
        case .location(let code):
            _ = try Parameters(query, allowed: [])
            return try one(call, route, view, .location(code: code))
        case .regions:
            return try answer(call, route, view, Parameters(query, allowed: Parameter.table), .regions)
        case .summary:
            let parameters = try Parameters(query, allowed: Parameter.summary)
            let keys = try parameters.summaryKeys()
            return try answer(call, route, view, parameters, .summary(keys, parameters.observations()))
        case .observation(let id):
            let fields = try Parameters(query, allowed: Parameter.observation).fields()
            // Ids are written in one way, so that no two paths name the same observation.
            guard let number = Int64(id), String(number) == id else { throw .unknownObservation(id: id) }
            return try one(call, route, view, .observation(id: number, fields))
        case .species:
            return try answer(call, route, view, Parameters(query, allowed: Parameter.table), .species)
        case .oneSpecies(let code):
            _ = try Parameters(query, allowed: [])
            return try one(call, route, view, .species(code: code))
        case .datasets:
            return try answer(call, route, view, Parameters(query, allowed: Parameter.table), .datasets)
        case .health:
            _ = try Parameters(query, allowed: [])
            return .now(Handlers.json(Array("{\"status\":\"ok\"}\n".utf8)))
        case .metrics:
            _ = try Parameters(query, allowed: [])
            return .now(Response(.ok, fields: Handlers.metricsFields, body: .bytes(Array(metricsText.utf8))))
        case .description:
            _ = try Parameters(query, allowed: [])
            return .now(Handlers.json(description))
        case .server:
            throw .unknownPath(nearest: nil)
        }
    }

    private var metricsText: String {
        metrics.text(generation: watch.current(now: Clock.nanoseconds()).generation, longAnswers: pool.count)
    }

    private func answer(
        _ call: Call, _ route: Route, _ view: View, _ parameters: Parameters, _ source: RecordRequest.Rows
    ) throws(APIError) -> Answer {
        let format = try Representation.format(
            of: route, named: call.namedFormat, parameters, call.request.fields)
        // `Link` and `X-Total-Count` tell of the rows.
        let needsRows = parameters[.limit] != nil || parameters[.count] != nil
        let delivery = Delivery(
            call.request, of: route, format: format, view: view,
            isHeadEnough: call.request.method == .head && !needsRows)
        let now = Clock.nanoseconds()
        return try records.answer(
            source, from: watch.current(now: now), view: view, as: format,
            page: PageLink(call.request.target, base: publicURL), delivery: delivery, requestID: call.requestID,
            now: now)
    }

    /// Answers with one JSON object.
    private func one(_ call: Call, _ route: Route, _ view: View, _ source: RecordRequest.Document) throws(APIError)
        -> Answer
    {
        let delivery = Delivery(call.request, of: route, format: .json, view: view, isHeadEnough: false)
        let now = Clock.nanoseconds()
        return try records.answer(
            source, from: watch.current(now: now), view: view, delivery: delivery, requestID: call.requestID, now: now)
    }

    private var options: Response {
        var response = Response(.noContent)
        response.fields.append(.allow, Route.methods.map(\.rawValue).joined(separator: ", "))
        return response
    }

    private static let metricsFields = ResponseFields([(.contentType, "text/plain; version=0.0.4; charset=utf-8")])

    private static func json(_ body: [UInt8]) -> Response {
        .rows(.bytes(body), in: .json)
    }
}
