import Testing

@testable import BirdImport

/// Names of sound recordings, as recorders and programs write them.
@Suite struct RecordingTests {
    @Test(
        arguments: [
            ("STA1_20210203_064100.wav", "STA1", 20_210_203, 24_060),
            ("/rec/STA1_20210203_064100.BirdNET.results.csv", "STA1", 20_210_203, 24_060),
            ("C:\\rec\\20210203_064100.WAV", "", 20_210_203, 24_060), ("20210203_064100T.WAV", "", 20_210_203, 24_060),
            ("S4A04271_20210203_064100.wav", "S4A04271", 20_210_203, 24_060),
            ("SMM-2_20210203$064100.wav", "SMM-2", 20_210_203, 24_060),
            ("20210203T064100Z.flac", "", 20_210_203, 24_060), ("20210203064100.wav", "", 20_210_203, 24_060),
            ("A_20210203_064100+0200.wav", "A", 20_210_203, 24_060),
            ("A_20210203_064100_UTC.wav", "A", 20_210_203, 24_060),
            ("2021-02-03-birdnet-06:41:00.wav", "", 20_210_203, 24_060),
            ("Hill 2021-02-03 06.41.00.wav", "Hill", 20_210_203, 24_060),
            ("20190101_20210203_064100.wav", "20190101", 20_210_203, 24_060),
            ("A_20210203_064100_20210203_074100.wav", "A", 20_210_203, 24_060),
            ("A_20210203.wav", "A", 20_210_203, nil), ("A_20210203_0001.wav", "A", 20_210_203, nil),
            ("A_20210203_250000.wav", "A", 20_210_203, nil), ("20210230_064100.wav", "", nil, nil),
            ("19990101_20210203.wav", "", 19_990_101, nil), ("30210203_064100.wav", "", nil, nil),
            ("soundscape.wav", "", nil, nil), ("120210203_064100.wav", "", nil, nil), ("5E2F3A40.WAV", "", nil, nil),
            ("2021-0203_064100.wav", "", nil, nil), ("202102030641009.wav", "", nil, nil), ("", "", nil, nil),
            ("/", "", nil, nil),
        ] as [(String, String, Int64?, Int?)])
    func readsDateAndTimeOfNames(path: String, station: String, date: Int64?, seconds: Int?) {
        let recording = Recording(Array(path.utf8)[...], lastYear: 2025)
        #expect(recording.station.elementsEqual(station.utf8) && recording.date == date && recording.seconds == seconds)
    }

    @Test(arguments: [
        ("/a/b/STA1_20210203_064100.wav", "b", "STA1_20210203_064100"),
        ("STA1_20210203_064100", "", "STA1_20210203_064100"),
        ("C:\\site 2\\20210203_064100.BirdNET.results.csv", "site 2", "20210203_064100"),
        ("a/06.41 2021-02-03 06.41.00.x.wav", "a", "06.41 2021-02-03 06.41.00"),
        ("a.b/sound.scape.wav", "a.b", "sound.scape"),
        ("sound", "", "sound"), ("take 7.2.wav", "", "take 7.2"),
        // All files of results of a recording.
        ("take 7.2.BirdNET.results.csv", "", "take 7.2"), ("take 7.BirdNET.selection.table.txt.gz", "", "take 7"),
        ("take 7.csv.gz", "", "take 7"),
    ])
    func knowsNamesWithoutFoldersAndExtensions(path: String, folder: String, name: String) {
        let recording = Recording(Array(path.utf8)[...], lastYear: 2025)
        #expect(recording.folder.elementsEqual(folder.utf8) && recording.name.elementsEqual(name.utf8))
    }
}
