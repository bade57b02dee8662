// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .unsafeFlags(["-cross-module-optimization"])]

// A user's own package: an environment, a network and an agent of one's own, with the parts of Reverie that they need;
// sequence models on data of one's own; and an experiment with a generative model.
let package = Package(
    name: "Examples",
    dependencies: [.package(name: "reverie", path: "..")],
    targets: [
        .executableTarget(
            name: "Lander",
            dependencies: [
                .product(name: "Agents", package: "reverie"),
                .product(name: "Environments", package: "reverie"),
                .product(name: "Experience", package: "reverie"),
                .product(name: "Graphics", package: "reverie"),
                .product(name: "NeuralNetworks", package: "reverie"),
                .product(name: "Random", package: "reverie"),
                .product(name: "Scenes", package: "reverie"),
                .product(name: "TensorCore", package: "reverie"),
                .product(name: "Training", package: "reverie"),
                .product(name: "Viewer", package: "reverie"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "Capacity",
            dependencies: [
                .product(name: "Datasets", package: "reverie"),
                .product(name: "GenerativeModels", package: "reverie"),
                .product(name: "Graphics", package: "reverie"),
                .product(name: "Random", package: "reverie"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "Sequences",
            dependencies: [
                .product(name: "NeuralNetworks", package: "reverie"),
                .product(name: "Random", package: "reverie"),
                .product(name: "TensorCore", package: "reverie"),
            ],
            swiftSettings: settings),
    ]
)
