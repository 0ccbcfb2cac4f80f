import API
import ArgumentParser
import Birds
import Glibc
import HTTP
import Logging
import Transport

/// `rookery serve`: wires the modules together and waits.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a database over HTTP.",
        discussion: """
            Whoever asks needs the shared password, in the field Password or as Basic authorization with any user name. \
            Without a password the server does not start, unless --public says that everyone may see the records.

            It serves until SIGTERM or SIGINT; requests that are under way are then answered. An import into the database \
            is taken up while it runs.
            """)

    @Option(help: .setting("The database to serve.", "ROOKERY_DATABASE", default: "birds.db", name: "file"))
    var database: String?

    @OptionGroup var passwords: PasswordOptions

    @Flag(name: .customLong("public"), help: .setting("Ask nobody for a password.", "ROOKERY_PUBLIC", default: "no"))
    var isPublic = false

    @Option(
        help: .setting(
            "Lets web pages of this origin ask, such as https://birds.example; may be given again for another.",
            "ROOKERY_CORS", default: "none", name: "origin"))
    var cors: [String] = []

    @Option(
        help: .setting(
            "Where clients reach the server, such as https://atlas.example/birds; links are then absolute.",
            "ROOKERY_PUBLIC_URL", default: "links are relative", name: "url"))
    var publicURL: String?

    @OptionGroup(title: "Where it listens") var listening: ListeningOptions
    @OptionGroup(title: "Logs") var logs: LogOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions

    func run() throws {
        let password = try sharedPassword()
        let path = try setting(database, "ROOKERY_DATABASE") ?? "birds.db"
        let format = try setting(logs.logFormat, "ROOKERY_LOG_FORMAT") ?? .text
        let destination = try setting(logs.accessLog, "ROOKERY_ACCESS_LOG") ?? "-"
        let logger = Logger(label: "rookery") { _ in EventLogHandler(format: format) }

        var transport = ServerConfiguration()
        try listening.apply(to: &transport)
        try limits.apply(to: &transport)

        let accessLog: AccessLogConfiguration
        do {
            accessLog = try AccessLogConfiguration(destination: destination, format: format)
        } catch {
            throw Failure.usage(error.message)
        }
        var configuration = ServiceConfiguration(
            database: path, password: password, accessLog: accessLog, logger: logger)
        try limits.apply(to: &configuration)
        configuration.cors = try allowedOrigins()
        configuration.publicURL = try publicAddress()
        let service = configuration

        do {
            // A database that can't be served is found out before the server listens.
            _ = try ObservationStore(path: path)
            let stores = SharedStores(service)
            let server = try Server(transport)
            try server.run(
                handlingSignals: true,
                makeApplication: { loop in try Service(service, stores: stores, loop: loop) },
                ready: {
                    warn(logger, transport, isProtected: password != nil)
                    _ = writeAll("Rookery serves \(path) at \(server.address)\n".utf8, to: STDOUT_FILENO)
                })
        } catch let error as StoreError {
            throw Failure.usage(error.sentence)
        } catch ServerError.application(let error as StoreError) {
            throw Failure.usage(error.sentence)
        } catch let error as ServerError {
            throw Failure.usage("\(error)")
        }
    }

    /// The variable holds several, with commas or spaces between them.
    private func allowedOrigins() throws -> CORS {
        let given = cors.isEmpty ? (environment("ROOKERY_CORS") ?? "") : cors.joined(separator: " ")
        do throws(CORSError) {
            return try CORS(given.split { $0 == "," || $0 == " " }.map(String.init))
        } catch {
            throw Failure.usage("--cors: \(error.message)")
        }
    }

    private func publicAddress() throws -> PublicURL? {
        guard let text = try setting(publicURL, "ROOKERY_PUBLIC_URL") else { return nil }
        do throws(PublicURLError) {
            return try PublicURL(text)
        } catch {
            throw Failure.usage("--public-url: \(error.message)")
        }
    }

    /// Nil where the server is public.
    private func sharedPassword() throws -> SharedPassword? {
        let text = try passwords.resolve()
        let isPublic = try setting(flag: isPublic, "ROOKERY_PUBLIC")
        guard !(isPublic && text != nil) else {
            throw ValidationError("A password is given, and --public too; leave out one of them.")
        }
        if isPublic { return nil }
        guard let text else {
            throw Failure.usage(
                "no password is given: use --password, --password-file or ROOKERY_PASSWORD, "
                    + "or --public if everyone may see the records")
        }
        guard let password = SharedPassword(text) else {
            throw Failure.usage(
                "the password can't be sent in a header field: it is empty, begins or ends with a space, or holds a "
                    + "control character")
        }
        return password
    }

    /// Says what may be a mistake.
    private func warn(_ logger: Logger, _ transport: ServerConfiguration, isProtected: Bool) {
        guard transport.socketPath == nil, !["127.0.0.1", "::1", "[::1]", "localhost"].contains(transport.host) else {
            return
        }
        if isProtected {
            logger.warning(
                "listening on \(transport.host) without TLS: passwords and records cross the network in clear text")
        } else {
            logger.warning("listening on \(transport.host) without a password: whoever reaches it sees every record")
        }
    }
}
