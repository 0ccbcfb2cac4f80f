import ArgumentParser
import HTTP
import Transport

/// `rookery health`: checks whether a server answers, for the health check of a container, which may have no curl.
struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Check whether a server answers.",
        discussion: "Exit status 0 if it does, 1 if it does not. No password is needed.")

    @OptionGroup var server: ServerOption

    @Option(help: .setting("How long to wait.", "ROOKERY_HEALTH_TIMEOUT", default: "5", name: "seconds"))
    var healthTimeout: Int?

    /// Any other status than 200 counts as unhealthy. The timeout applies to connecting and to each wait for bytes.
    func run() throws {
        let url = try server.url(for: "/health")
        let seconds = try setting(healthTimeout, "ROOKERY_HEALTH_TIMEOUT") ?? 5
        guard (1...3600).contains(seconds) else { throw ValidationError("--health-timeout takes 1 to 3600 seconds.") }
        var client = HTTPClient(url.endpoint, authority: url.authority)
        client.connectTimeout = .seconds(seconds)
        client.timeout = .seconds(seconds)
        var status = 0
        do throws(ClientError) {
            try client.send(.get, url.target, head: { code, _ in status = code }, body: { _ in true })
        } catch {
            throw Failure.work(error.description)
        }
        guard status == 200 else { throw Failure.work("the server answers with status \(status)") }
        print("ok")
    }
}
