import Birds
import FileSystem
import Glibc
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct PublicationTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private static let header =
        "loc_id,latitude,longitude,region,date,species_id,num,checklist_id,comments,location_name,source_id\n"

    /// A point with all ways in which a file may hold it.
    private struct Point {
        let texts: [String]

        init(_ random: inout SplitMix, cell: (Int, Int)) {
            func coordinate(_ tenths: Int) -> String {
                let digits = String(Int.random(in: 100_000...199_999, using: &random)).dropFirst()
                return "\(tenths / 10).\(tenths % 10)\(digits)"
            }
            texts = [coordinate(cell.0), "-" + coordinate(cell.1)]
        }

        /// Bytes of one of the coordinates, that occur nowhere by chance.
        var forms: [[UInt8]] {
            texts.flatMap { text -> [[UInt8]] in
                guard let value = Double(text) else { return [] }
                let float = Float(value)
                var forms = [Array(text.utf8)]
                forms.append(withUnsafeBytes(of: value.bitPattern.bigEndian, Array.init))
                for float in [float, float.nextUp, float.nextDown] {
                    forms.append(withUnsafeBytes(of: float.bitPattern.bigEndian, Array.init))
                }
                for scale in [1e5, 1e6, 1e7] {
                    let scaled = Int32((value * scale).rounded(.down))
                    forms.append(withUnsafeBytes(of: scaled.bigEndian, Array.init))
                    forms.append(withUnsafeBytes(of: (scaled + 1).bigEndian, Array.init))
                }
                return forms
            }
        }
    }

    /// Which of some byte strings of at least 4 bytes occur.
    private static func found(_ secrets: [[UInt8]], in bytes: [UInt8]) -> [String] {
        let byBeginning = Dictionary(grouping: secrets) { $0.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
        var found: [String] = []
        var last: UInt32 = 0
        for (position, byte) in bytes.enumerated() {
            last = last << 8 | UInt32(byte)
            guard position >= 3, let some = byBeginning[last] else { continue }
            for secret in some where bytes[(position - 3)...].starts(with: secret) {
                found.append("\(String(decoding: secret, as: UTF8.self)) \(secret)")
            }
        }
        return found
    }

    /// The rows of places, in cells with an eagle or an owl that is hidden; and what nobody may find.
    private func rows(_ random: inout SplitMix) -> (text: String, secrets: [[UInt8]]) {
        var (text, secrets) = (Self.header, [[UInt8]]())
        for number in 0..<400 {
            let point = Point(&random, cell: (600 + number % 7, 1350 + number % 5))
            let species = ["eagle", "owl", "crane", "wren", "robin"][number % 5]
            // Owls and cranes are alone, in cells that nothing marks.
            let away = Point(&random, cell: (300 + number, 100))
            let isAway = species == "owl" || species == "crane"
            let place = isAway ? away : point
            text +=
                "Loc\(number)Q,\(place.texts[0]),\(place.texts[1]),CA-YT,2021-05-0\(number % 3 + 1),\(species),2,Sub\(number)Q,Comment\(number)Q,Name\(number)Q,Obs\(number)Q\n"
            secrets += place.forms + ["Loc", "Sub", "Comment", "Name", "Obs"].map { Array("\($0)\(number)Q".utf8) }
        }
        // Each cell has an eagle.
        for row in 0..<7 {
            for column in 0..<5 {
                let point = Point(&random, cell: (600 + row, 1350 + column))
                text += "Nest\(row)\(column)Q,\(point.texts[0]),\(point.texts[1]),CA-YT,2020-05-01,eagle,1,,,,\n"
                secrets += point.forms + [Array("Nest\(row)\(column)Q".utf8)]
            }
        }
        return (text, secrets)
    }

    @Test(arguments: [false, true])
    func aPublishedFileHoldsNothingExact(wasOpen: Bool) throws {
        var random = SplitMix(state: 1310)
        let (text, secrets) = rows(&random)
        fixture.write("birds.csv", text)
        let list = fixture.write("list.csv", "species,category\neagle,2\nowl,0\ncrane,1\n")
        let target = fixture.path("public.db")
        if wasOpen {
            try fixture.run("birds.csv")
            // Published with another list before.
            fixture.write("first.csv", "species,category\nrobin,0\n")
            _ = try SensitiveList.replace(
                with: fixture.path("first.csv"), in: fixture.database, SensitiveList.Options())
            _ = try Publication.publish(fixture.database, to: target)
            #expect(!Self.found(secrets, in: fixture.bytes("public.db")).isEmpty)
            _ = try SensitiveList.replace(with: list, in: fixture.database, SensitiveList.Options())
        } else {
            try fixture.run("birds.csv") { $0.sensitive = list }
        }
        #expect(try Publication.publish(fixture.database, to: target) == 355)
        let published = fixture.bytes("public.db")
        let whole = fixture.bytes("birds.db")
        let size = try #require(FileHeaderOfPath.size(fixture.database))
        let general = Array(whole[Int(size)...])
        #expect(Self.found(secrets, in: published) == [])
        #expect(Self.found(secrets, in: general) == [])
        #expect(try Database(path: target, mode: .readOnly).rows("PRAGMA integrity_check") == ["ok"])
    }

    @Test func onlyPublishedFilesAreReplaced() throws {
        fixture.write("birds.csv", Self.header + "L1,60.1,-135.1,CA-YT,2021-05-01,eagle,1,,,,\n")
        try fixture.run("birds.csv")
        let target = fixture.path("public.db")
        #expect {
            try Publication.publish(fixture.database, to: target)
        } throws: {
            ($0 as? ChangeError)?.message.contains("has no list of sensitive species") == true
        }
        try fixture.run("birds.csv") {
            $0.sensitive = fixture.write("list.csv", "species,category\neagle,2\n")
        }
        #expect(try Publication.publish(fixture.database, to: target) == 1)
        let secret = try Database(path: target, mode: .readOnly).rows("SELECT hex(key) FROM secret")
        #expect(try Publication.publish(fixture.database, to: target) == 1)
        // Clients keep their ids and pages.
        #expect(try Database(path: target, mode: .readOnly).rows("SELECT hex(key) FROM secret") == secret)
        #expect(try fixture.rows("SELECT hex(key) FROM secret") != secret)
        #expect(throws: ChangeError.self) { try Publication.publish(fixture.database, to: fixture.database) }
        fixture.write("birds2.db", fixture.bytes("birds.db"))
        #expect(throws: ChangeError.self) { try Publication.publish(fixture.database, to: fixture.path("birds2.db")) }
        // It is changed at home.
        #expect {
            try fixture.run("birds.csv") { $0.database = target }
        } throws: {
            ($0 as? ChangeError)?.message.contains("'rookery publish' made it") == true
        }
    }
}
