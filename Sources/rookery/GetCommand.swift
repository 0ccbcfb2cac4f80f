import ArgumentParser
import FileSystem
import FoundationEssentials
import Glibc
import HTTP
import Transport

/// `rookery get`: a client for people without curl. The body is printed as it arrives, so its size does not matter.
struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Get records from a server and print them.",
        discussion: """
            rookery get --user marlyn:mumble 'http://localhost:8000/?species=stejay'
            rookery get --password mumble --count 'species=stejay&year=2021'

            Spaces, quotes and letters outside of ASCII can be typed as they are. Within a value, write & as %26, % as %25 \
            and + as %2B, and in a whole URL # as %23. An error is printed as '403: incorrect or missing password', with \
            exit status 1.
            """)

    @Argument(help: "A whole URL; or a path with a query, or only a query, which is sent to --server.")
    var url = ""

    @OptionGroup var server: ServerOption

    @Option(
        help: .setting(
            "User name and password, sent as Basic authorization.", "ROOKERY_USER", name: "name:password"))
    var user: String?

    @OptionGroup var passwords: PasswordOptions

    @Flag(help: .setting("Print the number of records instead of the records.", "ROOKERY_COUNT", default: "no"))
    var count = false

    func run() throws {
        let url = try server.url(for: url)
        let fields = try credentials()
        let isCount = try setting(flag: count, "ROOKERY_COUNT")

        var status = 0
        var counter = RecordCounter(.json)
        var problem: [UInt8] = []
        var isWritten = true
        do throws(ClientError) {
            try HTTPClient(url.endpoint, authority: url.authority).send(
                .get, url.target, fields: fields,
                head: { code, fields in
                    status = code
                    let type = fields[.contentType] ?? ""
                    if type.hasPrefix("text/csv") { counter = RecordCounter(.csv) }
                    if type.hasPrefix("application/geo+json") { counter = RecordCounter(.geojson) }
                },
                body: { piece in
                    // The body of an error is kept, up to a limit, to print its message at the end.
                    guard status == 200 else {
                        problem += piece.prefix(ErrorBody.longest - problem.count)
                        return problem.count < ErrorBody.longest
                    }
                    if isCount {
                        counter.consume(piece)
                        return true
                    }
                    isWritten = writeAll(piece, to: STDOUT_FILENO)
                    return isWritten
                })
        } catch {
            throw Failure.work(error.description)
        }
        guard status == 200 else { throw Failure.work(ErrorBody.line(status: status, body: problem), isPlain: true) }
        if isCount {
            let text = counter.count == 1 ? "1 record returned\n" : "\(counter.count) records returned\n"
            isWritten = writeAll(text.utf8, to: STDOUT_FILENO)
        }
        guard isWritten else { throw Failure.work("can't write the answer: \(systemMessage(errno))") }
    }

    /// The header field with the credentials, if there are any. The command line decides over the environment, so an
    /// option for the password overrules ROOKERY_USER.
    private func credentials() throws -> [(name: String, value: String)] {
        if let user {
            if passwords.password != nil || passwords.passwordFile != nil {
                throw ValidationError("--user includes a password; leave out --password and --password-file.")
            }
            return [try basic(user)]
        }
        if passwords.password == nil, passwords.passwordFile == nil, let user = environment("ROOKERY_USER") {
            return [try basic(user)]
        }
        return try passwords.resolve().map { [("Password", $0)] } ?? []
    }

    /// The field of Basic credentials (RFC 7617 §2), in UTF-8. A password may contain colons, a name may not.
    private func basic(_ user: String) throws -> (name: String, value: String) {
        guard user.utf8.contains(UInt8(ascii: ":")) else {
            throw ValidationError("--user takes a name and a password, such as marlyn:mumble.")
        }
        return ("Authorization", "Basic " + Data(user.utf8).base64EncodedString())
    }
}

/// The part of an error's body that is shown to a person.
private struct ErrorBody: Decodable {
    /// The longest body of an error that is read, in bytes: the answer may come from anything that listens there.
    static let longest = 65_536

    let errorMessage: String

    private enum CodingKeys: String, CodingKey {
        case errorMessage = "error_message"
    }

    /// The line to print, such as `403: incorrect or missing password`.
    static func line(status: Int, body: [UInt8]) -> String {
        let message = try? JSONDecoder().decode(ErrorBody.self, from: Data(body)).errorMessage
        return "\(status): \(message ?? "the server gave no reason")"
    }
}
