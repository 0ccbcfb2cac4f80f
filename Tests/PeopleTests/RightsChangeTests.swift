import FileSystem
import Glibc
import Testing

@testable import Fixtures
@testable import People

@Suite struct RightsChangeTests {
    private func set(
        _ name: String, _ words: String..., dropsLimits: Bool = false, in text: String
    ) throws -> String {
        let change = try RightsChange.set(name, words: words, dropsLimits: dropsLimits)
        return String(decoding: try change.apply(to: Array(text.utf8)), as: UTF8.self)
    }

    private func remove(_ name: String, from text: String) throws -> String {
        String(decoding: try RightsChange.remove(name).apply(to: Array(text.utf8)), as: UTF8.self)
    }

    /// Whatever else is in the file stays, byte for byte.
    @Test func changesOneLine() throws {
        let text = "# wardens\r\n\n  alice  metrics # until spring\r\nbad \"line\n\u{1}x y\n#bob\n@users\tregions=CA"
        #expect(try set("zoe", "all", in: text) == text + "\nzoe\n")
        #expect(
            try set("alice", "expires=2027-01-31", "regions=CA-YT,US", "metrics", dropsLimits: true, in: text)
                == text.replacing("alice  metrics", with: "alice  metrics regions=CA-YT,US expires=2027-01-31") + "\n")
        #expect(
            try set("@users", "datasets=atlas", dropsLimits: true, in: text)
                == text.replacing("regions=CA", with: "datasets=atlas\n"))
        // A line that can't be read is replaced by one that can.
        #expect(try set("bad", "all", dropsLimits: true, in: text) == text.replacing("bad \"line", with: "bad") + "\n")
        #expect(try set("alice", "all", in: "\u{FEFF}alice metrics\r\nbob") == "\u{FEFF}alice\r\nbob\n")
        #expect(try set("bob", "none", in: "bob regions=CA") == "bob none\n")
        #expect(try remove("alice", from: "\u{FEFF}alice metrics\nbob") == "bob\n")
        #expect(try remove("bob", from: "bob\nalice\n\"bob\" metrics\n") == "alice\n")
    }

    /// White space in columns and the comment stay where they are as far as that is possible.
    @Test func keepsComments() throws {
        for (old, new) in [
            ("alice    regions=CA   # until spring\r", "alice    regions=US   # until spring\r"),
            ("\talice\tregions=CA\t#x", "\talice\tregions=US\t#x"), ("alice # all", "alice regions=US # all"),
            ("alice", "alice regions=US"), ("alice regions=CA ", "alice regions=US"),
            ("alice \"bad # x", "alice regions=US"), ("\"alice\"  none  # \u{E4}", "alice  regions=US  # \u{E4}"),
        ] { #expect(try set("alice", "regions=US", dropsLimits: true, in: old + "\nbob\n") == new + "\nbob\n") }
        #expect(try set("alice", "all", in: "alice   regions=CA  # x") == "alice  # x\n")
    }

    /// A word that was forgotten never opens anything: the line that a command writes replaces the whole one.
    @Test func noLimitGoesUnsaid() throws {
        func refusal(_ name: String, _ words: String..., in text: String) throws -> String? {
            do throws(ChangeError) {
                _ = try RightsChange.set(name, words: words).apply(to: Array(text.utf8))
                return nil
            } catch {
                #expect(error.kind == .refused)
                return error.message
            }
        }
        let limited = "anna regions=DE-SH expires=2027-12-31\nbroken line\n"
        let which = "say which records: regions=, datasets=, all for all records, or none."
        for words in [[], ["metrics"], ["expires=2028-12-31"]] {
            let error = try #require(throws: ChangeError.self) { try RightsChange.set("anna", words: words) }
            #expect(error.message == which)
        }
        for words in [["all", "none"], ["all", "regions=CA"], ["datasets=a", "all"]] {
            let error = try #require(throws: ChangeError.self) { try RightsChange.set("anna", words: words) }
            #expect(error.message == "'all' is there with 'none' or a limit; leave out one of them.")
        }
        let now = { (words: String) in
            "anna has \(words) now, and 'set' replaces all rights; give it again, or let it go with --drop-limits."
        }
        let dated = "expires=2028-12-31"
        #expect(try refusal("anna", "datasets=a", dated, in: limited) == now("regions=DE-SH"))
        let both = now("regions=DE-SH expires=2027-12-31")
        #expect(try refusal("anna", "datasets=a", in: limited) == both)
        #expect(try refusal("anna", "regions=DE", in: limited) == now("expires=2027-12-31"))
        #expect(try refusal("anna", "all", in: limited) == now("expires=2027-12-31"))
        #expect(try refusal("anna", "regions=DE", in: "anna datasets=\"a b\"") == now("datasets=\"a b\""))
        #expect(try refusal("anna", "datasets=a", in: "@users regions=DE") == now("regions=DE"))
        #expect(try refusal("@shared", "datasets=a", in: "@users regions=DE") == nil)
        #expect(try refusal("anna", "all", dated, in: limited) == nil)
        #expect(try refusal("anna", "regions=DE", dated, in: limited) == nil)
        #expect(try refusal("anna", "none", in: limited) == nil)
        // What a line limits that can't be read is not known.
        func unread(_ line: Int, _ name: String) -> String {
            "line \(line), that of \(name), has a mistake, so its limits are not known; mend it, or let them go with "
                + "--drop-limits."
        }
        for line in ["anna regions=DE-SH expires=2027-13-31", "anna regions=DE, datasets=a", " anna regions=DE"] {
            let file = "bob\n\(line)\n"
            #expect(try refusal("anna", "regions=DE", in: file) == unread(2, "anna"))
            #expect(try refusal("anna", "all", in: file) == unread(2, "anna"))
            #expect(try refusal("anna", "none", in: file) == nil && refusal("bob", "regions=DE", in: file) == nil)
            #expect(try set("anna", "all", dropsLimits: true, in: file).hasSuffix("anna\n"))
        }
        #expect(try refusal("anna", "all", in: "@users region=DE\n") == unread(1, "@users"))
        #expect(try refusal("@shared", "all", in: "@users region=DE\n") == nil)
        #expect(try refusal("anna", "datasets=a", in: "anna none") == nil)
        #expect(
            try set("anna", "datasets=a", dropsLimits: true, in: limited) == "anna datasets=a\nbroken line\n")
    }

    /// Exact places are no limit: they go where they are not given again, as `metrics` does.
    @Test func exactPlacesAreGivenAndTakenAway() throws {
        #expect(try set("anna", "all", "precise", in: "anna precise-regions=CA\n") == "anna precise\n")
        #expect(
            try set(
                "anna", "regions=CA", "precise-datasets=winter counts", "precise-regions=CA-YT",
                in: "anna regions=CA precise # x\n")
                == "anna regions=CA precise-regions=CA-YT precise-datasets=\"winter counts\" # x\n")
        #expect(try set("anna", "all", in: "anna precise\n") == "anna\n")
        #expect(try set("anna", "none", in: "anna precise\n") == "anna none\n")
    }

    /// The end of a line that may be missing is not made whole by a change of another one.
    @Test func aCutFileIsNotChanged() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("rights")
        let file = try #require(fopen(path, "w"))
        fputs("@users\nalice", file)
        fclose(file)
        let error = try #require(throws: ChangeError.self) {
            try RightsChange.set("bob", words: ["regions=CA"]).apply(toFile: path)
        }
        #expect("\(error)".contains("its end may be missing"))
    }

    @Test func aFileWithTwoNamesIsNotChanged() throws {
        let folder = try TemporaryFolder()
        let change = try RightsChange.set("bob", words: ["regions=CA"])
        _ = try change.apply(toFile: folder.path("rights"))
        #expect(link(folder.path("rights"), folder.path("other")) == 0)
        let error = try #require(throws: ChangeError.self) { try change.apply(toFile: folder.path("rights")) }
        #expect("\(error)".contains("as a hard link"))
    }

    /// What is written is read as it was meant.
    @Test(arguments: ["alice", "Ana Maria", "a,b", "x#y", "Jürgen", "@shared", "a,\u{301}b"]) func readsWhatItWrites(
        name: String
    )
        throws
    {
        let words = [
            "metrics", "regions=CA-YT,US", "datasets=winter counts,\"a \"\"b\"\"\",#1,é,x=y,\"\u{301}\"\"\u{301}c\"",
            "expires=0001-02-03",
        ]
        let line = String(decoding: try RightsChange.set(name, words: words).apply(to: []), as: UTF8.self)
        let entry = try #require(try RightsFile(Array(line.utf8)).entry(of: name))
        #expect(entry.text + "\n" == line)
        let rights = try #require(entry.rights)
        #expect(rights.metrics && rights.regions == ["CA-YT", "US"])
        #expect(rights.datasets == ["winter counts", "a \"b\"", "#1", "é", "x=y", "\u{301}\"\u{301}c"])
        // 3 February of the year 1 ends so many days before 1970.
        #expect(try #require(rights.end) == -719_128 * 86_400)
    }

    @Test func refusesWhatNoLineCanHave() throws {
        for (name, words, message) in [
            ("@people", ["all"], "'@people' is not a group; the groups are @users, @shared, @public."),
            ("a:b", [], "a name has no colon, quotation mark or control character."),
            ("alice\nbob", [], "a name has no colon, quotation mark or control character."),
            ("alice", ["datasets=a\nbob metrics"], "the name of a data set has no control characters."),
            (
                "alice", ["metrics\nbob"],
                "'metrics\nbob' is not a right; write metrics, regions=, datasets=, precise, precise-regions=, "
                    + "precise-datasets=, expires= or none, with commas and no spaces in lists."
            ),
            ("regions=DE", [], "'regions=DE' is not a name; give the name first."),
            (
                "alice", ["datasets=atlas, nests"],
                "' nests' is not a data set, whose name has no comma and no space at its ends; write "
                    + "datasets=atlas,\"winter counts\"."
            ),
            ("alice", ["regions=ca"], "'ca' is not the code of a region; write CA."),
            ("alice", ["expires=2027-02-30"], "there is no day '2027-02-30'."),
            // Exact places say nothing of which records.
            ("alice", ["precise"], "say which records: regions=, datasets=, all for all records, or none."),
            ("alice", ["precise-regions=CA"], "say which records: regions=, datasets=, all for all records, or none."),
            (
                "alice", ["all", "precise", "precise-regions=CA"],
                "'precise' is for everywhere; leave it out, or leave out 'precise-regions' and 'precise-datasets'."
            ),
        ] {
            let error = try #require(throws: ChangeError.self) { try RightsChange.set(name, words: words) }
            #expect(error.kind == .refused && error.message == message)
        }
        let twice = try #require(throws: ChangeError.self) { try set("bob", "all", in: "bob\nalice\nbob") }
        #expect(twice.message == "bob is there several times, on lines 1, 3; leave one of them.")
        let unknown = try #require(throws: ChangeError.self) { try remove("zoe", from: "bob") }
        #expect(unknown.message == "zoe has no line in the file; 'rookery rights show' shows all lines.")
    }

    @Test func aFileIsMadeForTheFirstLine() throws {
        let folder = try TemporaryFolder()
        let path = folder.url.path + "/rights"
        #expect(throws: ChangeError.self) { try RightsChange.remove("alice").apply(toFile: path) }
        #expect(access(path, F_OK) != 0)
        let done = try RightsChange.set("alice", words: ["metrics", "all"]).apply(toFile: path)
        #expect(done.lost == nil)
        #expect(done.old.inWords("alice") == "nothing" && done.new.inWords("alice") == "all records, and /metrics")
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o600)
        #expect(try RightsChange.hasLine("alice", file: path) && !RightsChange.hasLine("bob", file: path))
    }
}
