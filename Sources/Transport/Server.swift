import Glibc
import HTTP
import Synchronization

/// A listening server: one event loop per thread, a pool of workers that they share, and an orderly stop.
///
/// The calling thread of `run` starts the others and waits; it never touches a connection.
public final class Server: Sendable {
    /// The URL with the actual port, such as `http://127.0.0.1:8000`, `http://[::1]:8000` or `unix:/run/rookery.sock`.
    public let address: String

    /// The most connections at once: what the configuration says, or less if the process may not have that many
    /// descriptors.
    public let mostConnections: Int

    private let configuration: ServerConfiguration
    /// Listeners that no loop has taken yet.
    private let listeners: Mutex<[Listener]>
    /// Also for tests, which wake the loops when they put the clock forward.
    let supervisor: Supervisor

    /// How long `run` waits beyond the grace for a loop that may hang.
    private static let loopPatience: Duration = .seconds(1)
    /// How long `run` waits at its end for busy workers. Their answers have nobody to receive them any more, so it is
    /// short.
    private static let workerPatience: Duration = .seconds(1)

    /// From now on no signal ends the process but SIGTERM, SIGINT and those that tell of a fault. Call it before
    /// anything slow; without it, `run` with `handlingSignals` does the same.
    public static func expectSignals() { Signals.expect() }

    /// Opens the listening sockets. Connections queue in the kernel until `run` accepts them.
    /// - Throws: A sentence that names the option to change.
    public init(_ configuration: ServerConfiguration) throws(ServerError) {
        self.configuration = configuration
        mostConnections = ConnectionLimits.most(configuration, descriptors: Self.raiseDescriptorLimit())
        do throws(SystemCallError) {
            supervisor = try Supervisor()
        } catch {
            throw .system("Can't start: \(error).")
        }
        let (listeners, url) = try Listener.open(configuration)
        self.listeners = Mutex(listeners)
        address = url
    }

    /// Serves until `stop`, and with `handlingSignals` until SIGTERM or SIGINT. Then requests under way are answered
    /// within the configured grace; a second signal ends the process at once. A server can run only once.
    ///
    /// - Parameters:
    ///   - makeApplication: Makes the application of one loop, in the thread of that loop. Loops are numbered from 0.
    ///   - ready: Called on the calling thread when all loops accept connections.
    ///   - reload: Called on the calling thread when SIGHUP arrives, with `handlingSignals`.
    ///   - reopen: Likewise for SIGUSR1.
    ///   - stalled: Called on the calling thread with the numbers of the loops that hang, whenever others hang than
    ///     before; with none once all turn again.
    /// - Throws: The first failure of a loop, after the others have stopped in order; `.hanging` if one of them does
    ///   not stop. Then its thread is still there, and the process should end.
    public func run(
        handlingSignals: Bool = false,
        makeApplication: @escaping @Sendable (_ loop: Int) throws -> any Application,
        ready: () -> Void = {}, reload: @escaping () -> Void = {}, reopen: @escaping () -> Void = {},
        stalled: ([Int]) -> Void = { _ in }
    ) throws(ServerError) {
        let signals: Signals?
        let (workers, checkers): (WorkerPool, WorkerPool)
        do throws(SystemCallError) {
            signals = handlingSignals ? try Signals(hangup: reload, reopen: reopen) : nil
            workers = try WorkerPool(
                threads: configuration.workers,
                limits: Turns.Limits(waitingOfOne: configuration.waitingPerClient, waiting: configuration.waiting),
                workload: configuration.workload)
            checkers = try WorkerPool(threads: configuration.checkers, "checker")
        } catch {
            throw .system("Can't start: \(error).")
        }
        let loops = startLoops(workers, checkers, makeApplication)

        var watchdog = Watchdog()
        let watch = { [supervisor] in
            let turns = supervisor.read { $0.pulses.map(\.turns) }
            if watchdog.look(at: turns) { stalled(watchdog.stalled) }
        }
        supervisor.wait(
            signals, until: { $0.started + $0.ended >= loops || $0.stopIsRequested }, eachSecond: {})
        if supervisor.read({ $0.started == loops && $0.ended == 0 }) { ready() }
        supervisor.wait(signals, until: { $0.stopIsRequested || $0.ended > 0 }, eachSecond: watch)
        let deadline = configuration.clock() &+ configuration.grace.nanoseconds
        supervisor.stop(deadline: deadline)
        let isOver = { [configuration] in configuration.clock() >= deadline &+ Self.loopPatience.nanoseconds }
        supervisor.wait(signals, until: { $0.ended == loops || isOver() }, eachSecond: watch)
        for pool in [workers, checkers] { pool.stop(patience: Self.workerPatience) }
        if supervisor.read({ $0.ended < loops }) { throw .hanging }

        if let failure = supervisor.read({ $0.failure }) { throw failure }
    }

    /// Makes `run` return after an orderly stop. Any thread may call it, even before `run`.
    public func stop() { supervisor.requestStop() }

    /// Starts the thread of each loop.
    ///
    /// - Returns: The number of loops that will report their end.
    private func startLoops(
        _ workers: WorkerPool, _ checkers: WorkerPool,
        _ makeApplication: @escaping @Sendable (Int) throws -> any Application
    ) -> Int {
        let limits = ConnectionLimits(configuration, most: mostConnections)
        let count = listeners.withLock { $0.count }
        for index in 0..<count {
            do throws(SystemCallError) {
                try Thread.start("loop \(index)") { [self] in
                    supervisor.ended(runLoop(workers, checkers, limits) { try makeApplication(index) })
                }
            } catch {
                supervisor.ended(.system("Can't start a thread: \(error)."))
            }
        }
        return count
    }

    /// Runs one loop in its thread, from start to end. When this returns, everything that the loop held has been
    /// released.
    private func runLoop(
        _ workers: WorkerPool, _ checkers: WorkerPool, _ limits: ConnectionLimits,
        _ makeApplication: () throws -> any Application
    ) -> ServerError? {
        let application: any Application
        do {
            application = try makeApplication()
        } catch {
            return .application(error)
        }
        do throws(SystemCallError) {
            // Only the loop holds its listener, so the listener closes when the loop releases it.
            let listener = { self.listeners.withLock { $0.popLast() } }
            let loop = try EventLoop(configuration, application, listener(), workers, checkers: checkers, limits)
            supervisor.started(loop.mailbox, loop.pulse)
            try loop.run()
            return nil
        } catch {
            return .system("An event loop failed: \(error).")
        }
    }

    /// Raises the soft limit on descriptors: each connection needs one, and the usual limit is 1,024.
    /// - Returns: How many the process may have then.
    private static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return .max }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        return Int(clamping: setrlimit(resource, &limit) == 0 ? limit.rlim_max : before)
    }
}
