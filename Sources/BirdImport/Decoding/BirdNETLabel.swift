import Birds

/// Tells birds from what else BirdNET has labels for: noises, frogs and toads, insects and mammals.
///
/// Its labels are those of BirdNET's model 2.4 and of its forerunners. Genera are told and not species, since no bird
/// has one of them and another model may have more of their species.
enum BirdNETLabel {
    /// Whether a scientific name, or a label that begins with one (`Pseudacris crucifer_Spring Peeper`), is not that of
    /// a bird.
    static func isOther(_ label: ArraySlice<UInt8>) -> Bool {
        let genus = Array(label.prefix { $0 != 0x20 && $0 != UInt8(ascii: "_") })
        return genera.contains(genus) || noises.contains(Array(label.prefix { $0 != UInt8(ascii: "_") }))
    }

    /// Whether an English name is not that of a bird. Selection tables of Raven have no other names.
    static func isOtherByName(_ name: ArraySlice<UInt8>) -> Bool {
        noises.contains(Array(name)) || names.contains(Array(name))
    }

    private static func set(_ text: String) -> Set<[UInt8]> {
        Set(text.split { $0 == "," || $0 == "\n" }.map { Array($0.drop { $0 == " " }.utf8) })
    }

    /// What is no living thing, a domestic animal or people, and that nothing was heard.
    private static let noises = set(
        """
        Background,background,Dog,Engine,Environmental,Fireworks,Gun,Human non-vocal,Human vocal,Human whistle,Noise,nocall
        Power tools,Siren
        """)

    private static let genera = set(
        """
        Acris,Anaxyrus,Dryophytes,Eleutherodactylus,Gastrophryne,Hyla,Hyliola,Incilius,Lithobates,Pseudacris,Rana,Scaphiopus
        Spea
        Allonemobius,Amblycorypha,Anaxipha,Apis,Atlanticus,Conocephalus,Cyrtoxipha,Eunemobius,Gryllus,Microcentrum,Miogryllus
        Neoconocephalus,Neonemobius,Oecanthus,Orchelimum,Orocharis,Phyllopalpus,Pterophylla,Scudderia
        Alouatta,Canis,Odocoileus,Sciurus,Tamias,Tamiasciurus,Vulpes
        """)

    private static let names = set(
        """
        American Toad,Yosemite Toad,Great Plains Toad,Fowler's Toad,Houston Toad,Arizona Toad,Oak Toad,Texas Toad
        Southern Toad,Woodhouse's Toad,Gulf Coast Toad,Greenhouse Frog,Northern Cricket Frog,Southern Cricket Frog
        Pine Barrens Treefrog,Canyon Treefrog,Bird-voiced Treefrog,Cope's Gray Treefrog,Green Treefrog,Pine Woods Treefrog
        Barking Treefrog,Squirrel Treefrog,Gray Treefrog,Pacific Chorus Frog,Brimley's Chorus Frog,Spotted Chorus Frog
        Spring Peeper,Upland Chorus Frog,Southern Chorus Frog,Little Grass Frog,Ornate Chorus Frog,Strecker's Chorus Frog
        Striped Chorus Frog,Eastern Narrow-mouthed Toad,Great Plains Narrow-mouthed Toad,American Bullfrog,Green Frog
        Pickerel Frog,Wood Frog,Couch's Spadefoot,Plains Spadefoot
        Honey Bee,Gryllus assimilis,Southern Wood Cricket,Fall Field Cricket,Southeastern Field Cricket,Miogryllus saussurei
        Fast-calling Tree Cricket,Davis's Tree Cricket,Snowy Tree Cricket,Blackhorned Tree Cricket,Narrow-winged Tree Cricket
        Pine Tree Cricket,Four-spotted Tree Cricket,Clicker Round-winged Katydid,Common Virtuoso Katydid
        Oblong-winged Katydid,Rattler Round-winged Katydid,Protean Shieldback,Short-winged Meadow Katydid
        Slender Meadow Katydid,Greater Angle-wing,False Robust Conehead,Sword-bearing Conehead,Round-tipped Conehead
        Robust Conehead,Agile Meadow Katydid,Stripe-faced Meadow Katydid,Handsome Meadow Katydid,Common True Katydid
        Curve-tailed Bush Katydid,Fork-tailed Bush Katydid,Texas Bush Katydid,Allard's Ground Cricket
        Tinkling Ground Cricket,Walker's Ground Cricket,Say's Trig,Columbian Trig,Carolina Ground Cricket
        Confused Ground Cricket,Cuban Ground Cricket,Handsome Trig,Jumping Bush Cricket
        White-tailed Deer,Coyote,Gray Wolf,Mexican Black Howler Monkey,Eastern Gray Squirrel,Eastern Chipmunk,Red Squirrel
        Red Fox
        """)
}
