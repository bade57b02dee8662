// swift-tools-version: 6.2
import PackageDescription

// One instruction set for all Swift code (a start-up check in CKernels refuses processors without it);
// several only in CKernels. Testing is enabled in release so that one build serves the product and its tests.
#if arch(x86_64)
    let instructionSet = ["-Xcc", "-march=x86-64-v3"]
    let cInstructionSet = ["-march=x86-64-v3"]
#else
    let instructionSet: [String] = []
    let cInstructionSet: [String] = []
#endif

func settings(_ flags: String...) -> [SwiftSetting] {
    [.swiftLanguageMode(.v6), .unsafeFlags(["-enable-testing"] + flags + instructionSet)]
}

/// A library. Without cross-module optimisation, generic and struct code called from another module ran 14 to 60 times
/// slower.
func module(
    _ name: String, path: String? = nil, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path, resources: resources,
        swiftSettings: settings("-cross-module-optimization"))
}

/// What only calls libraries, where the time is spent: without optimisation it compiles in a quarter of the time.
let caller = settings("-Onone")

func tests(_ name: String, _ dependencies: [Target.Dependency], _ settings: [SwiftSetting] = caller) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let libraries = [
    "Random", "Mathematics", "Storage", "Configuration", "Graphics", "Parallel", "TensorCore", "NeuralNetworks",
    "Deflate", "Experience", "Datasets", "GenerativeModels",
    "Environments", "GymnasiumBridge", "Agents", "Rollouts", "Training", "Viewer", "Scenes",
]

