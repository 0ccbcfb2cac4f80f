import Testing

@testable import People

@Suite struct RightsFileTests {
    private func rights(_ line: String, of name: String = "alice") throws -> RightsFile.Rights? {
        try RightsFile(Array((line + "\n").utf8)).rights(ofUser: name)
    }

    @Test func readsEachWord() throws {
        var all = RightsFile.Rights()
        #expect(try rights("alice") == all)
        all.metrics = true
        #expect(try rights("alice metrics") == all)
        (all.regions, all.datasets) = (["CA-YT", "US-NY-001"], ["atlas", "winter counts", "a \"b\""])
        // The second after 31 January 2027 in UTC.
        all.end = 1_801_440_000
        let line = "alice\tregions=CA-YT,US-NY-001  expires=2027-01-31 metrics "
        #expect(try rights(line + "datasets=atlas,\"winter counts\",\"a \"\"b\"\"\" # until spring\r") == all)
        #expect(try rights("\"Ana Maria\" metrics", of: "Ana Maria")?.metrics == true)
        #expect(try rights("alice expires=2028-02-29")?.end == 1_835_481_600)
    }

    private static let known =
        "metrics, regions=, datasets=, precise, precise-regions=, precise-datasets=, expires= or none"

    @Test(
        arguments: [
            ("", .only()), ("precise", .everywhere), ("regions=CA precise datasets=a", .everywhere),
            ("precise-regions=CA-YT,US", .only(regions: ["CA-YT", "US"])),
            ("precise-datasets=atlas,\"winter counts\"", .only(datasets: ["atlas", "winter counts"])),
            ("precise-datasets=b precise-regions=CA", .only(regions: ["CA"], datasets: ["b"])),
            // Some of it shows something.
            ("regions=CA precise-regions=CA-YT,US", .only(regions: ["CA-YT", "US"])),
            ("regions=CA-YT-001 precise-regions=CA", .only(regions: ["CA"])),
            ("datasets=a,b precise-datasets=b,c", .only(datasets: ["b", "c"])),
            ("datasets=a precise-regions=CA", .only(regions: ["CA"])),
        ] as [(String, RightsFile.Rights.Precision)])
    func readsWherePlacesAreExact(words: String, precision: RightsFile.Rights.Precision) throws {
        let rights = try #require(try rights("alice \(words)"))
        #expect(rights.precision == precision)
        let written = RightsFile.Entry(name: "alice", rights: rights, line: 1).text
        #expect(try self.rights(written) == rights)
    }

    /// The own line decides, then the group. Who has neither has no rights.
    @Test func aLineOfItsOwnDecides() throws {
        let file = try RightsFile(
            Array("# rights\n\n@users datasets=open\nalice metrics\n@shared regions=CA\n@public datasets=atlas\n".utf8))
        #expect(file.rights(ofUser: "alice")?.datasets == nil && file.rights(ofUser: "alice")?.metrics == true)
        #expect(file.rights(ofUser: "bob")?.datasets == ["open"])
        #expect(file.rights(of: .shared)?.regions == ["CA"] && file.rights(of: .everybody)?.datasets == ["atlas"])
        #expect(file.entries.map(\.line) == [3, 4, 5, 6])
        #expect(try rights("bob metrics") == nil && rights("") == nil)
        #expect(try RightsFile(Array("alice\n".utf8)).rights(of: .shared) == nil)
    }

