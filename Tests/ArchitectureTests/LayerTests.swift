import Foundation
import Testing

/// The layers of `docs/architecture.md`: an import only ever points down.
@Suite struct LayerTests {
    /// A folder of `Sources`, and the targets in it.
    struct Layer {
        let name: String
        let targets: [String]
    }

    /// Bottom to top. A target may import those of lower layers, and those before it in its own.
    static let layers = [
        Layer(name: "Values", targets: ["Addresses", "WireCodec", "WireIdentity", "Interfaces", "Timing"]),
        Layer(name: "Cores", targets: ["AddressPools", "LinkLayer", "BGP", "BFD", "KubernetesModel", "KubernetesAPI"]),
        Layer(
            name: "Decisions",
            targets: [
                "ClusterConfiguration", "Assignment", "Announcement", "NodeDecisions", "ClusterDecisions", "Recording",
            ]),
        Layer(name: "Views", targets: ["Presentation"]),
        Layer(
            name: "Edges",
            targets: [
                "CLibpcap", "CLibnl", "CLinux", "SystemIO", "RecordingFile", "NetworkIO", "Manifests",
                "KubernetesClient",
                "ClusterFeed", "Telemetry",
            ]),
        Layer(name: "Services", targets: ["Controller", "Speaker", "Standalone"]),
        Layer(name: "Program", targets: ["martlet"]),
    ]

    /// The layers that decide: they reach nothing outside themselves.
    static let pure = Set(layers[0...3].flatMap(\.targets))
    /// What a pure target may import beside ours. FoundationEssentials: JSON, Base64. Crypto: SHA-1, HMAC.
    static let pureImports: Set<String> = [
        "Collections", "DequeModule", "HeapModule", "OrderedCollections", "HashTreeCollections", "FoundationEssentials",
        "Crypto",
    ]
    /// Words that read a clock, chance or the environment, which a pure target is given instead.
    static let impureWords = [
        "ContinuousClock", "SuspendingClock", "UptimeClock", "SystemRandomNumberGenerator", "Date()", "Date.now",
        "ProcessInfo", "FileManager", "print(", "Task {", "Task.sleep",
    ]
    /// Where `unsafe` may stand: the edges to the kernel and to C.
    static let unsafeTargets: Set<String> = ["SystemIO", "NetworkIO"]

    static func imports(of file: SourceTree.File) -> [String] {
        file.lines.compactMap { line in
            let words = line.split(separator: " ").filter { !$0.hasPrefix("@") && $0 != "package" && $0 != "internal" }
            guard words.first == "import", words.count > 1 else { return nil }
            let kinds = ["struct", "class", "enum", "func", "protocol", "var", "let", "typealias"]
            let name = kinds.contains(String(words[1])) && words.count > 2 ? words[2] : words[1]
            return name.split(separator: ".").first.map(String.init)
        }
    }

    @Test("Every folder of Sources is a layer, and holds the targets of that layer") func complete() throws {
        func folders(_ path: String) throws -> Set<String> {
            let whole = SourceTree.root.appendingPathComponent(path).path
            return Set(try FileManager.default.contentsOfDirectory(atPath: whole).filter { !$0.hasPrefix(".") })
        }
        #expect(try folders("Sources") == Set(Self.layers.map(\.name)))
        for layer in Self.layers { #expect(try folders("Sources/\(layer.name)") == Set(layer.targets)) }
    }

    @Test("Imports point down") func downward() throws {
        let order = Self.layers.flatMap(\.targets)
        let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        let files = try SourceTree.swiftFiles(below: "Sources")
        #expect(files.count > 100)
        for file in files {
            let own = try #require(rank[file.target], "\(file) is in no layer")
            for name in Self.imports(of: file) {
                guard let other = rank[name] else { continue }
                #expect(other < own, "\(file) imports \(name), which is not below it")
            }
        }
    }

    @Test("Targets that decide import nothing that acts, and read no clock") func pure() throws {
        let files = try SourceTree.swiftFiles(below: "Sources").filter { Self.pure.contains($0.target) }
        #expect(files.count > 50)
        for file in files {
            for name in Self.imports(of: file) {
                #expect(Self.pure.contains(name) || Self.pureImports.contains(name), "\(file) imports \(name)")
            }
            for (index, line) in file.lines.enumerated()
            where !line.trimmingPrefix(while: \.isWhitespace).hasPrefix("//") {
                for word in Self.impureWords {
                    #expect(!line.contains(word), "\(file):\(index + 1) says \(word)")
                }
                #expect(!line.contains("final class") && !line.contains("actor "), "\(file):\(index + 1): values only")
            }
        }
    }

    @Test("Unsafe code is in the edges alone, and input is never trusted with a trap") func safety() throws {
        for file in try SourceTree.swiftFiles(below: "Sources") {
            for (index, line) in file.lines.enumerated() {
                let code = line.trimmingPrefix(while: \.isWhitespace)
                guard !code.hasPrefix("//") else { continue }
                let words = Set(code.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
                let place: Comment = "\(file):\(index + 1): \(code)"
                #expect(Self.unsafeTargets.contains(file.target) || !words.contains("unsafe"), place)
                #expect(!code.contains("try!") && !words.contains("fatalError"), place)
                #expect(!code.contains("@preconcurrency"), place)
                if code.contains("@unchecked Sendable") || code.contains("nonisolated(unsafe)") {
                    #expect(Self.unsafeTargets.contains(file.target), place)
                    let reason = index > 0 ? file.lines[index - 1].trimmingPrefix(while: \.isWhitespace) : ""
                    #expect(reason.hasPrefix("//"), "\(place): the line before must say why this is safe")
                }
            }
        }
    }

    @Test("No file is a drawer for things without a name") func names() throws {
        for file in try SourceTree.swiftFiles(below: "Sources") {
            for word in ["Utils", "Helpers", "Common", "Manager", "Types.swift", "Misc"] {
                #expect(!file.path.contains(word), "\(file)")
            }
        }
    }

    @Test("The top of the repository holds what the layout says and nothing else") func layout() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
        let allowed: Set = [
            "Package.swift", "Package.resolved", "Sources", "Tests", "README.md", "deploy", "docs", "LICENSE",
        ]
        #expect(Set(names.filter { !$0.hasPrefix(".") }).subtracting(allowed).isEmpty)
    }
}
