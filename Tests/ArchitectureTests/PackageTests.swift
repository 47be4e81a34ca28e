import Foundation
import Testing

/// `Package.swift` says what is true.
@Suite struct PackageTests {
    /// A target as the package declares it.
    struct Declaration: Equatable {
        let name: String
        let path: String
        let dependencies: Set<String>
    }

    /// The targets that a manifest declares, with the modules that they depend on.
    static func declarations(_ manifest: String) throws -> [Declaration] {
        let products = Dictionary(
            manifest.matches(of: /let (\w+) = Target\.Dependency\.product\(name: "(\w+)"/).map {
                (String($0.1), String($0.2))
            }, uniquingKeysWith: { first, _ in first })
        var all: [Declaration] = []
        for match in manifest.matches(of: /(?:\btarget|tests|Target)\(/) {
            var depth = 1
            let text = manifest[match.range.upperBound...].prefix { character in
                depth += character == "(" ? 1 : character == ")" ? -1 : 0
                return depth > 0
            }
            let isTests = text.drop(while: \.isWhitespace).hasPrefix("of:")
            let first = text.firstMatch(of: /^\s*(?:(?:name|of): )?"([\w\/-]+)"/)
            guard let name = first?.1, !text.contains("swiftSettings: houseRules)") else { continue }
            // `.target(…)` names its list, our own functions do not.
            let own = text.firstMatch(of: /^[^\[]*"\s*,\s*\[([^\[\]]*)\]/)?.1
            let list = text.firstMatch(of: /dependencies: \[([^\[\]]*)\]/)?.1 ?? own ?? ""
            let dependencies = list.matches(of: /"([\w-]+)"|(\w+)/).compactMap { item in
                item.1.map(String.init) ?? item.2.flatMap { products[String($0)] }
            }
            let path =
                text.firstMatch(of: /path: "([^"]+)"/).map { String($0.1) }
                ?? (isTests
                    ? "Tests/\(name)Tests" : name.contains("/") ? "Sources/\(name)" : "Tests/\(name)")
            var modules = Set(dependencies)
            if isTests { modules.formUnion([String(name), "TestSupport"]) }
            all.append(Declaration(name: String(name), path: path, dependencies: modules))
        }
        return all
    }

    @Test("A manifest → its targets and what they depend on") func reading() throws {
        let manifest = """
            let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
            target("Values/WireIdentity", [crypto]),
            tests(of: "BGP", ["Addresses"], resources: [.copy("Captures")]),
            .executableTarget(name: "martlet", dependencies: ["Speaker"], path: "Sources/Program/martlet"),
            """
        let found = try Self.declarations(manifest)
        #expect(
            found == [
                Declaration(name: "Values/WireIdentity", path: "Sources/Values/WireIdentity", dependencies: ["Crypto"]),
                Declaration(
                    name: "BGP", path: "Tests/BGPTests", dependencies: ["BGP", "TestSupport", "Addresses"]),
                Declaration(name: "martlet", path: "Sources/Program/martlet", dependencies: ["Speaker"]),
            ])
    }

    @Test("A target depends on what its files import, and on nothing else") func dependencies() throws {
        let manifest = try String(
            contentsOf: SourceTree.root.appendingPathComponent("Package.swift"), encoding: .utf8)
        let declarations = try Self.declarations(manifest)
        #expect(declarations.count > 50)
        let known = Set(declarations.flatMap(\.dependencies))
        for declaration in declarations {
            let files = try SourceTree.swiftFiles(below: declaration.path)
            let imported = Set(files.flatMap { LayerTests.imports(of: $0) })
            // Programs that are started rather than imported, and the support of tests that need none of it.
            let started: Set = ["bgp-process", "martlet", "TestSupport"]
            let unused = declaration.dependencies.subtracting(imported).subtracting(started)
                .subtracting([declaration.name])
            #expect(unused.isEmpty, "\(declaration.path) imports none of \(unused.sorted())")
            let undeclared = imported.intersection(known).subtracting(declaration.dependencies)
                .subtracting([declaration.path.split(separator: "/").last.map(String.init) ?? ""])
            #expect(undeclared.isEmpty, "\(declaration.path) imports \(undeclared.sorted()), undeclared")
        }
    }
}