    @Test(
        arguments: [
            (
                "alice Metrics",
                "'Metrics' is not a right; write \(RightsFileTests.known), with commas and no spaces in lists"
            ),
            ("alice regions=CA, US", "'regions' has an empty value; write it as regions=CA-YT,US-AK"),
            (
                "alice US-AK",
                "'US-AK' is not a right; write \(RightsFileTests.known), with commas and no spaces in lists"
            ),
            (
                "alice precise=yes", "'precise' takes no value; write it alone, or precise-regions=CA-YT,US"
            ),
            (
                "alice precise-region=CA",
                "'precise-region' is not a right; write \(RightsFileTests.known), with commas and no spaces in lists"
            ),
            ("alice precise-regions", "'precise-regions' needs a value, such as precise-regions=CA-YT,US"),
            (
                "alice precise-datasets",
                "'precise-datasets' needs a value, such as precise-datasets=atlas,\"winter counts\""
            ),
            (
                "alice precise-regions=CA,,US",
                "'precise-regions' has an empty value; write it as precise-regions=CA-YT,US"
            ),
            ("alice precise precise", "'precise' is there twice; give it once"),
            ("alice precise-datasets=a precise-datasets=b", "'precise-datasets' is there twice; give it once"),
            ("alice precise none", "'none' is there with other words; leave out one of them"),
            ("alice precise-regions=yt", "'yt' is not the code of a region; write YT"),
            (
                "alice precise-regions=CA-YT,CA-YT-001",
                "'CA-YT-001' is a part of a region, and 'precise-regions' takes only countries and their regions; write CA-YT"
            ),
            (
                "alice precise-regions=us-ny-001",
                "'us-ny-001' is a part of a region, and 'precise-regions' takes only countries and their regions; write US-NY"
            ),
            (
                "alice precise-regions=CA precise",
                "'precise' is for everywhere; leave it out, or leave out 'precise-regions' and 'precise-datasets'"
            ),
            (
                "alice precise precise-datasets=a",
                "'precise' is for everywhere; leave it out, or leave out 'precise-regions' and 'precise-datasets'"
            ),
            // What could never show an exact place.
            (
                "alice regions=CA precise-regions=US,CR",
                "'precise-regions' has none of the regions in 'regions', so it shows nothing; change one of the two"
            ),
            (
                "alice precise-datasets=é datasets=e\u{301},b precise-regions=CA",
                "'precise-datasets' has none of the data sets in 'datasets', so it shows nothing; change one of the two"
            ),
            ("alice regions=", "'regions' has an empty value; write it as regions=CA-YT,US-AK"),
            ("alice regions", "'regions' needs a value, such as regions=CA-YT,US-AK"),
            ("alice regions=ca-yt", "'ca-yt' is not the code of a region; write CA-YT"),
            ("alice regions=Yukon", "'Yukon' is not the code of a region, such as CA or CA-YT"),
            ("alice regions=CA-", "'CA-' is not the code of a region, such as CA or CA-YT"),
            ("alice regions=*", "'*' is not the code of a region, such as CA or CA-YT"),
            ("alice datasets=\"\"", "'datasets' has an empty value; write it as datasets=atlas,\"winter counts\""),
            ("alice datasets=\"atlas", "a double quote is not closed"),
            ("alice datasets=at\"la\"s", "a double quote is inside of a value; put the whole value into double quotes"),
            ("alice metrics=yes", "'metrics' takes no value"),
            // Names that no import gives to a data set.
            (
                "alice datasets=atlas,\" nests\"",
                "' nests' is not a data set, whose name has no comma and no space at its ends; write "
                    + "datasets=atlas,\"winter counts\""
            ),
            (
                "alice datasets=\"a,b\"",
                "'a,b' is not a data set, whose name has no comma and no space at its ends; write "
                    + "datasets=atlas,\"winter counts\""
            ),
            // A space or the name was forgotten.
            (
                "anna,regions=DE",
                "'anna,regions=DE' is not a name; put spaces between words, and a name with = or a comma into double quotes"
            ),
            (
                "regions=DE",
                "'regions=DE' is not a name; put spaces between words, and a name with = or a comma into double quotes"
            ),
            ("alice none metrics", "'none' is there with other words; leave out one of them"),
            ("alice metrics metrics", "'metrics' is there twice; give it once"),
            ("alice regions=CA regions=US", "'regions' is there twice; give it once"),
            ("alice expires=2027-02-30", "there is no day '2027-02-30'"),
            ("alice expires=31.1.2027", "'31.1.2027' is not a date, such as 2027-01-31"),
            ("alice expires=+027-01-31", "'+027-01-31' is not a date, such as 2027-01-31"),
            ("@all", "'@all' is not a group; the groups are @users, @shared, @public"),
            ("alice\nalice metrics", "'alice' is on line 1 already; put both into one line"),
        ])
    func namesWhatIsWrong(text: String, reason: String) throws {
        let error = try #require(throws: FileFault.self) { try RightsFile(Array("\(text)\nzoe metrics\n".utf8)) }
        #expect(error.lines.map(\.text) == [reason])
        #expect(error.lines.map(\.number) == [text.split(separator: "\n").count])
    }

