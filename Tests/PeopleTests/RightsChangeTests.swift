import FileSystem
import Glibc
import Testing

@testable import Fixtures
@testable import People

@Suite struct RightsChangeTests {
    private func set(_ name: String, _ words: String..., in text: String) throws -> String {
        String(decoding: try RightsChange.set(name, words: words).apply(to: Array(text.utf8)), as: UTF8.self)
    }

    private func remove(_ name: String, from text: String) throws -> String {
        String(decoding: try RightsChange.remove(name).apply(to: Array(text.utf8)), as: UTF8.self)
    }

    /// Whatever else is in the file stays, byte for byte.
    @Test func changesOneLine() throws {
        let text = "# wardens\r\n\n  alice  metrics # until spring\r\nbad \"line\n\u{1}x y\n#bob\n@users\tregions=CA"
        #expect(try set("zoe", in: text) == text + "\nzoe\n")
        #expect(
            try set("alice", "expires=2027-01-31", "regions=CA-YT,US", "metrics", in: text)
                == text.replacing("alice  metrics", with: "alice metrics regions=CA-YT,US expires=2027-01-31") + "\n")
        #expect(
            try set("@users", "datasets=atlas", in: text)
                == text.replacing("\tregions=CA", with: " datasets=atlas\n"))
        // A line that can't be read is replaced by one that can.
        #expect(try set("bad", in: text) == text.replacing("bad \"line", with: "bad") + "\n")
        #expect(try set("alice", in: "\u{FEFF}alice metrics\r\nbob") == "\u{FEFF}alice\r\nbob\n")
        #expect(try remove("alice", from: "\u{FEFF}alice metrics\nbob") == "bob\n")
        #expect(try remove("bob", from: "bob\nalice\n\"bob\" metrics\n") == "alice\n")
    }

    /// What is written is read as it was meant.
    @Test(arguments: ["alice", "Ana Maria", "a,b", "x#y", "Jürgen", "@shared"]) func readsWhatItWrites(name: String)
        throws
    {
        let words = [
            "metrics", "regions=CA-YT,US", "datasets=winter counts,\"a,\"\"b\"\"\",#1,é", "expires=0001-02-03",
        ]
        let line = String(decoding: try RightsChange.set(name, words: words).apply(to: []), as: UTF8.self)
        let entry = try #require(try RightsFile(Array(line.utf8)).entry(of: name))
        #expect(entry.text + "\n" == line)
        #expect(entry.rights.metrics && entry.rights.regions == ["CA-YT", "US"])
        #expect(entry.rights.datasets == ["winter counts", "a,\"b\"", "#1", "é"])
        // 3 February of the year 1 ends so many days before 1970.
        #expect(entry.rights.end == -719_128 * 86_400)
    }

    @Test func refusesWhatNoLineCanHave() throws {
        for (name, words, message) in [
            ("@people", [], "'@people' is not a group; the groups are @users, @shared, @public."),
            ("a:b", [], "a name has no colon, quotation mark or control character."),
            ("alice\nbob", [], "a name has no colon, quotation mark or control character."),
            ("alice", ["datasets=a\nbob metrics"], "the name of a data set has no control characters."),
            (
                "alice", ["metrics\nbob"],
                "'metrics\nbob' is not a right; write metrics, regions=, datasets= or expires=, with commas and no spaces in "
                    + "lists."
            ),
            ("alice", ["regions=ca"], "'ca' is not the code of a region; write CA."),
            ("alice", ["expires=2027-02-30"], "there is no day '2027-02-30'."),
        ] {
            let error = try #require(throws: ChangeError.self) { try RightsChange.set(name, words: words) }
            #expect(error.kind == .refused && error.message == message)
        }
        let twice = try #require(throws: ChangeError.self) { try set("bob", in: "bob\nalice\nbob") }
        #expect(twice.message == "bob is there several times, on lines 1, 3; leave one of them.")
        let unknown = try #require(throws: ChangeError.self) { try remove("zoe", from: "bob") }
        #expect(unknown.message == "zoe has no line in the file; 'rookery rights show' shows who has.")
    }

    @Test func aFileIsMadeForTheFirstLine() throws {
        let folder = try TemporaryFolder()
        let path = folder.url.path + "/rights"
        #expect(throws: ChangeError.self) { try RightsChange.remove("alice").apply(toFile: path) }
        #expect(access(path, F_OK) != 0)
        #expect(try RightsChange.set("alice", words: ["metrics"]).apply(toFile: path) == nil)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o600)
        #expect(try RightsChange.hasLine("alice", file: path) && !RightsChange.hasLine("bob", file: path))
    }
}
