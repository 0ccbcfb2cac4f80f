// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors where ROOKERY_STRICT is set, as it is in `scripts/test`.
let strict = Context.environment["ROOKERY_STRICT"] != nil
let settings: [SwiftSetting] = strict ? [.treatAllWarnings(as: .error)] : []

// expat and libarchive are part of the program where ROOKERY_STATIC is set, as it is for the container: Debian's shared
// libarchive needs libxml2 and ICU, which are 39 MB, for formats that are not read here.
let isStatic = Context.environment["ROOKERY_STATIC"] != nil
let readers = isStatic ? [":libarchive.a", ":libexpat.a", "lzma", "bz2", "zstd", "nettle"] : ["archive", "expat"]

// libFuzzer's targets, which `scripts/fuzz` builds, have its `main`.
let fuzzer: [SwiftSetting] = [.unsafeFlags(["-sanitize=fuzzer", "-parse-as-library"])]
let fuzzing: [Target] =
    Context.environment["ROOKERY_FUZZ"] == nil
    ? []
    : [
        .executableTarget(
            name: "Fuzz", dependencies: ["HTTP", "API", "People", "FileSystem", "BirdImport", "Birds", "Fixtures"],
            path: "Tests/Fuzz", exclude: ["seeds.py", "corpus"], swiftSettings: settings + fuzzer,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])])
    ]

let package = Package(
    name: "rookery",
    products: [.executable(name: "rookery", targets: ["rookery"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        // The system's libraries: a module map and one header each.
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CArchive", pkgConfig: isStatic ? nil : "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CExpat", pkgConfig: isStatic ? nil : "expat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

        // Each library may import what stands here and no more: `--explicit-target-dependency-import-check=error`.
        .target(name: "HTTP", swiftSettings: settings),
        .target(name: "Transport", dependencies: ["HTTP", "CLinux"], swiftSettings: settings),
        .target(name: "Birds", dependencies: ["CSQLite", "COpenSSL"], swiftSettings: settings),
        .target(name: "FileSystem", dependencies: ["CLinux", "CZlib"], swiftSettings: settings),
        .target(name: "People", dependencies: ["CCrypt", "FileSystem"], swiftSettings: settings),
        // Serving only reads: `API` does not know this one.
        .target(
            name: "BirdImport",
            dependencies: ["Birds", "FileSystem", "CLinux", "CSQLite", "CArchive", "CExpat"],
            swiftSettings: settings, linkerSettings: readers.map { .linkedLibrary($0) }),
        .target(
            name: "API",
            dependencies: [
                "HTTP", "Birds", "FileSystem", "People", "COpenSSL", "CZlib",
                .product(name: "Logging", package: "swift-log"),
            ],
            // What writes a database or replaces a file is `package` in `Birds` and `FileSystem`.
            packageAccess: false, swiftSettings: settings),
        .executableTarget(
            name: "rookery",
            dependencies: [
                "HTTP", "Transport", "Birds", "FileSystem", "BirdImport", "People", "API",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),

        .testTarget(name: "HTTPTests", dependencies: ["HTTP"], swiftSettings: settings),
        .testTarget(name: "TransportTests", dependencies: ["Transport", "HTTP"], swiftSettings: settings),
        .testTarget(
            name: "FileSystemTests", dependencies: ["FileSystem", "Fixtures"], swiftSettings: settings),
        .testTarget(name: "PeopleTests", dependencies: ["People", "FileSystem", "Fixtures"], swiftSettings: settings),
        // What the tests of several modules stand on.
        .target(
            name: "Fixtures", dependencies: ["Birds", "FileSystem", "BirdImport"], path: "Tests/Fixtures",
            swiftSettings: settings),
        .testTarget(
            name: "BirdsTests", dependencies: ["Birds", "Fixtures", "COpenSSL", "CSQLite"], swiftSettings: settings),
        .testTarget(
            name: "BirdImportTests",
            dependencies: ["BirdImport", "Birds", "FileSystem", "Fixtures", "CLinux", "CSQLite", "CZlib"],
            swiftSettings: settings),
        .testTarget(
            name: "APITests",
            dependencies: ["API", "HTTP", "Birds", "BirdImport", "FileSystem", "People", "Transport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RookeryTests",
            dependencies: [
                "rookery", "Birds", "FileSystem", "BirdImport", "People", "API", "Transport", "HTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
    ] + fuzzing,
    swiftLanguageModes: [.v6]
)