    /// A combining mark makes one `Character` with the quote, comma, `=`, `#` or space before it, and hides none.
    @Test(arguments: [
        "alice datasets=\"a\"\u{301},b", "alice datasets=\"a,\u{301}b\"", "alice regions=CA,\u{301}US", "@\u{301}x",
        "alice regions=\u{301}CA", "alice =\u{301}regions", "alice \u{301}metrics", "alice,\u{301}b", "alice \"\u{301}",
    ]) func combiningMarksHideNothing(line: String) throws {
        #expect(throws: FileFault.self) { try RightsFile(Array((line + "\n").utf8)) }
        #expect(try rights("alice regions=CA #\u{301} metrics")?.metrics == false)
        #expect(try RightsFile(Array("#\u{301}alice\n".utf8)).entries.isEmpty)
        #expect(quotedWord("$\u{301}2y") == "'…'")
    }

    /// A `#` that was meant as a part of a word lets go of a limit.
    @Test func findsWordsInComments() throws {
        let lines = [
            "a #regions=CA-YT", "b metrics # datasets=atlas until spring", "c ## expires=2027-01-31", "d #none",
            "e #metrics", "f # none of them", "g # until spring", "# regions=CA", "#none", "h regions=CA", "i #a=b",
            "j datasets=#regions=CA", "k #", "l # precise-regions=CA", "m #precise", "n # precise places",
        ]
        let file = try RightsFile(Array(lines.map { $0 + "\n" }.joined().utf8))
        #expect(file.commentedWords.map(\.line) == [1, 2, 3, 4, 5, 14, 15])
        #expect(
            file.commentedWords.first?.text
                == "'regions=CA-YT' is in a comment, so it does not count; take the # away if it should")
    }

    /// What two files give is never more than either gives.
    @Test(arguments: [
        ("alice", "alice", "alice"), ("alice", "alice none", "alice none"), ("alice none", "alice", "alice none"),
        ("alice", "bob", "alice none"), ("alice metrics", "@users regions=CA", "alice regions=CA"),
        ("alice regions=CA", "@users\nalice regions=CA-YT", "alice regions=CA-YT"),
        ("alice regions=CA,US-AK", "alice regions=US,CA-YT", "alice regions=US-AK,CA-YT"),
        ("alice regions=CA", "alice regions=US", "alice none"),
        ("alice datasets=a,b", "alice datasets=b,c", "alice datasets=b"),
        ("alice regions=CA", "alice datasets=b", "alice regions=CA datasets=b"),
        ("alice expires=2027-01-31", "alice metrics", "alice expires=2027-01-31"),
        ("alice expires=2027-01-31", "alice expires=2026-01-31", "alice expires=2026-01-31"),
        ("alice precise", "alice", "alice"), ("alice precise", "alice precise", "alice precise"),
        ("alice precise", "alice regions=CA precise-regions=CA-YT", "alice regions=CA precise-regions=CA-YT"),
        ("alice precise-regions=CA,US-AK", "alice precise-regions=CA-YT,US", "alice precise-regions=CA-YT,US-AK"),
        // Exact in both: data set b in CA, for which there are no words.
        ("alice precise-regions=CA", "alice precise-datasets=b", "alice"),
        ("alice precise-regions=CA", "alice datasets=b precise-datasets=b", "alice datasets=b precise-regions=CA"),
        (
            "alice precise-regions=CA", "alice regions=CA-YT precise-datasets=b",
            "alice regions=CA-YT precise-datasets=b"
        ),
        (
            "alice precise-regions=CA precise-datasets=b", "alice regions=CA datasets=b precise",
            "alice regions=CA datasets=b precise"
        ),
    ]) func whatTwoFilesGive(one: String, other: String, both: String) throws {
        let files = try [one, other].map { try RightsFile(Array(($0 + "\n").utf8)) }
        for (a, b) in [(files[0], files[1]), (files[1], files[0])] {
            let common = a.common(with: b)
            let entry = RightsFile.Entry(name: "alice", rights: common.rights(ofUser: "alice"), line: 1)
            #expect(Set(entry.text.split { " ,=".contains($0) }) == Set(both.split { " ,=".contains($0) }))
        }
        let groups = try RightsFile(Array("@users\n@shared regions=CA\n@public\n".utf8))
            .common(with: RightsFile(Array("@shared\n@users datasets=a\nalice\n".utf8)))
        #expect(groups.rights(of: .shared)?.regions == ["CA"] && groups.rights(of: .everybody) == nil)
        #expect(groups.rights(ofUser: "bob")?.datasets == ["a"] && groups.without(.shared).rights(of: .shared) == nil)
    }

    /// Nobody who is shown less, in anything, is shown as much.
    @Test(arguments: [
        ("", "", true), ("", "metrics", false), ("metrics", "", true), ("", "regions=CA datasets=atlas", true),
        ("regions=CA", "", false), ("regions=CA", "regions=CA", true), ("regions=CA,US", "regions=US-AK,CA-YT", true),
        ("regions=CA-YT", "regions=CA", false), ("regions=CA-Y", "regions=CA-YT", false),
        ("regions=CA", "regions=CA,US", false), ("datasets=a,b", "datasets=b", true),
        ("datasets=a", "datasets=a,b", false),
        ("datasets=a", "", false), ("datasets=é", "datasets=e\u{301}", false),
        ("regions=CA expires=2027-01-31", "regions=CA", true),
        ("precise", "", true), ("", "precise", false), ("precise-regions=CA", "precise-regions=CA-YT", true),
        ("precise-regions=CA-YT", "precise-regions=CA", false), ("precise", "precise-datasets=b", true),
        ("precise-datasets=é", "precise-datasets=e\u{301}", false),
        ("precise-regions=CA", "regions=CA precise", true), ("precise-regions=CA", "precise-datasets=b", false),
        ("precise-regions=CA", "regions=CA,US precise-datasets=b", false),
        ("precise-regions=CA precise-datasets=b", "regions=CA,US datasets=b precise", true),
        ("regions=CA precise", "regions=CA precise-regions=US,CA-YT", true),
        ("regions=CA", "regions=US precise", false),
    ]) func rightsCoverOthers(wide: String, narrow: String, isCovered: Bool) throws {
        let rights = try (rights("alice \(wide)"), rights("alice \(narrow)"))
        #expect(try #require(rights.0).cover(#require(rights.1)) == isCovered)
    }

    @Test func knowsWhereAMissingLineShowsMore() throws {
        for (users, alice, bob) in [
            ("", false, false), ("@users metrics", true, true), ("@users", true, false),
            ("@users regions=CA", true, false), ("@users regions=CA-YT expires=2027-01-31", false, false),
            ("@users expires=2030-01-01", true, false),
        ] {
            let file = try RightsFile(
                Array("alice regions=CA expires=2027-01-31\nbob\n@shared metrics\n\(users)\n".utf8))
            #expect(file.showsMore(without: "alice") == alice)
            #expect(file.showsMore(without: "bob") == bob)
            for name in ["zoe", "@users", "@shared"] { #expect(!file.showsMore(without: name)) }
        }
    }

    /// One person can be shut out of what their group sees.
    /// Cut anywhere within a line, a file is refused: what is missing may limit somebody.
    @Test func aCutFileIsRefused() throws {
        let bytes = Array("@users regions=CA-BC\nalice regions=CA-YT,US-AK datasets=atlas expires=2025-01-31\n".utf8)
        for count in 1..<bytes.count where bytes[count - 1] != UInt8(ascii: "\n") {
            let error = try #require(throws: FileFault.self) { try RightsFile(Array(bytes[..<count])) }
            #expect(error.message(path: "r").contains("it has no line end, so its end may be missing"))
        }
        #expect(try RightsFile([]).entries.isEmpty)
    }

    /// White space that seems to end a line or a word, and does not, gives nobody all records.
    @Test(arguments: [
        ("@users\nalice\n  metrics\n", "line 3: it begins with white space"),
        ("@users\nalice\n\tregions=CA-YT\n", "line 3: "),
        ("alice\u{A0}metrics\n", "has white space that is no plain space"),
        ("\u{FEFF}@users\n\u{FEFF}bob regions=GB\n", "has the invisible character U+FEFF; write the name without it"),
        ("bob\u{200B} regions=GB\n", "the invisible character U+200B"),
        ("bob\u{200C} none\n", "the invisible character U+200C"),
        ("\u{200D}bob none\n", "the invisible character U+200D"),
        ("bo\u{AD}b none\n", "the invisible character U+00AD"),
        ("bob\u{E0041} none\n", "the invisible character U+E0041"),
        ("bob\u{FE0F} none\n", "the invisible character U+FE0F"),
        ("alice regions=CA\u{A0}metrics\n", "is not the code of a region"),
        ("alice\u{2003}regions=CA\n", "is not a name"),
        ("alice,bob regions=CA\n", "is not a name"),
    ]) func oddWhiteSpaceIsRefused(text: String, reason: String) throws {
        let error = try #require(throws: FileFault.self) { try RightsFile(Array(text.utf8)) }
        #expect(error.message(path: "r").contains(reason), "\(error)")
        #expect(try RightsFile(Array("  # comment\n   \nalice regions=CA\n".utf8)).entries.count == 1)
    }

    @Test func noneShowsNothing() throws {
        let file = try RightsFile(Array("@users regions=CA\nalice none # left\n@shared none\n".utf8))
        #expect(file.rights(ofUser: "alice") == nil && file.rights(ofUser: "bob")?.regions == ["CA"])
        #expect(file.rights(of: .shared) == nil)
        #expect(file.entry(of: "alice")?.text == "alice none")
        #expect(file.showsMore(without: "alice") && file.entry(of: "alice")?.haveEnded(at: .max) == false)
    }

    @Test func saysWhatSomebodyMaySee() throws {
        let file = RightsFile.readable(
            Array(
                """
                alice
                bob metrics regions=CA-YT,US,DE-SH datasets=atlas,"winter counts" expires=2027-01-31
                carla none
                dora regions=ca
                @users datasets=atlas
                fred regions=CA metrics precise
                gina datasets=atlas precise-regions=CA,US precise-datasets=atlas,nests
                hugo precise-datasets=atlas expires=2027-01-31

                """.utf8))
        #expect(file.inWords("alice") == "all records")
        #expect(
            file.inWords("bob")
                == "the records of atlas and winter counts in CA-YT, US and DE-SH, and /metrics, until 2027-01-31")
        #expect(file.inWords("carla") == "nothing" && file.inWords("@shared") == "nothing")
        #expect(file.inWords("@users") == "the records of atlas")
        #expect(file.inWords("fred") == "the records in CA, with exact places, and /metrics")
        #expect(
            file.inWords("gina")
                == "the records of atlas, with exact places in CA and US, and of atlas and nests")
        #expect(file.inWords("hugo") == "all records, with exact places of atlas, until 2027-01-31")
        #expect(file.inWords("eve") == "as @users: the records of atlas")
    }

    /// Where files were mixed up, no password and no hash is repeated.
    @Test(
        arguments: [
            "alice:$2y$04$nVHw3kWTpblHifSePcLCY.0E4TZZAnmxnAUt4JMj6kNuXnVAWpnGe",
            "Hans Müller:$2y$04$nVHw3kWTpblHifSePcLCY.0E4TZZAnmxnAUt4JMj6kNuXnVAWpnGe", "bob:nVHw3kWT", "bob: nVHw3kWT",
            "Ana María:{SHA}nVHw3kWT=", "alice $2y$04$nVHw3kWT", "alice regions=$2y$04$nVHw3kWT", "$2y$04$nVHw3kWT",
            "alice $2y$nVHw3kWT $2y$nVHw3kWT", "alice expires=$nVHw3kWT", "@$2y$nVHw3kWT",
            "alice datasets=$nVHw3kWT,\" \"",
        ]) func aHashIsNotShown(text: String) throws
    {
        let error = try #require(throws: FileFault.self) { try RightsFile(Array(text.utf8)) }
        #expect(!error.message(path: "rights").contains("nVHw3kWT"))
        #expect(
            error.message(path: "rights").contains("it is a line of a users file, which goes with --users")
                == text.contains(":"))
    }

    /// Whoever misspells a name sees less than they should, and the command tells.
    @Test func findsNamesThatADatabaseDoesNotHave() throws {
        let file = try RightsFile(
            Array("# x\nalice regions=DE,DE-SH,DE-XX datasets=atlas,nest\n@users\nbob none\n".utf8))
        let unknown = file.unknown(datasets: ["atlas", "nests"], regions: ["DE-SH", "DK", "DE-XXX"])
        let precise = try RightsFile(
            Array("alice regions=DE,DX precise-regions=DE,DX,DE-SX precise-datasets=nest,atlas\n".utf8))
        #expect(
            precise.unknown(datasets: ["atlas"], regions: ["DE-SH"]).map(\.text)
                == [
                    "the database has no data set 'nest'", "the database has no region 'DX'",
                    "the database has no region 'DE-SX'",
                ])
        #expect(unknown.map(\.line) == [2, 2])
        #expect(
            unknown.map(\.text) == ["the database has no data set 'nest'", "the database has no region 'DE-XX'"])
    }

    @Test func theyEndWithTheirLastDay() throws {
        let rights = try #require(try rights("alice expires=2027-01-31"))
        #expect(!rights.haveEnded(at: 1_801_439_999) && rights.haveEnded(at: 1_801_440_000))
        #expect(try self.rights("alice")?.haveEnded(at: .max) == false)
    }
}
