import Birds

extension Format {
    /// eBird's taxonomy: the download, or the answer of eBird's API, whose columns have other names. It gives the
    /// category of each taxon, and an order in which relatives follow one another.
    static let eBirdTaxonomy = Format(
        name: "ebird-taxonomy", title: "eBird taxonomy",
        content: .species, syntax: .comma, rules: [.taxonomy],
        columns: [
            Column("species_code", or: ["speciescode"], .species),
            Column("category", .category),
            Column("sci_name", or: ["scientific_name", "sciname"], .scientificName),
            Column("primary_com_name", or: ["common_name", "comname"], .commonName),
            Column("taxon_order", or: ["taxonorder"], .taxonOrder),
        ])

    /// The Clements checklist, saved from its spreadsheet. The column with the order is named after the year, and there
    /// may be one of an earlier year too. Subspecies, and all taxa before 2019, have no codes.
    static let clements = Format(
        name: "clements", title: "Clements checklist",
        content: .species, syntax: .comma, rules: [.taxonomy, .namesAsCodes],
        columns: [
            Column("category", .category),
            Column("english name", .commonName),
            Column("scientific name", .scientificName),
            Column("species_code", .species, required: false),
            Column("sort", or: (2010...2060).reversed().map { "sort v\($0)" }, .taxonOrder, required: false),
        ])

    /// The list of the International Ornithological Congress, saved from one of its spreadsheets. It has no codes (a
    /// column `Code` tells what has changed). Some have rows for genera, families and orders too, told by a rank.
    static let ioc = Format(
        name: "ioc", title: "IOC World Bird List",
        content: .species, syntax: .comma, rules: [.taxonomy, .namesAsCodes],
        columns: [
            Column(
                "scientific name", or: (2...30).reversed().flatMap { n in (1...9).reversed().map { "ioc_\(n).\($0)" } },
                .scientificName),
            Column("english name", or: ["english"], .commonName),
            // One of these tells the list from other tables of names.
            Column("seq.", or: ["seq", "rank", "authority"], .unused),
            Column("seq.", or: ["seq"], .taxonOrder, required: false),
            Column("rank", .rank, required: false),
        ])

    /// The master list of the International Ornithological Congress, saved from its spreadsheet, with a title above the
    /// header. Each rank has a column and rows of its own, so a row of a species has only the second word of its name,
    /// and one of a subspecies only the third. The order is that of the rows.
    static let iocMaster = Format(
        name: "ioc-master", title: "IOC master list",
        content: .species, syntax: .comma, rules: [.taxonomy, .namesAsCodes],
        columns: [
            Column("order", .unused),
            Column("genus", .genus),
            Column("species (scientific)", or: ["species"], .epithet),
            Column("subspecies", .subspecies, required: false),
            Column("species (english)", or: ["english name", "english"], .commonName),
        ])
}
