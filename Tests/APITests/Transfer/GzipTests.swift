import Foundation
import HTTP
import Synchronization
import Testing

@testable import API

@Suite struct GzipTests {
    private static let many: String = {
        let header = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
        return header + (1...3000).map { "L\($0),60.5,-135.25,CA-YT,2021,2,1,stejay,\($0)\n" }.joined()
    }()

    private func get(_ fixture: ServiceFixture, _ target: String, _ fields: String = "") throws -> Response {
        try fixture.get(target, fields: "Password: mumble\r\n\(fields)")
    }

    /// What the program gzip makes of it; nil where it finds a fault.
    private func unpack(_ bytes: [UInt8]) throws -> String? {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("rookery-\(UUID().uuidString).gz")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-dc", file.path]
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
    }

    @Test(arguments: ["/?limit=40", "/?limit=300", "/", "/?format=csv"])
    func compressesToTheSameBytes(target: String) throws {
        let fixture = try ServiceFixture(plain: GzipTests.many)
        let plain = try get(fixture, target)
        let packed = try get(fixture, target, "Accept-Encoding: gzip\r\n")
        #expect(plain.fields[.contentEncoding] == nil)
        #expect(packed.fields[.contentEncoding] == "gzip")
        #expect(packed.fields[.etag] != plain.fields[.etag])
        let bytes = packed.allBytes
        // A stream can be read once.
        let whole = plain.text
        #expect(bytes.count < whole.utf8.count / 3)
        #expect(try unpack(bytes) == whole)
    }

    @Test(arguments: [(1023, false, false), (1024, true, false), (16_384, true, false), (16_385, true, true)])
    func isWorthTheWorkFromOneKiBAndLongBeyondSixteen(size: Int, isWorth: Bool, isLong: Bool) {
        let body = Body.bytes([UInt8](repeating: 0x20, count: size))
        #expect(body.isWorthCompressing == isWorth)
        #expect(body.isLongToCompress == isLong)
    }

    @Test func leavesSmallBodiesAndRefusalsOfGzipAsTheyAre() throws {
        let fixture = try ServiceFixture(plain: GzipTests.many)
        #expect(try get(fixture, "/?limit=1", "Accept-Encoding: gzip\r\n").fields[.contentEncoding] == nil)
        #expect(try get(fixture, "/?limit=40", "Accept-Encoding: gzip;q=0\r\n").fields[.contentEncoding] == nil)
        #expect(try get(fixture, "/?limit=40", "Accept-Encoding: br\r\n").fields[.contentEncoding] == nil)
    }

    @Test func knowsTheTagOfTheCompressedBodyOnlyWhereThatIsTaken() throws {
        let fixture = try ServiceFixture(plain: GzipTests.many)
        let tag = try #require(try get(fixture, "/?limit=40", "Accept-Encoding: gzip\r\n").fields[.etag])
        let again = try get(fixture, "/?limit=40", "Accept-Encoding: gzip\r\nIf-None-Match: \(tag)\r\n")
        #expect(again.status == .notModified)
        #expect(again.fields[.etag] == tag)
        #expect(try get(fixture, "/?limit=40", "If-None-Match: \(tag)\r\n").status == .ok)
    }

    @Test func sendsEachPieceAtOnceAndNeverEndsABodyThatFails() throws {
        let body = Body.stream(first: Array("one".utf8), rest: FailingBody())
        guard case .stream(let first, let rest)? = body.compressed else {
            Issue.record("it was not streamed")
            return
        }
        var bytes = first
        #expect(bytes.count > 10)
        guard case .more = rest.next(into: &bytes, .alone) else {
            Issue.record("the piece was lost")
            return
        }
        #expect(bytes.count > first.count)
        guard case .failed = rest.next(into: &bytes, .alone) else {
            Issue.record("the failure was lost")
            return
        }
        #expect(try unpack(bytes) == nil)
    }
}

/// Makes one piece and fails.
private final class FailingBody: BodyProducer {
    private let count = Atomic(0)

    func next(into buffer: inout [UInt8], _ turn: Turn) -> Piece {
        if count.add(1, ordering: .relaxed).newValue > 1 { return .failed }
        buffer += "two".utf8
        return .more(rows: 0)
    }

    func cancel() {}
    func end() {}
}

extension Response {
    fileprivate var allBytes: [UInt8] {
        switch body {
        case .bytes(let bytes): return bytes
        case .stream(var bytes, let rest):
            while case .more = rest.next(into: &bytes, .alone) {}
            return bytes
        case .omitted: return []
        }
    }
}
