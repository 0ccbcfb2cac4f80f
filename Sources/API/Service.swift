import Birds
import FileSystem
import Glibc
import HTTP
import Logging

/// The settings that all loops share. They do not change while the server runs.
public struct ServiceConfiguration: Sendable {
    /// The path of the database. A new file at this path, or an import into it, is picked up while the server runs.
    public var database: String
    /// Who may log in.
    public var accounts: Accounts
    /// The longest time in the database engine for the first 64 KiB of an answer, and then for each further 64 KiB, in
    /// seconds. Time spent waiting for the client does not count.
    public var queryTimeout: Int = 10
    /// The most long answers under way at once, in all and to one client. Each has its own connection to the database.
    public var longAnswers: Int = 64
    public var longAnswersPerClient: Int = 8
    /// The most memory that all answers under way hold for sorting and summing, in bytes.
    public var answerMemory: Int = 256 << 20
    /// How long a query may hold up a loop before it starts again on a worker, in nanoseconds. It is far above the
    /// usual query and far below anything that other clients would notice.
    var loopBudget: UInt64 = 2_000_000
    /// How long a loop waits for a new file to be opened, in nanoseconds (`StoreWatch`). Tests set it.
    var openingPatience = StoreWatch.usualPatience
    /// The monotonic clock, in nanoseconds. Tests set it.
    var clock: @Sendable () -> UInt64 = MonotonicClock.nanoseconds
    /// The proxies whose word is taken for the address of a client.
    public var proxies = TrustedProxies.none
    /// The origins whose web pages may send requests.
    public var cors = CORS.none
    /// The address under which clients reach the service through a proxy; nil to make links relative.
    public var publicURL: PublicURL?
    public var accessLog: AccessLogConfiguration
    /// Where events are logged, to count the lines that are lost.
    public var events: LogOutput?
    /// What waits for the workers.
    public var workload = Workload()
    /// Who took what; nil to keep no audit.
    public var audit: AuditFile?
    public var logger: Logger

    public init(database: String, accounts: Accounts, accessLog: AccessLogConfiguration, logger: Logger) {
        self.database = database
        self.accounts = accounts
        self.accessLog = accessLog
        self.logger = logger
    }
}

/// The objects that all loops share: the workers' connections to the database, the metrics and the API description.
/// Each is safe to use on any thread.
public struct SharedStores: Sendable {
    let memory: AnswerMemory
    let pool: StorePool
    let places: AnswerPlaces
    /// How many loops hang, as whoever runs them last said.
    public let hanging = Hanging()
    let metrics: Metrics
    /// The document at `/openapi.json`, made once.
    let description: [UInt8]

    /// Opens nothing: workers open their connections when they first need them.
    public init(_ configuration: ServiceConfiguration) {
        memory = AnswerMemory(limit: configuration.answerMemory)
        pool = StorePool(path: configuration.database, memory: memory)
        places = AnswerPlaces(limit: configuration.longAnswers, limitOfOne: configuration.longAnswersPerClient)
        metrics = Metrics(
            now: Int64(time(nil)), workload: configuration.workload, memory: memory,
            logs: [configuration.accessLog.output, configuration.events].compactMap { $0 })
        description = Description.bytes(server: configuration.publicURL)
    }
}

/// The bird records as an HTTP application: one for each loop, with its own store. It runs in the loop's thread; only
/// the work in `Answer.later` runs elsewhere.
///
/// The path of a request: `respond`, `principal`, `Route.find`, `errorBodies`, `handle`, the store.
///
/// Every response, errors included, leaves through `finish`, so no answer lacks the fields that protect it from caches.
public final class Service: Application {
    private let watch: StoreWatch
    private let authentication: Authentication
    private let handlers: Handlers
    private let log: EventLog
    private let accessLog: AccessLog
    private let audit: AuditFile?
    private var auditLines = AuditLines()
    private let cors: CORS
    private let proxies: TrustedProxies
    private let metrics: LoopMetrics
    private let pool: StorePool
    private let clock: @Sendable () -> UInt64
    /// When to check the file again, in nanoseconds of the monotonic clock.
    private var nextUpkeep: UInt64 = 0
    /// In nanoseconds. A check is cheap, and an import should be noticed within a second even if no requests arrive.
    private static let upkeepInterval: UInt64 = 1_000_000_000
    private var requestIDs: RequestIDs
    /// Whether this is the first loop, which alone logs events that all loops see.
    private let isFirst: Bool

