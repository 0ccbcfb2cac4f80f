extension Format {
    /// eBird's taxonomy, which says of each taxon what category it is of.
    static let ebirdTaxonomy = Format(
        name: "ebird-taxonomy", title: "eBird taxonomy",
        content: .species, syntax: .comma,
        columns: [
            Column("species_code", .species),
            Column("category", .category),
            Column("sci_name", .scientificName),
            Column("primary_com_name", .commonName),
            Column("taxon_order", .taxonOrder),
        ])
}
