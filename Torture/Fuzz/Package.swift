// swift-tools-version: 6.2
import PackageDescription

// The readers, saved states and the bridge's protocol under libFuzzer, which comes with the toolchain: swift build -c
// release --sanitize=fuzzer.
let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "reverie", path: "../..")],
    targets: [
        .executableTarget(
            name: "FuzzReaders",
            dependencies: [
                .product(name: "Configuration", package: "reverie"),
                .product(name: "Environments", package: "reverie"),
                .product(name: "Graphics", package: "reverie"),
                .product(name: "GymnasiumBridge", package: "reverie"),
                .product(name: "Interface", package: "reverie"),
                .product(name: "Rollouts", package: "reverie"),
                .product(name: "Storage", package: "reverie"),
                .product(name: "TensorCore", package: "reverie"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(["-parse-as-library"])])
    ]
)