    /// - Throws: `StoreError` if the database is missing, or is not a database of this program.
    public init(_ configuration: ServiceConfiguration, stores: SharedStores, loop: Int) throws(StoreError) {
        let watch = try StoreWatch(
            path: configuration.database, memory: stores.memory, patience: configuration.openingPatience)
        let log = EventLog(logger: configuration.logger)
        let metrics = stores.metrics.addLoop()
        let long = LongAnswer(
            pool: stores.pool, places: stores.places,
            queryTimeout: UInt64(max(1, configuration.queryTimeout)) * 1_000_000_000, log: log,
            metrics: metrics)
        let records = RecordAnswer(
            long: long, loopBudget: configuration.loopBudget, log: log, metrics: metrics, clock: configuration.clock)
        handlers = Handlers(
            watch: watch, records: records, metrics: stores.metrics, pool: stores.pool,
            hanging: stores.hanging, publicURL: configuration.publicURL, description: stores.description,
            clock: configuration.clock)
        authentication = Authentication(configuration.accounts, log: log, metrics: metrics)
        self.watch = watch
        self.log = log
        pool = stores.pool
        clock = configuration.clock
        cors = configuration.cors
        proxies = configuration.proxies
        self.metrics = metrics
        accessLog = AccessLog(configuration.accessLog)
        audit = configuration.audit
        requestIDs = RequestIDs(loop: loop)
        isFirst = loop == 0
    }

    /// Answers a request: CORS preflights first, then authentication, then everything else.
    public func respond(to request: Request, from peer: Peer) -> Answer {
        let requestID = requestIDs.next(for: request)
        let shared = cors.fields(for: request)
        // A preflight carries no credentials, so it can't be asked for them.
        if let response = cors.preflight(request) {
            metrics.answered(.server, response)
            return .now(Service.finish(response, shared, requestID: requestID, user: nil))
        }
        // Credentials are checked before the route, so that no answer without them reveals which paths exist.
        let caller: Result<Principal, APIError>
        do throws(APIError) {
            switch try authentication.sender(
                of: request, from: proxies.client(of: request.fields, from: peer.address))
            {
            case .known(let principal): caller = .success(principal)
            case .unchecked(let check): return .again(after: inquiry(check, for: request, requestID: requestID))
            }
        } catch {
            caller = .failure(error)
        }
        let (route, format) = if case .success = caller { Route.find(request.target.segments) } else { (nil, nil) }
        let call = Call(request: request, route: route, namedFormat: format, requestID: requestID)
        let (answer, user, note) = errorBodies(call, from: caller)
        let isStillEntitled = try? caller.get().isStillEntitled
        switch answer {
        case .now(var response):
            response.isStillEntitled = isStillEntitled
            metrics.answered(route?.resource, response)
            return .now(Service.finish(response, shared, requestID: requestID, user: user, note))
        case .later(let work):
            let finish: @Sendable (Response) -> Response = { [metrics] in
                var response = $0
                response.isStillEntitled = Service.both(response.isStillEntitled, isStillEntitled)
                metrics.answered(route?.resource, response)
                return Service.finish(response, shared, requestID: requestID, user: user, note)
            }
            return .later(
                LongWork(
                    client: client(of: caller, request, peer), run: { turn in finish(work.run(turn)) },
                    refused: { overload in finish(work.refused(overload)) }, cancel: work.cancel))
        case .again:
            return answer
        }
    }

    /// Whom the workers work for: a person, or where nobody knows who it is, a network address.
    private func client(of caller: Result<Principal, APIError>, _ request: Request, _ peer: Peer) -> String {
        if case .success(let principal) = caller, case .person(let name) = principal.sender { return "person \(name)" }
        return "network \(ClientNetwork(proxies.client(of: request.fields, from: peer.address)).text)"
    }

    /// Whether both hold; nil holds always.
    private static func both(
        _ one: (@Sendable () -> Bool)?, _ other: (@Sendable () -> Bool)?
    ) -> (@Sendable () -> Bool)? {
        guard let one, let other else { return one ?? other }
        return { one() && other() }
    }

