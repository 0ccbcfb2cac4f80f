import Glibc
import HTTP

/// Where a server listens, and its limits. Every limit of the transport stands here or is a named constant where it is
/// kept.
public struct ServerConfiguration: Sendable {
    /// The address to listen on: IPv4, IPv6 with or without brackets, or a name. `0.0.0.0` and `::` are all addresses.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 picks a free one.
    public var port: UInt16 = 8000
    /// The path of a Unix socket to listen on, in place of host and port.
    public var socketPath: String?
    /// How many event loops run, each in a thread of its own.
    public var threads = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    /// How many threads do the work that may block.
    public var workers = 4

    /// How much of a request is read.
    public var limits = RequestLimits()
    /// From the first byte of a request to the end of its head.
    public var headerTimeout: Duration = .seconds(10)
    /// Between two pieces of a request's body.
    public var bodyTimeout: Duration = .seconds(15)
    /// The slowest body accepted, in bytes per second, over windows of `bodyRateWindow`.
    public var bodyRate = 500
    public var bodyRateWindow: Duration = .seconds(30)
    /// How long a connection stays open between two requests.
    public var idleTimeout: Duration = .seconds(60)
    /// How long a client may take nothing of what is sent to it.
    public var writeTimeout: Duration = .seconds(30)
    /// How many connections are open at once, on all loops.
    public var maxConnections = 10_000
    /// How many of them one address may have. Addresses of this machine and Unix sockets have no limit of their own.
    public var maxConnectionsPerAddress = 500
    /// How long requests that are under way may take after the server was told to stop.
    public var grace: Duration = .seconds(20)

    public init() {}
}

/// Why a server can't start or go on, as one sentence that says what to do.
public enum ServerError: Error, CustomStringConvertible {
    /// It can't listen where it was told to.
    case cannotListen(String)
    /// The system refused something that a server needs.
    case system(String)
    /// `makeApplication` threw this.
    case application(any Error)

    public var description: String {
        switch self {
        case .cannotListen(let sentence), .system(let sentence): sentence
        case .application(let error): "\(error)"
        }
    }
}
