import API
import ArgumentParser
import BirdImport
import Birds
import FileSystem
import Glibc
import HTTP
import Logging
import People
import Transport

/// `rookery serve`: wires the modules together and waits.
///
/// An error in the options or in the database is found before the server listens, and ends the command with status 2.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a database over HTTP.",
        discussion: """
            Clients send the shared password in the field Password, or as Basic authorization with any user name. People \
            of --users log in with their names and passwords of their own. The server needs one of both, unless --public says \
            that everyone may see the records.

            The server runs until SIGTERM or SIGINT, and then finishes the requests under way. It picks up an import into \
            the database while it runs. SIGHUP reads the files of --password-file, --users and --rights again, and SIGUSR1 \
            opens the files of --access-log and --audit again.
            """)

    @Option(help: .setting("The database to serve.", "ROOKERY_DATABASE", default: "birds.db", name: "file"))
    var database: String?

    @OptionGroup var passwords: PasswordOptions
    @OptionGroup var people: PeopleOptions
    @OptionGroup var audit: AuditOptions

    @Flag(name: .customLong("public"), help: .setting("Serve without a password.", "ROOKERY_PUBLIC", default: "no"))
    var isPublic = false

    @Option(
        help: .setting(
            "Let web pages of this origin send requests, such as https://birds.example; repeat it for more origins.",
            "ROOKERY_CORS", default: "none", name: "origin"))
    var cors: [String] = []

    @Option(
        help: .setting(
            "The address under which clients reach the server, such as https://atlas.example/birds; makes links absolute.",
            "ROOKERY_PUBLIC_URL", default: "links are relative", name: "url"))
    var publicURL: String?

    @OptionGroup(title: "Listening") var listening: ListeningOptions
    @OptionGroup(title: "Logs") var logs: LogOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions

    func run() throws {
        Server.expectSignals()
        var people = try people.files()
        let source = try passwordSource(isNeeded: people.users == nil)
        if case .file(let path)? = source {
            people.password = .password(path, othersMay: try self.people.permissions.othersMay())
        }
        let password = try people.password?.read() ?? source?.shared()
        let files = people
        let accounts = Accounts(
            password: password, isPublic: try setting(flag: isPublic, "ROOKERY_PUBLIC"),
            users: try people.users?.read(), rights: try people.rights?.read())
        guard let accounts else { throw Failure.work("the system has no random numbers") }
        let path = try setting(database, "ROOKERY_DATABASE") ?? "birds.db"
        let format = (try setting(logs.logFormat, "ROOKERY_LOG_FORMAT") ?? .text).configuration
        let destination = try setting(logs.accessLog, "ROOKERY_ACCESS_LOG") ?? "-"
        let events = LogOutput(STDERR_FILENO)
        let logger = Logger(label: "rookery") { _ in EventLogHandler(format: format, output: events) }

        var transport = ServerConfiguration()
        try listening.apply(to: &transport)
        try limits.apply(to: &transport)

        try audit.check(
            accessLog: destination,
            others: [
                ("--database", path), ("--users", files.users?.path), ("--rights", files.rights?.path),
                ("--password-file", files.password?.path),
            ])
        let accessLog: AccessLogConfiguration
        do {
            accessLog = try AccessLogConfiguration(destination: destination, format: format)
        } catch {
            throw Failure.usage(error.message)
        }
        var configuration = ServiceConfiguration(
            database: path, accounts: accounts, accessLog: accessLog, logger: logger)
        try limits.apply(to: &configuration)
        (configuration.events, configuration.workload) = (events, transport.workload)
        configuration.audit = try audit.file(logger)
        configuration.cors = try allowedOrigins()
        configuration.proxies = transport.proxies
        configuration.publicURL = try publicAddress()
        let service = configuration
        // One for each loop, and one for the workers together: by default each thread has its own, which keeps what
        // the largest answer ever needed, and reserves 64 MiB of address space at first.
        MemoryLimit.limitArenas(MemoryLimit.bytes() == nil ? transport.threads + 1 : 1)

        do {
            // A database that can't be served is an error before the server listens. Each loop opens its own store
            // later.
            _ = try ObservationStore(path: path)
            let stores = SharedStores(service)
            // Two editions of the database for each long answer, and temporary files.
            transport.descriptorsForFiles = 64 + 2 * service.longAnswers
            let server = try Server(transport)
            if server.mostConnections < transport.maxConnections {
                logger.warning(
                    "at most \(server.mostConnections) connections, since the process may not have more descriptors; raise the limit (ulimit -n) or lower --max-connections"
                )
            }
            // Where it can't be written, that shows here and not with the first request.
            try service.audit?.start()
            try server.run(
                handlingSignals: true,
                makeApplication: { loop in try Service(service, stores: stores, loop: loop) },
                ready: {
                    files.warn(of: accounts, database: path, logger)
                    warn(
                        logger, transport, isProtected: password != nil || people.users != nil,
                        isLimited: people.rights != nil)
                    _ = writeAll(
                        (terminalLine("Rookery serves \(path) at \(server.address)") + "\n").utf8, to: STDOUT_FILENO)
                },
                reload: { files.reload(into: accounts, database: path, logger) },
                reopen: {
                    service.audit?.reopen()
                    do throws(AccessLogError) {
                        try accessLog.reopen()
                    } catch {
                        logger.error("\(error.message)")
                    }
                },
                stalled: { loops in
                    stores.hanging.count = loops.count
                    for loop in loops {
                        logger.critical(
                            "loop \(loop) has hung for 10 seconds, and its clients with it: restart the server")
                    }
                    if loops.isEmpty { logger.notice("all loops go on") }
                })
        } catch let error as StoreError {
            throw Failure.usage(error.sentence)
        } catch ServerError.application(let error as StoreError) {
            throw Failure.usage(error.sentence)
        } catch let error as AuditFile.Fault {
            throw Failure.usage("the file of --audit can't be written: \(error.message)")
        } catch ServerError.hanging {
            throw Failure.work("\(ServerError.hanging)")
        } catch let error as ServerError {
            throw Failure.usage("\(error)")
        }
    }

    /// The origins of `--cors`. The variable holds all of them, separated by commas or spaces.
    private func allowedOrigins() throws -> CORS {
        let given = cors.isEmpty ? (environment("ROOKERY_CORS") ?? "") : cors.joined(separator: " ")
        do throws(CORSError) {
            return try CORS(given.split { $0 == "," || $0 == " " }.map(String.init))
        } catch {
            throw Failure.usage("--cors: \(error.message)")
        }
    }

    /// The URL of `--public-url`; nil if there is none.
    private func publicAddress() throws -> PublicURL? {
        guard let text = try setting(publicURL, "ROOKERY_PUBLIC_URL") else { return nil }
        do throws(PublicURLError) {
            return try PublicURL(text)
        } catch {
            throw Failure.usage("--public-url: \(error.message)")
        }
    }

    /// Where the shared password comes from; nil if it is not needed, or the server is explicitly public, so that no
    /// records are exposed by a forgotten option.
    /// - Parameter isNeeded: Whether nobody could log in without it.
    private func passwordSource(isNeeded: Bool) throws -> PasswordOptions.Source? {
        let source = try passwords.source()
        let isPublic = try setting(flag: isPublic, "ROOKERY_PUBLIC")
        guard !(isPublic && source != nil) else {
            throw ValidationError("Both a password and --public are given; leave out one of them.")
        }
        guard isPublic || source != nil || !isNeeded else {
            throw Failure.usage(
                "no password is given: use --password, --password-file or ROOKERY_PASSWORD, --users if each person has a "
                    + "password of their own, or --public if everyone may see the records")
        }
        return source
    }

    /// Warns if the server can be reached from other machines: it speaks no TLS.
    private func warn(_ logger: Logger, _ transport: ServerConfiguration, isProtected: Bool, isLimited: Bool) {
        guard transport.socketPath == nil,
            !Peer(address: transport.host).isLocal && !["[::1]", "localhost"].contains(transport.host)
        else { return }
        if isProtected {
            logger.warning(
                "listening on \(transport.host) without TLS: passwords and records cross the network in clear text")
        } else {
            let seen = isLimited ? "what @public shows" : "every record"
            logger.warning("listening on \(transport.host) without a password: anyone who reaches it sees \(seen)")
        }
    }
}

extension PasswordOptions.Source {
    /// The password that clients share.
    func shared() throws -> SharedPassword {
        guard let password = SharedPassword(try read()) else {
            throw Failure.usage(
                "the password can't be sent in a header field: it is empty, begins or ends with a space, or contains a "
                    + "control character")
        }
        return password
    }
}
