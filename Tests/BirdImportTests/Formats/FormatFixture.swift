import BirdImport
import Birds
import Fixtures

/// A file of each format, with the peculiarities of the format.
enum FormatFixture {
    static let myEBirdData = """
        Submission ID,Common Name,Scientific Name,Taxonomic Order,Count,State/Province,County,Location ID,Location,Latitude,\
        Longitude,Date,Time,Protocol,Duration (Min),All Obs Reported,Distance Traveled (km),Area Covered (ha),\
        Number of Observers,Breeding Code,Observation Details,Checklist Comments,ML Catalog Numbers
        S100,Steller's Jay,Cyanocitta stelleri,20000,2,CA-BC,Capital,L1,"Beacon Hill, ""south"" end",48.41,-123.36,2021-02-03,\
        06:41 AM,eBird - Traveling Count,60,1,1.5,,2,NY,"building,
        both birds",windy,1 2
        S100,gull sp.,Larinae sp.,2000,X,CA-BC,Capital,L1,"Beacon Hill, ""south"" end",48.41,-123.36,2021-02-03,06:41 AM,\
        eBird - Traveling Count,60,1,1.5,,2,,,windy
        S101,Odd Bird,Avis ignota,1,1,CA-BC,,L2,Home,48.5,-123.5,2021-02-04,,Incidental,,0

        """

    static let oldMyEBirdData = """
        Submission ID,Common Name,Scientific Name,Taxonomic Order,Count,State/Province,County,Location,Latitude,Longitude,Date,\
        Time,Protocol,Duration (Min),All Obs Reported,Distance Traveled (km),Area Covered (ha),Number of Observers,\
        Breeding Code,Species Comments,Checklist Comments\r
        S7,Steller's Jay,Cyanocitta stelleri,20000,3,CA-BC,Capital,Marsh,48.4,-123.3,02-03-2018,04:05 PM,Stationary,30,1,,2.5,1,,shy,\r
        S8,Steller's Jay,Cyanocitta stelleri,20000,X,CA-BC,Capital,,48.4,-123.30,12-31-2018\r

        """

    /// Two observers share G1; a third record did not pass review, and quotes are characters.
    static let eBird = [
        [
            "GLOBAL UNIQUE IDENTIFIER", "LAST EDITED DATE", "CATEGORY", "COMMON NAME", "SCIENTIFIC NAME",
            "OBSERVATION COUNT", "BREEDING CODE", "COUNTRY", "COUNTRY CODE", "STATE", "STATE CODE", "LOCALITY",
            "LOCALITY ID", "LATITUDE", "LONGITUDE", "OBSERVATION DATE", "TIME OBSERVATIONS STARTED", "OBSERVER ID",
            "FIRST NAME", "LAST NAME", "SAMPLING EVENT IDENTIFIER", "PROTOCOL TYPE", "DURATION MINUTES",
            "EFFORT DISTANCE KM", "EFFORT AREA HA", "NUMBER OBSERVERS", "ALL SPECIES REPORTED", "GROUP IDENTIFIER",
            "APPROVED", "REVIEWED", "TRIP COMMENTS", "SPECIES COMMENTS",
        ],
        row("O1", "Steller's Jay", "Cyanocitta stelleri", "2", "CA-BC", "S10", "G1", approved: "1", "a 6\" tail"),
        row("O2", "Steller's Jay", "Cyanocitta stelleri", "5", "CA-BC", "S9", "G1", approved: "1", "\"quoted"),
        row("O3", "Steller's Jay", "Cyanocitta stelleri", "X", "", "S11", "", approved: "1", ""),
        row("O4", "Steller's Jay", "Cyanocitta stelleri", "900", "CA-BC", "S12", "", approved: "0", ""),
    ].map { $0.joined(separator: "\t") + "\t\n" }.joined()

    private static func row(
        _ id: String, _ common: String, _ scientific: String, _ count: String, _ state: String, _ event: String,
        _ group: String, approved: String, _ comments: String
    ) -> [String] {
        [
            id, "2021-03-04 05:06:07", "species", common, scientific, count, "", "Canada", "CA", "British Columbia",
            state,
            "Beacon Hill", "L1", "48.41", "-123.36", "2021-02-03", "06:41:00", "obs1", "Ann", "Example", event,
            "Traveling", "60", "1.5", "", "2", "1", group, approved, "0", "windy", comments,
        ]
    }

