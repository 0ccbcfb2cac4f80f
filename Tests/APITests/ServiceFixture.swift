import BirdImport
import Birds
import Foundation
import HTTP
import Logging
import People
import Synchronization
import Testing

@testable import API

/// Reads one request as the server does.
func parse(_ text: String) throws -> Request {
    var parser = RequestParser(limits: RequestLimits())
    let bytes = Array(text.utf8)
    guard case .head(let head) = parser.next(in: bytes.span).event else {
        throw NotARequest(text: text)
    }
    return head.request
}

extension Turn {
    /// The turn of work that nobody else waits for.
    static let alone = Turn(of: "") {}
}

struct NotARequest: Error { let text: String }

/// A line of Basic credentials.
func basic(_ name: String, _ password: String, isLatin: Bool = false) -> String {
    let text = "\(name):\(password)"
    let bytes = isLatin ? text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } : Array(text.utf8)
    return "Authorization: Basic \(Data(bytes).base64EncodedString())\r\n"
}

/// A service over a small database that goes when the fixture goes.
final class ServiceFixture {
    static let plain = """
        loc_id,latitude,longitude,region,year,month,day,species_id,num
        L2,60.702886,-135.014611,CA-YT,2020,11,19,stejay,2
        L1,60.5,-135.25,CA-YT,2021,2,1,stejay,3.0
        L1,60.5,-135.25,CA-YT,2021,2,1,comrav,
        L3,47.5,-122.75,US-WA,2021,2,1,stejay,1

        """
    static let species = """
        species_id,sci_name,en_us
        stejay,Cyanocitta stelleri,Steller's Jay
        comrav,Corvus corax,Common Raven

        """

    /// So long, in nanoseconds, that no slow machine makes a worker take over.
    static let patience: UInt64 = 60_000_000_000

    let accounts: Accounts
    let folder: URL
    let configuration: ServiceConfiguration
    let service: Service
    let clock = TestClock()
    /// The clock of logins, which stands still.
    let loginClock = TestClock(isRunning: false)
    /// The time of the day by which rights end, in seconds since 1970.
    let wallClock = Wall(1_800_000_000)

    final class Wall: Sendable {
        private let seconds: Atomic<Int64>
        init(_ seconds: Int64) { self.seconds = Atomic(seconds) }
        var now: Int64 {
            get { seconds.load(ordering: .relaxed) }
            set { seconds.store(newValue, ordering: .relaxed) }
        }
    }

    init(
        password: String? = "mumble", users: String? = nil, isPublic: Bool? = nil, rights: String? = nil,
        plain: String = ServiceFixture.plain,
        species: String = ServiceFixture.species,
        queryTimeout: Int = 10, cors: [String] = [],
        publicURL: String? = nil, loopBudget: UInt64 = ServiceFixture.patience
    ) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("rookery-\(UUID().uuidString)")
        // A test of the mask for new files may run at the same time.
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let files = [("birds.csv", plain), ("species.csv", species)]
        var paths: [String] = []
        for (name, text) in files {
            let file = folder.appendingPathComponent(name)
            try Data(text.utf8).write(to: file)
            paths.append(file.path)
        }
        let database = folder.appendingPathComponent("birds.db").path
        var options = ImportOptions(files: paths, database: database)
        options.dataset = "yukon"
        _ = try Importer.run(options) { _ in }
        let shared = try password.map { try #require(SharedPassword($0)) }
        let file = try users.map { try UsersFile(Array($0.utf8)) }
        let isPublic = isPublic ?? (password == nil && users == nil)
        let now: @Sendable () -> UInt64 = { [loginClock] in loginClock.nanoseconds() }
        let made = Accounts(
            password: shared, isPublic: isPublic, users: file,
            rights: try rights.map { try RightsFile(Array(($0 + "\n").utf8)) },
            clock: now, wallClock: { [wallClock] in wallClock.now })
        accounts = try #require(made)
        var configuration = ServiceConfiguration(
            database: database, accounts: accounts,
            accessLog: AccessLogConfiguration(descriptor: nil, format: .text),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        configuration.queryTimeout = queryTimeout
        configuration.loopBudget = loopBudget
        configuration.openingPatience = .max
        configuration.clock = { [clock] in clock.nanoseconds() }
        configuration.cors = try CORS(cors)
        configuration.publicURL = try publicURL.map { try PublicURL($0) }
        self.configuration = configuration
        service = try Service(configuration, stores: SharedStores(configuration), loop: 0)
    }

    /// Imports other records in place of those that are there.
    func replace(plain: String) throws {
        let file = folder.appendingPathComponent("birds.csv")
        try Data(plain.utf8).write(to: file)
        var options = ImportOptions(files: [file.path], database: folder.appendingPathComponent("birds.db").path)
        options.dataset = "yukon"
        _ = try Importer.run(options)
    }

    /// How many descriptors this process has of databases here that have been replaced.
    func openReplacedFiles() -> Int {
        let links = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return links.count { link in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(link)")
            return target.map { $0.hasPrefix(folder.path) && $0.hasSuffix("birds.db (deleted)") } ?? false
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Another service over the same records.
    func service(loopBudget: UInt64) throws -> Service {
        var configuration = configuration
        configuration.loopBudget = loopBudget
        configuration.openingPatience = .max
        return try Service(configuration, stores: SharedStores(configuration), loop: 1)
    }

    /// Asks with the password, and does at once what a worker would do.
    func get(_ target: String, fields: String = "Password: mumble\r\n", method: String = "GET") throws -> Response {
        try ask("\(method) \(self.target(target)) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n")
    }

    /// The target with the id of the first record in place of `{id}`.
    func target(_ target: String) throws -> String {
        guard target.contains("{id}") else { return target }
        let first = try get("/?fields=id&limit=1&format=csv").text.split(separator: "\r\n").last ?? ""
        return target.replacing("{id}", with: first)
    }

    func ask(_ text: String) throws -> Response {
        while true {
            switch service.respond(to: try parse(text), from: Peer(address: "127.0.0.1")) {
            case .now(let response): return response
            case .later(let work): return work.run(.alone)
            case .again(let inquiry): inquiry.answer()
            }
        }
    }
}

extension Inquiry {
    /// Does at once what a worker would do.
    func answer() { start { _ in }?() }
}

/// Something must be found out first, which the test does not expect.
struct UnexpectedAnswer: Error {}

/// The monotonic clock, which can be put forward.
final class TestClock: Sendable {
    private let offset = Atomic<UInt64>(0)
    private let isRunning: Bool

    init(isRunning: Bool = true) { self.isRunning = isRunning }

    func nanoseconds() -> UInt64 {
        (isRunning ? MonotonicClock.nanoseconds() : 1) &+ offset.load(ordering: .relaxed)
    }

    func advance(milliseconds: UInt64) { offset.wrappingAdd(milliseconds * 1_000_000, ordering: .relaxed) }
}

extension Response {
    /// The whole body.
    var text: String {
        switch body {
        case .omitted: return ""
        case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .stream(var bytes, let rest):
            while case .more = rest.next(into: &bytes, .alone) {}
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
