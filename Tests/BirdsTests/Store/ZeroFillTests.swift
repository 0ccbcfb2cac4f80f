import Testing

@testable import Birds

@Suite struct ZeroFillTests {
    @Test func aCompleteChecklistWithoutTheSpeciesHasARowOfZero() throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture()
        fixture.species = [
            Fixture.Species(code: "comrav"), Fixture.Species(code: "stejay", commonName: "Steller's Jay"),
        ]
        fixture.places = [Fixture.Place(code: "L1", region: "CA-YT"), Fixture.Place(code: "L2", region: "US-AK")]
        func visit(_ date: Int, _ place: Int, _ species: Int, complete: Int?, code: String) -> Fixture.Record {
            Fixture.Record(
                date: date, place: place, species: species, num: nil, checklistCode: code, time: "07:00",
                complete: complete, sourceID: "O" + code)
        }
        fixture.records = [
            visit(20_210_203, 0, 1, complete: 1, code: "A"), visit(20_210_203, 0, 0, complete: 1, code: "B"),
            visit(20_210_203, 1, 0, complete: 0, code: "C"), visit(20_210_204, 1, 1, complete: nil, code: "D"),
            visit(20_210_205, 1, 0, complete: 1, code: "E"),
        ]
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.species = ["Steller's Jay"]
        query.fields = [.id, .checklistID, .sourceID, .time, .locationID, .speciesID, .num, .complete]
        let all = "1,A,OA,07:00,L1,stejay,,1\r\n,B,,07:00,L1,stejay,0,1\r\n"
        let header = "id,checklist_id,source_id,time,loc_id,species_id,num,complete\r\n"
        #expect(
            try store.zeroFilled(query, view: .everything, format: .csv).text()
                == header + all + ",E,,07:00,L2,stejay,0,1\r\n")
        #expect(try store.zeroFilled(query, view: View(regions: ["CA"]), format: .csv).text() == header + all)
        query.locations = ["L2"]
        #expect(
            try store.zeroFilled(query, view: .everything, format: .json).text()
                == #"[{"id":null,"checklist_id":"E","source_id":null,"time":"07:00","loc_id":"L2","species_id":"stejay","num":0,"complete":true}]"#
                + "\n")
        query.species = ["nothing like it"]
        #expect(throws: StoreError.self) { try store.zeroFilled(query, view: .everything, format: .json) }
    }
}
