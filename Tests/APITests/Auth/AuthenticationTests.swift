import Birds
import HTTP
import Logging
import Testing

@testable import API

@Suite struct AuthenticationTests {
    static let challenge = #"Basic realm="Rookery", charset="UTF-8""#

    /// What a client sends, and the answer: the table of authentication.
    static let table: [(fields: String, status: Int, message: String?)] = [
        ("Password: mumble\r\n", 200, nil),
        ("password:mumble\r\n", 200, nil),
        ("Authorization: Basic bWFybHluOm11bWJsZQ==\r\n", 200, nil),
        ("Authorization: basic  Om11bWJsZQ==\r\n", 200, nil),
        ("Password: mumble\r\nAuthorization: Basic !\r\n", 200, nil),
        ("Password: wrong\r\n", 403, "incorrect or missing password"),
        ("Password:\r\n", 403, "incorrect or missing password"),
        ("Password: mumblemumble\r\n", 403, "incorrect or missing password"),
        ("Password: wrong\r\nAuthorization: Basic bWFybHluOm11bWJsZQ==\r\n", 403, "incorrect or missing password"),
        ("Authorization: Basic bWFybHluOndyb25n\r\n", 401, "incorrect or missing password"),
        ("", 401, "no authorization provided"),
        ("Authorization: Bearer mumble\r\n", 401, "only Basic authorization, or the field Password, is accepted"),
        ("Authorization: Basic bWFybHlu\r\n", 400, "malformed authorization header"),
        ("Authorization: Basic bWFybHluOm11bWJsZQ\r\n", 400, "malformed authorization header"),
        ("Authorization: Basic\r\n", 400, "malformed authorization header"),
        ("Authorization: Basic /zp/\r\n", 400, "malformed authorization header"),
        (
            "Password: mumble\r\nPassword: mumble\r\n", 400,
            "malformed authorization header: credentials are given more than once"
        ),
        (
            "Authorization: Basic bWFybHluOm11bWJsZQ==\r\nAuthorization: Basic bWFybHluOm11bWJsZQ==\r\n", 400,
            "malformed authorization header: credentials are given more than once"
        ),
    ]

    @Test(arguments: table)
    func answersAsTheTableSays(fields: String, status: Int, message: String?) throws {
        let response = try ServiceFixture().get("/observations?limit=1", fields: fields)
        #expect(response.status.code == status)
        #expect(response.fields[.wwwAuthenticate] == (status == 401 ? AuthenticationTests.challenge : nil))
        if let message {
            #expect(response.text.contains("\"status\":\(status),"))
            #expect(response.text.contains("\"error_message\":\"\(message)\""))
            #expect(response.fields[.contentType] == "application/problem+json")
        }
    }

    @Test(arguments: ["/observations", "/nothing", "/species/nothing"], ["GET", "POST", "OPTIONS"])
    func comesBeforeRouting(path: String, method: String) throws {
        let response = try ServiceFixture().get(path, fields: "", method: method)
        #expect(response.status == .unauthorized)
        #expect(response.text.contains("no authorization provided"))
    }

    @Test func asksNobodyWhereTheServerIsPublic() throws {
        let fixture = try ServiceFixture(password: nil)
        #expect(try fixture.get("/", fields: "").status == .ok)
        #expect(try fixture.get("/", fields: "Password: anything\r\n").status == .ok)
    }

    @Test func whoGivesNoPasswordSeesNoRecord() throws {
        let accounts = try #require(Accounts(password: SharedPassword("mumble"), isPublic: false))
        let authentication = Authentication(
            accounts, log: EventLog(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            metrics: LoopMetrics())
        let health = try parse("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        guard case .known(let principal) = try authentication.sender(of: health, from: "::1") else {
            throw UnexpectedAnswer()
        }
        #expect(principal.view == View.nothing)
        for path in ["/", "/observations", "/nothing", "/health/", "/health/1", "/health.json", "//health", "/metrics"]
        {
            let other = try parse("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(throws: APIError.missingCredentials, "\(path)") {
                try authentication.sender(of: other, from: "::1")
            }
        }
    }

    @Test func asksNothingForHealth() throws {
        let response = try ServiceFixture().get("/health", fields: "")
        #expect(response.status == .ok)
        #expect(response.text == "{\"status\":\"ok\"}\n")
    }

    @Test func takesAPasswordInEitherEncoding() throws {
        let fixture = try ServiceFixture(password: "pässword")
        // Jürgen:pässword, in UTF-8 and in ISO-8859-1.
        for credentials in ["SsO8cmdlbjpww6Rzc3dvcmQ=", "SvxyZ2VuOnDkc3N3b3Jk"] {
            let response = try fixture.get("/", fields: "Authorization: Basic \(credentials)\r\n")
            #expect(response.status == .ok)
            #expect(response.user == "Jürgen")
        }
        #expect(try fixture.get("/", fields: "Password: pässword\r\n").status == .ok)
    }

    @Test func saysWhoWasAnsweredAndNeverAPassword() throws {
        let fixture = try ServiceFixture()
        #expect(try fixture.get("/", fields: "Authorization: Basic bWFybHluOm11bWJsZQ==\r\n").user == "marlyn")
        // mumble:mumble
        #expect(try fixture.get("/", fields: "Authorization: Basic bXVtYmxlOm11bWJsZQ==\r\n").user == nil)
        #expect(try fixture.get("/").user == nil)
    }
}
