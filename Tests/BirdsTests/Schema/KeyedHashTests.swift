import Testing

@testable import Birds

@Suite struct KeyedHashTests {
    /// The bytes 0, 1, 2 … as the authors' test vectors have them, in whole words; also from `openssl mac … SIPHASH`.
    @Test(arguments: [
        (0, 0x726f_db47_dd0e_0e31 as UInt128, 0x9302_55c7_1472_f66d_e6a8_25ba_047f_81a3 as UInt128),
        (1, 0x93f5_f579_9a93_2462, 0xb497_14f3_64e2_830f_61f5_5862_baa9_623b),
        (2, 0x3f2a_cc7f_57c2_9bdb, 0x7705_2385_bf15_33fd_bb54_b067_caa4_e26e),
    ])
    func isSipHash(words: Int, narrow: UInt128, wide: UInt128) {
        let key = KeyedHash.Key(low: 0x0706_0504_0302_0100, high: 0x0f0e_0d0c_0b0a_0908)
        for (isWide, expected) in [(false, narrow), (true, wide)] {
            var hash = KeyedHash(key, isWide: isWide)
            for word in 0..<words { hash.add(0x0706_0504_0302_0100 + UInt64(word) * 0x0808_0808_0808_0808) }
            #expect(hash.finish() == expected)
        }
    }

    /// Texts don't run together, and nothing differs from an empty text.
    @Test func tellsTextsApart() {
        func digest(_ texts: [[UInt8]?]) -> UInt128 {
            var hash = KeyedHash(KeyedHash.Key(low: 1, high: 2))
            for text in texts { hash.add(text) }
            return hash.finish()
        }
        let texts: [[[UInt8]?]] = [
            [[1], [2]], [[1, 2], []], [[], [1, 2]], [[1, 2]], [nil, [1, 2]], [[1, 2], nil], [[]], [nil], [[0]],
            [[0, 0]],
            [Array(repeating: 0, count: 8)], [Array(repeating: 0, count: 9)],
        ]
        #expect(Set(texts.map(digest)).count == texts.count)
    }
}