    /// The checklists of the same download, one of them without a record. Two observers share G1.
    static let eBirdSampling = [
        [
            "LAST EDITED DATE", "COUNTRY", "COUNTRY CODE", "STATE", "STATE CODE", "LOCALITY", "LOCALITY ID",
            "LOCALITY TYPE", "LATITUDE", "LONGITUDE", "OBSERVATION DATE", "TIME OBSERVATIONS STARTED", "OBSERVER ID",
            "SAMPLING EVENT IDENTIFIER", "PROTOCOL TYPE", "DURATION MINUTES", "EFFORT DISTANCE KM", "EFFORT AREA HA",
            "NUMBER OBSERVERS", "ALL SPECIES REPORTED", "GROUP IDENTIFIER", "TRIP COMMENTS",
        ],
        visit("CA-BC", "S10", "60", "G1"), visit("CA-BC", "S9", "60", "G1"), visit("", "S11", "60", ""),
        visit("CA-BC", "S12", "60", ""), visit("CA-BC", "S13", "10", ""),
    ].map { $0.joined(separator: "\t") + "\t\n" }.joined()

    private static func visit(_ state: String, _ event: String, _ minutes: String, _ group: String) -> [String] {
        [
            "2021-03-04 05:06:07", "Canada", "CA", "British Columbia", state, "Beacon Hill", "L1", "H", "48.41",
            "-123.36", "2021-02-03", "06:41:00", "obs1", event, "Traveling", minutes, "1.5", "", "2", "1", group,
            "windy",
        ]
    }

    static let gbif =
        [
            "gbifID", "datasetKey", "occurrenceID", "class", "species", "scientificName", "countryCode", "locality",
            "stateProvince", "occurrenceStatus", "individualCount", "decimalLatitude", "decimalLongitude", "eventDate",
            "day",
            "month", "year", "taxonRank",
        ].joined(separator: "\t") + "\n"
        + [
            "1\tk\to1\tAves\tCyanocitta stelleri\tCyanocitta stelleri (Gmelin, 1788)\tCA\tMarsh \"A\"\tBC\tPRESENT\t3\t48.4\t-123.3\t2021-02-03\t3\t2\t2021\tSPECIES",
            "2\tk\to2\tAves\t\tLarus Linnaeus, 1758\tNA\t\t\tPRESENT\t\t48.4\t-123.30\t2021-02-01/2021-02-05\t\t\t\tGENUS",
            "3\tk\to3\tMammalia\tVulpes vulpes\tVulpes vulpes (Linnaeus, 1758)\tCA\tMarsh\t\tPRESENT\t1\t48.4\t-123.3\t2021-02-03\t3\t2\t2021\tSPECIES",
            "4\tk\to4\t\tCyanocitta stelleri\tCyanocitta stelleri\tCA\tMarsh\t\tABSENT\t\t\t\t\t\t2\t2020\tSPECIES",
        ].joined(separator: "\n")

    static let darwinCore = [
        "occurrenceID\teventID\tscientificName\tvernacularName\tlocality\tdecimalLatitude\tdecimalLongitude\teventDate\teventTime\t"
            + "organismQuantity\torganismQuantityType\tsamplingProtocol\toccurrenceRemarks",
        "a\te1\tCyanocitta stelleri (Gmelin, 1788)\t\tMarsh\t48.4\t-123.3\t2021-02-03T06:00\t06:41:00Z\t4\tindividuals\tpoint count\tcalling",
        "b\te1\tAvis ignota Nobody\tOdd Bird\tMarsh\t48.4\t-123.3\t2021-02-03\t06:41\t0.5\tbiomass\tpoint count\t",
    ].map { $0 + "\n" }.joined()

    static let eBirdLifeList = """
        Row #,Taxon Order,Category,Common Name,Scientific Name,Count,Location,S/P,Date,LocID,SubID,Exotic,Countable
        1,20000,species,Steller's Jay,Cyanocitta stelleri,X,"Marsh, north",CA-YT,07 Feb 2021,L7,S100,,1
        2,20001,spuh,gull sp.,Laridae sp.,12,Hill,,8 Feb 2021,L8,S101,,0

        """

    static let eBirdRecord = """
        Common Name,Genus,Species,Number,Species Comments,Location Name,Latitude,Longitude,Date,Start Time,State/Province,\
        Country Code,Protocol,Number of Observers,Duration,All observations reported?,Effort Distance Miles,\
        Effort area acres,Submission Comments

        """ + eBirdRecords

