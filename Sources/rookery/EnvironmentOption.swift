import ArgumentParser
import Glibc

// Every option has an environment variable: `--query-timeout` has ROOKERY_QUERY_TIMEOUT. What stands on the command line
// decides, then the environment, then the default.
//
//     @Option(help: .setting("The port to listen on.", "ROOKERY_PORT", default: "8000")) var port: UInt16?
//     let port = try setting(port, "ROOKERY_PORT") ?? 8000

extension ArgumentHelp {
    /// Help that names the variable and the default.
    static func setting(_ abstract: String, _ variable: String, default value: String? = nil, name: String? = nil)
        -> ArgumentHelp
    {
        let rest = [value.map { "default: \($0)" }, "environment: \(variable)"].compactMap { $0 }
        return ArgumentHelp("\(abstract) (\(rest.joined(separator: "; ")))", valueName: name)
    }
}

/// The value of a variable; nil where it is not set or empty.
func environment(_ variable: String) -> String? {
    guard let value = getenv(variable) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
}

/// The value of an option: as given, or from its variable.
/// - Throws: `ValidationError` where the variable holds no such value.
func setting<Value: ExpressibleByArgument>(_ given: Value?, _ variable: String) throws -> Value? {
    if let given { return given }
    guard let text = environment(variable) else { return nil }
    guard let value = Value(argument: text) else {
        throw ValidationError("The value '\(text)' of the environment variable \(variable) is invalid.")
    }
    return value
}

/// The value of a flag: as given, or from its variable, which is `1`, `true` or `yes`, or `0`, `false` or `no`.
func setting(flag given: Bool, _ variable: String) throws -> Bool {
    if given { return true }
    switch environment(variable)?.lowercased() {
    case nil, "0", "false", "no": return false
    case "1", "true", "yes": return true
    default: throw ValidationError("The environment variable \(variable) is neither 'yes' nor 'no'.")
    }
}

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
