import Birds
import HTTP

/// Answers what authentication has let through.
struct Handlers {
    let watch: StoreWatch
    let rows: RowAnswer
    let log: EventLog
    let metrics: Metrics
    let pool: StorePool
    let publicURL: PublicURL?
    /// The document at `/openapi.json`.
    let description: [UInt8]

    func handle(_ call: Call) throws(APIError) -> Answer {
        guard let principal = call.principal else { throw .missingCredentials }
        guard let route = call.route else {
            throw .unknownPath(nearest: Route.nearestPath(to: call.request.target.segments))
        }
        switch call.request.method {
        case .get, .head: break
        case .options: return .now(options)
        default: throw .methodNotAllowed(allowed: Route.methods)
        }
        let query = call.request.target.query
        if route.isDocument { _ = try Representation.accepted(route.formats, call.request.fields) }
        switch route {
        case .observations:
            let parameters = try Parameters(query, allowed: Parameter.observations)
            var wanted = try parameters.observations()
            wanted.fields = try parameters.fields()
            let isFilled = try parameters.fillsWithZeros()
            return try answer(
                call, isFilled ? .zeroFilled(wanted, principal.view) : .observations(wanted, principal.view), parameters
            )
        case .checklists:
            let parameters = try Parameters(query, allowed: Parameter.checklists)
            let wanted = try parameters.observations()
            return try answer(call, .checklists(wanted, parameters.checklistFields(), principal.view), parameters)
        case .locations:
            let parameters = try Parameters(query, allowed: Parameter.locations)
            return try answer(call, .locations(parameters.observations(), principal.view), parameters)
        case .location(let code):
            _ = try Parameters(query, allowed: [])
            return try one(call, principal.view, orElse: .unknownLocation(code: code)) { (store) throws(StoreError) in
                try store.location(code, view: principal.view)
            }
        case .regions:
            return try answer(call, .regions(principal.view), Parameters(query, allowed: Parameter.table))
        case .summary:
            let parameters = try Parameters(query, allowed: Parameter.summary)
            let keys = try parameters.summaryKeys()
            return try answer(call, .summary(keys, parameters.observations(), principal.view), parameters)
        case .observation(let id):
            return try observation(call, id, Parameters(query, allowed: Parameter.observation), principal.view)
        case .species:
            return try answer(call, .species(principal.view), Parameters(query, allowed: Parameter.table))
        case .oneSpecies(let code):
            _ = try Parameters(query, allowed: [])
            return try species(call, code, principal.view)
        case .datasets:
            return try answer(call, .datasets(principal.view), Parameters(query, allowed: Parameter.table))
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

    private func answer(_ call: Call, _ source: RowSource, _ parameters: Parameters) throws(APIError) -> Answer {
        let format = try Representation.format(
            of: call.route ?? .observations, named: call.namedFormat, parameters, call.request.fields)
        // `Link` and `X-Total-Count` tell of the rows.
        let needsRows = parameters[.limit] != nil || parameters[.count] != nil
        let delivery = Delivery(
            call.request, of: call.route, format: format, view: call.principal?.view ?? .everything,
            isHeadEnough: call.request.method == .head && !needsRows)
        let now = Clock.nanoseconds()
        return try rows.answer(
            source, from: watch.current(now: now), as: format, page: PageLink(call.request.target, base: publicURL),
            delivery: delivery, requestID: call.requestID, now: now)
    }

    private func observation(
        _ call: Call, _ id: String, _ parameters: Parameters, _ view: View
    ) throws(APIError) -> Answer {
        let fields = try parameters.fields()
        // Ids are written in one way, so that no two paths name the same observation.
        guard let number = Int64(id), String(number) == id else { throw .unknownObservation(id: id) }
        return try one(call, view, orElse: .unknownObservation(id: id)) { (store) throws(StoreError) in
            try store.observation(id: number, fields: fields, view: view)
        }
    }

    private func species(_ call: Call, _ code: String, _ view: View) throws(APIError) -> Answer {
        try one(call, view, orElse: .unknownSpecies(code: code)) { (store) throws(StoreError) in
            try store.species(code, view: view)
        }
    }

    /// Answers with the one JSON object that is found.
    private func one(
        _ call: Call, _ view: View, orElse unknown: APIError,
        _ find: (ObservationStore) throws(StoreError) -> [UInt8]?
    ) throws(APIError) -> Answer {
        let found: [UInt8]?
        let now = Clock.nanoseconds()
        let store = watch.current(now: now)
        do throws(StoreError) {
            RowAnswer.setBudget(of: store, now: now)
            found = try find(store)
        } catch {
            throw log.clientError(error)
        }
        guard let found else { throw unknown }
        let delivery = Delivery(call.request, of: call.route, format: .json, view: view, isHeadEnough: false)
        if let early = delivery.early(store.generation, in: .json) { return .now(early) }
        return .now(delivery.complete(Handlers.json(found + "\n".utf8), store.generation))
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