    /// Two visits to a marsh, and one to a hill.
    static let eBirdRecords = """
        Steller's Jay,Cyanocitta,stelleri,3,"shy, alone",Marsh,48.4,-123.3,02/13/2021,06:41,BC,CA,Traveling,2,60,Y,1.5,,windy
        gull sp.,Larus,sp.,X,,Marsh,48.4,-123.3,02/13/2021,06:41,BC,CA,Traveling,2,60,Y,1.5,,windy
        Steller's Jay,,,1,,Marsh,48.4,-123.3,02/13/2021,6:05 PM,CA-BC,CA,Area,1,30,N,,2,
        Odd Bird,,Avis ignota,,,Hill,,,2/3/2021,,,CA,Incidental,,,,,,

        """

    /// With the columns that iNaturalist proposes. The second place is obscured, the third animal is a fox, of the
    /// fourth nothing is known, and the last bird is of some species of a family, and not wild.
    static let iNaturalist = """
        id,uuid,observed_on_string,observed_on,time_observed_at,time_zone,user_id,user_login,user_name,created_at,updated_at,\
        quality_grade,license,url,image_url,sound_url,tag_list,description,num_identification_agreements,\
        num_identification_disagreements,captive_cultivated,oauth_application_id,place_guess,latitude,longitude,\
        positional_accuracy,private_place_guess,private_latitude,private_longitude,public_positional_accuracy,geoprivacy,\
        taxon_geoprivacy,coordinates_obscured,positioning_method,positioning_device,place_country_name,species_guess,\
        scientific_name,common_name,iconic_taxon_name,taxon_id
        11,u1,Wed Feb 03 2021 06:41:00 GMT-0800 (PST),2021-02-03,2021-02-03 14:41:00 UTC,Pacific Time (US & Canada),5,ann,\
        Ann Example,2021-02-03 15:00:00 UTC,,research,CC-BY,https://a.example/11,,,,"On a fence,
        with ""grey"" back",2,0,false,,"Beacon Hill, Victoria",48.41,-123.36,12,,,,12,,,false,gps,gps,Canada,Steller's Jay,\
        Cyanocitta stelleri,Steller's Jay,Aves,8229
        12,u2,2021/02/04 6:05 PM PST,2021-02-04,2021-02-05 02:05:00 UTC,Pacific Time (US & Canada),5,ann,Ann Example,,,\
        needs_id,,,,,,,0,0,false,,British Columbia,48.5123,-123.4567,8,Nest tree,48.60001,-123.40001,28000,obscured,,true,,,\
        Canada,,Falco rusticolus,Gyrfalcon,Aves,4642
        13,u3,2021-02-05,2021-02-05,,UTC,5,ann,Ann Example,,,research,,,,,,,1,0,false,,Hill,48.4,-123.3,,,,,,,,false,,,,Fox,\
        Vulpes vulpes,Red Fox,Mammalia,42069
        14,u4,2021-02-05,2021-02-05,,UTC,5,ann,Ann Example,,,casual,,,,,,,0,0,false,,Hill,48.4,-123.3,,,,,,,,false,,,,,,,,
        15,u5,2021-02-06T10:00:00Z,2021-02-06,2021-02-06 10:00:00 UTC,Stockholm,5,ann,Ann Example,,,casual,,,,,,in a zoo,0,0,\
        true,,,,,,,,,,private,,true,,,,gull,Laridae,"Gulls, Terns, and Skimmers",Aves,4342

        """

    static let birdNETPi = """
        Date;Time;Sci_Name;Com_Name;Confidence;Lat;Lon;Cutoff;Week;Sens;Overlap
        2022-02-07;06:41:09;Cyanocitta stelleri;Steller's Jay;0.8713;48.4;-123.3;0.7;6;1.25;0.0
        2022-02-07;06:41:12;Avis ignota;Odd Bird;0.7;-1;-1;0.7;6;1.25;0.0

        """

    static let birdNETGo = """
        id,source_node,date,time,begin_time,end_time,species_code,scientific_name,raw_scientific_name,common_name,confidence,\
        latitude,longitude,threshold,sensitivity,clip_name,processing_time,unlikely
        1,garden,2022-02-07,06:41:09,2022-02-07T06:41:09Z,,stejay,Cyanocitta stelleri,,Steller's Jay,0.87,48.4,-123.3,0.7,1,a.wav,1,false
        2,,2022-02-07,06:41:12,,,,Avis ignota,,Odd Bird,0.7,0.0,0,0.7,1,b.wav,1,
        3,garden,2022-02-07,06:42:00,,,,Avis ignota,,Odd Bird,0.7,48.4,-123.3,0.7,1,c.wav,1,true

        """

