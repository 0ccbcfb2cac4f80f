import HTTP
import Testing

@testable import API

@Suite struct CORSTests {
    private let origins = ["https://birds.example", "http://localhost:3000"]
    private let question = "Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: password\r\n"

    @Test func answersAPreflightOfAnAllowedOriginWithoutCredentials() throws {
        let response = try ServiceFixture(cors: origins).get(
            "/observations", fields: "Origin: http://localhost:3000\r\n\(question)", method: "OPTIONS")
        #expect(response.status == .noContent)
        #expect(response.fields[.accessControlAllowOrigin] == "http://localhost:3000")
        #expect(response.fields[.accessControlAllowMethods] == "GET, HEAD, OPTIONS")
        #expect(response.fields[.accessControlAllowHeaders]?.contains("Authorization, Password") == true)
        #expect(response.fields[.accessControlMaxAge] != nil)
    }

    @Test(arguments: [
        "Origin: https://other.example\r\n", "Origin: https://birds.example.evil\r\n", "Origin: null\r\n",
        "Origin: https://birds.example\r\nOrigin: https://birds.example\r\n", "",
    ])
    func asksOthersForCredentials(field: String) throws {
        let response = try ServiceFixture(cors: origins).get("/", fields: field + question, method: "OPTIONS")
        #expect(response.status == .unauthorized)
        #expect(response.fields[.accessControlAllowOrigin] == nil)
    }

    /// A request that asks twice, or for nothing, is no preflight.
    @Test(arguments: ["", "Access-Control-Request-Method: GET\r\nAccess-Control-Request-Method: PUT\r\n"])
    func answersOneQuestionAlone(question: String) throws {
        let response = try ServiceFixture(cors: origins).get(
            "/", fields: "Origin: http://localhost:3000\r\n" + question, method: "OPTIONS")
        #expect(response.status == .unauthorized && response.fields[.accessControlAllowMethods] == nil)
    }

    @Test func namesAllThatAPageMaySendAndRead() throws {
        let fixture = try ServiceFixture(cors: origins)
        let preflight = try fixture.get("/", fields: "Origin: https://birds.example\r\n\(question)", method: "OPTIONS")
        #expect(
            preflight.fields[.accessControlAllowHeaders]
                == "Accept, Authorization, Password, If-Modified-Since, If-None-Match, X-Request-Id")
        #expect(preflight.fields[.accessControlMaxAge] == "7200" && preflight.text == "")
        let answer = try fixture.get("/", fields: "Origin: https://birds.example\r\nPassword: mumble\r\n")
        #expect(
            answer.fields[.accessControlExposeHeaders]
                == "Link, ETag, Content-Disposition, X-Total-Count, X-Request-Id, Rookery-Generalised")
        #expect(answer.fields[.accessControlAllowMethods] == nil)
        #expect(throws: CORSError.self) { try CORS((0...1000).map { "https://a\($0).example" }) }
        #expect(try CORS((0..<1000).map { "https://a\($0).example" }).isOn)
    }

    @Test(arguments: ["/", "/nothing", "/?specie=x"])
    func letsAPageReadAnswersAndErrors(target: String) throws {
        let fixture = try ServiceFixture(cors: origins)
        for password in ["Password: mumble\r\n", "Password: wrong\r\n", ""] {
            let response = try fixture.get(target, fields: "Origin: https://birds.example\r\n" + password)
            #expect(response.fields[.accessControlAllowOrigin] == "https://birds.example")
            #expect(response.fields[.accessControlExposeHeaders]?.contains("X-Total-Count") == true)
            #expect(response.fields[.accessControlExposeHeaders]?.contains("Content-Disposition") == true)
        }
    }

    @Test func saysThatAnswersVaryByOriginOnlyWhereTheyDo() throws {
        #expect(try ServiceFixture(cors: origins).lines(of: "Vary").contains("Origin"))
        #expect(try !ServiceFixture().lines(of: "Vary").contains("Origin"))
        #expect(
            try ServiceFixture().get("/", fields: "Origin: https://birds.example\r\nPassword: mumble\r\n")
                .fields[.accessControlAllowOrigin] == nil)
    }

    @Test(arguments: ["https://a.example", "http://a-b.example:8080", "http://127.0.0.1:3000", "http://[::1]:3000"])
    func takesAnOrigin(text: String) throws {
        #expect(try CORS([text]).isOn)
    }

    @Test(arguments: [
        "*", "", "null", "a.example", "https://", "https://A.example", "https://a.example/", "https://a.example:443",
        "http://a.example:080", "http://a.example:", "ftp://a.example", "https://u@a.example", "https://[::1",
        "https://a.example:99999", "https://*.example",
    ])
    func refusesWhatIsNoOrigin(text: String) {
        #expect(throws: CORSError.self) { try CORS([text]) }
    }
}

extension ServiceFixture {
    /// The values of all fields of a name in an answer.
    fileprivate func lines(of name: String) throws -> [String] {
        var head: [UInt8] = []
        ResponseEncoder.appendHead(
            of: try get("/"), framing: .none, date: [], version: .http11, keepAlive: true, to: &head)
        return String(decoding: head, as: UTF8.self).split(separator: "\r\n")
            .filter { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.utf8.count + 2)) }
    }
}
