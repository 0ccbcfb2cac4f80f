import Glibc
import HTTP
import Testing

@testable import Transport

/// Settings of the real program: the command line decides, then the environment, then the default.
@Suite struct SettingsTests {
    private let process: ImportProcess

    init() throws {
        process = try ImportProcess()
        process.write(
            "birds.csv",
            "loc_id,latitude,longitude,region,year,month,day,species_id,num\nL1,60.5,-135.25,CA-YT,2021,2,1,stejay,3\n")
        try #require(
            try process.rookery("import", process.path("birds.csv"), "--database", process.database).status == 0)
    }

    /// What a server says while the body runs, and the status with which it ends.
    private func serve(
        _ arguments: [String], _ environment: [String],
        _ body: (pid_t) throws -> Void = { _ in }
    ) throws -> ImportProcess.Outcome {
        let server = try process.spawn(ImportProcess.program, ["serve"] + arguments, environment: environment)
        var isReady = false
        for _ in 0..<3_000 where !isReady {
            usleep(10_000)
            isReady = process.text("output").contains("Rookery serves ")
            if !isReady, kill(server, 0) != 0 { break }
        }
        do {
            try #require(isReady)
            try body(server)
        } catch {
            kill(server, SIGKILL)
            _ = try? ImportProcess.wait(for: server)
            throw error
        }
        kill(server, SIGTERM)
        let status = try ImportProcess.wait(for: server)
        return ImportProcess.Outcome(status: status, output: process.text("output"), errors: process.text("errors"))
    }

    private struct Answer {
        var status = 0
        var fields = ReceivedFields()
        var text = ""
    }

    private func ask(_ endpoint: HTTPClient.Endpoint, _ target: String, _ fields: [(String, String)]) throws -> Answer {
        var answer = Answer()
        try HTTPClient(endpoint).send(
            .get, target, fields: fields.map { ($0.0, $0.1) }, head: { (answer.status, answer.fields) = ($0, $1) },
            body: { piece in
                answer.text += String(decoding: piece, as: UTF8.self)
                return true
            })
        return answer
    }

    @Test(arguments: [false, true]) func aServerIsSetUpByItsEnvironment(overrules: Bool) throws {
        let (socket, log) = (process.path("socket"), process.path("log"))
        let environment = [
            "ROOKERY_DATABASE=\(overrules ? "/nowhere" : process.database)",
            "ROOKERY_PASSWORD=\(overrules ? "other" : "mumble")",
            "ROOKERY_SOCKET=\(overrules ? "/nowhere/socket" : socket)", "ROOKERY_ACCESS_LOG=\(overrules ? "off" : log)",
            "ROOKERY_LOG_FORMAT=\(overrules ? "text" : "json")", "ROOKERY_THREADS=\(overrules ? "2" : "1")",
            "ROOKERY_CORS=\(overrules ? "https://c.example" : "https://a.example, https://b.example")",
            "ROOKERY_PUBLIC_URL=\(overrules ? "https://x.example" : "https://birds.example/x/")", "ROOKERY_HOST=",
        ]
        let arguments = [
            "--database", process.database, "--password", "mumble", "--socket", socket, "--access-log", log,
            "--log-format", "json", "--threads", "1", "--cors", "https://a.example", "--cors", "https://b.example",
            "--public-url", "https://birds.example/x",
        ]
        let endpoint = HTTPClient.Endpoint.socket(path: socket)
        let done = try serve(overrules ? arguments : [], environment) { _ in
            for origin in ["https://a.example", "https://b.example"] {
                let answer = try ask(endpoint, "/?limit=1", [("Password", "mumble"), ("Origin", origin)])
                #expect(
                    answer.status == 200
                        && answer.fields.all(FieldName("Access-Control-Allow-Origin")).map { Array($0) } == [
                            Array(origin.utf8)
                        ])
            }
            #expect(
                try ask(endpoint, "/", [("Origin", "https://c.example")]).fields[
                    FieldName("Access-Control-Allow-Origin")] == nil)
            let description = try ask(endpoint, "/openapi.json", [("Password", "mumble")]).text
            #expect(description.contains("\"servers\":[{\"url\":\"https://birds.example/x\"}]"))
            #expect(try ask(endpoint, "/", [("Password", "wrong")]).status == 403)
        }
        #expect(done.status == 0 && done.errors.split(separator: "\n").count == 1)
        #expect(done.errors.hasSuffix("\"level\":\"warning\",\"message\":\"failed login from unix\"}\n"))
        #expect(done.output == "Rookery serves \(process.database) at unix:\(socket)\n")
        let lines = process.text("log").split(separator: "\n")
        #expect(lines.count == 5 && lines.allSatisfy { $0.hasPrefix("{\"time\":\"") && $0.hasSuffix("\"}") })
    }

    /// Whoever listens on more than this machine is told what that means.
    @Test(
        arguments: [
            (
                ["--host", "0.0.0.0", "--password", "mumble"],
                "listening on 0.0.0.0 without TLS: passwords and records cross the network in clear text"
            ),
            (
                ["--host", "0.0.0.0", "--public"],
                "listening on 0.0.0.0 without a password: anyone who reaches it sees every record"
            ),
            (["--host", "127.0.0.1", "--public"], nil), (["--host", "localhost", "--password", "mumble"], nil),
            (["--host", "0.0.0.0", "--socket", "socket", "--public"], nil),
        ] as [([String], String?)])
    func anOpenHostIsWarnedOf(arguments: [String], warning: String?) throws {
        for format in ["text", "json"] {
            let given = arguments.map { $0 == "socket" ? process.path("socket") : $0 }
            let done = try serve(
                given + ["--database", process.database, "--port", "0", "--log-format", format, "--access-log", "off"],
                [])
            #expect(done.status == 0)
            guard let warning else {
                #expect(done.errors == "")
                continue
            }
            #expect(
                format == "text"
                    ? done.errors.hasSuffix("Z warning: \(warning)\n")
                    : done.errors.hasPrefix("{\"time\":\"")
                        && done.errors.hasSuffix("Z\",\"level\":\"warning\",\"message\":\"\(warning)\"}\n"),
                "\(done.errors)")
        }
    }

    @Test(
        arguments: [
            (
                [], [],
                "rookery: no password is given: use --password, --password-file or ROOKERY_PASSWORD, --users if each person has a password of their own, or --public if everyone may see the records\n"
            ),
            (
                ["--password", "x", "--public"], [],
                "rookery: Both a password and --public are given; leave out one of them.\n"
            ),
            (
                ["--public"], ["ROOKERY_PASSWORD=x"],
                "rookery: Both a password and --public are given; leave out one of them.\n"
            ),
            (
                ["--password", "x"], ["ROOKERY_PUBLIC=yes"],
                "rookery: Both a password and --public are given; leave out one of them.\n"
            ),
            (
                ["--password", "x", "--password-file", "/nowhere"], [],
                "rookery: Both --password and --password-file are given; leave out one of them.\n"
            ),
            (
                ["--password", " x"], [],
                "rookery: the password can't be sent in a header field: it is empty, begins or ends with a space, or contains a control character\n"
            ),
            (
                ["--password-file", "/nowhere"], [],
                "rookery: can't read the password file /nowhere: No such file or directory\n"
            ),
            (
                ["--password-file", "/dev/null"], [],
                "rookery: the first line of the password file /dev/null is empty or not UTF-8\n"
            ),
            (["--public", "--cors", "birds.example"], [], "rookery: --cors: 'birds.example' is not an origin: "),
            (["--public"], ["ROOKERY_CORS=*"], "rookery: --cors: '*' can't be an origin, "),
            (
                ["--public", "--access-log", "/nowhere/log"], [],
                "rookery: can't open the access log /nowhere/log: No such file or directory\n"
            ),
            (["--public", "--threads", "0"], [], "rookery: --threads takes a whole number from 1 to 1024.\n"),
            (["--public"], ["ROOKERY_WORKERS=1025"], "rookery: --workers takes a whole number from 1 to 1024.\n"),
            (
                ["--public"], ["ROOKERY_QUERY_TIMEOUT=0"],
                "rookery: --query-timeout takes a whole number from 1 to 86400.\n"
            ),
            (
                ["--public"], ["ROOKERY_PORT=70000"],
                "rookery: The value '70000' of the environment variable ROOKERY_PORT is invalid.\n"
            ),
            (
                ["--public"], ["ROOKERY_LOG_FORMAT=xml"],
                "rookery: The value 'xml' of the environment variable ROOKERY_LOG_FORMAT is invalid.\n"
            ),
            (
                ["--public"], ["ROOKERY_PUBLIC_URL=birds"],
                "rookery: --public-url: 'birds' does not begin with http:// or https://\n"
            ),
            (
                ["--public", "--database", "/nowhere/birds.db"], [],
                "rookery: there is no database at /nowhere/birds.db; make one with 'rookery import FILE --database /nowhere/birds.db'\n"
            ),
            (
                ["--public", "--host", "192.0.2.1", "--port", "0"], [],
                "rookery: No network interface of this machine has the address 192.0.2.1. "
            ),
        ] as [([String], [String], String)])
    func aServerThatCannotBeSetUpSaysWhy(arguments: [String], environment: [String], message: String) throws {
        let database = arguments.contains("--database") ? [] : ["--database", process.database]
        let done = try process.run(
            program: ImportProcess.program, ["serve"] + database + arguments, environment: environment)
        #expect(done.status == 2 && done.output == "")
        #expect(message.hasSuffix("\n") ? done.errors == message : done.errors.hasPrefix(message), "\(done.errors)")
    }

    /// Each limit has its variable. What none reads would be found out at the access log, which comes last.
    @Test(arguments: [
        ("threads", "0", "1 to 1024"), ("workers", "0", "1 to 1024"), ("grace", "86401", "0 to 86400"),
        ("max-connections", "0", "1 to 1000000"), ("max-connections-per-address", "0", "1 to 1000000"),
        ("max-request-line", "63", "64 to 1048576"), ("max-header", "63", "64 to 1048576"),
        ("max-fields", "0", "1 to 10000"),
        ("max-body", "1073741825", "0 to 1073741824"), ("body-rate", "1073741825", "0 to 1073741824"),
        ("header-timeout", "0", "1 to 86400"), ("body-timeout", "0", "1 to 86400"), ("idle-timeout", "0", "1 to 86400"),
        ("write-timeout", "0", "1 to 86400"),
    ])
    func everyLimitHasItsVariable(option: String, value: String, range: String) throws {
        let variable = "ROOKERY_" + option.uppercased().replacing("-", with: "_")
        let arguments = ["serve", "--public", "--database", process.database, "--access-log", "/nowhere/log"]
        for (more, variables) in [([], ["\(variable)=\(value)"]), (["--\(option)", value], ["\(variable)=100"])] {
            let done = try process.run(program: ImportProcess.program, arguments + more, environment: variables)
            #expect(done.status == 2)
            #expect(done.errors == "rookery: --\(option) takes a whole number from \(range).\n", "\(more)")
        }
        let overruled = try process.run(
            program: ImportProcess.program, arguments + ["--\(option)", "100"], environment: ["\(variable)=\(value)"])
        #expect(overruled.errors.hasPrefix("rookery: can't open the access log"))
    }

    /// A request that never ends holds up the end for the time of grace, or until it is asked for again.
    @Test(arguments: [("1", false), ("60", true)]) func theEndWaitsForItsGrace(grace: String, asksTwice: Bool) throws {
        let socket = process.path("socket")
        let arguments = ["--database", process.database, "--public", "--socket", socket, "--access-log", "off"]
        let done = try serve(arguments, ["ROOKERY_GRACE=\(grace)", "ROOKERY_HEADER_TIMEOUT=600"]) { server in
            let client = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            defer { close(client) }
            try #require(try SocketAddress(path: socket).withPointer { connect(client, $0, $1) } == 0)
            try #require(send(client, "GET / HT", 8, Int32(MSG_NOSIGNAL)) == 8)
            usleep(200_000)
            kill(server, SIGTERM)
            usleep(300_000)
            // It is still there, and takes no new connection.
            #expect(kill(server, 0) == 0)
            #expect(try process.run(program: "/bin/sh", ["-c", "test ! -S \"$0\"", socket]).status == 0)
            if asksTwice {
                kill(server, SIGTERM)
            } else {
                usleep(2_000_000)
            }
            // The connection lasts until the server ends.
            var patience = timeval(tv_sec: 30, tv_usec: 0)
            setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            var byte: UInt8 = 0
            _ = recv(client, &byte, 1, 0)
        }
        // 128 and the number of the signal.
        #expect(done.status == (asksTwice ? 143 : 0))
    }

    @Test func dataSetsAreListedAndRemoved() throws {
        let variables = ["ROOKERY_DATABASE=\(process.database)"]
        let table =
            "name   records  checklists  format  imported              licence\nbirds        1           1  plain   "
        for arguments in [["datasets"], ["datasets", "list"]] {
            #expect(
                try process.run(program: ImportProcess.program, arguments, environment: variables).output.hasPrefix(
                    table))
        }
        for (arguments, environment) in [
            (["--json"], []), ([], ["ROOKERY_JSON=yes"]), (["--json"], ["ROOKERY_JSON=no"]),
        ] {
            let list = try process.run(
                program: ImportProcess.program, ["datasets", "list", "--database", process.database] + arguments,
                environment: environment + ["ROOKERY_DATABASE=/nowhere"])
            #expect(list.status == 0 && list.output.hasPrefix("[{\"name\":\"birds\",\"records\":1,"))
        }
        let missing = try process.rookery("datasets", environment: ["ROOKERY_DATABASE=/nowhere"])
        #expect(missing.status == 2 && missing.errors == "rookery: /nowhere does not exist.\n")
        let removed = try process.rookery("datasets", "remove", "birds", environment: variables)
        #expect(removed.status == 0 && removed.output == "Removed: data set birds, 1 record\n")
    }

    @Test(arguments: [false, true]) func anImportIsSetUpByItsEnvironment(overrules: Bool) throws {
        process.write(
            "fw.csv",
            """
            LOC_ID,LATITUDE,LONGITUDE,SUBNATIONAL1_CODE,SUB_ID,OBS_ID,Month,Day,Year,SPECIES_CODE,HOW_MANY,VALID
            L1,60.5,-135.25,CA-YT,S1,O1,2,3,2021,stejay,2,1
            L1,60.5,-135.25,CA-YT,S1,O2,2,3,2021,stejay,2,0
            L1,60.5,-135.25,CA-YT,S1,O3,2,3,2021,stejay,many,1

            """)
        let settings = [
            ("--database", process.database, "/nowhere/birds.db"), ("--dataset", "birds", "a,b"),
            ("--format", "feederwatch", "plain"), ("--rejects", process.path("rejects.csv"), "/nowhere/rejects.csv"),
            ("--source", "a friend", "a foe"), ("--licence", "CC0", "none"), ("--citation", "Cite me", "no"),
        ]
        let flags = ["--append", "--include-invalid", "--skip-errors"]
        func variable(_ option: String, _ value: String) -> String {
            "ROOKERY_\(option.dropFirst(2).uppercased().replacing("-", with: "_"))=\(value)"
        }
        let environment =
            settings.map { variable($0.0, overrules ? $0.2 : $0.1) }
            + flags.map { variable($0, overrules ? "no" : "yes") }
        let arguments = overrules ? settings.flatMap { [$0.0, $0.1] } + flags : []
        let dry = try process.run(
            program: ImportProcess.program, ["import", process.path("fw.csv")] + arguments,
            environment: environment + ["ROOKERY_DRY_RUN=yes"])
        #expect(dry.status == 0 && dry.output.hasSuffix("Nothing was changed: this was a dry run.\n"), "\(dry.errors)")
        let done = try process.run(
            program: ImportProcess.program, ["import", process.path("fw.csv")] + arguments, environment: environment)
        #expect(
            done.status == 0 && done.output.contains("Stored: 2 records on 1 checklist at 1 location\n"),
            "\(done.errors)")
        let list = try process.rookery("datasets", "list", "--json", "--database", process.database)
        #expect(
            list.output.hasPrefix("[{\"name\":\"birds\",\"records\":3,\"checklists\":2,\"format\":\"feederwatch\","))
        #expect(list.output.hasSuffix("\"source\":\"a friend\",\"licence\":\"CC0\",\"citation\":\"Cite me\"}]\n"))
        #expect(process.text("rejects.csv").split(separator: "\r\n").count == 2)
    }

    @Test(
        arguments: [
            (["--version"], 0, "rookery 0.1.0\n", ""),
            (
                ["get", "--user", "marlyn", "/"], 2, "",
                "rookery: --user takes a name and a password, such as marlyn:mumble.\n"
            ),
            (["health", "--health-timeout", "0"], 2, "", "rookery: --health-timeout takes 1 to 3600 seconds.\n"),
            (["health", "--health-timeout", "3601"], 2, "", "rookery: --health-timeout takes 1 to 3600 seconds.\n"),
            (["get", "https://h/"], 2, "", "rookery: https://h/ does not begin with http://; for https use curl\n"),
            (
                ["get", "http://a:b@h/"], 2, "",
                "rookery: a URL with a password in it can end up in a log; use --user NAME:PASSWORD\n"
            ),
            (
                ["get", "species"], 2, "",
                "rookery: 'species' is not a URL, which begins with http://, nor a path, which begins with /, nor a query, such as species=stejay\n"
            ),
            (
                ["get", "--server", "unix:/nowhere", "/"], 1, "",
                "rookery: Nothing listens on the socket /nowhere. Is the server running?\n"
            ),
            (
                ["health", "--server", "unix:/nowhere"], 1, "",
                "rookery: Nothing listens on the socket /nowhere. Is the server running?\n"
            ),
        ] as [([String], Int32, String, String)])
    func whatIsWrongIsSaidOnTheErrorOutput(arguments: [String], status: Int32, output: String, errors: String) throws {
        let done = try process.run(program: ImportProcess.program, arguments)
        #expect(done.status == status && done.output == output && done.errors == errors, "\(done.errors)")
    }

    /// The body of an error may be that of any server.
    @Test(arguments: [
        (#"{"error_message":"it is closed"}"#, "503: it is closed\n"), ("<html>", "503: the server gave no reason\n"),
        ("{\"error_message\":\"\(String(repeating: "x", count: 70_000))\"}", "503: the server gave no reason\n"),
    ])
    func anErrorIsToldInItsOwnWordsIfThereAreAny(body: String, line: String) throws {
        let path = process.path("socket")
        let listener = try Descriptor(
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0), from: "socket")
        try SystemCallError.check(try SocketAddress(path: path).withPointer { bind(listener.number, $0, $1) }, "bind")
        try SystemCallError.check(listen(listener.number, 1), "listen")
        let child = try process.spawn(
            ImportProcess.program, ["get", "--server", "unix:\(path)", "--user", "a:b", "year=2021"])
        let server = try Descriptor(accept(listener.number, nil, nil), from: "accept")
        var request = [UInt8](repeating: 0, count: 4096)
        let count = recv(server.number, &request, request.count, 0)
        #expect(
            String(decoding: request.prefix(max(0, count)), as: UTF8.self)
                == "GET /?year=2021 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Basic YTpi\r\n\r\n"
        )
        let response = "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        var sent = 0
        let bytes = Array(response.utf8)
        while sent < bytes.count {
            let part = bytes.withUnsafeBytes {
                send(server.number, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if part <= 0 { break }
            sent += part
        }
        #expect(try ImportProcess.wait(for: child) == 1)
        #expect(process.text("output") == "" && process.text("errors") == line)
    }
}
