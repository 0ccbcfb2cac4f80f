/// What a database holds beside the records so that questions are answered without reading them all: the generation, the
/// regions, the boxes of locations, the numbers of species on checklists, and the summaries. It follows from the other tables.
enum DerivedTables {
    /// Makes all of it afresh.
    static func rebuild(in database: Database) throws(StoreError) {
        try database.execute(
            """
            DELETE FROM generation;
            INSERT INTO generation VALUES (lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%SZ', 'now'));
            DELETE FROM region;
            INSERT INTO region (code) SELECT DISTINCT region FROM location WHERE region IS NOT NULL ORDER BY region;
            DELETE FROM location_box;
            INSERT INTO location_box
                SELECT id, longitude, longitude, latitude, latitude FROM location WHERE latitude IS NOT NULL;
            DELETE FROM summary;
            """)
        try countSpecies(in: database)
        try Summaries.make(in: database)
    }

    /// Counts the species of every checklist. Those of one date and place come together, and each's species in their order.
    private static func countSpecies(in database: Database) throws(StoreError) {
        let none = try database.integer("SELECT id FROM species WHERE code = 'nobird'")
        let select = try database.prepare(
            """
            SELECT date, location_id, species_id, num, checklist_id FROM observation INDEXED BY observation_by_date
            ORDER BY date, location_id, species_id
            """)
        let update = try database.prepare(
            "UPDATE checklist SET species_count = ?2 WHERE id = ?1 AND species_count <> ?2")
        var counts: [Int64: (last: Int64?, count: Int64)] = [:]
        var (date, location) = (Int64.min, Int64.min)
        func write() throws(StoreError) {
            for (id, value) in counts {
                update.bind(1, id)
                update.bind(2, value.count)
                try update.run()
            }
            counts.removeAll(keepingCapacity: true)
        }
        while try select.step() {
            let place = (select.int64(0), select.int64(1))
            if place != (date, location) {
                try write()
                (date, location) = place
            }
            let species = select.int64(2)
            let isSeen = species != none && (select.isNull(3) || select.int64(3) != 0)
            var value = counts[select.int64(4)] ?? (nil, 0)
            if isSeen, value.last != species { value = (species, value.count + 1) }
            counts[select.int64(4)] = value
        }
        try write()
    }
}
