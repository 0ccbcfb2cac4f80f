import Birds
import HTTP

/// Answers authenticated requests: finds the resource, reads the parameters, and hands reading to `RecordAnswer`.
///
/// It runs in the loop's thread. Errors in the request itself are thrown before any record is read.
struct Handlers {
    let watch: StoreWatch
    let records: RecordAnswer
    let metrics: Metrics
    let pool: StorePool
    let hanging: Hanging
    let publicURL: PublicURL?
    /// The document at `/openapi.json`.
    let description: [UInt8]
    /// The monotonic clock, in nanoseconds.
    let clock: @Sendable () -> UInt64

    /// Answers one request. The order of the checks is the order in which errors are reported: path, right, method,
    /// `Accept` of a document, parameters, format.
    /// - Parameter note: What the audit must know of the answer; nil if it gets no line.
    func handle(_ call: Call, for principal: Principal, _ note: AuditNote?) throws(APIError) -> Answer {
        guard let route = call.route else {
            throw .unknownPath(nearest: Route.nearestPath(to: call.request.target.segments))
        }
        if route.resource == .metrics, !principal.mayReadMetrics { throw .noRightToMetrics }
        switch call.request.method {
        case .get, .head: break
        case .options: return .now(options)
        case .post, .put, .patch, .delete, .query, .trace: throw .methodNotAllowed(allowed: Resource.methods)
        }
        let resource = route.resource
        if resource.isDocument { _ = try Representation.accepted(resource.formats, call.request.fields) }
        let parameters = try Parameters(call.request.target.query, allowed: resource.parameters)
        func rows(_ source: RecordRequest.Rows) throws(APIError) -> Answer {
            try answer(call, resource, principal, parameters, note, source)
        }
        switch resource {
        case .observations: return try rows(parameters.records())
        case .observation:
            let fields = try parameters.fields()
            // An id has one spelling, so that no two paths (`/observations/07`) name the same observation.
            guard let id = Int64(route.id), String(id) == route.id else { throw .unknownObservation(id: route.id) }
            return try document(call, resource, principal, note, .observation(id: id, fields))
        case .checklists:
            return try rows(.checklists(parameters.observations(), parameters.checklistFields()))
        case .species: return try rows(.species)
        case .oneSpecies: return try document(call, resource, principal, note, .species(code: route.id))
        case .locations: return try rows(.locations(parameters.observations()))
        case .location: return try document(call, resource, principal, note, .location(code: route.id))
        case .regions: return try rows(.regions)
        case .summary: return try rows(.summary(parameters.summaryKeys(), parameters.observations()))
        case .datasets: return try rows(.datasets)
        case .description: return .now(.rows(.bytes(description), in: .json))
        case .metrics:
            return .now(
                Response(.ok, fields: Handlers.metricsFields, body: .bytes(Array(try metricsText(principal.view).utf8)))
            )
        case .health:
            if hanging.count > 0 { throw .hanging }
            return .now(.rows(.bytes(Array("{\"status\":\"ok\"}\n".utf8)), in: .json))
        case .server: throw .unknownPath(nearest: nil)
        }
    }

    private func metricsText(_ view: View) throws(APIError) -> String {
        let now = clock()
        let store = watch.current(now: now)
        do throws(StoreError) {
            store.setBudget(nanoseconds: records.loopBudget, now: now)
            return metrics.text(
                revision: try store.revision(of: view), longAnswers: pool.count,
                hasDurations: store.showsEverything(view))
        } catch {
            throw records.log.clientError(error)
        }
    }

    /// Answers with rows, in the format that the request asks for.
    private func answer(
        _ call: Call, _ resource: Resource, _ principal: Principal, _ parameters: Parameters, _ note: AuditNote?,
        _ source: RecordRequest.Rows
    ) throws(APIError) -> Answer {
        let format = try Representation.format(
            of: resource, named: call.namedFormat, parameters, call.request.fields)
        // `Link` and `X-Total-Count` depend on the rows, so a HEAD that asks for them needs the query too.
        let needsRows = parameters[.limit] != nil || parameters[.count] != nil
        let delivery = Delivery(
            call.request, of: resource, format: format, view: principal.view, isDated: !principal.isLimited,
            isHeadEnough: call.request.method == .head && !needsRows, note: note)
        let now = clock()
        return try records.answer(
            source, from: watch.current(now: now), view: principal.view, as: format,
            page: PageLink(call.request.target, base: publicURL), delivery: delivery, requestID: call.requestID,
            now: now)
    }

    /// Answers with one JSON object.
    private func document(
        _ call: Call, _ resource: Resource, _ principal: Principal, _ note: AuditNote?,
        _ source: RecordRequest.Document
    ) throws(APIError) -> Answer {
        let delivery = Delivery(
            call.request, of: resource, format: .json, view: principal.view, isDated: !principal.isLimited,
            isHeadEnough: false, note: note)
        let now = clock()
        return try records.answer(
            source, from: watch.current(now: now), view: principal.view, delivery: delivery, requestID: call.requestID,
            now: now)
    }

    /// The answer to OPTIONS: the methods (RFC 9110 §9.3.7).
    private var options: Response {
        var response = Response(.noContent)
        response.fields.append(.allow, Resource.methods.map(\.rawValue).joined(separator: ", "))
        return response
    }

    private static let metricsFields = ResponseFields([(.contentType, "text/plain; version=0.0.4; charset=utf-8")])
}
