import ArgumentParser

/// Which server a client command asks.
struct ServerOption: ParsableArguments {
    @Option(
        help: .setting(
            "The server, such as http://localhost:8000 or unix:/run/rookery.sock.", "ROOKERY_SERVER",
            default: "http://127.0.0.1:8000", name: "url"))
    var server: String?

    /// Where a whole URL, a path or a query leads.
    func url(for text: String) throws -> ServerURL {
        let server = try setting(server, "ROOKERY_SERVER") ?? "http://127.0.0.1:8000"
        do {
            return try ServerURL(text, server: server)
        } catch {
            throw Failure.usage(error.message)
        }
    }
}
