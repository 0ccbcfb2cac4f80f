import ArgumentParser
import Glibc

// Every option has an environment variable: `--query-timeout` has ROOKERY_QUERY_TIMEOUT. The command line decides, then
// the environment, then the default. An option must therefore be optional: a default in the property would hide the
// variable.
//
//     @Option(help: .setting("The port to listen on.", "ROOKERY_PORT", default: "8000")) var port: UInt16?
//     let port = try setting(port, "ROOKERY_PORT") ?? 8000

extension ArgumentHelp {
    /// Help text with the default and the variable at its end.
    /// - Parameter name: The placeholder for the value, such as `file`.
    static func setting(_ abstract: String, _ variable: String, default value: String? = nil, name: String? = nil)
        -> ArgumentHelp
    {
        let rest = [value.map { "default: \($0)" }, "environment: \(variable)"].compactMap { $0 }
        return ArgumentHelp("\(abstract) (\(rest.joined(separator: "; ")))", valueName: name)
    }
}

/// The value of a variable; nil if it is not set or empty.
func environment(_ variable: String) -> String? {
    guard let value = getenv(variable) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
}

/// The value of an option: from the command line, or else from its variable; nil if it is in neither.
/// - Throws: `ValidationError` if the variable does not hold a value of this type.
func setting<Value: ExpressibleByArgument>(_ given: Value?, _ variable: String) throws -> Value? {
    if let given { return given }
    guard let text = environment(variable) else { return nil }
    guard let value = Value(argument: text) else {
        throw ValidationError("The value '\(text)' of the environment variable \(variable) is invalid.")
    }
    return value
}

/// The value of a flag: true if given, or else from its variable, which is `1`, `true` or `yes`, or `0`, `false` or
/// `no`.
/// - Throws: `ValidationError` for any other value, since a typing error must not make a server public or private.
func setting(flag given: Bool, _ variable: String) throws -> Bool {
    if given { return true }
    switch environment(variable)?.lowercased() {
    case nil, "0", "false", "no": return false
    case "1", "true", "yes": return true
    default: throw ValidationError("The environment variable \(variable) is neither 'yes' nor 'no'.")
    }
}

/// The server to which a client command sends its request.
struct ServerOption: ParsableArguments {
    @Option(
        help: .setting(
            "The server, such as http://localhost:8000 or unix:/run/rookery.sock.", "ROOKERY_SERVER",
            default: "http://127.0.0.1:8000", name: "url"))
    var server: String?

    /// The server and the target of a whole URL, a path or a query.
    func url(for text: String) throws -> ServerURL {
        let server = try setting(server, "ROOKERY_SERVER") ?? "http://127.0.0.1:8000"
        do {
            return try ServerURL(text, server: server)
        } catch {
            throw Failure.usage(error.message)
        }
    }
}

/// The time that a change of a database is to have, from the variable SOURCE_DATE_EPOCH
/// (https://reproducible-builds.org/specs/source-date-epoch/); nil for that of the clock.
/// - Throws: `ValidationError` if it is not a number of seconds since 1970, up to the year 9999.
func sourceDate() throws -> Int? {
    guard let text = environment("SOURCE_DATE_EPOCH") else { return nil }
    guard let seconds = Int(text), (0..<253_402_300_800).contains(seconds) else {
        throw ValidationError("SOURCE_DATE_EPOCH is '\(text)'; it must be a number of seconds since 1970.")
    }
    return seconds
}
