import Birds
import Glibc
import HTTP
import Logging

/// What all loops share. It does not change while the server runs.
public struct ServiceConfiguration: Sendable {
    /// The path of the database.
    public var database: String
    /// Nil where the server is public: then nobody is asked for credentials.
    public var password: SharedPassword?
    /// Engine time for the first 64 KiB of an answer, and then for each 64 KiB, in seconds.
    public var queryTimeout: Int = 10
    /// How many long answers may be under way at once; each has its own connection to the database.
    public var longAnswers: Int = 64
    /// How long a query may keep a loop, before it goes on on a worker, in nanoseconds.
    var loopBudget: UInt64 = 2_000_000
    /// The monotonic clock, in nanoseconds, which tests set.
    var clock: @Sendable () -> UInt64 = MonotonicClock.nanoseconds
    /// Whose web pages may ask.
    public var cors = CORS.none
    /// Where clients reach the service, where a proxy stands between; nil where links are relative.
    public var publicURL: PublicURL?
    public var accessLog: AccessLogConfiguration
    public var logger: Logger

    public init(database: String, password: SharedPassword?, accessLog: AccessLogConfiguration, logger: Logger) {
        self.database = database
        self.password = password
        self.accessLog = accessLog
        self.logger = logger
    }
}

/// The connections of the workers, what is counted and what is told of the service, which all loops share.
public struct SharedStores: Sendable {
    let pool: StorePool
    let metrics = Metrics(now: Int64(time(nil)))
    let description: [UInt8]

    public init(_ configuration: ServiceConfiguration) {
        pool = StorePool(path: configuration.database, limit: configuration.longAnswers)
        description = Description.bytes(server: configuration.publicURL)
    }
}

/// The bird records as an application: one for each loop, with its own store.
///
/// The line of a request: `respond`, `errorBodies`, `principal`, `handle`, the handlers, the store.
public final class Service: Application {
    private let watch: StoreWatch
    private let authentication: Authentication
    private let handlers: Handlers
    private let log: EventLog
    private let accessLog: AccessLog
    private let cors: CORS
    private let metrics: LoopMetrics
    private let pool: StorePool
    private let clock: @Sendable () -> UInt64
    /// When to look after the file again, on the monotonic clock in nanoseconds.
    private var nextUpkeep: UInt64 = 0
    private static let upkeepInterval: UInt64 = 1_000_000_000
    private var requestIDs: RequestIDs
    /// Whether it is that of the first loop, which tells what all of them see.
    private let isFirst: Bool

    /// - Throws: `StoreError` where the database is missing or is none of ours.
    public init(_ configuration: ServiceConfiguration, stores: SharedStores, loop: Int) throws(StoreError) {
        let watch = try StoreWatch(path: configuration.database)
        let log = EventLog(logger: configuration.logger)
        let metrics = stores.metrics.addLoop()
        let long = LongAnswer(
            pool: stores.pool, queryTimeout: UInt64(max(1, configuration.queryTimeout)) * 1_000_000_000, log: log,
            metrics: metrics)
        let records = RecordAnswer(
            long: long, loopBudget: configuration.loopBudget, log: log, metrics: metrics, clock: configuration.clock)
        handlers = Handlers(
            watch: watch, records: records, metrics: stores.metrics, pool: stores.pool,
            publicURL: configuration.publicURL, description: stores.description, clock: configuration.clock)
        authentication = Authentication(password: configuration.password)
        self.watch = watch
        self.log = log
        pool = stores.pool
        clock = configuration.clock
        cors = configuration.cors
        self.metrics = metrics
        accessLog = AccessLog(configuration.accessLog)
        requestIDs = RequestIDs(loop: loop)
        isFirst = loop == 0
    }

    public func respond(to request: Request, from peer: Peer) -> Answer {
        let requestID = requestIDs.next(for: request)
        let shared = cors.fields(for: request)
        // A preflight carries no credentials.
        if let response = cors.preflight(request) {
            metrics.answered(.server, response.status)
            return .now(Service.finish(response, shared, requestID: requestID, user: nil))
        }
        // Credentials come before the route, so that no answer without them tells which paths there are.
        let caller = Result { () throws(APIError) in try authentication.principal(request) }
        let (route, format) = Route.find(request.target.segments)
        let call = Call(request: request, route: route, namedFormat: format, requestID: requestID)
        let (answer, user) = errorBodies(call, from: caller)
        switch answer {
        case .now(let response):
            metrics.answered(route?.resource, response.status)
            return .now(Service.finish(response, shared, requestID: requestID, user: user))
        case .later(let work, let cancel):
            let finished: @Sendable () -> Response = { [metrics] in
                let response = work()
                metrics.answered(route?.resource, response.status)
                return Service.finish(response, shared, requestID: requestID, user: user)
            }
            return .later(work: finished, cancel: cancel)
        }
    }

    public func refuse(_ error: RequestError, from peer: Peer) -> Response {
        let requestID = requestIDs.next()
        metrics.answered(nil, error.status)
        return Service.finish(
            Problem(error).response(requestID: requestID), cors.fields(for: nil), requestID: requestID, user: nil)
    }

    public func finished(_ report: Report) {
        metrics.finished(report)
        if accessLog.isOn { accessLog.append(report, now: time(nil)) }
    }

    public func opened() { metrics.opened() }

    public func closed() { metrics.closed() }

    public func idle() {
        accessLog.flush()
        let now = clock()
        guard now >= nextUpkeep else { return }
        nextUpkeep = now + Service.upkeepInterval
        // Where nobody asks, a replaced file would keep its space, and a bad one would go unseen.
        _ = watch.current(now: now)
        pool.discardOld()
        if let refusal = watch.lastRefusal { log.refusedGeneration(refusal) }
        if watch.lastIsEdited, isFirst { log.editedGeneration() }
    }

    /// The one place where errors leave the line: what may throw becomes an answer that throws nothing.
    /// - Returns: The answer, and the name of who asked.
    private func errorBodies(_ call: Call, from caller: Result<Principal, APIError>) -> (Answer, user: String?) {
        var user: String?
        do throws(APIError) {
            let principal = try caller.get()
            user = principal.name
            return (try handlers.handle(call, for: principal), user)
        } catch {
            if error == .incorrectPassword || error == .incorrectCredentials { metrics.loginFailed() }
            return (.now(Problem(error).response(requestID: call.requestID)), user)
        }
    }

    /// What one may see, another may not: no shared cache may keep it.
    private static let everyAnswer = ResponseFields([
        (.cacheControl, "private, no-cache"), (.vary, "Accept, Accept-Encoding, Authorization, Password"),
    ])

    /// Adds what every response has, and what every response to this request has.
    static func finish(
        _ response: consuming Response, _ shared: ResponseFields, requestID: String, user: String?
    ) -> Response {
        response.fields.append(everyAnswer)
        response.fields.append(shared)
        response.requestID = requestID
        response.user = user
        return response
    }
}