    static let camelBirdNETGo = """
        id,sourceNode,date,time,beginTime,endTime,speciesCode,scientificName,commonName,confidence,latitude,longitude,clipName
        1,garden,2022-02-07,06:41:09,,,,Cyanocitta stelleri,Steller's Jay,0.87,48.4,-123.3,a.wav

        """

    /// The second detection is after midnight, and the engine is no bird.
    static let birdNETAnalyzer = """
        \u{FEFF}Start (s),End (s),Scientific name,Common name,Confidence,File
        0.0,3.0,Cyanocitta stelleri,Steller's Jay,0.8713,/rec/STA1_20211231_235500.wav
        300.0,303.0,Avis ignota,Odd Bird,0.7,/rec/STA1_20211231_235500.wav
        303.0,306.0,Engine,Engine,0.9,/rec/STA1_20211231_235500.wav

        """

    /// The recordings of several stations. `Begin Time` counts from the first one.
    static let raven = [
        "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tCommon Name\t"
            + "Species Code\tConfidence\tBegin Path\tFile Offset (s)",
        "1\tSpectrogram 1\t1\t0.0\t3.0\t0\t15000\tSteller's Jay\tstejay\t0.8713\t/rec/STA1_20211231_235500.wav\t0.0",
        "2\tSpectrogram 1\t1\t360.0\t363.0\t0\t15000\tOdd Bird\tAvis ignota_Odd Bird\t0.7\tC:\\site 2\\20211231_235500.WAV\t60.0",
        "3\tSpectrogram 1\t1\t660.0\t663.0\t0\t15000\tnocall\tnocall\t1.0\tC:\\site 2\\20220101_000000.WAV\t0",
    ].map { $0 + "\n" }.joined()

    static let kaleidoscope = """
        INDIR,FOLDER,IN FILE,OFFSET,DURATION,scientific_name,common_name,confidence,lat,lon,week,overlap,sensitivity
        /rec,night,STA1_20211231_235500.wav,0.0,3.0,Cyanocitta stelleri,Steller's Jay,0.8713,48.4000,-123.3000,48,0.0,1.0
        /rec,night,20220101_000000.wav,3.0,3.0,Avis ignota,Odd Bird,0.7000,-1.0000,-1.0000,-1,0.0,1.0

        """

    static let birdNETForR = """
        filepath,start,end,scientific_name,common_name,confidence,lat,lon,week,overlap,sensitivity,min_conf,species_list,model
        /rec/STA1_20211231_235500.wav,0.0,3.0,Cyanocitta stelleri,Steller's Jay,0.8713,48.4000,-123.3000,48,0.0,1.0,0.1,,a.tflite

        """

    static let eBirdAPITaxonomy = """
        SCIENTIFIC_NAME,COMMON_NAME,SPECIES_CODE,CATEGORY,TAXON_ORDER,COM_NAME_CODES,SCI_NAME_CODES,BANDING_CODES,ORDER,\
        FAMILY_COM_NAME,FAMILY_SCI_NAME,REPORT_AS,EXTINCT,EXTINCT_YEAR,FAMILY_CODE
        Cyanocitta stelleri,Steller's Jay,stejay,species,20000.0,STJA,CYST,STJA,Passeriformes,"Crows, Jays, and Magpies",Corvidae,,,,corvid1
        Larus glaucoides thayeri,Iceland Gull (Thayer's),y00478,issf,4349.0,THGU ICGU,LAGL,THGU,Charadriiformes,Gulls,Laridae,y00478,,,larid1

        """

    /// The first row is no taxon, and subspecies have neither a code nor an English name.
    static let clements = """
        sort v2025,species_code,taxon_concept_id,Clements v2025 change,text for website v2025,category,English name,\
        scientific name,authority,range,order,family,extinct,extinct year,sort v2024
        0.2,,,,,,Citation,,,,,,,,
        20000,stejay,avibase-1,,,species,Steller's Jay,Cyanocitta stelleri,"(Gmelin, 1788)","Alaska, south",Passeriformes,Corvidae,,,19000
        20001,stejay1,avibase-2,,,group (polytypic),Steller's Jay (Coastal),Cyanocitta stelleri [stelleri Group],,,,,,,19001
        20002,,avibase-3,,,subspecies,,Cyanocitta stelleri carbonacea,"Grinnell, 1900",,,,,,19002

        """

    static let oldClements = """
        sort v2017,Clements v2017 change,text for website v2017,category,English name,scientific name,range,order,family,extinct,extinct year,sort v2016,page 6.0
        20000,,,species,Steller's Jay,Cyanocitta stelleri,Alaska,Passeriformes,Corvidae (Crows),,,19999,

        """

