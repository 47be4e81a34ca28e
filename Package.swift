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

func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: houseRules)
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
        target("Addresses"),
        target("WireCodec"),
        target("WireIdentity", [crypto]),
        target("Timing", [heapModule]),

        // Cores
        target("AddressPools", ["Addresses", "Timing", heapModule]),
        target("LinkLayer", ["Addresses", "Timing", "WireCodec", "WireIdentity", crypto]),
        target("BGP", ["Addresses", "Timing", "WireCodec", collections]),
        target("BFD", ["Addresses", "Timing", "WireCodec", "WireIdentity", crypto]),
        target("KubernetesModel"),

        // Decisions
        target("ClusterConfiguration", ["Addresses", "BGP", "KubernetesModel"]),
        target(
            "Assignment",
            ["AddressPools", "Addresses", "ClusterConfiguration", "KubernetesModel", "Timing", heapModule]),
        target("Announcement", ["Addresses", "BGP", "ClusterConfiguration", "KubernetesModel"]),
        target(
            "Presentation",
            ["Addresses", "Announcement", "Assignment", "BGP", "ClusterConfiguration", "KubernetesModel", "Timing"]),

        // Edges
        .systemLibrary(name: "CLibpcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        .systemLibrary(
            name: "CLibnl", pkgConfig: "libnl-route-3.0", providers: [.apt(["libnl-3-dev", "libnl-route-3-dev"])]),
        .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
        target("SystemIO", ["CLinux", "Timing"]),
        target("NetworkIO", ["Addresses", "CLibnl", "CLibpcap", "CLinux", "SystemIO", "Timing", nioCore, nioPosix]),
        target(
            "KubernetesClient",
            [
                "ClusterConfiguration", "KubernetesModel", "SystemIO", "Timing", asyncHTTPClient, logging, nioCore,
                nioHTTP1, nioPosix, nioSSL, serviceLifecycle, yams,
            ]),
        target("Manifests", ["ClusterConfiguration", "KubernetesModel", "SystemIO", yams]),
        target(
            "Telemetry",
            [
                "Addresses", "KubernetesModel", "Presentation", "SystemIO", "Timing", logging, nioCore,
                nioHTTP1, nioPosix,
                serviceLifecycle,
            ]),

        // Services
        target(
            "Controller",
            [
                "AddressPools", "Addresses", "Assignment", "ClusterConfiguration", "KubernetesClient",
                "KubernetesModel", "SystemIO", "Timing", crypto, dequeModule, logging,
                serviceLifecycle,
            ]),
        target(
            "Speaker",
            [
                "Addresses", "Announcement", "BFD", "BGP", "ClusterConfiguration", "KubernetesClient",
                "KubernetesModel",
                "LinkLayer", "NetworkIO", "Presentation", "SystemIO", "Telemetry", "Timing", "WireCodec",
                "WireIdentity", crypto,
                logging, nioCore, nioPosix, serviceLifecycle,
            ]),

        // Program
        .executableTarget(
            name: "martlet",
            dependencies: [
                "AddressPools", "Addresses", "Announcement", "Assignment", "BFD", "ClusterConfiguration", "Controller",
                "KubernetesClient", "KubernetesModel", "LinkLayer", "Manifests", "NetworkIO", "Presentation", "Speaker",
                "SystemIO", "Telemetry", "Timing", "WireCodec", "WireIdentity", argumentParser, asyncHTTPClient,
                logging, nioCore,
                nioHTTP1,
                nioPosix,
                serviceLifecycle, unixSignals,
            ],
            swiftSettings: houseRules),

        // Benchmarks
        .executableTarget(
            name: "assignment-benchmark",
            dependencies: [
                "AddressPools", "Addresses", "Assignment", "ClusterConfiguration", "KubernetesModel", "Timing",
            ],
            path: "Tests/Benchmarks/assignment", exclude: ["run"], swiftSettings: houseRules),
        .executableTarget(
            name: "bgp-benchmark", dependencies: ["Addresses", "BGP", "Speaker", logging, nioPosix],
            path: "Tests/Benchmarks/bgp", exclude: ["run", "sink.c"], swiftSettings: houseRules),

        .executableTarget(
            name: "cluster-benchmark", dependencies: ["TestAPIServer", "TestSupport"],
            path: "Tests/Benchmarks/cluster", exclude: ["run"], swiftSettings: houseRules),

        // Tests
        .executableTarget(
            name: "bgp-process", dependencies: ["Addresses", "BGP", "Speaker", logging, nioPosix],
            path: "Tests/BGPProcess", swiftSettings: houseRules),
        .target(
            name: "TestSupport", dependencies: ["CLinux", "Timing"], path: "Tests/TestSupport",
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
                "Addresses", "Announcement", "BFD", "ClusterConfiguration", "KubernetesModel", "LinkLayer", "NetworkIO",
                "Speaker", "TestSupport", "Timing", "WireCodec", "WireIdentity",
            ], path: "Tests/Simulation", swiftSettings: houseRules),
        tests(of: "Addresses"),
        tests(of: "WireCodec"),
        tests(of: "WireIdentity"),
        tests(of: "Timing"),
        tests(of: "AddressPools", ["Addresses", "Timing"]),
        tests(of: "LinkLayer", ["Addresses", "Timing", "WireCodec", "WireIdentity"]),
        tests(of: "BGP", ["Addresses", "Timing", "WireCodec"], resources: [.copy("Captures")]),
        tests(of: "BFD", ["Addresses", "Timing", "WireCodec", "WireIdentity"]),
        tests(of: "KubernetesModel"),
        tests(of: "ClusterConfiguration", ["Addresses", "KubernetesModel", "Manifests"]),
        tests(
            of: "Assignment", ["AddressPools", "Addresses", "ClusterConfiguration", "KubernetesModel", "Timing"]),
        tests(of: "Announcement", ["Addresses", "BGP", "ClusterConfiguration", "KubernetesModel"]),
        tests(
            of: "Presentation",
            [
                "Addresses", "Announcement", "Assignment", "BGP", "ClusterConfiguration", "KubernetesModel", "Timing",
                yams,
            ], resources: [.copy("Goldens")]),
        tests(
            of: "KubernetesClient",
            ["KubernetesModel", "SystemIO", "TestAPIServer", "Timing", nioCore, nioHTTP1, nioPosix, nioSSL]),
        tests(of: "TestAPIServer"),
        tests(of: "Manifests", ["Addresses", "ClusterConfiguration", "KubernetesModel"]),
        tests(of: "SystemIO", ["Timing"]),
        tests(
            of: "NetworkIO", ["Addresses", "BFD", "LinkLayer", "SystemIO", "Timing", "WireCodec", nioCore, nioPosix]),
        tests(
            of: "Telemetry",
            ["Addresses", "Presentation", "Timing", logging, nioCore, nioPosix, serviceLifecycle]),
        tests(
            of: "Controller",
            [
                "Addresses", "Assignment", "ClusterConfiguration", "KubernetesClient", "KubernetesModel", "SystemIO",
                "TestAPIServer",
                "Timing",
            ]),
        tests(
            of: "Speaker",
            [
                "Addresses", "Announcement", "BFD", "BGP", "ClusterConfiguration", "KubernetesClient",
                "KubernetesModel", "LinkLayer", "NetworkIO", "Presentation", "SystemIO", "Telemetry", "Timing",
                "WireCodec", "WireIdentity", "bgp-process", logging,
                nioCore,
                nioPosix,
            ]),
        // Not among those of Speaker, which run one by one because they touch networks.
        .testTarget(name: "SimulationTests", dependencies: ["Simulation"], swiftSettings: houseRules),
        .testTarget(
            name: "ArchitectureTests", dependencies: ["TestSupport"], swiftSettings: houseRules),
        .testTarget(
            name: "DeployTests",
            dependencies: ["ClusterConfiguration", "KubernetesModel", "Manifests", "TestSupport", yams],
            exclude: ["Objects"], swiftSettings: houseRules),
        .testTarget(
            name: "ProgramTests",
            dependencies: [
                "Addresses", "Announcement", "Assignment", "ClusterConfiguration", "KubernetesModel", "LinkLayer",
                "Manifests", "NetworkIO", "Speaker", "SystemIO", "TestAPIServer", "TestSupport", "Timing", "WireCodec",
                "martlet",
            ], swiftSettings: houseRules),
    ],
    swiftLanguageModes: [.v6]
)

// It needs libFuzzer, which no other build links: see Tests/Fuzz/run.
if Context.environment["MARTLET_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: ["Addresses", "BFD", "BGP", "LinkLayer", "Timing", "WireCodec", "WireIdentity"],
            path: "Tests/Fuzz", exclude: ["run", "Corpus"], swiftSettings: houseRules,
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
