// swift-tools-version: 6.3

import PackageDescription

/// The house rules, for every target of ours.
let houseRules: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // `ByteReader` borrows the octets that it reads.
    .enableExperimentalFeature("Lifetimes"),
]

/// A target of ours, in the folder of its layer: `"Cores/BGP"`.
func target(_ path: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: String(path.split(separator: "/")[1]), dependencies: dependencies, path: "Sources/\(path)",
        swiftSettings: houseRules)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies, resources: resources,
        swiftSettings: houseRules)
}

let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let dequeModule = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heapModule = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "martlet",
    products: [.executable(name: "martlet", targets: ["martlet"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Values
        target("Values/Addresses", []),
        target("Values/WireCodec", []),
        target("Values/WireIdentity", [crypto]),
        target("Values/Interfaces", ["Addresses"]),
        target("Values/Timing", [heapModule]),

        // Cores
        target("Cores/AddressPools", ["Addresses", "Timing", heapModule]),
        target("Cores/LinkLayer", ["Addresses", "Timing", "WireCodec", "WireIdentity", crypto, dequeModule]),
        target("Cores/BGP", ["Addresses", "Timing", "WireCodec"]),
        target("Cores/BFD", ["Addresses", "Timing", "WireCodec", "WireIdentity", crypto]),
        target("Cores/KubernetesModel", []),
        target("Cores/KubernetesAPI", ["KubernetesModel", "Timing"]),

        // Decisions
        target("Decisions/ClusterConfiguration", ["Addresses", "BGP", "KubernetesModel"]),
        target(
            "Decisions/Assignment",
            ["AddressPools", "Addresses", "ClusterConfiguration", "KubernetesModel", "Timing", heapModule]),
        target(
            "Decisions/Announcement", ["AddressPools", "Addresses", "BGP", "ClusterConfiguration", "KubernetesModel"]),
        target(
            "Decisions/NodeDecisions",
            [
                "Addresses", "Announcement", "BFD", "BGP", "ClusterConfiguration", "Interfaces", "KubernetesModel",
                "LinkLayer", "Timing", "WireCodec", "WireIdentity",
            ]),
        target(
            "Decisions/ClusterDecisions",
            [
                "AddressPools", "Addresses", "Announcement", "Assignment", "ClusterConfiguration", "KubernetesAPI",
                "KubernetesModel", "NodeDecisions", "Timing", dequeModule,
            ]),
        target(
            "Decisions/Recording",
            [
                "Addresses", "Announcement", "Assignment", "ClusterConfiguration", "ClusterDecisions", "Interfaces",
                "KubernetesModel", "LinkLayer", "NodeDecisions", "Timing", "WireIdentity",
            ]),

        // Views
        target(
            "Views/Presentation",
            [
                "AddressPools", "Addresses", "Announcement", "Assignment", "BFD", "BGP", "ClusterConfiguration",
                "ClusterDecisions", "Interfaces", "KubernetesAPI", "KubernetesModel", "LinkLayer", "NodeDecisions",
                "Timing",
            ]),

        // Edges
        .systemLibrary(
            name: "CLibpcap", path: "Sources/Edges/CLibpcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        .systemLibrary(
            name: "CLibnl", path: "Sources/Edges/CLibnl", pkgConfig: "libnl-route-3.0",
            providers: [.apt(["libnl-3-dev", "libnl-route-3-dev"])]),
        .target(name: "CLinux", path: "Sources/Edges/CLinux", cSettings: [.define("_GNU_SOURCE")]),
        target("Edges/SystemIO", ["CLinux", "Timing"]),
        target("Edges/RecordingFile", ["Recording", "SystemIO", "Timing"]),
        target(
            "Edges/NetworkIO",
            ["Addresses", "CLibnl", "CLibpcap", "CLinux", "Interfaces", "SystemIO", "Timing", nioCore, nioPosix]),
        target("Edges/Manifests", ["ClusterConfiguration", "KubernetesModel", "SystemIO", yams]),
        target(
            "Edges/KubernetesClient",
            [
                "KubernetesAPI", "KubernetesModel", "SystemIO", "Timing", asyncHTTPClient, logging, nioCore, nioHTTP1,
                nioPosix, nioSSL, yams,
            ]),
        target(
            "Edges/ClusterFeed",
            ["ClusterConfiguration", "KubernetesAPI", "KubernetesClient", "KubernetesModel", "Timing"]),
        target(
            "Edges/Telemetry",
            [
                "Addresses", "KubernetesModel", "Presentation", "SystemIO", "Timing", logging, nioCore, nioHTTP1,
                nioPosix, serviceLifecycle,
            ]),

        // Services
        target(
            "Services/Controller",
            [
                "Assignment", "ClusterConfiguration", "ClusterDecisions", "ClusterFeed", "KubernetesAPI",
                "KubernetesClient", "KubernetesModel", "Presentation", "Recording", "RecordingFile", "SystemIO",
                "Telemetry", "Timing", logging, serviceLifecycle,
            ]),
        target(
            "Services/Speaker",
            [
                "Addresses", "Announcement", "BFD", "BGP", "ClusterConfiguration", "ClusterDecisions", "ClusterFeed",
                "Interfaces", "KubernetesAPI", "KubernetesClient", "KubernetesModel", "LinkLayer", "NetworkIO",
                "NodeDecisions", "Presentation", "Recording", "RecordingFile", "SystemIO", "Telemetry", "Timing",
                "WireCodec", "WireIdentity", crypto, logging, nioCore, nioPosix, serviceLifecycle,
            ]),
        target(
            "Services/Standalone",
            [
                "AddressPools", "Addresses", "Announcement", "Assignment", "ClusterConfiguration", "ClusterDecisions",
                "Controller", "KubernetesModel", "Manifests", "NetworkIO", "NodeDecisions", "Presentation", "Recording",
                "RecordingFile", "Speaker", "SystemIO", "Telemetry", "Timing", crypto, logging, nioCore, nioPosix,
                serviceLifecycle, unixSignals,
            ]),

        // Program
        .executableTarget(
            name: "martlet",
            dependencies: [
                "Addresses", "Announcement", "Assignment", "BFD", "ClusterConfiguration", "ClusterDecisions",
                "ClusterFeed", "Controller", "Interfaces", "KubernetesAPI", "KubernetesClient", "KubernetesModel",
                "LinkLayer", "Manifests", "NetworkIO", "NodeDecisions", "Presentation", "Recording", "RecordingFile",
                "Speaker", "Standalone", "SystemIO", "Telemetry", "Timing", "WireCodec", "WireIdentity", argumentParser,
                asyncHTTPClient, logging, nioCore, nioHTTP1, nioPosix, serviceLifecycle, unixSignals,
            ], path: "Sources/Program/martlet",
            swiftSettings: houseRules),

        // Benchmarks
        .executableTarget(
            name: "assignment-benchmark",
            dependencies: [
                "AddressPools", "Addresses", "Assignment", "ClusterConfiguration", "KubernetesModel", "Timing",
            ],
            path: "Tests/Benchmarks/assignment", exclude: ["run"], swiftSettings: houseRules),
        .executableTarget(
            name: "bgp-benchmark", dependencies: ["Addresses", "BGP", "NodeDecisions", "Speaker", logging, nioPosix],
            path: "Tests/Benchmarks/bgp", exclude: ["run", "sink.c"], swiftSettings: houseRules),
        .executableTarget(
            name: "cluster-benchmark", dependencies: ["TestAPIServer", "TestSupport"],
            path: "Tests/Benchmarks/cluster", exclude: ["run"], swiftSettings: houseRules),

        // Tests
        .executableTarget(
            name: "bgp-process", dependencies: ["Addresses", "BGP", "NodeDecisions", "Speaker", logging, nioPosix],
            path: "Tests/BGPProcess",
            swiftSettings: houseRules),
        .target(
            name: "TestSupport", dependencies: ["CLinux"], path: "Tests/TestSupport",
            swiftSettings: houseRules),
        .target(
            name: "TestAPIServer",
            dependencies: ["TestSupport", asyncHTTPClient, nioCore, nioHTTP1, nioPosix, nioSSL, yams],
            path: "Tests/TestAPIServer",
            swiftSettings: houseRules),
        // With `@testable`, so only where testing is enabled: in debug builds, and by Tests/Simulate/run.
        .target(
            name: "Simulation",
            dependencies: [
                "Addresses", "Announcement", "BFD", "ClusterConfiguration", "Interfaces", "KubernetesModel",
                "LinkLayer", "NodeDecisions", "TestSupport", "Timing", "WireCodec", "WireIdentity",
            ], path: "Tests/Simulation",
            swiftSettings: houseRules),
        tests(of: "Addresses", []),
        tests(of: "WireCodec", []),
        tests(of: "WireIdentity", []),
        tests(of: "Timing", []),
        tests(of: "AddressPools", ["Addresses", "Timing"]),
        tests(of: "LinkLayer", ["Addresses", "Timing", "WireCodec", "WireIdentity"]),
        tests(of: "BGP", ["Addresses", "Timing", "WireCodec"], resources: [.copy("Captures")]),
        tests(of: "BFD", ["Addresses", "Timing", "WireCodec", "WireIdentity"]),
        tests(of: "KubernetesModel", []),
        tests(of: "KubernetesAPI", ["KubernetesModel", "Timing"]),
        tests(of: "ClusterConfiguration", ["Addresses", "BGP", "KubernetesModel", "Manifests"]),
        tests(of: "Assignment", ["AddressPools", "Addresses", "ClusterConfiguration", "KubernetesModel", "Timing"]),
        tests(of: "Announcement", ["Addresses", "BGP", "ClusterConfiguration", "KubernetesModel"]),
        tests(
            of: "Presentation",
            [
                "Addresses", "Announcement", "Assignment", "BGP", "ClusterConfiguration", "KubernetesModel", "Timing",
                yams,
            ], resources: [.copy("Goldens")]),
        tests(
            of: "KubernetesClient",
            [
                "ClusterConfiguration", "KubernetesAPI", "KubernetesModel", "SystemIO", "TestAPIServer", "Timing",
                nioCore, nioHTTP1, nioPosix, nioSSL,
            ]),
        tests(of: "TestAPIServer", []),
        tests(of: "Manifests", ["ClusterConfiguration", "KubernetesModel"]),
        tests(
            of: "Recording",
            [
                "Addresses", "Announcement", "Assignment", "ClusterConfiguration", "ClusterDecisions", "Interfaces",
                "KubernetesModel", "LinkLayer", "Manifests", "NodeDecisions", "RecordingFile", "SystemIO", "Timing",
                "WireIdentity",
            ]),
        tests(of: "SystemIO", ["Timing"]),
        tests(
            of: "NetworkIO",
            ["Addresses", "ClusterConfiguration", "Interfaces", "LinkLayer", "SystemIO", "Timing", "WireCodec"]),
        tests(of: "Telemetry", ["Addresses", "Presentation", "Timing", logging, nioCore, nioPosix, serviceLifecycle]),
        tests(
            of: "Controller",
            [
                "Addresses", "Assignment", "ClusterConfiguration", "ClusterDecisions", "KubernetesAPI",
                "KubernetesClient", "KubernetesModel", "Recording", "Standalone", "SystemIO", "Timing",
            ]),
        tests(
            of: "Speaker",
            [
                "Addresses", "Announcement", "BFD", "BGP", "ClusterConfiguration", "ClusterDecisions", "Interfaces",
                "KubernetesAPI", "KubernetesClient", "KubernetesModel", "LinkLayer", "NetworkIO", "NodeDecisions",
                "Presentation", "SystemIO", "Timing", "WireCodec", logging, nioCore, nioPosix, "bgp-process",
            ]),
        // Not among those of Speaker, which run one by one because they touch networks.
        .testTarget(
            name: "SimulationTests", dependencies: ["Simulation"],
            swiftSettings: houseRules),
        .testTarget(
            name: "ArchitectureTests", dependencies: ["TestSupport"],
            swiftSettings: houseRules),
        .testTarget(
            name: "DeployTests",
            dependencies: ["ClusterConfiguration", "KubernetesModel", "Manifests", "TestSupport", yams],
            exclude: ["Objects"],
            swiftSettings: houseRules),
        .testTarget(
            name: "ProgramTests",
            dependencies: [
                "Addresses", "Announcement", "Assignment", "ClusterConfiguration", "ClusterDecisions",
                "KubernetesModel", "LinkLayer", "Manifests", "NetworkIO", "NodeDecisions", "Presentation", "Speaker",
                "Standalone", "SystemIO", "TestAPIServer", "TestSupport", "Timing", "WireCodec", "martlet",
                argumentParser,
            ],
            swiftSettings: houseRules),
    ],
    swiftLanguageModes: [.v6]
)

// It needs libFuzzer, which no other build links: see Tests/Fuzz/run.
if Context.environment["MARTLET_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "Addresses", "Assignment", "BFD", "BGP", "ClusterConfiguration", "ClusterDecisions", "KubernetesAPI",
                "KubernetesModel", "LinkLayer", "Manifests", "Presentation", "Recording", "SystemIO", "Telemetry",
                "Timing", "WireCodec", "WireIdentity", crypto, nioCore, nioEmbedded, nioHTTP1, yams,
            ],
            // Borrowed: links to sources of KubernetesClient, Speaker and Standalone. Those targets need TLS, of which the
            // build with instrumentation would take longer than what it is for.
            path: "Tests/Fuzz", exclude: ["run", "Corpus", "Seeds"], swiftSettings: houseRules,
            // Two programs of libFuzzer's own are in the library, which gold does not take.
            linkerSettings: [.unsafeFlags(["-use-ld=lld"])]))
}

// Seeds for hours, in a release build: see Tests/Simulate/run.
if Context.environment["MARTLET_SIMULATE"] != nil {
    package.targets.append(
        .executableTarget(
            name: "simulate", dependencies: ["Simulation"], path: "Tests/Simulate", exclude: ["run"],
            swiftSettings: houseRules))
}