    static let ioc = """
        Seq.,Order,Family,Scientific name,Authority,English name,Code
        7,PASSERIFORMES,Corvidae,Cyanocitta stelleri,"(Gmelin, JF, 1788)",Steller's Jay,
        8,CHARADRIIFORMES,Alcidae,Pinguinus impennis†,"(Linnaeus, 1758)",Great Auk,EXT

        """

    /// The file with more names has rows of all ranks.
    static let iocNames = """
        Order,Family,Rank,Extinct,English name,Scientific Name,Authority,Breeding Range
        ,,ORDER,,,ORDER PASSERIFORMES,,
        ,,Family,,"Crows, Jays",Family Corvidae,,
        ,,Genus,,,Cyanocitta,,
        ,,Species,,Steller's Jay,Cyanocitta stelleri,"(Gmelin, JF, 1788)",NA
        ,,ssp,,,Cyanocitta stelleri stelleri,"(Gmelin, JF, 1788)",

        """

    /// Each row has only the part of the name that belongs to its rank.
    static let iocMaster = """
        IOC WORLD BIRD LIST (15.1),,,,,,,,,,,,,,
        "Gill F, D Donsker & P Rasmussen (Eds). 2025.",,,,,,,,,,,,,,
        ,,,,,,,,,,,,,,
        Infraclass,Parvclass,Order,Family (Scientific),Family (English),Genus,Species (Scientific),Subspecies,Authority,\
        Species (English),Breeding Range,Breeding Range-Subregion(s),Nonbreeding Range,Code,Comment
        NEOGNATHAE,,,,,,,,,,,,,,
        ,,PASSERIFORMES,,,,,,,,,,,,
        ,,,Corvidae,"Crows, Jays",,,,,,,,,,
        ,,,,,Cyanocitta,,,"Strickland, 1845",,,,,,
        ,,,,,,stelleri,,"(Gmelin, JF, 1788)",Steller's Jay,NA,w,,,
        ,,,,,,,stelleri,"(Gmelin, JF, 1788)",,,"British Columbia, n",,,
        ,,,,,,cristata,,"(Linnaeus, 1758)",Blue Jay,NA,e,,,
        ,,,,,PINGUINUS,,,,,,,,,
        ,,,,,,impennis††,,"(Linnaeus, 1758)",Great Auk,,,,EXT,

        """

    static let iocLanguages = """
        seq.,Order,Family,IOC_14.1,English,Catalan,Chinese
        1,PASSERIFORMES,Corvidae,Cyanocitta stelleri,Steller's Jay,,暗冠蓝鸦

        """

    /// Files of formats in which no date has its year at the end, with a date of their first row.
    static let withTheYearFirst: [(format: String, text: String, date: String)] = [
        ("ebird", eBird, "2021-02-03"), ("ebird-sampling", eBirdSampling, "2021-02-03"),
        // Without columns that tell the order.
        ("gbif", gbif.replacing("\t3\t2\t2021\t", with: "\t\t\t\t"), "2021-02-03"),
        ("ebird-lifelist", eBirdLifeList, "07 Feb 2021"), ("birdnet-pi", birdNETPi, "2022-02-07"),
        ("birdnet-go", birdNETGo, "2022-02-07"),
        (
            "inaturalist",
            "scientific_name,iconic_taxon_name,observed_on,url\nAvis una,Aves,2021-02-03,\nAvis una,Aves,2021-02-06,\n",
            "2021-02-03"
        ),
    ]

    static let all: [(format: String, text: String)] = [
        ("ebird-mydata", myEBirdData), ("ebird-mydata", oldMyEBirdData), ("ebird-lifelist", eBirdLifeList),
        ("ebird-record", eBirdRecord), ("ebird-record", eBirdRecords), ("inaturalist", iNaturalist),
        ("ebird", eBird), ("ebird-sampling", eBirdSampling), ("gbif", gbif),
        ("dwc", darwinCore), ("birdnet-pi", birdNETPi), ("birdnet-go", birdNETGo), ("birdnet-go", camelBirdNETGo),
        ("birdnet-analyzer", birdNETAnalyzer), ("birdnet-analyzer", raven), ("birdnet-analyzer", kaleidoscope),
        ("birdnet-analyzer", birdNETForR),
        ("ebird-taxonomy", eBirdAPITaxonomy), ("clements", clements), ("clements", oldClements), ("ioc", ioc),
        ("ioc", iocNames), ("ioc", iocLanguages), ("ioc-master", iocMaster),
    ]
}
