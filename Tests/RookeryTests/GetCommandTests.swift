import Glibc
import Testing

/// `rookery get` with the real program, against a server with one record.
@Suite struct GetCommandTests {
    @Test func countsTheRecordsOfEachFormat() throws {
        try withServer { get in
            for format in ["json", "ndjson", "csv", "geojson"] {
                let one = try get(["--count", "format=\(format)"], ["ROOKERY_PASSWORD=mumble"])
                #expect(one.output == "1 record returned\n", "\(format) \(one.errors)")
                let none = try get(["--count", "format=\(format)&year=1999"], ["ROOKERY_PASSWORD=mumble"])
                #expect(none.output == "0 records returned\n", "\(format) \(none.errors)")
            }
        }
    }

    @Test func aRefusalIsToldInOneLine() throws {
        try withServer { get in
            for (arguments, line) in [
                (["--password", "wrong", "/"], "403: incorrect or missing password\n"),
                (["--user", "marlyn:wrong", "/"], "401: incorrect or missing password\n"),
                (["/"], "401: no authorization provided\n"),
            ] {
                let refused = try get(arguments, [])
                #expect(refused.status == 1 && refused.output == "" && refused.errors == line, "\(arguments)")
            }
        }
    }

    /// What stands on the command line decides over the environment, and a user over a password of the environment.
    @Test func takesThePasswordFromWhereItIsNearest() throws {
        try withServer { get in
            for (arguments, environment, status) in [
                (["--password", "mumble"], ["ROOKERY_PASSWORD=wrong"], 0),
                (["--password", "mumble"], ["ROOKERY_USER=marlyn:wrong"], 0),
                (["--password", "mumble"], ["ROOKERY_SERVER=unix:/nowhere"], 0),
                (["--user", "marlyn:mumble"], ["ROOKERY_PASSWORD=wrong"], 0),
                ([], ["ROOKERY_USER=marlyn:mumble", "ROOKERY_PASSWORD=wrong"], 0),
                (["--user", "marlyn:mumble", "--password", "mumble"], [], 2),
                (["--user", "marlyn:mumble", "--password-file", "/nowhere"], [], 2),
                ([], ["ROOKERY_PASSWORD=mumble", "ROOKERY_PASSWORD_FILE=/nowhere"], 2),
            ] as [([String], [String], Int32)] {
                let done = try get(arguments + ["/"], environment)
                #expect(done.status == status, "\(arguments) \(environment) \(done.errors)")
            }
        }
    }

    /// Editors and systems end lines in their own ways.
    @Test(arguments: ["mumble", "mumble\n", "mumble\r\n", "mumble\n\nnotes\n", "\u{FEFF}mumble\r\n"])
    func theFirstLineOfAFileIsThePassword(text: String) throws {
        let folder = try ImportProcess()
        folder.write("password", text)
        try withServer { get in
            // It is nearer than the user of the environment.
            for environment in [[], ["ROOKERY_USER=marlyn:wrong"]] {
                let done = try get(["--password-file", folder.path("password"), "/"], environment)
                #expect(done.status == 0, "\(environment) \(done.errors)")
            }
        }
    }

    @Test func aFlagMayComeFromTheEnvironment() throws {
        try withServer { get in
            for (value, isCount) in [
                ("yes", true), ("true", true), ("1", true), ("YES", true), ("no", false), ("false", false),
                ("0", false),
            ] {
                let done = try get(["--password", "mumble", "/"], ["ROOKERY_COUNT=\(value)"])
                #expect((done.output == "1 record returned\n") == isCount && done.status == 0, "\(value)")
            }
            let odd = try get(["--password", "mumble", "/"], ["ROOKERY_COUNT=2"])
            #expect(odd.status == 2)
        }
    }

    private typealias Get = (_ arguments: [String], _ environment: [String]) throws -> ImportProcess.Outcome

    private func withServer(_ body: (Get) throws -> Void) throws {
        let process = try ImportProcess()
        let socket = process.path("socket")
        let server = try process.serve(on: socket)
        defer {
            kill(server, SIGTERM)
            _ = try? ImportProcess.wait(for: server)
        }
        try body { arguments, environment in
            try process.run(
                program: ImportProcess.program, ["get", "--server", "unix:\(socket)"] + arguments,
                environment: environment)
        }
    }
}