let package = Package(
    name: "reverie",
    products: (libraries + ["Interface"]).map { .library(name: $0, targets: [$0]) } + [
        .executable(name: "reverie", targets: ["reverie"]),
        .library(name: "Reverie", type: .dynamic, targets: ["Interface"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CMath"),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CSDL2", providers: [.apt(["libsdl2-dev"])]),
        .target(
            name: "CKernels",
            cSettings: [.unsafeFlags(["-O3", "-fno-math-errno", "-fno-trapping-math"] + cInstructionSet)]),
        .target(name: "CPictures", linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg")]),
        module("Random"),
        module("Mathematics", ["Random"]),
        module("Deflate", ["CZlib"]),
        module("Storage", ["Deflate"]),
        module("Configuration", ["Storage", .product(name: "TOMLKit", package: "TOMLKit")]),
        module("Graphics", ["CPictures", "Deflate"]),
        module("Parallel", ["CKernels"]),
        module("TensorCore", ["CKernels", "Parallel", "Random", "Storage"]),
        module("NeuralNetworks", ["TensorCore", "Mathematics", "Configuration", "Random"]),
        module(
            "GenerativeModels",
            ["Mathematics", "Datasets", "NeuralNetworks", "TensorCore", "Configuration", "Storage", "Random"]),
        module("Experience"),
        module(
            "Environments", path: "environments", ["CMath", "Experience", "Random", "Graphics", "Parallel", "Storage"]),
        module(
            "GymnasiumBridge", ["CLinux", "Environments", "Experience", "Graphics", "Parallel", "Storage"],
            resources: [.embedInCode("worker.py")]),
        module(
            "Agents", path: "agents",
            [
                "Experience", "Environments", "NeuralNetworks", "Parallel", "TensorCore", "Configuration",
                "Mathematics", "Storage",
                "Random",
            ]),
        module("Rollouts", ["Experience", "Storage"]),
        module(
            "Datasets",
            ["Experience", "Rollouts", "Environments", "Configuration", "Graphics", "Storage", "Random", "Deflate"]),
        module(
            "Training",
            [
                "Agents", "GenerativeModels", "Datasets", "Environments", "Experience", "Rollouts", "Configuration",
                "NeuralNetworks", "TensorCore", "Mathematics", "Graphics", "Storage", "Random",
            ]),
        module("Viewer", ["CSDL2", "Graphics"]),
        module(
            "Benchmarks",
            [
                "Agents", "GenerativeModels", "Datasets", "Environments", "Experience", "NeuralNetworks", "TensorCore",
                "Graphics", "Storage", "Random",
            ]),
        module(
            "Scenes",
            [
                "Agents", "Datasets", "Environments", "Experience", "GenerativeModels", "Graphics", "Random",
                "Rollouts",
                "Storage", "Training", "Viewer",
            ]),
        .target(name: "CReverie"),
        module("Interface", ["CReverie", "Environments", "Experience", "Graphics", "Storage"]),
        .executableTarget(
            name: "reverie",
            dependencies: [
                "Experience", "Scenes", "Viewer", "Benchmarks", "Training", "Agents", "GenerativeModels", "Datasets",
                "Rollouts",
                "Environments", "GymnasiumBridge", "NeuralNetworks", "TensorCore", "Configuration", "Storage",
                "Graphics", "CReverie",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: caller),
        module("TestSupport", path: "Tests/TestSupport"),
        tests("RandomTests", ["Random"]),
        tests("MathematicsTests", ["Mathematics", "TensorCore", "Random"]),
        tests("StorageTests", ["Storage", "TestSupport"]),
        tests("ConfigurationTests", ["Configuration", "Storage"]),
        tests("GraphicsTests", ["Graphics"]),
        tests("TensorCoreTests", ["TensorCore", "CKernels", "Random", "Storage", "TestSupport"]),
        tests("NeuralNetworksTests", ["NeuralNetworks", "TensorCore", "Mathematics", "Random", "TestSupport"]),
        tests(
            "GenerativeModelsTests",
            ["GenerativeModels", "Datasets", "NeuralNetworks", "TensorCore", "Random", "TestSupport"]),
        tests("ExperienceTests", ["Experience"]),
        // These play whole episodes themselves: unoptimised they took fifty seconds longer to run.
        tests(
            "EnvironmentsTests",
            ["Experience", "Environments", "Graphics", "Parallel", "Random", "Storage", "TestSupport"],
            settings("-O")),
        tests(
            "GymnasiumBridgeTests", ["Experience", "GymnasiumBridge", "Environments", "Graphics", "Random", "Storage"]),
        tests(
            "AgentsTests",
            [
                "Experience", "Agents", "Environments", "NeuralNetworks", "TensorCore", "Configuration", "Graphics",
                "Mathematics", "Random", "Storage",
                "TestSupport",
            ]),
        tests(
            "DatasetsTests",
            [
                "Experience", "Datasets", "Rollouts", "Environments", "Configuration", "Graphics", "Storage", "Random",
                "Deflate",
                "TestSupport",
            ]),
        tests("RolloutsTests", ["Experience", "Rollouts", "Storage", "TestSupport"]),
        tests(
            "TrainingTests",
            [
                "Experience", "Training", "Agents", "Datasets", "GenerativeModels", "Environments", "Rollouts",
                "Configuration",
                "NeuralNetworks", "TensorCore", "Mathematics", "Graphics", "Storage", "Random", "TestSupport",
            ]),
        tests(
            "InterfaceTests",
            ["Experience", "Interface", "CReverie", "Environments", "Graphics", "Storage", "TestSupport"]),
        tests("ViewerTests", ["Viewer", "CSDL2", "Graphics"]),
        // Unoptimised code allocates where a plan's run must not.
        tests(
            "CommandLineTests",
            [
                "Experience", "reverie", "Benchmarks", "Agents", "GenerativeModels", "Datasets",
                "Rollouts",
                "Environments", "NeuralNetworks", "TensorCore", "Configuration", "Storage", "Graphics", "TestSupport",
            ], settings("-O")),
        tests(
            "ScenesTests",
            [
                "Scenes", "Agents", "Datasets", "Environments", "Experience", "GenerativeModels", "Graphics",
                "NeuralNetworks", "Rollouts", "Storage", "TensorCore", "Training", "Viewer",
            ]),
    ]
)
