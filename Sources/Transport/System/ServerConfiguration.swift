import Glibc
import HTTP

/// Where a server listens, and its limits. Every limit of the transport is a property here, or a named constant where
/// it is enforced. The configuration does not change while the server runs.
public struct ServerConfiguration: Sendable {
    /// The address to listen on: IPv4, IPv6 with or without brackets, or a name. `0.0.0.0` and `::` mean all addresses.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 picks a free one.
    public var port: UInt16 = 8000
    /// The path of a Unix socket to listen on instead of host and port.
    public var socketPath: String?
    /// The number of event loops, each with its own thread.
    public var threads = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    /// How many pieces of work that may block have a turn at once. Others wait, and so do their threads.
    public var workers = max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    /// The most queries that wait for a worker, in all and of one client.
    public var waiting = 256
    public var waitingPerClient = 32
    /// Where the server notes what waits for the workers.
    public var workload = Workload()
    /// The number of threads for work that comes before an answer, such as checking a password. It takes all of a core,
    /// so some are left for everything else.
    public var checkers = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2)

    /// How much of a request is read.
    public var limits = RequestLimits()
    /// The longest time from the first byte of a request to the end of its head, in all and not between two bytes.
    public var headerTimeout: Duration = .seconds(10)
    /// The longest pause within the body of a request.
    public var bodyTimeout: Duration = .seconds(15)
    /// The slowest body accepted, in bytes per second, over windows of `bodyRateWindow`.
    public var bodyRate = 500
    public var bodyRateWindow: Duration = .seconds(30)
    /// The longest time that a connection stays open between two requests.
    public var idleTimeout: Duration = .seconds(60)
    /// The longest time in which a client may receive nothing of its answer.
    public var writeTimeout: Duration = .seconds(30)
    /// The slowest rate at which a client may take its answer, in bytes per second, over windows of a minute
    /// (`TakingPace`).
    public var writeRate = 1000
    /// The most connections that are open at once, on all loops.
    public var maxConnections = 10_000
    /// How many descriptors are kept for files, which long answers need, and so for no connection; but never more than
    /// half of those that the process may have.
    public var descriptorsForFiles = 64
    /// The most connections from one address. Loopback addresses, Unix sockets and proxies have no limit of their own.
    public var maxConnectionsPerAddress = 500
    public var proxies = TrustedProxies.none
    /// The longest time that requests under way may take once the server is told to stop.
    public var grace: Duration = .seconds(20)

    /// The monotonic clock, in nanoseconds, which tests set.
    var clock: @Sendable () -> UInt64 = Clock.nanoseconds

    public init() {}
}

/// The reason why a server can't start or continue, as one sentence that says what to do.
public enum ServerError: Error, CustomStringConvertible {
    /// It can't listen on the configured address.
    case cannotListen(String)
    /// The system refused something that the server needs.
    case system(String)
    /// `makeApplication` threw this.
    case application(any Error)
    /// A loop did not stop in time, because something in it takes very long or never ends.
    case hanging

    public var description: String {
        switch self {
        case .cannotListen(let sentence), .system(let sentence): sentence
        case .application(let error): "\(error)"
        case .hanging: "An event loop did not stop in time, so the process ends without it."
        }
    }
}
