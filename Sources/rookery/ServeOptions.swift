import API
import ArgumentParser
import FileSystem
import HTTP
import Transport

// The options of `rookery serve`, in groups as `--help` shows them. Each option is nil if it is not given, so that its
// default has one home: `ServerConfiguration` or `ServiceConfiguration`. The defaults in the help repeat those, and
// must be changed with them.

/// Where the server listens, and the number of its threads.
struct ListeningOptions: ParsableArguments {
    @Option(
        help: .setting(
            "The address to listen on, IPv4, IPv6 or a name; 0.0.0.0 or :: for all.", "ROOKERY_HOST",
            default: "127.0.0.1"))
    var host: String?

    @Option(help: .setting("The port to listen on; 0 picks a free one.", "ROOKERY_PORT", default: "8000"))
    var port: UInt16?

    @Option(help: .setting("A Unix socket to listen on instead of host and port.", "ROOKERY_SOCKET", name: "path"))
    var socket: String?

    @Option(
        help: .setting(
            "The number of event loops, each with its own thread.", "ROOKERY_THREADS", default: "one for each core"))
    var threads: Int?

    @Option(
        help: .setting(
            "How many long queries run at once; others wait for their turn.", "ROOKERY_WORKERS",
            default: "one for each core, at least 2"))
    var workers: Int?

    @Option(
        help: .setting(
            "Time for requests to finish after SIGTERM.", "ROOKERY_GRACE", default: "20",
            name: "seconds"))
    var grace: Int?

    @Option(
        help: .setting(
            "A proxy, such as 127.0.0.1, 10.0.0.0/8 or unix, whose word is taken for the address of a client; repeat it for more.",
            "ROOKERY_TRUSTED_PROXY", default: "none", name: "cidr"))
    var trustedProxy: [String] = []

    @Option(
        help: .setting(
            "The field in which proxies name the client: X-Forwarded-For or Forwarded.", "ROOKERY_PROXY_FIELD",
            default: "X-Forwarded-For", name: "field"))
    var proxyField: String?

    /// The trusted proxies. The variable holds all of them, separated by commas or spaces.
    func proxies() throws -> TrustedProxies {
        let name = try setting(proxyField, "ROOKERY_PROXY_FIELD") ?? TrustedProxies.Field.xForwardedFor.rawValue
        guard let field = TrustedProxies.Field.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() })
        else {
            throw Failure.usage("--proxy-field: '\(name)' is neither X-Forwarded-For nor Forwarded")
        }
        let given =
            trustedProxy.isEmpty ? environment("ROOKERY_TRUSTED_PROXY") ?? "" : trustedProxy.joined(separator: " ")
        do throws(TrustedProxies.NotANetwork) {
            return try TrustedProxies(given.split { $0 == "," || $0 == " " }.map(String.init), field: field)
        } catch {
            throw Failure.usage(
                "--trusted-proxy: '\(error.text)' is no address and no range of addresses, such as 10.0.0.0/8")
        }
    }

    /// Changes the settings that were given.
    /// - Throws: `ValidationError` for a number out of range.
    func apply(to configuration: inout ServerConfiguration) throws {
        configuration.proxies = try proxies()
        if let host = try setting(host, "ROOKERY_HOST") { configuration.host = host }
        if let port = try setting(port, "ROOKERY_PORT") { configuration.port = port }
        configuration.socketPath = try setting(socket, "ROOKERY_SOCKET")
        try assign(&configuration.threads, threads, "threads", 1...1024)
        try assign(&configuration.workers, workers, "workers", 1...1024)
        try assign(seconds: &configuration.grace, grace, "grace", from: 0)
    }
}

/// The destination and the format of the logs. Events always go to standard error.
struct LogOptions: ParsableArguments {
    @Option(
        help: .setting(
            "Where to write a line for each request: a file, - for standard output, or off.", "ROOKERY_ACCESS_LOG",
            default: "-", name: "file"))
    var accessLog: String?

    @Option(help: .setting("The format of log lines: text or json.", "ROOKERY_LOG_FORMAT", default: "text"))
    var logFormat: LogFormat?
}

/// The values of `--log-format`.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json

    var configuration: AccessLogConfiguration.Format {
        switch self {
        case .text: .text
        case .json: .json
        }
    }
}

/// How much a client may request, and how long it may take. Times are in seconds, sizes in bytes.
struct LimitOptions: ParsableArguments {
    @Option(
        help: .setting(
            "How long a query may take for its first 64 KiB, and then for each 64 KiB.", "ROOKERY_QUERY_TIMEOUT",
            default: "10", name: "seconds"))
    var queryTimeout: Int?

    @Option(
        help: .setting("The most long answers in progress at once.", "ROOKERY_LONG_ANSWERS", default: "64"))
    var longAnswers: Int?

    @Option(
        help: .setting(
            "The most of these for one client: a person, or without a users file an address.",
            "ROOKERY_LONG_ANSWERS_PER_CLIENT", default: "8"))
    var longAnswersPerClient: Int?

    @Option(
        help: .setting(
            "The most memory that sorts and summaries hold, all together.", "ROOKERY_ANSWER_MEMORY",
            default: "268435456, or a quarter of what the system allows", name: "bytes"))
    var answerMemory: Int?

    @Option(
        help: .setting(
            "The most queries that wait for their turn; clients take turns.", "ROOKERY_WAITING", default: "256",
            name: "queries"))
    var waiting: Int?

    @Option(
        help: .setting(
            "The most of these for one client.", "ROOKERY_WAITING_PER_CLIENT", default: "32", name: "queries"))
    var waitingPerClient: Int?