    /// The check of a password, which a request waits for.
    private func inquiry(_ check: Authentication.Check, for request: Request, requestID: String) -> Inquiry {
        let tooLate: @Sendable () -> Response = { [metrics, shared = cors.fields(for: request)] in
            let response = Problem(APIError.busyWithLogins).response(requestID: requestID)
            metrics.answered(nil, response)
            return Service.finish(response, shared, requestID: requestID, user: nil)
        }
        return Inquiry(
            line: check.line,
            start: { known in check.start { outcome in known(outcome == .tooLate ? tooLate() : nil) } },
            cancel: check.cancel)
    }

    public func refuse(_ error: RequestError, from peer: Peer) -> Response {
        // There is no request, and so no ID or origin of the client's.
        let requestID = requestIDs.next()
        let response = Problem(error).response(requestID: requestID)
        metrics.answered(nil, response)
        return Service.finish(
            response, cors.fields(for: nil), requestID: requestID, user: nil)
    }

    public func finished(_ report: Report) {
        metrics.finished(report)
        let note = audit == nil ? nil : report.note as? AuditNote
        guard accessLog.isOn || note != nil else { return }
        let address = report.peer.address
        let client = report.request.map { proxies.client(of: $0.fields, from: address) } ?? address
        accessLog.append(report, from: client, now: time(nil))
        if let note { audit?.append(auditLines.answer(report, note, at: client, now: AuditLines.now())) }
    }

    public func opened() { metrics.opened() }

    public func closed() { metrics.closed() }

    public func idle() {
        accessLog.flush()
        let now = clock()
        guard now >= nextUpkeep else { return }
        nextUpkeep = now + Service.upkeepInterval
        // Without requests, a replaced file would otherwise keep its disk space, and a bad one would go unnoticed.
        pool.note(newest: watch.current(now: now))
        pool.discardOld()
        if let refusal = watch.lastRefusal { log.refusedGeneration(refusal) }
        if watch.lastIsEdited, isFirst { log.editedGeneration() }
        if isFirst {
            audit?.upkeep()
            authentication.upkeep()
        }
    }

    /// Makes a response of an `APIError`, unless a worker has begun the answer: then `LongAnswer` does.
    /// - Returns: The answer, the name of the user if there is one, and what the audit must know if it gets a line.
    private func errorBodies(
        _ call: Call, from caller: Result<Principal, APIError>
    ) -> (Answer, user: String?, AuditNote?) {
        var user: String?
        var note: AuditNote?
        do throws(APIError) {
            let principal = try caller.get()
            user = principal.name
            if let audit, principal.sender != .nobody, AuditNote.isDue(call) {
                guard audit.isWritable else { throw .auditUnavailable }
                let given = RequestIDs.given(by: call.request)
                note = AuditNote(
                    principal.sender, requestID: given == nil ? call.requestID : requestIDs.next(),
                    clientRequestID: given, editions: watch.current(now: clock()).editions(of: principal.view))
            }
            if let refusal = principal.refusal { throw refusal }
            return (try handlers.handle(call, for: principal, note), user, note)
        } catch {
            return (.now(Problem(error).response(requestID: call.requestID)), user, note)
        }
    }

    /// What one user may see, another may not, so no shared cache may keep an answer. `no-cache` makes a browser ask
    /// each time, with its entity tag; `Vary` names all fields that choose a representation (RFC 9110 §12.5.5).
    private static let everyAnswer = ResponseFields([
        (.cacheControl, "private, no-cache"), (.vary, "Accept, Accept-Encoding, Authorization, Password"),
    ])

    /// Adds the fields of every response, and those of every response to this request.
    /// - Parameters:
    ///   - shared: The fields of CORS.
    ///   - note: For an answer that has none, such as an error.
    static func finish(
        _ response: consuming Response, _ shared: ResponseFields, requestID: String, user: String?,
        _ note: AuditNote? = nil
    ) -> Response {
        response.fields.append(everyAnswer)
        response.fields.append(shared)
        response.requestID = requestID
        response.user = user
        if response.note == nil { response.note = note }
        return response
    }
}
