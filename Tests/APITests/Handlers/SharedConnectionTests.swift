import HTTP
import Testing

@testable import API

/// Connections of the pool under load. The thread sanitizer reports one that two threads use: `scripts/test --sanitize
/// thread`.
@Suite(.serialized) struct SharedConnectionTests {
    /// Some of each way in which rows are made, each longer than one piece.
    private static let long = [
        "/?species=stejay&zerofill=yes", "/?species=stejay,comrav&zerofill=yes&limit=2500", "/observations.csv",
        "/?limit=2000", "/?sort=num,-date", "/?sort=-species_id", "/?sort=loc_id&limit=2000",
        "/checklists?species=comrav", "/checklists?limit=1500", "/summary?by=species,date,location",
        "/summary?by=location,date&min_num=1", "/locations", "/locations?limit=900&count=exact",
    ]

    /// 3,000 complete checklists at 1,000 places.
    private static func records() -> String {
        var text = """
            LOC_ID,LATITUDE,LONGITUDE,SUBNATIONAL1_CODE,ENTRY_TECHNIQUE,SUB_ID,OBS_ID,Month,Day,Year,PROJ_PERIOD_ID,\
            SPECIES_CODE,alt_full_spp_code,HOW_MANY,PLUS_CODE,VALID,REVIEWED,DAY1_AM,DAY1_PM,DAY2_AM,DAY2_PM,\
            EFFORT_HRS_ATLEAST,SNOW_DEP_ATLEAST,Data_Entry_Method

            """
        for visit in 0..<3000 {
            for (index, species) in ["comrav", visit % 3 == 0 ? "stejay" : "bkcchi"].enumerated() {
                text +=
                    "L\(visit % 1000),59.6,-151.\(visit % 1000),US-AK,/MAP,S\(visit),OBS\(visit)\(index),\(visit % 12 + 1),"
                text +=
                    "\(visit % 28 + 1),2013,PFW_2013,\(species),NA,\(visit % 7 + 1),NA,1,0,1,0,1,1,1.001,0,PFW Web 4.1.4\n"
            }
        }
        return text
    }

    @Test func oneThreadAtATimeUsesAConnection() throws {
        let fixture = try ServiceFixture(plain: Self.records(), loopBudget: 2_000_000)
        let server = try RecordServer(fixture)
        let expected = try Self.long.map { try server.get($0) }
        try inThreads(6) { thread in
            for round in 0..<3 {
                for step in Self.long.indices {
                    let index = (step + 3 * thread + round) % Self.long.count
                    switch (thread + step) % 6 {
                    case 0: try server.abandon(Self.long[index])
                    case 1: try server.abandon(Self.long[index], coding: "gzip")
                    case 2: _ = try server.get(Self.long[index], coding: "gzip")
                    case 3: _ = try server.get(Self.long[index], method: .head)
                    default: #expect(try server.get(Self.long[index]) == expected[index])
                    }
                }
            }
        }
        try server.wait { server.stores.pool.count == 0 }
        try server.stop()
    }

    @Test func aConnectionIsFreeOfTheAnswerBeforeIt() throws {
        let fixture = try ServiceFixture(plain: Self.records(), loopBudget: 2_000_000)
        let server = try RecordServer(fixture)
        // Two pieces each, so that connections change hands all the time.
        let targets = ["/?species=stejay&zerofill=yes&limit=900", "/checklists?species=comrav&limit=700"]
        let expected = try targets.map { try server.get($0) }
        try inThreads(10) { thread in
            for round in 0..<15 {
                let index = (thread + round) % targets.count
                let text = try server.get(targets[index])
                #expect(text == expected[index])
            }
        }
        try server.wait { server.stores.pool.count == 0 }
        try server.stop()
    }
}