    @Option(help: .setting("The most open connections.", "ROOKERY_MAX_CONNECTIONS", default: "10000"))
    var maxConnections: Int?

    @Option(
        help: .setting(
            "The most open connections from one address, or one /64 of IPv6; this machine's own addresses have no limit.",
            "ROOKERY_MAX_CONNECTIONS_PER_ADDRESS", default: "500"))
    var maxConnectionsPerAddress: Int?

    @Option(help: .setting("The longest request line.", "ROOKERY_MAX_REQUEST_LINE", default: "8192", name: "bytes"))
    var maxRequestLine: Int?

    @Option(help: .setting("The largest header section.", "ROOKERY_MAX_HEADER", default: "16384", name: "bytes"))
    var maxHeader: Int?

    @Option(help: .setting("The most header fields.", "ROOKERY_MAX_FIELDS", default: "100", name: "number"))
    var maxFields: Int?

    @Option(help: .setting("The largest request body.", "ROOKERY_MAX_BODY", default: "1048576", name: "bytes"))
    var maxBody: Int?

    @Option(
        help: .setting(
            "Time to receive a request's header, from its first byte to its end.", "ROOKERY_HEADER_TIMEOUT",
            default: "10",
            name: "seconds"))
    var headerTimeout: Int?

    @Option(
        help: .setting(
            "The longest pause within a request body.", "ROOKERY_BODY_TIMEOUT", default: "15", name: "seconds"))
    var bodyTimeout: Int?

    @Option(
        help: .setting(
            "The slowest request body accepted, averaged over 30 seconds.", "ROOKERY_BODY_RATE", default: "500",
            name: "bytes/second"))
    var bodyRate: Int?

    @Option(
        help: .setting(
            "How long a connection stays open between requests.", "ROOKERY_IDLE_TIMEOUT", default: "60", name: "seconds"
        ))
    var idleTimeout: Int?

    @Option(
        help: .setting(
            "Time after which a client that reads nothing is disconnected.", "ROOKERY_WRITE_TIMEOUT", default: "30",
            name: "seconds"
        ))
    var writeTimeout: Int?

    @Option(
        help: .setting(
            "The slowest rate at which a client may read, averaged over a minute.", "ROOKERY_WRITE_RATE",
            default: "1000",
            name: "bytes/second"))
    var writeRate: Int?

    /// Changes the limits of the transport that were given.
    ///
    /// The ranges exclude values that make no sense, such as a header that no request could fit into, and values whose
    /// memory no machine has.
    func apply(to configuration: inout ServerConfiguration) throws {
        try assign(&configuration.maxConnections, maxConnections, "max-connections", 1...1_000_000)
        try assign(
            &configuration.maxConnectionsPerAddress, maxConnectionsPerAddress, "max-connections-per-address",
            1...1_000_000)
        try assign(&configuration.waiting, waiting, "waiting", 1...1_000_000)
        try assign(&configuration.waitingPerClient, waitingPerClient, "waiting-per-client", 1...1_000_000)
        try assign(&configuration.limits.requestLine, maxRequestLine, "max-request-line", 64...1_048_576)
        try assign(&configuration.limits.headerSection, maxHeader, "max-header", 64...1_048_576)
        try assign(&configuration.limits.fieldCount, maxFields, "max-fields", 1...10_000)
        try assign(&configuration.limits.body, maxBody, "max-body", 0...1_073_741_824)
        try assign(&configuration.bodyRate, bodyRate, "body-rate", 0...1_073_741_824)
        try assign(seconds: &configuration.headerTimeout, headerTimeout, "header-timeout", from: 1)
        try assign(seconds: &configuration.bodyTimeout, bodyTimeout, "body-timeout", from: 1)
        try assign(seconds: &configuration.idleTimeout, idleTimeout, "idle-timeout", from: 1)
        try assign(seconds: &configuration.writeTimeout, writeTimeout, "write-timeout", from: 1)
        try assign(&configuration.writeRate, writeRate, "write-rate", 0...1_073_741_824)
    }

    /// Changes the limits of the API that were given.
    func apply(to configuration: inout ServiceConfiguration) throws {
        try assign(&configuration.queryTimeout, queryTimeout, "query-timeout", 1...86_400)
        try assign(&configuration.longAnswers, longAnswers, "long-answers", 1...10_000)
        try assign(
            &configuration.longAnswersPerClient, longAnswersPerClient, "long-answers-per-client", 1...10_000)
        if let limit = MemoryLimit.bytes() { configuration.answerMemory = min(configuration.answerMemory, limit / 4) }
        try assign(&configuration.answerMemory, answerMemory, "answer-memory", 0...1_099_511_627_776)
    }
}

/// Sets `target` to the value of an option, from the command line or its variable; leaves it if there is none.
/// - Throws: `ValidationError` if the value is out of range.
private func assign(_ target: inout Int, _ given: Int?, _ option: String, _ range: ClosedRange<Int>) throws {
    let variable = "ROOKERY_" + option.uppercased().replacing("-", with: "_")
    guard let value = try setting(given, variable) else { return }
    guard range.contains(value) else {
        throw ValidationError("--\(option) takes a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
    target = value
}

/// The same for a time in whole seconds, at most a day.
private func assign(seconds target: inout Duration, _ given: Int?, _ option: String, from lowest: Int) throws {
    var value = -1
    try assign(&value, given, option, lowest...86_400)
    if value >= 0 { target = .seconds(value) }
}
